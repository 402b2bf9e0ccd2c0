"""One row with other values: what a what-if slider asks for, many times a second."""

from __future__ import annotations

import datetime
import decimal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mldebug_widgets.errors import MldTypeError, MldValueError, shown
from mldebug_widgets.evaluation.schema import kind_of

Scalar = float | int | str | bool | None
Caster = Callable[[Scalar], Any]
"""One value as it came from a view -> an array of one in the column's dtype."""


@dataclass(frozen=True, slots=True, eq=False)
class _Edited:
    """``frame``: row ``row`` with ``edits``; ``base``: the same row without."""

    row: int
    base: pd.DataFrame
    edits: dict[int, Scalar]
    frame: pd.DataFrame


class RowEditor:
    """Makes one-row frames with edited values, keeping dtypes and categories.

    The last row and how each column takes a value are kept, so that following a slider costs some microseconds per
    edited column.
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame = frame
        self._casters: dict[int, Caster] = {}
        # Replaced as a whole and never changed, because a slider and a worker may ask at the same time.
        self._last = _Edited(-1, frame.iloc[:0], {}, frame.iloc[:0])

    def edited(self, row: int, edits: Mapping[int, Scalar]) -> pd.DataFrame:
        """Return row ``row`` as a one-row frame with ``edits`` {column position: value} applied, not to be written to.

        Raises
        ------
        MldValueError
            ``MLD-W30`` no such row, ``MLD-W31`` no such column, ``MLD-W33`` a value the column cannot hold.
        MldTypeError
            ``MLD-W32`` a value of another kind than the column.
        """
        n = len(self._frame)
        if isinstance(row, bool) or not isinstance(row, int | np.integer) or not 0 <= row < n:
            raise MldValueError("MLD-W30", "row", f"got {shown(row)}", f"a row from 0 to {n - 1}", "Pick a row.")
        last = self._last
        if row != last.row:
            base = self._frame.iloc[int(row) : int(row) + 1].copy()
            last = _Edited(int(row), base, {}, base)
        self._last = last = self._follow(last, dict(edits))
        return last.frame

    def _follow(self, last: _Edited, edits: dict[int, Scalar]) -> _Edited:
        """Change only what differs from the last edits: while a slider is dragged, that is one column."""
        if last.edits.keys() - edits.keys():
            last = _Edited(last.row, last.base, {}, last.base)
        cells = {
            position: self._caster_of(position)(value)
            for position, value in edits.items()
            if position not in last.edits or not _same(value, last.edits[position])
        }
        if not cells:
            return last
        frame = last.frame.copy(deep=False)
        for position, cell in cells.items():
            frame.isetitem(position, cell)
        return _Edited(last.row, last.base, edits, frame)

    def _caster_of(self, position: int) -> Caster:
        """Return the function that turns a view's value into one cell of column ``position``."""
        found = self._casters.get(position)
        if found is None:
            p = self._frame.shape[1]
            if isinstance(position, bool) or not isinstance(position, int | np.integer) or not 0 <= position < p:
                raise MldValueError(
                    "MLD-W31", "edits", f"column {shown(position)}", f"a column position from 0 to {p - 1}",
                    "Refer to columns by position.",
                )  # fmt: skip
            found = self._casters[position] = _caster(self._frame.iloc[:, position])
        return found


def _same(left: Scalar, right: Scalar) -> bool:
    return type(left) is type(right) and left == right


def _caster(column: pd.Series) -> Caster:
    kind = kind_of(column)
    dtype = column.dtype
    if kind == "datetime":
        return _datetime_caster(column)
    if kind == "boolean":
        return _boolean_caster(column)
    if kind == "numeric":
        return _numeric_caster(column)
    if isinstance(dtype, pd.CategoricalDtype):
        return _category_caster(column.name, dtype)
    return _label_caster(column)


def _category_caster(name: Any, dtype: pd.CategoricalDtype) -> Caster:
    codes = {str(category): code for code, category in enumerate(dtype.categories)}

    def cast(value: Scalar) -> Any:
        code = -1 if value is None else codes.get(str(value))
        if code is None:
            some = ", ".join(list(codes)[:8])
            raise MldValueError(
                "MLD-W33", "edits", f"{shown(value)} for column {name!r}", f"one of its categories: {some}",
                "Pick a category that the column has.",
            )  # fmt: skip
        return pd.Categorical.from_codes([code], dtype=dtype)

    return cast


def _label_caster(column: pd.Series) -> Caster:
    """Text is taken as it is; other labels (periods, mixed objects) are found again by their text."""
    dtype = column.dtype
    is_text = not pd.api.types.is_object_dtype(dtype) and pd.api.types.is_string_dtype(dtype)
    known = {} if is_text else {str(value): value for value in _distinct(column)}
    missing = _missing_of(column)

    def cast(value: Scalar) -> Any:
        cell = missing if value is None else known.get(str(value), value)
        if pd.api.types.is_object_dtype(dtype):
            out = np.empty(1, object)
            out[0] = cell
            return out
        try:
            return pd.array([cell], dtype=dtype)
        except (TypeError, ValueError) as error:
            raise MldValueError(
                "MLD-W33", "edits", f"{shown(value)} for column {column.name!r}", f"a value of {dtype}",
                "Pick a value that the column has.",
            ) from error  # fmt: skip

    return cast


