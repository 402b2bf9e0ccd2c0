"""Where a cell stands among its column's values: the colour of a beeswarm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from mldebug_widgets.analyzers.columns import column_numbers

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation
    from mldebug_widgets.evaluation.schema import FeatureKind

Floats = npt.NDArray[np.float32]

#: Rows that stand for a column, and places among them: as many as a colour can show.
_ROWS = 20_000
_PLACES = 256


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """Where cells stand among their columns' values: looked up when asked.

    ``scales`` (p,) each column's values in order, as many as a colour can show; None where it has no order.
    """

    cells: pd.DataFrame
    scales: tuple[_Scale | None, ...]

    def of(self, chosen: npt.NDArray[np.intp] | slice = slice(None)) -> Floats:
        """Return (c, p) the places of the chosen rows of ``cells`` (all without); NaN where missing or without order.

        0 to 1, to about half a hundredth, or a hundredth above 20,000 rows; equal values share the middle of their
        places.
        """
        cells = self.cells.iloc[chosen]
        levels = np.full(cells.shape, np.nan, dtype=np.float32)
        for position, scale in enumerate(self.scales):
            if scale is not None:
                levels[:, position] = scale.places(cells.iloc[:, position])
        return levels


def levels_of(ev: Evaluation, cells: pd.DataFrame) -> Levels:
    """Return what tells the places of ``cells``, rows of the Evaluation's table, among all rows' values."""
    compared = np.arange(ev.n)
    if ev.n > _ROWS:
        compared = np.random.default_rng(0).choice(ev.n, _ROWS, replace=False)
    return Levels(
        cells, tuple(_scale(ev.X.iloc[:, feature.position], feature.kind, compared) for feature in ev.features)
    )


def _scale(column: pd.Series, kind: FeatureKind, compared: npt.NDArray[np.intp]) -> _Scale | None:
    if kind in ("numeric", "boolean", "datetime"):
        ordered = np.sort(column_numbers(column.iloc[compared], kind))
        ordered = ordered[: len(ordered) - int(np.isnan(ordered).sum())]
        if len(ordered) > _PLACES:
            ordered = ordered[np.linspace(0, len(ordered) - 1, _PLACES).astype(np.intp)]
        return _Numbers(kind, ordered)
    if isinstance(column.dtype, pd.CategoricalDtype) and column.dtype.ordered and len(column.cat.categories) > 1:
        return _Categories()
    return None


class _Scale(Protocol):
    def places(self, column: pd.Series) -> Floats: ...


@dataclass(frozen=True, slots=True, eq=False)
class _Numbers:
    """Values of a column in order."""

    kind: FeatureKind
    ordered: npt.NDArray[Any]

    def places(self, column: pd.Series) -> Floats:
        wanted = column_numbers(column, self.kind)
        if not len(self.ordered):
            return np.full(len(wanted), np.nan, dtype=np.float32)
        # One search; where the cell is itself among the values, the end of its run of equals is known.
        ends = np.searchsorted(self.ordered, self.ordered, "right")
        left = np.searchsorted(self.ordered, wanted, "left")
        at = np.minimum(left, len(self.ordered) - 1)
        right = np.where(self.ordered[at] == wanted, ends[at], left)
        levels = ((left + right) / (2 * len(self.ordered))).astype(np.float32)
        levels[np.isnan(wanted)] = np.nan
        return levels


class _Categories:
    """Ordered categories, evenly spaced."""

    def places(self, column: pd.Series) -> Floats:
        codes = column.cat.codes.to_numpy().astype(np.float32)
        return np.where(codes < 0, np.float32(np.nan), codes / (len(column.cat.categories) - 1))
