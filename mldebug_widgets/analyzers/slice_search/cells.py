"""Conjunctions of single codes: disjoint cells, extended column by column as long as they can still win."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.slice_search.counting import Counter, Kept, Table
from mldebug_widgets.analyzers.slice_search.objective import Float64s, Int64s
from mldebug_widgets.analyzers.slice_search.predicates import ColumnPredicates, Positions
from mldebug_widgets.analyzers.slice_search.target import Target, hopeful


@dataclass(frozen=True, slots=True, eq=False)
class _Node:
    """Cells of some columns that are worth extending.

    ``codes`` is (m, L), by the position of each code among all codes of all columns; ``sizes`` and ``totals`` are the
    cells' own.
    """

    columns: tuple[int, ...]
    codes: Positions
    sizes: Int64s
    totals: Float64s
    kept: Kept


class CellSearch:
    """Finds the best cells of three and more columns, given the tables of all pairs.

    Parameters
    ----------
    counter
        Counts joint tables.
    predicates
        The columns' predicates, all of them single codes.
    targets
        The lists to fill.
    max_predicates
        Largest number of columns of a cell.
    pairs
        The joint table of every pair of columns that may be combined.
    """

    def __init__(
        self,
        counter: Counter,
        predicates: Sequence[ColumnPredicates],
        targets: Sequence[Target],
        max_predicates: int,
        pairs: dict[tuple[int, int], Table],
    ) -> None:
        self._counter = counter
        self._targets = targets
        self._max_predicates = max_predicates
        self._starts = np.concatenate([[0], np.cumsum(counter.lengths)]).astype(np.intp)
        self._predicate_of = _numbers(predicates, self._starts)
        width = int(self._starts[-1])
        self._sizes = np.zeros((width, width), dtype=np.int64)
        self._totals = np.zeros((width, width))
        for (first, second), (sizes, totals) in pairs.items():
            at = self._codes(first), self._codes(second)
            self._sizes[at], self._totals[at] = sizes, totals
        # A pair with a code that is no predicate has no rows here, and is never extended.
        no_predicate = self._predicate_of < 0
        self._sizes[no_predicate] = 0
        self._sizes[:, no_predicate] = 0

    def offer_pairs(self) -> None:
        """Offer every pair of codes."""
        first, second = np.nonzero(self._sizes >= self._targets[0].population.min_rows)
        codes = np.column_stack([first, second])
        columns = np.searchsorted(self._starts, codes, side="right") - 1
        for target in self._targets:
            target.offer(columns, self._predicate_of[codes], self._sizes[first, second], self._totals[first, second])

    def tasks(self) -> list[Callable[[], None]]:
        """Return the work that is left: one task per pair of columns, the most promising ones first."""
        worth = hopeful(self._targets, self._sizes, self._totals)
        best = np.where(worth, self._totals, -1.0)
        # Largest total of a cell worth extending, for each pair of columns.
        peaks = np.maximum.reduceat(np.maximum.reduceat(best, self._starts[:-1], axis=0), self._starts[:-1], axis=1)
        first, second = np.nonzero(peaks >= 0)
        ordered = np.argsort(-peaks[first, second], kind="stable")
        return [self._task(int(first[index]), int(second[index])) for index in ordered]

    def _task(self, first: int, second: int) -> Callable[[], None]:
        def extend_pair() -> None:
            at = self._codes(first), self._codes(second)
            table = self._sizes[at], self._totals[at]
            self._extend(self._node(None, (first, second), table))

        return extend_pair

    def _extend(self, node: _Node | None) -> None:
        """Count the node's cells together with every later column that can still give a better one, and go on there."""
        if node is None:
            return
        columns = self._worth_adding(node)
        if not columns:
            return
        for column, counted in zip(columns, self._counter.extended(node.kept, columns), strict=True):
            table = self._allowed(node, column, counted)
            self._offer(node, column, table)
            if len(node.columns) + 1 < self._max_predicates:
                self._extend(self._node(node, (column,), table))

    def _worth_adding(self, node: _Node) -> list[int]:
        later = slice(int(self._starts[node.columns[-1] + 1]), None)
        if later.start == self._starts[-1]:
            return []
        sizes, totals = self._upper(node, later)
        worth = hopeful(self._targets, sizes, totals).any(axis=0)
        codes = later.start + np.flatnonzero(worth)
        return [int(column) for column in np.unique(np.searchsorted(self._starts, codes, side="right") - 1)]

    def _upper(self, node: _Node, later: slice) -> tuple[Int64s, Float64s]:
        """Return (cells, later codes) what a cell and a code can have in common at most: what their pairs have."""
        sizes = np.minimum(node.sizes[:, np.newaxis], self._sizes[node.codes[:, 0], later])
        totals = np.minimum(node.totals[:, np.newaxis], self._totals[node.codes[:, 0], later])
        for codes in node.codes.T[1:]:
            np.minimum(sizes, self._sizes[codes, later], out=sizes)
            np.minimum(totals, self._totals[codes, later], out=totals)
        return sizes, totals

    def _allowed(self, node: _Node, column: int, table: Table) -> Table:
        """Return the table without rows in cells that hold a code which is no predicate."""
        sizes, totals = table
        together = (self._sizes[node.codes, self._codes(column)] > 0).all(axis=1)
        return np.where(together, sizes, 0), totals

    def _offer(self, node: _Node, column: int, table: Table) -> None:
        sizes, totals = table
        cell, code = np.nonzero(sizes >= self._targets[0].population.min_rows)
        predicates = self._predicate_of[np.column_stack([node.codes[cell], code + self._starts[column]])]
        for target in self._targets:
            target.offer((*node.columns, column), predicates, sizes[cell, code], totals[cell, code])

    def _node(self, outer: _Node | None, columns: tuple[int, ...], table: Table) -> _Node | None:
        """Return the cells of a table that are worth extending, or None."""
        sizes, totals = table
        cells = np.flatnonzero(hopeful(self._targets, sizes, totals))
        if len(cells) == 0:
            return None
        first, second = np.divmod(cells, sizes.shape[1])
        start = self._starts[columns[0]]
        if outer is None:
            codes = np.column_stack([start + first, self._starts[columns[1]] + second])
            kept = Kept.of(None, columns, cells, table)
        else:
            codes = np.column_stack([outer.codes[first], start + second])
            kept = Kept.of(outer.kept, columns, cells, table)
            columns = (*outer.columns, *columns)
        return _Node(columns, codes, sizes.ravel()[cells], totals.ravel()[cells], kept)

    def _codes(self, column: int) -> slice:
        return slice(int(self._starts[column]), int(self._starts[column + 1]))


def _numbers(predicates: Sequence[ColumnPredicates], starts: npt.NDArray[np.intp]) -> Positions:
    """Return the predicate of each code of each column, -1 for a code that is none."""
    numbers = np.full(int(starts[-1]), -1, dtype=np.intp)
    for start, column in zip(starts[:-1], predicates, strict=True):
        numbers[start + column.order[column.low]] = np.arange(len(column))
    return numbers
