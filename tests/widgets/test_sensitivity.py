from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import mldebug_widgets as mld
from mldebug_widgets.widgets.sensitivity import MOST_LINES, summary, widget_of
from tests.widgets.view_fixtures import binary_evaluation


@pytest.fixture(scope="module")
def evaluation() -> Any:
    return binary_evaluation()


def test_features_come_with_the_largest_movement_first(evaluation: Any) -> None:
    result = mld.sensitivity(evaluation, [1, 5, 9], grid=12)
    ranked = summary(result).curves
    assert [curve.feature for curve in ranked] == list(result.range.index)
    assert ranked[0].feature == "age"


def test_the_first_curve_is_drawn_before_anybody_clicks(evaluation: Any) -> None:
    result = mld.sensitivity(evaluation, 3, grid=12)
    widget = widget_of(result)
    np.testing.assert_array_equal(np.squeeze(widget.charts["line"].parts["line"].y), result.ice["age"][0])


def test_many_rows_draw_some_lines_and_the_mean_of_all(evaluation: Any) -> None:
    result = mld.sensitivity(evaluation, range(400), features=["age"], grid=8)
    (curve,) = summary(result).curves
    assert (curve.n_drawn, curve.n_all) == (MOST_LINES, 400)
    assert curve.values["line"]["y"].shape == (MOST_LINES, 8)
    np.testing.assert_allclose(curve.values["mean"]["y"], result.ice["age"].mean(axis=0), rtol=1e-5)


def test_a_category_is_bars_of_the_mean(evaluation: Any) -> None:
    result = mld.sensitivity(evaluation, [1, 5, 9], features=[3])
    (curve,) = summary(result).curves
    assert curve.chart == "bars"
    np.testing.assert_allclose(curve.values["bars"]["y"], result.curves[0].ice_lines.mean(axis=0), rtol=1e-5)


def test_nothing_to_move_is_no_error(evaluation: Any) -> None:
    widget = widget_of(mld.sensitivity(evaluation, 3, features=["note"]))
    assert widget.get_state()["result"]["curves"] == []


def test_the_wire_carries_the_summary_not_every_line(evaluation: Any) -> None:
    widget = widget_of(mld.sensitivity(evaluation, range(400), grid=50))
    sent = widget.get_state()["result"]
    assert set(sent) == {"output_label", "n_rows", "computed_on", "curves"}
    longest = max(len(curve["values"]["line"]["y"]["data"]) for curve in sent["curves"] if curve["chart"] == "line")
    assert longest <= MOST_LINES * 50 * 4
