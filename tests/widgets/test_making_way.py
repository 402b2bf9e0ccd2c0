"""Work in pieces: what surrounds each of them, and that the workbench's worker makes way for the open panel's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pandas as pd
import pytest

import mldebug_widgets as mld
from mldebug_widgets.widgets.attributions import AttributionsWidget
from mldebug_widgets.widgets.pieces import PieceWork
from mldebug_widgets.widgets.whatif import WhatifWidget
from mldebug_widgets.widgets.workbench import WorkbenchWidget
from tests.widgets.linear_evaluations import linear_evaluation


def in_event_loop(made: Callable[[], Any]) -> Any:
    """Run a coroutine on a thread of its own: Playwright leaves an event loop on the main one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(made())).result(60)


class Around:
    """Notes when a piece begins and ends."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    @contextmanager
    def __call__(self) -> Iterator[None]:
        self.seen.append("in")
        try:
            yield
        finally:
            self.seen.append("out")


def steps(around: Around, error: BaseException | None = None) -> Generator[int, None, str]:
    for number in range(2):
        around.seen.append(f"piece {number}")
        yield number
    if error is not None:
        raise error
    return "done"


class TestWhatIsAroundAPiece:
    def test_ends_with_each_of_them(self) -> None:
        async def cells() -> None:
            around = Around()
            work = PieceWork(steps(around), lambda number: around.seen.append(f"told {number}"), around)
            assert await asyncio.wrap_future(work.start()) == "done"
            assert around.seen == ["in", "piece 0", "out", "told 0", "in", "piece 1", "out", "told 1", "in", "out"]

        in_event_loop(cells)

    def test_ends_when_a_piece_fails(self) -> None:
        around = Around()
        work = PieceWork(steps(around, ValueError("broken")), lambda _number: None, around)
        with pytest.raises(ValueError, match="broken"):
            work.start().result(0)
        assert around.seen[-2:] == ["in", "out"]

    def test_ends_when_a_piece_is_interrupted(self) -> None:
        async def cells() -> None:
            around = Around()
            work = PieceWork(steps(around, KeyboardInterrupt()), lambda _number: None, around)
            with pytest.raises(asyncio.CancelledError):
                await asyncio.wrap_future(work.start())
            assert around.seen[-2:] == ["in", "out"]

        in_event_loop(cells)


class Watched:
    """A model that notes whether the worker was making way each time that it was asked."""

    def __init__(self) -> None:
        self.ways: list[bool] = []
        self.in_way = False

    def __call__(self, frame: pd.DataFrame) -> Any:
        self.ways.append(self.in_way)
        return frame.sum(axis=1).to_numpy()


def watched_workbench(monkeypatch: pytest.MonkeyPatch) -> tuple[WorkbenchWidget, Watched]:
    model, frame = Watched(), linear_evaluation().X
    workbench = WorkbenchWidget(mld.evaluate(model, (frame, frame.sum(axis=1) + 1)))
    making_way = workbench.worker.making_way

    @contextmanager
    def noted() -> Iterator[None]:
        with making_way():
            model.in_way = True
            try:
                yield
            finally:
                model.in_way = False

    monkeypatch.setattr(workbench.worker, "making_way", noted)
    model.ways.clear()
    return workbench, model


class TestTheWorkbench:
    def test_makes_way_while_the_open_panel_asks_the_model(self, monkeypatch: pytest.MonkeyPatch) -> None:
        workbench, model = watched_workbench(monkeypatch)
        workbench.panel = "attributions"
        assert model.ways
        assert all(model.ways)

    def test_makes_way_for_the_answers_of_whatif(self, monkeypatch: pytest.MonkeyPatch) -> None:
        workbench, model = watched_workbench(monkeypatch)
        whatif = workbench.open_panel("whatif")
        assert isinstance(whatif, WhatifWidget)
        whatif.predict(3, {"0": 0.5})
        whatif.curve(3, 1, {})
        assert len(model.ways) >= 2
        assert all(model.ways)

    def test_goes_on_where_another_panel_is_open(self, monkeypatch: pytest.MonkeyPatch) -> None:
        workbench, model = watched_workbench(monkeypatch)
        panel = workbench.open_panel("attributions")
        assert isinstance(panel, AttributionsWidget)
        assert not model.ways
        panel.refresh()
        assert model.ways
        assert not any(model.ways)
