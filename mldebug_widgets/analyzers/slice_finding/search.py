"""Rows, halves, codes and candidates of one search."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.row_metric import RowMetric, SearchedRows, row_metric
from mldebug_widgets.analyzers.slice_finding.confirming import LEVEL
from mldebug_widgets.analyzers.slice_finding.folding import (
    Distinct,
    Folding,
    Reason,
    critical_values,
    in_order_of_evidence,
)
from mldebug_widgets.analyzers.slice_finding.looks import Looks
from mldebug_widgets.analyzers.slice_finding.masks import Conjunction, RowMasks
from mldebug_widgets.analyzers.slice_finding.options import Options
from mldebug_widgets.analyzers.slice_search.coded import Candidate, CodedColumn
from mldebug_widgets.analyzers.slice_search.objective import MeanDifference, SliceLine
from mldebug_widgets.analyzers.slice_search.search import SliceSearch
from mldebug_widgets.analyzers.slice_vocabulary.vocabulary import Vocabulary

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation

Float64s = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

#: Candidates looked at per slice wanted: by score, and by strength of the evidence.
POOL_PER_SLICE = 4
EVIDENT_PER_SLICE = 30

#: How often the search is repeated on what the slices kept so far leave unexplained.
MOST_ROUNDS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Halves:
    """The searched rows, and which of them the search sees.

    Attributes
    ----------
    scope
        The rows.
    metric
        Their metric's name and label.
    values
        (m,) the metric; NaN where it is unknown.
    discovery, confirmation
        (m,) rows that the search sees, and rows that it does not; rows without a metric are in neither.
    """

    scope: SearchedRows
    metric: RowMetric
    values: Float64s
    discovery: Mask
    confirmation: Mask

    @property
    def known(self) -> Mask:
        """(m,) rows whose metric is known."""
        return self.discovery | self.confirmation


@dataclass(frozen=True, slots=True)
class Ranked:
    """One slice on the rows of the search, with those folded under it, strongest first."""

    conjunction: Conjunction
    score: float
    folded: tuple[tuple[Conjunction, Reason], ...] = ()


def chosen_metric(ev: Evaluation, metric: Any, other: Evaluation | None) -> RowMetric:
    """Return the metric that is searched: of one Evaluation, or here minus there."""
    here = row_metric(ev, metric)
    if other is None:
        return here
    there = row_metric(other, metric)
    values = np.subtract(here.values, there.values, dtype=np.float64)
    return RowMetric(here.name, f"difference in {here.label}", values, False)


def in_halves(scope: SearchedRows, metric: RowMetric, *, confirm: bool, seed: int) -> Halves:
    """Draw by ``seed`` which rows the search sees: half of those whose metric is known, or all."""
    values = np.asarray(metric.values[scope.rows], dtype=np.float64)
    known = np.isfinite(values)
    if not confirm:
        return Halves(scope, metric, values, known, np.zeros(len(values), dtype=bool))
    positions = np.flatnonzero(known)
    seen = np.random.default_rng(seed).permutation(len(positions))[: (len(positions) + 1) // 2]
    discovery = np.zeros(len(values), dtype=bool)
    discovery[positions[seen]] = True
    return Halves(scope, metric, values, discovery, known & ~discovery)


class Discovery:
    """The search on the rows that it may see.

    Parameters
    ----------
    halves
        Rows and metric.
    vocabulary
        Predicates over the searched rows.
    options
        What to look for.
    looks
        Whether it is still wanted, and who wants to know how far it is.
    """

    def __init__(
        self,
        halves: Halves,
        vocabulary: Vocabulary,
        options: Options,
        looks: Looks,
    ) -> None:
        self._options = options
        self._columns = seen_columns(vocabulary.columns, halves.discovery)
        values = halves.values[halves.discovery]
        self._values = -values if options.direction == "better" else values
        self._looks = looks
        self._min_rows = options.rows_of(len(values))
        self._engine = self._search_for(self._values, "searching slices")
        self.n_searched = 0
        self.is_complete = True

    def exact(self) -> list[Ranked]:
        """Return the exact top k by score."""
        found = self._engine.top(self._options.k)
        self.n_searched = found.n_searched
        return [Ranked(conjunction_of(candidate), candidate.score) for candidate in found.ranked]

    def distinct(self) -> list[Ranked]:
        """Return distinct slices, most evident first; at least k when there are so many.

        Candidates are those with the best scores and those with the strongest evidence, so that a small slice that
        the score's preference for large ones drowns is seen too. Relatives of a slice that is beyond chance may have
        taken the places of others, so the search then goes on in what the slices kept so far leave unexplained.
        """
        k = self._options.k
        found = self._engine.top(POOL_PER_SLICE * k, evident=EVIDENT_PER_SLICE * k)
        self.n_searched = found.n_searched
        masks = RowMasks(self._columns)
        folding = Folding(masks, self._values, critical_values(self._columns))
        self._offer(folding, (*found.ranked, *found.evident), self._values)
        before = 0
        for _ in range(MOST_ROUNDS):
            surely = sum(self._is_beyond_chance(kept) for kept in folding.kept)
            if found.exhausted or surely >= k or surely == before:
                break
            before = surely
            rest = self._search_for(folding.remaining, "searching what is left").top(1, evident=EVIDENT_PER_SLICE * k)
            self._offer(folding, rest.evident, folding.remaining)
        self.is_complete = found.exhausted or len(folding.kept) >= k
        return [self._ranked(kept) for kept in sorted(folding.kept, key=self._strength, reverse=True)]

    def _offer(self, folding: Folding, candidates: tuple[Candidate, ...], values: Float64s) -> None:
        """Offer the candidates from the strongest evidence in ``values`` down."""
        found = [(conjunction_of(candidate), candidate.size, candidate.total) for candidate in candidates]
        for conjunction in in_order_of_evidence(found, len(values), float(values.mean())):
            self._looks.look()
            folding.offer(conjunction)

    def _is_beyond_chance(self, kept: Distinct) -> bool:
        """Return whether none of all candidates would be so far above the mean by chance, mostly."""
        from scipy.stats import norm

        return bool(self._strength(kept) > norm.isf(LEVEL / max(self.n_searched, 1)))

    def _strength(self, kept: Distinct) -> float:
        """Return by how many standard errors a slice is above the mean of all rows."""
        excess = kept.total - kept.size * float(self._values.mean())
        return excess / (float(self._values.std()) * math.sqrt(kept.size))

    def _ranked(self, kept: Distinct) -> Ranked:
        engine = self._engine
        shifted = np.array([kept.total - kept.size * engine.shift])
        score = engine.objective.score(np.array([kept.size]), shifted, engine.population)
        return Ranked(kept.conjunction, float(score[0]), tuple(kept.folded))

    def _search_for(self, values: Float64s, doing: str) -> SliceSearch:
        options, tell = self._options, self._looks.progress
        return SliceSearch(
            self._columns,
            values,
            objective=MeanDifference() if options.objective == "mean_difference" else SliceLine(options.alpha),
            max_predicates=options.max_predicates,
            min_rows=self._min_rows,
            cancelled=self._looks.cancelled,
            progress=None if tell is None else lambda done: tell(doing, done),
        )


def conjunction_of(candidate: Candidate) -> Conjunction:
    """Return the columns and codes of a candidate."""
    return tuple(zip(candidate.columns, candidate.codes, strict=True))


def seen_columns(columns: tuple[CodedColumn, ...], rows: Mask) -> tuple[CodedColumn, ...]:
    """Return the columns on some rows only."""
    if rows.all():
        return columns
    at = np.flatnonzero(rows)
    return tuple(replace(column, codes=column.codes[at]) for column in columns)
