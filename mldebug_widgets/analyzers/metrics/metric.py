"""One metric with its interval, and the names under which metrics are known."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.metrics.intervals import Float64s, Interval, Means, Statistic

Direction = Literal["higher", "lower"]


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric on one split with its 95% interval.

    ``interval`` names the method ("DeLong", "Wilson", "bootstrap, 1,000 resamples", "delta method", "none").
    ``name`` is the stable key ("roc_auc"), ``label`` what the screen says ("ROC AUC").
    ``value``, ``low`` and ``high`` are None when they cannot be computed; ``why`` then says why. ``why`` may also
    carry a reservation about a value that is there ("averaged over 3 of 4 classes: ...").
    """

    name: str
    label: str
    value: float | None
    low: float | None
    high: float | None
    interval: str
    better: Direction
    why: str


_LABELS: dict[str, tuple[str, Direction]] = {
    "roc_auc": ("ROC AUC", "higher"),
    "average_precision": ("Average precision", "higher"),
    "log_loss": ("Log loss", "lower"),
    "accuracy": ("Accuracy", "higher"),
    "balanced_accuracy": ("Balanced accuracy", "higher"),
    "recall": ("Recall", "higher"),
    "precision": ("Precision", "higher"),
    "f1": ("F1", "higher"),
    "brier": ("Brier score", "lower"),
    "macro_f1": ("Macro F1", "higher"),
    "micro_f1": ("Micro F1", "higher"),
    "macro_roc_auc": ("Macro ROC AUC", "higher"),
    "subset_accuracy": ("All labels right", "higher"),
    "hamming": ("Wrong labels (Hamming)", "lower"),
    "r2": ("R2", "higher"),
    "mae": ("Mean absolute error", "lower"),
    "rmse": ("Root mean squared error", "lower"),
    "median_ae": ("Median absolute error", "lower"),
}


def measured(name: str, value: float, interval: Interval, *, of: str = "", why: str = "") -> Metric:
    """Return the metric ``name``. ``of`` is the class it speaks about, shown after the label."""
    if not math.isfinite(value):
        return unmeasured(name, why or "the value is not finite", of=of)
    label, better = _LABELS[name]
    reason = "; ".join(part for part in (why, interval.why) if part)
    return Metric(
        name, _labelled(label, of), float(value), interval.low, interval.high, interval.method, better, reason
    )


def unmeasured(name: str, why: str, *, of: str = "") -> Metric:
    """Return the metric ``name`` without a value, and why."""
    label, better = _LABELS[name]
    return Metric(name, _labelled(label, of), None, None, None, "none", better, why)


def of_means(name: str, means: Means, statistic: Statistic) -> Metric:
    """Return the metric that is ``statistic`` of ``means``."""
    return measured(name, means.value(statistic), means.interval(statistic))


def log_loss(loss: npt.NDArray[Any] | None, seed: int) -> Metric:
    """Return the mean of per-row log losses (n,); None where the model gives labels and no probabilities."""
    if loss is None:
        return unmeasured("log_loss", "the model gives labels, not probabilities")
    return of_means("log_loss", Means((loss,), seed), first)


def first(means: Float64s) -> Float64s:
    """Return the first mean itself."""
    return np.asarray(means[..., 0])


def _labelled(label: str, of: str) -> str:
    return f"{label}, {of}" if of else label
