"""Performance panel: where predictions and truth disagree. Thresholds move in the browser, on exact counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from mldebug_widgets.analyzers.performance import PerformanceResult, performance
from mldebug_widgets.charts.performance import actual_chart, errors_chart, pr_chart, roc_chart
from mldebug_widgets.charts.theme import Chart, reference
from mldebug_widgets.widgets.base import ViewWidget
from mldebug_widgets.widgets.panels import Panel

if TYPE_CHECKING:
    from mldebug_widgets.widgets.workbench import WorkbenchWidget

_CLASSIFICATION = {"roc": roc_chart, "pr": pr_chart}
_REGRESSION = {"actual": actual_chart, "errors": errors_chart}


class PerformanceWidget(ViewWidget):
    """Draws a ``PerformanceResult``.

    Attributes
    ----------
    charts
        The figures by name ("roc" and "pr", or "actual" and "errors"), to restyle from Python.
    figures, marks
        References of the figures and of their parts, for the view.
    split
        The split that is shown; written by the view.
    """

    stem = "performance"
    browser_writes = frozenset({"split"})

    figures = traitlets.Dict().tag(sync=True)
    marks = traitlets.Dict().tag(sync=True)
    split = traitlets.Unicode("").tag(sync=True)

    def __init__(
        self,
        result: PerformanceResult,
        *,
        workbench: str = "",
        select: Callable[[dict[str, Any]], None] | None = None,
    ) -> None:
        """Draw ``result``; ``select`` is called with a selection record when errors are brushed."""
        makers = _REGRESSION if result.task == "regression" else _CLASSIFICATION
        drawable = result.task != "regression" or any(split.errors is not None for split in result.splits)
        self.charts: dict[str, Chart] = {name: make(result) for name, make in makers.items() if drawable}
        self._select = select
        super().__init__(
            result=result,
            workbench=workbench,
            split=result.primary,
            figures={name: reference(chart.figure) for name, chart in self.charts.items()},
            marks={key: value for name, chart in self.charts.items() for key, value in chart.references(name).items()},
        )
        if "errors" in self.charts:
            self.charts["errors"].parts["brush"].observe(self._brushed, names=["selected", "brushing"])

    def accepts(self, name: str, value: Any) -> bool:
        """Return whether there is such a split."""
        return isinstance(value, str) and any(value == split.split for split in self.result.splits)

    def _brushed(self, _change: object) -> None:
        """Select the brushed errors, once the brush is let go."""
        brush = self.charts["errors"].parts["brush"]
        if self._select is None or brush.brushing or brush.selected is None:
            return
        ends = np.asarray(brush.selected, dtype=np.float64)
        if ends.shape == (2,) and np.isfinite(ends).all():
            low, high = sorted(ends.tolist())
            self._select({"kind": "range", "field": "error", "low": low, "high": high, "split": self.split})


def widget_of(result: PerformanceResult) -> PerformanceWidget:
    """Return a view of one result, standing alone."""
    return PerformanceWidget(result)


def build(workbench: WorkbenchWidget) -> PerformanceWidget:
    """Make the panel from all rows; a brush sets the workbench's selection."""

    def select(record: dict[str, Any]) -> None:
        workbench.selection = {**record, "token": int(workbench.selection.get("token", 0)) + 1}

    return PerformanceWidget(performance(workbench.evaluation), workbench=workbench.reference, select=select)


PANEL = Panel("performance", "Performance", "Evaluate", 20, build)
