"""The predicates of one column: intervals in an order of its codes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.slice_search.coded import CodedColumn
from mldebug_widgets.analyzers.slice_search.objective import Float64s, Int64s

Positions = npt.NDArray[np.intp]
Number = TypeVar("Number", np.int64, np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class ColumnPredicates:
    """All predicates of a column that take enough rows, and not all.

    Attributes
    ----------
    order
        (m,) codes; a predicate is an interval of this order.
    low, high
        (p,) first and last position of each predicate, sorted by the ascending codes that the predicates take.
    sizes, totals
        (p,) rows of each predicate, and the sum of their values.
    single
        Whether every predicate is one code.
    """

    order: Positions
    low: Positions
    high: Positions
    sizes: Int64s
    totals: Float64s
    single: bool

    def __len__(self) -> int:
        return len(self.low)

    def of_codes(self, length: int) -> Positions:
        """Return for each of a column's codes the predicate that begins with it, -1 where none does."""
        numbers = np.full(length, -1, dtype=np.intp)
        numbers[self.order[self.low]] = np.arange(len(self))
        return numbers

    def codes(self, index: int) -> tuple[int, ...]:
        """Return the ascending codes that a predicate takes."""
        return tuple(sorted(int(code) for code in self.order[self.low[index] : self.high[index] + 1]))


def predicates_of(column: CodedColumn, sizes: Int64s, totals: Float64s, n: int, min_rows: int) -> ColumnPredicates:
    """Return a column's predicates.

    Parameters
    ----------
    column
        The column.
    sizes, totals
        (column.size,) rows of each code, and the sum of their values.
    n
        Number of rows.
    min_rows
        A predicate with fewer rows is left out: no candidate could contain it.
    """
    order, low, high = _intervals(column, sizes, totals)
    sizes_before, totals_before = _running(sizes[order]), _running(totals[order])
    predicate_sizes = sizes_before[high + 1] - sizes_before[low]
    predicate_totals = totals_before[high + 1] - totals_before[low]
    kept = (predicate_sizes >= min_rows) & (predicate_sizes > 0) & (predicate_sizes < n)
    # Empty codes at an end would give a second name to the same rows.
    kept &= (sizes[order[low]] > 0) & (sizes[order[high]] > 0)
    kept_low, kept_high = low[kept], high[kept]
    ranks = _ranks(order, kept_low, kept_high)
    return ColumnPredicates(
        order,
        kept_low[ranks],
        kept_high[ranks],
        predicate_sizes[kept][ranks],
        predicate_totals[kept][ranks],
        single=bool(np.all(kept_low == kept_high)),
    )


def _comparable(means: Float64s) -> Float64s:
    """Round means to 12 digits of the largest: the order in which rows were added must not decide between equals."""
    largest = float(np.max(np.abs(means), initial=0.0))
    digits = 12 - math.frexp(largest)[1] * 3 // 10
    return np.round(means, min(digits, 300))


def _intervals(column: CodedColumn, sizes: Int64s, totals: Float64s) -> tuple[Positions, Positions, Positions]:
    if column.merging == "sets":
        codes = np.flatnonzero(column.usable & (sizes > 0))
        order = codes[np.argsort(-_comparable(totals[codes] / sizes[codes]), kind="stable")]
        positions = np.arange(len(order))
        low = np.concatenate([np.zeros_like(positions), positions[1:]])
        return order, low, np.concatenate([positions, positions[1:]])
    order = np.flatnonzero(column.usable)
    if column.merging == "none":
        positions = np.arange(len(order))
        return order, positions, positions
    # Neighbours share a segment; a code that may not be used, or has no order, is in nobody's run.
    segment = order - np.arange(len(order))
    segment[order >= column.ordered] = len(column.usable) + order[order >= column.ordered]
    low, high = np.triu_indices(len(order))
    together = segment[low] == segment[high]
    return order, low[together], high[together]


def _ranks(order: Positions, low: Positions, high: Positions) -> Positions:
    """Return the order of the predicates by the codes that they take, as tuples compare."""
    if np.all(np.diff(order) > 0):
        return np.lexsort((high, low))
    codes = [sorted(order[first : last + 1].tolist()) for first, last in zip(low, high, strict=True)]
    return np.array(sorted(range(len(codes)), key=codes.__getitem__), dtype=np.intp)


def _running(values: npt.NDArray[Number]) -> npt.NDArray[Number]:
    """Return the sums of all values before each position, and of all values."""
    running = np.zeros(len(values) + 1, dtype=values.dtype)
    np.cumsum(values, out=running[1:])
    return running
