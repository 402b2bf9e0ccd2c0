"""What-if panel: one row, a control per feature, and the model's answer while a control is dragged."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from mldebug_widgets.analyzers.arguments import checked_row
from mldebug_widgets.analyzers.columns import Scalar
from mldebug_widgets.analyzers.sensitivity import FeatureCurve, edited_curve, sensitivity
from mldebug_widgets.analyzers.whatif import (
    NearestRow,
    Prediction,
    WhatifResult,
    nearest_other,
    open_row,
    predict_edited,
)
from mldebug_widgets.charts.sensitivity import (
    Reference,
    bars_chart,
    draw_bars,
    draw_line,
    drawn_values,
    is_ordered,
    line_chart,
)
from mldebug_widgets.charts.theme import Chart, Drawing, reference
from mldebug_widgets.errors import MldError
from mldebug_widgets.evaluation.evaluation import Evaluation
from mldebug_widgets.widgets.base import ViewWidget, encoded
from mldebug_widgets.widgets.channel import request
from mldebug_widgets.widgets.edits import checked_edits, checked_position
from mldebug_widgets.widgets.panels import Panel
from mldebug_widgets.widgets.worker import Job, Worker
from mldebug_widgets.wire import encode

if TYPE_CHECKING:
    from mldebug_widgets.widgets.workbench import WorkbenchWidget


@dataclass(frozen=True, slots=True)
class CurveDrawing:
    """How the view shows one feature's curve.

    ``chart`` "line" or "bars" is the figure that it is drawn in. ``drawn`` are the positions of the labels that have a
    bar. ``values`` per part of the chart are set by the view itself where no kernel does it.
    """

    position: int
    chart: str
    drawn: tuple[int, ...]
    values: Drawing | None
    curve: FeatureCurve


class WhatifWidget(ViewWidget):
    """Answers what the model would say for a row with other values.

    Attributes
    ----------
    result
        The ``WhatifResult`` of the open row, or None when no row is open.
    row
        The open row; a workbench sets it, a view that stands alone writes it.
    edits
        {feature position as text: value}; written by the view, kept in a saved state.
    features, task, classes, threshold, n_rows, highest_loss_row
        What the view must know of the data. In a workbench its own threshold counts.
    unavailable
        Why the model cannot answer for edited rows, or "".
    charts
        The figures of the curve, "line" for ordered features and "bars" for categories, to restyle from Python.
    figures, marks
        References of the figures and of their parts, for the view.
    curves, nearest_row
        In an exported file: the curves that the view moves on, and the nearest row with another answer.
    """

    stem = "whatif"
    browser_writes = frozenset({"edits", "row"})

    row = traitlets.Int(None, allow_none=True).tag(sync=True)
    edits = traitlets.Dict().tag(sync=True)
    features = traitlets.Any(()).tag(sync=True, to_json=encoded)
    task = traitlets.Unicode("").tag(sync=True)
    classes: Any = traitlets.List().tag(sync=True)
    threshold = traitlets.Float(None, allow_none=True).tag(sync=True)
    n_rows = traitlets.Int(0).tag(sync=True)
    highest_loss_row = traitlets.Int(None, allow_none=True).tag(sync=True)
    unavailable = traitlets.Unicode("").tag(sync=True)
    figures = traitlets.Dict().tag(sync=True)
    marks = traitlets.Dict().tag(sync=True)
    curves = traitlets.Any(None, allow_none=True).tag(sync=True, to_json=encoded)
    nearest_row = traitlets.Any(None, allow_none=True).tag(sync=True, to_json=encoded)

    def __init__(self, evaluation: Evaluation, workbench: WorkbenchWidget | None = None) -> None:
        """Open the workbench's row, or no row when the widget stands alone."""
        self._evaluation = evaluation
        self._workbench = workbench
        self._worker = workbench.worker if workbench else Worker(lambda _text, _fraction: None)
        self._searches = 0
        self.charts: dict[str, Chart] = {"line": line_chart(), "bars": bars_chart()}
        super().__init__(
            workbench=workbench.reference if workbench else "",
            features=evaluation.features,
            task=evaluation.task,
            classes=list(evaluation.class_names),
            threshold=evaluation.threshold,
            n_rows=evaluation.n,
            highest_loss_row=_highest_loss_row(evaluation),
            unavailable=evaluation.model.why_cannot,
            figures={name: reference(chart.figure) for name, chart in self.charts.items()},
            marks={key: value for name, chart in self.charts.items() for key, value in chart.references(name).items()},
        )
        self.observe(lambda change: self._open(change["new"]), names="row")
        if workbench is not None:
            workbench.observe(lambda change: setattr(self, "row", change["new"]), names="row")
            self.row = workbench.row

    @property
    def evaluation(self) -> Evaluation:
        """What is asked; in a workbench, at its present threshold."""
        return self._workbench.evaluation if self._workbench else self._evaluation

    def accepts(self, name: str, value: Any) -> bool:
        """Return whether there is such a row; edits must fit their columns."""
        if name == "row":
            return value is None or (type(value) is int and 0 <= value < self.n_rows)
        try:
            checked_edits(value, self.evaluation.features, self.evaluation.X)
        except MldError:
            return False
        return True

    @request
    def open_row(self, row: int) -> WhatifResult:
        """Open a row for editing; its edits start empty."""
        position = checked_row(row, self.n_rows)
        if self._workbench is None:
            self.row = position
        else:
            self._workbench.row = position
        opened: WhatifResult = self.result
        return opened

    @request
    def predict(self, row: int, edits: Mapping[str, Any]) -> Prediction:
        """Return the model's answer for ``row`` with ``edits``."""
        at, values = checked_row(row, self.n_rows), self._checked(edits)
        with self._worker.making_way():
            return predict_edited(self.evaluation, at, values)

    @request
    def curve(self, row: int, position: int, edits: Mapping[str, Any]) -> CurveDrawing:
        """Draw the curve of the feature at ``position`` with the other edits applied, and return it."""
        at, feature, values = checked_row(row, self.n_rows), self._position(position), self._checked(edits)
        with self._worker.making_way():
            curve = edited_curve(self.evaluation, at, feature, values)
        drawing = self._drawing(open_row(self.evaluation, at), curve, values)
        if drawing.values is not None:
            self.charts[drawing.chart].draw(drawing.values)
        return replace(drawing, values=None)

    @request
    def nearest(self, row: int, edits: Mapping[str, Any]) -> Future[NearestRow]:
        """Search the nearest row with another answer, in the background; a newer search ends an older one."""
        evaluation, at, values = self.evaluation, checked_row(row, self.n_rows), self._checked(edits)
        # The model is asked here: it belongs to the thread that runs the notebook's cells.
        prediction = predict_edited(evaluation, at, values)
        self._searches += 1
        search = self._searches

        def look(job: Job) -> NearestRow:
            return nearest_other(
                evaluation, at, values, lambda: job.cancelled() or search != self._searches, prediction=prediction
            )

        return self._worker.submit(look)

    def prepare_report(self) -> dict[str, Any]:
        """Return what an exported file moves on: the open row, its curves, and the nearest row with another answer.

        Nobody can open a row there, so where none is open it is the row with the highest loss.
        """
        evaluation = self.evaluation
        row = self.highest_loss_row if self.row is None else self.row
        if row is None or self.unavailable:
            return {"row": None, "result": None, "curves": None, "nearest_row": None}
        opened = open_row(evaluation, row)
        curves = sensitivity(evaluation, row).curves
        return {
            "row": row,
            "result": opened,
            "curves": [self._drawing(opened, curve, {}) for curve in curves],
            "nearest_row": nearest_other(evaluation, row, {}, prediction=opened.prediction),
        }

    def report_state(self, *, include_data: bool) -> dict[str, Any]:
        """Return the state of an exported file: curves of the unchanged row instead of a model."""
        state: dict[str, Any] = {"mode": "report", "edits": {}, "threshold": self.evaluation.threshold}
        return {**state, **{name: encode(value) for name, value in self.prepare_report().items()}}

    def _open(self, row: int | None) -> None:
        self.edits = {}
        self.result = None if row is None else open_row(self.evaluation, row)

    def _position(self, position: Any) -> int:
        return checked_position(position, self.evaluation.features)

    def _checked(self, edits: Any) -> dict[int, Scalar]:
        return checked_edits(edits, self.evaluation.features, self.evaluation.X)

    def _drawing(self, opened: WhatifResult, curve: FeatureCurve, edits: Mapping[int, Scalar]) -> CurveDrawing:
        original = opened.values[curve.position]
        against = Reference(_place(original, curve), opened.prediction.output, self.evaluation.threshold)
        current = _place(edits.get(curve.position, original), curve)
        if is_ordered(curve):
            return CurveDrawing(curve.position, "line", (), draw_line(curve, against), curve)
        drawn = tuple(drawn_values(curve, against.value, current))
        return CurveDrawing(curve.position, "bars", drawn, draw_bars(curve, against, current), curve)


def _place(value: Scalar, curve: FeatureCurve) -> float | None:
    """Return where ``value`` stands on the curve's grid: itself, or the position of its label; None when nowhere."""
    if is_ordered(curve):
        return None if value is None or isinstance(value, str) else float(value)
    label = None if value is None else str(value)
    return float(curve.labels.index(label)) if label in curve.labels else None


def _highest_loss_row(evaluation: Evaluation) -> int | None:
    """Return the row of the primary split with the highest loss, or None when no loss is known."""
    rows = np.asarray(evaluation.splits[evaluation.primary])
    losses = np.asarray(evaluation.loss)[rows]
    return int(rows[np.nanargmax(losses)]) if np.isfinite(losses).any() else None


def build(workbench: WorkbenchWidget) -> WhatifWidget:
    """Make the panel on the workbench's row."""
    return WhatifWidget(workbench.evaluation, workbench)


PANEL = Panel("whatif", "What-if", "Explain", 50, build)
