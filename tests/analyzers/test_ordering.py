"""Stable orders against pandas' own, for every dtype, with ties and missing values."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from mldebug_widgets.analyzers.ordering import stable_order

INTEGERS = [np.int8, np.uint8, np.int16, np.int32, np.uint32, np.int64, np.uint64]
FLOATS = [np.float16, np.float32, np.float64, np.longdouble]


def by_pandas(values: np.ndarray, ascending: bool) -> np.ndarray:
    order = pd.Series(values).sort_values(ascending=ascending, kind="stable", na_position="last")
    return order.index.to_numpy()


@given(st.data(), st.sampled_from(INTEGERS), st.booleans())
def test_integers(data: st.DataObject, dtype: type, ascending: bool) -> None:
    limits = np.iinfo(dtype)
    elements = st.sampled_from([limits.min, limits.max, 0, 1, limits.max - 1]) | st.integers(limits.min, limits.max)
    values = data.draw(npst.arrays(dtype, st.integers(0, 30), elements=elements))
    np.testing.assert_array_equal(stable_order(values, ascending=ascending), by_pandas(values, ascending))


@given(st.data(), st.sampled_from(FLOATS), st.booleans())
def test_floats(data: st.DataObject, dtype: type, ascending: bool) -> None:
    some = st.sampled_from([0.0, -0.0, 1.0, -1.0, 0.5, np.inf, -np.inf, np.nan, -np.nan])
    wide = st.floats(width=16, allow_subnormal=False)
    values = data.draw(npst.arrays(np.float64, st.integers(0, 30), elements=some | wide)).astype(dtype)
    expected = by_pandas(values.astype(np.float64), ascending)
    np.testing.assert_array_equal(stable_order(values, ascending=ascending), expected)


@given(npst.arrays(np.bool_, st.integers(0, 20)), st.booleans())
def test_switches(values: np.ndarray, ascending: bool) -> None:
    np.testing.assert_array_equal(stable_order(values, ascending=ascending), by_pandas(values, ascending))


@pytest.mark.parametrize("ascending", [True, False])
def test_values_marked_as_missing_come_last_in_the_order_of_their_rows(ascending: bool) -> None:
    codes = np.array([2, -1, 0, 1, -1, 2], dtype=np.int8)
    order = stable_order(codes, ascending=ascending, missing=codes < 0)
    assert order.tolist() == ([2, 3, 0, 5, 1, 4] if ascending else [0, 5, 3, 2, 1, 4])
    assert order.dtype == np.int32


def test_the_values_stay_as_they_were() -> None:
    values = np.array([3.0, -0.0, np.nan])
    values.flags.writeable = False
    stable_order(values, ascending=False)
    assert np.signbit(values[1])
