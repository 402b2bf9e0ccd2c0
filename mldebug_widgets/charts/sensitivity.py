"""Figures of ``FeatureCurve``: how the answer for a row moves when one feature moves (ICE), and on average (PDP).

A numeric or datetime feature is a line, a category or boolean is a bar per value. Both charts are drawn from a
``Drawing``: plain values per part, which Python sets in a live notebook and a view sets by itself in an exported file.
"""

from __future__ import annotations

from dataclasses import dataclass

import bqplot
import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.sensitivity import FeatureCurve
from mldebug_widgets.charts import theme
from mldebug_widgets.charts.theme import Chart, Drawing
from mldebug_widgets.charts.ticks import axis_ticks, date_ticks, middle_ellipsis

LARGEST_BAR_COUNT = 12
_LONGEST_LABEL = 14
_LONGEST_NAME = 36


@dataclass(frozen=True)
class Reference:
    """What a curve is compared with: the unchanged row's value on the grid and its output, and the threshold.

    ``value`` is a position on the grid (number, milliseconds, or index into the labels), None when the original is
    missing. ``threshold`` is None where the answer is no probability of one class.
    """

    value: float | None
    output: float | None
    threshold: float | None


def line_chart(height: int = 190) -> Chart:
    """Return an empty chart, ``height`` pixels high, for numeric and datetime features; ``draw_line`` fills it.

    Parts: ``line`` the ICE lines (one per row), ``mean`` the PDP, ``original`` the unchanged value, ``threshold``,
    and ``x``, ``y``, ``x_axis``, ``y_axis``. ``point`` is the current value: only a view moves it, while it is dragged.
    """
    scales = {"x": theme.linear(0, 1), "y": theme.linear(0, 1)}
    parts = {
        "threshold": theme.lines([], [], scales, theme.MUTED, stroke_width=1, line_style="dashed"),
        "original": theme.lines([], [], scales, theme.MUTED, stroke_width=1.5),
        "line": theme.lines([], [], scales),
        "mean": theme.lines([], [], scales, theme.HOT, stroke_width=2.5),
        "point": theme.point(0, 0, scales),
    }
    parts["point"].visible = False
    axes = {
        "x_axis": theme.axis(scales["x"], ""),
        "y_axis": theme.axis(scales["y"], "", vertical=True, grid=True),
    }
    figure = theme.figure(list(parts.values()), list(axes.values()), height=height)
    return Chart(figure, {**parts, **scales, **axes})


def bars_chart(height: int = 250) -> Chart:
    """Return an empty chart, ``height`` pixels high, for categories and booleans; ``draw_bars`` fills it.

    Parts: ``bars`` one per value, ``threshold``, and ``x`` (output), ``y`` (values), ``x_axis``, ``y_axis``.
    """
    scales = {"x": bqplot.OrdinalScale(), "y": theme.linear(0, 1)}
    bars = bqplot.Bars(
        x=np.empty(0),
        y=np.empty(0),
        scales=scales,
        orientation="horizontal",
        colors=[theme.BAR],
        stroke="transparent",
        padding=0.3,
        preserve_domain={"x": True, "y": True},
        interactions={},
        enable_hover=False,
    )
    upright = {"x": scales["y"], "y": theme.linear(0, 1)}
    threshold = theme.lines([], [], upright, theme.MUTED, stroke_width=1, line_style="dashed")
    axes = {
        "x_axis": theme.axis(scales["y"], "", grid=True),
        "y_axis": theme.axis(scales["x"], "", vertical=True),
    }
    figure = theme.figure([bars, threshold], list(axes.values()), height=height, margin={"left": 104})
    parts = {"bars": bars, "threshold": threshold, "x": scales["y"], "y": scales["x"], **axes}
    return Chart(figure, parts)


def is_ordered(curve: FeatureCurve) -> bool:
    """Return True when the curve is a line (numeric, datetime), False when it is a bar per value."""
    return not curve.labels


