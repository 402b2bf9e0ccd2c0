"""Which rows are these, on every axis at once? Linked histograms, and the cubes that let them follow a brush."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Role = Literal["feature", "metadata", "target", "prediction", "loss"]


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
    selectable
        (number of bins,) 1 where a bin can be part of a query; "other" cannot.
    counts, errors
        (number of bins,) rows, and sum of the metric.
    """

    name: str
    role: Role
    kind: Literal["numeric", "datetime", "categorical"]
    edges: npt.NDArray[np.float64]
    labels: tuple[str, ...]
    selectable: npt.NDArray[np.uint8]
    counts: npt.NDArray[np.int32]
    errors: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class CrossfilterResult:
    """Histograms of every feature, target, prediction and loss over all rows (or all rows of one split)."""

    kind: Literal["crossfilter"]
    dimensions: tuple[Dimension, ...]
    n: int
    split: str
    metric_label: str
    overall: float


@dataclass(frozen=True, slots=True, eq=False)
class BrushedBins:
    """One brush: the bins from ``first`` to ``last``, both included, of one dimension."""

    dimension: int
    first: int
    last: int


@dataclass(frozen=True, slots=True, eq=False)
class BrushCube:
    """Everything that a browser needs to follow one brush without asking again.

    Attributes
    ----------
    active
        The dimension that is being brushed.
    brushes
        The other brushes, held fixed.
    counts, errors
        (bins of active + 1, bins of all dimensions together): cumulative over the active dimension's bins, so that the
        bins ``i`` to ``j`` hold row ``j + 1`` minus row ``i``; dimensions stand one after the other. The columns of a
        dimension with a fixed brush leave that brush out, so that it still shows what lies outside it.
    """

    active: int
    brushes: tuple[BrushedBins, ...]
    counts: npt.NDArray[np.int32]
    errors: npt.NDArray[np.float32]
