"""The Text panel: it computes a page of the selection's rows, and what the browser asks is checked."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import numpy as np
import pytest

import mldebug_widgets as mld
from mldebug_widgets.errors import MldError
from mldebug_widgets.report.state import collect, restore
from mldebug_widgets.show import view_of
from mldebug_widgets.widgets.panels import all_panels
from mldebug_widgets.widgets.text_attributions import PAGE, TextAttributionsWidget
from mldebug_widgets.widgets.workbench import WorkbenchWidget
from tests.widgets.text_evaluations import texts_evaluation


@pytest.fixture(name="session")
def opened() -> WorkbenchWidget:
    session = WorkbenchWidget(texts_evaluation())
    session.panel = "text_attributions"
    return session


def panel_of(session: WorkbenchWidget) -> TextAttributionsWidget:
    panel = session.views["text_attributions"]
    assert isinstance(panel, TextAttributionsWidget)
    return panel


def rows_of(panel: TextAttributionsWidget) -> list[int]:
    return [text.row for text in panel.results[0].texts]


def worst_first(session: WorkbenchWidget, rows: Any) -> list[int]:
    return sorted(rows, key=lambda row: (-session.evaluation.loss[row], row))


def test_it_shows_the_rows_with_the_highest_loss(session: WorkbenchWidget) -> None:
    panel = panel_of(session)
    assert panel.status["state"] == "idle"
    assert rows_of(panel) == worst_first(session, range(session.evaluation.n))[:PAGE]
    assert panel.result is panel.results[0]


def test_it_follows_the_selection_and_the_open_row(session: WorkbenchWidget) -> None:
    panel = panel_of(session)
    session.select([3, 5, 7])
    assert rows_of(panel) == worst_first(session, [3, 5, 7])
    session.row = 2
    assert rows_of(panel) == [2, *worst_first(session, [3, 5, 7])]


def test_pages_do_not_overlap(session: WorkbenchWidget) -> None:
    panel = panel_of(session)
    first = rows_of(panel)
    panel.turn(PAGE)
    assert not set(first) & set(rows_of(panel))
    panel.turn(10_000)
    assert panel.page["start"] == 15


def test_the_count_is_of_what_is_shown_until_another_page_is_there() -> None:
    session = WorkbenchWidget(texts_evaluation())
    session.panel = "text_attributions"
    panel = panel_of(session)
    panel.refresh()
    total = panel.page["total"]
    assert panel.page["shown"] == {"start": 0, "total": total}
    session.panel = "overview"
    panel.turn(PAGE)
    assert (panel.page["start"], panel.page["shown"]["start"]) == (PAGE, 0)
    panel.refresh()
    assert (panel.page["start"], panel.page["shown"]["start"]) == (PAGE, PAGE)


def test_several_methods_and_another_class(session: WorkbenchWidget) -> None:
    panel = panel_of(session)
    before = panel.results[0].texts[0].values
    panel.configure(["occlusion", "integrated_gradients"], "0")
    assert [result.method for result in panel.results] == ["integrated_gradients", "occlusion"]
    np.testing.assert_allclose(panel.results[0].texts[0].values, -before, atol=1e-6)


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("configure", {"methods": [], "target": "1"}),
        ("configure", {"methods": "occlusion", "target": "1"}),
        ("configure", {"methods": ["deeplift"], "target": "1"}),
        ("configure", {"methods": [{}], "target": "1"}),
        ("configure", {"methods": ["occlusion"], "target": "9"}),
        ("configure", {"methods": ["occlusion"], "target": None}),
        ("turn", {"start": "0"}),
        ("turn", {"start": True}),
        ("open_row", {"row": 99}),
        ("open_row", {"row": "0"}),
    ],
)
def test_what_the_browser_asks_is_checked(session: WorkbenchWidget, method: str, params: dict[str, Any]) -> None:
    panel = panel_of(session)
    before = panel.results
    with pytest.raises(MldError):
        getattr(panel, method)(**params)
    assert panel.results is before


def test_between_two_pieces_it_hears_a_cancel() -> None:
    async def drive() -> TextAttributionsWidget:
        session = WorkbenchWidget(texts_evaluation())
        session.panel = "text_attributions"
        panel = panel_of(session)
        assert panel.status["state"] == "running"
        await asyncio.sleep(0)
        panel.cancel()
        await asyncio.sleep(0.05)
        return panel

    panel = asyncio.run(drive())
    assert panel.status["state"] == "cancelled"
    assert panel.results == ()


def test_nothing_is_computed_before_it_is_looked_at() -> None:
    session = WorkbenchWidget(texts_evaluation())
    panel = session.open_panel("text_attributions")
    assert isinstance(panel, TextAttributionsWidget)
    assert panel.results == ()
    panel.refresh()
    assert panel.results


def test_a_failure_is_shown(session: WorkbenchWidget, monkeypatch: pytest.MonkeyPatch) -> None:
    panel = panel_of(session)
    module: Any = session.evaluation.model.module

    def fails(_ids: Any) -> Any:
        raise RuntimeError("no memory of it")

    monkeypatch.setattr(module, "forward", fails)
    panel.compute()
    assert panel.status["state"] == "failed"
    assert "no memory of it" in panel.status["error"]["message"]


def test_an_interrupt_ends_it_as_cancel_does(session: WorkbenchWidget, monkeypatch: pytest.MonkeyPatch) -> None:
    panel = panel_of(session)

    def interrupted(_ids: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(session.evaluation.model.module, "forward", interrupted)
    with pytest.raises(KeyboardInterrupt):
        panel.compute()
    assert panel.status["state"] == "cancelled"


def test_an_exported_file_carries_its_texts(session: WorkbenchWidget) -> None:
    panel = panel_of(session)
    session.open_panel("rows")
    state = panel.report_state(include_data=False)
    assert [text["row"] for text in state["results"][0]["texts"]] == rows_of(panel)


def test_it_is_offered_only_where_the_model_reads_texts() -> None:
    panel = next(panel for panel in all_panels() if panel.identifier == "text_attributions")
    assert panel.applies(texts_evaluation())
    assert not panel.applies(mld.evaluate(lambda rows: rows[:, 0], (np.eye(4), np.arange(4.0))))


def test_a_result_is_shown_alone() -> None:
    view = view_of(mld.text_attributions(texts_evaluation(), [0]))
    assert isinstance(view, TextAttributionsWidget)
    with pytest.raises(MldError, match="MLD-W65"):
        view.compute()


def test_methods_and_class_come_back_with_the_workbenchs_state(session: WorkbenchWidget) -> None:
    panel_of(session).configure(methods=["occlusion", "saliency"], target="0")
    saved = json.loads(json.dumps(collect(session)))
    again = WorkbenchWidget(texts_evaluation())
    restore(again, saved)
    panel = panel_of(again)
    assert (panel.settings["methods"], panel.settings["target"]) == (["saliency", "occlusion"], "0")
    assert [result.method for result in panel.results] == ["saliency", "occlusion"]
    for wrong in ({"methods": ["guess"], "target": "0"}, {"methods": ["occlusion"], "target": 9}, {"target": "0"}):
        with pytest.raises(MldError):
            restore(again, {**saved, "panels": {"text_attributions": wrong}})
    assert panel.settings["target"] == "0"
