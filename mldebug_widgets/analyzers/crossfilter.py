"""Which rows are these, on every axis at once? Linked histograms, and the cubes that let them follow a brush."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from mldebug_widgets.analyzers.arguments import checked_evaluation
from mldebug_widgets.analyzers.crossfilter_cubes.binned import BinnedColumn, Role
from mldebug_widgets.analyzers.crossfilter_cubes.carried import CARRIED_COLUMNS, coarse_table, flat, pairwise
from mldebug_widgets.analyzers.crossfilter_cubes.counting import CountingCancelled, Joint, Metric
from mldebug_widgets.analyzers.crossfilter_cubes.ranking import most_telling
from mldebug_widgets.analyzers.crossfilter_cubes.records import BrushCube, BrushedBins, CarriedPairs, SelectedBins
from mldebug_widgets.analyzers.crossfilter_cubes.sources import Source, column_sources, outcome_sources
from mldebug_widgets.analyzers.crossfilter_cubes.table import BinnedTable
from mldebug_widgets.analyzers.row_metric import SearchedRows, row_metric, searched_rows
from mldebug_widgets.errors import MldTypeError, MldValueError, shown
from mldebug_widgets.evaluation.evaluation import Evaluation


@dataclass(frozen=True, slots=True, eq=False)
class Dimension:
    """One histogram.

    Attributes
    ----------
    name
        Column as a person reads it.
    role
        Where it comes from.
    kind
        "numeric", "datetime" or "categorical" (booleans and short texts are categories).
    edges
        (b+1,) bin edges of ordered dimensions (milliseconds since 1970 UTC for datetimes), without the bin of missing
        values; the outermost bins also take what lies beyond. Empty for categories.
    labels
        (number of bins,) words for every bin, "other" and "missing" last.
    starts, ends
        (b,) words for the bounds of each bin of dimensions whose bins are ranges; empty where a bin is one value.
    has_missing
        Whether the last bin holds the missing values.
    selectable
        (number of bins,) 1 where a bin can be part of a query.
    counts, errors
        (number of bins,) rows, and sum of the metric.
    """

    name: str
    role: Role
    kind: Literal["numeric", "datetime", "categorical"]
    edges: npt.NDArray[np.float64]
    labels: tuple[str, ...]
    starts: tuple[str, ...]
    ends: tuple[str, ...]
    has_missing: bool
    selectable: npt.NDArray[np.uint8]
    counts: npt.NDArray[np.int32]
    errors: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class CrossfilterResult:
    """Histograms of every feature, target, prediction and loss over all rows (or all rows of one split).

    Attributes
    ----------
    dimensions
        The histograms: features and metadata, those first over whose bins the metric varies most; then truth,
        answers and loss.
    n, split
        Number of rows, and the split that they are of, "" for all rows.
    metric_label, binary, overall
        What ``Dimension.errors`` sums, whether it is 0 or 1 in every row, and its mean over the rows that have one.
    unknown
        Rows without a metric (no truth or no answer); they count as rows and add nothing to the sums.
    left_out
        Names of columns without a histogram, because there are too many of them.
    table
        The bins of every row; stays in Python.
    """

    kind: Literal["crossfilter"]
    dimensions: tuple[Dimension, ...]
    n: int
    split: str
    metric_label: str
    binary: bool
    overall: float
    unknown: int
    left_out: tuple[str, ...]
    table: BinnedTable = field(metadata={"wire": False}, repr=False)

    def __repr__(self) -> str:
        scope = f"{self.n:,} rows" + (f" of {self.split}" if self.split else "")
        return (
            f"CrossfilterResult({len(self.dimensions)} histograms of {scope}, {self.metric_label} {self.overall:.4g})"
        )

    def to_frame(self) -> pd.DataFrame:
        """Return one row per bin: column, role, bin, rows, the metric's sum and its mean."""
        parts = [
            pd.DataFrame(
                {
                    "column": dimension.name,
                    "role": dimension.role,
                    "bin": list(dimension.labels),
                    "rows": dimension.counts,
                    "sum": dimension.errors,
                    "mean": _share(dimension.errors, dimension.counts),
                }
            )
            for dimension in self.dimensions
        ]
        return pd.concat(parts, ignore_index=True)

    def brushed(self, brushes: Iterable[BrushedBins]) -> dict[int, tuple[int, int]]:
        """Return brushes as {dimension: (first, last)}.

        Raises
        ------
        MldTypeError, MldValueError
            ``MLD-O76`` when something is no brush, ``MLD-O77`` when it is outside the histograms or on one that no
            query can name, ``MLD-O78`` when two are on one dimension.
        """
        found: dict[int, tuple[int, int]] = {}
        for brush in brushes:
            dimension, bins = self._checked(brush)
            if dimension in found:
                raise MldValueError(
                    "MLD-O78", "brushes", f"two brushes on {self.dimensions[dimension].name!r}", "one per dimension",
                    "Make one brush from the first bin to the last.",
                )  # fmt: skip
            found[dimension] = bins
        return found

    def query(self, brushes: Iterable[BrushedBins]) -> str:
        """Return the query that selects exactly the brushed rows in the whole Evaluation; "" for all rows."""
        return self.table.query(self.brushed(brushes))

    def words(self, brushes: Iterable[BrushedBins]) -> str:
        """Return the brushes in words."""
        return self.table.words(self.brushed(brushes))

    def selected_by(self, brushes: Sequence[BrushedBins]) -> SelectedBins:
        """Count what every histogram shows of the rows in all ``brushes``."""
        fixed = self.brushed(brushes)
        return _selected(tuple(brushes), self.table.histograms(None, fixed), self.table.mask(fixed))

    def selected_rows(self, rows: npt.NDArray[np.intp]) -> SelectedBins:
        """Count what every histogram shows of the rows at positions ``rows`` of the Evaluation."""
        own = self.table.rows
        holds = np.zeros(int(max(own.max(initial=0), rows.max(initial=0))) + 1, dtype=bool)
        holds[rows] = True
        mask = holds[own]
        return _selected((), self.table.histograms(mask), mask)

    def for_file(self) -> CrossfilterResult:
        """Return the same in fewer and wider bins and of the most telling columns: what a file can carry pairs of."""
        places = range(len(self.dimensions))
        outcomes = [place for place in places if self.dimensions[place].role not in ("feature", "metadata")]
        columns = [place for place in places if place not in outcomes]
        kept = columns[: max(1, CARRIED_COLUMNS - len(outcomes))]
        table = coarse_table(self.table, [*kept, *outcomes])
        left_out = (*(self.dimensions[place].name for place in columns[len(kept) :]), *self.left_out)
        return replace(self, dimensions=_dimensions(table), left_out=left_out, table=table)

    def pairs(self, rows: npt.NDArray[np.intp]) -> CarriedPairs:
        """Return the joint histogram of every two dimensions, and the bins of those ``rows`` that were counted."""
        joints = pairwise(self.table)
        places = np.searchsorted(self.table.rows, rows)
        counted = self.table.rows[np.minimum(places, self.n - 1)] == rows
        bins = [column.codes[places[counted]] for column in self.table.columns]
        return CarriedPairs(
            flat([joint.counts for joint in joints]),
            flat([joint.errors for joint in joints]),
            rows[counted].astype(np.int32),
            np.stack(bins, axis=1),
        )

    def cube(
        self, active: int, brushes: Sequence[BrushedBins] = (), cancelled: Callable[[], bool] = lambda: False
    ) -> BrushCube:
        """Count what every histogram shows for each range of bins of the dimension ``active``.

        Parameters
        ----------
        active
            Position of the dimension that is brushed.
        brushes
            Brushes on other dimensions, held fixed.
        cancelled
            Asked often; True ends the counting with ``CountingCancelled``.
        """
        fixed = self.brushed(brushes)
        active, _ = self._checked(BrushedBins(active, 0, 0))
        if active in fixed:
            raise MldValueError(
                "MLD-O78", "brushes", f"a brush on dimension {active}", "brushes on other dimensions",
                "Leave out the brush that moves.",
            )  # fmt: skip
        joints = self.table.joints(active, fixed, cancelled)
        counts = _cumulated([joint.counts for joint in joints])
        errors = _cumulated([joint.errors for joint in joints])
        return BrushCube(active, tuple(brushes), counts.astype(np.int32), errors.astype(np.float32))

    def _checked(self, brush: Any) -> tuple[int, tuple[int, int]]:
        values = (brush.dimension, brush.first, brush.last) if isinstance(brush, BrushedBins) else (brush,)
        if len(values) != 3 or any(isinstance(value, bool) or not isinstance(value, int) for value in values):
            raise MldTypeError(
                "MLD-O76", "brushes", shown(brush), "BrushedBins of whole numbers", "Brush a histogram again."
            )
        dimension, first, last = values
        if not 0 <= dimension < len(self.dimensions):
            allowed = f"dimensions from 0 to {len(self.dimensions) - 1}"
            raise MldValueError("MLD-O77", "brushes", f"dimension {dimension}", allowed, "Brush a histogram again.")
        shown_as = self.dimensions[dimension]
        if not 0 <= first <= last < len(shown_as.labels) or not shown_as.selectable.all():
            raise MldValueError(
                "MLD-O77", "brushes", f"bins {first} to {last} of {shown_as.name!r}",
                f"bins from 0 to {len(shown_as.labels) - 1} of a column that a query can name",
                "Brush a histogram again.",
            )  # fmt: skip
        return dimension, (first, last)


