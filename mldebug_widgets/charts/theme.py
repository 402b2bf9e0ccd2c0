"""The one look of every figure: colours that follow JupyterLab's theme, quiet axes, margins that clip nothing.

Colours are CSS variables, so a figure follows a switch of the theme without a message. Inside a view the tokens of
``js/ui/theme.css`` apply; a figure that is shown alone uses the fallback, which can be read on white and on black.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import bqplot
import ipywidgets
import numpy as np

ACCENT = "var(--accent, #2f80d8)"
HOT = "var(--hot, #e07b39)"
BAR = "var(--bar, #9fb2c8)"
BESIDE = "var(--bar-2, #7f9dc0)"
MUTED = "var(--ink-3, #858d96)"
INK = "var(--ink-2, #7d858e)"
LINE = "var(--line-2, #9aa2ab)"
GRID = "var(--line, rgba(128,128,128,0.22))"
PAPER = "var(--bg, transparent)"

_TICK_STYLE = {
    "font-size": "11px",
    "font-family": "var(--jp-ui-font-family, system-ui, sans-serif)",
    "font-variant-numeric": "tabular-nums",
    "fill": INK,
}
_MARGIN = {"top": 8, "right": 14, "bottom": 40, "left": 48}
_LABEL_ROOM = 16


@dataclass(frozen=True)
class Chart:
    """A figure and the parts of it that a view or a person may move or restyle, by name.

    ``parts`` are bqplot marks, scales, axes and interactions; each is a widget, so ``chart.parts["curve"].colors``
    can be set from Python and a view can set the same values in the browser.
    """

    figure: bqplot.Figure
    parts: Mapping[str, ipywidgets.Widget] = field(default_factory=dict)

    def draw(self, drawing: Drawing) -> None:
        """Set the values of ``drawing`` on the parts, one message per part and one more for an axis."""
        for name, values in drawing.items():
            part = self.parts[name]
            with part.hold_sync():
                for trait in values.keys() - {"tick_values"}:
                    setattr(part, trait, values[trait])
            # bqplot writes the ticks when their values change, with the format that it has by then.
            if "tick_values" in values:
                part.tick_values = values["tick_values"]

    def references(self, prefix: str) -> dict[str, str]:
        """Return how a view names each part: ``{prefix_part: "IPY_MODEL_<id>"}``."""
        return {f"{prefix}_{name}": reference(part) for name, part in self.parts.items()}


#: Values per part of a chart: {"curve": {"x": array, "y": array}}. Python draws it, and so can a view without a kernel.
Drawing = dict[str, dict[str, Any]]


def reference(widget: ipywidgets.Widget) -> str:
    """Return how another widget's state names ``widget``."""
    return f"IPY_MODEL_{widget.model_id}"


def linear(low: float | None = None, high: float | None = None) -> bqplot.LinearScale:
    """Return a linear scale that spans exactly ``low`` to ``high``: marks never push the axis."""
    return bqplot.LinearScale(min=low, max=high, allow_padding=False)


def axis(scale: bqplot.Scale, label: str, *, vertical: bool = False, grid: bool = False, **options: Any) -> bqplot.Axis:
    """Return a quiet axis: a hairline below, none on the left, where grid lines or ticks do.

    ``options`` are bqplot's: ``tick_values``, ``tick_format``, ``tick_labels``...
    """
    return bqplot.Axis(
        scale=scale,
        label=label,
        side="left" if vertical else "bottom",
        grid_lines="solid" if grid else "none",
        grid_color=GRID,
        color="transparent" if vertical else LINE,
        label_color=INK,
        label_offset=f"{_MARGIN['left']}px" if vertical else "32px",
        tick_style=_TICK_STYLE,
        **options,
    )


def lines(x: Any, y: Any, scales: Mapping[str, bqplot.Scale], color: str = ACCENT, **options: Any) -> bqplot.Lines:
    """Return lines in one colour that do not move the axes."""
    return bqplot.Lines(
        x=np.asarray(x),
        y=np.asarray(y),
        scales=dict(scales),
        colors=[color],
        preserve_domain={"x": True, "y": True},
        **{"stroke_width": 1.75, "interactions": {}, "enable_hover": False, **options},
    )


def point(x: float, y: float, scales: Mapping[str, bqplot.Scale], color: str = ACCENT) -> bqplot.Scatter:
    """Return the one point that stands for the current value: a ring, drawn above everything and never clipped."""
    return bqplot.Scatter(
        x=np.array([x], dtype=np.float64),
        y=np.array([y], dtype=np.float64),
        scales=dict(scales),
        colors=[PAPER],
        stroke=color,
        stroke_width=2.5,
        default_size=70,
        apply_clip=False,
        preserve_domain={"x": True, "y": True},
        interactions={},
        enable_hover=False,
    )


def figure(
    marks: Sequence[bqplot.Mark],
    axes: Sequence[bqplot.Axis],
    *,
    height: int,
    margin: Mapping[str, int] | None = None,
    interaction: bqplot.interacts.Interaction | None = None,
) -> bqplot.Figure:
    """Return a figure as wide as its container and ``height`` pixels high, without toolbar, title or animation."""
    named = any(one.side == "left" and one.label for one in axes)
    left = _MARGIN["left"] + (_LABEL_ROOM if named else 0)
    return bqplot.Figure(
        marks=list(marks),
        axes=list(axes),
        interaction=interaction,
        fig_margin={**_MARGIN, "left": left, **(margin or {})},
        padding_x=0.0,
        padding_y=0.0,
        display_toolbar=False,
        background_style={"fill": "transparent"},
        layout={"width": "100%", "height": f"{height}px", "min_width": "0"},
    )
