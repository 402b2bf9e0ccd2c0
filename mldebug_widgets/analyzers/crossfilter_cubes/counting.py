"""Rows and summed metric per pair of bins, counted over row chunks that fit the cache, on two threads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event

import numpy as np
import numpy.typing as npt
import torch

#: So many rows at once: their sums stay in the cache, and torch starts no threads of its own.
CHUNK = 32_768
THREADS = 2
#: A count and a sum of zeros and ones share one 64-bit integer.
_SHIFT = 32
_LOW = (1 << _SHIFT) - 1

Codes = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]
Cancelled = Callable[[], bool]


class CountingCancelled(Exception):
    """Raised when the counts are no longer wanted."""


@dataclass(frozen=True, slots=True, eq=False)
class Metric:
    """What is summed.

    Attributes
    ----------
    values
        (r,) finite; 0 where the metric is not known.
    binary
        True when all are 0 or 1: counts and sums are then exact integers.
    """

    values: npt.NDArray[np.float32]
    binary: bool


@dataclass(frozen=True, slots=True, eq=False)
class Joint:
    """Rows and summed metric per pair of bins: (bins of the first, bins of the second)."""

    counts: npt.NDArray[np.int64]
    errors: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """A column that is counted: bin of each row (r,), how many bins there are, and which rows count (None = all)."""

    codes: Codes
    size: int
    mask: Mask | None = None


def joint_counts(
    first: Codes,
    n_first: int,
    others: Sequence[Counted],
    metric: Metric,
    cancelled: Cancelled = lambda: False,
) -> list[Joint]:
    """Count the pairs of bins of one column, with ``n_first`` bins, and each of ``others``.

    Raises
    ------
    CountingCancelled
        When ``cancelled``, asked between chunks, says so.
    """
    if not others:
        return []
    ended = Event()
    shape = (n_first, max(other.size for other in others))
    run = _Pass(first, others, metric, shape, lambda: ended.is_set() or cancelled())
    chunks = [(start, min(start + CHUNK, len(first))) for start in range(0, len(first), CHUNK)]
    with ThreadPoolExecutor(THREADS) as pool:
        parts = [pool.submit(run.count, chunks[place::THREADS]) for place in range(THREADS)]
        try:
            sums = [part.result() for part in parts]
        except BaseException:
            ended.set()
            raise
    total = sums[0].add_(sums[1])
    return [_joint(table, other.size, shape) for table, other in zip(total, others, strict=True)]


@dataclass(frozen=True, slots=True)
class _Pass:
    """One counting over some chunks."""

    first: Codes
    others: Sequence[Counted]
    metric: Metric
    shape: tuple[int, int]
    given_up: Cancelled

    def count(self, ranges: Sequence[tuple[int, int]]) -> torch.Tensor:
        """Return (others, shape) sums; every table is as wide as the widest, so that a row's place is known once."""
        n_first, width = self.shape
        dtype = torch.int64 if self.metric.binary else torch.complex128
        sums = torch.zeros((len(self.others), n_first * width), dtype=dtype)
        first = torch.from_numpy(self.first)
        columns = [torch.from_numpy(other.codes) for other in self.others]
        index = torch.empty(CHUNK, dtype=torch.int64)
        for start, end in ranges:
            if self.given_up():
                raise CountingCancelled
            here, place = slice(start, end), index[: end - start]
            worths = self._worths(here)
            row = first[here].to(torch.int64) * width
            for column, table, other in zip(columns, sums, self.others, strict=True):
                torch.add(row, column[here], out=place)
                table.scatter_add_(0, place, worths[id(other.mask)])
        return sums

    def _worths(self, here: slice) -> dict[int, torch.Tensor]:
        """Return what each row adds (one row, and its metric) per mask: nothing where the mask is False."""
        values = torch.from_numpy(self.metric.values[here])
        if self.metric.binary:
            worth = (values.to(torch.int64) << _SHIFT) + 1
        else:
            worth = torch.complex(torch.ones(len(values), dtype=torch.float64), values.to(torch.float64))
        masks = {id(other.mask): other.mask for other in self.others}
        return {
            key: worth if mask is None else torch.where(torch.from_numpy(mask[here]), worth, 0)
            for key, mask in masks.items()
        }


def _joint(table: torch.Tensor, size: int, shape: tuple[int, int]) -> Joint:
    sums = table.numpy().reshape(shape)[:, :size]
    if sums.dtype.kind == "i":
        return Joint(sums & _LOW, (sums >> _SHIFT).astype(np.float64))
    return Joint(np.rint(sums.real).astype(np.int64), sums.imag.copy())
