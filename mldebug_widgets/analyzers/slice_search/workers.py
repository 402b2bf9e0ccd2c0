"""Runs pieces of work on a few threads, and stops them when nobody wants the answer any more."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_EXCEPTION, CancelledError, Future, ThreadPoolExecutor, wait
from typing import TypeVar

Task = TypeVar("Task")

#: Seconds between two looks at whether the answer is still wanted.
_LOOK = 0.05


class Workers:
    """Threads for work that spends its time outside of Python's lock.

    Parameters
    ----------
    cancelled
        Asked on the calling thread. It may take its time: all threads wait for the answer.
    progress
        Told there how much is done, from 0 to 1.
    """

    def __init__(self, cancelled: Callable[[], bool], progress: Callable[[float], None]) -> None:
        self._cancelled = cancelled
        self._progress = progress
        self._expected, self._done = 1, 0
        self._stopped, self._answered = threading.Event(), threading.Event()
        self._answered.set()
        self._owner = threading.get_ident()
        self.threads = min(8, os.cpu_count() or 1)

    def expect(self, steps: int) -> None:
        """Start from nothing done of so many steps, on the thread that calls this."""
        self._expected, self._done = max(1, steps), 0
        self._owner = threading.get_ident()
        self._stopped.clear()

    def advance(self, steps: int) -> None:
        """Count some more steps as done. Called by the work itself; progress need not be exact to the step."""
        self._done += steps

    def check(self) -> None:
        """Raise ``CancelledError`` when the work is not wanted any more. Called by the work itself, on any thread."""
        on_owner = threading.get_ident() == self._owner
        if not on_owner:
            self._answered.wait()
        if self._stopped.is_set() or (on_owner and self._cancelled()):
            raise CancelledError

    def run(self, work: Callable[[Task], None], tasks: Iterable[Task]) -> None:
        """Do all tasks, each on one of the threads, in the order in which they are given.

        Raises
        ------
        CancelledError
            When ``cancelled`` said True.
        """
        waiting = iter(tasks)
        lock = threading.Lock()

        def take() -> None:
            while True:
                self.check()
                with lock:
                    task = next(waiting, None)
                if task is None:
                    return
                work(task)

        with ThreadPoolExecutor(self.threads) as pool:
            running = [pool.submit(take) for _ in range(self.threads)]
            try:
                while self._unfinished(running):
                    if self._unwanted():
                        raise CancelledError
                    self._progress(min(1.0, self._done / self._expected))
            except BaseException:
                # An interrupt too: the threads stop at their next piece, and only then this one goes on.
                self._stopped.set()
                raise

    def _unwanted(self) -> bool:
        self._answered.clear()
        try:
            return self._cancelled()
        finally:
            self._answered.set()

    @staticmethod
    def _unfinished(running: list[Future[None]]) -> bool:
        done, unfinished = wait(running, timeout=_LOOK, return_when=FIRST_EXCEPTION)
        for future in done:
            future.result()
        return bool(unfinished)
