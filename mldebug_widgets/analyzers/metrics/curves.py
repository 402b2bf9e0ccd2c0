"""Lines and grids reduced to what pixels can show, every row counted."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.metrics.ranking import Ranking

Float32s = npt.NDArray[np.float32]
Float64s = npt.NDArray[np.float64]
Line = tuple[Float32s, Float32s, int]


def roc_line(ranking: Ranking, columns: int) -> Line:
    """Return the ROC curve (x false-positive rate, y true-positive rate) from (0, 0) to (1, 1), reduced."""
    x = np.concatenate(([0.0], ranking.false_positive / max(ranking.negatives, 1)))
    y = np.concatenate(([0.0], ranking.true_positive / max(ranking.positives, 1)))
    return reduce_line(x, y, columns)


def precision_recall_line(ranking: Ranking, columns: int) -> Line:
    """Return the precision-recall curve (x recall, y precision), from the highest score to the lowest, reduced."""
    return reduce_line(ranking.true_positive / max(ranking.positives, 1), ranking.precision(), columns)


def reduce_line(x: Float64s, y: Float64s, columns: int) -> Line:
    """Keep the first, lowest, highest and last point of every pixel column, and say how many points there were.

    Drawn ``columns`` pixels wide the reduced line covers the same pixels as the whole one (M4: Jugel, Jerzak,
    Hackenbroich and Markl, 2014).

    Parameters
    ----------
    x
        (n,) in ascending order, from 0 to 1.
    y
        (n,).
    columns
        Pixel columns; at most four points of each are kept.
    """
    n_points = len(x)
    if n_points > 4 * columns:
        column = np.minimum((x * columns).astype(np.int32), columns - 1)
        starts = np.flatnonzero(np.diff(column, prepend=-1))
        ends = np.append(starts[1:], n_points) - 1
        lowest = _first_equal(y, np.minimum.reduceat(y, starts), starts, ends)
        highest = _first_equal(y, np.maximum.reduceat(y, starts), starts, ends)
        kept = np.unique(np.concatenate((starts, lowest, highest, ends)))
        x, y = x[kept], y[kept]
    return x.astype(np.float32), y.astype(np.float32), n_points


def _first_equal(
    y: Float64s, wanted: Float64s, starts: npt.NDArray[np.intp], ends: npt.NDArray[np.intp]
) -> npt.NDArray[np.intp]:
    """Return the position of the first point of each segment that has the segment's wanted value."""
    segment = np.repeat(np.arange(len(starts)), ends - starts + 1)
    matching = np.flatnonzero(y == wanted[segment])
    first = np.unique(segment[matching], return_index=True)[1]
    positions: npt.NDArray[np.intp] = matching[first]
    return positions


def grid_counts(x: npt.NDArray[Any], y: npt.NDArray[Any], low: float, high: float, size: int) -> npt.NDArray[np.int32]:
    """Count points in a (size, size) grid over the square from ``low`` to ``high``; row 0 is the lowest y."""
    cells = _cell(y, low, high, size) * size + _cell(x, low, high, size)
    return np.bincount(cells, minlength=size * size).reshape(size, size).astype(np.int32)


def _cell(values: npt.NDArray[Any], low: float, high: float, size: int) -> npt.NDArray[np.int32]:
    width = (high - low) / size
    return np.clip((values - low) / width, 0, size - 1).astype(np.int32)


def bin_counts(values: npt.NDArray[Any], edges: Float64s) -> tuple[npt.NDArray[np.int64], int, int]:
    """Return counts between equally spaced ``edges`` (the last bin closed), and how many lie below and above."""
    counts, _ = np.histogram(values, bins=len(edges) - 1, range=(float(edges[0]), float(edges[-1])))
    below = int(np.count_nonzero(values < edges[0]))
    return counts.astype(np.int64), below, len(values) - below - int(counts.sum())
