"""Predictions that are NaN or infinite."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mldebug_widgets.checks.check import Check, Subject
from mldebug_widgets.checks.finding import CheckOutcome, Finding
from mldebug_widgets.evaluation.schema import Feature

#: From this share of rows on a finding is critical.
CRITICAL_SHARE = 0.01

#: A missing value explains the NaN answers when this share of them, and at most half as many other rows, have it.
EXPLAINING_SHARE = 0.9


class NanPredictions(Check):
    """Rows for which the model gives no finite answer, and what these rows have in common."""

    code = "MLD107"
    name = "predictions that are NaN or infinite"

    def run(self, subject: Subject) -> Finding | CheckOutcome:
        """Look at the scores of all rows."""
        ev = subject.ev
        finite = np.isfinite(ev.scores)
        unanswered = np.asarray(~(finite if finite.ndim == 1 else finite.all(axis=1)))
        count = int(np.count_nonzero(unanswered))
        if not count:
            return self.passed(f"all {ev.n:,} predictions are finite")
        share = count / ev.n
        text = "They are left out of every metric."
        explained = _explaining_feature(subject, unanswered)
        if explained is not None:
            feature, inside, outside = explained
            text += f" {inside:.0%} of them have no value in {feature.name}, against {outside:.0%} of the other rows."
        return self.finding(
            "critical" if share >= CRITICAL_SHARE else "warning",
            f"The model gives no finite answer for {count:,} of {ev.n:,} rows ({share:.2%})",
            text,
            advice=(
                f"Impute {explained[0].name} before the model, or drop these rows."
                if explained
                else "Look at these rows for values far outside the training range, and at the model for divisions and "
                "logarithms of zero."
            ),
            panel="rows",
            code="import numpy as np\n"
            "unanswered = ~np.isfinite(ev.scores.reshape(ev.n, -1)).all(axis=1)\n"
            "ev.X[unanswered]",
            score=share,
            evidence=np.flatnonzero(unanswered),
        )


def _explaining_feature(subject: Subject, unanswered: npt.NDArray[np.bool_]) -> tuple[Feature, float, float] | None:
    """Return the feature whose missing values best go with the unanswered rows, and its missing share in and out."""
    best = None
    for feature in subject.ev.features:
        if not feature.missing:
            continue
        missing = subject.ev.X.iloc[:, feature.position].isna().to_numpy()
        inside = float(missing[unanswered].mean())
        outside = float(missing[~unanswered].mean()) if not unanswered.all() else 1.0
        explains = inside >= EXPLAINING_SHARE and outside <= 0.5 * inside
        if explains and (best is None or inside - outside > best[1] - best[2]):
            best = (feature, inside, outside)
    return best
