"""Merged candidates: boxes of neighbouring cells in a joint table, found without looking at every box."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.slice_search.counting import Table
from mldebug_widgets.analyzers.slice_search.objective import Float64s, Int64s, Line
from mldebug_widgets.analyzers.slice_search.predicates import ColumnPredicates, Number, Positions
from mldebug_widgets.analyzers.slice_search.target import Target

#: Numbers worked on at once; a few arrays of this size stay in the cache.
_BLOCK = 1 << 17

#: Part of the amounts added up by which sums may be off.
_ROUNDING = 1e-11


def offer_boxes(target: Target, table: Table, places: Sequence[int], columns: Sequence[ColumnPredicates]) -> None:
    """Offer all boxes of a joint table that can be among the best.

    Parameters
    ----------
    target
        The list to fill.
    table
        Sizes and totals of the cells, each axis in the raw codes of its column.
    places
        Positions of the columns.
    columns
        The columns' predicates.
    """
    at = np.ix_(*(column.order for column in columns))
    # The column with most predicates comes last: there, every predicate is a difference of two numbers.
    axes = np.argsort([len(column) for column in columns], kind="stable")
    sizes, totals = table[0][at].transpose(axes), table[1][at].transpose(axes)
    sorted_columns = [columns[axis] for axis in axes]
    corners: tuple[Int64s, Float64s] | None = None
    for line in target.lines():
        for boxes in boxes_above(sizes, totals, sorted_columns, line):
            corners = corners or (summed(sizes), summed(totals))
            found_sizes = sums_over(corners[0], boxes, sorted_columns)
            least = max(line.smallest, target.population.min_rows)
            kept = (found_sizes >= least) & (found_sizes < line.beyond)
            found_totals = sums_over(corners[1], boxes[kept], sorted_columns)
            target.offer(places, boxes[kept][:, np.argsort(axes)], found_sizes[kept], found_totals)


def boxes_above(
    sizes: Int64s, totals: Float64s, columns: Sequence[ColumnPredicates], line: Line
) -> Iterator[Positions]:
    """Yield (m, L) predicates of the boxes on or above a line, in blocks; a few just below it may be among them.

    Parameters
    ----------
    sizes, totals
        (m_1, ..., m_L) rows of each cell and sums of their values, each axis in the order of its column.
    columns
        The L columns' predicates.
    line
        What a box has to reach.
    """
    weights = line.gain * totals - line.slope * sizes
    offset = line.offset - _ROUNDING * float(np.abs(weights).sum())
    start = np.empty((1, 0), dtype=np.intp)
    yield from _extended(weights[np.newaxis], start, columns, offset)


def _extended(
    weights: Float64s, chosen: Positions, columns: Sequence[ColumnPredicates], offset: float
) -> Iterator[Positions]:
    """Choose a predicate on the first axis after the boxes', for every box that can still reach the offset.

    ``weights`` is (boxes, cells of the axis, cells of the axes behind it); ``chosen`` the boxes' predicates so far.
    What a box can still gain is the sum of its positive cells.
    """
    axis = chosen.shape[1]
    column = columns[axis]
    last = axis == len(columns) - 1
    gains = weights if last else _positive(weights)
    running = _running(gains)
    possible = running[:, column.high + 1] - running[:, column.low] >= offset
    box, predicate = np.nonzero(possible)
    found = np.column_stack([chosen[box], predicate])
    if last:
        if len(found):
            yield found
        return
    sums = _running(weights)
    step = max(1, _BLOCK // max(1, int(np.prod(weights.shape[2:]))))
    for begin in range(0, len(found), step):
        block = slice(begin, begin + step)
        low, high = column.low[predicate[block]], column.high[predicate[block]]
        inside = sums[box[block], high + 1] - sums[box[block], low]
        worth = _positive(inside).sum(axis=1) >= offset
        if worth.any():
            yield from _extended(inside[worth], found[block][worth], columns, offset)


def _positive(weights: Float64s) -> Float64s:
    """Return for each box and cell of its first axis the sum of the positive cells behind it."""
    positive = np.maximum(weights, 0.0)
    flat: Float64s = positive.reshape(*positive.shape[:2], -1).sum(axis=2)
    return flat


def _running(weights: Float64s) -> Float64s:
    """Return the sums along the second axis of all cells before each position, and of all cells."""
    shape = (weights.shape[0], weights.shape[1] + 1, *weights.shape[2:])
    running = np.empty(shape)
    running[:, 0] = 0.0
    np.cumsum(weights, axis=1, out=running[:, 1:])
    return running


def summed(table: npt.NDArray[Number]) -> npt.NDArray[Number]:
    """Return the sums over all cells before each corner of a table's cells."""
    corners = np.zeros([length + 1 for length in table.shape], dtype=table.dtype)
    inner = corners[tuple(slice(1, None) for _ in table.shape)]
    inner[...] = table
    for axis in range(table.ndim):
        np.cumsum(inner, axis=axis, out=inner)
    return corners


def sums_over(
    corners: npt.NDArray[Number], boxes: Positions, columns: Sequence[ColumnPredicates]
) -> npt.NDArray[Number]:
    """Return the sums over (m, L) boxes of a table, from its ``summed`` corners."""
    ends = [(column.low[boxes[:, axis]], column.high[boxes[:, axis]] + 1) for axis, column in enumerate(columns)]
    sums = np.zeros(len(boxes), dtype=corners.dtype)
    for sides in product((0, 1), repeat=len(columns)):
        values = corners[tuple(end[side] for end, side in zip(ends, sides, strict=True))]
        removed = (len(columns) - sum(sides)) % 2
        (np.subtract if removed else np.add)(sums, values, out=sums)
    return sums
