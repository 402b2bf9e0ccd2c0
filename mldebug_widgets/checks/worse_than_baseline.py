"""A model that a simple baseline beats, or matches."""

from __future__ import annotations

from mldebug_widgets.analyzers.metrics.metric import Metric
from mldebug_widgets.analyzers.overview import Baseline
from mldebug_widgets.checks.check import Check, Subject
from mldebug_widgets.checks.comparing import advantage, deciding_metrics, margin, named, shown, value_of
from mldebug_widgets.checks.finding import CheckOutcome, Finding, Severity

#: A model whose advantage over a linear baseline is surely smaller than this has found no more than a straight line.
#: For errors, as a share of the baseline's error.
SMALLEST_ADVANTAGE = 0.01

_ADVICE: dict[Severity, str] = {
    "critical": "Check first that rows and targets belong together, then the learning rate, the loss and how the "
    "inputs are scaled: a model that has learned anything beats this.",
    "warning": "Check that the model gets every column, how they are scaled and encoded, and whether training ran long "
    "enough. Until the model is ahead, the baseline is the better and the simpler choice.",
    "info": "If there is more in the data than a straight line can say, the model has not found it yet: try more "
    "capacity or better features, or keep the simpler model.",
}

_CODE = (
    "from mldebug_widgets.analyzers.overview import baselines, overview, with_baselines\n"
    "with_baselines(overview(ev), baselines(ev)).to_frame()"
)


class WorseThanBaseline(Check):
    """The model against the prior and a linear model on the same rows."""

    code = "MLD104"
    name = "worse than a simple baseline"

    def run(self, subject: Subject) -> Finding | CheckOutcome:
        """Compare the deciding metric on the primary split."""
        pairs = [(baseline, pair) for baseline in subject.baselines if (pair := _pair(subject, baseline)) is not None]
        if not pairs:
            reasons = {baseline.why for baseline in subject.baselines if baseline.why}
            return self.cannot_tell("; ".join(sorted(reasons)) or "no metric could be computed for both")
        for baseline, (ours, theirs) in pairs:
            found = self._compare(baseline, ours, theirs)
            if found is not None:
                return found
        baseline, (ours, theirs) = pairs[-1]
        return self.passed(f"{ours.label} is {shown(ours)}, {baseline.name} reaches {shown(theirs)}")

    def _compare(self, baseline: Baseline, ours: Metric, theirs: Metric) -> Finding | None:
        ahead, noise = advantage(ours, theirs), margin(ours, theirs)
        numbers = f"{ours.label} {shown(ours)} against {shown(theirs)}"
        if baseline.name in ("majority class", "mean"):
            if ahead > noise:
                return None
            if ours.name in ("roc_auc", "macro_roc_auc") and -ahead > noise:
                title = f"The model ranks rows the wrong way round: {ours.label} {shown(ours)}, and chance has 0.500"
                return self._found("critical", title, baseline, ours, theirs)
            always = "the mean" if baseline.name == "mean" else "the same"
            return self._found(
                "critical", f"The model is no better than always answering {always}: {numbers}", baseline, ours, theirs
            )
        if ahead < 0 and -ahead > noise:
            title = f"{baseline.name.capitalize()} on the same columns beats the model: {numbers}"
            return self._found("warning", title, baseline, ours, theirs)
        if ahead + noise < SMALLEST_ADVANTAGE * (value_of(theirs) if ours.better == "lower" else 1.0):
            title = f"The model is no better than {baseline.name} on the same columns: {numbers}"
            return self._found("info", title, baseline, ours, theirs)
        return None

    def _found(self, severity: Severity, title: str, baseline: Baseline, ours: Metric, theirs: Metric) -> Finding:
        ahead = advantage(ours, theirs)
        return self.finding(
            severity,
            title,
            f"The model is {'behind' if ahead < 0 else 'ahead'} by {abs(ahead):.3g}; chance alone explains "
            f"{margin(ours, theirs):.3g}. The baseline learned from {baseline.fitted_on}.",
            advice=_ADVICE[severity],
            panel="overview",
            code=_CODE,
            score=-ahead / value_of(theirs) if value_of(theirs) else -ahead,
            evidence=baseline,
        )


def _pair(subject: Subject, baseline: Baseline) -> tuple[Metric, Metric] | None:
    """Return the deciding metric of model and baseline."""
    result = subject.overview
    primary = next(entry.metrics for entry in result.splits if entry.split == result.primary)
    for name in deciding_metrics(subject):
        ours, theirs = named(primary, name), named(baseline.metrics, name)
        if ours is not None and theirs is not None:
            return ours, theirs
    return None
