"""Which columns tell most of the errors: those come first, and those that tell least are left out of many."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.crossfilter_cubes.binned import BinnedColumn
from mldebug_widgets.analyzers.crossfilter_cubes.counting import Joint, Metric
from mldebug_widgets.analyzers.crossfilter_cubes.table import BinnedTable

#: Columns beyond this are left out, those first on whose values the metric depends least: a message has its size.
MOST_COLUMNS = 200


def most_telling(
    columns: Sequence[BinnedColumn], rows: npt.NDArray[np.intp], metric: Metric
) -> tuple[list[BinnedColumn], list[BinnedColumn]]:
    """Return the columns that have a histogram, most telling first, and those that are too many."""
    table = BinnedTable(tuple(columns), rows, metric, "")
    telling = [_spread(joint) for joint in table.histograms()]
    order = sorted(range(len(columns)), key=lambda place: -telling[place])
    ranked = [columns[place] for place in order]
    return ranked[:MOST_COLUMNS], ranked[MOST_COLUMNS:]


def _spread(joint: Joint) -> float:
    """Return how far the mean metric varies over the bins: its variance between them, less what chance alone gives.

    That is the numerator of omega squared, with the mean's own size in place of the variance within bins, so it
    orders columns of one table and says nothing more.
    """
    counts, errors = joint.counts[0], joint.errors[0]
    held = counts > 0
    total = counts.sum()
    if held.sum() < 2:
        return 0.0
    mean = errors.sum() / total
    between = float((counts[held] * (errors[held] / counts[held] - mean) ** 2).sum() / total)
    return float(between - (held.sum() - 1) * abs(mean) * max(1 - mean, 0.0) / total)
