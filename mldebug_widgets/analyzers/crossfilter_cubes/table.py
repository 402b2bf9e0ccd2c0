"""All columns of a strip as bins of the same rows: counted under any brushes, and named in a query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.crossfilter_cubes.binned import BinnedColumn
from mldebug_widgets.analyzers.crossfilter_cubes.counting import (
    Cancelled,
    Counted,
    Joint,
    Mask,
    Metric,
    joint_counts,
)

#: Dimension -> its first and last brushed bin.
Brushes = Mapping[int, tuple[int, int]]


@dataclass(frozen=True, eq=False)
class BinnedTable:
    """The binned columns of some rows.

    Attributes
    ----------
    columns
        One per dimension, in the order of the strip.
    rows
        (r,) positions of the rows in the Evaluation.
    metric
        What is summed per bin.
    scope
        The query that selects these rows in the whole Evaluation, "" for all of them.
    """

    columns: tuple[BinnedColumn, ...]
    rows: npt.NDArray[np.intp]
    metric: Metric
    scope: str

    @cached_property
    def _one_bin(self) -> npt.NDArray[np.uint8]:
        return np.zeros(len(self.rows), np.uint8)

    def histograms(self, mask: Mask | None = None, brushes: Brushes | None = None) -> list[Joint]:
        """Return (1, bins) sums of every column over the rows of ``mask`` that are in all ``brushes`` but its own."""
        return joint_counts(self._one_bin, 1, self._counted(brushes or {}, mask), self.metric)

    def joints(self, active: int, brushes: Brushes, cancelled: Cancelled = lambda: False) -> list[Joint]:
        """Return (bins of ``active``, bins) sums of every column, under all ``brushes`` but the column's own."""
        column = self.columns[active]
        return joint_counts(column.codes, column.size, self._counted(brushes, None), self.metric, cancelled)

    def mask(self, brushes: Brushes) -> Mask:
        """Return (r,) True for the rows in all ``brushes``."""
        inside = np.ones(len(self.rows), bool)
        for dimension, bins in brushes.items():
            inside &= self._inside(dimension, bins)
        return inside

    def query(self, brushes: Brushes) -> str:
        """Return the query that selects the brushed rows in the whole Evaluation, "" for all rows."""
        conditions = [self.columns[dimension].query(*bins) for dimension, bins in brushes.items()]
        return " and ".join(filter(None, (*conditions, self.scope)))

    def words(self, brushes: Brushes) -> str:
        """Return the brushes in words."""
        return " and ".join(
            f"{self.columns[dimension].name} {self.columns[dimension].words(*bins)}"
            for dimension, bins in brushes.items()
        )

    def _inside(self, dimension: int, bins: tuple[int, int]) -> Mask:
        codes = self.columns[dimension].codes
        return (codes >= bins[0]) & (codes <= bins[1])

    def _counted(self, brushes: Brushes, mask: Mask | None) -> Sequence[Counted]:
        inside = {dimension: self._inside(dimension, bins) for dimension, bins in brushes.items()}
        everything = _all_of(list(inside.values()), mask)
        own = {
            dimension: _all_of([part for other, part in inside.items() if other != dimension], mask)
            for dimension in brushes
        }
        return [
            Counted(column.codes, column.size, own.get(place, everything)) for place, column in enumerate(self.columns)
        ]


def _all_of(parts: Sequence[Mask], start: Mask | None) -> Mask | None:
    """Return the rows where all of ``parts`` hold; None = no condition."""
    combined = start
    for part in parts:
        combined = part if combined is None else combined & part
    return combined
