"""Metrics of a two-class model."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.metrics.intervals import Float64s, Means, bootstrap_counts, wilson
from mldebug_widgets.analyzers.metrics.metric import Metric, first, log_loss, measured, of_means, unmeasured
from mldebug_widgets.analyzers.metrics.ranking import Ranking

ONE_CLASS = "only one class is present in these rows"
NO_ROWS = "no row has a finite score and a known target"

NAMES = (
    "roc_auc", "average_precision", "log_loss", "accuracy", "balanced_accuracy", "recall", "precision", "f1", "brier",
)  # fmt: skip


def binary_metrics(
    positive: npt.NDArray[np.bool_],
    called: npt.NDArray[np.bool_],
    scores: npt.NDArray[Any],
    loss: npt.NDArray[Any] | None,
    *,
    positive_name: str,
    seed: int,
    ranking: Ranking | None = None,
) -> tuple[Metric, ...]:
    """Return the metrics in the order of ``NAMES``.

    Parameters
    ----------
    positive, called
        (n,) whether the row is, and is called, of the positive class.
    scores, loss
        (n,) probability of the positive class, and log loss (None for a model that gives labels only).
    positive_name
        The positive class as text, named with recall and precision.
    seed
        Seed of the bootstrap.
    ranking
        ``Ranking.of(scores, positive)`` where the caller has it already.
    """
    if not len(scores):
        return tuple(unmeasured(name, NO_ROWS) for name in NAMES)
    ranking = ranking or Ranking.of(scores, positive)
    square = np.square(np.subtract(scores, positive, dtype=scores.dtype))
    return (
        *_ranking_metrics(ranking),
        log_loss(loss, seed),
        *_decision_metrics(decision_counts(positive, called), positive_name, seed),
        of_means("brier", Means((square,), seed), first),
    )


def decision_counts(positive: npt.NDArray[np.bool_], called: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Return the (2, 2) counts, rows = truth, columns = call, positive second."""
    hits = int(np.count_nonzero(positive & called))
    positives, calls = int(np.count_nonzero(positive)), int(np.count_nonzero(called))
    return np.array([[len(positive) - positives - calls + hits, calls - hits], [positives - hits, hits]])


def _ranking_metrics(ranking: Ranking) -> tuple[Metric, Metric]:
    if not ranking.positives or not ranking.negatives:
        return unmeasured("roc_auc", ONE_CLASS), unmeasured("average_precision", ONE_CLASS)
    return (
        measured("roc_auc", ranking.auc, ranking.auc_interval()),
        measured("average_precision", ranking.average_precision, ranking.average_precision_interval()),
    )


def _decision_metrics(counts: npt.NDArray[np.int64], positive_name: str, seed: int) -> tuple[Metric, ...]:
    (_, _), (misses, hits) = counts.tolist()
    n, right, calls = int(counts.sum()), int(np.trace(counts)), int(counts[:, 1].sum())
    positives = misses + hits
    no_positive = f"no row is {positive_name}"
    return (
        measured("accuracy", right / n, wilson(right, n)),
        _of_counts("balanced_accuracy", balanced_accuracy, counts, ONE_CLASS, seed),
        measured("recall", hits / positives, wilson(hits, positives), of=positive_name)
        if positives
        else unmeasured("recall", no_positive, of=positive_name),
        measured("precision", hits / calls, wilson(hits, calls), of=positive_name)
        if calls
        else unmeasured("precision", f"no row is called {positive_name}", of=positive_name),
        _of_counts("f1", f1, counts, f"{no_positive} and none is called so", seed),
    )


def _of_counts(name: str, statistic: Any, counts: npt.NDArray[np.int64], why: str, seed: int) -> Metric:
    with np.errstate(divide="ignore", invalid="ignore"):
        value = float(statistic(counts.astype(np.float64)))
    return measured(name, value, bootstrap_counts(counts, statistic, seed), why="" if np.isfinite(value) else why)


def balanced_accuracy(counts: Float64s) -> Float64s:
    """Return the mean recall of both classes of (..., 2, 2) counts; NaN when one has no row."""
    recalls = np.diagonal(counts, axis1=-2, axis2=-1) / counts.sum(axis=-1)
    return np.asarray(recalls.mean(axis=-1))


def f1(counts: Float64s) -> Float64s:
    """Return the F1 of the second class of (..., 2, 2) counts; NaN when it neither occurs nor is called."""
    hits, false_calls, misses = counts[..., 1, 1], counts[..., 0, 1], counts[..., 1, 0]
    return np.asarray(2 * hits / (2 * hits + false_calls + misses))
