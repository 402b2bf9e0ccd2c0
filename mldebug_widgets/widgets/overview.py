"""Overview panel: headline metrics at once; baselines and findings follow from the worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

import traitlets

from mldebug_widgets.analyzers.explanations import on_explained
from mldebug_widgets.analyzers.overview import OverviewResult, baselines, overview, with_baselines
from mldebug_widgets.checks import find
from mldebug_widgets.checks.finding import FindingsResult
from mldebug_widgets.checks.run import judged_again
from mldebug_widgets.checks.shortcut import Shortcut
from mldebug_widgets.widgets.base import ViewWidget, encoded
from mldebug_widgets.widgets.panels import Panel

if TYPE_CHECKING:
    from mldebug_widgets.widgets.workbench import WorkbenchWidget
    from mldebug_widgets.widgets.worker import Job


class OverviewWidget(ViewWidget):
    """Draws an ``OverviewResult`` and, once the checks have run, the findings.

    Parameters
    ----------
    session
        The workbench that it belongs to; None when it stands alone.
    """

    stem = "overview"

    findings = traitlets.Any(None).tag(sync=True, to_json=encoded)

    def __init__(self, result: OverviewResult, session: WorkbenchWidget | None = None) -> None:
        self._session = session
        super().__init__(result=result, workbench=session.reference if session else "")
        if session is not None:
            self._fill_in(session)
            session.observe(lambda _change: self._follow(session), names=["panel", "threshold"])
            on_explained(session.evaluation, self, "explained")

    def refresh(self) -> None:
        """Measure again when the threshold has moved since."""
        session = self._session
        if session is not None and session.evaluation.threshold != self.result.threshold:
            self.result = with_baselines(overview(session.evaluation), self.result.baselines)
            self._fill_in(session)

    def explained(self) -> None:
        """Judge again what depends on explanations: one has been made since."""
        session = self._session
        if session is not None and self.findings is not None:
            self._found(session, judged_again(session.evaluation, self.findings, Shortcut.code))

    def _follow(self, session: WorkbenchWidget) -> None:
        # While the threshold is dragged in another panel nobody sees these numbers: once, when they are opened.
        if session.panel == self.stem:
            self.refresh()

    def _fill_in(self, session: WorkbenchWidget) -> None:
        """Have the worker add baselines and findings, which take longer than the headline."""
        evaluation = session.evaluation

        def work(job: Job) -> None:
            if evaluation.threshold != self.result.threshold:
                return  # The threshold has moved on, and newer work is waiting behind this.
            job.progress("Fitting simple baselines", 0.0)
            fitted = baselines(evaluation, cancelled=job.cancelled)
            self.result = with_baselines(self.result, fitted)
            job.progress("Checking for known faults", 0.6)
            found = find(evaluation, baselines=fitted, cancelled=job.cancelled)
            self._found(session, judged_again(evaluation, found, Shortcut.code))  # explanations may be newer

        session.in_background(self.stem, work)

    def _found(self, session: WorkbenchWidget, findings: FindingsResult) -> None:
        self.findings = session.findings = findings
        session.set_badge(self.stem, findings)


def widget_of(result: OverviewResult) -> OverviewWidget:
    """Return a view of one result, standing alone."""
    return OverviewWidget(result)


def build(workbench: WorkbenchWidget) -> OverviewWidget:
    """Make the panel with its headline metrics."""
    return OverviewWidget(overview(workbench.evaluation), workbench)


PANEL = Panel("overview", "Overview", "Evaluate", 10, build)
