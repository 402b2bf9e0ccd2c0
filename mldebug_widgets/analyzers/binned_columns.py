"""Every column as a few bins, one byte per row, so that any two sets of rows can be compared by counting."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mldebug_widgets.analyzers.columns import column_codes, column_numbers
from mldebug_widgets.evaluation.schema import kind_of

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation
    from mldebug_widgets.evaluation.schema import FeatureKind

Positions = npt.NDArray[np.intp]
Counts = npt.NDArray[np.int32]

#: Bins of equal width, and the most categories that stand for themselves.
BINS = 24
MOST_CATEGORIES = 20

#: Bins reach over this share of the values; the outermost also take what lies beyond.
MIDDLE_SHARE = 0.99

#: About so many rows decide where the bins lie; all rows are then counted.
EDGE_ROWS = 50_000

MISSING, OTHER = "missing", "other"


@dataclass(frozen=True, slots=True, eq=False)
class BinnedColumn:
    """One column as bins.

    Attributes
    ----------
    name, kind
        The column, and its kind as in ``Feature``; a text column is told by its length, which is numeric.
    edges
        (b+1,) for numbers and datetimes (milliseconds), empty for categories.
    labels
        (b,) categories; for numbers only "missing" where there are missing values.
    codes
        (r,) bin of each row; missing values are in the last bin.
    totals
        Rows per bin over all those rows.
    """

    name: str
    kind: str
    edges: npt.NDArray[np.float64]
    labels: tuple[str, ...]
    codes: npt.NDArray[np.uint8]
    totals: Counts

    def counts(self, places: Positions) -> Counts:
        """Return the rows per bin of those rows that stand at ``places``."""
        return _counts(self.codes[places], len(self.totals))


def binned_columns(
    ev: Evaluation, rows: Positions, cancelled: Callable[[], bool] = lambda: False
) -> tuple[BinnedColumn, ...]:
    """Return every feature, then every column that the model never saw, then the target, binned over ``rows``.

    Bins decide what a picture shows, so they are chosen from an even sample of the rows; every row is then counted.
    Returns what is there so far when it is ``cancelled``.
    """
    binned = []
    for column, kind in _columns(ev):
        if cancelled():
            break
        binned.append(bin_column(column.iloc[rows], kind))
    return tuple(binned)


def bin_column(column: pd.Series, kind: FeatureKind) -> BinnedColumn:
    """Return one column as bins."""
    name = str(column.name)
    if kind in ("numeric", "datetime"):
        return _of_numbers(name, kind, column_numbers(column, kind), whole=False)
    if kind == "text":
        return _of_numbers(f"length of {name}", "numeric", _lengths(column), whole=True)
    return _of_categories(name, kind, column)


def _columns(ev: Evaluation) -> Iterator[tuple[pd.Series, FeatureKind]]:
    for feature in ev.features:
        yield ev.X.iloc[:, feature.position], feature.kind
    metadata = getattr(ev, "metadata", None)
    if metadata is not None:
        for position in range(metadata.shape[1]):
            column = metadata.iloc[:, position]
            yield column, kind_of(column)
    if ev.task == "regression":
        yield pd.Series(ev.y, name=ev.target_name), "numeric"
    elif ev.task != "multilabel":
        codes = np.asarray(ev.class_codes)
        yield pd.Series(pd.Categorical.from_codes(codes, list(ev.class_names)), name=ev.target_name), "categorical"


def _of_numbers(name: str, kind: str, numbers: npt.NDArray[Any], *, whole: bool) -> BinnedColumn:
    present = ~np.isnan(numbers)
    edges = _edges(numbers[present], whole=whole)
    n_bins = max(len(edges) - 1, 0)
    codes = np.full(len(numbers), n_bins, dtype=np.uint8)
    if n_bins:
        scale = n_bins / (edges[-1] - edges[0])
        with np.errstate(invalid="ignore", over="ignore"):
            places = np.clip((numbers - edges[0]) * scale, 0, n_bins - 1)
        np.copyto(codes, places, casting="unsafe", where=present)
    missing = not present.all()
    return _binned(name, kind, edges, (MISSING,) if missing else (), codes, n_bins + missing)


def _edges(present: npt.NDArray[Any], *, whole: bool) -> npt.NDArray[np.float64]:
    """Return bin edges: one bin per whole number where there are few, else bins of equal width over the middle."""
    some = present[:: max(1, len(present) // EDGE_ROWS)].astype(np.float64, copy=False)
    some = some[np.isfinite(some)]
    if not len(some):
        return np.array([-0.5, 0.5]) if len(present) else np.empty(0)
    low, high = float(some.min()), float(some.max())
    whole = whole or bool((some == np.floor(some)).all())
    if whole and high - low < BINS:
        return np.arange(low - 0.5, high + 1)
    outside = (1 - MIDDLE_SHARE) / 2
    if len(np.unique(some)) > BINS:
        middle = np.quantile(some, (outside, 1 - outside))
        low, high = (float(middle[0]), float(middle[1])) if middle[0] < middle[1] else (low, high)
    if low == high:
        low, high = low - 0.5, high + 0.5
    return np.linspace(low, high, BINS + 1)


def _lengths(column: pd.Series) -> npt.NDArray[np.float64]:
    texts = column if getattr(column.dtype, "type", None) is str else column.map(str, na_action="ignore")
    return np.asarray(texts.str.len().to_numpy(dtype=np.float64, na_value=np.nan))


def _of_categories(name: str, kind: str, column: pd.Series) -> BinnedColumn:
    codes, values = column_codes(column)
    counts = np.bincount(codes + 1, minlength=len(values) + 1)[1:]
    kept = np.argsort(-counts, kind="stable")[:MOST_CATEGORIES]
    kept = kept[counts[kept] > 0]
    labels = [str(values[code]) for code in kept]
    bin_of = np.full(len(values) + 1, len(kept), dtype=np.uint8)
    bin_of[kept] = np.arange(len(kept))
    if counts.sum() > counts[kept].sum():
        labels.append(OTHER)
    bin_of[-1] = len(labels)  # the code of missing values is -1
    if (codes < 0).any():
        labels.append(MISSING)
    return _binned(name, kind, np.empty(0), tuple(labels), bin_of[codes], len(labels))


def _binned(
    name: str,
    kind: str,
    edges: npt.NDArray[np.float64],
    labels: tuple[str, ...],
    codes: npt.NDArray[np.uint8],
    size: int,
) -> BinnedColumn:
    return BinnedColumn(name, kind, edges, labels, codes, _counts(codes, size))


def _counts(codes: npt.NDArray[np.uint8], size: int) -> Counts:
    return np.bincount(codes, minlength=size).astype(np.int32)
