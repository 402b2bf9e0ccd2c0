"""How do two sets of rows differ? In every metric, and in the distribution of every feature."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mldebug_widgets.analyzers.arguments import checked_evaluation
from mldebug_widgets.analyzers.binned_columns import BinnedColumn, Positions, binned_columns
from mldebug_widgets.analyzers.metrics.intervals import Means, wilson
from mldebug_widgets.analyzers.metrics.metric import Metric, first
from mldebug_widgets.analyzers.metrics.of_task import metrics_of
from mldebug_widgets.analyzers.metrics.scored import ScoredRows, scored_rows
from mldebug_widgets.analyzers.row_metric import row_metric, searched_rows
from mldebug_widgets.analyzers.slice_finding.confirming import Moments, contrasts

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation

#: What the second side is called when it is not a slice of its own.
REST = "the rest"


@dataclass(frozen=True, slots=True, eq=False)
class SliceMeasure:
    """The searched metric on the rows of one query, against the rest: what the builder shows while a person types.

    ``query`` selects exactly the ``n`` rows over the whole Evaluation: the condition, within the split that was
    measured; ``label`` is the condition alone.
    ``effect``, ``low`` and ``high`` are the difference, slice minus rest, and its 95% interval on all these rows: they
    were chosen by a person, so there is no search to correct for, and no promise if the person searched by eye.
    """

    query: str
    label: str
    n: int
    share: float
    metric: float
    rest_metric: float
    lift: float
    error_share: float
    effect: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class ComparedMetric:
    """One metric on both sides with 95% intervals; NaN where it cannot be computed."""

    name: str
    label: str
    first: float
    first_low: float
    first_high: float
    second: float
    second_low: float
    second_high: float


@dataclass(frozen=True, slots=True, eq=False)
class ComparedFeature:
    """One feature's distribution on both sides.

    Attributes
    ----------
    distance
        Total variation distance of the two histograms, 0 (equal) to 1 (no overlap), missing as one bin.
    edges
        (b+1,) for numbers (milliseconds for datetimes); empty for categories. The outermost bins also take what
        lies beyond.
    labels
        (b,) categories as text ("other" and "missing" last); for numbers only the last may be "missing".
    first, second
        (b,) or (b+1,) rows per bin; numbers with missing values carry them in one more bin at the end.
    """

    name: str
    kind: str
    distance: float
    edges: npt.NDArray[np.float64]
    labels: tuple[str, ...]
    first: npt.NDArray[np.int32]
    second: npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class SliceComparison:
    """Two sets of rows side by side.

    Attributes
    ----------
    first_label, first_query
        The first set.
    second_label, second_query
        The second; "" is every searched row that is not in the first.
    n_first, n_second, n_both
        Rows of each, and rows that are in both and count on both sides.
    metrics
        The task's metrics, then the level of truth and answers.
    features
        By distance, largest first: features, columns that the model never saw, and the target.
    n_features
        Columns that were compared; ``features`` may hold only the most different of them.
    split
        Name of the split whose rows are compared, "" for all rows.
    """

    first_label: str
    first_query: str
    second_label: str
    second_query: str
    n_first: int
    n_second: int
    n_both: int
    metrics: tuple[ComparedMetric, ...]
    features: tuple[ComparedFeature, ...]
    n_features: int
    split: str

    def to_frame(self) -> pd.DataFrame:
        """Return a DataFrame indexed by metric, with columns (first, value), (first, low), ... (second, high)."""
        columns = pd.MultiIndex.from_product([("first", "second"), ("value", "low", "high")])
        lines = [(m.first, m.first_low, m.first_high, m.second, m.second_low, m.second_high) for m in self.metrics]
        index = pd.Index([metric.label for metric in self.metrics], name="metric")
        return pd.DataFrame(lines, index=index, columns=columns)

    def of_most_different(self, most: int) -> SliceComparison:
        """Return the comparison with the distributions of at most ``most`` columns."""
        return replace(self, features=self.features[:most])

    def distances(self) -> pd.Series:
        """Return the distance of every feature's two distributions, largest first."""
        return pd.Series({feature.name: feature.distance for feature in self.features}, name="distance")

    def __repr__(self) -> str:
        most = f", most different in {self.features[0].name!r}" if self.features else ""
        return (
            f"SliceComparison({self.first_label!r} ({self.n_first:,} rows) and {self.second_label!r} "
            f"({self.n_second:,} rows){most})"
        )


