from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mldebug_widgets.analyzers.sensitivity import FeatureCurve
from mldebug_widgets.charts.sensitivity import (
    LARGEST_BAR_COUNT,
    Reference,
    bars_chart,
    draw_bars,
    draw_line,
    drawn_values,
    is_ordered,
    line_chart,
)

HOSTILE = "<img src=x onerror=alert(1)>"
NOTHING = Reference(None, None, None)


def numeric(lines: Any, kind: str = "numeric", grid: Any = None, name: str = "age") -> FeatureCurve:
    ice = np.atleast_2d(np.asarray(lines, dtype=np.float32))
    points = np.linspace(10, 20, ice.shape[1]) if grid is None else np.asarray(grid, dtype=np.float64)
    return FeatureCurve(name, 0, kind, points, (), ice, ice.mean(axis=0), float(np.ptp(ice.mean(axis=0))))


def categories(count: int, *, missing: bool = False) -> FeatureCurve:
    labels: tuple[str | None, ...] = (*(f"value {index}" for index in range(count - missing)), *([None] * missing))
    ice = np.linspace(0.1, 0.9, count, dtype=np.float32)[np.newaxis]
    return FeatureCurve("city", 1, "categorical", np.arange(count, dtype=float), labels, ice, ice[0], 0.8)


def test_a_line_is_the_curve_over_its_grid() -> None:
    curve = numeric([0.1, 0.4, 0.8])
    chart = line_chart()
    chart.draw(draw_line(curve, Reference(14.0, 0.3, 0.5)))
    np.testing.assert_array_equal(chart.parts["line"].x, curve.grid)
    np.testing.assert_array_equal(np.squeeze(chart.parts["line"].y), curve.ice_lines[0])
    assert (chart.parts["x"].min, chart.parts["x"].max) == (10, 20)
    assert (chart.parts["y"].min, chart.parts["y"].max) == (0, 1)
    np.testing.assert_array_equal(chart.parts["original"].x, [14, 14])
    np.testing.assert_array_equal(chart.parts["threshold"].y, [0.5, 0.5])
    assert chart.parts["mean"].y.size == 0
    assert not chart.parts["point"].visible


def test_a_prediction_has_its_own_range_and_no_threshold() -> None:
    drawing = draw_line(numeric([100, 140, 120]), Reference(12.0, 150.0, None))
    assert drawing["y"]["min"] < 100
    assert drawing["y"]["max"] > 150
    assert drawing["threshold"]["x"].size == 0


def test_probabilities_of_several_classes_span_0_to_1() -> None:
    drawing = draw_line(numeric([0.2, 0.21, 0.22]), Reference(12.0, 0.2, None))
    assert (drawing["y"]["min"], drawing["y"]["max"]) == (0.0, 1.0)


@pytest.mark.parametrize("outputs", [[np.nan, np.nan], [5.0, 5.0], [-3.0, np.nan]])
def test_an_axis_never_collapses(outputs: list[float]) -> None:
    drawing = draw_line(numeric(outputs), NOTHING)
    assert drawing["y"]["max"] > drawing["y"]["min"]
    assert np.isfinite([drawing["y"]["min"], drawing["y"]["max"]]).all()


@pytest.mark.parametrize("value", [None, 9.0, 21.0])
def test_an_original_that_is_missing_or_outside_has_no_mark(value: float | None) -> None:
    assert draw_line(numeric([0.1, 0.2]), Reference(value, None, None))["original"]["x"].size == 0


def test_the_mean_of_several_rows_stands_out() -> None:
    curve = numeric([[0.1, 0.2], [0.5, 0.8]])
    drawing = draw_line(curve, NOTHING, mean=True)
    np.testing.assert_allclose(drawing["mean"]["y"], [0.3, 0.5])
    assert drawing["line"]["y"].shape == (2, 2)
    assert drawing["line"]["colors"] != draw_line(curve, NOTHING)["line"]["colors"]


def test_dates_have_calendar_ticks() -> None:
    grid = np.array(["2013-01-01", "2013-07-01", "2013-12-31"], dtype="datetime64[ms]").astype(np.float64)
    drawing = draw_line(numeric([1.0, 2.0, 3.0], "datetime", grid), NOTHING)
    assert "Jan 2013" in drawing["x_axis"]["tick_labels"].values()


def test_bars_are_the_outputs_with_the_first_value_on_top() -> None:
    curve = categories(3, missing=True)
    chart = bars_chart()
    chart.draw(draw_bars(curve, Reference(0, 0.3, 0.5), current=1))
    np.testing.assert_allclose(chart.parts["bars"].y, curve.ice_lines[0], rtol=1e-6)
    assert chart.parts["y"].domain == [2, 1, 0]
    assert chart.parts["y_axis"].tick_labels == {"0": "value 0", "1": "value 1", "2": "missing"}
    accented = [color.startswith("var(--accent") for color in chart.parts["bars"].colors]
    assert accented == [False, True, False]
    np.testing.assert_array_equal(chart.parts["threshold"].x, [0.5, 0.5])


@pytest.mark.parametrize(("original", "current"), [(None, None), (0, 3), (40, None), (40, 45), (None, 45), (40, 40)])
def test_the_original_and_the_current_value_are_always_drawn(original: int | None, current: int | None) -> None:
    drawn = drawn_values(categories(50), original, current)
    assert len(drawn) <= LARGEST_BAR_COUNT
    assert drawn == sorted(drawn)
    assert {value for value in (original, current) if value is not None} <= set(drawn)
    assert 0 in drawn


def test_names_from_data_are_shortened_and_stay_text() -> None:
    name = HOSTILE + " " + "x" * 80
    drawing = draw_line(numeric([0.1, 0.2], name=name), NOTHING)
    assert drawing["x_axis"]["label"].startswith("<img")
    assert len(drawing["x_axis"]["label"]) <= 36


def test_what_is_a_line_and_what_is_not() -> None:
    assert is_ordered(numeric([1, 2]))
    assert not is_ordered(categories(2))
