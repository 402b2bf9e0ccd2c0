"""The thread that runs the cells: what the browser sends is handled there, on whichever thread it arrives."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any


class CellThread:
    """The thread on which this object was made, and its event loop.

    JupyterLab sends the messages of widgets to subshells where the kernel has them, each a thread of its own, and a
    widget's messages may arrive now on one and now on another. The user's model belongs to the thread of the cells.
    """

    def __init__(self) -> None:
        self._thread = threading.get_ident()
        try:
            self._loop: asyncio.AbstractEventLoop | None = asyncio.get_running_loop()
        except RuntimeError:
            self._loop = None

    def do(self, work: Callable[[], object]) -> None:
        """Call ``work`` on this thread: at once when that is the calling one, else as soon as its event loop is free.

        A thread without a running event loop cannot be asked; there ``work`` is called at once.
        """
        if threading.get_ident() == self._thread or self._loop is None or not self._loop.is_running():
            work()
        else:
            self._loop.call_soon_threadsafe(_turn, work)


def _turn(work: Callable[[], object]) -> None:
    # An interrupt that nobody heard would end the event loop, and with it the kernel.
    with suppress(KeyboardInterrupt), interruptible():
        work()


@contextmanager
def interruptible() -> Iterator[None]:
    """Let an interrupt reach what is done meanwhile: between cells a kernel ignores it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before: Any = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