class RowComparer:
    """Compares sets of rows of one Evaluation, keeping what all comparisons share: a byte per row and column.

    Parameters
    ----------
    ev
        The Evaluation.
    split
        Whose rows are compared: the held-out split by default, "all" for every row.

    Raises
    ------
    MldValueError
        ``MLD-W36`` for a split that is not there.
    """

    def __init__(self, ev: Evaluation, split: Any = None) -> None:
        self.evaluation = checked_evaluation(ev)
        self.split = split
        self._searched = searched_rows(ev, split)
        self._binned: tuple[BinnedColumn, ...] | None = None

    def compare(self, query: str, other: str = "", *, cancelled: Callable[[], bool] = lambda: False) -> SliceComparison:
        """Return the rows of ``query`` beside those of ``other``, or beside all others (see ``compare_rows``)."""
        first_mask = self._matching(query)
        second_mask = self._matching(other) if other.strip() else ~first_mask
        sides = np.flatnonzero(first_mask), np.flatnonzero(second_mask)
        metrics = [_side_metrics(self.evaluation, self._searched.rows[places]) for places in sides]
        features = [_compared(column, *sides) for column in self._columns(cancelled)]
        return SliceComparison(
            first_label=query,
            first_query=query,
            second_label=other if other.strip() else REST,
            second_query=other if other.strip() else "",
            n_first=len(sides[0]),
            n_second=len(sides[1]),
            n_both=int(np.count_nonzero(first_mask & second_mask)),
            metrics=tuple(_pair(one, two) for one, two in zip(*metrics, strict=True)),
            features=tuple(sorted(features, key=lambda feature: -np.nan_to_num(feature.distance, nan=-1.0))),
            n_features=len(features),
            split=self._searched.split,
        )

    def _matching(self, query: str) -> npt.NDArray[np.bool_]:
        return self.evaluation.rows_matching(query)[self._searched.rows]

    def _columns(self, cancelled: Callable[[], bool]) -> tuple[BinnedColumn, ...]:
        if self._binned is not None:
            return self._binned
        binned = binned_columns(self.evaluation, self._searched.rows, cancelled)
        if not cancelled():
            self._binned = binned
        return binned


def compare_rows(ev: Evaluation, query: str, other: str = "", *, split: Any = None) -> SliceComparison:
    """Return how two sets of rows differ: in every metric, and in the distribution of every column.

    Parameters
    ----------
    ev
        The Evaluation.
    query
        The first set, in pandas' query language (a slice's ``query``).
    other
        The second set; "" for all searched rows that are not in the first.
    split
        Whose rows are compared: the held-out split by default, "all" for every row.

    Returns
    -------
    SliceComparison
        Counted over all those rows; none is sampled. Bins of ordered columns have equal width over the middle 99% of
        the values, whole numbers of a short range one bin each; the outermost take what lies beyond.

    Raises
    ------
    MldValueError, MldTypeError
        ``MLD-W36`` for a split that is not there, and the query's own codes.

    Notes
    -----
    A feature that differs most is where the slice lies, not why the model fails there: the column that a slice was
    made of always differs. Distances of small slices are large by chance alone. The intervals take rows for
    independent, and hold for rows that were chosen without looking at their errors.
    """
    return RowComparer(ev, split).compare(query, other)


