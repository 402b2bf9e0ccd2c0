"""A model that does poorly even on the rows it was trained on."""

from __future__ import annotations

from mldebug_widgets.analyzers.metrics.metric import Metric
from mldebug_widgets.analyzers.reference import Reference, reference
from mldebug_widgets.checks.check import Check, Subject
from mldebug_widgets.checks.comparing import advantage, deciding_metrics, margin, named, shown, value_of
from mldebug_widgets.checks.finding import CheckOutcome, Finding

#: By how much the reference must be ahead; for errors, as a share of the model's error.
SMALLEST_LEAD = 0.02
CRITICAL_LEAD = 0.10


class Underfitting(Check):
    """The model on its own training rows against a small flexible model on rows that one has never seen."""

    code = "MLD102"
    name = "too weak, or not trained enough"

    def run(self, subject: Subject) -> Finding | CheckOutcome:
        """Compare the deciding metric of both."""
        result = subject.overview
        if not subject.ev.X.shape[1]:
            return self.cannot_tell("the table has no columns that small trees could learn from")
        if result.train is None or result.train == result.primary:
            return self.cannot_tell("there is no train split beside held-out rows: pass {'train': ..., 'test': ...}")
        found = reference(subject.ev, subject.cancelled)
        train = next(entry.metrics for entry in result.splits if entry.split == result.train)
        for name in deciding_metrics(subject):
            ours, theirs = named(train, name), named(found.metrics, name)
            if ours is not None and theirs is not None:
                return self._compare(subject, ours, theirs, found)
        return self.cannot_tell(found.why or "the deciding metric could not be computed")

    def _compare(self, subject: Subject, ours: Metric, theirs: Metric, found: Reference) -> Finding | CheckOutcome:
        train = subject.overview.train
        ahead = advantage(theirs, ours)
        lead = ahead / value_of(ours) if ours.better == "lower" and value_of(ours) else ahead
        numbers = f"{ours.label} is {shown(ours)} on its own {train} rows"
        if ahead <= margin(ours, theirs) or lead < SMALLEST_LEAD:
            return self.passed(f"{numbers}; small boosted trees reach {shown(theirs)} on rows they have not seen")
        return self.finding(
            "critical" if lead >= CRITICAL_LEAD else "warning",
            f"The model is underfitting: {numbers}, small boosted trees reach {shown(theirs)} on unseen rows",
            f"The trees learned from {found.fitted_on} and were judged on {found.judged_on}. "
            f"Chance alone explains a difference of {margin(ours, theirs):.3g}.",
            advice="Check that the model gets every column, and scaled. Then train longer or with a higher learning "
            "rate, make the model larger, or weaken its regularisation: there is more in the data than it has learned.",
            panel="performance",
            code="from mldebug_widgets.analyzers.reference import reference\nreference(ev).metrics",
            score=lead,
            evidence=found,
        )
