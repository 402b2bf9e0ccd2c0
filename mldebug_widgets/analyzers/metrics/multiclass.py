"""Metrics of a model with three or more classes, and the per-class rates of any confusion matrix."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.metrics.binary import NO_ROWS
from mldebug_widgets.analyzers.metrics.intervals import Float64s, normal_interval, wilson
from mldebug_widgets.analyzers.metrics.metric import Metric, log_loss, measured, unmeasured
from mldebug_widgets.analyzers.metrics.ranking import auc_influence

Counts = npt.NDArray[np.int64]

NAMES = ("accuracy", "balanced_accuracy", "macro_f1", "log_loss", "macro_roc_auc")


def confusion_counts(truth: npt.NDArray[Any], predicted: npt.NDArray[Any], n_classes: int) -> Counts:
    """Return (k, k) row counts, rows = truth, from class codes."""
    cells = truth.astype(np.int64) * n_classes + predicted
    return np.bincount(cells, minlength=n_classes**2).reshape(n_classes, n_classes)


def class_rates(confusion: Counts) -> tuple[Float64s, Float64s, Float64s]:
    """Return (k,) precision, recall and F1 of each class; NaN where it is never called, absent, or both."""
    hits = np.diagonal(confusion).astype(np.float64)
    occurs, called = confusion.sum(axis=1), confusion.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return hits / called, hits / occurs, 2 * hits / (occurs + called)


def multiclass_metrics(
    truth: npt.NDArray[Any],
    predicted: npt.NDArray[Any],
    scores: npt.NDArray[Any],
    loss: npt.NDArray[Any] | None,
    *,
    seed: int,
) -> tuple[Metric, ...]:
    """Return the metrics in the order of ``NAMES``.

    Parameters
    ----------
    truth, predicted
        (n,) class codes.
    scores
        (n, k) class probabilities.
    loss
        (n,) log loss; None for a model that gives labels only.
    seed
        Seed of the bootstrap.

    Notes
    -----
    As in scikit-learn, balanced accuracy averages over the classes that occur, and macro F1 over those that occur
    or are predicted.
    """
    if not len(truth):
        return tuple(unmeasured(name, NO_ROWS) for name in NAMES)
    confusion = confusion_counts(truth, predicted, scores.shape[1])
    right = int(np.trace(confusion))
    return (
        measured("accuracy", right / len(truth), wilson(right, len(truth))),
        _balanced_accuracy(confusion),
        _macro_f1(confusion),
        log_loss(loss, seed),
        _macro_auc(truth, scores),
    )


def _balanced_accuracy(confusion: Counts) -> Metric:
    _, recall, _ = class_rates(confusion)
    present = np.isfinite(recall)
    per_class = confusion.sum() / np.maximum(confusion.sum(axis=1), 1)
    influence = per_class[:, None] * (np.eye(len(confusion)) - np.nan_to_num(recall)[:, None]) / present.sum()
    interval = normal_interval(
        float(recall[present].mean()), _standard_error(confusion, influence), "delta method", lowest=0.0, highest=1.0
    )
    return measured(
        "balanced_accuracy", float(recall[present].mean()), interval, why=_averaged(int(present.sum()), len(present))
    )


def _macro_f1(confusion: Counts) -> Metric:
    _, _, f1 = class_rates(confusion)
    present = np.isfinite(f1)
    n_present = int(present.sum())
    mass = (confusion.sum(axis=0) + confusion.sum(axis=1)) / confusion.sum()
    safe_mass = np.where(present, mass, 1.0)
    dilution = np.nan_to_num(f1) / safe_mass
    influence = (np.diag(2 / safe_mass) - dilution[:, None] - dilution[None, :]) / n_present
    value = float(f1[present].mean())
    interval = normal_interval(value, _standard_error(confusion, influence), "delta method", lowest=0.0, highest=1.0)
    return measured("macro_f1", value, interval, why=_averaged(n_present, len(present)))


def _standard_error(confusion: Counts, influence: Float64s) -> float:
    n = int(confusion.sum())
    return math.sqrt(float((confusion * influence**2).sum())) / n if n > 1 else math.nan


def _macro_auc(truth: npt.NDArray[Any], scores: npt.NDArray[Any]) -> Metric:
    """Average one-against-rest AUC; the interval is DeLong's, with the classes' covariance."""
    n, n_classes = scores.shape
    present = [code for code, rows in enumerate(np.bincount(truth, minlength=n_classes)) if 0 < rows < n]
    if not present:
        return unmeasured("macro_roc_auc", "only one class is present in these rows")
    areas, influence = [], np.zeros(n)
    for code in present:
        area, of_class = auc_influence(np.ascontiguousarray(scores[:, code]), truth == code)
        areas.append(area)
        influence += of_class
    value = float(np.mean(areas))
    error = float(np.sqrt(np.square(influence / len(present)).mean() / (n - 1)))
    interval = normal_interval(value, error, "DeLong over classes", lowest=0.0, highest=1.0)
    return measured("macro_roc_auc", value, interval, why=_averaged(len(present), n_classes))


def _averaged(n_present: int, n_classes: int) -> str:
    if n_present == n_classes:
        return ""
    return f"averaged over {n_present} of {n_classes} classes: the others do not occur in these rows"
