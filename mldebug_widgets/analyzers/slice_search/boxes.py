"""Merged candidates: boxes of neighbouring cells in a joint table, found without looking at every box."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from math import prod

import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.slice_search.counting import Table
from mldebug_widgets.analyzers.slice_search.objective import Float64s, Line, Population
from mldebug_widgets.analyzers.slice_search.predicates import ColumnPredicates, Number, Positions
from mldebug_widgets.analyzers.slice_search.target import Target

#: Columns and the one predicate of each to which rows were restricted.
Given = tuple[tuple[int, int], ...]

#: Numbers worked on at once; a few arrays of this size stay in the cache.
_BLOCK = 1 << 17

#: Tables with at most so many cells are looked at together, as many as have so many cells in all: one by one, the time
#: would go into calls.
_SMALL_TABLE = 256
_TOGETHER = 1 << 15

#: Part of the amounts added up by which sums may be off.
_ROUNDING = 1e-11


class BoxSearch:
    """Finds the best boxes of joint tables.

    Parameters
    ----------
    predicates, lengths
        The predicates of every column, and the number of its codes.
    targets
        The lists to fill.
    check
        Called between blocks of boxes; raises when the search is not wanted any more.
    """

    def __init__(
        self,
        predicates: Sequence[ColumnPredicates],
        lengths: Sequence[int],
        targets: Sequence[Target],
        check: Callable[[], None],
    ) -> None:
        self._predicates = predicates
        self._targets = targets
        self._check = check
        self._single = np.array([column.single for column in predicates], dtype=bool)
        self._starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.intp)
        self._predicate_of = np.concatenate(
            [column.of_codes(length) for column, length in zip(predicates, lengths, strict=True)]
        )

    def offer_all(self, tables: Mapping[tuple[int, ...], Table]) -> None:
        """Offer all boxes of several joint tables that can be among the best."""
        alike: dict[tuple[tuple[int, ...], tuple[int, ...]], list[tuple[int, ...]]] = {}
        for columns, (sizes, totals) in tables.items():
            merged = tuple(column for column in columns if not self._single[column])
            if sizes.size > _SMALL_TABLE or len(merged) > 1:
                self.offer(columns, (sizes, totals))
            else:
                alike.setdefault((sizes.shape, merged), []).append(columns)
        for (shape, merged), group in alike.items():
            step = max(1, _TOGETHER // prod(shape))
            for begin in range(0, len(group), step):
                self._check()
                self._offer_alike({columns: tables[columns] for columns in group[begin : begin + step]}, merged)

    def _offer_alike(self, tables: Mapping[tuple[int, ...], Table], merged: tuple[int, ...]) -> None:
        """Offer all boxes of joint tables of one shape that share the one column with merged predicates, if any."""
        columns = np.array(list(tables), dtype=np.intp)
        sizes = np.stack([table[0] for table in tables.values()])
        totals = np.stack([table[1] for table in tables.values()])
        worth = self._reaching((sizes, totals))
        if not worth.any():
            return
        columns, sizes, totals = columns[worth], sizes[worth], totals[worth]
        axes = list(range(columns.shape[1]))
        if merged:
            axis = axes.pop(columns[0].tolist().index(merged[0]))
            column = self._predicates[merged[0]]
            sizes, totals = _runs(sizes, axis + 1, column), _runs(totals, axis + 1, column)
        table, *places = np.nonzero(sizes >= self._targets[0].population.min_rows)
        found, predicates = columns[table], np.column_stack(places)
        predicates[:, axes] = self._predicate_of[self._starts[found[:, axes]] + predicates[:, axes]]
        named = (predicates >= 0).all(axis=1)
        at = tuple(where[named] for where in (table, *places))
        for target in self._targets:
            target.offer(found[named], predicates[named], sizes[at], totals[at])

    def _reaching(self, stacked: Table) -> npt.NDArray[np.bool_]:
        """Return which of several tables of one shape have cells that together reach a line."""
        reaching = np.zeros(len(stacked[0]), dtype=bool)
        for target in self._targets:
            for line in target.lines():
                most = np.maximum(_weights(stacked, line), 0.0).reshape(len(reaching), -1).sum(axis=1)
                reaching |= most >= line.offset - _rounding(line, target.population)
        return reaching

    def offer(self, columns: tuple[int, ...], table: Table, given: Given = ()) -> None:
        """Offer all boxes of a joint table that can be among the best.

        Parameters
        ----------
        columns
            The table's columns.
        table
            Sizes and totals of the cells, each axis in the raw codes of its column.
        given
            Other columns, each with the predicate to which the counted rows were restricted.
        """
        open_lines = [
            (target, line, offset)
            for target in self._targets
            for line in target.lines()
            for offset in [line.offset - _rounding(line, target.population)]
            if np.maximum(_weights(table, line), 0.0).sum() >= offset
        ]
        if open_lines:
            _Boxes(columns, table, self._predicates, given, self._check).offer(open_lines)


class _Boxes:
    """The boxes of one joint table."""

    def __init__(
        self,
        columns: tuple[int, ...],
        table: Table,
        predicates: Sequence[ColumnPredicates],
        given: Given,
        check: Callable[[], None],
    ) -> None:
        # The column with most predicates comes last: there, every box costs no more than one subtraction.
        axes = sorted(range(len(columns)), key=lambda axis: len(predicates[columns[axis]]))
        self._columns = [predicates[columns[axis]] for axis in axes]
        at = np.ix_(*(predicates[column].order for column in columns))
        self._table = table[0][at].transpose(axes), table[1][at].transpose(axes)
        places = (*(columns[axis] for axis in axes), *(column for column, _ in given))
        self._order = np.argsort(places)
        self._places = tuple(places[place] for place in self._order)
        self._given = np.array([predicate for _, predicate in given], dtype=np.intp)
        self._check = check

    def offer(self, open_lines: Sequence[tuple[Target, Line, float]]) -> None:
        """Offer the boxes that reach a line of their size."""
        corners = summed(self._table[0]), summed(self._table[1])
        for target, line, offset in open_lines:
            start = np.empty((1, 0), dtype=np.intp)
            for boxes in self._extended(_weights(self._table, line)[np.newaxis], start, offset):
                sizes = sums_over(corners[0], boxes, self._columns)
                kept = (sizes >= max(line.smallest, target.population.min_rows)) & (sizes < line.beyond)
                totals = sums_over(corners[1], boxes[kept], self._columns)
                given = np.broadcast_to(self._given, (int(kept.sum()), len(self._given)))
                found = np.concatenate([boxes[kept], given], axis=1)[:, self._order]
                target.offer(self._places, found, sizes[kept], totals)

    def _extended(self, weights: Float64s, chosen: Positions, offset: float) -> Iterator[Positions]:
        """Choose a predicate on the next axis for every box that can still reach the offset; yield finished boxes.

        ``weights`` is (boxes, cells of the next axis, cells of the axes behind it); ``chosen`` the predicates that the
        boxes have so far. What a box can reach at most is the sum of its positive cells.
        """
        axis = chosen.shape[1]
        column = self._columns[axis]
        last = axis == len(self._columns) - 1
        running = _running(weights if last else _positive(weights))
        box, predicate = np.nonzero(running[:, column.high + 1] - running[:, column.low] >= offset)
        found = np.column_stack([chosen[box], predicate])
        if last:
            if len(found):
                yield found
            return
        sums = _running(weights)
        step = max(1, _BLOCK // max(1, int(np.prod(weights.shape[2:]))))
        for begin in range(0, len(found), step):
            self._check()
            block = slice(begin, begin + step)
            low, high = column.low[predicate[block]], column.high[predicate[block]]
            inside = sums[box[block], high + 1] - sums[box[block], low]
            worth = _positive(inside).sum(axis=1) >= offset
            if worth.any():
                yield from self._extended(inside[worth], found[block][worth], offset)


def _runs(tables: npt.NDArray[Number], axis: int, column: ColumnPredicates) -> npt.NDArray[Number]:
    """Return tables with the sums over a column's predicates on an axis, in place of the amounts of its codes."""
    first: npt.NDArray[Number] = np.moveaxis(tables, axis, 0)
    running = np.zeros((len(column.order) + 1, *first.shape[1:]), dtype=tables.dtype)
    np.cumsum(first[column.order], axis=0, out=running[1:])
    return np.moveaxis(running[column.high + 1] - running[column.low], 0, axis)


def _weights(table: Table, line: Line) -> Float64s:
    """Return what each cell contributes to reaching a line."""
    weights: Float64s = line.gain * table[1] - line.slope * table[0]
    return weights


def _rounding(line: Line, population: Population) -> float:
    """Return by how much a sum of weights may be off."""
    return _ROUNDING * population.n * (line.gain * population.mean + abs(line.slope))


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
