"""What goes between the kernel and a strip of histograms: brushes, and counts that answer them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


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


@dataclass(frozen=True, slots=True, eq=False)
class SelectedBins:
    """What some rows are made of, bin by bin.

    Attributes
    ----------
    brushes
        The brushes that they were selected by, if they were.
    counts, errors
        (bins of all dimensions together) rows and sum of the metric; those of a brushed dimension leave its own brush
        out, so that it still shows what lies outside it.
    n
        Number of selected rows among those of the histograms.
    """

    brushes: tuple[BrushedBins, ...]
    counts: npt.NDArray[np.int32]
    errors: npt.NDArray[np.float32]
    n: int


@dataclass(frozen=True, slots=True, eq=False)
class CarriedPairs:
    """What a file without a kernel needs to follow one brush.

    Attributes
    ----------
    counts, errors
        The joint histograms of dimensions 0 and 1, 0 and 2, ..., 1 and 2, ... one after the other; each has a row per
        bin of its first dimension.
    rows
        (m,) positions of the rows that the file carries.
    bins
        (m, dimensions) the bins that they are in.
    """

    counts: npt.NDArray[np.int32]
    errors: npt.NDArray[np.float32]
    rows: npt.NDArray[np.int32]
    bins: npt.NDArray[np.uint8]
