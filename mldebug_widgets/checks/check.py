"""What every check is: one question about an Evaluation, asked of all its rows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from mldebug_widgets.analyzers.overview import Baseline, OverviewResult, baselines, overview
from mldebug_widgets.checks.finding import CheckOutcome, Finding, Severity

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation


class Subject:
    """An Evaluation under examination, with what several checks need computed once.

    Parameters
    ----------
    ev
        The Evaluation.
    overview, baselines
        Results that the caller has already; computed when first needed otherwise.
    cancelled
        Asked between pieces of work; True when the answer is no longer wanted.
    """

    def __init__(
        self,
        ev: Evaluation,
        *,
        overview: OverviewResult | None = None,
        baselines: tuple[Baseline, ...] | None = None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        self.ev = ev
        self.cancelled = cancelled
        self._overview = overview
        self._baselines = baselines

    @property
    def judged_rows(self) -> str:
        """What the deciding rows are called in a sentence: "test rows", or "rows" where there is one split only."""
        return f"{self.ev.primary} rows" if len(self.ev.splits) > 1 else "rows"

    @cached_property
    def overview(self) -> OverviewResult:
        """Metrics on every split."""
        return self._overview or overview(self.ev)

    @cached_property
    def baselines(self) -> tuple[Baseline, ...]:
        """Simple models on the primary split."""
        return self._baselines or baselines(self.ev, self.cancelled)


class Check(ABC):
    """One known fault. A subclass in a module of this package is found by itself; nothing needs registering.

    Attributes
    ----------
    code
        Stable identifier that people mute and documentation links to.
    name
        What is looked for, in a few words.
    """

    code: ClassVar[str]
    name: ClassVar[str]

    @abstractmethod
    def run(self, subject: Subject) -> Finding | CheckOutcome:
        """Return a Finding, or why there is none. Must not call the user's model."""

    def finding(
        self,
        severity: Severity,
        title: str,
        text: str,
        *,
        advice: str,
        panel: str,
        code: str,
        score: float,
        evidence: Any = None,
        query: str = "",
        feature: int | None = None,
        rows: tuple[int, ...] = (),
    ) -> Finding:
        """Return a Finding of this check; ``code`` is Python that shows the evidence again."""
        return Finding(
            self.code, severity, title, text, advice, panel, code, float(score), evidence, query, feature, rows
        )

    def passed(self, why: str) -> CheckOutcome:
        """Say that the fault is not there, and what was seen instead."""
        return CheckOutcome(self.code, self.name, "passed", why)

    def cannot_tell(self, why: str) -> CheckOutcome:
        """Say that the question does not apply, or what is missing to answer it."""
        return CheckOutcome(self.code, self.name, "cannot tell", why)
