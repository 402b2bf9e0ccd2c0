from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest

import mldebug_widgets as mld
from mldebug_widgets.errors import MldError
from mldebug_widgets.widgets.channel import answer
from mldebug_widgets.widgets.crossfilter import CrossfilterWidget, build_for, widget_of
from mldebug_widgets.widgets.workbench import WorkbenchWidget

N = 400


@pytest.fixture(scope="module")
def evaluation() -> Any:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"month": rng.integers(1, 13, N), "town": rng.choice([*"abc"], N), "x": rng.normal(size=N)})
    truth = (rng.random(N) < 0.5).astype(int)
    scores = np.where(rng.random(N) < 0.2, 1 - truth, truth) * 0.4 + 0.3 + rng.random(N) * 0.1
    parts = {"train": slice(0, 100), "test": slice(100, N)}
    return mld.evaluate(
        None,
        {name: (frame[rows], truth[rows]) for name, rows in parts.items()},
        predictions={name: scores[rows] for name, rows in parts.items()},
    )


@pytest.fixture
def workbench(evaluation: Any) -> Iterator[WorkbenchWidget]:
    widget = WorkbenchWidget(evaluation)
    yield widget
    widget.close()


def counted(workbench: WorkbenchWidget, split: str = "") -> CrossfilterWidget:
    workbench.worker.cancel()  # the overview's baselines are not what is tested here
    widget = build_for(workbench, split)
    wait(workbench)
    return widget


def wait(workbench: WorkbenchWidget) -> None:
    workbench.worker.submit(lambda _job: None).result(30)


def place(widget: CrossfilterWidget, name: str) -> int:
    return [dimension.name for dimension in widget.result.dimensions].index(name)


def brush(widget: CrossfilterWidget, name: str, first: int, last: int) -> dict[str, int]:
    return {"dimension": place(widget, name), "first": first, "last": last}


def test_a_brush_selects_its_rows_everywhere(workbench: WorkbenchWidget, evaluation: Any) -> None:
    widget = counted(workbench)
    widget.select([brush(widget, "month", 5, 7), brush(widget, "town", 0, 0)])
    town = widget.result.dimensions[place(widget, "town")].labels[0]
    frame = evaluation.X
    wanted = np.flatnonzero(frame["month"].between(6, 8) & (frame["town"] == town) & (np.arange(N) >= 100))
    np.testing.assert_array_equal(workbench.selected.rows, wanted)
    assert workbench.selected.label == f"month 6 to 8 and town {town}"
    assert workbench.selection["n"] == len(wanted) == widget.selected.n
    assert [item.dimension for item in widget.selected.brushes] == [place(widget, "month"), place(widget, "town")]


def test_no_brush_selects_all_rows(workbench: WorkbenchWidget) -> None:
    widget = counted(workbench)
    widget.select([brush(widget, "month", 5, 7)])
    widget.select([])
    assert workbench.selected.is_everything
    assert widget.selected is None
    assert widget.query == ""


def test_a_brush_over_everything_is_a_selection_of_the_split(workbench: WorkbenchWidget) -> None:
    widget = counted(workbench)
    widget.select([brush(widget, "month", 0, 11)])
    assert len(workbench.selected) == 300
    everywhere = counted(workbench, "all")
    everywhere.select([brush(everywhere, "month", 0, 11)])
    assert workbench.selected.is_everything


def test_a_selection_from_elsewhere_is_shown_and_takes_the_brush_away(workbench: WorkbenchWidget) -> None:
    widget = counted(workbench)
    widget.select([brush(widget, "month", 5, 7)])
    workbench.select("x > 0")
    assert widget.selected.brushes == ()
    assert widget.selected.n == np.count_nonzero(workbench.selected.rows >= 100)
    workbench.select(None)
    assert widget.selected is None


def test_the_same_brush_again_is_still_a_brush(workbench: WorkbenchWidget) -> None:
    widget = counted(workbench)
    widget.select([brush(widget, "month", 5, 7)])
    token = workbench.selection["token"]
    widget.select([brush(widget, "month", 5, 7)])
    assert workbench.selection["token"] == token + 1
    assert len(widget.selected.brushes) == 1


