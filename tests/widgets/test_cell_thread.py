"""Messages of the browser are handled on the thread of the cells, on whichever thread they arrive."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import traitlets

from mldebug_widgets.widgets.base import ViewWidget
from mldebug_widgets.widgets.cell_thread import CellThread
from mldebug_widgets.widgets.channel import request

SECONDS = 10


class Watched(ViewWidget):
    """Notes where its handlers run."""

    stem = "rows"
    browser_writes = frozenset({"count"})
    count = traitlets.Int(0).tag(sync=True)

    def __init__(self) -> None:
        super().__init__()
        self.threads: list[int] = []
        self.sent: list[Any] = []
        self.observe(lambda _change: self.threads.append(threading.get_ident()), names="count")

    def send(self, content: Any, buffers: Any = None) -> None:
        self.sent.append(content)

    @request
    def ping(self) -> bool:
        return True

    @request
    def where(self) -> None:
        self.threads.append(threading.get_ident())


def asked(method: str) -> dict[str, Any]:
    content = {"type": "request", "id": method, "method": method, "params": {}}
    return {"content": {"data": {"method": "custom", "content": content}}, "buffers": []}


def in_event_loop(made: Callable[[], Any]) -> Any:
    """Run a coroutine on a thread of its own: Playwright leaves an event loop on the main one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(made())).result(SECONDS)


def test_requests_and_values_of_another_thread_are_handled_on_the_cells_thread() -> None:
    async def cells() -> None:
        widget = Watched()
        update = {"content": {"data": {"method": "update", "state": {"count": 3}}}, "buffers": []}
        with ThreadPoolExecutor(1) as subshell:
            subshell.submit(widget._handle_msg, asked("where")).result(SECONDS)
            subshell.submit(widget._handle_msg, update).result(SECONDS)
        assert widget.threads == [], "the cell is still running"
        await asyncio.sleep(0.01)
        assert widget.threads == [threading.get_ident()] * 2
        assert widget.count == 3
        assert [message["id"] for message in widget.sent] == ["where"]

    in_event_loop(cells)


def test_a_busy_cell_does_not_keep_a_ping_waiting() -> None:
    async def cells() -> None:
        widget = Watched()
        with ThreadPoolExecutor(1) as subshell:
            subshell.submit(widget._handle_msg, asked("ping")).result(SECONDS)
        assert [message["result"] for message in widget.sent] == [True]

    in_event_loop(cells)


def test_without_an_event_loop_messages_are_handled_where_they_arrive() -> None:
    def script() -> None:
        widget = Watched()
        widget._handle_msg(asked("where"))
        assert widget.threads == [threading.get_ident()]

    with ThreadPoolExecutor(1) as pool:
        pool.submit(script).result(SECONDS)


def test_an_interrupt_does_not_end_the_event_loop() -> None:
    script = f"""
import asyncio, signal, threading
from {CellThread.__module__} import CellThread

async def cells():
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # as a kernel between two cells
    thread, seen = CellThread(), []
    def long():
        try:
            signal.raise_signal(signal.SIGINT)
        finally:
            seen.append("interrupted")
        seen.append("never")
    other = threading.Thread(target=lambda: thread.do(long))
    other.start()
    other.join()
    await asyncio.sleep(0.01)
    assert seen == ["interrupted"], seen
    assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN

asyncio.run(cells())
"""
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)
