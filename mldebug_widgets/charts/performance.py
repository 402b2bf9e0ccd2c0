"""Figures of a ``PerformanceResult``: ROC, precision against recall, predicted against actual, error histogram.

Each chart starts on the primary split. Its parts are named, so that a view can move it to another split, class or
threshold in the browser with the arrays it already has.
"""

from __future__ import annotations

import bqplot
import ipywidgets
import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.performance import (
    Curve,
    Density,
    Histogram,
    PerformanceResult,
    SplitPerformance,
    ThresholdSweep,
)
from mldebug_widgets.charts import theme
from mldebug_widgets.charts.png import indexed_png, log_levels, ramp
from mldebug_widgets.charts.theme import Chart, Drawing
from mldebug_widgets.charts.ticks import axis_ticks

HEIGHT = 240
_NO_CURVE = Curve(x=np.empty(0, dtype=np.float32), y=np.empty(0, dtype=np.float32), n_points=0)
_SHARES = np.array([0.0, 0.25, 0.5, 0.75, 1.0])


def roc_chart(result: PerformanceResult) -> Chart:
    """Draw recall against the false positive rate of the primary split.

    Parts: ``curve`` the split (and class) in focus, ``other`` the split to compare with, ``point`` the threshold
    (binary only).
    """
    split, other = _in_focus(result)
    scales = {"x": theme.linear(0, 1), "y": theme.linear(0, 1)}
    chance = theme.lines([0, 1], [0, 1], scales, theme.LINE, stroke_width=1)
    parts = _curves(_first(split.class_roc), _first(other.class_roc), scales)
    marks = [chance, parts["other"], parts["curve"]]
    if split.sweep is not None:
        x, y = _operating_point(split.sweep, result.threshold)
        parts["point"] = theme.point(x, y, scales)
        marks.append(parts["point"])
    figure = theme.figure(marks, _share_axes(scales, "False positive rate", "Recall"), height=HEIGHT)
    return Chart(figure, parts)


def pr_chart(result: PerformanceResult) -> Chart:
    """Draw precision against recall of the primary split.

    Parts: ``curve``, ``other`` and ``point`` as in ``roc_chart``, ``base`` the precision of calling every row positive.
    """
    split, other = _in_focus(result)
    scales = {"x": theme.linear(0, 1), "y": theme.linear(0, 1)}
    share = _positive_share(result, split)
    parts = _curves(_first(split.class_pr), _first(other.class_pr), scales)
    parts["base"] = theme.lines([0, 1], [share, share], scales, theme.LINE, stroke_width=1)
    marks = [parts["base"], parts["other"], parts["curve"]]
    if split.sweep is not None:
        recall, precision = _precision_point(split.sweep, result.threshold)
        parts["point"] = theme.point(recall, precision, scales)
        marks.append(parts["point"])
    figure = theme.figure(marks, _share_axes(scales, "Recall", "Precision"), height=HEIGHT)
    return Chart(figure, parts)


def actual_chart(result: PerformanceResult) -> Chart:
    """Draw predicted against actual: how many rows fall in each cell, on a log scale of colour, and the identity line.

    All rows are counted. Parts: one image per split, named ``split_0``, ``split_1``... in the result's order; only
    the primary split's is visible.
    """
    densities = [split.density for split in result.splits if split.density is not None]
    x_low, x_high = min(d.x_low for d in densities), max(d.x_high for d in densities)
    y_low, y_high = min(d.y_low for d in densities), max(d.y_high for d in densities)
    scales = {"x": theme.linear(x_low, x_high), "y": theme.linear(y_low, y_high)}
    parts = {
        f"split_{index}": _image(split.density, scales, visible=split.split == result.primary)
        for index, split in enumerate(result.splits)
        if split.density is not None
    }
    ends = [max(x_low, y_low), min(x_high, y_high)]
    identity = theme.lines(ends, ends, scales, theme.MUTED, stroke_width=1)
    axes = [
        theme.axis(scales["x"], "Actual", **axis_ticks(x_low, x_high)),
        theme.axis(scales["y"], "Predicted", vertical=True, **axis_ticks(y_low, y_high)),
    ]
    return Chart(theme.figure([*parts.values(), identity], axes, height=320), parts)


