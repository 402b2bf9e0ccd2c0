"""Where a cell stands among its column's values: the colour of a beeswarm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mldebug_widgets.analyzers.columns import column_numbers

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation

Floats = npt.NDArray[np.float32]

#: Rows that stand for a column, and places among them: as many as a colour can show.
_ROWS = 20_000
_PLACES = 256


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """Where the cells of some rows of an Evaluation stand among their columns' values: looked up when asked."""

    ev: Evaluation
    rows: npt.NDArray[np.intp]

    def of(self, chosen: npt.NDArray[np.intp] | slice = slice(None)) -> Floats:
        """Return (c, p) the places of the chosen of the rows (all without), as ``levels_of`` does."""
        return levels_of(self.ev, self.rows[chosen])


def levels_of(ev: Evaluation, rows: npt.NDArray[np.intp]) -> Floats:
    """Return (m, p) each cell's place among its column's values, 0 to 1; NaN where missing or without an order.

    To about half a hundredth, or a hundredth above 20,000 rows; equal values share the middle of their places.
    """
    levels = np.full((len(rows), ev.X.shape[1]), np.nan, dtype=np.float32)
    compared = np.arange(ev.n)
    if ev.n > _ROWS:
        compared = np.random.default_rng(0).choice(ev.n, _ROWS, replace=False)
    for feature in ev.features:
        column = ev.X.iloc[:, feature.position]
        if feature.kind in ("numeric", "boolean", "datetime"):
            levels[:, feature.position] = _places(column_numbers(column, feature.kind), rows, compared)
        elif isinstance(column.dtype, pd.CategoricalDtype) and column.dtype.ordered and len(column.cat.categories) > 1:
            codes = column.cat.codes.to_numpy()[rows].astype(np.float32)
            levels[:, feature.position] = np.where(codes < 0, np.nan, codes / (len(column.cat.categories) - 1))
    return levels


def _places(numbers: npt.NDArray[Any], rows: npt.NDArray[np.intp], compared: npt.NDArray[np.intp]) -> Floats:
    ordered = np.sort(numbers[compared])
    ordered = ordered[: len(ordered) - int(np.isnan(ordered).sum())]
    if len(ordered) > _PLACES:
        ordered = ordered[np.linspace(0, len(ordered) - 1, _PLACES).astype(np.intp)]
    if not len(ordered):
        return np.full(len(rows), np.nan, dtype=np.float32)
    # One search; where the cell is itself among the places, the end of its run of equals is known.
    ends = np.searchsorted(ordered, ordered, "right")
    wanted = numbers[rows]
    left = np.searchsorted(ordered, wanted, "left")
    at = np.minimum(left, len(ordered) - 1)
    right = np.where(ordered[at] == wanted, ends[at], left)
    levels = ((left + right) / (2 * len(ordered))).astype(np.float32)
    levels[np.isnan(wanted)] = np.nan
    return levels
