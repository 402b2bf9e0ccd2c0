"""The panel against the engine and the user's own function, in a thread without and with an event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from torch import nn

import mldebug_widgets as mld
from mldebug_widgets.errors import MldError
from mldebug_widgets.widgets.attribution_summary import MOST_DOTS, MOST_FEATURES, cell_text, summary_of
from mldebug_widgets.widgets.attributions import PARTS, AttributionsWidget
from mldebug_widgets.widgets.workbench import WorkbenchWidget
from mldebug_widgets.wire import LARGEST_MESSAGE, encode
from tests.widgets.linear_evaluations import N, linear_evaluation
from tests.widgets.view_fixtures import binary_evaluation, multiclass_evaluation, regression_evaluation


def opened(evaluation: Any) -> tuple[WorkbenchWidget, AttributionsWidget]:
    workbench = WorkbenchWidget(evaluation)
    workbench.panel = "attributions"
    panel = workbench.views["attributions"]
    assert isinstance(panel, AttributionsWidget)
    return workbench, panel


@pytest.fixture(scope="module")
def binary_panel() -> AttributionsWidget:
    return opened(binary_evaluation())[1]


def states(panel: AttributionsWidget) -> set[str]:
    return {panel.status[part]["state"] for part in PARTS}


class TestOneRow:
    def test_the_steps_of_a_linear_model_are_known(self) -> None:
        evaluation = linear_evaluation()
        workbench, panel = opened(evaluation)
        workbench.row = 7
        means = evaluation.X.mean()
        weights = pd.Series([-1.0, -2.0, -3.0], index=evaluation.X.columns)
        wanted = weights * (evaluation.X.iloc[7] - means)
        found = {step.name: step.value for step in panel.local.steps}
        assert found == pytest.approx(wanted.to_dict(), abs=1e-4)
        assert panel.local.output - panel.local.baseline_output == pytest.approx(wanted.sum(), abs=1e-4)
        assert [abs(step.value) for step in panel.local.steps] == pytest.approx(
            sorted(map(abs, wanted), reverse=True), abs=1e-4
        )

    def test_is_the_open_row_else_the_highest_loss_of_the_selection_else_of_all(self) -> None:
        workbench, panel = opened(binary_evaluation())
        loss = workbench.evaluation.loss
        held_out = workbench.evaluation.splits[workbench.evaluation.primary]
        assert loss[panel.local.row] == np.max(loss[held_out])
        workbench.select("age > 70")
        assert loss[panel.local.row] == np.max(loss[workbench.selected.rows])
        assert panel.local.row in workbench.selected.rows
        assert panel.local.why == "the highest loss of the selection"
        workbench.row = 11
        assert (panel.local.row, panel.local.why) == (11, "open under What-if")
        workbench.select("age < 30")
        assert panel.local.row == 11

    def test_follows_only_while_it_is_looked_at(self) -> None:
        workbench, panel = opened(binary_evaluation())
        workbench.panel = "overview"
        workbench.row = 5
        assert panel.local.row != 5
        workbench.panel = "attributions"
        assert panel.local.row == 5

    @pytest.mark.parametrize(
        ("cell", "text"),
        [
            (73_500.0, "73,500"), (-0.25, "\u22120.25"), (-0.634567, "\u22120.6346"), (1_234.567, "1,234.57"),
            (np.nan, "missing"), (None, "missing"), (pd.NaT, "missing"),
            (pd.Timestamp("2020-04-29"), "2020-04-29"), (pd.Timestamp("2020-04-29 05:06"), "2020-04-29 05:06"),
            (True, "True"), (np.int64(3), "3"), ("<b>", "<b>"),
        ],
    )  # fmt: skip
    def test_cells_read_as_elsewhere(self, cell: Any, text: str) -> None:
        assert cell_text(cell) == text


class TestAllRows:
    def test_bars_are_means_of_all_and_dots_are_the_results(self) -> None:
        evaluation = linear_evaluation()
        _, panel = opened(evaluation)
        summary = summary_of(panel.result)
        by_hand = (np.abs(evaluation.X - evaluation.X.mean()) * [1, 2, 3]).mean()
        assert {each.name: each.mean_abs for each in summary.features} == pytest.approx(by_hand.to_dict(), rel=1e-4)
        assert [each.name for each in summary.features] == ["x2", "x1", "x0"]
        np.testing.assert_array_equal(summary.dots.rows, np.arange(N))
        cells = summary.features[0].origin + summary.dots.x[:, 0]
        np.testing.assert_allclose(cells, evaluation.X["x2"], atol=1e-6)
        assert summary.dots.x.dtype == np.float32
        np.testing.assert_array_equal(summary.dots.values[:, 0], panel.result.values[:, 2])

    def test_the_mean_line_is_that_of_all_rows(self, binary_panel: AttributionsWidget) -> None:
        panel = binary_panel
        summary = summary_of(panel.result)
        assert [each.name for each in summary.features if not len(each.curve.x)] == ["note"]
        for feature in [each for each in summary.features if len(each.curve.x)]:
            total = (feature.curve.mean * feature.curve.count).sum() / max(feature.curve.count.sum(), 1)
            present = np.isfinite(summary.dots.x[:, [each.name for each in summary.features].index(feature.name)])
            place = panel.result.features.index(feature.name)
            assert total == pytest.approx(panel.result.values[present, place].mean(), abs=1e-6)

    def test_categories_missing_cells_and_rare_values_have_places(self, binary_panel: AttributionsWidget) -> None:
        features = {each.name: each for each in summary_of(binary_panel.result).features}
        assert features["note"].labels == ()  # texts are no categories
        assert features["member"].labels == ("False", "True")
        assert features["income"].labels == ()

    def test_many_rows_and_columns_fit_one_message(self) -> None:
        _, panel = opened(linear_evaluation(4_000, 40))
        summary = summary_of(panel.result)
        assert len(summary.dots.rows) == MOST_DOTS
        assert (len(summary.features), summary.n_others) == (MOST_FEATURES, 10)
        size = sum(len(array["data"]) for array in encode(summary)["dots"].values())
        assert size < LARGEST_MESSAGE / 3


class TestCompared:
    def test_the_selection_against_the_rest(self) -> None:
        workbench, panel = opened(linear_evaluation())
        workbench.select("x2 > 3")
        inside = workbench.evaluation.X["x2"].to_numpy() > 3
        values = panel.result.values
        found = {each.name: each for each in panel.compared.features}["x2"]
        assert found.selected_mean == pytest.approx(values[inside, 2].mean(), abs=1e-5)
        assert found.rest_mean_abs == pytest.approx(np.abs(values[~inside, 2]).mean(), abs=1e-5)
        assert panel.compared.features[0].name == "x2"
        assert (panel.compared.n_selected, panel.compared.n_rest) == (inside.sum(), (~inside).sum())
        workbench.select(None)
        assert panel.compared is None

    def test_a_selection_that_the_sample_missed_is_computed(self) -> None:
        workbench, panel = opened(linear_evaluation())
        whole = panel.result.values
        panel.result = mld.attributions(workbench.evaluation, np.arange(100), trust=False)
        workbench.select(np.arange(300, 330))
        assert (panel.compared.n_selected, panel.compared.n_rest) == (30, 100)
        found = {each.name: each.selected_mean for each in panel.compared.features}
        assert found == pytest.approx(dict(zip(panel.result.features, whole[300:330].mean(axis=0), strict=True)))

    def test_nothing_is_compared_with_nothing(self) -> None:
        workbench, panel = opened(linear_evaluation())
        workbench.select(np.arange(N))
        assert panel.compared is None
        assert states(panel) == {"idle"}


class TestSettings:
    @pytest.mark.parametrize(
        ("evaluation", "targets", "default"),
        [
            (binary_evaluation, ["0", "1"], "1"),
            (multiclass_evaluation, ["predicted", "true", "0", "1", "2"], "predicted"),
            (regression_evaluation, [], "auto"),
        ],
    )
    def test_every_offered_choice_is_computed(
        self, evaluation: Callable[[], Any], targets: list[str], default: str
    ) -> None:
        _, panel = opened(evaluation())
        assert [choice["value"] for choice in panel.settings["targets"]] == targets
        assert panel.settings["target"] == default
        for target in targets or ["auto"]:
            panel.configure("feature_ablation", "row", 3, target)
            assert states(panel) == {"idle"}
            assert (panel.result.method, panel.result.baseline) == ("feature_ablation", "row")
        assert "integrated_gradients" not in {choice["value"] for choice in panel.settings["methods"]}

    def test_every_method_and_baseline_of_a_torch_model(self) -> None:
        _, panel = opened(linear_evaluation(60))
        for method in panel.settings["methods"]:
            panel.configure(method["value"], "mean", None, "auto")
            assert states(panel) == {"idle"}, method
            assert method["value"] in ("auto", panel.result.method, panel.local.method)
        for baseline in panel.settings["baselines"]:
            panel.configure("auto", baseline["value"], 2 if baseline["value"] == "row" else None, "auto")
            assert states(panel) == {"idle"}, baseline

    @pytest.mark.parametrize(
        ("asked", "code"),
        [
            (("magic", "mean", None, "1"), "MLD-W60"),
            ((["lime"], "mean", None, "1"), "MLD-W60"),
            (("saliency", "mean", None, "1"), "MLD-W60"),
            (("lime", "max", None, "1"), "MLD-W61"),
            (("lime", "mean", 3, "1"), "MLD-W62"),
            (("lime", "row", 400, "1"), "MLD-S51"),
            (("lime", "row", "3", "1"), "MLD-S50"),
            (("lime", "mean", None, "2"), "MLD-W63"),
            (("lime", "mean", None, 1), "MLD-W63"),
        ],
    )
    def test_what_cannot_be_is_refused(
        self, binary_panel: AttributionsWidget, asked: tuple[Any, ...], code: str
    ) -> None:
        panel = binary_panel
        before = panel.result
        with pytest.raises(MldError) as caught:
            panel.configure(*asked)
        assert caught.value.code == code
        assert panel.result is before

    def test_rows_and_parts_are_checked_too(self) -> None:
        workbench, panel = opened(binary_evaluation())
        panel.open_row(8)
        assert (workbench.row, panel.local.row) == (8, 8)
        for method, params in (("open_row", 400), ("open_row", True), ("compute", "everything")):
            with pytest.raises(MldError):
                getattr(panel, method)(params)
        panel.set_state({"result": None, "settings": {}, "local": None})
        assert panel.result is not None
        assert panel.settings["method"] == "auto"


class Failing:
    """Answers until it is told to fail."""

    def __init__(self) -> None:
        self.fails = False

    def __call__(self, frame: pd.DataFrame) -> Any:
        if self.fails:
            raise RuntimeError("no answer today")
        return frame["a"].to_numpy(dtype=float)


class TestStates:
    def test_a_failure_is_shown_in_its_part_and_can_be_tried_again(self) -> None:
        model = Failing()
        frame = pd.DataFrame({"a": np.arange(30.0), "b": np.ones(30)})
        evaluation = mld.evaluate(model, (frame, np.arange(30.0)), task="regression")
        model.fails = True
        _, panel = opened(evaluation)
        assert panel.status["row"]["state"] == panel.status["all"]["state"] == "failed"
        assert "no answer today" in panel.status["all"]["error"]["message"]
        model.fails = False
        panel.compute("all")
        panel.compute("row")
        assert states(panel) == {"idle"}
        assert panel.result is not None
        assert panel.trust

    def test_a_model_that_is_not_there(self) -> None:
        frame = pd.DataFrame({"a": np.arange(30.0)})
        evaluation = mld.evaluate(None, (frame, np.arange(30.0)), predictions=np.arange(30.0), task="regression")
        _, panel = opened(evaluation)
        assert "no model to ask" in panel.unavailable
        assert panel.result is None
        panel.refresh()

    def test_images_have_no_such_panel(self) -> None:
        images = np.zeros((8, 4, 4, 3), dtype=np.uint8)
        model = nn.Sequential(nn.Flatten(), nn.Linear(48, 2))
        evaluation = mld.evaluate(model, (pd.DataFrame({"id": range(8)}), np.arange(8) % 2), images=images)
        assert "attributions" not in {panel["id"] for panel in WorkbenchWidget(evaluation).panels}


class TestInTheKernel:
    """Where an event loop runs, the panel works in pieces."""

    def test_is_computed_between_other_turns_of_the_loop(self) -> None:
        async def scene() -> tuple[int, AttributionsWidget]:
            _, panel = opened(linear_evaluation())
            assert panel.result is None
            turns = 0
            while panel.result is None or states(panel) != {"idle"}:
                turns += 1
                await asyncio.sleep(0)
            return turns, panel

        turns, panel = asyncio.run(asyncio.wait_for(scene(), 30))
        assert turns > 3
        assert panel.trust

    def test_cancel_ends_it_and_it_can_be_computed_again(self) -> None:
        async def scene() -> None:
            _, panel = opened(linear_evaluation())
            panel.cancel()
            await asyncio.sleep(0.05)
            assert panel.status["row"]["state"] == "cancelled"
            assert panel.result is None
            panel.compute("all")
            while panel.result is None:
                await asyncio.sleep(0)
            assert panel.status["row"]["state"] == "cancelled"

        asyncio.run(asyncio.wait_for(scene(), 30))

    def test_an_interrupt_of_the_kernel_ends_it_as_cancel_does(self) -> None:
        def interrupted(_rows: Any) -> Any:
            raise KeyboardInterrupt

        async def scene() -> None:
            evaluation = linear_evaluation()
            forward = evaluation.model.module.forward
            evaluation.model.module.forward = interrupted
            _, panel = opened(evaluation)
            while "running" in states(panel):
                await asyncio.sleep(0)
            assert panel.status["row"]["state"] == "cancelled"
            evaluation.model.module.forward = forward
            panel.compute("all")
            while panel.result is None:
                await asyncio.sleep(0)

        asyncio.run(asyncio.wait_for(scene(), 30))

    def test_the_newest_row_wins(self) -> None:
        async def scene() -> None:
            workbench, panel = opened(linear_evaluation())
            for row in range(20):
                workbench.row = row
            while panel.local is None or panel.status["row"]["state"] != "idle":
                await asyncio.sleep(0)
            assert panel.local.row == 19

        asyncio.run(asyncio.wait_for(scene(), 30))

    def test_an_export_finishes_what_is_due(self) -> None:
        async def scene() -> None:
            workbench = WorkbenchWidget(linear_evaluation())
            panel = workbench.build_all()["attributions"]
            assert panel.result is not None
            assert panel.local is not None

        asyncio.run(asyncio.wait_for(scene(), 30))