def _distinct(column: pd.Series) -> Any:
    try:
        return column.dropna().unique()
    except TypeError:
        return ()


def _missing_of(column: pd.Series) -> Any:
    """Return the value that stands for missing in an object column: the one it already uses."""
    absent = column[column.isna()]
    return absent.iloc[0] if len(absent) else None


def _boolean_caster(column: pd.Series) -> Caster:
    dtype = column.dtype

    def cast(value: Scalar) -> Any:
        if value is None and isinstance(dtype, np.dtype) and dtype.kind == "b":
            raise MldValueError(
                "MLD-W33", "edits", f"missing for column {column.name!r}", "true or false: the column has no missing",
                "Pick true or false.",
            )  # fmt: skip
        if value is not None and not isinstance(value, bool) and value not in (0, 1):
            raise _wrong_kind(value, column.name, "true or false")
        cell = None if value is None else bool(value)
        return np.array([cell], dtype=dtype) if isinstance(dtype, np.dtype) else pd.array([cell], dtype=dtype)

    return cast


def _numeric_caster(column: pd.Series) -> Caster:
    dtype, name = column.dtype, column.name
    if pd.api.types.is_timedelta64_dtype(dtype):
        return lambda value: pd.array([pd.NaT if value is None else _span(value, name)], dtype=dtype)
    if isinstance(dtype, np.dtype) and dtype.kind in "iu":
        return lambda value: _integer_cell(np.nan if value is None else _number(value, name), dtype)
    if isinstance(dtype, np.dtype) and dtype.kind == "f":
        return lambda value: np.array([np.nan if value is None else _number(value, name)], dtype=dtype)
    if pd.api.types.is_object_dtype(dtype):
        is_decimal = pd.api.types.infer_dtype(column, skipna=True) == "decimal"
        return lambda value: _object_number(value, name, is_decimal)
    return lambda value: _extension_number(value, name, dtype)


def _integer_cell(number: float, dtype: np.dtype[Any]) -> Any:
    limits = np.iinfo(dtype)
    fits = float(number).is_integer() and limits.min <= number <= limits.max
    return np.array([int(number)], dtype=dtype) if fits else np.array([number], dtype=np.float64)


def _object_number(value: Scalar, name: Any, is_decimal: bool) -> Any:
    out = np.empty(1, object)
    if value is not None:
        number = _number(value, name)
        out[0] = decimal.Decimal(str(number)) if is_decimal else number
    return out


def _extension_number(value: Scalar, name: Any, dtype: Any) -> Any:
    if value is None:
        return pd.array([None], dtype=dtype)
    number = _number(value, name)
    if pd.api.types.is_integer_dtype(dtype):
        return pd.array([int(number)], dtype=dtype) if number.is_integer() else pd.array([number], dtype="Float64")
    if getattr(getattr(dtype, "pyarrow_dtype", None), "scale", None) is not None:
        return pd.array([decimal.Decimal(str(number))], dtype=dtype)
    return pd.array([number], dtype=dtype)


def _datetime_caster(column: pd.Series) -> Caster:
    dtype, name = column.dtype, column.name
    of_dates = pd.api.types.infer_dtype(column, skipna=True) == "date" or "date" in str(dtype).partition("64")[0]
    zone = getattr(dtype, "tz", None) or getattr(getattr(dtype, "pyarrow_dtype", None), "tz", None)

    def cast(value: Scalar) -> Any:
        if value is None:
            return pd.array([pd.NaT], dtype=dtype)
        moment = _moment(value, name)
        local = moment.tz_localize(None) if zone is None else moment.tz_convert(zone)
        cell: pd.Timestamp | datetime.date = local.date() if of_dates and "datetime64" not in str(dtype) else local
        return pd.array([cell], dtype=dtype)

    return cast


def _span(value: Scalar, name: Any) -> pd.Timedelta:
    return _in_bounds(lambda number: pd.Timedelta(number, unit="ms"), value, name)


def _moment(value: Scalar, name: Any) -> pd.Timestamp:
    return _in_bounds(lambda number: pd.Timestamp(number, unit="ms", tz="UTC"), value, name)


def _in_bounds(make: Callable[[float], Any], value: Scalar, name: Any) -> Any:
    number = _number(value, name)
    try:
        return make(number)
    except (OverflowError, ValueError) as error:
        raise MldValueError(
            "MLD-W33", "edits", f"{shown(value)} for column {name!r}", "milliseconds that a date can hold",
            "Pass milliseconds since 1970.",
        ) from error  # fmt: skip


def _number(value: Scalar, name: Any) -> float:
    if value is None or isinstance(value, str):
        raise _wrong_kind(value, name, "a number")
    number = float(value)
    if number in (np.inf, -np.inf):
        raise _wrong_kind(value, name, "a finite number")
    return number


def _wrong_kind(value: Scalar, name: Any, allowed: str) -> MldTypeError:
    return MldTypeError("MLD-W32", "edits", f"{shown(value)} for column {name!r}", allowed, f"Pass {allowed}.")
