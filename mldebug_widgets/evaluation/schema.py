"""One ``Feature`` per column: kind, categories, range, missing. The only place that decides kinds."""

from __future__ import annotations

from collections.abc import Hashable
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


types = pd.api.types
MAX_CATEGORIES = 200
HISTOGRAM_BINS = 30
FEW_VALUES = 50
LONG_TEXT = 60  # characters: longer values on average are sentences, not names of a category

# What pandas finds in a column of objects -> kind. What is not named here is text or categories.
_OBJECT_KINDS: dict[str, FeatureKind] = {
    "boolean": "boolean",
    "integer": "numeric",
    "floating": "numeric",
    "mixed-integer-float": "numeric",
    "decimal": "numeric",
    "date": "datetime",
    "datetime": "datetime",
    "datetime64": "datetime",
}


def describe_features(frame: pd.DataFrame) -> tuple[Feature, ...]:
    """Describe every column of ``frame``, all rows counted.

    Returns
    -------
    tuple of Feature
        One per column, in order.
    """
    return tuple(_describe(frame.iloc[:, position], position) for position in range(frame.shape[1]))


def kind_of(column: pd.Series) -> FeatureKind:
    """Decide what a column holds.

    Text with at most ``FEW_VALUES`` distinct values, or with at most half as many as rows, counts as categories,
    unless the values are as long as sentences.
    """
    kind = _kind_of_dtype(column)
    return kind if kind is not None else _kind_of_counts(_counts_of(column))


def column_numbers(column: pd.Series, kind: FeatureKind) -> npt.NDArray[np.float64]:
    """Return a numeric, boolean or datetime column as float64, NaN where missing.

    Booleans are 0 and 1, datetimes milliseconds since 1970 UTC, timedeltas milliseconds.
    """
    dtype = column.dtype
    if kind == "datetime":
        if types.is_object_dtype(dtype):
            column = pd.to_datetime(column, errors="coerce", utc=True)
        return _milliseconds(pd.DatetimeIndex(column))
    if types.is_timedelta64_dtype(dtype):
        return _milliseconds(pd.TimedeltaIndex(column))
    if types.is_object_dtype(dtype):
        column = pd.to_numeric(column.astype(object).where(column.notna(), np.nan), errors="coerce")
    return np.asarray(column.to_numpy(dtype=np.float64, na_value=np.nan))


def _milliseconds(moments: pd.DatetimeIndex | pd.TimedeltaIndex) -> npt.NDArray[np.float64]:
    # Through nanoseconds or microseconds to floats, because whole milliseconds would cut what lies between.
    per_ms = {"ns": 1e6, "us": 1e3, "ms": 1.0, "s": 1e-3}[moments.unit]
    numbers = np.asarray(moments.asi8, dtype=np.float64) / per_ms
    numbers[np.asarray(moments.isna())] = np.nan
    return numbers


def _kind_of_dtype(column: pd.Series) -> FeatureKind | None:
    """Return the kind where the dtype (or the type of the objects) decides it, None for text."""
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype | pd.PeriodDtype | pd.IntervalDtype):
        return "categorical"
    if types.is_bool_dtype(dtype):
        return "boolean"
    if types.is_datetime64_any_dtype(dtype) or "date32" in str(dtype) or "date64" in str(dtype):
        return "datetime"
    if types.is_timedelta64_dtype(dtype) or (types.is_numeric_dtype(dtype) and not types.is_complex_dtype(dtype)):
        return "numeric"
    if not types.is_object_dtype(dtype):
        return None
    return _OBJECT_KINDS.get(types.infer_dtype(column, skipna=True))


def _counts_of(column: pd.Series) -> pd.Series | None:
    """Return rows per distinct present value in the order in which they first occur; None without distinct values."""
    if types.is_object_dtype(column.dtype) and not all(isinstance(value, Hashable) for value in column[:1000]):
        return None
    try:
        counts = column.value_counts(sort=False)
    except (TypeError, NotImplementedError):  # something without a hash further down
        return None
    return counts[counts > 0]


def _kind_of_counts(counts: pd.Series | None) -> FeatureKind:
    if counts is None:
        return "text"
    few = len(counts) <= FEW_VALUES
    if not few and len(counts) > counts.sum() / 2:
        return "text"
    seen = [len(str(value)) for value in counts.index[:MAX_CATEGORIES]]
    return "text" if seen and sum(seen) / len(seen) > LONG_TEXT else "categorical"


def _describe(column: pd.Series, position: int) -> Feature:
    kind = _kind_of_dtype(column)
    missing = int(column.isna().sum())
    if kind in ("numeric", "datetime"):
        return _ranged(column, position, kind, missing, _raw_numbers(column, kind))
    counted = _counts_of(column)
    kind = kind or _kind_of_counts(counted)
    if counted is None:
        counted = column.dropna().astype(str).value_counts(sort=False)
    shown = counted.sort_values(ascending=False, kind="stable")[:MAX_CATEGORIES] if kind != "text" else counted[:0]
    categories = tuple(str(value) for value in shown.index)
    counts = np.asarray(shown.to_numpy(), dtype=np.int32)
    name, dtype = str(column.name), str(column.dtype)
    return Feature(name, position, kind, dtype, False, missing, len(counted), None, None, categories, counts)


def _raw_numbers(column: pd.Series, kind: FeatureKind) -> npt.NDArray[np.generic]:
    """Return the numbers of a column; plain integers stay integers, because floats merge those above 2**53."""
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "iuf":
        return np.asarray(column.to_numpy())
    return column_numbers(column, kind)


def _ranged(
    column: pd.Series, position: int, kind: FeatureKind, missing: int, numbers: npt.NDArray[np.generic]
) -> Feature:
    """Describe numbers from one sorted copy: range, distinct values and histogram all fall out of it."""
    ordered = np.sort(numbers)  # NaN goes to the end
    present = len(ordered) - (int(np.isnan(ordered).sum()) if ordered.dtype.kind == "f" else 0)
    ordered = ordered[:present]
    unique = int(np.count_nonzero(ordered[1:] != ordered[:-1])) + 1 if present else 0
    if ordered.dtype.kind == "f":
        ordered = ordered[np.searchsorted(ordered, -np.inf, "right") : np.searchsorted(ordered, np.inf)]
    low = high = None
    counts = np.empty(0, np.int32)
    if len(ordered):
        low, high = float(ordered[0]), float(ordered[-1])
        counts = _histogram(ordered, low, high)
    whole = ordered.dtype.kind in "iu" or bool(np.all(np.floor(ordered) == ordered))
    integer = kind == "numeric" and len(ordered) > 0 and whole
    return Feature(str(column.name), position, kind, str(column.dtype), integer, missing, unique, low, high, (), counts)


def _histogram(ordered: npt.NDArray[np.generic], low: float, high: float) -> npt.NDArray[np.int32]:
    if not low < high or not np.isfinite(high - low):
        return np.empty(0, np.int32)
    inner = low + (np.arange(1, HISTOGRAM_BINS) / HISTOGRAM_BINS) * (high - low)
    cuts = np.searchsorted(ordered, inner.astype(ordered.dtype) if ordered.dtype.kind == "f" else inner)
    return np.diff(np.concatenate(([0], cuts, [len(ordered)]))).astype(np.int32)
