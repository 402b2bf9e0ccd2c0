from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix

import mldebug_widgets as mld
from mldebug_widgets.widgets.performance import PerformanceWidget, build, widget_of
from mldebug_widgets.widgets.workbench import WorkbenchWidget
from tests.widgets.view_fixtures import (
    binary_evaluation,
    multiclass_evaluation,
    probability,
    regression_evaluation,
    table,
)


@pytest.fixture(scope="module")
def regression() -> Any:
    return regression_evaluation()


def brush(widget: PerformanceWidget, low: float, high: float) -> None:
    """Move the brush as the browser does: interval after interval while it is dragged, then let go."""
    selector = widget.charts["errors"].parts["brush"]
    selector.brushing = True
    selector.selected = np.array([low, (low + high) / 2])
    selector.selected = np.array([low, high])
    selector.brushing = False


@pytest.mark.parametrize(
    ("make", "names"),
    [
        (binary_evaluation, {"roc", "pr"}),
        (multiclass_evaluation, {"roc", "pr"}),
        (regression_evaluation, {"actual", "errors"}),
    ],
)
def test_each_task_has_its_figures(make: Any, names: set[str]) -> None:
    widget = widget_of(mld.performance(make()))
    assert set(widget.figures) == set(widget.charts) == names
    assert all(reference.startswith("IPY_MODEL_") for reference in widget.marks.values())
    assert widget.split == widget.result.primary


def test_the_sweep_gives_sklearns_matrix_at_every_stop() -> None:
    evaluation = binary_evaluation()
    sweep = mld.performance(evaluation).split("test").sweep
    assert sweep is not None
    rows = np.asarray(evaluation.splits["test"])
    truth, scores = np.asarray(evaluation.y)[rows] == "yes", np.asarray(evaluation.scores)[rows]
    for stop in range(0, len(sweep.thresholds), 37):
        called = scores >= sweep.thresholds[stop]
        matrix = confusion_matrix(truth, called, labels=[False, True])
        assert sweep.true_positive[stop] == matrix[1, 1]
        assert sweep.false_positive[stop] == matrix[0, 1]


class TestBrush:
    def test_selects_once_when_it_is_let_go(self, regression: Any) -> None:
        asked: list[dict[str, Any]] = []
        widget = PerformanceWidget(mld.performance(regression), select=asked.append)
        brush(widget, -2.0, 1.5)
        assert asked == [{"kind": "range", "field": "error", "low": -2.0, "high": 1.5, "split": widget.split}]

    def test_selects_the_same_rows_in_the_workbench(self, regression: Any) -> None:
        workbench = WorkbenchWidget(regression)
        widget = workbench.open_panel("performance")
        assert isinstance(widget, PerformanceWidget)
        brush(widget, -5.0, 0.0)
        error = np.asarray(regression.scores) - np.asarray(regression.y)
        np.testing.assert_array_equal(workbench.selected.rows, np.flatnonzero((error >= -5) & (error <= 0)))

    def test_selects_in_the_split_that_is_drawn(self) -> None:
        actual = np.linspace(0, 1, 400)
        frame = table()
        parts = {"train": (frame.iloc[:300], actual[:300]), "test": (frame.iloc[300:], actual[300:])}
        workbench = WorkbenchWidget(mld.evaluate(probability, parts, task="regression"))
        widget = workbench.open_panel("performance")
        assert isinstance(widget, PerformanceWidget)
        brush(widget, -2.0, 2.0)
        assert workbench.selected.rows.min() == 300
        widget.set_state({"split": "train"})
        assert widget.charts["errors"].parts["brush"].selected is None
        assert workbench.selected.rows.min() == 300
        brush(widget, -2.0, 2.1)
        assert workbench.selected.rows.max() == 299

    @pytest.mark.parametrize("selected", [np.array([]), np.array([np.nan, 1.0]), np.array([1.0, 2.0, 3.0])])
    def test_an_interval_that_is_none_selects_nothing(self, regression: Any, selected: Any) -> None:
        asked: list[dict[str, Any]] = []
        widget = PerformanceWidget(mld.performance(regression), select=asked.append)
        widget.charts["errors"].parts["brush"].selected = selected
        assert asked == []

    def test_both_traits_in_one_message_are_one_selection(self, regression: Any) -> None:
        workbench = WorkbenchWidget(regression)
        widget = workbench.open_panel("performance")
        assert isinstance(widget, PerformanceWidget)
        selector = widget.charts["errors"].parts["brush"]
        selector.brushing = True
        with selector.hold_trait_notifications():
            selector.selected = np.array([-5.0, 0.0])
            selector.brushing = False
        assert workbench.selection["token"] == 1

    def test_goes_when_something_else_is_selected(self, regression: Any) -> None:
        workbench = WorkbenchWidget(regression)
        widget = workbench.open_panel("performance")
        assert isinstance(widget, PerformanceWidget)
        brush(widget, -5.0, 0.0)
        assert widget.charts["errors"].parts["brush"].selected is not None
        workbench.select([1, 2])
        assert widget.charts["errors"].parts["brush"].selected is None
        np.testing.assert_array_equal(workbench.selected.rows, [1, 2])
        brush(widget, -5.0, 0.0)
        assert workbench.selection["field"] == "error"

    def test_cleared_by_a_click_gives_all_rows_back(self, regression: Any) -> None:
        workbench = WorkbenchWidget(regression)
        widget = workbench.open_panel("performance")
        assert isinstance(widget, PerformanceWidget)
        brush(widget, -5.0, 0.0)
        widget.charts["errors"].parts["brush"].selected = None
        assert workbench.selected.is_everything

    def test_alone_it_does_nothing(self, regression: Any) -> None:
        brush(widget_of(mld.performance(regression)), -2.0, 1.5)


class TestSplit:
    def test_the_browser_may_choose_one_of_the_splits(self) -> None:
        widget = build(WorkbenchWidget(binary_evaluation()))
        widget.set_state({"split": "train"})
        assert widget.split == "train"

    @pytest.mark.parametrize("value", ["validation", 3, None, ["train"]])
    def test_another_is_refused(self, value: Any) -> None:
        widget = widget_of(mld.performance(binary_evaluation()))
        widget.set_state({"split": value})
        assert widget.split == "test"

    def test_the_result_is_not_the_browsers(self) -> None:
        widget = widget_of(mld.performance(binary_evaluation()))
        before = widget.result
        widget.set_state({"result": None, "figures": {}})
        assert widget.result is before
        assert widget.figures


def test_no_message_is_large() -> None:
    widget = widget_of(mld.performance(regression_evaluation()))
    arrays = [part for split in widget.result.splits for part in (split.density.counts, split.errors.counts)]
    assert sum(array.nbytes for array in arrays) < 500_000
