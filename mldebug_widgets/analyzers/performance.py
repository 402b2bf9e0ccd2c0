"""Where do predictions and truth disagree: confusion, per-class rates, ROC/PR, threshold, regression error?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.overview import Metric

Float32s = npt.NDArray[np.float32]
Float64s = npt.NDArray[np.float64]
Int64s = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class ThresholdSweep:
    """Exact counts at every threshold the slider can stop at (binary only). A row is called positive when score >= threshold.

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
    """Counts per bin; ``edges`` has one more entry than ``counts``. ``below`` and ``above`` rows lie outside the edges."""

    counts: npt.NDArray[np.int64]
    edges: Float64s
    below: int
    above: int


@dataclass(frozen=True, slots=True, eq=False)
class SplitPerformance:
    """Everything the performance view shows for one split.

    Classification: ``confusion`` (k, k), rows = truth, at the result's threshold. Binary also ``sweep``,
    ``roc`` and ``pr`` of the positive class; multiclass: one-vs-rest ``roc``/``pr`` per class in order, in ``class_roc``/``class_pr``.
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
