"""A high accuracy that hides a class the model does not find."""

from __future__ import annotations

import numpy as np

from mldebug_widgets.analyzers.metrics.intervals import wilson
from mldebug_widgets.analyzers.metrics.multiclass import class_rates, confusion_counts
from mldebug_widgets.analyzers.metrics.scored import scored_rows
from mldebug_widgets.checks.check import Check, Subject
from mldebug_widgets.checks.finding import CheckOutcome, Finding

#: An accuracy below this does not look good enough to hide anything.
LOWEST_ACCURACY = 0.75

#: Accuracy above balanced accuracy by this much is carried by the frequent classes.
LARGEST_DIFFERENCE = 0.10

#: A class with fewer rows says too little about its recall.
FEWEST_ROWS = 10


class HiddenImbalance(Check):
    """Accuracy carried by the frequent classes while a rare one is missed."""

    code = "MLD103"
    name = "class imbalance hidden by accuracy"

    def run(self, subject: Subject) -> Finding | CheckOutcome:
        """Compare accuracy with the recall of every class on the primary split."""
        ev = subject.ev
        if ev.task not in ("binary", "multiclass"):
            return self.cannot_tell(f"a {ev.task} task has no single class per row")
        scored = scored_rows(ev, ev.splits[ev.primary])
        confusion = confusion_counts(scored.truth, scored.predicted, len(ev.classes))
        rows = confusion.sum(axis=1)
        enough = rows >= FEWEST_ROWS
        if np.count_nonzero(enough) < 2:
            return self.cannot_tell(f"fewer than two classes have {FEWEST_ROWS} {subject.judged_rows}")
        _, recall, _ = class_rates(confusion)
        n, right = int(rows.sum()), int(np.trace(confusion))
        accuracy, balanced = right / n, float(recall[rows > 0].mean())
        if accuracy < LOWEST_ACCURACY or accuracy - balanced < LARGEST_DIFFERENCE:
            return self.passed(f"accuracy is {accuracy:.3f} and balanced accuracy {balanced:.3f}")
        worst, most = int(np.where(enough, recall, np.inf).argmin()), int(rows.argmax())
        majority = float(rows[most] / n)
        no_better = (wilson(right, n).low or 0.0) <= majority
        found, occurring = int(confusion[worst, worst]), int(rows[worst])
        finds = f"only {found:,} of {occurring:,}" if found else f"none of {occurring:,}"
        return self.finding(
            "critical" if no_better else "warning",
            f'Accuracy {accuracy:.3f} hides that the model finds {finds} rows of class "{ev.class_names[worst]}"',
            f'{majority:.1%} of the {subject.judged_rows} are "{ev.class_names[most]}": always answering that would be '
            f"right as often. Balanced accuracy, the mean recall of the classes, is {balanced:.3f}.",
            advice="Read balanced accuracy, recall and average precision instead of accuracy. Then move the threshold, "
            "weight the classes in the loss, or gather more rows of the rare class.",
            panel="performance",
            code="import mldebug_widgets as mld\nmld.performance(ev).per_class",
            score=accuracy - balanced,
            evidence=confusion,
        )
