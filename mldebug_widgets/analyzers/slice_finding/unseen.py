"""Values that the training rows do not have."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from mldebug_widgets.analyzers.columns import column_numbers

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation
    from mldebug_widgets.evaluation.schema import Feature

Mask = npt.NDArray[np.bool_]


def unseen_values(ev: Evaluation, split: str, cancelled: Callable[[], bool] = lambda: False) -> list[tuple[str, Mask]]:
    """Return (column, which rows of ``split`` have a value that the train split does not) for columns with any.

    For numbers and datetimes: outside the range seen in training. For categories and booleans: not among those seen.
    A missing value counts where training has none. Free text is left out. What is there so far when ``cancelled``.
    """
    found: list[tuple[str, Mask]] = []
    train = ev.splits[str(ev.train)]
    for feature in ev.features:
        if cancelled():
            break
        if feature.kind == "text":
            continue
        column = ev.X.iloc[:, feature.position]
        unseen = _unseen(column.iloc[train], column.iloc[ev.splits[split]], feature)
        if unseen.any():
            found.append((feature.name, unseen))
    return found


def _unseen(train: pd.Series, cells: pd.Series, feature: Feature) -> Mask:
    missing = cells.isna().to_numpy(dtype=bool)
    if feature.kind in ("numeric", "datetime"):
        known, asked = column_numbers(train, feature.kind), column_numbers(cells, feature.kind)
        known = known[~np.isnan(known)]
        if not known.size:
            return np.asarray(~missing)
        outside = (asked < known.min()) | (asked > known.max())
    else:
        outside = ~_as_text(cells).isin(_as_text(train.dropna()).unique()).to_numpy(dtype=bool)
    return np.where(missing, not train.isna().any(), outside)


def _as_text(cells: pd.Series) -> pd.Series:
    """Return cells that can be looked up: categories and Arrow's values as objects, what has no hash as text."""
    if isinstance(cells.dtype, pd.CategoricalDtype | pd.ArrowDtype):
        return cells.astype(object)
    try:
        hash(tuple(cells.head(1)))
    except TypeError:
        return cells.map(str, na_action="ignore")
    return cells
