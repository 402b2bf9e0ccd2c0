"""Columns as numbers, batch by batch, without ever copying the table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Numbers = npt.NDArray[Any]


def _plain(series: pd.Series) -> Numbers | None:
    """Return a numeric or boolean column as a plain array (a view where it can be), or None for other kinds."""
    dtype = series.dtype
    if isinstance(dtype, np.dtype):
        if dtype.kind in "biuf":
            return np.asarray(series.to_numpy())
        if dtype.kind == "O":
            inferred = series.infer_objects()
            return _plain(inferred) if inferred.dtype.kind in "biuf" else None
        return None
    if isinstance(dtype, pd.CategoricalDtype) or not (
        pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_bool_dtype(dtype)
    ):
        return None
    return np.asarray(series.to_numpy(dtype=np.float64, na_value=np.nan))


def numeric_reader(frame: pd.DataFrame, dtype: Any = np.float32) -> Callable[[int, int], Numbers] | None:
    """Return a function from a row range to a fresh (rows, p) array of ``dtype``; None when a column is no number.

    The array is always a copy, so a model that writes into its input does not reach the user's table.
    """
    columns: list[Numbers] = []
    for position in range(frame.shape[1]):
        column = _plain(frame.iloc[:, position])
        if column is None:
            return None
        columns.append(column)

    def read(start: int, stop: int) -> Numbers:
        block = np.empty((stop - start, len(columns)), dtype)
        for position, column in enumerate(columns):
            block[:, position] = column[start:stop]
        return block

    return read
