"""A column's cells as a dependence plot counts them, and how its attributions run over them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.attributions import AttributionsResult
from mldebug_widgets.analyzers.columns import column_codes, column_numbers

if TYPE_CHECKING:
    import pandas as pd

    from mldebug_widgets.evaluation.schema import FeatureKind

Floats = npt.NDArray[np.floating[Any]]

#: Categories of a dependence plot, the most frequent ones.
MOST_CATEGORIES = 12
CURVE_BINS = 20
#: A mean of fewer rows says little, so that of few rows there are fewer bins, but enough for a curve.
ROWS_PER_BIN = 10
FEWEST_BINS = 4
ORDERED_KINDS = ("numeric", "datetime")
#: Values of rows that a file does not carry are drawn in it at one of so many places along their column's range.
ROUNDED_PLACES = 250


@dataclass(frozen=True, slots=True, eq=False)
class AttributionCurve:
    """How the attribution of a column runs over its values: means of all attributed rows.

    ``x`` (b,) mean value per bin, or the position of a label; ``mean`` (b,) mean attribution; ``count`` (b,) rows.
    ``n_missing`` rows have no value that ``x`` could hold, ``missing_mean`` is their mean attribution.
    """

    x: Floats
    mean: Floats
    count: npt.NDArray[np.int32]
    n_missing: int
    missing_mean: float


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """(m,) the cells of one column as numbers, or as positions in ``labels``."""

    x: npt.NDArray[np.float64]
    kind: FeatureKind
    labels: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether every number is a whole one: then so are the ticks of its axis."""
        present = self.x[np.isfinite(self.x)]
        return self.kind == "numeric" and present.size > 0 and bool((np.floor(present) == present).all())

    @property
    def origin(self) -> float:
        """What the cells on screen are counted from: the lowest of numbers and moments, 0 for labels."""
        present = self.x[np.isfinite(self.x)]
        return float(present.min()) if not self.labels and present.size else 0.0


def column_of(result: AttributionsResult, position: int, kinds: Sequence[FeatureKind]) -> Column:
    """Return the cells of the column at ``position``; ``kinds`` of all columns."""
    if not len(result.cells):
        return Column(np.full(len(result.rows), np.nan), "numeric", ())
    cells, kind = result.cells.iloc[:, position], kinds[position]
    if kind == "text":
        # Nearly every text is another one: they have no places, and are not put into a file by their values.
        return Column(np.full(len(cells), np.nan), kind, ())
    if kind in ORDERED_KINDS:
        return Column(np.asarray(column_numbers(cells, kind), dtype=np.float64), kind, ())
    places, labels = _categories(cells)
    return Column(places, kind, labels)


def _categories(cells: pd.Series) -> tuple[npt.NDArray[np.float64], tuple[str, ...]]:
    """Return (m,) positions among the labels: the most frequent values in their order, "others" and "missing"."""
    codes, values = column_codes(cells)
    counts = np.bincount(codes[codes >= 0], minlength=len(values))
    frequent = np.sort(np.argsort(-counts, kind="stable")[:MOST_CATEGORIES])
    frequent = frequent[counts[frequent] > 0]
    place = np.full(len(values) + 1, len(frequent))
    place[frequent] = np.arange(len(frequent))
    labels = [str(values[at]) for at in frequent]
    if (counts > 0).sum() > len(frequent):
        labels.append(f"{(counts > 0).sum() - len(frequent)} others")
    # The last place is that of code -1.
    place[-1] = len(labels)
    if (codes < 0).any():
        labels.append("missing")
    return place[codes].astype(np.float64), tuple(labels)


def curve_of(column: Column, values: npt.NDArray[np.float64]) -> AttributionCurve:
    """Return the means of (m,) attributions over bins of equally many rows, or over the labels."""
    known = np.isfinite(values)
    usable, missing = np.isfinite(column.x) & known, values[known & ~np.isfinite(column.x)]
    missing_mean = float(missing.mean()) if missing.size else float("nan")
    x, y = column.x[usable], values[usable]
    if not x.size:
        return AttributionCurve(np.zeros(0), np.zeros(0), np.zeros(0, np.int32), missing.size, missing_mean)
    if column.labels:
        bins, n_bins = x.astype(np.intp), len(column.labels)
    else:
        bins, n_bins = _bins(x)
    count = np.bincount(bins, minlength=n_bins)
    filled = count > 0
    means = [np.bincount(bins, weights=part, minlength=n_bins)[filled] / count[filled] for part in (x, y)]
    return AttributionCurve(means[0], means[1], count[filled].astype(np.int32), missing.size, missing_mean)


def _bins(x: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.intp], int]:
    """Return (m,) the bin of each number and how many there are: a bin per value where these are few."""
    values, places = np.unique(x, return_inverse=True)
    wanted = min(CURVE_BINS, max(FEWEST_BINS, len(x) // ROWS_PER_BIN))
    if len(values) <= (CURVE_BINS if len(x) >= 3 * len(values) else wanted):
        return places.astype(np.intp), len(values)
    edges = np.unique(np.quantile(x, np.linspace(0, 1, wanted + 1)))
    n_bins = max(len(edges) - 1, 1)
    return np.clip(np.searchsorted(edges, x, "right") - 1, 0, n_bins - 1), n_bins


def rounded(x: npt.NDArray[np.float64], low: float, high: float) -> npt.NDArray[np.float64]:
    """Return numbers as the middles of ``ROUNDED_PLACES`` equal parts of ``low`` to ``high``: as exact as a plot."""
    if not high > low:
        return x
    width = (high - low) / ROUNDED_PLACES
    return low + (np.clip(np.floor((x - low) / width), 0, ROUNDED_PLACES - 1) + 0.5) * width