def errors_chart(result: PerformanceResult) -> Chart:
    """Draw how often each error (predicted minus actual) occurs in the primary split.

    Parts: ``bars``, ``zero`` the line of no error, ``x``, ``y``, ``x_axis``, ``y_axis``, and ``brush``, which selects
    an interval.
    """
    split, _ = _in_focus(result)
    if split.errors is None:
        raise ValueError("the result holds no errors: it is not a regression")
    scales = {"x": theme.linear(0, 1), "y": theme.linear(0, 1)}
    bars = bqplot.Bars(
        x=np.empty(0),
        y=np.empty(0),
        scales=scales,
        colors=[theme.BAR],
        stroke="transparent",
        padding=0.12,
        preserve_domain={"x": True, "y": True},
        interactions={},
        enable_hover=False,
    )
    zero = theme.lines([], [], scales, theme.MUTED, stroke_width=1)
    brush = bqplot.interacts.BrushIntervalSelector(scale=scales["x"], marks=[], color=theme.ACCENT)
    axes = {
        "x_axis": theme.axis(scales["x"], "Predicted minus actual"),
        "y_axis": theme.axis(scales["y"], "Rows", vertical=True),
    }
    figure = theme.figure([bars, zero], list(axes.values()), height=HEIGHT, interaction=brush)
    chart = Chart(figure, {"bars": bars, "zero": zero, "brush": brush, **scales, **axes})
    chart.draw(draw_errors(split.errors))
    return chart


def draw_errors(errors: Histogram) -> Drawing:
    """Return the drawing of one split's errors for ``errors_chart``."""
    low, high = float(errors.edges[0]), float(errors.edges[-1])
    # A little above the highest bar.
    top = 1.05 * max(1.0, float(errors.counts.max(initial=0)))
    return {
        "x": {"min": low, "max": high},
        "y": {"min": 0.0, "max": top},
        "bars": {"x": (errors.edges[:-1] + errors.edges[1:]) / 2, "y": errors.counts.astype(np.float64)},
        "zero": {"x": np.zeros(2), "y": np.array([0.0, top])},
        "x_axis": axis_ticks(low, high, count=6),
        "y_axis": axis_ticks(0.0, top),
    }


def _in_focus(result: PerformanceResult) -> tuple[SplitPerformance, SplitPerformance]:
    """Return the primary split and the split to compare it with (itself when there is only one)."""
    focus = next(split for split in result.splits if split.split == result.primary)
    return focus, next((split for split in result.splits if split is not focus), focus)


def _first(curves: tuple[Curve, ...]) -> Curve:
    """Return the curve to start on: the positive class's (binary: the only one), else the first class's."""
    return curves[0] if curves else _NO_CURVE


def _curves(curve: Curve, other: Curve, scales: dict[str, bqplot.Scale]) -> dict[str, ipywidgets.Widget]:
    compared = other is not curve
    return {
        "curve": theme.lines(curve.x, curve.y, scales, stroke_width=2),
        "other": theme.lines(other.x, other.y, scales, theme.BESIDE, stroke_width=1.25, visible=compared),
    }


def _share_axes(scales: dict[str, bqplot.Scale], x_label: str, y_label: str) -> list[bqplot.Axis]:
    return [
        theme.axis(scales["x"], x_label, grid=True, tick_values=_SHARES, tick_format="~g"),
        # Without its zero, which would touch the other axis' zero in the corner.
        theme.axis(scales["y"], y_label, vertical=True, grid=True, tick_values=_SHARES[1:], tick_format="~g"),
    ]


def _image(density: Density, scales: dict[str, bqplot.Scale], *, visible: bool) -> bqplot.Image:
    png = indexed_png(log_levels(density.counts[::-1]), ramp())
    return bqplot.Image(
        image=ipywidgets.Image(value=png, format="png"),
        x=np.array([density.x_low, density.x_high]),
        y=np.array([density.y_low, density.y_high]),
        scales=scales,
        pixelated=True,
        visible=visible,
        preserve_domain={"x": True, "y": True},
    )


def _stop(sweep: ThresholdSweep, threshold: float | None) -> int:
    distance: npt.NDArray[np.float64] = np.abs(sweep.thresholds - (0.5 if threshold is None else threshold))
    return int(distance.argmin())


def _operating_point(sweep: ThresholdSweep, threshold: float | None) -> tuple[float, float]:
    stop = _stop(sweep, threshold)
    return (
        int(sweep.false_positive[stop]) / max(1, sweep.negatives),
        int(sweep.true_positive[stop]) / max(1, sweep.positives),
    )


def _precision_point(sweep: ThresholdSweep, threshold: float | None) -> tuple[float, float]:
    stop = _stop(sweep, threshold)
    true_positive, false_positive = int(sweep.true_positive[stop]), int(sweep.false_positive[stop])
    called = true_positive + false_positive
    return true_positive / max(1, sweep.positives), true_positive / called if called else 1.0


def _positive_share(result: PerformanceResult, split: SplitPerformance) -> float:
    if split.sweep is not None:
        return split.sweep.positives / max(1, split.sweep.positives + split.sweep.negatives)
    total = int(split.confusion.sum())
    return int(split.confusion[0].sum()) / total if total else 0.0
