"""Does a difference hold on rows that the search did not see? Effects, intervals and corrected p-values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.metrics.intervals import Z95

Float64s = npt.NDArray[np.float64]

#: A slice is confirmed when its adjusted p-value is at most this.
LEVEL = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Of m sets of rows: their numbers of rows, sums and sums of squares of one metric, each (m,) or a scalar."""

    count: Float64s
    total: Float64s
    squares: Float64s

    @classmethod
    def of(cls, values: Float64s) -> Moments:
        """Return the moments of one set of rows."""
        # Not np.dot: its threads are slower than this sum where others use the cores.
        squares = np.einsum("i,i", values, values)
        return cls(np.asarray(np.float64(values.size)), np.asarray(values.sum()), np.asarray(squares))

    def without(self, inside: Moments) -> Moments:
        """Return the moments of the rows that are here but not ``inside``."""
        return Moments(self.count - inside.count, self.total - inside.total, self.squares - inside.squares)

    @property
    def mean(self) -> Float64s:
        """Means; NaN for no rows."""
        return _ratio(self.total, self.count)

    @property
    def mean_variance(self) -> Float64s:
        """Squared standard errors of the means; NaN below two rows."""
        variance = _ratio(self.squares - self.total * self.mean, self.count - 1)
        return _ratio(np.maximum(variance, 0.0), self.count)


@dataclass(frozen=True, slots=True, eq=False)
class Contrasts:
    """For m slices: mean inside minus mean of the rest, its 95% interval, and a one-sided p-value. Each (m,)."""

    effect: Float64s
    low: Float64s
    high: Float64s
    p_value: Float64s


def contrasts(inside: Moments, everything: Moments, *, binary: bool, larger: bool) -> Contrasts:
    """Compare m slices with the rest of the same rows.

    Parameters
    ----------
    inside
        Moments of the slices, each (m,). Centre real values first, or the squares lose precision.
    everything
        Moments of all the rows, slices and rest.
    binary
        Values are 0 and 1: Newcombe's hybrid score interval (R. G. Newcombe, 1998, method 10) and the tail of the
        hypergeometric distribution (Fisher's exact test). Otherwise Welch's interval and test.
    larger
        Whether the question is "larger inside than outside", or smaller.

    Returns
    -------
    Contrasts
        The p-value is 1 and the ends are NaN where one side has too few rows to say anything.
    """
    rest = everything.without(inside)
    effect = inside.mean - rest.mean
    if binary:
        low, high = _newcombe(inside, rest)
        p_value = _hypergeometric(inside, everything, larger)
    else:
        low, high, p_value = _welch(inside, rest, larger)
    return Contrasts(effect, low, high, np.where(np.isfinite(p_value), p_value, 1.0))


def benjamini_hochberg(p_values: Float64s, n_candidates: int) -> Float64s:
    """Return p-values adjusted for ``n_candidates`` tests (Y. Benjamini and Y. Hochberg, 1995).

    Only some candidates are tested; the others count as tests with p = 1, so the result is never too small. The choice
    of what to test must not depend on the rows that the p-values come from.
    """
    order = np.argsort(p_values, kind="stable")
    ranked = p_values[order] * n_candidates / np.arange(1, len(order) + 1)
    adjusted = np.empty_like(ranked)
    adjusted[order] = np.minimum(np.minimum.accumulate(ranked[::-1])[::-1], 1.0)
    return adjusted


def _ratio(numerator: Any, denominator: Any) -> Float64s:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(np.asarray(denominator) > 0, numerator / np.asarray(denominator, dtype=np.float64), np.nan)


def _wilson(side: Moments) -> tuple[Float64s, Float64s]:
    """Return both ends of Wilson's score interval of m shares (E. B. Wilson, 1927)."""
    share = side.mean
    centre = share + _ratio(Z95**2, 2 * side.count)
    with np.errstate(invalid="ignore"):
        half = Z95 * np.sqrt(_ratio(share * (1 - share), side.count) + _ratio(Z95**2, 4 * side.count**2))
    scale = 1 + _ratio(Z95**2, side.count)
    return np.maximum((centre - half) / scale, 0.0), np.minimum((centre + half) / scale, 1.0)


def _newcombe(inside: Moments, rest: Moments) -> tuple[Float64s, Float64s]:
    (low_in, high_in), (low_out, high_out) = _wilson(inside), _wilson(rest)
    effect = inside.mean - rest.mean
    return (
        effect - np.hypot(inside.mean - low_in, high_out - rest.mean),
        effect + np.hypot(high_in - inside.mean, rest.mean - low_out),
    )


def _hypergeometric(inside: Moments, everything: Moments, larger: bool) -> Float64s:
    from scipy.stats import hypergeom  # loads slowly, and most notebooks never come here

    table = (everything.count, everything.total, inside.count)
    tail = hypergeom.sf(inside.total - 1, *table) if larger else hypergeom.cdf(inside.total, *table)
    return np.where((inside.count > 0) & (inside.count < everything.count), np.clip(tail, 0.0, 1.0), 1.0)


def _welch(inside: Moments, rest: Moments, larger: bool) -> tuple[Float64s, Float64s, Float64s]:
    from scipy.stats import t

    first, second = inside.mean_variance, rest.mean_variance
    total = first + second
    freedom = _ratio(total**2, _ratio(first**2, inside.count - 1) + _ratio(second**2, rest.count - 1))
    effect, error = inside.mean - rest.mean, np.sqrt(total)
    half = t.ppf(0.975, freedom) * error
    statistic = _ratio(effect, error)
    return effect - half, effect + half, t.sf(statistic if larger else -statistic, freedom)
