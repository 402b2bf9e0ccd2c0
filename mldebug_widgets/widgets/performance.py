"""Performance panel: where predictions and truth disagree. Thresholds move in the browser, on exact counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from mldebug_widgets.analyzers.performance import PerformanceResult, performance
from mldebug_widgets.charts.performance import actual_chart, draw_errors, errors_chart, pr_chart, roc_chart
from mldebug_widgets.charts.theme import Chart, reference
from mldebug_widgets.widgets.base import ViewWidget, encoded
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
    drawings
        Per split, what the view sets on the parts of the error histogram to show it (regression).
    """

    stem = "performance"
    browser_writes = frozenset({"split"})
    saved_traits = ("split",)

    figures = traitlets.Dict().tag(sync=True)
    marks = traitlets.Dict().tag(sync=True)
    split = traitlets.Unicode("").tag(sync=True)
    drawings = traitlets.Any((), allow_none=True).tag(sync=True, to_json=encoded)

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
        self._selected: Mapping[str, Any] = {}
        super().__init__(
            result=result,
            workbench=workbench,
            split=result.primary,
            drawings=[None if split.errors is None else draw_errors(split.errors) for split in result.splits],
            figures={name: reference(chart.figure) for name, chart in self.charts.items()},
            marks={key: value for name, chart in self.charts.items() for key, value in chart.references(name).items()},
        )
        if "errors" in self.charts:
            self.charts["errors"].parts["brush"].observe(self._brushed, names=["selected", "brushing"])
            self.observe(lambda _change: self.follow_selection(self._selected), names="split")

    def accepts(self, name: str, value: Any) -> bool:
        """Return whether there is such a split."""
        return isinstance(value, str) and any(value == split.split for split in self.result.splits)

    def follow_selection(self, record: Mapping[str, Any]) -> None:
        """Take the brush away when the workbench's selection is another than the brushed errors of this split."""
        self._selected = record
        if "errors" in self.charts and not self._is_mine(record):
            self.charts["errors"].parts["brush"].selected = None

    def _is_mine(self, record: Mapping[str, Any]) -> bool:
        return (record.get("kind"), record.get("field"), record.get("split")) == ("range", "error", self.split)

    def _brushed(self, _change: object) -> None:
        """Select the brushed errors once the brush is let go, and all rows when it is cleared."""
        brush = self.charts["errors"].parts["brush"]
        if self._select is None or brush.brushing:
            return
        ends = np.asarray([] if brush.selected is None else brush.selected, dtype=np.float64)
        if ends.shape == (2,) and np.isfinite(ends).all():
            low, high = sorted(ends.tolist())
            record = {"kind": "range", "field": "error", "low": low, "high": high, "split": self.split}
            # One message of the browser changes both traits that are watched.
            if any(self._selected.get(name) != value for name, value in record.items()):
                self._select(record)
        elif self._is_mine(self._selected):
            self._select({"kind": "all"})


def widget_of(result: PerformanceResult) -> PerformanceWidget:
    """Return a view of one result, standing alone."""
    return PerformanceWidget(result)


def build(workbench: WorkbenchWidget) -> PerformanceWidget:
    """Make the panel from all rows; a brush sets the workbench's selection."""

    def select(record: dict[str, Any]) -> None:
        workbench.selection = {**record, "token": int(workbench.selection.get("token", 0)) + 1}

    widget = PerformanceWidget(performance(workbench.evaluation), workbench=workbench.reference, select=select)
    workbench.observe(lambda change: widget.follow_selection(change["new"]), names="selection")
    return widget


PANEL = Panel("performance", "Performance", "Evaluate", 20, build)
