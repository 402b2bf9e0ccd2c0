"""Sensitivity view: one feature's curves at a time, features ranked by how far they move the mean answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import traitlets

from mldebug_widgets.analyzers.sensitivity import FeatureCurve, SensitivityResult
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
from mldebug_widgets.widgets.base import ViewWidget, encoded

#: More lines than this cover one another; the mean is of all rows.
MOST_LINES = 100

HEIGHT = 300


@dataclass(frozen=True, slots=True)
class CurveSummary:
    """One feature in the ranked list, and how the view draws its curve.

    ``chart`` "line" or "bars" is the figure that it is drawn in, ``values`` what to set per part of it; ``n_drawn``
    lines or bars of ``n_all``.
    """

    position: int
    feature: str
    kind: str
    span: float
    chart: str
    n_drawn: int
    n_all: int
    values: Drawing


@dataclass(frozen=True, slots=True)
class SensitivitySummary:
    """What the view shows of a ``SensitivityResult``; ``curves`` with the largest span first."""

    output_label: str
    n_rows: int
    computed_on: str
    curves: tuple[CurveSummary, ...]


def _summarised(result: SensitivityResult | None, _widget: object) -> Any:
    return encoded(None if result is None else summary(result), _widget)


class SensitivityWidget(ViewWidget):
    """Draws a ``SensitivityResult``.

    Attributes
    ----------
    charts
        The figures, "line" for ordered features and "bars" for categories, to restyle from Python.
    figures, marks
        References of the figures and of their parts, for the view.
    """

    stem = "sensitivity"

    result = traitlets.Any(None).tag(sync=True, to_json=_summarised)
    figures = traitlets.Dict().tag(sync=True)
    marks = traitlets.Dict().tag(sync=True)

    def __init__(self, result: SensitivityResult) -> None:
        self.charts: dict[str, Chart] = {"line": line_chart(HEIGHT), "bars": bars_chart(HEIGHT)}
        drawn = summary(result)
        if drawn.curves:
            self.charts[drawn.curves[0].chart].draw(drawn.curves[0].values)
        super().__init__(
            result=result,
            figures={name: reference(chart.figure) for name, chart in self.charts.items()},
            marks={key: value for name, chart in self.charts.items() for key, value in chart.references(name).items()},
        )


def summary(result: SensitivityResult) -> SensitivitySummary:
    """Return what the view shows of ``result``: at most ``MOST_LINES`` rows' lines, evenly spaced in its order."""
    ranked = sorted(result.curves, key=lambda curve: -curve.span)
    return SensitivitySummary(
        output_label=result.output_label,
        n_rows=len(result.rows),
        computed_on=result.computed_on,
        curves=tuple(_summary_of(curve, result) for curve in ranked),
    )


def _summary_of(curve: FeatureCurve, result: SensitivityResult) -> CurveSummary:
    against = Reference(None, float(result.output.mean()), None)
    if is_ordered(curve):
        n_all = len(curve.ice_lines)
        kept = np.unique(np.linspace(0, n_all - 1, min(n_all, MOST_LINES)).round().astype(np.intp))
        values = draw_line(replace(curve, ice_lines=curve.ice_lines[kept]), against, mean=n_all > 1)
        chart, n_drawn = "line", len(kept)
    else:
        values = draw_bars(curve, against)
        chart, n_drawn, n_all = "bars", len(drawn_values(curve, None, None)), len(curve.labels)
    return CurveSummary(curve.position, curve.feature, curve.kind, curve.span, chart, n_drawn, n_all, values)


def widget_of(result: SensitivityResult) -> SensitivityWidget:
    """Return a view of one result, standing alone."""
    return SensitivityWidget(result)
