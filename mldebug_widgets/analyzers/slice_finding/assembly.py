"""From conjunctions of codes to slices: rows, queries, words, and numbers on unseen rows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.slice_finding.confirming import (
    LEVEL,
    Contrasts,
    Moments,
    benjamini_hochberg,
    contrasts,
)
from mldebug_widgets.analyzers.slice_finding.masks import Bits, Conjunction, RowMasks
from mldebug_widgets.analyzers.slice_finding.options import Direction
from mldebug_widgets.analyzers.slice_finding.result import FoldedSlice, Slice
from mldebug_widgets.analyzers.slice_finding.search import Halves, Ranked
from mldebug_widgets.analyzers.slice_finding.words import Measured, Setting, described
from mldebug_widgets.analyzers.slice_vocabulary.predicate import Predicate
from mldebug_widgets.analyzers.slice_vocabulary.vocabulary import Vocabulary

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation

Float64s = npt.NDArray[np.float64]

#: Folded slices named under a slice.
MOST_FOLDED = 5


class Assembly:
    """Builds slices out of what the search found.

    Parameters
    ----------
    ev
        The Evaluation, which the slices refer to.
    halves
        Searched rows, their metric, and which of them the search saw.
    vocabulary
        What the codes mean.
    direction
        Which way a difference must go to count as confirmed.
    n_searched
        Number of candidates to correct for.
    """

    def __init__(
        self, ev: Evaluation, halves: Halves, vocabulary: Vocabulary, direction: Direction, n_searched: int
    ) -> None:
        self._ev = ev
        self._halves = halves
        self._vocabulary = vocabulary
        self._direction = direction
        self._values = halves.values
        self._masks = RowMasks(vocabulary.columns)
        self._known = np.packbits(halves.known)
        self._confirmation = np.packbits(halves.confirmation)
        self._confirms = bool(halves.confirmation.any())
        known = self._values[halves.known]
        self.n = len(known)
        self.overall = float(known.mean()) if self.n else math.nan
        self.total = float(known.sum())
        self.sums_up = self.n > 0 and float(known.min()) >= 0 and self.total > 0
        rows = f"{halves.scope.split} rows" if halves.scope.split else "rows"
        self._setting = Setting(halves.metric.label, halves.metric.binary, rows, n_searched, self.sums_up)

    def slices(self, ranked: Sequence[Ranked], k: int, *, confirm: bool, reorder: bool) -> tuple[Slice, ...]:
        """Return ``k`` of the slices: the first ones, or where ``reorder`` the confirmed before the most evident.

        Those that are confirmed, and those that are not, then each stand in the order of their score.
        """
        bits = [self._masks.bits(entry.conjunction) for entry in ranked]
        tested = self._tested(bits)
        adjusted = np.full(len(bits), math.nan)
        confirmed: list[bool | None] = [None] * len(bits)
        if confirm:
            adjusted = benjamini_hochberg(tested.p_value, self._setting.n_searched)
            confirmed = (adjusted <= LEVEL).tolist()
        chosen = list(range(len(ranked)))
        if reorder:
            chosen = _confirmed_first(confirmed, [entry.score for entry in ranked], k)
        return tuple(
            self._slice(rank, ranked[at], bits[at], tested, at, float(adjusted[at]), confirmed[at])
            for rank, at in enumerate(chosen[:k], 1)
        )

    def _tested(self, bits: Sequence[Bits]) -> Contrasts:
        """Compare every slice with the rest: on the confirmation half, or on all rows when nothing was held back."""
        judged = self._halves.confirmation if self._confirms else self._halves.known
        packed = self._confirmation if self._confirms else self._known
        values = self._values[judged]
        binary = self._halves.metric.binary
        centre = 0.0 if binary or not len(values) else float(values.mean())
        inside = [Moments.of(self._values[self._masks.rows(mask & packed)] - centre) for mask in bits]
        stacked = Moments(
            *(np.array([getattr(part, name.name) for part in inside], dtype=np.float64) for name in fields(Moments))
        )
        return contrasts(stacked, Moments.of(values - centre), binary=binary, larger=self._direction != "better")

    def _slice(
        self, rank: int, ranked: Ranked, bits: Bits, tested: Contrasts, at: int, p_value: float, confirmed: bool | None
    ) -> Slice:
        predicates = self._predicates(ranked.conjunction)
        total, count = self._sum(bits)
        rest = self.n - count
        positions = self._masks.rows(bits)
        measured = Measured(
            label=label_of(predicates),
            size=len(positions),
            share=count / self.n,
            metric=total / count,
            rest_metric=(self.total - total) / rest if rest else math.nan,
            lift=total / count / self.overall if self.overall else math.nan,
            error_share=total / self.total if self.total else math.nan,
            effect=float(tested.effect[at]),
            low=float(tested.low[at]),
            high=float(tested.high[at]),
            p_value=p_value,
            confirmed=confirmed,
            n_confirmation=len(self._masks.rows(bits & self._confirmation)) if self._confirms else 0,
        )
        return Slice(
            rank=rank,
            query=self._query(predicates),
            predicates=predicates,
            rows=self._halves.scope.rows[positions],
            error_sum=total,
            score=ranked.score,
            folded=self._folded(ranked),
            description=described(measured, self._setting),
            evaluation=self._ev,
            **{field.name: getattr(measured, field.name) for field in fields(Measured)},
        )

    def _folded(self, ranked: Ranked) -> tuple[FoldedSlice, ...]:
        entries = []
        for conjunction, why in ranked.folded[:MOST_FOLDED]:
            predicates, bits = self._predicates(conjunction), self._masks.bits(conjunction)
            total, count = self._sum(bits)
            size = len(self._masks.rows(bits))
            entries.append(FoldedSlice(label_of(predicates), self._query(predicates), size, total / count, why))
        return tuple(entries)

    def _sum(self, bits: Bits) -> tuple[float, int]:
        rows = self._masks.rows(bits & self._known)
        return float(self._values[rows].sum()), len(rows)

    def _predicates(self, conjunction: Conjunction) -> tuple[Predicate, ...]:
        return tuple(self._vocabulary.predicate(column, codes) for column, codes in conjunction)

    def _query(self, predicates: Sequence[Predicate]) -> str:
        return scoped([predicate.query for predicate in predicates], self._halves.scope.query)


def _confirmed_first(confirmed: Sequence[bool | None], scores: Sequence[float], k: int) -> list[int]:
    """Return k positions of slices that come most evident first: confirmed ones by score, then others by score."""
    sure = sorted((at for at, yes in enumerate(confirmed) if yes), key=lambda at: -scores[at])[:k]
    others = [at for at, yes in enumerate(confirmed) if not yes][: k - len(sure)]
    return sure + sorted(others, key=lambda at: -scores[at])


def label_of(predicates: Sequence[Predicate]) -> str:
    """Return the conditions in words."""
    return " and ".join(predicate.label for predicate in predicates)


def scoped(queries: Sequence[str], scope: str) -> str:
    """Return one query of several conditions and the searched rows, "" for no condition at all."""
    return " and ".join([*queries, scope] if scope else queries)
