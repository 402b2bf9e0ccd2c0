"""One list that a search fills: what it is ranked by, and what can still get into it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.slice_search.objective import (
    Float64s,
    Int64s,
    Line,
    Objective,
    Population,
    at_least,
    child_bound,
)
from mldebug_widgets.analyzers.slice_search.predicates import Positions
from mldebug_widgets.analyzers.slice_search.ranking import Batch, Ranking


class Target:
    """The best candidates by one objective.

    Parameters
    ----------
    objective
        What ranks them.
    ranking
        Where the best ones are kept.
    population
        All rows.
    width
        Largest number of predicates of a candidate.
    """

    def __init__(self, objective: Objective, ranking: Ranking, population: Population, width: int) -> None:
        self.objective = objective
        self.ranking = ranking
        self.population = population
        self.width = width

    def lines(self) -> tuple[Line, ...]:
        """Return the lines that candidates have to reach now."""
        if not np.isfinite(self.ranking.threshold):
            return (at_least(self.population.min_rows),)
        return self.objective.lines(self.ranking.threshold, self.population)

    def hopeful(self, sizes: Int64s, totals: Float64s) -> npt.NDArray[np.bool_]:
        """Return which candidates may have a part, or be themselves, among the best."""
        bounds = child_bound(self.objective, sizes, totals, self.population)
        # Rounding of a sum must not lose what is on the threshold.
        slack = 1e-9 * (1 + abs(self.ranking.threshold)) if np.isfinite(self.ranking.threshold) else 0.0
        worth: npt.NDArray[np.bool_] = (sizes >= self.population.min_rows) & (bounds >= self.ranking.threshold - slack)
        return worth

    def offer(self, columns: Sequence[int] | Positions, predicates: Positions, sizes: Int64s, totals: Float64s) -> None:
        """Offer (m, L) candidates that are large enough. ``columns`` is (L,) for all of them, or (m, L)."""
        if len(sizes) == 0:
            return
        scores = self.objective.score(sizes, totals, self.population)
        good = scores >= self.ranking.threshold
        if not good.any():
            return
        padded_columns = np.full((int(good.sum()), self.width), -1, dtype=np.intp)
        padded = padded_columns.copy()
        length = predicates.shape[1]
        padded_columns[:, :length] = np.broadcast_to(columns, predicates.shape)[good]
        padded[:, :length] = predicates[good]
        self.ranking.offer(Batch(padded_columns, padded, sizes[good], totals[good], scores[good]))


def hopeful(targets: Sequence[Target], sizes: Int64s, totals: Float64s) -> npt.NDArray[np.bool_]:
    """Return which candidates may have a part in any of the lists."""
    worth = np.zeros(sizes.shape, dtype=bool)
    for target in targets:
        worth |= target.hopeful(sizes, totals)
    return worth