def measure_slice(ev: Evaluation, query: str, *, split: Any = None, metric: Any = None) -> SliceMeasure:
    """Return the searched metric on the rows of ``query`` and on the rest.

    Parameters
    ----------
    ev
        The Evaluation.
    query
        Condition in pandas' query language; blank means every row.
    split
        Whose rows are measured: the held-out split by default, "all" for every row.
    metric
        As in ``find_slices``: None, a name, or n values.

    Returns
    -------
    SliceMeasure
        Rows without a value of the metric count in ``n`` and ``share`` and in nothing else.

    Raises
    ------
    MldValueError, MldTypeError
        ``MLD-W34`` to ``W36`` for a metric or split that is not there, and the query's own codes.
    """
    measured, searched = row_metric(checked_evaluation(ev), metric), searched_rows(ev, split)
    mask = ev.rows_matching(query)[searched.rows]
    values = measured.values[searched.rows].astype(np.float64)
    known = ~np.isnan(values)
    inside, everything = values[mask & known], values[known]
    total, mean = float(everything.sum()), _mean(inside)
    # Centred, or the squares of large values would lose what tells them apart; shares must stay 0 and 1.
    centre = 0.0 if measured.binary else _mean(everything)
    contrast = contrasts(
        Moments.of(inside - centre), Moments.of(everything - centre), binary=measured.binary, larger=True
    )
    n = int(np.count_nonzero(mask))
    return SliceMeasure(
        query=_within(query, searched.query),
        label=query,
        n=n,
        share=n / len(mask) if len(mask) else np.nan,
        metric=mean,
        rest_metric=_mean(values[known & ~mask]),
        lift=mean * len(everything) / total if total else np.nan,
        error_share=float(inside.sum()) / total if total else np.nan,
        effect=float(contrast.effect),
        low=float(contrast.low),
        high=float(contrast.high),
    )


def _within(query: str, scope: str) -> str:
    return f"({query}) and {scope}" if query.strip() and scope else query or scope


def relabelled(comparison: SliceComparison, first_label: str, second_label: str) -> SliceComparison:
    """Return the comparison with names for its two sides; an empty one leaves the side as it is called."""
    return replace(
        comparison,
        first_label=first_label or comparison.first_label,
        second_label=second_label or comparison.second_label,
    )


def _mean(values: npt.NDArray[Any]) -> float:
    return float(values.mean(dtype=np.float64)) if len(values) else np.nan


def _compared(column: BinnedColumn, first_places: Positions, second_places: Positions) -> ComparedFeature:
    one, two = column.counts(first_places), column.counts(second_places)
    distance = np.nan
    if len(first_places) and len(second_places):
        distance = float(np.abs(one / len(first_places) - two / len(second_places)).sum() / 2)
    return ComparedFeature(column.name, column.kind, distance, column.edges, column.labels, one, two)


def _side_metrics(ev: Evaluation, rows: Positions) -> list[Metric | _Level]:
    scored = scored_rows(ev, rows)
    return [*metrics_of(ev, scored), *_levels(ev, scored)]


@dataclass(frozen=True, slots=True)
class _Level:
    """How high truth or answers are: not a measure of quality, but what tells two sets of rows apart."""

    name: str
    label: str
    value: float | None
    low: float | None
    high: float | None


def _levels(ev: Evaluation, scored: ScoredRows) -> list[_Level]:
    if ev.task == "binary":
        positives = int(np.count_nonzero(scored.truth == 1))
        interval = wilson(positives, len(scored))
        share = positives / len(scored) if len(scored) else None
        truth = _Level("positive_share", f"Share of {ev.class_names[1]}", share, interval.low, interval.high)
        return [truth, _mean_level(ev, "mean_score", f"Mean probability of {ev.class_names[1]}", scored.scores)]
    if ev.task == "regression":
        return [
            _mean_level(ev, "mean_target", f"Mean {ev.target_name}", scored.truth),
            _mean_level(ev, "mean_prediction", f"Mean predicted {ev.target_name}", scored.scores),
        ]
    return []


def _mean_level(ev: Evaluation, name: str, label: str, values: npt.NDArray[Any]) -> _Level:
    if not len(values):
        return _Level(name, label, None, None, None)
    means = Means((values,), ev.seed)
    interval = means.interval(first)
    return _Level(name, label, means.value(first), interval.low, interval.high)


def _pair(one: Metric | _Level, two: Metric | _Level) -> ComparedMetric:
    ends = (end for side in (one, two) for end in (side.value, side.low, side.high))
    return ComparedMetric(one.name, one.label, *(np.nan if end is None else float(end) for end in ends))
