"""Long work in pieces: smaller ones when memory runs out, and a look between them whether it is still wanted."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

import torch

from mldebug_widgets.errors import MldValueError

#: Seconds of work between two looks. A piece under way is finished first.
PIECE_SECONDS = 0.05
SLOW_SECONDS = 0.1
#: Below this, smaller pieces would make the whole slower.
FEWEST_ROWS = 64
#: Half the rows must take at most this part of the time to be worth it; else so many pieces go by until the next try.
SHORTER = 0.7
PIECES_TO_WAIT = 8
_MEMORY_WORDS = ("out of memory", "can't allocate memory", "cannot allocate memory", "not enough memory")


@dataclass(frozen=True, slots=True)
class Step:
    """How far the work is: what is being done, and the share of it that is done (0 to 1, or None)."""

    doing: str
    fraction: float | None


def is_out_of_memory(error: BaseException) -> bool:
    """Tell whether ``error`` says that memory ran out, on a device or in the kernel."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error).lower() for words in _MEMORY_WORDS)


class PieceSize:
    """Rows that the model evaluates at once: halves when memory runs out, and stays there; follows the clock below."""

    def __init__(self, rows: int) -> None:
        self.rows = max(int(rows), 1)
        self._most = self.rows
        self._before: float | None = None
        self._quick = False
        self._pieces_to_wait = 0

    def halve(self, error: BaseException) -> None:
        """Make the pieces smaller, or give up with MLD-M08 when one row is already too many."""
        if self.rows == 1:
            raise MldValueError(
                "MLD-M08", "model", "there is no memory for one row at a time", "a model that answers for one row",
                "Free memory on the device, or use a smaller model.",
            ) from error  # fmt: skip
        self.rows //= 2
        self._most = self.rows

    def took(self, seconds: float) -> None:
        """Make the pieces smaller when one took so long that nobody could look in between, and larger again.

        The first piece often waits for libraries to wake up, and a busy machine comes to rest. Half the rows that take
        nearly as long were not what the time was spent on (a forest calls each of its trees anew, another thread has
        Python's lock): the pieces are then made larger again, since smaller ones only add up to more.
        """
        before, self._before = self._before, None
        quick, self._quick = self._quick, seconds < SLOW_SECONDS / 2
        if seconds <= SLOW_SECONDS:
            if quick and self._quick:  # one alone may be what was left over of some rows
                self._grow()
        elif before is not None and seconds > SHORTER * before:
            self._grow()
            self._pieces_to_wait = PIECES_TO_WAIT
        elif self._pieces_to_wait:
            self._pieces_to_wait -= 1
        elif self.rows > FEWEST_ROWS:
            self.rows //= 2
            self._before = seconds

    def _grow(self) -> None:
        self.rows = min(2 * self.rows, self._most)


def chunks(n: int, per_row: int, size: PieceSize, compute: Callable[[int, int], None]) -> Iterator[float]:
    """Call ``compute(start, stop)`` over 0 to n, yielding the share done after each call.

    Each row costs ``per_row`` evaluated rows. ``compute`` may be called again for the same rows after memory ran out.
    """
    start = 0
    while start < n:
        stop = min(n, start + max(1, size.rows // per_row))
        began = time.perf_counter()
        try:
            compute(start, stop)
        except Exception as error:
            if not is_out_of_memory(error):
                raise
            size.halve(error)
            continue
        size.took(time.perf_counter() - began)
        start = stop
        yield start / n


def at_once(n: int, size: PieceSize, compute: Callable[[int, int], None]) -> None:
    """Call ``compute(start, stop)`` over 0 to n in pieces that fit into memory, without a look between them."""
    for _ in chunks(n, 1, size, compute):
        pass


def parts(total: int, held: int, size: PieceSize) -> Iterator[slice]:
    """Yield slices of ``total`` things, so few at a time that ``held`` rows times them fit the present size."""
    step = max(1, size.rows // max(held, 1))
    for start in range(0, total, step):
        yield slice(start, min(start + step, total))


def guarded(running: Callable[[], AbstractContextManager[object]], work: Iterator[Step]) -> Iterator[Step]:
    """Advance ``work`` inside ``running()`` only: between two steps the user's model is as it was."""
    while True:
        step: Step | None = None
        with running():
            until = time.perf_counter() + PIECE_SECONDS
            while step is None or time.perf_counter() < until:
                step = next(work, None)
                if step is None:
                    return
        yield step
