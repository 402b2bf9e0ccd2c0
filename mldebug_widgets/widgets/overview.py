"""Overview panel: headline metrics at once; baselines and findings follow from the worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

import traitlets

from mldebug_widgets.analyzers.overview import OverviewResult, baselines, overview, with_baselines
from mldebug_widgets.checks import find
from mldebug_widgets.widgets.base import ViewWidget, encoded
from mldebug_widgets.widgets.panels import Panel

if TYPE_CHECKING:
    from mldebug_widgets.widgets.workbench import WorkbenchWidget
    from mldebug_widgets.widgets.worker import Job


class OverviewWidget(ViewWidget):
    """Draws an ``OverviewResult`` and, once the checks have run, the findings."""

    stem = "overview"

    findings = traitlets.Any(None).tag(sync=True, to_json=encoded)


def widget_of(result: OverviewResult) -> OverviewWidget:
    """Return a view of one result, standing alone."""
    return OverviewWidget(result=result, findings=None)


def build(workbench: WorkbenchWidget) -> OverviewWidget:
    """Make the panel with its headline metrics, and send baselines and checks to the worker."""
    evaluation = workbench.evaluation
    widget = OverviewWidget(result=overview(evaluation), workbench=workbench.reference)

    def fill_in(job: Job) -> None:
        job.progress("Fitting simple baselines", 0.0)
        fitted = baselines(evaluation, cancelled=job.cancelled)
        widget.result = with_baselines(widget.result, fitted)
        job.progress("Checking for known faults", 0.6)
        widget.findings = find(evaluation, baselines=fitted, cancelled=job.cancelled)
        workbench.set_badge("overview", widget.findings)

    workbench.in_background("overview", fill_in)
    return widget


PANEL = Panel("overview", "Overview", "Evaluate", 10, build)
