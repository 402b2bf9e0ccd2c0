from __future__ import annotations

import asyncio
import json
from typing import Any

import numpy as np
import pytest
import torch

import mldebug_widgets as mld
from mldebug_widgets.analyzers.image_pages import thumbnails
from mldebug_widgets.errors import MldError
from mldebug_widgets.report.state import restore
from mldebug_widgets.widgets import gradcam
from mldebug_widgets.widgets.gradcam import PAGE_IMAGES, GradCamWidget, widget_of
from mldebug_widgets.widgets.workbench import WorkbenchWidget
from tests.evaluation.snapshots import model_state, random_state
from tests.widgets.image_evaluations import CLASSES, Colours, images_evaluation, squares
from tests.widgets.view_fixtures import binary_evaluation

pytestmark = pytest.mark.usefixtures("one_thread")
DEFAULT = {"method": "gradcam", "layer": "", "target": "predicted"}


@pytest.fixture(scope="module")
def evaluation() -> Any:
    return images_evaluation()


@pytest.fixture
def workbench(evaluation: Any) -> WorkbenchWidget:
    return WorkbenchWidget(evaluation)


@pytest.fixture
def panel(workbench: WorkbenchWidget) -> Any:
    return workbench.open_panel("gradcam")


def by_loss(evaluation: Any, rows: Any) -> list[int]:
    """Rows by loss, highest first, as a person would sort them."""
    return sorted(np.asarray(rows).tolist(), key=lambda row: (-float(evaluation.loss[row]), row))


class TestSavedState:
    def test_holds_what_was_set_on_the_panel(self, evaluation: Any) -> None:
        first, second = mld.show(evaluation), mld.show(evaluation)
        images = first.widget.open_panel("gradcam")
        assert images is not None
        beside = {"method": "layercam", "layer": "near", "target": "true"}
        images.settings = {"method": "layercam", "layer": "near", "target": 2, "beside": beside}
        images.opacity = 0.3
        restore(second.widget, json.loads(json.dumps(first.state())))
        again = second.widget.views["gradcam"]
        assert (again.settings, again.opacity) == (images.settings, 0.3)

    def test_with_a_setting_that_is_none_is_refused_whole(self, evaluation: Any) -> None:
        bench = mld.show(evaluation)
        saved = {
            "version": 1,
            "panel": "rows",
            "panels": {"gradcam": {"opacity": 0.2, "settings": {"method": "magic"}}},
        }
        with pytest.raises(MldError, match="MLD-S46"):
            restore(bench.widget, saved)
        assert (bench.panel, bench.widget.open_panel("gradcam").opacity) == ("overview", 0.6)


class TestPanel:
    def test_is_there_only_with_images(self, workbench: WorkbenchWidget) -> None:
        assert "gradcam" in [entry["id"] for entry in workbench.panels]
        without = WorkbenchWidget(binary_evaluation())
        assert "gradcam" not in [entry["id"] for entry in without.panels]

    def test_pages_go_through_all_rows_by_loss(self, panel: Any, evaluation: Any) -> None:
        pages = [panel.pictures(start) for start in range(0, evaluation.n, PAGE_IMAGES)]
        assert np.concatenate([page.rows for page in pages]).tolist() == by_loss(evaluation, range(evaluation.n))
        assert {page.total for page in pages} == {evaluation.n}

    def test_follows_the_selection(self, panel: Any, workbench: WorkbenchWidget, evaluation: Any) -> None:
        workbench.select([3, 9, 30])
        assert panel.pictures(0).rows.tolist() == by_loss(evaluation, [3, 9, 30])
        assert panel.maps("first", 0, **DEFAULT).result().rows.tolist() == by_loss(evaluation, [3, 9, 30])

    def test_a_page_beyond_the_end_is_the_last_one(self, panel: Any, workbench: WorkbenchWidget) -> None:
        workbench.select([3, 9, 30])
        assert panel.pictures(24).start == 0
        workbench.select(np.zeros(40, bool))
        assert panel.pictures(0).total == 0

    def test_a_moved_threshold_asks_again(self) -> None:
        images = torch.rand(12, 1, 8, 8)
        model = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.Flatten(), torch.nn.Linear(72, 1))
        workbench = WorkbenchWidget(mld.evaluate(model, (images, np.arange(12) % 2)))
        panel: Any = workbench.open_panel("gradcam")
        workbench.threshold = 0.9
        assert panel.version == 1
        panel.maps("first", 0, **DEFAULT).result()


