"""Two metrics side by side: is one really better, and by how much."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

from mldebug_widgets.analyzers.metrics.metric import Metric

if TYPE_CHECKING:
    from mldebug_widgets.checks.check import Subject

_DECIDING = {
    "binary": ("roc_auc", "balanced_accuracy"),
    "multiclass": ("macro_roc_auc", "balanced_accuracy"),
    "multilabel": ("micro_f1",),
    "regression": ("rmse",),
}


def deciding_metrics(subject: Subject) -> tuple[str, ...]:
    """Return the metrics by which models are compared, the first that can be computed decides.

    Where there are probabilities they are metrics that no threshold and no share of the classes moves. Labels alone
    cannot be ranked.
    """
    task = subject.ev.task
    if task in ("binary", "multiclass") and subject.ev.loss_name != "log loss":
        return ("balanced_accuracy",)
    return _DECIDING[task]


def named(metrics: Iterable[Metric], name: str) -> Metric | None:
    """Return the metric of that name if it has a value."""
    return next((metric for metric in metrics if metric.name == name and metric.value is not None), None)


def value_of(metric: Metric) -> float:
    """Return the value of a metric that has one."""
    if metric.value is None:
        raise ValueError(f"{metric.name} has no value: {metric.why}")
    return metric.value


def advantage(metric: Metric, other: Metric) -> float:
    """Return by how much ``metric`` is better than ``other``, whichever direction is better."""
    difference = value_of(metric) - value_of(other)
    return difference if metric.better == "higher" else -difference


def margin(metric: Metric, other: Metric) -> float:
    """Return the half width of the 95% interval of the difference of two metrics.

    The two are taken for independent. Metrics of two models on the same rows rise and fall together, so for them this
    is too wide, never too narrow. A metric without an interval counts as exact.
    """
    return math.hypot(_half_width(metric), _half_width(other))


def _half_width(metric: Metric) -> float:
    if metric.low is None or metric.high is None:
        return 0.0
    return (metric.high - metric.low) / 2


def skill(metric: Metric, n_classes: int) -> float:
    """Return how far a metric of ``deciding_metrics`` is above that of a model that knows nothing of the row."""
    if metric.name in ("roc_auc", "macro_roc_auc"):
        return value_of(metric) - 0.5
    if metric.name == "balanced_accuracy":
        return value_of(metric) - 1 / n_classes
    return value_of(metric)


def shown(metric: Metric) -> str:
    """Return the value in words of as many digits as a reader needs."""
    value = value_of(metric)
    return f"{value:.3f}" if metric.name not in ("mae", "rmse", "median_ae") else f"{value:.4g}"
