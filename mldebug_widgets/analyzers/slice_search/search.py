"""Exact top k of all conjunctions of a few predicates."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

import numpy as np
import torch

from mldebug_widgets.analyzers.slice_search.boxes import BoxSearch, Given
from mldebug_widgets.analyzers.slice_search.cells import CellSearch
from mldebug_widgets.analyzers.slice_search.coded import Candidate, CodedColumn, Found
from mldebug_widgets.analyzers.slice_search.counting import Codes, Counter, Table
from mldebug_widgets.analyzers.slice_search.covering import count_all
from mldebug_widgets.analyzers.slice_search.objective import Evidence, Float64s, Int64s, Objective, Population
from mldebug_widgets.analyzers.slice_search.predicates import predicates_of
from mldebug_widgets.analyzers.slice_search.ranking import TIE, Batch, Ranking
from mldebug_widgets.analyzers.slice_search.sums import ComplexSums, PackedSums, SeparateSums, Sums
from mldebug_widgets.analyzers.slice_search.target import Target
from mldebug_widgets.analyzers.slice_search.workers import Workers

#: Cells of the largest joint table that is counted as a whole.
LARGEST_TABLE = 1 << 22

#: Joint tables of pairs with so many cells in all are kept for the next call.
_CELLS_KEPT = 1 << 20

#: Same rows are folded into one when that leaves at most one in so many.
_FEWER = 4

#: Rows from which a graphics card is worth the way there.
_MANY_ROWS = 2_000_000


class SliceSearch:
    """Search for the conjunctions of predicates with the highest score.

    A candidate takes at most one predicate of each column and of each group of columns, at most ``max_predicates`` in
    all, and holds at least ``min_rows`` rows. Its value is the sum of ``values`` over its rows.

    Parameters
    ----------
    columns
        The columns, coded.
    values
        (n,) finite values; larger is worse. Negative ones are allowed.
    objective
        What ranks the candidates.
    max_predicates
        Largest number of predicates in a candidate.
    min_rows
        Smallest number of rows of a candidate, at least 1.
    cancelled
        Looked at every 100 ms or more often; once it says True, the search raises ``CancelledError``.
    progress
        Called with the part that is done, from 0 to 1.
    device
        "cuda" counts on a graphics card, "cpu" does not; None decides by the number of rows.
    pruned
        False counts all triples of columns where nothing is merged, to measure what the bounds are worth. The answer
        is the same.
    """

    def __init__(
        self,
        columns: Sequence[CodedColumn],
        values: Float64s,
        *,
        objective: Objective,
        max_predicates: int,
        min_rows: int,
        cancelled: Callable[[], bool] | None = None,
        progress: Callable[[float], None] | None = None,
        device: str | None = None,
        pruned: bool = True,
    ) -> None:
        self.columns = tuple(columns)
        self.objective = objective
        self.max_predicates = min(max_predicates, len(self.columns))
        shift = min(0.0, float(values.min(initial=0.0)))
        self.shift = shift
        shifted = values - shift if shift < 0 else values
        self.population = _population(values, shifted, shift, max(1, min_rows))
        self._pruned = pruned
        self._pairs: dict[tuple[int, ...], Table] = {}
        self._workers = Workers(cancelled or (lambda: False), progress or (lambda _done: None))
        self._counter = self._counting(shifted, device)
        singles: dict[tuple[int, ...], Table] = {}
        count_all(self._counter, self._workers, [(position,) for position in range(len(columns))], singles.update)
        self.predicates = [
            predicates_of(column, *singles[position,], self.population.n, self.population.min_rows)
            for position, column in enumerate(self.columns)
        ]
        self._single = all(predicates.single for predicates in self.predicates)

    def top(self, k: int, evident: int = 0) -> Found:
        """Return the exact top ``k`` by score, and the ``evident`` candidates with the strongest evidence.

        Can be called again with a larger ``k``.
        """
        # One more than asked for says whether there are more.
        ranking = Ranking(k + 1, TIE * self.population.unit * self._inexact)
        targets = [Target(self.objective, ranking, self.population, max(1, self.max_predicates))]
        evidence = Ranking(evident, TIE * self._inexact)
        if evident:
            targets.append(Target(Evidence(), evidence, self.population, max(1, self.max_predicates)))
        self._search(targets)
        ranked = self._candidates(ranking.best())
        return Found(
            ranked=ranked[:k],
            evident=self._candidates(evidence.best()),
            n_searched=self.n_candidates(),
            exhausted=len(ranked) <= k,
        )

    def n_candidates(self) -> int:
        """Return the number of conjunctions whose predicates hold ``min_rows`` rows each."""
        return self._n_conjunctions([len(predicates) for predicates in self.predicates])

    def _n_conjunctions(self, choices: Sequence[int]) -> int:
        """Return in how many ways columns, one of a group, can be combined when each offers so many choices."""
        groups: dict[int, int] = {}
        for position, (column, count) in enumerate(zip(self.columns, choices, strict=True)):
            key = column.group if column.group >= 0 else -1 - position
            groups[key] = groups.get(key, 0) + count
        # Coefficients of the product of (1 + count * x): conjunctions by their number of predicates.
        ways = [1] + [0] * self.max_predicates
        for count in groups.values():
            for width in range(self.max_predicates, 0, -1):
                ways[width] += ways[width - 1] * count
        return sum(ways[1:])

    def _counting(self, values: Float64s, device: str | None) -> Counter:
        on = _device(device, len(values))
        exact = PackedSums.can_hold(len(values), values)
        #: 1 when sums of the same values may differ by the order in which they were added up, else 0.
        self._inexact = 0 if exact else 1

        def summing(sizes: Int64s | None, totals: Float64s) -> Sums:
            if on.type != "cpu":
                return SeparateSums(sizes, totals, on)
            return PackedSums(sizes, totals) if exact else ComplexSums(sizes, totals)

        lengths = [column.size for column in self.columns]
        codes = [column.codes for column in self.columns]
        counter = Counter(codes, lengths, summing(None, values), self._workers.check, on)
        everything = tuple(range(len(lengths)))
        if len(lengths) < 2 or counter.cells(everything) * _FEWER > len(values):
            return counter
        # Few combinations of codes: rows that are the same become one, with a size and a total.
        sizes, totals = counter.tables([everything])[0]
        folded = np.nonzero(sizes)
        narrow: list[Codes] = [
            part.astype(np.uint8) if length <= 256 else part.astype(np.uint16)
            for part, length in zip(folded, lengths, strict=True)
        ]
        return Counter(narrow, lengths, summing(sizes[folded], totals[folded]), self._workers.check, on)

    def _search(self, targets: list[Target]) -> None:
        for position, predicates in enumerate(self.predicates):
            ids = np.arange(len(predicates))[:, np.newaxis]
            for target in targets:
                target.offer((position,), ids, predicates.sizes, predicates.totals)
        self._workers.expect(self._n_conjunctions([bool(len(predicates)) for predicates in self.predicates]))
        if self._single:
            self._search_cells(targets)
        else:
            self._search_boxes(targets)

    def _search_cells(self, targets: list[Target]) -> None:
        if self.max_predicates < 2:
            return
        cells = CellSearch(self._counter, self.predicates, targets, self.max_predicates, self._pair_tables())
        cells.offer_pairs()
        if self.max_predicates > 2:
            cells.search(self._workers, pruned=self._pruned)

    def _pair_tables(self) -> dict[tuple[int, ...], Table]:
        """Return the joint tables of all pairs, counted once where they are small enough to keep."""
        if self._pairs:
            return self._pairs
        pairs: dict[tuple[int, ...], Table] = {}
        count_all(self._counter, self._workers, self._tuples(2), pairs.update)
        if sum(sizes.size for sizes, _ in pairs.values()) <= _CELLS_KEPT:
            self._pairs = pairs
        return pairs

    def _search_boxes(self, targets: list[Target]) -> None:
        boxes = BoxSearch(self.predicates, self._counter.lengths, targets, self._workers.check)
        for width in range(2, self.max_predicates + 1):
            small = (columns for columns in self._tuples(width) if self._counter.cells(columns) <= LARGEST_TABLE)
            count_all(self._counter, self._workers, small, boxes.offer_all)
            large = (columns for columns in self._tuples(width) if self._counter.cells(columns) > LARGEST_TABLE)
            self._workers.run(lambda columns: self._offer_in_parts(boxes, columns, self._counter, ()), large)

    def _offer_in_parts(self, boxes: BoxSearch, columns: tuple[int, ...], counter: Counter, given: Given) -> None:
        """Offer the boxes of a joint table that is too large, one predicate of one column after the other."""
        if counter.cells(columns) <= LARGEST_TABLE:
            boxes.offer(columns, counter.tables([columns])[0], given)
            return
        column = min(columns, key=lambda column: len(self.predicates[column]))
        others = tuple(other for other in columns if other != column)
        for predicate in range(len(self.predicates[column])):
            part = counter.restricted(column, self.predicates[column].codes(predicate), others)
            self._offer_in_parts(boxes, others, part, (*given, (column, predicate)))

    def _tuples(self, width: int) -> Iterator[tuple[int, ...]]:
        """Yield the tuples of columns that may be combined."""
        # A column without a group is a group by itself.
        groups = [column.group if column.group >= 0 else -1 - at for at, column in enumerate(self.columns)]
        useful = [at for at, predicates in enumerate(self.predicates) if len(predicates)]
        for columns in combinations(useful, width):
            self._workers.check()
            if len({groups[column] for column in columns}) == width:
                yield columns

    def _candidates(self, batch: Batch | None) -> tuple[Candidate, ...]:
        if batch is None:
            return ()
        return tuple(self._candidate(batch, row) for row in range(len(batch)))

    def _candidate(self, batch: Batch, row: int) -> Candidate:
        columns = tuple(int(column) for column in batch.columns[row] if column >= 0)
        codes = tuple(
            self.predicates[column].codes(int(predicate))
            for column, predicate in zip(columns, batch.predicates[row], strict=False)
        )
        size = int(batch.sizes[row])
        total = float(batch.totals[row]) + size * self.shift
        return Candidate(columns, codes, size, total, float(batch.scores[row]))


def _device(wanted: str | None, n: int) -> torch.device:
    if wanted is None:
        wanted = "cuda" if n >= _MANY_ROWS and torch.cuda.is_available() else "cpu"
    return torch.device(wanted)


def _population(raw: Float64s, values: Float64s, shift: float, min_rows: int) -> Population:
    n = len(raw)
    mean = float(values.mean()) if n else 0.0
    sd = float(values.std()) if n else 0.0
    unit = mean if shift == 0 else float(np.abs(raw).mean())
    largest = float(values.max(initial=0.0))
    return Population(n, mean, sd or 1.0, largest, unit or 1.0, min_rows)
