from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image
from sklearn.metrics import precision_score, recall_score

import mldebug_widgets as mld
from mldebug_widgets.charts.performance import actual_chart, errors_chart, pr_chart, roc_chart
from tests.widgets.view_fixtures import (
    binary_evaluation,
    multiclass_evaluation,
    probability,
    regression_evaluation,
    table,
)


@pytest.fixture(scope="module")
def binary() -> Any:
    return binary_evaluation()


@pytest.fixture(scope="module")
def regression() -> Any:
    return regression_evaluation()


def held_out(evaluation: Any) -> tuple[Any, Any]:
    rows = np.asarray(evaluation.splits[evaluation.primary])
    return np.asarray(evaluation.y)[rows], np.asarray(evaluation.scores)[rows]


@pytest.mark.parametrize("threshold", [0.2, 0.5, 0.83])
def test_the_point_stands_where_sklearn_puts_the_threshold(binary: Any, threshold: float) -> None:
    truth, scores = held_out(binary)
    called, positive = scores >= threshold, truth == "yes"
    result = mld.performance(binary, threshold=threshold)
    roc, pr = roc_chart(result).parts["point"], pr_chart(result).parts["point"]
    recall = recall_score(positive, called)
    assert (roc.x[0], roc.y[0]) == pytest.approx((1 - recall_score(~positive, ~called), recall))
    assert (pr.x[0], pr.y[0]) == pytest.approx((recall, precision_score(positive, called)))


def test_the_curve_is_the_primary_splits_and_the_other_stands_beside_it(binary: Any) -> None:
    result = mld.performance(binary)
    chart = roc_chart(result)
    np.testing.assert_array_equal(chart.parts["curve"].y, result.split("test").class_roc[0].y)
    np.testing.assert_array_equal(chart.parts["other"].y, result.split("train").class_roc[0].y)
    assert chart.parts["other"].visible


def test_one_split_has_nothing_beside_it() -> None:
    chart = roc_chart(mld.performance(multiclass_evaluation()))
    assert not chart.parts["other"].visible
    assert "point" not in chart.parts


def test_a_split_of_one_class_has_an_empty_curve() -> None:
    frame = table(40)
    evaluation = mld.evaluate(
        probability, (frame, np.repeat("yes", len(frame))), task="binary", class_names=["no", "yes"]
    )
    result = mld.performance(evaluation)
    assert roc_chart(result).parts["curve"].x.size == 0
    assert pr_chart(result).parts["base"].y[0] == 1.0


def test_every_row_is_in_the_density_image_and_low_is_at_the_bottom(regression: Any) -> None:
    result = mld.performance(regression)
    density = result.split().density
    assert density is not None
    assert density.counts.sum() == result.split().n_scored
    image = actual_chart(result).parts["split_0"]
    pixels = np.asarray(Image.open(io.BytesIO(image.image.value)).convert("RGBA"))
    np.testing.assert_array_equal(pixels[..., 3] > 0, density.counts[::-1] > 0)
    assert (image.x[0], image.x[1]) == (density.x_low, density.x_high)


def test_the_bars_stand_on_the_bins(regression: Any) -> None:
    result = mld.performance(regression)
    histogram = result.split().errors
    assert histogram is not None
    chart = errors_chart(result)
    np.testing.assert_array_equal(chart.parts["bars"].y, histogram.counts)
    assert chart.parts["bars"].x[0] == pytest.approx((histogram.edges[0] + histogram.edges[1]) / 2)
    assert (chart.parts["x"].min, chart.parts["x"].max) == (histogram.edges[0], histogram.edges[-1])
    assert chart.figure.interaction is chart.parts["brush"]


def test_errors_of_a_classification_are_refused(binary: Any) -> None:
    with pytest.raises(ValueError, match="not a regression"):
        errors_chart(mld.performance(binary))


@pytest.mark.parametrize("make", [roc_chart, pr_chart])
def test_figures_follow_the_theme_and_fill_their_container(binary: Any, make: Any) -> None:
    figure = make(mld.performance(binary)).figure
    assert figure.layout.width == "100%"
    assert not figure.display_toolbar
    assert figure.background_style == {"fill": "transparent"}
    for mark in figure.marks:
        assert all(color.startswith("var(--") for color in mark.colors)
    for axis in figure.axes:
        assert axis.label
        assert axis.label_color.startswith("var(--")
        assert axis.tick_style["fill"].startswith("var(--")


def test_parts_can_be_restyled_from_python(binary: Any) -> None:
    chart = roc_chart(mld.performance(binary))
    chart.parts["curve"].colors = ["#222222"]
    assert chart.references("roc")["roc_curve"] == f"IPY_MODEL_{chart.parts['curve'].model_id}"
