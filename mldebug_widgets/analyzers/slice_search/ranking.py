"""The best candidates seen so far, and the score that a new one has to reach."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.slice_search.objective import Float64s, Int64s

Positions = npt.NDArray[np.intp]

#: Two scores that differ by less than this part of the unit are a tie when the values are not whole numbers: the
#: same rows, added up in another order, must not win over themselves.
TIE = 1e-11


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Candidates: their columns and predicates, padded with -1 to one width; sizes, totals and scores."""

    columns: Positions
    predicates: Positions
    sizes: Int64s
    totals: Float64s
    scores: Float64s

    def __len__(self) -> int:
        return len(self.sizes)

    def take(self, which: npt.NDArray[np.bool_] | Positions) -> Batch:
        """Return some of the candidates."""
        return Batch(
            self.columns[which], self.predicates[which], self.sizes[which], self.totals[which], self.scores[which]
        )

    @classmethod
    def join(cls, batches: list[Batch]) -> Batch:
        """Return the candidates of several batches."""
        return cls(
            np.concatenate([batch.columns for batch in batches]),
            np.concatenate([batch.predicates for batch in batches]),
            np.concatenate([batch.sizes for batch in batches]),
            np.concatenate([batch.totals for batch in batches]),
            np.concatenate([batch.scores for batch in batches]),
        )


class Ranking:
    """Keeps the best ``k`` of all candidates that it is offered, from several threads.

    Parameters
    ----------
    k
        How many to keep.
    tie
        Scores that round to the same multiple of this are equal; 0 when scores are exact.
    """

    def __init__(self, k: int, tie: float) -> None:
        self.k = k
        self.tie = tie
        #: A candidate below it cannot be among the best. Only rises.
        self.threshold = -np.inf
        self._batches: list[Batch] = []
        self._waiting = 0
        self._lock = threading.Lock()

    def offer(self, batch: Batch) -> None:
        """Take notice of candidates; none may be offered twice."""
        if self.k == 0:
            return
        good = batch.scores >= self.threshold
        if not good.any():
            return
        with self._lock:
            self._batches.append(batch.take(good))
            self._waiting += int(good.sum())
            if self._waiting >= self.k:
                self._settle()

    def best(self) -> Batch | None:
        """Return the best candidates in order, or None when there is none."""
        with self._lock:
            self._settle()
            return self._batches[0] if self._batches else None

    def _settle(self) -> None:
        self._waiting = 0
        if not self._batches:
            return
        every = Batch.join(self._batches)
        if len(every) > self.k:
            # Ordering all would be slow where a search has no threshold yet: what cannot be among the best goes first.
            least = np.partition(every.scores, len(every) - self.k)[len(every) - self.k]
            every = every.take(every.scores >= least - 2 * self.tie)
        every = every.take(self._order(every)[: self.k])
        self._batches = [every]
        if len(every) == self.k:
            self.threshold = float(every.scores.min()) - 2 * self.tie

    def _order(self, batch: Batch) -> Positions:
        """Return the ranks: score, larger size, fewer columns, columns in order, predicates in order."""
        scores = np.round(batch.scores / self.tie) if self.tie > 0 else batch.scores
        width = (batch.columns >= 0).sum(axis=1)
        keys = [*batch.predicates.T[::-1], *batch.columns.T[::-1], width, -batch.sizes, -scores]
        return np.lexsort(keys)
