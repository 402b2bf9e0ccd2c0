"""Columns of every dtype as numbers, texts, codes and scalars."""

from __future__ import annotations

import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from mldebug_widgets.analyzers.columns import column_codes, column_numbers, column_texts, scalar_at

NOON = pd.Timestamp("2021-03-28 12:00", tz="UTC")
MILLISECONDS = NOON.timestamp() * 1000


@pytest.mark.parametrize(
    "column",
    [
        pd.Series([1, 2, 3], dtype="int16"),
        pd.Series([1.0, 2.0, 3.0], dtype="float32"),
        pd.Series([1, 2, 3], dtype="Int64"),
        pd.Series([1, 2, 3], dtype="UInt8"),
        pd.Series([1, 2, 3], dtype="int64[pyarrow]"),
        pd.Series([1, 2, 3], dtype="double[pyarrow]"),
        pd.Series([1, Decimal(2), 3.0], dtype=object),
    ],
)
def test_numbers_of_every_dtype(column: pd.Series) -> None:
    np.testing.assert_array_equal(column_numbers(column, "numeric"), [1.0, 2.0, 3.0])


@pytest.mark.parametrize("dtype", ["Int32", "Float64", "int64[pyarrow]", "float64", object])
def test_missing_numbers_are_nan(dtype: str) -> None:
    column = pd.Series([1, None], dtype=dtype)
    np.testing.assert_array_equal(column_numbers(column, "numeric"), [1.0, np.nan])


def test_numpy_floats_are_not_copied() -> None:
    values = np.ones(4, np.float32)
    assert np.shares_memory(column_numbers(pd.Series(values, copy=False), "numeric"), values)


@pytest.mark.parametrize("dtype", ["bool", "boolean", "bool[pyarrow]"])
def test_switches_are_0_and_1(dtype: str) -> None:
    np.testing.assert_array_equal(column_numbers(pd.Series([True, False], dtype=dtype), "boolean"), [1.0, 0.0])


@pytest.mark.parametrize(
    "column",
    [
        pd.Series([NOON, None]),
        pd.Series([NOON.tz_convert("Asia/Tokyo"), None]),
        pd.Series([NOON.tz_localize(None), None]),
        pd.Series([NOON.tz_localize(None), None]).astype("datetime64[s]"),
        pd.Series([NOON.tz_localize(None), None], dtype="timestamp[us][pyarrow]"),
        pd.Series([NOON, None], dtype="timestamp[ns, tz=Europe/Berlin][pyarrow]"),
    ],
)
def test_moments_are_milliseconds_since_1970_utc(column: pd.Series) -> None:
    np.testing.assert_array_equal(column_numbers(column, "datetime"), [MILLISECONDS, np.nan])
    assert scalar_at(column, 0, "datetime") == MILLISECONDS
    assert scalar_at(column, 1, "datetime") is None


def test_durations_are_milliseconds() -> None:
    column = pd.Series([pd.Timedelta(seconds=2), None])
    np.testing.assert_array_equal(column_numbers(column, "numeric"), [2_000.0, np.nan])


def test_texts() -> None:
    column = pd.Series(["a", None, 3, datetime.date(2020, 1, 2)], dtype=object)
    assert column_texts(column) == ("a", None, "3", "2020-01-02")


def test_codes_are_in_the_order_that_pandas_sorts() -> None:
    codes, values = column_codes(pd.Series(["b", None, "a", "b"]))
    assert codes.tolist() == [1, -1, 0, 1]
    assert values.tolist() == ["a", "b"]
    codes, values = column_codes(pd.Series(pd.Categorical(["low", None, "top"], ["top", "low"], ordered=True)))
    assert codes.tolist() == [1, -1, 0]
    assert values.tolist() == ["top", "low"]


@pytest.mark.parametrize("cells", [["x", 3, None, "x"], [["x"], [3], None, ["x"]]])
def test_codes_of_values_that_cannot_be_compared(cells: list[object]) -> None:
    codes, values = column_codes(pd.Series(cells, dtype=object))
    assert codes[0] == codes[3] != codes[1]
    assert codes[2] == -1
    assert len(values) == 2


def test_scalars() -> None:
    assert scalar_at(pd.Series([True, False]), 1, "boolean") is False
    assert scalar_at(pd.Series([1, None], dtype="Int64"), 0, "numeric") == 1.0
    assert scalar_at(pd.Series([1, None], dtype="Int64"), 1, "numeric") is None
    assert scalar_at(pd.Series(pd.Categorical([7, 8])), 1, "categorical") == "8"
