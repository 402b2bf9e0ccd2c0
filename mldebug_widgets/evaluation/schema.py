"""One ``Feature`` per column: kind, categories, range, missing. The only place that decides kinds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

FeatureKind = Literal["numeric", "boolean", "categorical", "datetime", "text"]


@dataclass(frozen=True, slots=True, eq=False)
class Feature:
    """What one column of the raw table holds, as far as a control or a chart must know.

    Attributes
    ----------
    name
        Column name as text, exactly as the user wrote it (``str(label)`` for labels that are not text).
    position
        Column position in ``Evaluation.X``. Views refer to columns by position, never by name.
    kind
        ``numeric``, ``boolean``, ``categorical``, ``datetime`` or ``text``.
    dtype
        The pandas dtype as text, for display.
    integer
        True when every present numeric value is a whole number.
    missing, unique
        Number of missing rows, number of distinct present values.
    low, high
        Smallest and largest finite present value; milliseconds since 1970 UTC for datetimes;
        None where there is no order or no finite value.
    categories
        Distinct values as text, most frequent first, at most ``MAX_CATEGORIES``; empty for numeric,
        datetime and text columns. ``unique`` says how many there are in all.
    counts
        Histogram: rows per category (same order as ``categories``), or rows per bin of equal width
        between ``low`` and ``high`` (``HISTOGRAM_BINS`` bins; empty when there is no range).
    """

    name: str
    position: int
    kind: FeatureKind
    dtype: str
    integer: bool
    missing: int
    unique: int
    low: float | None
    high: float | None
    categories: tuple[str, ...]
    counts: npt.NDArray[np.int32]


MAX_CATEGORIES = 200
HISTOGRAM_BINS = 30


def describe_features(frame: pd.DataFrame) -> tuple[Feature, ...]:
    """Return one ``Feature`` per column of ``frame``."""
    return tuple(_describe(frame.iloc[:, position], position) for position in range(frame.shape[1]))


def _describe(column: pd.Series, position: int) -> Feature:
    missing = int(column.isna().sum())
    present = column.dropna()
    kind = kind_of(column)
    low = high = None
    categories: tuple[str, ...] = ()
    counts: npt.NDArray[np.int32] = np.empty(0, np.int32)
    if kind in ("numeric", "datetime"):
        numbers = column_numbers(present, kind)
        numbers = numbers[np.isfinite(numbers)]
        if len(numbers):
            low, high = float(numbers.min()), float(numbers.max())
            counts = np.histogram(numbers, bins=HISTOGRAM_BINS, range=(low, high))[0].astype(np.int32)
    elif kind in ("boolean", "categorical"):
        table = present.value_counts()
        table = table[table > 0]
        categories = tuple(str(value) for value in table.index[:MAX_CATEGORIES])
        counts = table.to_numpy()[:MAX_CATEGORIES].astype(np.int32)
    integer = kind == "numeric" and not np.any(np.mod(column_numbers(present, kind), 1))
    return Feature(
        str(column.name), position, kind, str(column.dtype), integer, missing, int(present.astype(object).nunique()),
        low, high, categories, counts,
    )  # fmt: skip


def kind_of(column: pd.Series) -> FeatureKind:
    """Decide the kind of one column."""
    types = pd.api.types
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return "categorical"
    if types.is_bool_dtype(dtype):
        return "boolean"
    if types.is_datetime64_any_dtype(dtype):
        return "datetime"
    if types.is_numeric_dtype(dtype):
        return "numeric"
    present = column.dropna()
    unique = present.astype(str).nunique()
    return "categorical" if unique <= 50 or unique <= len(present) / 2 else "text"


def column_numbers(column: pd.Series, kind: FeatureKind) -> npt.NDArray[np.float64]:
    """Return a numeric, boolean or datetime column as float64, NaN where missing.

    Booleans are 0 and 1, datetimes milliseconds since 1970 UTC.
    """
    if kind == "datetime":
        stamps = pd.DatetimeIndex(column).as_unit("ms")
        numbers = stamps.asi8.astype(np.float64)
        numbers[stamps.isna()] = np.nan
        return numbers
    return np.asarray(column.to_numpy(dtype=np.float64, na_value=np.nan))
