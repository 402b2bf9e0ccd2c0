"""How well one feature alone predicts the target, judged on rows that it was not learned from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mldebug_widgets.analyzers.columns import NUMBER_KINDS, column_codes, column_numbers
from mldebug_widgets.analyzers.metrics.ranking import Ranking

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation
    from mldebug_widgets.evaluation.schema import Feature

Codes = npt.NDArray[np.int64]

#: A column of numbers is cut into groups of about as many rows each: so many at most, and so many rows at least.
MOST_BINS = 256
FEWEST_ROWS_PER_BIN = 100

#: About so many rows decide where the edges between groups lie; all rows are then counted.
EDGE_ROWS = 50_000

#: Categories beyond the most frequent share one group.
MOST_CATEGORIES = 5_000


@dataclass(frozen=True, slots=True)
class SingleFeature:
    """What one feature alone reaches.

    Attributes
    ----------
    feature
        Which feature.
    measure
        "ROC AUC" (binary), "R2" (regression), or "accuracy" (multiclass).
    value
        The measure, on the half of the rows that the groups were not learned from.
    strength
        0 for a feature that knows nothing of the target, 1 for one that decides it.
    """

    feature: Feature
    measure: str
    value: float
    strength: float


def single_feature(ev: Evaluation, feature: Feature) -> SingleFeature | None:
    """Return how well ``feature`` alone predicts the target, or None for free text and constant columns.

    The rows with a known target are cut into groups by the feature's value. Every second row teaches what the target
    is in each group; the others are answered from that. A column of many rare categories can therefore not seem to
    know what it has only memorised.
    """
    if feature.kind == "text" or feature.unique < 2 or ev.task == "multilabel":
        return None
    column = ev.X.iloc[:, feature.position]
    truth = ev.y if ev.class_codes is None else ev.class_codes
    known = np.isfinite(truth) if ev.class_codes is None else truth >= 0
    groups = _groups(column, feature)[known]
    truth = truth[known]
    n_groups = int(groups.max(initial=0)) + 1
    halves = (groups[::2], truth[::2]), (groups[1::2], truth[1::2])
    if ev.task == "regression":
        numbers = column_numbers(column, feature.kind)[known] if feature.kind in NUMBER_KINDS else None
        value = max(_r2_of_groups(*halves, n_groups), _r2_of_line(numbers, truth))
        return SingleFeature(feature, "R2", value, value)
    if ev.task == "binary":
        value = _auc_of_groups(*halves, n_groups)
        if feature.kind in ("numeric", "datetime"):
            value = max(value, _auc_of_order(groups, truth, n_groups))
        return SingleFeature(feature, "ROC AUC", value, 2 * value - 1)
    value, chance = _accuracy_of_groups(*halves, n_groups, len(ev.classes))
    return SingleFeature(feature, "accuracy", value, (value - chance) / (1 - chance) if chance < 1 else 0.0)


def _groups(column: pd.Series, feature: Feature) -> Codes:
    """Return (n,) the group of each row; missing values are a group of their own."""
    if feature.kind not in NUMBER_KINDS:
        codes, values = column_codes(column)
        if len(values) > MOST_CATEGORIES:
            counts = np.bincount(codes[codes >= 0], minlength=len(values))
            place = np.full(len(values), MOST_CATEGORIES, dtype=np.int64)
            place[np.argsort(-counts, kind="stable")[:MOST_CATEGORIES]] = np.arange(MOST_CATEGORIES)
            codes = np.where(codes >= 0, place[codes], -1)
        return np.asarray(codes + 1, dtype=np.int64)
    numbers = column_numbers(column, feature.kind)
    present = numbers[np.isfinite(numbers)]
    if not present.size:
        return np.zeros(len(numbers), dtype=np.int64)
    bins = int(np.clip(len(present) // FEWEST_ROWS_PER_BIN, 2, MOST_BINS))
    # Every k-th row shows well enough where the edges between groups of about equal size lie.
    some = present[:: max(1, len(present) // EDGE_ROWS)]
    edges = np.unique(np.quantile(some, np.arange(1, bins) / bins, method="lower"))
    groups = np.searchsorted(edges, numbers, side="left").astype(np.int64) + 1
    return np.asarray(np.where(np.isnan(numbers), 0, groups))


Half = tuple[Codes, npt.NDArray[Any]]


def _auc_of_groups(learn: Half, judge: Half, n_groups: int) -> float:
    rows = np.bincount(learn[0], minlength=n_groups)
    positives = np.bincount(learn[0], weights=learn[1], minlength=n_groups)
    share = (positives + learn[1].mean()) / (rows + 1)
    levels, level_of_group = np.unique(-share, return_inverse=True)
    return _area(level_of_group[judge[0]], judge[1], len(levels))


def _auc_of_order(groups: Codes, truth: npt.NDArray[Any], n_groups: int) -> float:
    """Return the AUC of the values as they are, up or down: no row needs to teach it anything."""
    area = _area(groups, truth, n_groups)
    return max(area, 1 - area)


def _area(levels: Codes, positive: npt.NDArray[Any], n_levels: int) -> float:
    """Return the AUC when a lower level means more likely positive, ties within a level."""
    true_positive = np.cumsum(np.bincount(levels, weights=positive, minlength=n_levels)).astype(np.int64)
    false_positive = np.cumsum(np.bincount(levels, minlength=n_levels)) - true_positive
    area = Ranking(np.arange(n_levels), true_positive, false_positive).auc
    return area if np.isfinite(area) else 0.5


def _r2_of_groups(learn: Half, judge: Half, n_groups: int) -> float:
    level = learn[1].mean(dtype=np.float64)
    rows = np.bincount(learn[0], minlength=n_groups)
    means = (np.bincount(learn[0], weights=learn[1] - level, minlength=n_groups)) / np.maximum(rows, 1)
    actual = judge[1] - level
    total = float(np.sum((actual - actual.mean()) ** 2))
    return 1 - float(np.sum((actual - means[judge[0]]) ** 2)) / total if total else 0.0


def _r2_of_line(numbers: npt.NDArray[Any] | None, truth: npt.NDArray[Any]) -> float:
    """Return the squared correlation: groups are too coarse to show a feature that is the target itself."""
    if numbers is None:
        return 0.0
    present = np.isfinite(numbers)
    if np.count_nonzero(present) < 0.9 * len(numbers):
        return 0.0
    x = numbers[present].astype(np.float64)
    y = truth[present].astype(np.float64)
    x -= x.mean()
    y -= y.mean()
    scale = float(np.dot(x, x)) * float(np.dot(y, y))
    return float(np.dot(x, y)) ** 2 / scale if scale > 0 else 0.0


def _accuracy_of_groups(learn: Half, judge: Half, n_groups: int, n_classes: int) -> tuple[float, float]:
    """Return the accuracy of answering each group's most frequent class, and of answering the same class always."""
    learned = np.bincount(learn[0] * n_classes + learn[1], minlength=n_groups * n_classes)
    table = learned.reshape(n_groups, n_classes)
    overall = int(table.sum(axis=0).argmax())
    answer = np.where(table.any(axis=1), table.argmax(axis=1), overall)
    return float(np.mean(answer[judge[0]] == judge[1])), float(np.mean(judge[1] == overall))
