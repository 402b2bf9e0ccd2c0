"""Columns about the rows that the model never saw: read, checked against the rows, stacked like the splits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mldebug_widgets.errors import MldTypeError, MldValueError
from mldebug_widgets.evaluation.frames import is_frame, to_pandas

Splits = Mapping[str, npt.NDArray[np.intp]]
_FIX = "Select its rows as those of data: metadata.loc[data.index]."


def read_metadata(metadata: Any, splits: Splits, indexes: Mapping[str, pd.Index | None]) -> pd.DataFrame:
    """Return metadata as one frame, row-aligned with the stacked splits.

    Parameters
    ----------
    metadata
        A table for data of one split, or {split: table}; a split that is not named has missing values.
    splits
        Name -> row positions.
    indexes
        Name -> the index that the split's rows came with, None where they had none.

    Raises
    ------
    MldTypeError, MldValueError
        ``MLD-D18`` when the tables do not fit the splits, ``MLD-D19`` when rows are not aligned, ``MLD-D01`` when
        it is no table, ``MLD-D05`` and ``MLD-D06`` for its columns.
    """
    if not isinstance(metadata, Mapping) or is_frame(metadata):
        if len(splits) > 1:
            raise MldTypeError(
                "MLD-D18",
                "metadata",
                f"one table for {len(splits)} splits",
                "a dict of tables by split, like data",
                f"Pass {{{next(iter(splits))!r}: ...}}.",
            )
        metadata = {next(iter(splits)): metadata}
    unknown = [name for name in metadata if name not in splits]
    if unknown or not metadata:
        got = f"there is no split {unknown[0]!r}" if unknown else "an empty dict"
        raise MldValueError("MLD-D18", "metadata", got, f"some of {list(splits)}", "Name the splits as data does.")
    parts = []
    for name, rows in splits.items():
        if name not in metadata:
            parts.append(pd.DataFrame(index=pd.RangeIndex(len(rows))))
            continue
        argument = f"metadata[{name!r}]" if len(splits) > 1 else "metadata"
        part = to_pandas(metadata[name], argument)
        _check_rows(part.index, len(rows), indexes.get(name), argument)
        parts.append(part)
    return parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)


def _check_rows(index: pd.Index, n: int, expected: pd.Index | None, argument: str) -> None:
    if len(index) != n:
        raise MldValueError("MLD-D19", argument, f"{len(index):,} rows for {n:,}", "one row per row of data", _FIX)
    if expected is None or _is_plain(index) or _is_plain(expected) or index.equals(expected):
        return
    at = int(np.flatnonzero(np.asarray(index != expected))[0])
    raise MldValueError(
        "MLD-D19",
        argument,
        f"row {at} is {index[at]!r} in its index and {expected[at]!r} in the index of data",
        "rows in the order of data",
        _FIX,
    )


def _is_plain(index: pd.Index) -> bool:
    return isinstance(index, pd.RangeIndex) and index.start == 0 and index.step == 1


def indexes_of(data: Any, splits: Splits) -> dict[str, pd.Index | None]:
    """Return the index of each split's rows as the user gave them, None where they had none."""
    if isinstance(data, Mapping) and not is_frame(data):
        return {name: _index_of(part) for name, part in data.items() if name in splits}
    return {next(iter(splits)): _index_of(data)}


def _index_of(data: Any) -> pd.Index | None:
    table = data[0] if isinstance(data, tuple) and data else data
    return table.index if isinstance(table, pd.DataFrame | pd.Series) else None
