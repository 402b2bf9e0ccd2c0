"""A feature that knows the target almost by itself."""

from __future__ import annotations

from mldebug_widgets.analyzers.single_feature import SingleFeature, single_feature
from mldebug_widgets.checks.check import Check, Subject
from mldebug_widgets.checks.finding import CheckOutcome, Finding

#: From this ROC AUC or R2 on, or this share of the way from chance to a perfect accuracy, a finding is made.
LARGEST = {"ROC AUC": 0.95, "R2": 0.95, "accuracy": 0.95}

#: From here on it is critical: real measurements hardly ever decide a target.
CRITICAL = 0.99

FEWEST_ROWS = 50


class TargetProxy(Check):
    """Each feature alone against the target, on all rows."""

    code = "MLD106"
    name = "feature that stands in for the target"

    def run(self, subject: Subject) -> Finding | CheckOutcome:
        """Look for features that predict the target nearly without error."""
        ev = subject.ev
        if ev.task == "multilabel":
            return self.cannot_tell("a multilabel target is not one thing to stand in for")
        if ev.n < FEWEST_ROWS:
            return self.cannot_tell(f"{ev.n} rows are too few: a feature could fit them by chance")
        seen: list[SingleFeature] = []
        for feature in ev.features:
            if subject.cancelled():
                return self.cannot_tell(f"cancelled after {len(seen)} of {len(ev.features)} features")
            reached = single_feature(ev, feature)
            if reached is not None:
                seen.append(reached)
        if not seen:
            return self.cannot_tell("no feature that varies, free text apart")
        seen.sort(key=lambda reached: -reached.strength)
        strong = [reached for reached in seen if _level(reached) >= LARGEST[reached.measure]]
        if not strong:
            return self.passed(f"the strongest, {seen[0].feature.name}, reaches {_shown(seen[0])} alone")
        return self._finding(strong, ev.target_name)

    def _finding(self, strong: list[SingleFeature], target: str) -> Finding:
        worst = strong[0]
        text = "Learned on every second row, judged on the others. If this column is filled in only when the answer is "
        text += "known, the model will not have it when it must answer."
        if len(strong) > 1:
            others = ", ".join(f"{reached.feature.name} ({_shown(reached)})" for reached in strong[1:6])
            lead = "This column alone predicts" if len(strong) == 2 else "These columns alone predict"
            text += f" {lead} it too: {others}{' and more' if len(strong) > 6 else ''}."
        return self.finding(
            "critical" if _level(worst) >= CRITICAL else "warning",
            f"{worst.feature.name} alone predicts {target} with {_shown(worst)}",
            text,
            advice=f"Find out when {worst.feature.name} is measured. If that is after the fact, drop it and evaluate "
            "again; the honest number is the one without it.",
            panel="whatif",
            code=_code(worst),
            score=_level(worst),
            evidence=tuple(strong),
            feature=worst.feature.position,
        )


def _level(reached: SingleFeature) -> float:
    return reached.strength if reached.measure == "accuracy" else reached.value


def _shown(reached: SingleFeature) -> str:
    value = min(reached.value, 0.999) if reached.value < 1 else 1.0
    return f"{reached.measure} {value:.3f}".replace("accuracy", "an accuracy of")


def _code(reached: SingleFeature) -> str:
    return (
        "from mldebug_widgets.analyzers.single_feature import single_feature\n"
        f"single_feature(ev, ev.features[{reached.feature.position}])"
    )
