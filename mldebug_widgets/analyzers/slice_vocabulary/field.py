"""What predicates are made of: one column of values, and the decisions that hold for all of them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from mldebug_widgets.analyzers.slice_search.coded import CodedColumn, Merging
from mldebug_widgets.analyzers.slice_vocabulary.predicate import Predicate

Codes = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
Mask = npt.NDArray[np.bool_]


class Unusable(Exception):
    """Says why a column gives no predicates."""


@dataclass(frozen=True, slots=True)
class Named:
    """A column in words and in a query.

    ``column`` as a person reads it, ``query`` the expression of its values in a query, ``owner`` the expression of
    the column that they are taken from (the same, unless they are a part of it), ``feature`` its position in
    ``Evaluation.X`` or -1.
    """

    column: str
    query: str
    owner: str
    feature: int

    def missing(self) -> Predicate:
        """Return the predicate of the rows without a value."""
        return Predicate(self.column, "missing", f"{self.column} missing", f"{self.owner}.isna()", self.feature)

    def present(self) -> Predicate:
        """Return the predicate of the rows with a value."""
        return Predicate(self.column, "present", f"{self.column} not missing", f"{self.owner}.notna()", self.feature)

    def part(self, name: str, accessor: str) -> Named:
        """Return the name of a part, such as the hour of a datetime."""
        return replace(self, column=f"{name} of {self.column}", query=f"{self.owner}.{accessor}")


class Wording(Protocol):
    """Turns the codes of one column into a predicate."""

    def predicate(self, codes: tuple[int, ...]) -> Predicate:
        """Return the predicate that takes the rows of ``codes``, ascending, and no others."""


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One column of the vocabulary: its codes, and what they say."""

    coded: CodedColumn
    wording: Wording


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What holds for all columns of a vocabulary.

    Attributes
    ----------
    rows
        The searched rows: a slice where they are neighbours (nothing is copied then), else positions.
    values
        (m,) their metric.
    discovery
        (m,) which of them may decide edges, categories and words; None = all.
    sample
        Ascending positions in the searched rows, all of the discovery, from which edges are placed.
    least_in_sample
        What ``min_rows`` amounts to in the sample.
    merge
        Whether codes may be merged.
    min_rows, bins
        Rows that a category needs to be named, and quantile bins of a number.
    cancelled
        Whether to stop.
    """

    rows: slice | npt.NDArray[np.intp]
    values: npt.NDArray[np.float64]
    discovery: Mask | None
    sample: npt.NDArray[np.intp]
    least_in_sample: int
    merge: bool
    min_rows: int
    bins: int
    cancelled: Callable[[], bool]

    def taken(self, column: pd.Series) -> pd.Series:
        """Return the searched rows of a column of the Evaluation."""
        return column.iloc[self.rows]

    def look(self) -> None:
        """Stop when nobody waits for the vocabulary any more; called at least every 100 ms."""
        if self.cancelled():
            raise CancelledError

    def counts(self, codes: npt.NDArray[Any], size: int) -> npt.NDArray[np.int64]:
        """Return (size,) discovery rows per code."""
        kept = codes if self.discovery is None else codes[self.discovery]
        return np.bincount(kept, minlength=size)


def coded_column(
    name: str,
    codes: npt.NDArray[Any],
    size: int,
    *,
    usable: Mask | None = None,
    merging: Merging = "none",
    ordered: int = 0,
    group: int = -1,
) -> CodedColumn:
    """Return a coded column in the smallest dtype that holds its codes."""
    small: Codes = codes.astype(np.uint8, copy=False) if size <= 256 else codes.astype(np.uint16, copy=False)
    return CodedColumn(name, small, size, np.ones(size, bool) if usable is None else usable, merging, ordered, group)
