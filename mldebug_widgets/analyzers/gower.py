"""Gower's distance from one point to many rows, column by column."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mldebug_widgets.analyzers.columns import Scalar, column_numbers
from mldebug_widgets.evaluation.schema import Feature

Distances = npt.NDArray[np.float64]


class GowerSpace:
    """The features of a table, each worth the same.

    A numeric or datetime feature contributes |difference| / (high - low), all others 0 or 1. Two missing values are
    equal; a missing and a present value are as different as can be.

    Parameters
    ----------
    frame
        The raw features.
    features
        What each column holds.
    """

    def __init__(self, frame: pd.DataFrame, features: Sequence[Feature]) -> None:
        self._frame = frame
        self._features = tuple(features)

    def point(self, values: Sequence[Scalar]) -> tuple[Scalar, ...]:
        """Return the point as the distances need it: numbers for ordered features, text or None for the others."""
        return tuple(_comparable(value, feature) for value, feature in zip(values, self._features, strict=True))

    def distances(self, point: Sequence[Scalar], rows: npt.NDArray[np.intp]) -> Distances:
        """Return (r,) distances from ``point`` to ``rows``, from 0 to 1."""
        total = np.zeros(len(rows))
        part = _as_slice(rows)
        for value, feature in zip(point, self._features, strict=True):
            cells = self._frame.iloc[part, feature.position]
            if feature.kind in ("numeric", "datetime"):
                total += _ordered_difference(cells, value, feature)
            else:
                total += _unequal(cells, value, feature)
        return total / max(len(self._features), 1)


def _as_slice(rows: npt.NDArray[np.intp]) -> Any:
    """Return consecutive rows as a slice, so that columns are viewed and not copied."""
    first, last = int(rows[0]), int(rows[-1])
    return slice(first, last + 1) if last - first + 1 == len(rows) else rows


def _comparable(value: Scalar, feature: Feature) -> Scalar:
    if value is None or feature.kind in ("categorical", "text"):
        return None if value is None else str(value)
    return float(value)


def _ordered_difference(cells: pd.Series, value: Scalar, feature: Feature) -> Distances:
    numbers = column_numbers(cells, feature.kind)
    missing = np.isnan(numbers)
    if value is None:
        return np.where(missing, 0.0, 1.0)
    reach = (feature.high - feature.low) if feature.high is not None and feature.low is not None else 0.0
    if reach > 0:
        with np.errstate(invalid="ignore"):
            difference = np.minimum(np.abs(numbers - float(value)) / reach, 1.0)
        difference[numbers == float(value)] = 0.0  # also where both are infinite
    else:
        difference = (numbers != float(value)).astype(np.float64)
    return np.where(missing, 1.0, difference)


def _unequal(cells: pd.Series, value: Scalar, feature: Feature) -> Distances:
    missing = cells.isna().to_numpy()
    if value is None:
        return np.asarray(~missing, dtype=np.float64)
    if feature.kind == "boolean":
        equal = column_numbers(cells, "boolean") == value
    elif isinstance(cells.dtype, pd.CategoricalDtype):
        matching = [code for code, category in enumerate(cells.cat.categories) if str(category) == value]
        equal = np.isin(cells.cat.codes.to_numpy(), matching)
    elif isinstance(cells.dtype, pd.StringDtype):
        equal = (cells == value).fillna(False).to_numpy(dtype=bool)
    else:
        equal = (cells.astype(str) == value).to_numpy(dtype=bool)
    return np.where(missing, 1.0, ~equal)
