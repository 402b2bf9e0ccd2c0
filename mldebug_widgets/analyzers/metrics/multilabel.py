"""Metrics of a model that answers several yes-or-no labels for each row."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.metrics.binary import NO_ROWS
from mldebug_widgets.analyzers.metrics.intervals import Float64s, Means, normal_interval, wilson
from mldebug_widgets.analyzers.metrics.metric import Metric, first, log_loss, measured, of_means, unmeasured

NAMES = ("micro_f1", "macro_f1", "subset_accuracy", "hamming", "log_loss")


def multilabel_metrics(
    truth: npt.NDArray[Any], called: npt.NDArray[Any], loss: npt.NDArray[Any] | None, *, seed: int
) -> tuple[Metric, ...]:
    """Return the metrics in the order of ``NAMES``.

    Parameters
    ----------
    truth, called
        (n, k) whether each label holds, and is called.
    loss
        (n,) mean log loss over the labels; None for a model that gives labels only.
    seed
        Seed of the bootstrap.
    """
    if not len(truth):
        return tuple(unmeasured(name, NO_ROWS) for name in NAMES)
    holds, called = truth.astype(np.bool_), called.astype(np.bool_)
    wrong = (holds != called).mean(axis=1)
    right = int(np.count_nonzero(wrong == 0))
    return (
        _micro_f1(holds, called, seed),
        _macro_f1(holds, called),
        measured("subset_accuracy", right / len(truth), wilson(right, len(truth))),
        of_means("hamming", Means((wrong,), seed), first),
        log_loss(loss, seed),
    )


def _micro_f1(holds: npt.NDArray[np.bool_], called: npt.NDArray[np.bool_], seed: int) -> Metric:
    columns = ((holds & called).sum(axis=1), holds.sum(axis=1) + called.sum(axis=1))
    if not columns[1].any():
        return unmeasured("micro_f1", "no label holds and none is called")
    return of_means("micro_f1", Means(columns, seed), _f1_of_means)


def _macro_f1(holds: npt.NDArray[np.bool_], called: npt.NDArray[np.bool_]) -> Metric:
    occurring = np.flatnonzero(holds.any(axis=0) | called.any(axis=0))
    if not occurring.size:
        return unmeasured("macro_f1", "no label holds and none is called")
    hits = (holds & called).sum(axis=0)[occurring]
    mass = (holds.sum(axis=0) + called.sum(axis=0))[occurring]
    value = float((2 * hits / mass).mean())
    why = "" if len(occurring) == holds.shape[1] else f"averaged over {len(occurring)} of {holds.shape[1]} labels"
    # How far each row moves every label's F1.
    n = len(holds)
    influence = np.zeros(n)
    for label, label_mass, label_hits in zip(occurring, mass / n, hits / n, strict=True):
        row_mass = holds[:, label].astype(np.float64) + called[:, label]
        influence += (2 * (holds[:, label] & called[:, label]) - 2 * label_hits / label_mass * row_mass) / label_mass
    error = float(np.std(influence / len(occurring))) / math.sqrt(n - 1) if n > 1 else math.nan
    return measured("macro_f1", value, normal_interval(value, error, "delta method", lowest=0.0, highest=1.0), why=why)


def _f1_of_means(means: Float64s) -> Float64s:
    return np.asarray(2 * means[..., 0] / means[..., 1])
