"""Where predictions and truth disagree: confusion, per-class rates, ROC and PR, threshold, regression error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from mldebug_widgets.analyzers.arguments import checked_evaluation, checked_rows, checked_threshold, named_split
from mldebug_widgets.analyzers.metrics.curves import (
    bin_counts,
    grid_counts,
    precision_recall_line,
    roc_line,
)
from mldebug_widgets.analyzers.metrics.metric import Metric
from mldebug_widgets.analyzers.metrics.multiclass import class_rates, confusion_counts
from mldebug_widgets.analyzers.metrics.of_task import metrics_of
from mldebug_widgets.analyzers.metrics.ranking import Ranking
from mldebug_widgets.analyzers.metrics.scored import ScoredRows, scored_rows, split_rows
from mldebug_widgets.analyzers.metrics.tables import metrics_by_split, metrics_frame

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation

Float32s = npt.NDArray[np.float32]
Float64s = npt.NDArray[np.float64]
Int64s = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class ThresholdSweep:
    """Exact counts at every threshold the slider can stop at (binary only). A row is positive when score >= threshold.

    ``thresholds`` (m,) ascending, ``true_positive`` and ``false_positive`` (m,) row counts.
    """

    thresholds: Float64s
    true_positive: Int64s
    false_positive: Int64s
    positives: int
    negatives: int


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A line reduced to what the pixels can show. ``n_points`` is the length before reduction."""

    x: Float32s
    y: Float32s
    n_points: int


@dataclass(frozen=True, slots=True, eq=False)
class Density:
    """Rows per cell of a (h, w) grid, all rows counted. Row 0 is the lowest y."""

    counts: npt.NDArray[np.int32]
    x_low: float
    x_high: float
    y_low: float
    y_high: float


@dataclass(frozen=True, slots=True, eq=False)
class Histogram:
    """Counts per bin; ``edges`` has one more entry than ``counts``. ``below`` and ``above`` rows lie outside them."""

    counts: npt.NDArray[np.int64]
    edges: Float64s
    below: int
    above: int


@dataclass(frozen=True, slots=True, eq=False)
class SplitPerformance:
    """Everything the performance view shows for one split.

    Classification: ``confusion`` (k, k), rows = truth, at the result's threshold. ``class_roc`` and ``class_pr`` hold
    one curve per class in order, that class against the rest; binary has one, of the positive class, and ``sweep``.
    A curve of a class that is absent here, or has nothing against it, has no points.
    Regression: ``density`` (x actual, y predicted) and ``errors`` (predicted minus actual).
    What does not apply is None or empty.
    """

    split: str
    n: int
    n_scored: int
    metrics: tuple[Metric, ...]
    confusion: Int64s
    sweep: ThresholdSweep | None
    class_roc: tuple[Curve, ...]
    class_pr: tuple[Curve, ...]
    density: Density | None
    errors: Histogram | None


@dataclass(frozen=True, slots=True, eq=False)
class PerformanceResult:
    """Performance on every split. ``classes`` as text; ``positive`` is the index of the positive class (binary)."""

    kind: Literal["performance"]
    task: str
    classes: tuple[str, ...]
    positive: int | None
    threshold: float | None
    primary: str
    splits: tuple[SplitPerformance, ...]
    computed_on: str

    @property
    def metrics(self) -> pd.DataFrame:
        """DataFrame indexed by metric, with columns (split, value), (split, low) and (split, high)."""
        return metrics_by_split(self._groups())

    @property
    def confusion(self) -> Int64s:
        """(k, k) row counts of the primary split, rows = truth; (0, 0) when the task has no single class per row."""
        return self.split().confusion

    @property
    def per_class(self) -> pd.DataFrame:
        """Precision, recall, F1, rows and calls of each class on the primary split; NaN where there is none."""
        confusion = self.confusion
        precision, recall, f1 = class_rates(confusion)
        return pd.DataFrame(
            {
                "precision": precision,
                "recall": recall,
                "f1": f1,
                "rows": confusion.sum(axis=1),
                "predicted": confusion.sum(axis=0),
            },
            index=pd.Index(self.classes[: len(confusion)], name="class"),
        )

    def split(self, name: str | None = None) -> SplitPerformance:
        """Return the performance on one split (the primary one by default).

        Raises
        ------
        MldValueError
            MLD-O59 for a split that is not there.
        """
        return named_split(self.splits, name or self.primary)

    def to_frame(self) -> pd.DataFrame:
        """Return a DataFrame indexed by (split, metric) with columns value, low, high and interval."""
        return metrics_frame(self._groups())

    def _groups(self) -> dict[str, tuple[Metric, ...]]:
        return {entry.split: entry.metrics for entry in self.splits}

    def __repr__(self) -> str:
        splits = ", ".join(f"{entry.split} {entry.n:,}" for entry in self.splits)
        at = "" if self.threshold is None else f", threshold {self.threshold:g}"
        return f"PerformanceResult({self.task}{at}, rows: {splits}; {self.computed_on})"


#: Stops of the threshold slider: 0, 0.001, ... 1.
SWEEP_STOPS = 1_001

#: Pixel columns that a ROC or precision-recall curve is reduced to, and the least when many classes share the message.
CURVE_COLUMNS = 400
FEWEST_CURVE_COLUMNS = 16

# Few rows get large cells and few bins: a cell that holds one row must still be seen.
SMALLEST_DENSITY, LARGEST_DENSITY = 24, 128
FEWEST_ERROR_BINS, MOST_ERROR_BINS = 11, 61
#: From this many rows on, 1% of them may lie outside of the error histogram.
ROWS_FOR_CLIPPING = 1_000


