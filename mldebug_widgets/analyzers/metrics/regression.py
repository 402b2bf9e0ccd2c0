"""Metrics of a model that predicts a number."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.metrics.binary import NO_ROWS
from mldebug_widgets.analyzers.metrics.intervals import Z95, Float64s, Interval, Means, no_interval
from mldebug_widgets.analyzers.metrics.metric import Metric, measured, of_means, unmeasured

NAMES = ("r2", "mae", "rmse", "median_ae")


def regression_metrics(truth: npt.NDArray[Any], predicted: npt.NDArray[Any], *, seed: int) -> tuple[Metric, ...]:
    """Return R2, mean, root mean squared and median absolute error, in the order of ``NAMES``.

    Parameters
    ----------
    truth, predicted
        (n,) finite numbers.
    seed
        Seed of the bootstrap.
    """
    if not len(truth):
        return tuple(unmeasured(name, NO_ROWS) for name in NAMES)
    error = np.abs(predicted - truth.astype(np.float64, copy=False))
    centred = truth - truth.mean(dtype=np.float64)
    means = Means((np.square(error), error, centred, np.square(centred)), seed)
    return (
        _r2(means, constant=bool(np.all(truth == truth[0]))),
        of_means("mae", means, _mae),
        of_means("rmse", means, _rmse),
        measured("median_ae", float(np.median(error)), median_interval(error)),
    )


def _r2(means: Means, *, constant: bool) -> Metric:
    if constant:
        return unmeasured("r2", "the target is constant in these rows")
    return of_means("r2", means, _r2_of_means)


def _r2_of_means(means: Float64s) -> Float64s:
    return np.asarray(1 - means[..., 0] / (means[..., 3] - means[..., 2] ** 2))


def _mae(means: Float64s) -> Float64s:
    return np.asarray(means[..., 1])


def _rmse(means: Float64s) -> Float64s:
    return np.asarray(np.sqrt(means[..., 0]))


def median_interval(values: Float64s) -> Interval:
    """Return the interval of the median between two order statistics; it needs no shape of the distribution."""
    n = len(values)
    half = Z95 * math.sqrt(n) / 2
    low, high = math.floor(n / 2 - half), math.ceil(n / 2 + half)
    if low < 0 or high > n - 1:
        return no_interval("fewer than six rows")
    ordered = np.partition(values, (low, high))
    return Interval(float(ordered[low]), float(ordered[high]), "order statistics")