class TestMaps:
    def test_are_those_of_the_function(self, panel: Any, evaluation: Any) -> None:
        page = panel.maps("first", 0, "hirescam", "near", 1).result()
        direct = mld.gradcam(evaluation, page.rows, method="hirescam", layer="near", target=1, n_checked=0)
        assert page.target.tolist() == [1] * PAGE_IMAGES
        np.testing.assert_allclose(page.raw, direct.raw, atol=1e-6)
        np.testing.assert_array_equal(page.maps, np.round(direct.maps * 255))

    def test_of_the_true_class(self, panel: Any, evaluation: Any) -> None:
        page = panel.maps("first", 0, "gradcam", "", "true").result()
        assert page.target.tolist() == evaluation.class_codes[page.rows].tolist()

    def test_a_class_named_true_is_not_mistaken_for_it(self) -> None:
        images, truth = torch.rand(12, 3, 24, 24), np.arange(12) % 3
        evaluation = mld.evaluate(Colours(), (images, truth), class_names=["true", "predicted", "other"])
        panel: Any = WorkbenchWidget(evaluation).open_panel("gradcam")
        page = panel.maps("first", 0, "gradcam", "", "true").result()
        assert page.target.tolist() == truth[page.rows].tolist()
        page = panel.maps("first", 0, "gradcam", "", "predicted").result()
        assert page.target.tolist() == evaluation.predicted_codes[page.rows].tolist()

    def test_maps_beside_carry_no_second_copy_of_the_pictures(self, panel: Any) -> None:
        page = panel.maps("second", 0, **DEFAULT).result()
        assert (len(page.images), len(page.maps)) == (0, PAGE_IMAGES)

    def test_checks_say_which_images_failed(self, panel: Any) -> None:
        checks = panel.checks("first", 0, **DEFAULT).result()
        assert {line.name for line in checks.trust_lines} >= {"deletion", "insertion", "randomisation"}
        assert any(line.verdict == "good" for line in checks.trust_lines)
        assert len(checks.complaints) == PAGE_IMAGES

    def test_made_maps_are_kept(self, panel: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        first = panel.maps("first", 0, **DEFAULT).result()
        monkeypatch.setattr(gradcam, "gradcam_steps", lambda *_args, **_options: pytest.fail("made again"))
        again = panel.maps("first", 0, **DEFAULT).result()
        np.testing.assert_array_equal(first.maps, again.maps)

    def test_the_model_is_untouched(self) -> None:
        evaluation = images_evaluation()
        module = evaluation.model.module.train()
        before = model_state(module), random_state()
        panel: Any = WorkbenchWidget(evaluation).open_panel("gradcam")
        panel.maps("first", 0, **DEFAULT).result()
        assert (model_state(module), random_state()) == before

    def test_a_refusal_is_coded(self, panel: Any) -> None:
        with pytest.raises(MldError, match="MLD-O92"):
            panel.maps("first", 0, "gradcam", "nowhere", "predicted").result()

    def test_predictions_alone_have_pictures_and_no_maps(self) -> None:
        images = torch.rand(6, 3, 8, 8)
        evaluation = mld.evaluate(None, (images, np.arange(6) % 2), predictions=np.linspace(0, 1, 6))
        panel: Any = WorkbenchWidget(evaluation).open_panel("gradcam")
        assert len(panel.pictures(0).images) == 6
        with pytest.raises(MldError, match="MLD-O91"):
            panel.maps("first", 0, **DEFAULT).result()
        state = panel.report_state(include_data=False)
        assert state["refused"]["code"] == "MLD-O91"
        assert state["embedded"]["images"]["shape"][0] == 6


class TestInPieces:
    def test_a_newer_request_ends_an_older_one(self, panel: Any) -> None:
        async def ask() -> None:
            older = panel.maps("first", 0, "occlusion", "", "predicted")
            newer = panel.maps("first", 0, **DEFAULT)
            page = await asyncio.wrap_future(newer)
            assert older.cancelled()
            assert page.method == "gradcam"
            assert panel.status["state"] == "idle"

        asyncio.run(ask())

    def test_two_views_that_ask_the_same_share_the_work(self, panel: Any) -> None:
        async def ask() -> None:
            first = panel.maps("first", 0, **DEFAULT)
            assert panel.maps("first", 0, **DEFAULT) is first
            await asyncio.wrap_future(first)

        asyncio.run(ask())

    def test_cancel_is_heard_between_pieces(self, panel: Any) -> None:
        async def ask() -> None:
            waiting = panel.maps("first", 0, "scorecam", "", "predicted")
            await asyncio.sleep(0.02)
            assert panel.status["state"] == "running"
            assert panel.cancel()
            assert waiting.cancelled()
            assert panel.status["state"] == "idle"
            assert not panel.cancel()

        asyncio.run(ask())

    def test_an_interrupt_ends_the_work_and_not_the_loop(self, panel: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        def interrupted(*_arguments: Any, **_options: Any) -> Any:
            yield from ()
            raise KeyboardInterrupt

        monkeypatch.setattr(gradcam, "gradcam_steps", interrupted)

        async def ask() -> None:
            waiting = panel.maps("first", 0, "layercam", "", "predicted")
            await asyncio.sleep(0.02)
            assert waiting.cancelled()

        asyncio.run(ask())


class TestWhatTheBrowserSends:
    @pytest.mark.parametrize(
        ("code", "change"),
        [
            ("MLD-W70", {"side": "third"}),
            ("MLD-W71", {"method": "magic"}),
            ("MLD-W71", {"method": ["gradcam"]}),
            ("MLD-W72", {"layer": 3}),
            ("MLD-W72", {"layer": "x" * 1_000}),
            ("MLD-W73", {"target": 3}),
            ("MLD-W73", {"target": True}),
            ("MLD-W73", {"target": "red"}),
            ("MLD-W76", {"start": -1}),
            ("MLD-W76", {"start": "0"}),
        ],
    )
    def test_is_checked(self, panel: Any, code: str, change: dict[str, Any]) -> None:
        with pytest.raises(MldError, match=code):
            panel.maps(**{"side": "first", "start": 0, **DEFAULT, **change})

    @pytest.mark.parametrize(
        ("name", "value", "taken"),
        [
            ("opacity", 0.25, True),
            ("opacity", 1.5, False),
            ("opacity", "1", False),
            ("settings", {**DEFAULT, "beside": None}, True),
            ("settings", {**DEFAULT, "beside": {**DEFAULT, "target": 2}}, True),
            ("settings", {**DEFAULT, "beside": {"method": "gradcam"}}, False),
            ("settings", {**DEFAULT, "target": 99, "beside": None}, False),
            ("settings", DEFAULT, False),
            ("embedded", None, False),
        ],
    )
    def test_only_possible_values_are_taken(self, panel: Any, name: str, value: Any, taken: bool) -> None:
        before = getattr(panel, name)
        panel.set_state({name: value})
        assert getattr(panel, name) == (value if taken else before)


class TestAlone:
    def test_shows_its_first_page_and_the_others_on_request(self, evaluation: Any) -> None:
        result = mld.gradcam(evaluation, range(30), n_checked=0)
        widget = widget_of(result)
        assert widget.embedded.rows.tolist() == list(range(PAGE_IMAGES))
        assert widget.pictures(24).rows.tolist() == list(range(24, 30))
        assert mld.show(result).embedded.total == 30

    def test_the_result_itself_stays_in_the_kernel(self, evaluation: Any) -> None:
        assert "result" not in widget_of(mld.gradcam(evaluation, [0, 1], n_checked=0)).get_state()

    def test_makes_no_other_maps(self, evaluation: Any) -> None:
        widget = widget_of(mld.gradcam(evaluation, [0, 1], n_checked=0))
        with pytest.raises(MldError, match="MLD-W74"):
            widget.maps("first", 0, **DEFAULT)


class TestExport:
    def test_carries_the_first_page_with_its_maps(self, panel: Any, workbench: WorkbenchWidget) -> None:
        workbench.select("loss > 1")
        panel.settings = {**DEFAULT, "beside": {**DEFAULT, "target": "true"}}
        state = panel.report_state(include_data=False)
        assert state["embedded"]["maps"]["shape"][0] == len(workbench.selected.rows)
        assert state["embedded_beside"]["images"]["shape"][0] == 0
        assert panel.embedded is None, "the live widget stays as it was"

    def test_nothing_selected_is_nothing_carried(self, panel: Any, workbench: WorkbenchWidget) -> None:
        workbench.select(np.zeros(40, bool))
        assert "embedded" not in panel.report_state(include_data=False)


class TestRows:
    def test_serves_thumbnails(self, workbench: WorkbenchWidget, evaluation: Any) -> None:
        rows: Any = workbench.open_panel("rows")
        assert rows.pictures
        served = rows.thumbnails([7, 2])
        np.testing.assert_array_equal(served.images, thumbnails(evaluation, np.array([7, 2])).images)
        colours = np.asarray(evaluation.images)[[7, 2]].transpose(0, 2, 3, 1)
        np.testing.assert_array_equal(served.images, np.round(colours * 255))

    @pytest.mark.parametrize("wanted", [[], [40], [-1], ["0"], [True], 3, list(range(40)) * 3])
    def test_checks_what_is_asked(self, workbench: WorkbenchWidget, wanted: Any) -> None:
        rows: Any = workbench.open_panel("rows")
        with pytest.raises(MldError, match="MLD-W78"):
            rows.thumbnails(wanted)

    def test_without_images_there_are_none(self) -> None:
        rows: Any = WorkbenchWidget(binary_evaluation()).open_panel("rows")
        assert not rows.pictures
        with pytest.raises(MldError, match="MLD-W77"):
            rows.thumbnails([0])

    def test_an_exported_file_has_a_picture_of_each_row(self, workbench: WorkbenchWidget) -> None:
        rows: Any = workbench.open_panel("rows")
        state = rows.report_state(include_data=False)
        assert state["embedded_pictures"]["rows"]["shape"] == state["embedded"]["rows"]["shape"]


def test_images_alone_work_in_every_panel() -> None:
    workbench = mld.show(images_evaluation())
    for identifier, view in workbench.widget.build_all().items():
        assert view.failed is None, identifier
    assert all(entry["state"] != "failed" for entry in workbench.widget.panels)
    workbench.select("image_brightness > 0.2 and loss > 1")
    assert len(workbench.selection.rows) > 0


def test_a_widget_without_a_result_says_so() -> None:
    with pytest.raises(MldError, match="MLD-W75"):
        GradCamWidget().pictures(0)


class TestFindings:
    """The corner finding is the check's own, shown beside the maps, and one click from its images."""

    @pytest.fixture
    def session(self) -> WorkbenchWidget:
        images, _truth = squares()
        images[:, 0] = 0.25
        images[8:, 0, :6, :6] = 1  # what most of them share in one corner drives "red", "green" without
        model = Colours()
        with torch.no_grad():
            model.near.weight[1:] = 0
            model.head.bias.copy_(torch.tensor([0, 0.5, 0]))
        session = WorkbenchWidget(mld.evaluate(model, (images, np.arange(len(images)) % 3), class_names=list(CLASSES)))
        session.worker.submit(lambda _job: None).result(20)
        return session

    def test_appears_when_the_maps_show_it_and_selects_its_images(self, session: WorkbenchWidget) -> None:
        panel: Any = session.open_panel("gradcam")
        assert panel.suspicions == []
        page = panel.maps("first", 0, **DEFAULT).result()
        assert panel.suspicions == []  # whether the answers depend on the corner is known with the checks
        panel.checks("first", 0, **DEFAULT).result()
        (finding,) = (entry for entry in session.findings if entry.code == "MLD109")
        (said,) = panel.suspicions
        assert (said["title"], said["text"]) == (finding.title, finding.text)
        assert said["title"].startswith("The top left corner takes")
        assert panel.select_suspicious("MLD109") == said["n"]
        assert finding.rows == tuple(session.selected.rows)  # what Overview asks for
        corner = page.maps[:, :6, :6].sum((1, 2), dtype=float) >= 0.25 * page.maps.sum((1, 2), dtype=float)
        assert sorted(session.selected.rows) == sorted(page.rows[corner & (page.target == 0)])

    def test_another_code_is_refused(self, session: WorkbenchWidget) -> None:
        panel: Any = session.open_panel("gradcam")
        for code in ("MLD109", "MLD101", None, 3):
            with pytest.raises(MldError, match="MLD-W79"):
                panel.select_suspicious(code)