def test_a_moved_threshold_is_counted_again(workbench: WorkbenchWidget) -> None:
    widget = counted(workbench)
    before = widget.result
    widget.select([brush(widget, "month", 5, 7)])
    workbench.threshold = 0.95
    wait(workbench)
    assert widget.result is not before
    assert widget.result.overall == pytest.approx(np.mean(np.asarray(workbench.evaluation.y)[100:] == 1))
    assert [item.name for item in widget.result.dimensions[:3]] == [item.name for item in before.dimensions[:3]]
    assert len(widget.selected.brushes) == 1
    assert widget.selected.n == len(workbench.selected)
    fresh = mld.crossfilter(workbench.evaluation)
    by_name = {dimension.name: dimension for dimension in fresh.dimensions}
    for dimension in widget.result.dimensions:
        np.testing.assert_array_equal(dimension.errors, by_name[dimension.name].errors)


def test_another_split_is_counted_in_the_background(workbench: WorkbenchWidget) -> None:
    widget = counted(workbench)
    widget.show_split("train")
    wait(workbench)
    assert (widget.result.split, widget.result.n) == ("train", 100)


def test_a_failure_is_shown_in_the_strip(workbench: WorkbenchWidget) -> None:
    widget = counted(workbench, "nowhere")
    assert widget.result is None
    assert widget.failed["code"] == "MLD-W36"


@pytest.mark.parametrize(
    ("brushes", "code"),
    [
        (None, "MLD-W51"),
        ([{"dimension": 0}], "MLD-W51"),
        ([{"dimension": 0, "first": 0, "last": 1, "x": 1}], "MLD-W51"),
        ([{"dimension": "0", "first": 0, "last": 1}], "MLD-O76"),
        ([{"dimension": 0, "first": 0, "last": 99}], "MLD-O77"),
        ([{"dimension": 0, "first": float("nan"), "last": 99}], "MLD-O76"),
    ],
)
def test_what_the_browser_sends_is_checked(workbench: WorkbenchWidget, brushes: Any, code: str) -> None:
    widget = counted(workbench)
    sent: list[Any] = []
    widget.send = lambda content, buffers=None: sent.append(content)  # type: ignore[method-assign]
    for method, params in (("select", {"brushes": brushes}), ("cube", {"active": 1, "brushes": brushes})):
        answer(widget, {"type": "request", "id": "1", "method": method, "params": params})
    assert [message["error"]["code"] for message in sent] == [code, code]
    assert workbench.selected.is_everything


def test_a_brush_before_the_counting_is_refused(workbench: WorkbenchWidget) -> None:
    with pytest.raises(MldError, match="MLD-W50"):
        CrossfilterWidget(None).select([])


def test_alone_it_shows_what_is_brushed(evaluation: Any) -> None:
    widget = widget_of(mld.crossfilter(evaluation, split="all"))
    assert isinstance(mld.show(widget.result), CrossfilterWidget)
    widget.select([brush(widget, "month", 0, 2)])
    assert widget.query == "month <= 3"
    assert widget.selected.n == np.count_nonzero(evaluation.X["month"] <= 3)
    widget.select([])
    assert (widget.selected, widget.query) == (None, "")


def test_a_cube_travels_as_arrays(workbench: WorkbenchWidget) -> None:
    widget = counted(workbench)
    sent: list[Any] = []
    widget.send = lambda content, buffers=None: sent.append((content, buffers))  # type: ignore[method-assign]
    params = {"active": place(widget, "month"), "brushes": [brush(widget, "town", 0, 1)]}
    answer(widget, {"type": "request", "id": "1", "method": "cube", "params": params})
    (content, buffers) = sent[0]
    assert content["ok"]
    assert content["result"]["counts"]["shape"][0] == 13
    assert len(buffers) == 2


def test_a_file_holds_pairs_and_the_bins_of_its_rows(workbench: WorkbenchWidget) -> None:
    widget = counted(workbench)
    workbench.select("month > 6")
    workbench.open_panel("rows")
    state = widget.report_state(include_data=False)
    assert state["mode"] == "report"
    sizes = [len(dimension["labels"]) for dimension in state["result"]["dimensions"]]
    n_cells = sum(size * other for place, size in enumerate(sizes) for other in sizes[place + 1 :])
    assert state["embedded"]["counts"]["shape"] == [n_cells]
    assert state["embedded"]["bins"]["shape"] == [state["embedded"]["rows"]["shape"][0], len(sizes)]
    assert state["selected"]["n"] == np.count_nonzero(workbench.selected.rows >= 100)
    assert widget.mode == "live"


def test_a_file_is_written_before_the_counting_has_ended(evaluation: Any, workbench: WorkbenchWidget) -> None:
    workbench.worker.cancel()
    widget = CrossfilterWidget(None, workbench, "train")
    state = widget.report_state(include_data=False)
    assert state["result"]["n"] == 100
