"""Training rows answered much better than unseen ones."""

from __future__ import annotations

from mldebug_widgets.analyzers.metrics.metric import Metric
from mldebug_widgets.checks.check import Check, Subject
from mldebug_widgets.checks.comparing import advantage, deciding_metrics, margin, named, shown, skill, value_of
from mldebug_widgets.checks.finding import CheckOutcome, Finding

#: From this gap on (area or share) a finding is made.
LARGEST_GAP = 0.05

#: From this share of the model's lead over chance on, that the gap takes away, the finding is critical.
CRITICAL_SHARE = 0.25

#: From this growth of the root mean squared error on a finding is made, and is critical.
LARGEST_GROWTH = 1.25
CRITICAL_GROWTH = 2.0

_ADVICE = (
    "Stop training earlier, add weight decay or dropout, make the model smaller, or gather more training rows. "
    "Judge each change on the held-out rows only."
)
_CODE = "import mldebug_widgets as mld\nmld.performance(ev).metrics"


class Overfitting(Check):
    """The gap between train and held-out rows, where it is larger than chance explains."""

    code = "MLD101"
    name = "gap between train and held-out rows"

    def run(self, subject: Subject) -> Finding | CheckOutcome:
        """Compare the deciding metric on both splits."""
        result = subject.overview
        if result.train is None or result.train == result.primary:
            return self.cannot_tell("there is no train split beside held-out rows: pass {'train': ..., 'test': ...}")
        both = _on_both(subject)
        if both is None:
            return self.cannot_tell("the deciding metric could not be computed on both splits")
        train, unseen = both
        seen = f"{train.label} is {shown(train)} on {result.train} and {shown(unseen)} on {result.primary} rows"
        gap = advantage(train, unseen)
        if gap <= margin(train, unseen):
            return self.passed(f"{seen}, no further apart than chance explains")
        if train.better == "lower":
            return self._error_growth(subject, train, unseen) or self.passed(seen)
        return self._lost_skill(subject, train, unseen, gap) or self.passed(seen)

    def _lost_skill(self, subject: Subject, train: Metric, unseen: Metric, gap: float) -> Finding | None:
        if gap < LARGEST_GAP:
            return None
        result = subject.overview
        lost = min(gap / skill(train, len(subject.ev.classes)), 1.0)
        return self.finding(
            "critical" if lost >= CRITICAL_SHARE else "warning",
            f"The model is overfitting: {train.label} falls from {shown(train)} on {result.train} "
            f"to {shown(unseen)} on {result.primary} rows",
            f"The gap of {gap:.3f} takes away {lost:.0%} of what the model seems to know on its training rows. "
            f"Chance alone explains a gap of {margin(train, unseen):.3f}.",
            advice=_ADVICE,
            panel="performance",
            code=_CODE,
            score=lost,
            evidence={"train": train, "held_out": unseen},
        )

    def _error_growth(self, subject: Subject, train: Metric, unseen: Metric) -> Finding | None:
        growth = value_of(unseen) / max(value_of(train), 1e-300)
        if growth < LARGEST_GROWTH:
            return None
        result = subject.overview
        size = f"{growth:.2f} times as large" if growth < 1_000 else "more than 1,000 times as large"
        return self.finding(
            "critical" if growth >= CRITICAL_GROWTH else "warning",
            f"The model is overfitting: its {train.label.lower()} grows from {shown(train)} on {result.train} "
            f"to {shown(unseen)} on {result.primary} rows",
            f"It is {size} on rows that the model has not seen. "
            f"Chance alone explains a difference of {margin(train, unseen):.3g}.",
            advice=_ADVICE,
            panel="performance",
            code=_CODE,
            score=1 - 1 / growth,
            evidence={"train": train, "held_out": unseen},
        )


def _on_both(subject: Subject) -> tuple[Metric, Metric] | None:
    """Return the deciding metric on train and held-out rows."""
    result = subject.overview
    by_split = {entry.split: entry.metrics for entry in result.splits}
    for name in deciding_metrics(subject):
        train, unseen = named(by_split[result.train or ""], name), named(by_split[result.primary], name)
        if train is not None and unseen is not None:
            return train, unseen
    return None
