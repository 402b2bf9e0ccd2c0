"""Independent truth for standard errors: how a weighted metric moves when one row weighs a little more."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Weighted = Callable[[npt.NDArray[np.float64]], float]

STEP = 1e-4


def standard_error(metric: Weighted, n: int) -> float:
    """Return the infinitesimal jackknife's standard error of a metric that takes row weights."""
    moved = np.empty(n)
    for row in range(n):
        up, down = np.ones(n), np.ones(n)
        up[row] += STEP
        down[row] -= STEP
        moved[row] = (metric(up) - metric(down)) / (2 * STEP)
    return float(np.sqrt(np.sum(moved**2)))