def crossfilter(
    ev: Evaluation, *, split: str | None = None, cancelled: Callable[[], bool] = lambda: False
) -> CrossfilterResult:
    """Count every column in bins, with the errors in each bin.

    Which rows are these, on every axis at once? Numbers and datetimes get at most 40 bins of round width (over the
    middle 99% where the tails are long; the outermost bins take the rest), categories the 20 most frequent values,
    texts bins of their length. Missing values are a bin of their own. All rows are counted; only the bins' places
    are chosen from an even sample of them.

    Parameters
    ----------
    ev
        The Evaluation.
    split
        Name of a split, "all" for the rows of every split, None for the held-out one when there is one.
    cancelled
        Asked often; True ends the counting with ``CountingCancelled``.

    Returns
    -------
    CrossfilterResult
        Histograms, ``.query(brushes)`` and ``.cube(active, brushes)``. A bin with many errors says where, not why:
        dimensions hang together, and a brush shows only what it leaves.

    Raises
    ------
    MldTypeError, MldValueError
        ``MLD-O61`` without an Evaluation, ``MLD-W36`` for a split that is not there.
    """
    evaluation = checked_evaluation(ev)
    searched = searched_rows(evaluation, split)
    columns = [source(searched.rows) for source in _until(cancelled, column_sources(evaluation))]
    measured = _Measured.of(evaluation, searched.rows)
    ranked, left_out = most_telling(columns, searched.rows, measured.metric)
    return _counted(evaluation, searched, measured, ranked, tuple(column.name for column in left_out), cancelled)


