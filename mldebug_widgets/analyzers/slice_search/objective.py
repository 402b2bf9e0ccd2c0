"""How good a candidate is, from its size and the sum of its values, and what it takes to reach a given score.

Every objective is a function of (size, total) that rises with the total. For a threshold it also gives *lines*: a
candidate that reaches the threshold lies on or above the one for its size. Lines are linear, so they can be summed
over cells: that is what makes it possible to rule out a million merged candidates with a few additions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

Float64s = npt.NDArray[np.float64]
Int64s = npt.NDArray[np.int64]

#: Ratio between the ends of one stretch of sizes over which a square root is replaced by its chord.
_STRETCH = 12.0


@dataclass(frozen=True, slots=True)
class Population:
    """What the objectives need to know about all searched rows.

    Attributes
    ----------
    n, mean, sd, largest
        Number of rows; mean, standard deviation and maximum of their values, which are not negative.
    unit
        What one unit of difference is: the mean of the values, or of their absolute amounts where they have signs.
    min_rows
        Smallest size of a candidate.
    """

    n: int
    mean: float
    sd: float
    largest: float
    unit: float
    min_rows: int


@dataclass(frozen=True, slots=True)
class Line:
    """A candidate is on or above the line when ``gain * total - slope * size >= offset``.

    The line is for candidates with ``smallest <= size < beyond`` rows.
    """

    gain: float
    slope: float
    offset: float
    smallest: float = 0.0
    beyond: float = np.inf


class Objective(Protocol):
    """A score of candidates."""

    def score(self, sizes: Int64s | Float64s, totals: Float64s, population: Population) -> Float64s:
        """Return the score of each candidate. Sizes are positive."""
        ...

    def lines(self, threshold: float, population: Population) -> tuple[Line, ...]:
        """Return lines that cover all sizes once, and that every candidate with at least this finite score reaches."""
        ...


@dataclass(frozen=True, slots=True)
class SliceLine:
    """The score of SliceLine: relative excess of the mean, against a penalty for being small.

    ``alpha * (mean in the slice - mean) / unit - (1 - alpha) * (n / size - 1)``, with ``0 < alpha <= 1``.

    References
    ----------
    Sagadeeva and Boehm, "SliceLine: Fast, Linear-Algebra-based Slice Finding for ML Model Debugging", SIGMOD 2021.
    """

    alpha: float

    def score(self, sizes: Int64s | Float64s, totals: Float64s, population: Population) -> Float64s:
        """Return the score of each candidate."""
        excess = (totals / sizes - population.mean) / population.unit
        scores: Float64s = self.alpha * excess - (1 - self.alpha) * (population.n / sizes - 1)
        return scores

    def lines(self, threshold: float, population: Population) -> tuple[Line, ...]:
        """Return the one line on which the score equals the threshold."""
        gain = self.alpha / population.unit
        slope = gain * population.mean - (1 - self.alpha) + threshold
        return (_tilted(Line(gain, slope, (1 - self.alpha) * population.n), threshold, population),)


@dataclass(frozen=True, slots=True)
class MeanDifference:
    """Mean in the slice minus mean of all rows; small slices are kept away by the smallest size alone."""

    def score(self, sizes: Int64s | Float64s, totals: Float64s, population: Population) -> Float64s:
        """Return the score of each candidate."""
        scores: Float64s = totals / sizes - population.mean
        return scores

    def lines(self, threshold: float, population: Population) -> tuple[Line, ...]:
        """Return a line that uses the smallest size: half of the excess must be there in every allowed slice."""
        return (_tilted(Line(1.0, population.mean + threshold, 0.0), threshold, population),)


@dataclass(frozen=True, slots=True)
class Evidence:
    """How many standard errors the mean in the slice lies above the mean of all rows."""

    def score(self, sizes: Int64s | Float64s, totals: Float64s, population: Population) -> Float64s:
        """Return the standardised difference of each candidate."""
        scores: Float64s = (totals - sizes * population.mean) / (population.sd * np.sqrt(sizes))
        return scores

    def lines(self, threshold: float, population: Population) -> tuple[Line, ...]:
        """Return one line per stretch of sizes: the threshold is a square root, and a root lies above its chords."""
        if threshold <= 0:
            return (at_least(population.min_rows),)
        lines, low = [], float(population.min_rows)
        while low < population.n:
            high = min(low * _STRETCH, float(population.n))
            rise = (np.sqrt(high) - np.sqrt(low)) / (high - low)
            standard = threshold * population.sd
            offset = standard * (np.sqrt(low) - rise * low)
            beyond = high if high < population.n else np.inf
            lines.append(Line(1.0, population.mean + standard * rise, offset, low, beyond))
            low = high
        return tuple(lines)


def at_least(min_rows: int) -> Line:
    """Return the line that every candidate with so many rows reaches."""
    return Line(0.0, -1.0, float(min_rows))


def _tilted(line: Line, threshold: float, population: Population) -> Line:
    """Trade slope for offset where there is no penalty for size.

    For a candidate of at least ``min_rows`` rows, ``relief * size >= relief * min_rows`` for any relief, so the line
    with both added is reached by whatever reaches the first. Without an offset one row alone could reach it.
    """
    if line.offset > 0 or threshold <= 0:
        return line
    relief = threshold / 2
    return Line(line.gain, line.slope - relief, line.offset + relief * population.min_rows)


def child_bound(objective: Objective, sizes: Int64s, totals: Float64s, population: Population) -> Float64s:
    """Return the best score that a candidate inside one with these sizes and totals can have.

    A child's total is at most its parent's, and at most the largest value times its size. The scores rise with the
    size up to where the two meet and fall behind it, or the other way round, so that the best lies at that point or
    at one of the ends. Candidates with less than ``min_rows`` rows get -inf.
    """
    largest = population.largest
    low, high = float(population.min_rows), np.maximum(sizes, population.min_rows).astype(np.float64)
    meeting = np.clip(totals / largest if largest > 0 else high, low, high)
    best = np.full(sizes.shape, -np.inf)
    for size in (np.full(sizes.shape, low), meeting, high):
        np.maximum(best, objective.score(size, np.minimum(totals, size * largest), population), out=best)
    best[sizes < population.min_rows] = -np.inf
    return best
