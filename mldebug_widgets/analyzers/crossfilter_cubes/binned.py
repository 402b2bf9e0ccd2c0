"""One column as bins, each with its words and its condition in the query language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

Role = Literal["feature", "metadata", "target", "prediction", "loss"]
Kind = Literal["numeric", "datetime", "categorical"]

#: A bin is one byte per row, so a column may have at most this many.
MOST_BINS = 40

OTHER, MISSING = "other", "missing"
#: How the outermost bins are named where values lie beyond them.
UP_TO, AND_MORE = "up to ", " and more"


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where the bins of an ordered column begin and end, as literals of the query language.

    Attributes
    ----------
    lows, highs
        Lower and upper bound of each bin. The first bin takes everything below, the last everything above.
    closed
        True when a bin holds its upper bound (whole numbers), False when that belongs to the next bin.
    """

    lows: tuple[str, ...]
    highs: tuple[str, ...]
    closed: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """Which values the bins of a category hold, as literals of the query language; one bin may hold all others."""

    literals: tuple[str, ...]
    has_other: bool


@dataclass(frozen=True, slots=True, eq=False)
class BinnedColumn:
    """One column as bins.

    Attributes
    ----------
    name, role, kind
        As in ``Dimension``.
    codes
        (r,) bin of each row.
    edges, labels, starts, ends
        As in ``Dimension``.
    has_missing
        Whether the last bin holds the missing values.
    expression
        What a query compares with the bins' values: the column, or its length. "" when no query can name them.
    column
        The column in a query, for asking whether it is missing.
    values
        The values that the bins hold.
    """

    name: str
    role: Role
    kind: Kind
    codes: npt.NDArray[np.uint8]
    edges: npt.NDArray[np.float64]
    labels: tuple[str, ...]
    starts: tuple[str, ...]
    ends: tuple[str, ...]
    has_missing: bool
    expression: str
    column: str
    values: Bounds | Listed

    @property
    def size(self) -> int:
        """Number of bins, the one of missing values included."""
        return len(self.labels)

    @property
    def selectable(self) -> bool:
        """Whether a query can name the bins."""
        return self.expression != ""

    def query(self, first: int, last: int) -> str:
        """Return the condition that holds for exactly the rows of the bins ``first`` to ``last``, "" for all rows."""
        n_values = self.size - self.has_missing
        if first == 0 and last == self.size - 1:
            return ""
        missing = f"{self.column}.isna()"
        if first == n_values:
            return missing
        present = self._present(first, min(last, n_values - 1), n_values)
        return f"({present} or {missing})" if last == n_values else present

    def _present(self, first: int, last: int, n_values: int) -> str:
        if first == 0 and last == n_values - 1:
            return f"{self.column}.notna()"
        if isinstance(self.values, Listed):
            return self._one_of(self.values, first, last)
        bounds = self.values
        lower = bounds.lows[first] if first > 0 else ""
        upper = bounds.highs[last] if last < n_values - 1 else ""
        sign = "<=" if bounds.closed else "<"
        if lower and lower == upper:
            return f"{self.expression} == {lower}"
        if lower and upper:
            return f"{lower} <= {self.expression} {sign} {upper}"
        return f"{self.expression} >= {lower}" if lower else f"{self.expression} {sign} {upper}"

    def _one_of(self, listed: Listed, first: int, last: int) -> str:
        literals = listed.literals
        if last < len(literals):
            return _among(self.expression, literals[first : last + 1])
        # The bin of all others is told by what it does not hold; a missing value is in no list either.
        return f"({self.column}.notna() and not {_among(self.expression, literals[:first])})"

    def coarser(self, most: int) -> BinnedColumn:
        """Return the column with neighbouring bins put together, so that at most ``most`` of them hold values."""
        n_values = self.size - self.has_missing
        if isinstance(self.values, Listed) or n_values <= most:
            return self
        width = -(-n_values // most)
        starts = range(0, n_values, width)
        ends = [min(start + width, n_values) - 1 for start in starts]
        codes = (self.codes // width).astype(np.uint8)
        if self.has_missing:
            codes[self.codes == n_values] = len(starts)
        return replace(
            self,
            codes=codes,
            edges=self.edges[[*starts, n_values]],
            labels=(*(self._spanning(*span) for span in zip(starts, ends, strict=True)), *self.labels[n_values:]),
            starts=tuple((self.starts or self.labels)[start] for start in starts),
            ends=tuple((self.ends or self.labels)[end] for end in ends),
            values=Bounds(
                tuple(self.values.lows[start] for start in starts),
                tuple(self.values.highs[end] for end in ends),
                self.values.closed,
            ),
        )

    def _spanning(self, first: int, last: int) -> str:
        """Return the name of a bin made of neighbouring bins; the outermost keep saying that they take the rest."""
        start, end = (self.starts or self.labels)[first], (self.ends or self.labels)[last]
        if self.labels[first].startswith(UP_TO):
            return f"{UP_TO}{end}"
        return f"{start}{AND_MORE}" if self.labels[last].endswith(AND_MORE) else f"{start} to {end}"

    def words(self, first: int, last: int) -> str:
        """Return the bins ``first`` to ``last`` in words."""
        n_values = self.size - self.has_missing
        if first == last:
            return self.labels[first]
        if self.kind == "categorical":
            return " or ".join(self.labels[first : last + 1])
        top = min(last, n_values - 1)
        start, end = (self.starts or self.labels)[first], (self.ends or self.labels)[top]
        if first == 0 and top == n_values - 1:
            present = "any value"
        elif first == 0:
            present = f"{UP_TO}{end}"
        else:
            present = f"{start}{AND_MORE}" if top == n_values - 1 else f"{start} to {end}"
        if first == top:
            present = self.labels[first]
        return f"{present} or missing" if last == n_values else present


def _among(expression: str, literals: Sequence[str]) -> str:
    if len(literals) == 1:
        return f"{expression} == {literals[0]}"
    return f"{expression} in [{', '.join(literals)}]"
