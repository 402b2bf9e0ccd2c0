"""Drawing a chart: values reach the browser in the order in which bqplot can use them."""

from __future__ import annotations

from typing import Any

import bqplot
import numpy as np
import pytest

from mldebug_widgets.charts.theme import Chart, axis, linear
from mldebug_widgets.charts.ticks import axis_ticks


def test_the_ticks_of_an_axis_are_sent_after_their_format(monkeypatch: pytest.MonkeyPatch) -> None:
    part = axis(linear(0, 1), "x", **axis_ticks(0, 1))
    sent: list[set[str]] = []
    send_state = bqplot.Axis.send_state

    def recorded(self: Any, key: Any = None) -> None:
        sent.append({key} if isinstance(key, str) else set(key))
        send_state(self, key)

    monkeypatch.setattr(bqplot.Axis, "send_state", recorded)
    Chart(bqplot.Figure(axes=[part]), {"x": part}).draw({"x": axis_ticks(1, 52)})
    assert sent == [{"tick_format"}, {"tick_values"}]
    np.testing.assert_array_equal(part.tick_values, [10, 20, 30, 40, 50])


def test_a_view_without_a_kernel_sets_the_format_first_too() -> None:
    assert list(axis_ticks(1, 52)) == ["tick_format", "tick_values"]
