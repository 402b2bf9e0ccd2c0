"""Long work with the user's model: done in pieces on the thread that runs the cells, which answers between them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from concurrent.futures import Future
from contextlib import AbstractContextManager, nullcontext
from typing import Generic, TypeVar

from mldebug_widgets.widgets.cell_thread import interruptible

Step = TypeVar("Step")
Value = TypeVar("Value")

#: Long enough between two pieces for messages that wait to be taken.
PAUSE_SECONDS = 0.001


class PieceWork(Generic[Step, Value]):
    """A generator that is advanced piece by piece until it returns.

    Where an event loop runs, as in a kernel, each piece is a turn of its own, so that a cancel is heard between two;
    otherwise all pieces are done at once.

    Parameters
    ----------
    steps
        Yields after each piece, at most 100 ms of work, and returns the value.
    tell
        Called with what a piece yielded.
    around
        Makes the context in which a piece is done.

    Attributes
    ----------
    future
        The value, or what went wrong; cancelled by ``cancel()``. An interrupt of the kernel ends it too.
    """

    def __init__(
        self,
        steps: Generator[Step, None, Value],
        tell: Callable[[Step], None],
        around: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self.future: Future[Value] = Future()
        self._steps = steps
        self._tell = tell
        self._around = around
        try:
            self._loop: asyncio.AbstractEventLoop | None = asyncio.get_running_loop()
        except RuntimeError:
            self._loop = None

    def start(self) -> Future[Value]:
        """Begin, and return the future of the value."""
        if self._loop is not None:
            self._loop.call_soon(self._turn)
            return self.future
        while not self.future.done():
            self._advance()
        return self.future

    def finish(self) -> None:
        """Do all pieces that are left, without a pause."""
        while not self.future.done():
            self._advance()

    def cancel(self) -> bool:
        """End the work between two pieces; return whether there was anything left to end."""
        if self.future.done():
            return False
        self._steps.close()
        return self.future.cancel()

    def _turn(self) -> None:
        if self.future.done() or self._loop is None:
            return
        with interruptible():
            self._advance()
        self._loop.call_later(PAUSE_SECONDS, self._turn)

    def _advance(self) -> None:
        try:
            with self._around():
                step = next(self._steps)
            self._tell(step)
        except StopIteration as finished:
            self.future.set_result(finished.value)
        except KeyboardInterrupt:
            self.cancel()
            if self._loop is None:
                raise
        except Exception as error:
            self._steps.close()
            self.future.set_exception(error)
