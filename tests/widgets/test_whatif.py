from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import Any

import numpy as np
import pandas as pd
import pytest

import mldebug_widgets as mld
from mldebug_widgets.analyzers import whatif as analyzer
from mldebug_widgets.errors import MldError
from mldebug_widgets.widgets import whatif
from mldebug_widgets.widgets.whatif import WhatifWidget
from mldebug_widgets.widgets.workbench import WorkbenchWidget
from tests.widgets.view_fixtures import HOSTILE, binary_evaluation, multiclass_evaluation, probability, table

JOINED = pd.Timestamp("2021-03-04").timestamp() * 1000


@pytest.fixture(scope="module")
def evaluation() -> Any:
    return binary_evaluation()


@pytest.fixture
def widget(evaluation: Any) -> WhatifWidget:
    made = WhatifWidget(evaluation)
    made.row = 3
    return made


class Answers:
    """Collects what the channel sends."""

    def __init__(self, widget: WhatifWidget, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sent: list[dict[str, Any]] = []
        self.arrived = threading.Event()
        monkeypatch.setattr(widget, "send", self._take)
        self._widget = widget

    def _take(self, content: dict[str, Any], buffers: Any = None) -> None:
        self.sent.append(content)
        self.arrived.set()

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        self.arrived.clear()
        message = {"type": "request", "id": "1", "method": method, "params": params}
        self._widget._handle_custom_msg(message, [])
        assert self.arrived.wait(10)
        return self.sent[-1]


class TestPredict:
    @pytest.mark.parametrize(
        ("edits", "change"),
        [
            ({}, {}),
            ({"0": 71.5}, {"age": 71.5}),
            ({"0": 30, "3": "Rome"}, {"age": 30, HOSTILE: "Rome"}),
            ({"2": False}, {"member": False}),
            ({"1": None}, {"income": np.nan}),
            ({"4": JOINED, "5": "another note"}, {"joined": pd.Timestamp("2021-03-04"), "note": "another note"}),
        ],
    )
    def test_is_what_the_users_function_answers(
        self, widget: WhatifWidget, evaluation: Any, edits: dict[str, Any], change: dict[str, Any]
    ) -> None:
        changed = table().iloc[[3]].assign(**change)
        assert widget.predict(3, edits).output == pytest.approx(probability(changed)[0], abs=1e-6)

    def test_the_evaluation_stays_as_it_was(self, widget: WhatifWidget, evaluation: Any) -> None:
        before = evaluation.X.copy()
        widget.predict(3, {"0": 99, "3": "Oslo", "1": None})
        pd.testing.assert_frame_equal(evaluation.X, before)

    def test_follows_the_workbenchs_threshold(self, evaluation: Any) -> None:
        workbench = WorkbenchWidget(evaluation)
        panel = workbench.open_panel("whatif")
        assert isinstance(panel, WhatifWidget)
        output = panel.predict(3, {}).output
        assert output is not None
        workbench.threshold = min(1.0, output + 0.01)
        assert panel.predict(3, {}).predicted == "no"


BAD_EDITS = [
    ([1, 2], "MLD-W21"),
    ("0", "MLD-W21"),
    ({"9": 1}, "MLD-W20"),
    ({"-1": 1}, "MLD-W20"),
    ({"__proto__": 1}, "MLD-W20"),
    ({"0.5": 1}, "MLD-W20"),
    ({"\u00b2": 1}, "MLD-W20"),
    ({True: 1}, "MLD-W20"),
    ({"0": None}, "MLD-W22"),
    ({"0": "old"}, "MLD-W23"),
    ({"0": float("nan")}, "MLD-W23"),
    ({"0": float("inf")}, "MLD-W23"),
    ({"0": True}, "MLD-W23"),
    ({"0": [1]}, "MLD-W23"),
    ({"2": 1}, "MLD-W23"),
    ({"4": "2020-01-01"}, "MLD-W23"),
    ({"3": 5}, "MLD-W24"),
    ({"5": {"a": 1}}, "MLD-W24"),
    ({"5": "x" * 100_001}, "MLD-W24"),
    ({"3": "Paris"}, "MLD-W25"),
]


class TestWhatTheBrowserSends:
    @pytest.mark.parametrize(("edits", "code"), BAD_EDITS)
    @pytest.mark.parametrize("method", ["predict", "nearest"])
    def test_edits_that_cannot_be_are_refused_by_code(
        self, widget: WhatifWidget, method: str, edits: Any, code: str
    ) -> None:
        with pytest.raises(MldError) as caught:
            getattr(widget, method)(3, edits)
        assert caught.value.code == code
        assert caught.value.allowed
        assert caught.value.fix

    @pytest.mark.parametrize(("edits", "code"), BAD_EDITS)
    def test_edits_that_cannot_be_are_not_taken_as_state(self, widget: WhatifWidget, edits: Any, code: str) -> None:
        widget.set_state({"edits": edits})
        assert widget.edits == {}

    @pytest.mark.parametrize("row", [-1, 400, 1.5, "3", None, True, [3]])
    def test_rows_that_are_not_there_are_refused(self, widget: WhatifWidget, row: Any) -> None:
        for method in ("predict", "nearest"):
            with pytest.raises(MldError) as caught:
                getattr(widget, method)(row, {})
            assert caught.value.code in ("MLD-S50", "MLD-S51")
        if row is not None:
            widget.set_state({"row": row})
        assert widget.row == 3

    @pytest.mark.parametrize("position", [-1, 6, 1.5, None, "x", True, "__proto__"])
    def test_features_that_are_not_there_are_refused(self, widget: WhatifWidget, position: Any) -> None:
        with pytest.raises(MldError) as caught:
            widget.curve(3, position, {})
        assert caught.value.code == "MLD-W20"

    def test_a_free_text_has_no_curve(self, widget: WhatifWidget) -> None:
        with pytest.raises(MldError) as caught:
            widget.curve(3, 5, {})
        assert caught.value.code == "MLD-O58"

    def test_values_too_rare_to_be_listed_are_known(self) -> None:
        frame = pd.DataFrame({"code": [f"c{index}" for index in range(300)] * 2, "x": np.arange(600.0)})
        frame["code"] = frame["code"].astype("category")
        evaluation = mld.evaluate(lambda rows: rows["x"].to_numpy() * 2, (frame, frame["x"] * 2))
        made = WhatifWidget(evaluation)
        rare = next(f"c{index}" for index in range(300) if f"c{index}" not in evaluation.features[0].categories)
        made.predict(0, {"0": rare})
        with pytest.raises(MldError) as caught:
            made.predict(0, {"0": "c300"})
        assert caught.value.code == "MLD-W25"

    def test_every_request_is_answered(self, widget: WhatifWidget, monkeypatch: pytest.MonkeyPatch) -> None:
        answers = Answers(widget, monkeypatch)
        assert answers.ask("predict", row=3, edits={})["ok"]
        assert answers.ask("curve", row=3, position=0, edits={})["ok"]
        assert answers.ask("nearest", row=3, edits={})["ok"]
        assert answers.ask("predict", row=3, edits={"0": "x"})["error"]["code"] == "MLD-W23"
        assert answers.ask("prepare_report")["error"]["code"] == "MLD-W01"


class TestCurve:
    def test_of_a_number_is_drawn_in_the_line_figure(self, widget: WhatifWidget) -> None:
        drawing = widget.curve(3, 0, {"2": False})
        assert drawing.chart == "line"
        line = widget.charts["line"].parts["line"]
        row = table().iloc[[3]].assign(member=False)
        moved = [probability(row.assign(age=age))[0] for age in line.x]
        np.testing.assert_allclose(np.squeeze(line.y), moved, atol=1e-6)
        np.testing.assert_array_equal(widget.charts["line"].parts["original"].x, [82, 82])

    def test_ignores_the_edit_of_its_own_feature(self, widget: WhatifWidget) -> None:
        with_edit, without = widget.curve(3, 0, {"0": 20}), widget.curve(3, 0, {})
        np.testing.assert_array_equal(with_edit.curve.ice_lines, without.curve.ice_lines)

    def test_of_a_category_is_drawn_as_bars_with_the_current_value_marked(self, widget: WhatifWidget) -> None:
        drawing = widget.curve(3, 3, {"3": "Rome"})
        assert drawing.chart == "bars"
        bars = widget.charts["bars"].parts["bars"]
        marked = [color.startswith("var(--accent") for color in bars.colors]
        assert [drawing.curve.labels[place] for place in drawing.drawn][marked.index(True)] == "Rome"
        assert sum(marked) == 1

    def test_of_several_classes_has_no_threshold(self) -> None:
        made = WhatifWidget(multiclass_evaluation())
        made.curve(0, 0, {})
        assert made.charts["line"].parts["threshold"].x.size == 0


class TestNearest:
    def test_is_the_analyzers_row(self, widget: WhatifWidget, evaluation: Any) -> None:
        found = widget.nearest(3, {"0": 60}).result(timeout=20)
        assert found.row == analyzer.nearest_other(evaluation, 3, {0: 60}).row
        assert found.predicted != widget.predict(3, {"0": 60}).predicted

    def test_asks_the_model_in_the_callers_thread_only(
        self, widget: WhatifWidget, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[int] = []
        original = whatif.predict_edited
        monkeypatch.setattr(
            whatif, "predict_edited", lambda *given: (asked.append(threading.get_ident()), original(*given))[1]
        )
        monkeypatch.setattr(
            analyzer, "predict_edited", lambda *given: (asked.append(threading.get_ident()), original(*given))[1]
        )
        widget.nearest(3, {}).result(timeout=20)
        assert asked == [threading.get_ident()]

    def test_a_newer_search_ends_an_older_one(self, widget: WhatifWidget, monkeypatch: pytest.MonkeyPatch) -> None:
        wanted: list[bool] = []
        gate = threading.Event()

        def look(_ev: Any, _row: int, _edits: Any, cancelled: Any, **_: Any) -> str:
            gate.wait(5)
            wanted.append(not cancelled())
            return "found"

        monkeypatch.setattr(whatif, "nearest_other", look)
        searches: list[Future[Any]] = [widget.nearest(3, {"0": age}) for age in (20, 30)]
        gate.set()
        for search in searches:
            search.result(timeout=10)
        assert wanted == [False, True]


class TestRow:
    def test_opening_one_shows_it_without_edits(self, widget: WhatifWidget) -> None:
        widget.edits = {"0": 30}
        widget.row = 5
        assert widget.result.row == 5
        assert widget.edits == {}
        widget.row = None
        assert widget.result is None

    def test_is_the_workbenchs(self, evaluation: Any) -> None:
        workbench = WorkbenchWidget(evaluation)
        workbench.row = 7
        panel = workbench.open_panel("whatif")
        assert isinstance(panel, WhatifWidget)
        assert panel.result.row == 7
        assert panel.open_row(9).row == 9
        assert workbench.row == 9

    def test_the_one_with_the_highest_loss_is_known(self, widget: WhatifWidget, evaluation: Any) -> None:
        held = np.asarray(evaluation.splits["test"])
        assert widget.highest_loss_row == held[np.argmax(np.asarray(evaluation.loss)[held])]


class TestReport:
    def test_holds_every_curve_of_the_unchanged_row(self, widget: WhatifWidget, evaluation: Any) -> None:
        widget.edits = {"0": 30}
        state = widget.report_state(include_data=False)
        curves = mld.sensitivity(evaluation, 3).curves
        assert [drawing["position"] for drawing in state["curves"]] == [curve.position for curve in curves]
        assert all(drawing["values"] for drawing in state["curves"])
        assert state["edits"] == {}
        assert state["result"]["row"] == 3
        assert state["nearest_row"]["row"] is not None

    def test_leaves_the_live_widget_alone(self, widget: WhatifWidget) -> None:
        before = (widget.edits, widget.curves, widget.row, widget.mode)
        widget.prepare_report()
        assert (widget.edits, widget.curves, widget.row, widget.mode) == before

    def test_without_a_model_to_ask_says_why(self) -> None:
        evaluation = mld.evaluate(None, (table(), np.zeros(400)), predictions=np.ones(400), task="regression")
        made = WhatifWidget(evaluation)
        assert made.unavailable
        assert made.report_state(include_data=False)["curves"] is None