def recounted(
    result: CrossfilterResult, ev: Evaluation, *, cancelled: Callable[[], bool] = lambda: False
) -> CrossfilterResult:
    """Count the same rows again where only the answers are others, as at another threshold.

    Features keep their bins and their places, so that nothing jumps about while a threshold is moved.
    """
    kept = [
        column
        for column, dimension in zip(result.table.columns, result.dimensions, strict=True)
        if dimension.role in ("feature", "metadata")
    ]
    searched = SearchedRows(result.table.rows, result.split, result.table.scope)
    return _counted(ev, searched, _Measured.of(ev, searched.rows), kept, result.left_out, cancelled)


@dataclass(frozen=True, slots=True)
class _Measured:
    """The metric over the counted rows: its name, its values with 0 where they are not known, and how many are."""

    label: str
    metric: Metric
    n_known: int

    @classmethod
    def of(cls, ev: Evaluation, rows: npt.NDArray[np.intp]) -> _Measured:
        """Measure ``rows`` with the metric of the task."""
        measured = row_metric(ev)
        values = np.asarray(measured.values)[rows]
        known = np.isfinite(values)
        metric = Metric(np.where(known, values, 0).astype(np.float32), measured.binary)
        return cls(measured.label, metric, int(known.sum()))


def _counted(
    ev: Evaluation,
    searched: SearchedRows,
    measured: _Measured,
    columns: Sequence[BinnedColumn],
    left_out: tuple[str, ...],
    cancelled: Callable[[], bool],
) -> CrossfilterResult:
    outcomes = [source(searched.rows) for source in _until(cancelled, outcome_sources(ev))]
    metric, n, n_known = measured.metric, len(searched.rows), measured.n_known
    table = BinnedTable((*columns, *outcomes), searched.rows, metric, searched.query)
    overall = float(metric.values.sum(dtype=np.float64) / n_known) if n_known else float("nan")
    return CrossfilterResult(
        "crossfilter",
        _dimensions(table),
        n,
        searched.split,
        measured.label,
        metric.binary,
        overall,
        n - n_known,
        left_out,
        table,
    )


def _until(cancelled: Callable[[], bool], sources: Iterable[Source]) -> Iterator[Source]:
    for source in sources:
        if cancelled():
            raise CountingCancelled
        yield source


def _dimensions(table: BinnedTable) -> tuple[Dimension, ...]:
    return tuple(_dimension(*pair) for pair in zip(table.columns, table.histograms(), strict=True))


def _dimension(column: BinnedColumn, joint: Joint) -> Dimension:
    return Dimension(
        column.name,
        column.role,
        column.kind,
        column.edges,
        column.labels,
        column.starts,
        column.ends,
        column.has_missing,
        np.full(column.size, column.selectable, np.uint8),
        joint.counts[0].astype(np.int32),
        joint.errors[0].astype(np.float32),
    )


def _selected(brushes: tuple[BrushedBins, ...], joints: Sequence[Joint], mask: npt.NDArray[np.bool_]) -> SelectedBins:
    counts = np.concatenate([joint.counts[0] for joint in joints]).astype(np.int32)
    errors = np.concatenate([joint.errors[0] for joint in joints]).astype(np.float32)
    return SelectedBins(brushes, counts, errors, int(np.count_nonzero(mask)))


def _cumulated(tables: Sequence[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    """Return (bins of the first + 1, bins of all) sums over the first 0, 1, 2, ... bins of the first."""
    beside = np.concatenate(tables, axis=1)
    return np.concatenate([np.zeros((1, beside.shape[1]), beside.dtype), np.cumsum(beside, axis=0)])


def _share(errors: npt.NDArray[Any], counts: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    means = np.full(len(counts), np.nan)
    np.divide(errors, counts, out=means, where=counts > 0)
    return means
