"""The difference of two means with its 95% interval, for rows that a person chose: no correction for a search."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.metrics.intervals import wilson


@dataclass(frozen=True, slots=True)
class Difference:
    """First mean minus second, and the ends of its interval; NaN where there is none."""

    value: float
    low: float
    high: float


def difference_of_means(first: npt.NDArray[Any], second: npt.NDArray[Any], *, binary: bool) -> Difference:
    """Return the difference of the means of two independent samples.

    Parameters
    ----------
    first, second
        (a,) and (b,) finite numbers; 0 and 1 when ``binary``.
    binary
        Newcombe's hybrid score interval of two shares (R. G. Newcombe, 1998, method 10); otherwise Welch's interval
        of two means.
    """
    if not len(first) or not len(second):
        return Difference(math.nan, math.nan, math.nan)
    one, other = float(first.mean(dtype=np.float64)), float(second.mean(dtype=np.float64))
    if binary:
        return _newcombe(one, len(first), other, len(second))
    return _welch(first, second, one - other)


def _newcombe(one: float, n_one: int, other: float, n_other: int) -> Difference:
    ends = [wilson(round(share * n), n) for share, n in ((one, n_one), (other, n_other))]
    (low_one, high_one), (low_other, high_other) = ((end.low or 0.0, end.high or 0.0) for end in ends)
    value = one - other
    below = math.hypot(one - low_one, high_other - other)
    above = math.hypot(high_one - one, other - low_other)
    return Difference(value, value - below, value + above)


def _welch(first: npt.NDArray[Any], second: npt.NDArray[Any], value: float) -> Difference:
    if min(len(first), len(second)) < 2:
        return Difference(value, math.nan, math.nan)
    squares = [float(sample.var(ddof=1, dtype=np.float64)) / len(sample) for sample in (first, second)]
    total = sum(squares)
    if total == 0:
        return Difference(value, math.nan, math.nan)
    from scipy.stats import t  # loads slowly, and most notebooks never come here

    freedom = total**2 / sum(s**2 / (len(x) - 1) for s, x in zip(squares, (first, second), strict=True))
    half = float(t.ppf(0.975, freedom)) * math.sqrt(total)
    return Difference(value, value - half, value + half)
