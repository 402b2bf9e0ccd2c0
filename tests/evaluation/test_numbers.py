"""Columns as numbers: whatever lies in memory however, the batch holds what the frame holds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mldebug_widgets.evaluation.numbers import numeric_reader

N = 300  # more than what is read at once
PLAIN = [np.float64, np.float32, np.int64, np.int32, np.uint8, np.bool_]
NULLABLE = ["Int64", "Float32", "boolean", "int64[pyarrow]", "bool[pyarrow]"]


def _block(dtype: Any, width: int, seed: int) -> pd.DataFrame:
    values = np.random.default_rng(seed).integers(0, 100, (N, width))
    values = values % 2 if "bool" in str(dtype) else values
    return pd.DataFrame(values).astype(dtype)


@st.composite
def frames(draw: st.DrawFn) -> pd.DataFrame:
    """Blocks of several dtypes next to each other, with columns taken out, turned around and replaced."""
    blocks = draw(st.lists(st.tuples(st.sampled_from(PLAIN + NULLABLE), st.integers(1, 4)), min_size=1, max_size=4))
    parts = [_block(dtype, width, seed) for seed, (dtype, width) in enumerate(blocks)]
    frame = pd.concat(parts, axis=1)
    if draw(st.booleans()):
        frame = pd.DataFrame(
            np.asfortranarray(frame.to_numpy(dtype=float)) if draw(st.booleans()) else frame.to_numpy()
        )
    frame.columns = range(frame.shape[1])
    order = draw(st.lists(st.sampled_from(list(frame.columns)), min_size=1, max_size=8, unique=True))
    frame = frame[order] if draw(st.booleans()) else frame.iloc[:, :: draw(st.sampled_from([1, 2, -1]))]
    if draw(st.booleans()):
        frame = frame.iloc[::2].iloc[::-1] if draw(st.booleans()) else frame.iloc[5:]
    if draw(st.booleans()):
        frame = frame.copy()
        frame.isetitem(draw(st.integers(0, frame.shape[1] - 1)), np.arange(len(frame)) / 7)
    return frame


def _expected(frame: pd.DataFrame, dtype: Any) -> np.ndarray:
    return np.column_stack([frame.iloc[:, at].astype(float).to_numpy() for at in range(frame.shape[1])]).astype(dtype)


@settings(max_examples=150, deadline=None)
@given(frames(), st.sampled_from([np.float32, np.float64]), st.integers(0, 140), st.integers(1, 300))
def test_a_batch_holds_what_the_frame_holds(frame: pd.DataFrame, dtype: Any, start: int, length: int) -> None:
    read = numeric_reader(frame, dtype)
    assert read is not None
    stop = min(start + length, len(frame))
    block = read(start, stop)
    np.testing.assert_array_equal(block, _expected(frame.iloc[start:stop], dtype))
    assert block.dtype == dtype
    assert block.flags.c_contiguous


@pytest.mark.parametrize("rows", [10, N])
@pytest.mark.parametrize("dtype", PLAIN)
def test_a_batch_is_always_a_copy(rows: int, dtype: Any) -> None:
    frame = _block(dtype, 3, 0)[:rows]
    before = frame.copy()
    read = numeric_reader(frame, dtype)
    assert read is not None
    read(0, rows)[:] = 1
    pd.testing.assert_frame_equal(frame, before)
    np.testing.assert_array_equal(read(0, rows), before.to_numpy())


@pytest.mark.parametrize("rows", [10, N])
def test_missing_values_become_nan(rows: int) -> None:
    columns = {
        "float": np.where(np.arange(rows) == 3, np.nan, 1.0),
        "nullable": pd.array([None if at == 3 else at for at in range(rows)], dtype="Int64"),
        "arrow": pd.array([None if at == 3 else at for at in range(rows)], dtype="int64[pyarrow]"),
        "objects": np.array([None if at == 3 else at for at in range(rows)], dtype=object),
        "flags": np.array([None if at == 3 else at % 2 == 0 for at in range(rows)], dtype=object),
    }
    read = numeric_reader(pd.DataFrame(columns))
    assert read is not None
    block = read(0, rows)
    assert np.isnan(block[3]).all()
    assert np.isnan(block).sum() == len(columns)


@pytest.mark.parametrize("rows", [10, N])
@pytest.mark.parametrize(
    "column",
    [
        lambda rows: ["text"] * rows,
        lambda rows: pd.Categorical([1, 2] * (rows // 2)),
        lambda rows: pd.date_range("2020", periods=rows),
        lambda rows: pd.to_timedelta(np.arange(rows), unit="s"),
        lambda rows: np.arange(rows) * 1j,
        lambda rows: np.array(["a", 1] * (rows // 2), dtype=object),
    ],
    ids=["text", "category", "datetime", "timedelta", "complex", "mixed"],
)
def test_what_is_no_number_is_not_read_as_one(rows: int, column: Any) -> None:
    assert numeric_reader(pd.DataFrame({"x": np.zeros(rows), "y": column(rows)})) is None
