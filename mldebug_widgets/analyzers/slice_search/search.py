"""Exact top k of all conjunctions of a few predicates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError
from itertools import combinations

import numpy as np

from mldebug_widgets.analyzers.slice_search.boxes import boxes_above, summed, sums_over
from mldebug_widgets.analyzers.slice_search.coded import Candidate, CodedColumn, Found
from mldebug_widgets.analyzers.slice_search.objective import NO_LINE, Evidence, Float64s, Int64s, Objective, Population
from mldebug_widgets.analyzers.slice_search.predicates import ColumnPredicates, Positions, predicates_of
from mldebug_widgets.analyzers.slice_search.ranking import TIE, Batch, Ranking


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
        Called with the part that is done, from 0 to 1, on the thread that searches.
    device
        "cuda" counts on a graphics card, "cpu" does not; None decides by the number of rows.
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
    ) -> None:
        self.columns = tuple(columns)
        self.objective = objective
        self.max_predicates = max_predicates
        self.min_rows = max(1, min_rows)
        self.cancelled = cancelled or (lambda: False)
        self.progress = progress or (lambda _done: None)
        self.shift = min(0.0, float(values.min(initial=0.0)))
        self.values = values - self.shift if self.shift < 0 else values
        self.population = _population(values, self.values, self.shift, self.min_rows)
        self.predicates = [self._predicates(column) for column in self.columns]

    def top(self, k: int, evident: int = 0) -> Found:
        """Return the exact top ``k`` by score, and the ``evident`` candidates with the strongest evidence.

        Can be called again with a larger ``k``.
        """
        whole = bool(np.all(self.values == np.round(self.values)))
        # One more than asked for says whether there are more.
        ranking = Ranking(k + 1, 0.0 if whole else TIE * max(self.population.unit, 1e-300))
        evidence = Ranking(evident, 0.0 if whole else TIE)
        for width in range(1, self.max_predicates + 1):
            for positions in combinations(range(len(self.columns)), width):
                if self.cancelled():
                    raise CancelledError
                if self._compatible(positions):
                    self._search_tuple(positions, ranking, evidence)
        best = ranking.best()
        ranked = self._candidates(best)
        return Found(
            ranked=ranked[:k],
            evident=self._candidates(evidence.best()),
            n_searched=self.n_candidates(),
            exhausted=len(ranked) <= k,
        )

    def n_candidates(self) -> int:
        """Return the number of conjunctions whose predicates hold ``min_rows`` rows each."""
        groups: dict[int, int] = {}
        for position, (column, predicates) in enumerate(zip(self.columns, self.predicates, strict=True)):
            key = column.group if column.group >= 0 else -1 - position
            groups[key] = groups.get(key, 0) + len(predicates)
        # Coefficients of the product of (1 + count * x): conjunctions by their number of predicates.
        ways = [1] + [0] * self.max_predicates
        for count in groups.values():
            for width in range(self.max_predicates, 0, -1):
                ways[width] += ways[width - 1] * count
        return sum(ways[1:])

    def _compatible(self, positions: tuple[int, ...]) -> bool:
        groups = [self.columns[position].group for position in positions if self.columns[position].group >= 0]
        return len(groups) == len(set(groups)) and all(len(self.predicates[position]) for position in positions)

    def _predicates(self, column: CodedColumn) -> ColumnPredicates:
        sizes = np.bincount(column.codes, minlength=column.size).astype(np.int64)
        totals = np.bincount(column.codes, self.values, column.size).astype(np.float64)
        return predicates_of(column, sizes, totals, self.population.n, self.min_rows)

    def _search_tuple(self, positions: tuple[int, ...], ranking: Ranking, evidence: Ranking) -> None:
        predicates = [self.predicates[position] for position in positions]
        sizes, totals = self._table(positions)
        for target, objective in ((ranking, self.objective), (evidence, Evidence())):
            if target.k == 0:
                continue
            size_sums, total_sums = summed(sizes), summed(totals)
            seen = np.zeros((0, len(positions)), dtype=np.intp)
            floor = target.threshold
            for line in objective.lines(floor, self.population) if np.isfinite(floor) else (NO_LINE,):
                blocks = list(boxes_above(sizes, totals, predicates, line))
                if blocks:
                    seen = np.concatenate([seen, *blocks])
            if len(seen) == 0:
                continue
            found = np.unique(seen, axis=0)
            box_sizes = sums_over(size_sums, found, predicates)
            kept = box_sizes >= self.min_rows
            found, box_sizes = found[kept], box_sizes[kept]
            box_totals = sums_over(total_sums, found, predicates)
            scores = objective.score(box_sizes, box_totals, self.population)
            target.offer(_batch(positions, found, box_sizes, box_totals, scores, self.max_predicates))

    def _table(self, positions: tuple[int, ...]) -> tuple[Int64s, Float64s]:
        shape = tuple(self.columns[position].size for position in positions)
        packed = np.ravel_multi_index(tuple(self.columns[position].codes for position in positions), shape)
        cells = int(np.prod(shape))
        at = np.ix_(*(self.predicates[position].order for position in positions))
        sizes = np.bincount(packed, minlength=cells).astype(np.int64).reshape(shape)[at]
        totals = np.bincount(packed, self.values, cells).astype(np.float64).reshape(shape)[at]
        return sizes, totals

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


def _population(raw: Float64s, values: Float64s, shift: float, min_rows: int) -> Population:
    n = len(raw)
    mean = float(values.mean()) if n else 0.0
    sd = float(values.std()) if n else 0.0
    unit = mean if shift == 0 else float(np.abs(raw).mean())
    largest = float(values.max(initial=0.0))
    return Population(n, mean, sd or 1.0, largest, unit or 1.0, min_rows)


def _batch(
    positions: tuple[int, ...], found: Positions, sizes: Int64s, totals: Float64s, scores: Float64s, width: int
) -> Batch:
    columns = np.full((len(found), width), -1, dtype=np.intp)
    columns[:, : len(positions)] = positions
    predicates = np.full((len(found), width), -1, dtype=np.intp)
    predicates[:, : len(positions)] = found
    return Batch(columns, predicates, sizes, totals, scores)
