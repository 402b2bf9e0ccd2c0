"""95% intervals: Wilson, normal and logit intervals from a standard error, bootstrap, and the delta method.

Rows are taken to be independent draws. Rows that come in groups (one patient, one day) make every interval here too
narrow; nothing in the arrays can show that.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Float64s = npt.NDArray[np.float64]
Statistic = Callable[[Float64s], Float64s]

#: Two-sided 95% quantile of the normal distribution.
Z95 = 1.959963984540054

RESAMPLES = 1_000

#: Up to this many rows means are resampled. Beyond it the bootstrap and the delta method agree to within the noise
#: of 1,000 resamples, and the delta method takes one pass.
BOOTSTRAP_ROWS = 10_000

NO_WIDTH = "the rows do not vary in what this measures, so the interval would have no width"

_RESAMPLE_CELLS = 2_000_000


@dataclass(frozen=True, slots=True)
class Interval:
    """Both ends of a 95% interval and the method, or None and why there is none."""

    low: float | None
    high: float | None
    method: str
    why: str = ""


def no_interval(why: str) -> Interval:
    """Return the interval that could not be computed."""
    return Interval(None, None, "none", why)


def wilson(successes: int, n: int) -> Interval:
    """Return Wilson's score interval of a share (E. B. Wilson, 1927)."""
    if n == 0:
        return no_interval("no rows")
    share = successes / n
    centre = share + Z95**2 / (2 * n)
    half = Z95 * math.sqrt(share * (1 - share) / n + Z95**2 / (4 * n**2))
    scale = 1 + Z95**2 / n
    low = 0.0 if successes == 0 else (centre - half) / scale
    high = 1.0 if successes == n else (centre + half) / scale
    return Interval(low, high, "Wilson")


def normal_interval(
    value: float, standard_error: float, method: str, *, lowest: float = -math.inf, highest: float = math.inf
) -> Interval:
    """Return ``value`` plus and minus 1.96 standard errors, cut at the possible range."""
    if not math.isfinite(standard_error):
        return no_interval("too few rows for a standard error")
    if standard_error == 0:
        return no_interval(NO_WIDTH)
    low, high = value - Z95 * standard_error, value + Z95 * standard_error
    return Interval(max(low, lowest), min(high, highest), method)


def logit_interval(value: float, standard_error: float, method: str) -> Interval:
    """Return the interval that is symmetric in log odds, for a share-like value near 0 or 1."""
    if not math.isfinite(standard_error):
        return no_interval("too few rows for a standard error")
    if not 0 < value < 1 or standard_error == 0:
        return no_interval(NO_WIDTH)
    centre = math.log(value / (1 - value))
    half = Z95 * standard_error / (value * (1 - value))
    return Interval(_expit(centre - half), _expit(centre + half), method)


def _expit(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds)) if log_odds > -700 else 0.0


def percentile_interval(replicates: Float64s) -> Interval:
    """Return the 2.5% and 97.5% points of bootstrap replicates; those without a value are left out."""
    finite = replicates[np.isfinite(replicates)]
    if finite.size < RESAMPLES // 2:
        return no_interval("too few rows: more than half of the resamples have no value")
    low, high = np.percentile(finite, (2.5, 97.5))
    if low == high:
        return no_interval(NO_WIDTH)
    return Interval(float(low), float(high), f"bootstrap, {RESAMPLES:,} resamples")


def bootstrap_counts(counts: npt.NDArray[np.integer[Any]], statistic: Statistic, seed: int) -> Interval:
    """Bootstrap a statistic of a table of counts.

    Resampling n rows with replacement makes the counts multinomial, so this is the bootstrap over rows itself, at
    the cost of the table instead of the rows.

    Parameters
    ----------
    counts
        Rows per cell, any shape.
    statistic
        Function of an array (resamples, *counts.shape) that returns (resamples,).
    seed
        Seed of the resamples.
    """
    total = int(counts.sum())
    if total < 2:
        return no_interval("fewer than two rows")
    generator = np.random.default_rng(seed)
    draws = generator.multinomial(total, counts.ravel() / total, size=RESAMPLES)
    with np.errstate(divide="ignore", invalid="ignore"):
        return percentile_interval(statistic(draws.reshape(RESAMPLES, *counts.shape).astype(np.float64)))


class Means:
    """Means of several columns over the same rows, and intervals of functions of those means.

    Up to ``BOOTSTRAP_ROWS`` rows the interval is a percentile bootstrap, whose resamples all statistics share.
    Beyond, it is the delta method.

    Parameters
    ----------
    columns
        m arrays (n,). Centre a column whose square is also a column, or precision is lost.
    seed
        Seed of the resamples.
    """

    def __init__(self, columns: Sequence[npt.NDArray[Any]], seed: int) -> None:
        self.n = len(columns[0])
        self.means = np.array([column.mean(dtype=np.float64) if self.n else math.nan for column in columns])
        self._covariance = self._covariance_of_means(columns)
        self._replicates = self._resample(columns, seed) if 2 <= self.n <= BOOTSTRAP_ROWS else None

    def value(self, statistic: Statistic) -> float:
        """Return ``statistic`` of the means; ``statistic`` maps (..., m) to (...)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return float(statistic(self.means))

    def interval(self, statistic: Statistic) -> Interval:
        """Return the 95% interval of ``statistic`` of the means."""
        if self.n < 2:
            return no_interval("fewer than two rows")
        if self._replicates is not None:
            with np.errstate(divide="ignore", invalid="ignore"):
                return percentile_interval(statistic(self._replicates))
        return normal_interval(self.value(statistic), self.standard_error(statistic), "delta method")

    def standard_error(self, statistic: Statistic) -> float:
        """Return the delta method's standard error, with central differences as the gradient."""
        steps = np.maximum(1e-4 * np.sqrt(np.diag(self._covariance) * self.n), 1e-12)
        shifts = np.diag(steps)
        gradient = (statistic(self.means + shifts) - statistic(self.means - shifts)) / (2 * steps)
        return float(np.sqrt(gradient @ self._covariance @ gradient))

    def _covariance_of_means(self, columns: Sequence[npt.NDArray[Any]]) -> Float64s:
        size = len(columns)
        covariance = np.full((size, size), math.nan)
        if self.n > 1:
            centred = [column - mean for column, mean in zip(columns, self.means, strict=True)]
            for i in range(size):
                for j in range(i, size):
                    covariance[i, j] = covariance[j, i] = np.dot(centred[i], centred[j]) / (self.n - 1) / self.n
        return covariance

    def _resample(self, columns: Sequence[npt.NDArray[Any]], seed: int) -> Float64s:
        generator = np.random.default_rng(seed)
        table = np.column_stack(columns).astype(np.float64)
        replicates = np.empty((RESAMPLES, len(columns)))
        step = max(1, _RESAMPLE_CELLS // self.n)
        for start in range(0, RESAMPLES, step):
            count = min(step, RESAMPLES - start)
            rows = generator.integers(0, self.n, size=(count, self.n), dtype=np.int32)
            replicates[start : start + count] = table[rows].mean(axis=1)
        return replicates