def draw_line(curve: FeatureCurve, against: Reference, *, mean: bool = False) -> Drawing:
    """Return the drawing of a numeric or datetime feature's curve for ``line_chart``.

    Parameters
    ----------
    mean
        Draw the mean of the rows' lines too (PDP); the rows' own lines then step back.
    """
    low, high = float(curve.grid[0]), float(curve.grid[-1])
    y_low, y_high = _output_range(curve, against)
    grid = np.asarray(curve.grid, dtype=np.float64)
    own = theme.BAR if mean else theme.ACCENT
    return {
        "x": {"min": low, "max": high},
        "y": {"min": y_low, "max": y_high},
        "line": {"x": grid, "y": np.asarray(curve.ice_lines), "colors": [own], "stroke_width": 1.0 if mean else 2.0},
        "mean": {"x": grid, "y": np.asarray(curve.pdp_line) if mean else np.empty(0, dtype=np.float32)},
        "original": _upright_line(against.value, low, high, y_low, y_high),
        "threshold": _level_line(against.threshold, low, high),
        "x_axis": {"label": middle_ellipsis(curve.feature, _LONGEST_NAME), **_grid_ticks(curve, low, high)},
        "y_axis": axis_ticks(y_low, y_high),
    }


def draw_bars(curve: FeatureCurve, against: Reference, current: float | None = None) -> Drawing:
    """Return the drawing of a category's or boolean's outputs for ``bars_chart``.

    At most ``LARGEST_BAR_COUNT`` values are drawn: the first of the curve (the most frequent), and always the
    original and the current one. ``drawn_values`` gives their positions.
    """
    drawn = drawn_values(curve, against.value, current)
    outputs = np.asarray(curve.ice_lines, dtype=np.float64).mean(axis=0)[drawn]
    y_low, y_high = _output_range(curve, against)
    base = max(y_low, min(0.0, y_high))
    labels = {str(place): _shown(curve.labels[position]) for place, position in enumerate(drawn)}
    return {
        "bars": {
            "x": np.arange(len(drawn)),
            "y": outputs,
            "base": base,
            "colors": [theme.ACCENT if position == current else theme.BAR for position in drawn],
        },
        "x": {"min": y_low, "max": y_high},
        "y": {"domain": list(range(len(drawn)))[::-1]},
        "threshold": {
            "x": np.array([] if against.threshold is None else [against.threshold] * 2, dtype=np.float64),
            "y": np.array([] if against.threshold is None else [0.0, 1.0], dtype=np.float64),
        },
        "x_axis": {"label": f"by {middle_ellipsis(curve.feature, _LONGEST_NAME)}", **axis_ticks(y_low, y_high)},
        "y_axis": {"tick_labels": labels},
    }


def drawn_values(curve: FeatureCurve, original: float | None, current: float | None) -> list[int]:
    """Return which of the curve's labels are drawn, by position, in the curve's order."""
    wanted = list(range(min(LARGEST_BAR_COUNT, len(curve.labels))))
    for needed in (original, current):
        if needed is not None and int(needed) not in wanted:
            wanted[-1 if needed == original else -2] = int(needed)
    return sorted(set(wanted))


def _output_range(curve: FeatureCurve, against: Reference) -> tuple[float, float]:
    """Return the span of the output axis: 0 to 1 for a probability, else what is drawn with a margin."""
    values = np.append(np.asarray(curve.ice_lines, dtype=np.float64).ravel(), np.nan)
    if against.threshold is not None or _looks_like_share(values):
        return 0.0, 1.0
    extremes = np.append(values, np.nan if against.output is None else against.output)
    known = extremes[np.isfinite(extremes)]
    if not known.size:
        return 0.0, 1.0
    low, high = float(known.min()), float(known.max())
    margin = 0.06 * (high - low) or 0.5 * max(1.0, abs(high))
    return low - margin, high + margin


def _looks_like_share(values: npt.NDArray[np.float64]) -> bool:
    known = values[np.isfinite(values)]
    return bool(known.size) and float(known.min()) >= 0.0 and float(known.max()) <= 1.0


def _upright_line(value: float | None, low: float, high: float, bottom: float, top: float) -> dict[str, object]:
    inside = value is not None and low <= value <= high
    return {
        "x": np.array([value, value] if inside else [], dtype=np.float64),
        "y": np.array([bottom, top] if inside else [], dtype=np.float64),
    }


def _level_line(level: float | None, low: float, high: float) -> dict[str, object]:
    return {
        "x": np.array([] if level is None else [low, high], dtype=np.float64),
        "y": np.array([] if level is None else [level, level], dtype=np.float64),
    }


def _grid_ticks(curve: FeatureCurve, low: float, high: float) -> dict[str, object]:
    if curve.kind == "datetime":
        positions, labels = date_ticks(low, high, count=3)
        return {"tick_labels": labels, "tick_format": "", "tick_values": positions}
    whole = bool((np.floor(curve.grid) == curve.grid).all())
    return {**axis_ticks(low, high, whole=whole), "tick_labels": {}}


def _shown(label: str | None) -> str:
    return "missing" if label is None else middle_ellipsis(label, _LONGEST_LABEL)
