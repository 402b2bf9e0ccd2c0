"""The Slices panel in the kernel: it searches without blocking, answers what the view asks, and checks all of it."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import Any

import numpy as np
import pandas as pd
import pytest

import mldebug_widgets as mld
from mldebug_widgets.analyzers.slice_comparison import compare_rows, measure_slice
from mldebug_widgets.errors import MldError, MldValueError
from mldebug_widgets.widgets import slices as panel
from mldebug_widgets.widgets.channel import answer
from mldebug_widgets.widgets.overview import OverviewWidget
from mldebug_widgets.widgets.slices import SlicesWidget
from mldebug_widgets.wire import encode_message

N = 4_000
WEAK = "city == 'Oslo' and age > 60"


@pytest.fixture(scope="module")
def evaluation() -> Any:
    """A model that is wrong far more often for old people in Oslo."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "age": rng.uniform(18, 90, N).round(1),
            "city": rng.choice(["Oslo", "Rome", "Lima"], N),
            "height": rng.normal(170, 10, N).round(),
        }
    )
    weak = ((frame["city"] == "Oslo") & (frame["age"] > 60)).to_numpy()
    positive = frame["height"].to_numpy() > 170
    wrong = rng.random(N) < np.where(weak, 0.6, 0.08)
    parts = {"train": slice(0, 1_000), "test": slice(1_000, None)}
    data = {name: (frame.iloc[part], (positive ^ wrong)[part].astype(int)) for name, part in parts.items()}
    return mld.evaluate(lambda rows: np.where(rows["height"] > 170, 0.9, 0.1), data)


