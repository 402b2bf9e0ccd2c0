"""One background thread per workbench: long work reports progress, can be cancelled, and blocks nothing.

The user's model is never called from here: it belongs to the thread that runs the notebook's cells.
"""

from __future__ import annotations

import asyncio
import atexit
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from typing import Any, TypeVar

Value = TypeVar("Value")
Submitted = tuple["Job", Callable[["Job"], Any], "Future[Any]"]
#: Seconds that the end of the process waits for a piece of work that looks only now and then whether it is wanted.
_PATIENCE = 2.0
#: Seconds that work rests after something that it made way for, because more may follow at once, and at most during it:
#: a rest ends by itself, so that nothing can wait for ever for work that waits for it.
PAUSE_SECONDS = 0.2
LONGEST_SECONDS = 5.0
ProgressListener = Callable[[str, float | None], None]


class CancelledWork(Exception):
    """Raised inside a piece of work that is no longer wanted."""


class Rest:
    """Until when a worker rests."""

    def __init__(self) -> None:
        self._until = 0.0
        self._changed = threading.Condition()

    def last(self, seconds: float) -> None:
        """Let the rest end in so many seconds."""
        with self._changed:
            self._until = time.monotonic() + seconds
            self._changed.notify_all()

    def sit_out(self, wanted: Callable[[], bool]) -> None:
        """Wait on the calling thread until the rest ends, or until ``wake`` where the work is not wanted any more."""
        with self._changed:
            while wanted() and (left := self._until - time.monotonic()) > 0:
                self._changed.wait(left)

    def wake(self) -> None:
        """Have what rests look whether it is still wanted."""
        with self._changed:
            self._changed.notify_all()


class Job:
    """What a running piece of work may ask and tell."""

    def __init__(self, tell: ProgressListener, rest: Rest) -> None:
        self._wanted = True
        self._tell = tell
        self._rest = rest

    def cancel(self) -> None:
        """Say that the result is no longer wanted."""
        self._wanted = False
        self._rest.wake()

    def cancelled(self) -> bool:
        """Return True when the result is no longer wanted. Ask at least every 100 ms.

        While the worker makes way for something else, the answer comes when that is done.
        """
        self._rest.sit_out(lambda: self._wanted)
        return not self._wanted

    def progress(self, text: str, fraction: float | None = None) -> None:
        """Report what is being done and how far it is; raises ``CancelledWork`` when no longer wanted."""
        if self.cancelled():
            raise CancelledWork
        self._tell(text, fraction)


class Worker:
    """Runs submitted work one piece after another on a daemon thread, which ends by itself when idle.

    Parameters
    ----------
    tell
        Called from the worker's thread with (text, fraction) on progress, and with ("", None) when idle again.
    """

    IDLE_SECONDS = 2.0

    def __init__(self, tell: ProgressListener) -> None:
        self._tell = tell
        #: Guards what waits and what runs: work is either in the one or in the other when it is cancelled.
        self._changed = threading.Condition()
        self._waiting: deque[Submitted] = deque()
        self._thread: threading.Thread | None = None
        self._running: Job | None = None
        self._rest = Rest()
        self._ended = False
        _workers.add(self)

    def submit(self, work: Callable[[Job], Value]) -> Future[Value]:
        """Queue ``work(job)`` and return the future of its value. Cancelled work gives a cancelled future."""
        future: Future[Value] = Future()
        with self._changed:
            self._waiting.append((Job(self._tell, self._rest), work, future))
            self._changed.notify()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="mldebug-worker", daemon=True)
                self._thread.start()
        return future

    @contextmanager
    def making_way(self) -> Iterator[None]:
        """Let work rest from its next look at whether it is wanted, until shortly after what is done here.

        Threads that both need Python's lock slow each other down beyond measure: a forest gives the lock away at each
        of its trees, and gets it back from a busy thread only 5 ms later.
        """
        self._rest.last(LONGEST_SECONDS)
        try:
            yield
        finally:
            self._rest.last(PAUSE_SECONDS)

    def cancel(self) -> bool:
        """Cancel the running and all waiting work; return whether there was any."""
        with self._changed:
            running, waiting = self._running, list(self._waiting)
            self._waiting.clear()
        if running is not None:
            running.cancel()
        for _, _, future in waiting:
            future.cancel()
        return running is not None or bool(waiting)

    def end(self, patience: float) -> None:
        """Cancel all work for good and wait up to ``patience`` seconds for the piece under way."""
        self._ended = True
        self.cancel()
        thread = self._thread
        if thread is not None:
            self.submit(lambda _job: None)  # wakes a thread that waits for work
            thread.join(patience)

    def _run(self) -> None:
        while (submitted := self._next()) is not None:
            job, work, future = submitted
            if self._ended:
                job.cancel()
            self._finish(job, work, future)
            with self._changed:
                self._running = None
                is_idle = not self._waiting
            if self._ended:
                return
            if is_idle:
                self._tell("", None)

    def _next(self) -> Submitted | None:
        """Take what waits longest, which runs from now on; None when nothing came for a while and the thread ends."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._waiting, self.IDLE_SECONDS):
                self._thread = None
                return None
            submitted = self._waiting.popleft()
            self._running = submitted[0]
            return submitted

    def _finish(self, job: Job, work: Callable[[Job], Any], future: Future[Any]) -> None:
        try:
            value = work(job)
        except CancelledWork:
            future.cancel()
        except BaseException as error:
            future.set_exception(error)
        else:
            future.set_result(value)


_workers: weakref.WeakSet[Worker] = weakref.WeakSet()


@atexit.register
def _end_all() -> None:
    """Let no work outlive the interpreter: native code that it stands in could not end in order."""
    for worker in list(_workers):
        worker.end(patience=_PATIENCE)


def afterwards(before: Future[Any], work: Callable[[], Value]) -> Future[Value]:
    """Run ``work`` on the calling thread once ``before`` has ended, and return the future of its value.

    The calling thread stays free meanwhile when it runs an event loop, as a kernel's does; otherwise it waits.
    """
    future: Future[Value] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:
            future.set_exception(error)

    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        wait([before])
        run()
    else:
        before.add_done_callback(lambda _done: loop.call_soon_threadsafe(run))
    return future
