"""One column of the raw table as numbers, texts, codes or scalars, whatever its pandas dtype."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mldebug_widgets.evaluation.schema import FeatureKind

Scalar = float | str | bool | None

NUMBER_KINDS = frozenset({"numeric", "boolean", "datetime"})


def column_numbers(column: pd.Series, kind: FeatureKind) -> npt.NDArray[Any]:
    """Return a numeric, boolean or datetime column as floats, NaN = missing.

    Numpy float columns come back as they are, without a copy; all others as float64. Booleans are 0 and 1, datetimes
    milliseconds since 1970 UTC.
    """
    if kind == "datetime":
        return _milliseconds(column)
    dtype = column.dtype
    if isinstance(dtype, np.dtype) and dtype.kind == "f":
        return np.asarray(column.to_numpy())
    if isinstance(dtype, np.dtype) and dtype.kind in "iub":
        return np.asarray(column.to_numpy().astype(np.float64))
    if isinstance(dtype, np.dtype) and dtype.kind == "m":
        return np.where(column.isna(), np.nan, column.to_numpy().astype("timedelta64[us]").astype(np.float64) / 1e3)
    if pd.api.types.is_object_dtype(dtype) or isinstance(dtype, pd.CategoricalDtype):
        column = pd.to_numeric(column.astype(object), errors="coerce")
    return np.asarray(column.to_numpy(dtype=np.float64, na_value=np.nan))


def _milliseconds(column: pd.Series) -> npt.NDArray[np.float64]:
    if not pd.api.types.is_datetime64_any_dtype(column.dtype):
        column = pd.to_datetime(column, errors="coerce", utc=True)
    moments = column.to_numpy(dtype="datetime64[us]", na_value=np.datetime64("NaT"))
    return np.where(np.isnat(moments), np.nan, moments.astype(np.int64) / 1e3)


def column_texts(column: pd.Series) -> tuple[str | None, ...]:
    """Return the values of a short column as text, None = missing."""
    missing = column.isna().to_numpy()
    return tuple(None if gone else str(value) for value, gone in zip(column, missing, strict=True))


def column_codes(column: pd.Series) -> tuple[npt.NDArray[np.int64], pd.Index]:
    """Return codes (n,) and the values they stand for, in sorted order; -1 = missing.

    Categories keep their own order, as when pandas sorts. Values of types that cannot be compared sort as text.
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy().astype(np.int64), column.cat.categories
    try:
        codes, values = pd.factorize(column, sort=True)
    except TypeError:
        texts = column.astype(object).map(str, na_action="ignore")
        codes, values = pd.factorize(texts, sort=True)
    return np.asarray(codes, dtype=np.int64), pd.Index(values)


def scalar_at(column: pd.Series, position: int, kind: FeatureKind) -> Scalar:
    """Return one value as the views hold it: number, switch, milliseconds or text; None = missing."""
    cell = column.iloc[position : position + 1]
    if bool(cell.isna().iloc[0]):
        return None
    if kind not in NUMBER_KINDS:
        return str(cell.iloc[0])
    number = float(column_numbers(cell, kind)[0])
    return bool(number) if kind == "boolean" else number
