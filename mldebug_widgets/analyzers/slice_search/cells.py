"""Conjunctions of single codes: disjoint cells, extended column by column as long as they can still win."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mldebug_widgets.analyzers.slice_search.counting import Counter, Kept, Table
from mldebug_widgets.analyzers.slice_search.covering import count_all
from mldebug_widgets.analyzers.slice_search.objective import Float64s, Int64s
from mldebug_widgets.analyzers.slice_search.predicates import ColumnPredicates, Positions
from mldebug_widgets.analyzers.slice_search.target import Target, hopeful
from mldebug_widgets.analyzers.slice_search.workers import Workers

#: What it costs to pick out the kept rows of a pair of columns, to extend them by one column, and to count a triple of
#: columns as a margin of a block; in passes over all rows, measured.
_PAIR = 1.5
_EXTENSION = 2.0
_IN_BLOCKS = 0.5


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
        pairs: dict[tuple[int, ...], Table],
    ) -> None:
        self._counter = counter
        self._targets = targets
        self._n = targets[0].population.n
        self._min_rows = targets[0].population.min_rows
        self._max_predicates = max_predicates
        self._starts = np.concatenate([[0], np.cumsum(counter.lengths)]).astype(np.intp)
        self._predicate_of = np.concatenate(
            [column.of_codes(length) for column, length in zip(predicates, counter.lengths, strict=True)]
        )
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
        first, second = np.nonzero(self._sizes >= self._min_rows)
        codes = np.column_stack([first, second])
        columns = np.searchsorted(self._starts, codes, side="right") - 1
        for target in self._targets:
            target.offer(columns, self._predicate_of[codes], self._sizes[first, second], self._totals[first, second])

    def search(self, workers: Workers, *, pruned: bool) -> None:
        """Find the best cells of three and more columns; unless ``pruned``, count all triples that hold any row."""
        worth = hopeful(self._targets, self._sizes, self._totals) if pruned else self._sizes > 0
        peaks = self._per_pair(np.maximum, np.where(worth, self._totals, -1.0))
        shares = self._per_pair(np.add, np.where(worth, self._sizes, 0)) / self._n
        alive = peaks >= 0
        # Triples of columns of which every pair has a cell worth extending.
        triples = np.argwhere(alive[:, :, np.newaxis] & alive[:, np.newaxis, :] & alive[np.newaxis, :, :])
        one_by_one = _PAIR * alive.sum() + _EXTENSION * shares[triples[:, 0], triples[:, 1]].sum()
        if not pruned or _IN_BLOCKS * len(triples) < one_by_one:
            wanted = [tuple(columns) for columns in triples.tolist()]
            count_all(self._counter, workers, wanted, self._take_triples)
            return
        first, second = np.nonzero(alive)
        promising = np.argsort(-peaks[first, second], kind="stable")
        workers.run(self._take_pair, [(int(first[index]), int(second[index])) for index in promising])

    def _per_pair(self, combine: np.ufunc, cells: Int64s | Float64s) -> Float64s:
        """Return for each pair of columns its cells combined into one number."""
        rows = combine.reduceat(cells, self._starts[:-1], axis=0)
        combined: Float64s = combine.reduceat(rows, self._starts[:-1], axis=1)
        return combined

    def _take_pair(self, columns: tuple[int, int]) -> None:
        at = self._codes(columns[0]), self._codes(columns[1])
        self._extend(self._node(None, columns, (self._sizes[at], self._totals[at])))

    def _take_triples(self, tables: dict[tuple[int, ...], Table]) -> None:
        for columns, table in tables.items():
            self._take_triple(columns, table)

    def _take_triple(self, columns: tuple[int, ...], table: Table) -> None:
        """Offer the cells of a triple of columns, and extend those that are worth it."""
        first, second, third = (self._codes(column) for column in columns)
        together = (
            (self._sizes[first, second] > 0)[:, :, np.newaxis]
            & (self._sizes[first, third] > 0)[:, np.newaxis, :]
            & (self._sizes[second, third] > 0)[np.newaxis, :, :]
        )
        sizes, totals = np.where(together, table[0], 0), table[1]
        codes = np.argwhere(sizes >= self._min_rows)
        at = tuple(codes.T)
        predicates = self._predicate_of[codes + self._starts[list(columns)]]
        for target in self._targets:
            target.offer(columns, predicates, sizes[at], totals[at])
        if self._max_predicates > 3:
            self._extend(self._node(None, columns, (sizes, totals)))

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
        cell, code = np.nonzero(sizes >= self._min_rows)
        predicates = self._predicate_of[np.column_stack([node.codes[cell], code + self._starts[column]])]
        for target in self._targets:
            target.offer((*node.columns, column), predicates, sizes[cell, code], totals[cell, code])

    def _node(self, outer: _Node | None, columns: tuple[int, ...], table: Table) -> _Node | None:
        """Return the cells of a table that are worth extending, or None."""
        sizes, totals = table
        cells = np.flatnonzero(hopeful(self._targets, sizes, totals))
        if len(cells) == 0:
            return None
        share = float(sizes.ravel()[cells].sum()) / self._n
        starts = self._starts[list(columns)]
        at = np.column_stack(np.unravel_index(cells, sizes.shape))
        if outer is None:
            codes = starts + at
            kept = Kept.of(None, columns, cells, sizes.shape, share)
        else:
            codes = np.column_stack([outer.codes[at[:, 0]], starts + at[:, 1]])
            kept = Kept.of(outer.kept, columns, cells, sizes.shape, share)
            columns = (*outer.columns, *columns)
        return _Node(columns, codes, sizes.ravel()[cells], totals.ravel()[cells], kept)

    def _codes(self, column: int) -> slice:
        return slice(int(self._starts[column]), int(self._starts[column + 1]))
