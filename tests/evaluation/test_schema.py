"""What a column holds: kinds, ranges, categories and counts against brute force."""

from __future__ import annotations

import datetime
import decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mldebug_widgets.evaluation.schema import HISTOGRAM_BINS, MAX_CATEGORIES, column_numbers, describe_features, kind_of

DAY = 86_400_000.0
NEW_YEAR = 1_577_836_800_000.0  # 2020-01-01 UTC
DATES = [datetime.date(2020, 1, 1), None, datetime.date(2020, 1, 3)]
STAMPS = [pd.Timestamp("2020-01-01"), None, pd.Timestamp("2020-01-03")]
LOCAL = [pd.Timestamp("2020-01-01 01:00", tz="Europe/Rome"), None, pd.Timestamp("2020-01-03 01:00", tz="Europe/Rome")]

COLUMNS: dict[str, tuple[Any, str]] = {
    "float": ([1.0, np.nan, 3.0], "numeric"),
    "int": (np.array([1, 2, 3]), "numeric"),
    "uint8": (np.array([1, 2, 3], np.uint8), "numeric"),
    "float16": (np.array([1, 2, 3], np.float16), "numeric"),
    "Int64": (pd.array([1, None, 3], dtype="Int64"), "numeric"),
    "Float32": (pd.array([1, None, 3], dtype="Float32"), "numeric"),
    "arrow int": (pd.array([1, None, 3], dtype="int64[pyarrow]"), "numeric"),
    "arrow decimal": (pd.array([decimal.Decimal("1.5"), None], dtype=pd.ArrowDtype(pa.decimal128(9, 2))), "numeric"),
    "decimals": (np.array([decimal.Decimal("1.5"), None, decimal.Decimal("2")], dtype=object), "numeric"),
    "numbers as objects": (np.array([1, None, 2.5], dtype=object), "numeric"),
    "sparse": (pd.arrays.SparseArray([0.0, 0.0, 1.0]), "numeric"),
    "timedelta": (pd.to_timedelta([1, None, 3], unit="s"), "numeric"),
    "all missing": ([np.nan] * 3, "numeric"),
    "bool": ([True, False, True], "boolean"),
    "boolean": (pd.array([True, None, False], dtype="boolean"), "boolean"),
    "arrow bool": (pd.array([True, None, False], dtype="bool[pyarrow]"), "boolean"),
    "bools as objects": (np.array([True, None, False], dtype=object), "boolean"),
    "category": (pd.Categorical(["a", None, "b"], categories=["z", "a", "b"]), "categorical"),
    "category of numbers": (pd.Categorical([3, 1, 3]), "categorical"),
    "text": (["a", None, "b"], "categorical"),
    "string": (pd.array(["a", None, "b"], dtype="string"), "categorical"),
    "objects": (np.array(["a", None, "b"], dtype=object), "categorical"),
    "mixed objects": (np.array(["a", 1, 2.5], dtype=object), "categorical"),
    "period": (pd.period_range("2020", periods=3), "categorical"),
    "interval": (pd.IntervalIndex.from_breaks([0, 1, 2, 3]), "categorical"),
    "arrow dictionary": (
        pd.array(["a", None, "b"], dtype=pd.ArrowDtype(pa.dictionary(pa.int32(), pa.string()))),
        "categorical",
    ),
    "lists": (pd.Series([[1], None, [1]]), "text"),
    "sentences": ([f"the quick brown fox number {i} jumps over the lazy dog at the river" for i in range(60)], "text"),
    "ids": ([f"id{i}" for i in range(60)], "text"),
    "datetime": (pd.to_datetime(STAMPS), "datetime"),
    "datetime with zone": (pd.DatetimeIndex(LOCAL), "datetime"),
    "dates as objects": (np.array(DATES, dtype=object), "datetime"),
    "stamps as objects": (np.array(STAMPS, dtype=object), "datetime"),
    "arrow stamps": (pd.array(STAMPS, dtype="timestamp[us][pyarrow]"), "datetime"),
    "arrow dates": (pd.array(DATES, dtype="date32[day][pyarrow]"), "datetime"),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", COLUMNS)
def test_kinds(name: str) -> None:
    values, kind = COLUMNS[name]
    column = pd.Series(values, name=name)
    feature = describe_features(column.to_frame())[0]
    assert feature.kind == kind == kind_of(column)
    assert feature.missing == int(column.isna().sum())
    assert feature.dtype == str(column.dtype)
    assert feature.unique == len({str(value) for value in column.dropna()})
    assert feature.counts.dtype == np.int32


@pytest.mark.parametrize("name", [name for name, (_, kind) in COLUMNS.items() if kind == "datetime"])
def test_datetimes_are_milliseconds_in_utc(name: str) -> None:
    column = pd.Series(COLUMNS[name][0])
    np.testing.assert_array_equal(column_numbers(column, "datetime"), [NEW_YEAR, np.nan, NEW_YEAR + 2 * DAY])
    feature = describe_features(column.to_frame("when"))[0]
    assert (feature.low, feature.high) == (NEW_YEAR, NEW_YEAR + 2 * DAY)


def test_microseconds_are_not_cut() -> None:
    column = pd.Series(pd.to_datetime(["2020-01-01 00:00:00.000500"]))
    assert column_numbers(column, "datetime")[0] == NEW_YEAR + 0.5


@settings(max_examples=100, deadline=None)
@given(
    hnp.arrays(
        st.sampled_from([np.float64, np.float32, np.int64, np.int8, np.uint16]),
        st.integers(1, 60),
        elements={"allow_nan": True, "allow_infinity": True},
    )
)
def test_ranges_and_counts_are_those_of_brute_force(values: np.ndarray) -> None:
    feature = describe_features(pd.DataFrame({"x": values}))[0]
    present = values[~np.isnan(values)] if values.dtype.kind == "f" else values
    finite = present[np.isfinite(present)]
    assert feature.missing == len(values) - len(present)
    assert feature.unique == len(np.unique(present))
    if not len(finite):
        assert (feature.low, feature.high, len(feature.counts)) == (None, None, 0)
        return
    assert (feature.low, feature.high) == (float(finite.min()), float(finite.max()))
    assert feature.integer == bool(np.all(finite.astype(float) % 1 == 0))
    if len(feature.counts):
        assert len(feature.counts) == HISTOGRAM_BINS
        assert feature.counts.sum() == len(finite)


def test_the_histogram_is_numpys() -> None:
    values = np.random.default_rng(0).normal(size=5000)
    counts = describe_features(pd.DataFrame({"x": values}))[0].counts
    np.testing.assert_array_equal(counts, np.histogram(values, HISTOGRAM_BINS)[0])


def test_categories_come_most_frequent_first_and_are_capped() -> None:
    values = [f"c{i}" for i in range(300) for _ in range(i + 2)]
    feature = describe_features(pd.DataFrame({"c": values}))[0]
    assert feature.kind == "categorical"
    assert feature.categories == tuple(f"c{i}" for i in range(299, 299 - MAX_CATEGORIES, -1))
    assert feature.counts.tolist() == list(range(301, 301 - MAX_CATEGORIES, -1))
    assert feature.unique == 300


def test_unused_levels_do_not_count() -> None:
    column = pd.Categorical(["a", "a", "b"], categories=["never", "a", "b"])
    feature = describe_features(pd.DataFrame({"c": column}))[0]
    assert feature.categories == ("a", "b")
    assert feature.unique == 2


def test_numbers_beyond_what_floats_can_tell_apart() -> None:
    feature = describe_features(pd.DataFrame({"id": [2**60, 2**60 + 1, 2**60 + 2]}))[0]
    assert feature.unique == 3


def test_hostile_names_are_kept_as_text() -> None:
    names = ["__proto__", "constructor", "<img onerror=alert(1)>", "", "🦊", 7, ("a", 1)]
    frame = pd.DataFrame([range(7)] * 2)
    frame.columns = pd.Index(names, dtype=object, tupleize_cols=False)
    features = describe_features(frame)
    assert [feature.name for feature in features] == [str(name) for name in names]
    assert [feature.position for feature in features] == list(range(7))
