"""Raw columns of any kind -> one float32 matrix: impute, scale, one-hot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from mldebug_widgets.analyzers.columns import column_numbers
from mldebug_widgets.evaluation.schema import Feature

Matrix = npt.NDArray[np.float32]
Positions = npt.NDArray[np.intp]

#: The most frequent categories of a column get a column of their own; the others share "none of these".
MOST_CATEGORIES = 20

#: Scaled values are cut here, in standard deviations, so that one wild value does not decide the fit.
FARTHEST = 10.0


class _ColumnEncoder(Protocol):
    @property
    def width(self) -> int:
        """Columns that it writes."""

    def write(self, cells: pd.Series, out: Matrix) -> None:
        """Write the encoded ``cells`` (r,) into ``out`` (r, width), which is all zeros."""


class TableEncoder:
    """Learns from some rows how to write rows as numbers.

    Numeric, boolean and datetime columns are imputed with the median and scaled; where values are missing a column
    says so. Categories are one-hot, the most frequent ones only. Free text and constant columns are left out.

    Parameters
    ----------
    frame
        The raw features.
    features
        What each column holds.
    rows
        Positions to learn medians, scales and categories from.
    """

    def __init__(self, frame: pd.DataFrame, features: Sequence[Feature], rows: Positions) -> None:
        self._frame = frame
        self._encoders: list[tuple[int, _ColumnEncoder]] = []
        for feature in features:
            encoder = _learn(frame.iloc[rows, feature.position], feature)
            if encoder is not None:
                self._encoders.append((feature.position, encoder))

    @property
    def width(self) -> int:
        """Columns of the matrix."""
        return sum(encoder.width for _, encoder in self._encoders)

    def encode(self, rows: Positions) -> Matrix:
        """Return (r, width) the rows as numbers."""
        matrix = np.zeros((len(rows), self.width), dtype=np.float32)
        start = 0
        for position, encoder in self._encoders:
            encoder.write(self._frame.iloc[rows, position], matrix[:, start : start + encoder.width])
            start += encoder.width
        return matrix


def expected_width(features: Sequence[Feature]) -> int:
    """Return about how many columns ``features`` will take, before any row is looked at."""
    width = 0
    for feature in features:
        if feature.kind == "categorical":
            width += min(feature.unique, MOST_CATEGORIES)
        elif feature.kind != "text":
            width += 1
        width += feature.missing > 0
    return width


def _learn(cells: pd.Series, feature: Feature) -> _ColumnEncoder | None:
    if feature.kind == "text":
        return None
    if feature.kind == "categorical":
        return _Categories.learn(cells)
    return _Numbers.learn(cells, feature)


@dataclass(frozen=True, slots=True)
class _Numbers:
    feature: Feature
    middle: float
    centre: float
    scale: float
    width: int

    @classmethod
    def learn(cls, cells: pd.Series, feature: Feature) -> _Numbers | None:
        numbers = column_numbers(cells, feature.kind)
        present = numbers[np.isfinite(numbers)].astype(np.float64)
        some_missing = 0 < present.size < numbers.size
        if not present.size or (present.min() == present.max() and not some_missing):
            return None
        return cls(
            feature, float(np.median(present)), float(present.mean()), float(present.std()) or 1.0, 1 + some_missing
        )

    def write(self, cells: pd.Series, out: Matrix) -> None:
        numbers = column_numbers(cells, self.feature.kind)
        missing = ~np.isfinite(numbers)
        scaled = (np.where(missing, self.middle, numbers) - self.centre) / self.scale
        out[:, 0] = np.clip(scaled, -FARTHEST, FARTHEST)
        if self.width == 2:
            out[:, 1] = missing


@dataclass(frozen=True, slots=True)
class _Categories:
    kept: tuple[Any, ...]
    width: int

    @classmethod
    def learn(cls, cells: pd.Series) -> _Categories | None:
        counts = _hashable(cells).value_counts()
        kept = tuple(counts[counts > 0].index[:MOST_CATEGORIES])
        some_missing = bool(cells.isna().any())
        if not kept or (len(kept) == 1 and not some_missing):
            return None
        return cls(kept, len(kept) + some_missing)

    def write(self, cells: pd.Series, out: Matrix) -> None:
        codes = self._codes(cells)
        known = np.flatnonzero(codes >= 0)
        out[known, codes[known]] = 1
        if self.width > len(self.kept):
            out[:, len(self.kept)] = cells.isna()

    def _codes(self, cells: pd.Series) -> npt.NDArray[np.intp]:
        kept = pd.Index(self.kept, dtype=object)
        if isinstance(cells.dtype, pd.CategoricalDtype):
            place = np.append(kept.get_indexer(cells.cat.categories.astype(object)), -1)
            return np.asarray(place[cells.cat.codes.to_numpy()])
        return np.asarray(kept.get_indexer(pd.Index(_hashable(cells), dtype=object)))


def _hashable(cells: pd.Series) -> pd.Series:
    """Return the cells, as text where they hold lists or other values that cannot be looked up."""
    try:
        cells.nunique()
    except TypeError:
        return cells.map(str, na_action="ignore")
    return cells
