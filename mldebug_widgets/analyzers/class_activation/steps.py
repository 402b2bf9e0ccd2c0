"""Long work as pieces: between two pieces the user's model is as it was, and somebody may look, wait or cancel.

Every function here that works long is a generator. It yields a ``Step`` after each piece and returns its result.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from concurrent.futures import CancelledError
from typing import NamedTuple, TypeVar

import torch

from mldebug_widgets.errors import MldValueError

Value = TypeVar("Value")
Progress = Callable[[str, float | None], None]

_LONGEST = 0.1
_SHORT = 0.03
_MOST_AT_ONCE = 64


class Step(NamedTuple):
    """What is being done, and how far it is (0 to 1, or None)."""

    doing: str
    fraction: float | None


Steps = Generator[Step, None, Value]


class Batches:
    """Calls a function for ranges of items, as many at once as memory and patience allow.

    Parameters
    ----------
    size
        Items per call, or None to have it found: up to 64, halved when the device runs out of memory.
    responsive
        Whether somebody wants to look between the calls: each then aims at less than 100 ms.
    """

    def __init__(self, size: int | None, *, responsive: bool) -> None:
        self._asked = size
        self._responsive = responsive and size is None
        self.size = size or (4 if self._responsive else 16)

    def begin_small(self) -> None:
        """Begin with one item, as a call takes long."""
        if self._responsive:
            self.size = 1

    def over(self, n: int, work: Callable[[int, int], Value], doing: str) -> Steps[list[Value]]:
        """Return what ``work(start, stop)`` gives for ranges that cover 0 to ``n``."""
        parts: list[Value] = []
        start = 0
        while start < n:
            stop = min(start + self.size, n)
            began = time.perf_counter()
            try:
                parts.append(work(start, stop))
            except torch.OutOfMemoryError as error:
                self._halve(error)
                continue
            start = stop
            self._adapt(time.perf_counter() - began)
            yield Step(doing, start / n)
        return parts

    def _halve(self, error: Exception) -> None:
        if self.size <= 1:
            raise MldValueError(
                "MLD-O97", "internal_batch_size", "the device has no memory for one image at a time",
                "images that fit the device", "Free memory on the device, or pass smaller images.",
            ) from error  # fmt: skip
        self.size //= 2

    def _adapt(self, seconds: float) -> None:
        if not self._responsive:
            return
        if seconds > _LONGEST:
            self.size = max(1, int(self.size * 0.8 * _LONGEST / seconds))
        elif seconds < _SHORT:
            self.size = min(self.size * 2, _MOST_AT_ONCE)


def drained(steps: Steps[Value], cancelled: Callable[[], bool] | None, progress: Progress | None) -> Value:
    """Do all the pieces and return the result; ask and tell between them.

    Raises
    ------
    concurrent.futures.CancelledError
        When ``cancelled()`` says True.
    """
    try:
        while True:
            if cancelled is not None and cancelled():
                raise CancelledError
            step = next(steps)
            if progress is not None:
                progress(step.doing, step.fraction)
    except StopIteration as finished:
        value: Value = finished.value
        return value
    finally:
        steps.close()
