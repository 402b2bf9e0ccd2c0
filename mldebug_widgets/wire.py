"""Result -> JSON-safe structure plus bytes, and nothing else in the package knows about dtypes, NaN or 2**53.

A frozen dataclass becomes an object with its fields in snake case; an array becomes
``{"dtype": "f4", "shape": [...], "data": <bytes>}`` in little-endian order. A scalar NaN or infinity becomes
``None`` (arrays keep them). Anything that cannot be sent raises with the path where it stands.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

LARGEST_EXACT_INTEGER = 2**53
LARGEST_MESSAGE = 5_000_000

_WIRE_DTYPES = {"f4", "f8", "i4", "i2", "i1", "u1", "u2", "u4"}


class WireError(TypeError):
    """A value that cannot be sent to the browser; the message starts with its path."""


def encode(value: Any, path: str = "$") -> Any:
    """Return ``value`` as nested dicts, lists, scalars and array records that hold bytes.

    Parameters
    ----------
    value
        A dataclass instance, mapping with text keys, sequence, array or scalar. Dataclass fields with metadata
        ``{"wire": False}`` stay in Python.
    path
        Where ``value`` stands, for error messages.

    Raises
    ------
    WireError
        For a value of another type, or an integer that a browser cannot hold exactly.
    """
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int | np.integer):
        return _encode_integer(int(value), path)
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, np.ndarray):
        return encode_array(value, path)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: encode(getattr(value, field.name), f"{path}.{field.name}")
            for field in dataclasses.fields(value)
            if field.metadata.get("wire", True)
        }
    if isinstance(value, Mapping):
        return {_encode_key(key, path): encode(item, f"{path}.{key}") for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [encode(item, f"{path}[{index}]") for index, item in enumerate(value)]
    raise WireError(f"{path}: cannot send {type(value).__name__} to the browser")


def encode_array(array: npt.NDArray[Any], path: str = "$") -> dict[str, Any]:
    """Return the record of one array: boolean as u1, 64-bit integers as i4 (or f8 up to 2**53), bytes little-endian."""
    narrowed = _narrow(array, path)
    little_endian = narrowed.astype(narrowed.dtype.newbyteorder("<"), copy=False)
    return {
        "dtype": narrowed.dtype.str[1:],
        "shape": list(narrowed.shape),
        "data": np.ascontiguousarray(little_endian).tobytes(),
    }


def encode_message(value: Any) -> tuple[Any, list[bytes]]:
    """Return ``value`` encoded for one custom message: array bytes moved into a list of buffers.

    The record of an array then holds ``"buffer": index`` instead of ``"data"``.

    Raises
    ------
    WireError
        When the buffers hold more than 5 MB: such an answer must be paged or aggregated in the kernel instead.
    """
    buffers: list[bytes] = []
    content = _extract_buffers(encode(value), buffers)
    size = sum(map(len, buffers))
    if size > LARGEST_MESSAGE:
        raise WireError(f"$: the answer holds {size:,} bytes; a message carries at most {LARGEST_MESSAGE:,}")
    return content, buffers


def _extract_buffers(value: Any, buffers: list[bytes]) -> Any:
    if isinstance(value, dict):
        if isinstance(value.get("data"), bytes):
            buffers.append(value["data"])
            return {"dtype": value["dtype"], "shape": value["shape"], "buffer": len(buffers) - 1}
        return {key: _extract_buffers(item, buffers) for key, item in value.items()}
    if isinstance(value, list):
        return [_extract_buffers(item, buffers) for item in value]
    return value


def _encode_integer(value: int, path: str) -> int:
    if abs(value) > LARGEST_EXACT_INTEGER:
        raise WireError(f"{path}: the integer {value} is larger than 2**53; send it as text")
    return value


def _encode_key(key: Any, path: str) -> str:
    if not isinstance(key, str):
        raise WireError(f"{path}: the key {key!r} is not text")
    return key


def _narrow(array: npt.NDArray[Any], path: str) -> npt.NDArray[Any]:
    if array.dtype == np.bool_:
        return array.astype(np.uint8)
    if array.dtype == np.float16:
        return array.astype(np.float32)
    if array.dtype.kind in "iu" and array.dtype.itemsize == 8:
        return _narrow_wide_integers(array, path)
    if array.dtype.str[1:] not in _WIRE_DTYPES:
        raise WireError(f"{path}: cannot send an array of dtype {array.dtype}")
    return array


def _narrow_wide_integers(array: npt.NDArray[Any], path: str) -> npt.NDArray[Any]:
    low, high = (int(array.min()), int(array.max())) if array.size else (0, 0)
    int32 = np.iinfo(np.int32)
    if int32.min <= low and high <= int32.max:
        return array.astype(np.int32)
    if max(-low, high) > LARGEST_EXACT_INTEGER:
        raise WireError(f"{path}: integers beyond 2**53 cannot be held exactly by a browser; send them as text")
    return array.astype(np.float64)
