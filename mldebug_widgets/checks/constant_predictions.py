"""The same answer for every row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mldebug_widgets.analyzers.metrics.scored import ScoredRows, scored_rows
from mldebug_widgets.checks.check import Check, Subject
from mldebug_widgets.checks.finding import CheckOutcome, Finding

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation

#: Scores closer together than this are the same answer.
SMALLEST_SPREAD = 1e-6

#: Predictions that vary less than this share of the target are the same answer.
SMALLEST_SHARE = 0.01


class ConstantPredictions(Check):
    """Scores, or answers, that do not depend on the row."""

    code = "MLD105"
    name = "constant predictions"

    def run(self, subject: Subject) -> Finding | CheckOutcome:
        """Look at how the answers of the primary split vary."""
        ev = subject.ev
        scored = scored_rows(ev, ev.splits[ev.primary])
        if len(scored) < 2:
            return self.cannot_tell(f"fewer than two {subject.judged_rows} can be judged")
        if ev.class_codes is None:
            return self._numbers(scored)
        scores = scored.scores.reshape(len(scored), -1)
        spread = float((scores.max(axis=0) - scores.min(axis=0)).max())
        if spread <= SMALLEST_SPREAD:
            return self._same(
                "critical",
                f"The model gives all {len(scored):,} {subject.judged_rows} the same scores, to within {spread:.1g}",
                "Its answer does not depend on the row.",
                score=2.0,
            )
        if bool(np.all(scored.predicted == scored.predicted[0])) and not bool(np.all(scored.truth == scored.truth[0])):
            return self._one_answer(subject, scored)
        return self.passed(f"scores differ by up to {spread:.3g} between rows")

    def _numbers(self, scored: ScoredRows) -> Finding | CheckOutcome:
        spread, wanted = float(np.std(scored.predicted)), float(np.std(scored.truth))
        if wanted == 0:
            return self.cannot_tell("the target itself is constant")
        if spread > SMALLEST_SHARE * wanted:
            return self.passed(f"predictions vary by {spread:.3g} (standard deviation), the target by {wanted:.3g}")
        return self._same(
            "critical",
            f"Predictions hardly vary: their standard deviation is {spread:.2g}, the target's {wanted:.3g}",
            f"They lie between {scored.predicted.min():.4g} and {scored.predicted.max():.4g}, "
            f"the target between {scored.truth.min():.4g} and {scored.truth.max():.4g}.",
            score=2.0,
        )

    def _one_answer(self, subject: Subject, scored: ScoredRows) -> Finding:
        ev = subject.ev
        if scored.predicted.ndim == 2:
            return self._same(
                "warning",
                f"The model gives all {len(scored):,} {subject.judged_rows} the same labels",
                "The scores differ between rows, but never cross 0.5.",
                score=1.0,
            )
        answer = ev.class_names[int(scored.predicted[0])]
        others = int(np.count_nonzero(scored.truth != scored.predicted[0]))
        return self._same(
            "warning",
            f'The model answers "{answer}" for all {len(scored):,} {subject.judged_rows}; '
            f"{others:,} are something else",
            f"The scores differ between rows, so it does tell them apart, but {_why_one_answer(ev, scored)}.",
            score=1.0,
        )

    def _same(self, severity: str, title: str, text: str, *, score: float) -> Finding:
        critical = severity == "critical"
        return self.finding(
            "critical" if critical else "warning",
            title,
            text,
            advice=(
                "Check that the inputs reach the model (scaling, a dead activation, a frozen or untrained last layer) "
                "and that the loss falls during training."
                if critical
                else "Move the threshold to where the classes part, or weight the classes in the loss."
            ),
            panel="performance",
            code="import pandas as pd\npd.DataFrame(ev.scores).describe()",
            score=score,
        )


def _why_one_answer(ev: Evaluation, scored: ScoredRows) -> str:
    if ev.threshold is None:
        return "the same class is the most probable one in every row"
    low, high = float(scored.scores.min()), float(scored.scores.max())
    side = "reaches" if scored.predicted[0] == 0 else "stays below"
    return f"no row {side} the threshold of {ev.threshold:g}: scores lie between {low:.3g} and {high:.3g}"