@pytest.fixture
def workbench(evaluation: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    # The checks of the overview take their time before anything else is worked on.
    monkeypatch.setattr(OverviewWidget, "_fill_in", lambda _self, _session: None)
    return mld.show(evaluation)


@pytest.fixture
def widget(workbench: Any) -> SlicesWidget:
    return opened(workbench)


def opened(workbench: Any) -> SlicesWidget:
    workbench.widget.panel = "slices"
    finish(workbench)
    view = workbench.widget.views["slices"]
    assert isinstance(view, SlicesWidget)
    return view


def finish(workbench: Any) -> None:
    workbench.widget.worker.submit(lambda _job: None).result(60)


def of(answered: Any) -> Any:
    return answered.result(60) if isinstance(answered, Future) else answered


class TestSearching:
    def test_nothing_is_searched_before_the_panel_is_opened(self, workbench: Any) -> None:
        assert "slices" not in workbench.widget.views
        entry = next(entry for entry in workbench.widget.panels if entry["id"] == "slices")
        assert (entry["group"], entry["state"]) == ("Narrow", "unbuilt")

    def test_opening_it_does_not_wait_for_the_search(self, workbench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        goes_on = threading.Event()
        monkeypatch.setattr(panel, "builder_columns", lambda _ev, **_: goes_on.wait(30) and ())
        workbench.widget.panel = "slices"
        view = workbench.widget.views["slices"]
        assert view.result is None
        assert view.status["state"] == "running"
        goes_on.set()
        finish(workbench)
        assert view.result is not None
        assert view.status == panel.IDLE

    def test_the_weakness_is_found_and_its_rows_are_the_selection(self, workbench: Any, widget: SlicesWidget) -> None:
        found = widget.result[0]
        assert found.confirmed
        planted = workbench.evaluation.rows_matching(WEAK)[found.rows]
        assert planted.mean() > 0.8
        workbench.widget.set_state(
            {"selection": {"kind": "query", "query": found.query, "label": found.label, "n": None, "token": 4}}
        )
        np.testing.assert_array_equal(workbench.selection.rows, found.rows)
        assert workbench.selection.label == found.label

    def test_it_is_what_find_slices_finds(self, workbench: Any, widget: SlicesWidget) -> None:
        again = mld.find_slices(workbench.evaluation)
        assert [slice.query for slice in widget.result] == [slice.query for slice in again]

    def test_other_settings_search_again(self, workbench: Any, widget: SlicesWidget) -> None:
        widget.search("all", "loss", "better", 1)
        assert widget.status["state"] == "running"
        finish(workbench)
        expected = mld.find_slices(
            workbench.evaluation, metric="loss", direction="better", max_predicates=1, split="all"
        )
        assert [slice.query for slice in widget.result] == [slice.query for slice in expected]
        assert widget.scope == "all"
        assert widget.settings.items() >= {"metric": "loss", "direction": "better", "max_predicates": 1}.items()

    def test_only_the_newest_of_several_searches_is_shown(self, workbench: Any, widget: SlicesWidget) -> None:
        shown: list[str] = []
        widget.observe(lambda change: shown.append(change["new"].metric_name), names="result")
        for depth in (1, 2, 3):
            widget.search("test", "error", "worse", depth)
        widget.search("test", "loss", "worse", 1)
        finish(workbench)
        assert shown == ["loss"]
        assert widget.status == panel.IDLE

    def test_a_cancelled_search_leaves_what_was_found(self, workbench: Any, widget: SlicesWidget) -> None:
        before = widget.result
        widget.search("all", "loss", "worse", 3)
        widget.cancel()
        assert widget.status["state"] == "cancelled"
        finish(workbench)
        assert widget.result is before
        assert widget.status["state"] == "cancelled"

    def test_the_workbenchs_own_cancel_ends_it_too(self, workbench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        goes_on = threading.Event()
        monkeypatch.setattr(panel, "builder_columns", lambda _ev, **_: goes_on.wait(30) and ())
        workbench.widget.panel = "slices"
        workbench.widget.cancel()
        goes_on.set()
        finish(workbench)
        view = workbench.widget.views["slices"]
        assert (view.status["state"], view.result) == ("cancelled", None)

    def test_a_search_that_fails_says_why_and_the_panel_lives(
        self, workbench: Any, widget: SlicesWidget, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = widget.result

        def refuse(*_: Any, **__: Any) -> Any:
            raise MldValueError("MLD-O99", "metric", "broken", "whole", "Repair it.")

        monkeypatch.setattr(panel, "find_slices", refuse)
        widget.search("all", "loss", "worse", 1)
        finish(workbench)
        assert widget.status["state"] == "failed"
        assert widget.status["error"]["code"] == "MLD-O99"
        assert widget.result is before
        assert widget.measure("age > 40").n > 0
        monkeypatch.undo()
        widget.search("all", "loss", "worse", 1)
        finish(workbench)
        assert widget.status == panel.IDLE

    def test_a_moved_threshold_marks_what_was_found_until_it_is_searched_again(
        self, workbench: Any, widget: SlicesWidget
    ) -> None:
        workbench.widget.threshold = 0.95
        assert widget.stale
        workbench.widget.threshold = 0.5
        assert not widget.stale
        workbench.widget.threshold = 0.95
        widget.search("test", "error", "worse", 3)
        finish(workbench)
        assert not widget.stale
        truth = np.asarray(workbench.evaluation.y)[workbench.evaluation.splits["test"]]
        assert widget.result.overall == pytest.approx(truth.mean())

    def test_before_an_export_it_is_searched_again(self, workbench: Any, widget: SlicesWidget) -> None:
        workbench.widget.threshold = 0.95
        workbench.widget.build_all()
        finish(workbench)
        assert not widget.stale
        assert widget.result.overall > 0.3


class TestAsking:
    def test_a_condition_is_measured(self, workbench: Any, widget: SlicesWidget) -> None:
        measured = widget.measure(WEAK)
        assert measured.metric > 0.5
        expected = measure_slice(workbench.evaluation, WEAK)
        assert (measured.n, measured.low, measured.high) == (expected.n, expected.low, expected.high)

    def test_sides_of_a_comparison_have_their_names(self, workbench: Any, widget: SlicesWidget) -> None:
        workbench.save_slice("old in Oslo", WEAK)
        found = widget.result[0]
        compared = of(widget.compare(WEAK, found.query))
        assert (compared.first_label, compared.second_label) == ("old in Oslo", found.label)
        rest = of(widget.compare(WEAK))
        assert rest.second_label == "the rest"
        pd.testing.assert_frame_equal(rest.to_frame(), compare_rows(workbench.evaluation, WEAK).to_frame())

    def test_of_very_many_columns_the_most_different_are_sent(
        self, workbench: Any, widget: SlicesWidget, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(panel, "MOST_FEATURES", 2)
        compared = of(widget.compare(WEAK))
        whole = compare_rows(workbench.evaluation, WEAK)
        assert [column.name for column in compared.features] == [column.name for column in whole.features[:2]]
        assert compared.n_features == len(whole.features) > 2

    def test_comparisons_follow_scope_and_threshold(self, workbench: Any, widget: SlicesWidget) -> None:
        of(widget.compare(WEAK))
        widget.search("train", "error", "worse", 1)
        workbench.widget.threshold = 0.95
        compared = of(widget.compare(WEAK))
        expected = compare_rows(workbench.evaluation, WEAK, split="train")
        pd.testing.assert_frame_equal(compared.to_frame(), expected.to_frame())

    def test_a_heat_map_is_of_the_searched_rows(self, workbench: Any, widget: SlicesWidget) -> None:
        heatmap = of(widget.heatmap("age", "city"))
        assert heatmap.counts.sum() == len(workbench.evaluation.splits["test"])

    def test_slices_are_saved_in_the_workbench(self, workbench: Any, widget: SlicesWidget) -> None:
        widget.save_slice("weak", WEAK)
        assert workbench.slices == {"weak": WEAK}
        widget.remove_slice("weak")
        assert workbench.slices == {}

    def test_every_answer_can_be_sent(self, widget: SlicesWidget) -> None:
        for answered in (widget.measure(WEAK), widget.compare(WEAK), widget.heatmap("age", "city")):
            encode_message(of(answered))

    def test_what_next_is_about_a_slice_of_the_list(self, widget: SlicesWidget) -> None:
        steps = of(widget.what_next(widget.result[0].query))
        assert steps
        assert all(step.text for step in steps)

    @pytest.mark.parametrize(
        ("method", "params", "code"),
        [
            ("search", {"scope": "valid"}, "MLD-W39"),
            ("search", {"scope": 3}, "MLD-W39"),
            ("search", {"scope": ["test"]}, "MLD-W39"),
            ("search", {"metric": "mae"}, "MLD-W40"),
            ("search", {"metric": None}, "MLD-W40"),
            ("search", {"direction": "difference"}, "MLD-W41"),
            ("search", {"max_predicates": 5}, "MLD-W42"),
            ("search", {"max_predicates": 0}, "MLD-W42"),
            ("search", {"max_predicates": True}, "MLD-W42"),
            ("search", {"max_predicates": "3"}, "MLD-W42"),
            ("measure", {"query": 5}, "MLD-W45"),
            ("measure", {"query": "age >"}, "MLD-Q01"),
            ("measure", {"query": "__import__('os')"}, "MLD-Q03"),
            ("compare", {"query": None}, "MLD-W45"),
            ("compare", {"query": "nothing > 3"}, "MLD-Q02"),
            ("heatmap", {"x": "age", "y": "age"}, "MLD-W38"),
            ("heatmap", {"x": "age", "y": {}}, "MLD-W45"),
            ("heatmap", {"x": "nothing", "y": "age"}, None),
            ("what_next", {"query": "age > 99"}, "MLD-W43"),
            ("save_slice", {"name": 3, "query": "age > 9"}, "MLD-S21"),
            ("save_slice", {"name": "a", "query": 3}, "MLD-W45"),
            ("remove_slice", {"name": "a"}, "MLD-S23"),
        ],
    )
    def test_what_cannot_be_asked_is_refused_by_code(
        self, widget: SlicesWidget, method: str, params: dict[str, Any], code: str | None
    ) -> None:
        searching = {"scope": "test", "metric": "error", "direction": "worse", "max_predicates": 3}
        settings, scope = widget.settings, widget.scope
        with pytest.raises(MldError) as caught:
            of(getattr(widget, method)(**({**searching, **params} if method == "search" else params)))
        assert code is None or caught.value.code == code
        assert caught.value.fix
        assert (widget.settings, widget.scope) == (settings, scope)

    def test_the_browser_writes_nothing(self, widget: SlicesWidget) -> None:
        before = widget.get_state()
        widget.set_state({name: None for name in before if name not in ("layout", "tabbable", "tooltip")})
        assert widget.get_state() == before


class TestAlone:
    def test_a_result_is_drawn_without_a_workbench(self, widget: SlicesWidget) -> None:
        alone = mld.show(widget.result)
        assert isinstance(alone, SlicesWidget)
        assert (alone.workbench, alone.crossfilter, alone.scopes) == ("", "", [])
        assert alone.get_state()["result"]["kind"] == "slices"

    @pytest.mark.parametrize("method", ["search", "measure", "compare", "heatmap", "save_slice", "remove_slice"])
    def test_its_requests_say_what_is_missing(
        self, widget: SlicesWidget, method: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        alone = SlicesWidget(widget.result)
        sent: list[Any] = []
        monkeypatch.setattr(alone, "send", lambda content, _buffers=None: sent.append(content))
        params = {
            "search": {"scope": "test", "metric": "error", "direction": "worse", "max_predicates": 3},
            "measure": {"query": "age > 3"},
            "compare": {"query": "age > 3"},
            "heatmap": {"x": "age", "y": "city"},
            "save_slice": {"name": "a", "query": "age > 3"},
            "remove_slice": {"name": "a"},
        }
        answer(alone, {"type": "request", "id": "1", "method": method, "params": params[method]})
        assert sent[0]["error"]["code"] == "MLD-W44"


class TestExportedFile:
    def test_it_holds_what_stands_in_for_the_kernel(self, workbench: Any, widget: SlicesWidget) -> None:
        workbench.save_slice("old", "age > 80")
        views = workbench.widget.build_all()
        finish(workbench)
        before = widget.get_state()
        embedded = widget.report_state(include_data=False)["embedded"]
        listed = [slice.query for slice in widget.result]
        assert list(embedded["comparisons"]) == [*listed, "age > 80"]
        assert embedded["comparisons"]["age > 80"]["first_label"] == "old"
        assert {embedded["heatmap"]["x"], embedded["heatmap"]["y"]} == {"age", "city"}

        carried = np.sort(views["rows"].exported_rows(include_data=False))
        assert set(embedded["carried"]) >= {*listed, "age > 80"}
        for query, rows in embedded["carried"].items():
            expected = carried[workbench.evaluation.rows_matching(query)[carried]]
            assert rows == expected.tolist(), query
        cells = [query for query in embedded["carried"] if query.startswith("(")]
        scope = np.isin(carried, workbench.evaluation.splits["test"])
        assert sum(len(embedded["carried"][query]) for query in cells) == scope.sum()
        assert widget.get_state() == before

    def test_without_a_result_saved_slices_are_there_still(
        self, workbench: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(panel, "builder_columns", lambda _ev, **_: 1 / 0)
        workbench.save_slice("old", "age > 80")
        view = opened(workbench)
        assert view.status["state"] == "failed"
        embedded = view.report_state(include_data=False)["embedded"]
        assert list(embedded["comparisons"]) == ["age > 80"]
        assert embedded["heatmap"] is None
