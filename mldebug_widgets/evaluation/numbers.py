"""Columns as numbers, batch by batch, without ever copying the table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Numbers = npt.NDArray[Any]
_FEW_ROWS = 256
Run = tuple[int, int, Numbers]
"""Columns ``first`` to ``last`` (exclusive) as one (n, columns) view."""


def plain_numbers(column: pd.Series) -> Numbers | None:
    """Return a numeric or boolean column as a plain array (a view where it can be), or None for other kinds."""
    dtype = column.dtype
    if isinstance(dtype, np.dtype):
        if dtype.kind in "biuf":
            return np.asarray(column.to_numpy())
        return _numbers_of_objects(column) if dtype.kind == "O" else None
    if isinstance(dtype, pd.CategoricalDtype) or not (
        pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_bool_dtype(dtype)
    ):
        return None
    return np.asarray(column.to_numpy(dtype=np.float64, na_value=np.nan))


def _numbers_of_objects(column: pd.Series) -> Numbers | None:
    inferred = column.infer_objects()
    if isinstance(inferred.dtype, np.dtype) and inferred.dtype.kind in "biuf":
        return np.asarray(inferred.to_numpy())
    if pd.api.types.infer_dtype(column, skipna=True) in ("boolean", "decimal"):
        return np.asarray(column.where(column.notna(), np.nan).to_numpy(dtype=np.float64))
    return None


def numeric_reader(frame: pd.DataFrame, dtype: Any = np.float32) -> Callable[[int, int], Numbers] | None:
    """Return a function from a row range to a fresh (rows, p) array of ``dtype``; None when a column is no number.

    The array is always a copy, so a model that writes into its input does not reach the user's table.
    """
    if len(frame) <= _FEW_ROWS:
        dtypes = list(frame.dtypes)
        if all(getattr(kind, "kind", "O") in "biuf" for kind in dtypes):
            return _small_reader(frame, all(isinstance(kind, np.dtype) for kind in dtypes), dtype)
    columns: list[Numbers] = []
    for position in range(frame.shape[1]):
        column = plain_numbers(frame.iloc[:, position])
        if column is None:
            return None
        columns.append(column)
    runs = _runs(columns)

    def read(start: int, stop: int) -> Numbers:
        block = np.empty((stop - start, len(columns)), dtype)
        for first, last, view in runs:
            block[:, first:last] = view[start:stop]
        return block

    return read


def _small_reader(frame: pd.DataFrame, plain: bool, dtype: Any) -> Callable[[int, int], Numbers]:
    """Read an edited row at once: preparing its columns one by one would take longer than the model."""
    numbers = frame.to_numpy(dtype) if plain else frame.to_numpy(dtype, na_value=np.nan)
    return lambda start, stop: numbers[start:stop].copy()


def _runs(columns: list[Numbers]) -> list[Run]:
    """Join neighbouring columns that lie at equal distances in memory into two-dimensional views.

    pandas keeps columns of one dtype in one block. Converting a block at once is up to five times as fast as
    converting its columns one after the other.
    """
    runs: list[Run] = []
    first = 0
    while first < len(columns):
        last = first + 1
        step = 0
        while last < len(columns) and _alike(columns[first], columns[last]):
            distance = _address(columns[last]) - _address(columns[last - 1])
            if last > first + 1 and distance != step:
                break
            step = distance
            last += 1
        column = columns[first]
        shape, strides = (len(column), last - first), (*column.strides, step)
        view = np.lib.stride_tricks.as_strided(column, shape, strides, writeable=False)
        runs.append((first, last, view))
        first = last
    return runs


def _alike(left: Numbers, right: Numbers) -> bool:
    return left.dtype == right.dtype and left.strides == right.strides


def _address(column: Numbers) -> int:
    return int(column.__array_interface__["data"][0])