def performance(ev: Evaluation, *, threshold: float | None = None, rows: Any = None) -> PerformanceResult:
    """Return where predictions and truth disagree, on every split.

    Parameters
    ----------
    ev
        The Evaluation.
    threshold
        Binary only: call a row positive when its score is at least this (0 to 1). The Evaluation's own by default.
    rows
        Look at these rows only: positions, or a boolean mask over all rows. All rows by default.

    Returns
    -------
    PerformanceResult
        Counts and metrics come from all of those rows that have a finite score and a known target; lines and pictures
        are reduced to what pixels can show.

    Raises
    ------
    MldValueError, MldTypeError
        MLD-O50 to O52 for a threshold, MLD-S51 to S54 for rows, that cannot be used.

    Notes
    -----
    It says where the model is wrong, not why, and not whether the rows are like those it will meet.
    """
    checked_evaluation(ev)
    at = ev.threshold if threshold is None else checked_threshold(threshold, ev.task)
    within = None if rows is None else np.unique(checked_rows(rows, ev.n))
    splits = tuple(_split_performance(ev, split, at, within) for split in ev.splits)
    return PerformanceResult(
        kind="performance",
        task=ev.task,
        classes=ev.class_names,
        positive=ev.positive,
        threshold=at,
        primary=ev.primary,
        splits=splits,
        computed_on=_computed_on(ev, splits, None if within is None else len(within)),
    )


def _split_performance(
    ev: Evaluation, split: str, threshold: float | None, within: npt.NDArray[np.intp] | None
) -> SplitPerformance:
    scored = scored_rows(ev, split_rows(ev, split, within), threshold=threshold)
    rankings = _rankings(ev, scored)
    sweep = density = errors = None
    if ev.task == "binary" and threshold is not None:
        sweep = _sweep(rankings[0], threshold)
    if ev.task == "regression" and len(scored):
        density, errors = _density(scored), _errors(scored)
    columns = max(FEWEST_CURVE_COLUMNS, CURVE_COLUMNS // max(len(rankings), 1))
    return SplitPerformance(
        split=split,
        n=scored.n,
        n_scored=len(scored),
        metrics=metrics_of(ev, scored, ranking=rankings[0] if ev.task == "binary" else None),
        confusion=_confusion(ev, scored),
        sweep=sweep,
        class_roc=tuple(_curve(roc_line, ranking, columns) for ranking in rankings),
        class_pr=tuple(_curve(precision_recall_line, ranking, columns) for ranking in rankings),
        density=density,
        errors=errors,
    )


def _rankings(ev: Evaluation, scored: ScoredRows) -> list[Ranking]:
    if ev.task == "binary":
        return [Ranking.of(scored.scores, scored.truth == 1)]
    if ev.task == "multiclass":
        holds = [scored.truth == code for code in range(len(ev.classes))]
    elif ev.task == "multilabel":
        holds = [scored.truth[:, label] > 0 for label in range(len(ev.classes))]
    else:
        return []
    return [Ranking.of(np.ascontiguousarray(scored.scores[:, code]), rows) for code, rows in enumerate(holds)]


def _curve(line: Any, ranking: Ranking, columns: int) -> Curve:
    if not ranking.positives or not ranking.negatives:
        nothing = np.empty(0, dtype=np.float32)
        return Curve(nothing, nothing, 0)
    return Curve(*line(ranking, columns))


def _sweep(ranking: Ranking, threshold: float) -> ThresholdSweep:
    stops = np.union1d(np.arange(SWEEP_STOPS) / (SWEEP_STOPS - 1), [threshold])
    true_positive, false_positive = (counts.astype(np.int64) for counts in ranking.counts_at(stops))
    return ThresholdSweep(stops, true_positive, false_positive, ranking.positives, ranking.negatives)


def _confusion(ev: Evaluation, scored: ScoredRows) -> Int64s:
    if ev.task not in ("binary", "multiclass"):
        return np.zeros((0, 0), dtype=np.int64)
    return confusion_counts(scored.truth, scored.predicted, len(ev.classes))


def _density(scored: ScoredRows) -> Density:
    low = float(min(scored.truth.min(), scored.predicted.min()))
    high = float(max(scored.truth.max(), scored.predicted.max()))
    if low == high:
        low, high = low - 0.5, high + 0.5
    size = int(np.clip(2 * np.sqrt(len(scored.truth)), SMALLEST_DENSITY, LARGEST_DENSITY))
    return Density(grid_counts(scored.truth, scored.predicted, low, high, size), low, high, low, high)


def _errors(scored: ScoredRows) -> Histogram:
    """Histogram of predicted minus actual, symmetric about zero; of many rows 1% may lie outside of it at most."""
    error = scored.predicted - scored.truth
    size = np.abs(error)
    reach = float(np.quantile(size, 0.99)) if len(error) >= ROWS_FOR_CLIPPING else 0.0
    reach = reach or float(size.max()) or 0.5
    # An odd number, so that one bin has zero in its middle.
    bins = int(np.clip(2 * np.sqrt(len(error)), FEWEST_ERROR_BINS, MOST_ERROR_BINS)) // 2 * 2 + 1
    edges = np.linspace(-reach, reach, bins + 1)
    counts, below, above = bin_counts(error, edges)
    return Histogram(counts, edges, below, above)


def _computed_on(ev: Evaluation, splits: tuple[SplitPerformance, ...], n_selected: int | None) -> str:
    text = f"all {ev.n:,} rows" if n_selected is None else f"{n_selected:,} selected of {ev.n:,} rows"
    left_out = sum(entry.n - entry.n_scored for entry in splits)
    if left_out:
        text += f", {left_out:,} left out: no finite score or no known target"
    return text
