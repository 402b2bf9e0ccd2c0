"""The wire: what goes in comes out with the same numbers, and what cannot be sent says where it stands."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mldebug_widgets.wire import LARGEST_MESSAGE, WireError, encode, encode_array, encode_message

SENT_DTYPES = st.sampled_from(
    [np.float32, np.float64, np.int32, np.int16, np.int8, np.uint8, np.uint16, np.uint32, np.int64, np.bool_]
)


def decode(record: dict[str, Any], buffers: list[bytes]) -> np.ndarray[Any, Any]:
    data = buffers[record["buffer"]] if "buffer" in record else record["data"]
    return np.frombuffer(data, dtype=f"<{record['dtype']}").reshape(record["shape"])


@given(hnp.arrays(SENT_DTYPES, hnp.array_shapes(min_dims=1, max_dims=3, min_side=0)))
def test_arrays_come_back_with_the_same_numbers(array: np.ndarray[Any, Any]) -> None:
    if array.dtype == np.int64:
        array = array % 2**53
    content, buffers = encode_message({"a": array})
    json.dumps(content, allow_nan=False)
    np.testing.assert_array_equal(decode(content["a"], buffers), array)


@pytest.mark.parametrize(
    "array",
    [
        np.arange(12, dtype=np.float32).reshape(3, 4)[:, ::2],
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.arange(5, dtype=">i4"),
        np.arange(5)[::-1],
        np.array([2**40, -3]),
    ],
    ids=["strided", "fortran", "big endian", "reversed", "wide integers"],
)
def test_memory_layout_does_not_change_the_numbers(array: np.ndarray[Any, Any]) -> None:
    np.testing.assert_array_equal(decode(encode_array(array), []), array)


def test_arrays_keep_nan_and_scalars_lose_it() -> None:
    assert np.isnan(decode(encode(np.array([np.nan, 1.0])), [])[0])
    assert encode(float("nan")) is None
    assert encode(float("inf")) is None


@dataclass(frozen=True)
class Inner:
    values: np.ndarray[Any, Any]
    secret: Any = field(default=None, metadata={"wire": False})


@dataclass(frozen=True)
class Outer:
    inner: Inner
    names: tuple[str, ...]


def test_dataclasses_become_objects_without_their_python_only_fields() -> None:
    encoded = encode(Outer(Inner(np.zeros(1, np.float32), secret=object()), ("a", "b")))
    assert set(encoded["inner"]) == {"values"}
    assert encoded["names"] == ["a", "b"]


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"a": [object()]}, r"\$\.a\[0\]"),
        ({"a": np.array([2**60])}, r"\$\.a"),
        ({"a": 2**60}, r"\$\.a"),
        ({3: "x"}, r"\$"),
        (np.array(["text"]), r"\$"),
        (np.array([object()]), r"\$"),
        (1j, r"\$"),
    ],
)
def test_what_cannot_be_sent_says_where_it_stands(value: Any, path: str) -> None:
    with pytest.raises(WireError, match=path):
        encode(value)


def test_a_message_above_five_megabytes_is_refused() -> None:
    with pytest.raises(WireError, match="5,000,000"):
        encode_message(np.zeros(LARGEST_MESSAGE + 1, dtype=np.uint8))
