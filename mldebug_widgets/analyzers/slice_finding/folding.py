"""Slices that say nothing new are folded under the one that says it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.slice_finding.cost import n_predicates
from mldebug_widgets.analyzers.slice_finding.masks import Bits, Conjunction, Positions, RowMasks, count
from mldebug_widgets.analyzers.slice_search.coded import CodedColumn

Float64s = npt.NDArray[np.float64]
Reason = Literal["same rows", "adds nothing", "explained by it"]

#: Two slices have the same rows when this share of either is in both.
SAME_ROWS = 0.95

#: A slice lies inside another when this share of it does.
INSIDE = 0.99

#: A slice is explained by others when less than this share of its excess is left beside them.
LEFT = 0.5

#: A slice inside another adds something when at least this share of its excess is beyond the other's.
BEYOND = 1 / 3

#: A condition must raise a slice's excess per row by this factor to be worth reading, however significant it is.
WORTHWHILE = 1.2

#: Strata of kept slices; beyond this many no further slice refines them.
MOST_STRATA = 4_096


@dataclass(frozen=True, slots=True, eq=False)
class Distinct:
    """A slice that was kept, and those that were folded under it, strongest first."""

    conjunction: Conjunction
    bits: Bits
    size: int
    total: float
    folded: list[tuple[Conjunction, Reason]] = field(default_factory=list)


class Folding:
    """Keeps distinct slices, offered from the strongest evidence down.

    A slice is judged by how much of its excess is left once the slices kept so far are taken into account: rows are
    compared only with rows that are in the same kept slices (the stratified test of N. Mantel and W. Haenszel, 1959,
    with the permutation variance, so for any metric). Only rows of the search are used, so that the confirmation
    stays blind.

    Parameters
    ----------
    masks
        Rows of conjunctions.
    values
        (n,) the metric, larger where it is more of what is searched for.
    critical
        For each column, standard errors that a child must be above its parent to be more than the best of all
        conditions on that column by chance (``critical_values``).
    """

    def __init__(self, masks: RowMasks, values: Float64s, critical: Float64s) -> None:
        self._masks = masks
        self._values = values
        self._critical = critical
        self._mean = float(values.mean()) if len(values) else math.nan
        self._strata = np.zeros(len(values), dtype=np.int32)
        self._summarise()
        self.kept: list[Distinct] = []
        self._seen: set[Conjunction] = set()

    @property
    def remaining(self) -> Float64s:
        """(n,) the metric minus its mean over the rows that are in the same kept slices."""
        return np.asarray(self._values - self._means[self._strata])

    def offer(self, conjunction: Conjunction) -> None:
        """Keep the slice, or fold it.

        A slice that is not clearly worse than a slice with one condition less is folded under that one.
        """
        if conjunction in self._seen:
            return
        self._seen.add(conjunction)
        bits = self._masks.bits(conjunction)
        rows = self._masks.rows(bits)
        excess = float(self._values[rows].sum()) - len(rows) * self._mean
        if excess <= 0 or self._folds(conjunction, bits, rows, excess):
            return
        simpler = self._simplified(conjunction, rows)
        if simpler != conjunction:
            self.offer(simpler)
            if self._file(conjunction, simpler):
                return
        self._keep(conjunction, bits, rows)

    def _folds(self, conjunction: Conjunction, bits: Bits, rows: Positions, excess: float) -> bool:
        """Fold the slice under a kept one if that says the same."""
        if not self.kept:
            return False
        shared = [count(bits & other.bits) for other in self.kept]
        for both, other in zip(shared, self.kept, strict=True):
            if both >= SAME_ROWS * max(len(rows), other.size):
                other.folded.append((conjunction, "same rows"))
                return True
        nearest = max(range(len(shared)), key=lambda at: shared[at] / (len(rows) + self.kept[at].size - shared[at]))
        inside = [at for at, both in enumerate(shared) if both >= INSIDE * len(rows)]
        left, standard_errors = self._left(rows)
        by_chance = standard_errors < max(self._critical[column] for column, _ in conjunction)
        if inside and (by_chance or left < BEYOND * excess):
            parent = min(inside, key=lambda at: self.kept[at].size)
            self.kept[parent].folded.append((conjunction, "adds nothing"))
            return True
        if not inside and left < LEFT * excess:
            self.kept[nearest].folded.append((conjunction, "explained by it"))
            return True
        return False

    def _left(self, rows: Positions) -> tuple[float, float]:
        """Return the excess that is left beside the kept slices, and the same in standard errors."""
        strata, values = self._strata[rows], self._values[rows]
        counts = np.bincount(strata, minlength=len(self._counts)).astype(np.float64)
        left = float(values.sum() - np.dot(counts, self._means))
        with np.errstate(divide="ignore", invalid="ignore"):
            variances = counts * (self._counts - counts) / (self._counts - 1) * self._variances
        return left, _in_errors(left, float(np.nansum(variances)))

    def _simplified(self, conjunction: Conjunction, rows: Positions) -> Conjunction:
        """Return the conjunction without the condition that adds least, or as it is when all of them add."""
        if len(conjunction) == 1:
            return conjunction
        needless = []
        for at, (column, _) in enumerate(conjunction):
            parent = conjunction[:at] + conjunction[at + 1 :]
            above, factor = self._above(rows, self._masks.rows(self._masks.bits(parent)))
            if above < self._critical[column] or factor < WORTHWHILE:
                needless.append((factor, parent))
        return min(needless, key=lambda pair: pair[0])[1] if needless else conjunction

    def _above(self, rows: Positions, parent: Positions) -> tuple[float, float]:
        """Compare a slice with the parent that it is a part of.

        Return by how many standard errors it is above the parent, and the factor between their excesses per row.
        """
        values, inside = self._values[parent], self._values[rows]
        n, size = len(parent), len(rows)
        mean, own = float(values.mean()), float(inside.mean())
        if size == n:
            return 0.0, 1.0
        errors = _in_errors(size * (own - mean), size * (n - size) / (n - 1) * float(values.var()))
        return errors, (own - self._mean) / (mean - self._mean) if mean > self._mean else math.inf

    def _keep(self, conjunction: Conjunction, bits: Bits, rows: Positions) -> None:
        self.kept.append(Distinct(conjunction, bits, len(rows), float(self._values[rows].sum())))
        if 2 * len(self._counts) > MOST_STRATA:
            return
        marked = self._strata.copy()
        marked[rows] += len(self._counts)
        present = np.bincount(marked, minlength=2 * len(self._counts)) > 0
        self._strata = (np.cumsum(present, dtype=np.int32) - 1)[marked].astype(np.int32, copy=False)
        self._summarise()

    def _summarise(self) -> None:
        counts = np.bincount(self._strata).astype(np.float64)
        self._counts = counts
        self._means = np.bincount(self._strata, weights=self._values) / counts
        apart = self._values - self._means[self._strata]
        self._variances = np.bincount(self._strata, weights=apart * apart) / counts

    def _file(self, conjunction: Conjunction, simpler: Conjunction) -> bool:
        """Fold a slice where the simpler one is, or was folded; return whether there is such a place."""
        for kept in self.kept:
            if kept.conjunction == simpler or any(simpler == other for other, _ in kept.folded):
                kept.folded.append((conjunction, "adds nothing"))
                return True
        return False


def _in_errors(excess: float, variance: float) -> float:
    if variance <= 0:
        return math.inf if excess > 1e-9 else 0.0
    return excess / math.sqrt(variance)


def critical_values(columns: Sequence[CodedColumn], level: float = 0.05) -> Float64s:
    """Return, for each column, the standard errors that the best condition on it reaches by chance at most.

    The chance that any condition of any column goes beyond is at most ``level``. For sets of categories the best of
    all sets stays below the differences between all categories together, which have a chi-squared distribution.
    """
    from scipy.stats import chi2, norm

    each = level / max(len(columns), 1)
    values = []
    for column in columns:
        if column.merging == "sets":
            freedom = max(int(np.count_nonzero(column.usable)) - 1, 1)
            values.append(math.sqrt(chi2.isf(each, freedom)))
        else:
            values.append(float(norm.isf(each / max(n_predicates(column), 1))))
    return np.array(values)


def in_order_of_evidence(found: Sequence[tuple[Conjunction, int, float]], n: int, mean: float) -> list[Conjunction]:
    """Return conjunctions, given as (conjunction, size, total), each once, by their distance to the mean.

    The distance is in standard errors (up to a factor that all share); ties: fewer conditions, then columns and codes.
    """
    strength = {
        conjunction: (total - size * mean) / math.sqrt(size * max(1 - size / n, 1 / n))
        for conjunction, size, total in found
    }
    return sorted(strength, key=lambda conjunction: (-strength[conjunction], len(conjunction), conjunction))
