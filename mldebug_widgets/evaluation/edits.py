"""One row with other values: what a what-if slider asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from mldebug_widgets.errors import MldTypeError, MldValueError, shown

Scalar = float | int | str | bool | None


class RowEditor:
    """Makes one-row frames with edited values, keeping dtypes and categories."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame = frame

    def edited(self, row: int, edits: Mapping[int, Scalar]) -> pd.DataFrame:
        """Return row ``row`` as a one-row frame with ``edits`` {column position: value} applied."""
        n, p = self._frame.shape
        if isinstance(row, bool) or not isinstance(row, int | np.integer) or not 0 <= row < n:
            raise MldValueError("MLD-W30", "row", f"got {shown(row)}", f"a row from 0 to {n - 1}", "Pick a row.")
        result = self._frame.iloc[int(row) : int(row) + 1].copy()
        for position, value in edits.items():
            if isinstance(position, bool) or not isinstance(position, int | np.integer) or not 0 <= position < p:
                raise MldValueError(
                    "MLD-W31", "edits", f"column {shown(position)}", f"a column position from 0 to {p - 1}", "Use one."
                )
            result.isetitem(int(position), cast_value(value, self._frame.iloc[:, int(position)]))
        return result


def cast_value(value: Scalar, column: pd.Series) -> Any:
    """Return ``value`` as an array of one, in the dtype of ``column`` where that can hold it."""
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return pd.Categorical([None if value is None else _category(value, dtype, column.name)], dtype=dtype)
    if pd.api.types.is_datetime64_any_dtype(dtype):
        if value is None:
            return pd.array([pd.NaT], dtype=dtype)
        stamp = pd.Timestamp(_number(value, column.name), unit="ms", tz="UTC")
        zone = getattr(dtype, "tz", None)
        stamp = stamp.tz_localize(None) if zone is None else stamp.tz_convert(zone)
        return pd.array([stamp], dtype=dtype)
    if pd.api.types.is_bool_dtype(dtype):
        return pd.array([value], dtype=dtype)
    if pd.api.types.is_numeric_dtype(dtype):
        if value is None:
            return np.array([np.nan]) if isinstance(dtype, np.dtype) else pd.array([None], dtype=dtype)
        number = _number(value, column.name)
        if pd.api.types.is_integer_dtype(dtype) and not float(number).is_integer():
            return np.array([number], np.float64)
        return pd.array([number], dtype=dtype)
    return pd.array([value], dtype=dtype)


def _number(value: Scalar, name: Any) -> float:
    if value is None or isinstance(value, str):
        raise MldTypeError("MLD-W32", "edits", f"{shown(value)} for column {name!r}", "a number", "Pass a number.")
    return float(value)


def _category(value: Scalar, dtype: pd.CategoricalDtype, name: Any) -> Any:
    for category in dtype.categories:
        if category == value or str(category) == str(value):
            return category
    raise MldValueError(
        "MLD-W33", "edits", f"{shown(value)} for column {name!r}", "one of its categories", "Pick a category."
    )
