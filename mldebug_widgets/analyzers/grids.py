"""The values that a feature is moved over, and frames of rows with one feature moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mldebug_widgets.analyzers.columns import column_codes
from mldebug_widgets.evaluation.schema import Feature

Float64s = npt.NDArray[np.float64]
Positions = npt.NDArray[np.intp]
Label = str | None

#: Cells of a column of mixed objects are looked for among so many rows first.
SEARCHED_ROWS = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Values of one feature.

    Attributes
    ----------
    feature
        Which feature.
    points
        (g,) the values as numbers: milliseconds for datetimes, positions in ``labels`` for categories and booleans.
    labels
        The values as text, None = missing; empty for numbers and datetimes.
    cells
        (g,) the values in the dtype of the feature's column.
    """

    feature: Feature
    points: Float64s
    labels: tuple[Label, ...]
    cells: Any


def feature_grid(column: pd.Series, feature: Feature, size: int) -> Grid | None:
    """Return at most ``size`` values of a feature: its range in equal steps, or its most frequent categories.

    A column of whole numbers is moved over whole numbers only. Booleans and categories also get "missing" where the
    data has it. None for free text, and for a column without any value.
    """
    if feature.kind in ("numeric", "datetime"):
        return _range_grid(column, feature, size)
    if feature.kind == "text":
        return None
    labels: list[Label] = list(feature.categories[:size])
    if feature.kind == "boolean":
        labels.sort()
    if feature.missing:
        labels = [*labels[: max(size - 1, 1)], None]
    if not labels:
        return None
    return Grid(feature, np.arange(len(labels), dtype=np.float64), tuple(labels), _labelled_cells(column, labels))


def _range_grid(column: pd.Series, feature: Feature, size: int) -> Grid | None:
    if feature.low is None or feature.high is None:
        return None
    points = np.unique(np.linspace(feature.low, feature.high, size))
    if feature.kind == "datetime":
        points = np.unique(np.round(points))
        return Grid(feature, points, (), _datetime_cells(points, column.dtype))
    if feature.integer:
        points = np.unique(np.round(points))
    cells = pd.array(points, dtype=column.dtype)
    return Grid(feature, np.asarray(cells, dtype=np.float64), (), cells)


def _datetime_cells(points: Float64s, dtype: Any) -> Any:
    moments = pd.DatetimeIndex(points.astype("datetime64[ms]"))
    zone = getattr(dtype, "tz", None)
    if zone is not None:
        moments = moments.tz_localize("UTC").tz_convert(zone)
    if isinstance(dtype, np.dtype):
        return pd.array(moments.to_numpy().astype(dtype), dtype=dtype)
    return pd.array(moments, dtype=dtype)


def _labelled_cells(column: pd.Series, labels: Sequence[Label]) -> Any:
    """Return the column's own values that read as ``labels``."""
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        code_of = {str(category): code for code, category in enumerate(dtype.categories)}
        return pd.Categorical.from_codes([-1 if label is None else code_of[label] for label in labels], dtype=dtype)
    if pd.api.types.is_bool_dtype(dtype):
        return pd.array([None if label is None else label == "True" for label in labels], dtype=dtype)
    if getattr(dtype, "type", None) is str:
        return pd.array(list(labels), dtype=dtype)
    return _cells_by_text(column, labels)


def _cells_by_text(column: pd.Series, labels: Sequence[Label]) -> Any:
    """Return cells of a column of mixed objects by how they read; the first rows nearly always have them all."""
    for some in (column.iloc[:SEARCHED_ROWS], column):
        codes, values = column_codes(some)
        present, first_rows = np.unique(codes, return_index=True)
        row_of: dict[Label, int] = {
            None if code < 0 else str(values[code]): row for code, row in zip(present.tolist(), first_rows, strict=True)
        }
        if all(label in row_of for label in labels):
            return some.iloc[[row_of[label] for label in labels]].array
    raise KeyError(f"no cell of {column.name!r} reads as one of {labels}")


def moved_rows(frame: pd.DataFrame, pieces: Sequence[tuple[Positions, Grid]]) -> pd.DataFrame:
    """Return, for each piece (rows, grid), every row in turn over all values of the grid.

    Every column keeps its dtype, so that the user's own preprocessing meets what it was written for.
    """
    moved = frame.iloc[np.concatenate([np.repeat(rows, len(grid.points)) for rows, grid in pieces])].copy()
    start = 0
    for rows, grid in pieces:
        stop = start + len(rows) * len(grid.points)
        cells = moved.iloc[:, grid.feature.position].array
        values = grid.cells.take(np.tile(np.arange(len(grid.points)), len(rows)))
        # Joined, not assigned into: sparse columns take no assignment.
        parts = [pd.Series(part, copy=False) for part in (cells[:start], values, cells[stop:]) if len(part)]
        moved.isetitem(grid.feature.position, pd.concat(parts, ignore_index=True).array)
        start = stop
    return moved
