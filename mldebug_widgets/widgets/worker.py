"""One background thread per workbench: long work reports progress, can be cancelled, and blocks nothing.

The user's model is never called from here: it belongs to the thread that runs the notebook's cells.
"""

from __future__ import annotations

import asyncio
import atexit
import queue
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Any, TypeVar

Value = TypeVar("Value")
#: Seconds that the end of the process waits for a piece of work that looks only now and then whether it is wanted.
_PATIENCE = 2.0
ProgressListener = Callable[[str, float | None], None]


class CancelledWork(Exception):
    """Raised inside a piece of work that is no longer wanted."""


class Job:
    """What a running piece of work may ask and tell."""

    def __init__(self, tell: ProgressListener) -> None:
        self._wanted = True
        self._tell = tell

    def cancel(self) -> None:
        """Say that the result is no longer wanted."""
        self._wanted = False

    def cancelled(self) -> bool:
        """Return True when the result is no longer wanted. Ask at least every 100 ms."""
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
        self._waiting: queue.Queue[tuple[Job, Callable[[Job], Any], Future[Any]]] = queue.Queue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._running: Job | None = None
        self._ended = False
        _workers.add(self)

    def submit(self, work: Callable[[Job], Value]) -> Future[Value]:
        """Queue ``work(job)`` and return the future of its value. Cancelled work gives a cancelled future."""
        future: Future[Value] = Future()
        with self._lock:
            self._waiting.put((Job(self._tell), work, future))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="mldebug-worker", daemon=True)
                self._thread.start()
        return future

    def cancel(self) -> bool:
        """Cancel the running and all waiting work; return whether there was any."""
        with self._lock:
            found = self._running is not None
            if self._running is not None:
                self._running.cancel()
            while True:
                try:
                    _, _, future = self._waiting.get_nowait()
                except queue.Empty:
                    return found
                future.cancel()
                found = True

    def end(self, patience: float) -> None:
        """Cancel all work for good and wait up to ``patience`` seconds for the piece under way."""
        self._ended = True
        self.cancel()
        thread = self._thread
        if thread is not None:
            self.submit(lambda _job: None)  # wakes a thread that waits for work
            thread.join(patience)

    def _run(self) -> None:
        while True:
            try:
                job, work, future = self._waiting.get(timeout=self.IDLE_SECONDS)
            except queue.Empty:
                with self._lock:
                    if self._waiting.empty():
                        self._thread = None
                        return
                continue
            self._running = job
            if self._ended:
                job.cancel()
            self._finish(job, work, future)
            self._running = None
            if self._ended:
                return
            if self._waiting.empty():
                self._tell("", None)

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
