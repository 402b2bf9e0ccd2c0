"""Joint tables of several columns: how many rows each combination of codes has, and the sum of their values.

Rows are taken in pieces that stay in the cache. For each piece the packed codes of shared leading columns are computed
once, in the smallest integers that hold them, and one indexed addition per table does sizes and totals together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from math import prod

import numpy as np
import numpy.typing as npt
import torch

from mldebug_widgets.analyzers.slice_search.objective import Float64s, Int64s
from mldebug_widgets.analyzers.slice_search.sums import Sums, as_tensor

#: Rows of one piece: few enough for the cache, and for torch to stay on the thread that calls it.
PIECE = 32_768

#: Kept cells that hold a smaller share of the rows are worth picking their rows out.
_SPARSE = 0.6

Table = tuple[Int64s, Float64s]
Codes = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """Cells of a joint table that are worth extending, numbered from 0.

    Attributes
    ----------
    within
        The kept cells that were extended by ``columns``; None when the table is one of ``columns`` alone.
    columns
        The columns of the table, or the one column by which ``within`` was extended.
    numbers
        (cells of the table,) int32, the number of each kept cell, and ``count`` for all others.
    count
        How many are kept.
    share
        Part of all rows that they hold.
    """

    within: Kept | None
    columns: tuple[int, ...]
    numbers: torch.Tensor
    count: int
    share: float

    @classmethod
    def of(
        cls,
        within: Kept | None,
        columns: tuple[int, ...],
        cells: npt.NDArray[np.intp],
        shape: tuple[int, ...],
        share: float,
    ) -> Kept:
        """Return the given flat positions of a table as kept cells."""
        # A table of extended cells is followed by one row for all the cells that were not kept.
        spare = shape[1] if within is not None else 0
        numbers = np.full(prod(shape) + spare, len(cells), dtype=np.int32)
        numbers[cells] = np.arange(len(cells), dtype=np.int32)
        return cls(within, columns, torch.from_numpy(numbers), len(cells), share)


class Counter:
    """Counts joint tables of columns.

    Parameters
    ----------
    codes
        The columns' codes, each (n,).
    lengths
        Number of codes of each column.
    sums
        What is added up.
    check
        Called between pieces; raises when the search is not wanted any more.
    device
        Where to count. Rows are taken in pieces on a CPU only.
    """

    def __init__(
        self,
        codes: Sequence[Codes],
        lengths: Sequence[int],
        sums: Sums,
        check: Callable[[], None],
        device: torch.device,
    ) -> None:
        self._codes = [_signed(column).to(device) for column in codes]
        self.lengths = tuple(lengths)
        self.n = len(codes[0]) if codes else 0
        self._sums = sums
        self._check = check
        self._device = device

    def tables(self, wanted: Sequence[tuple[int, ...]]) -> list[Table]:
        """Return the joint table of each tuple of columns, one axis per column. A shared start is packed once."""
        shapes = [tuple(self.lengths[column] for column in columns) for columns in wanted]
        sums = [self._sums.table(prod(shape)) for shape in shapes]
        for rows in self._pieces():
            amounts = self._sums.amounts(rows)
            packed = _PackedCodes(self._codes, self.lengths, rows)
            for columns, table in zip(wanted, sums, strict=True):
                self._sums.add(table, packed.of(columns), amounts)
        return [_shaped(self._sums.read(table), shape) for table, shape in zip(sums, shapes, strict=True)]

    def extended(self, kept: Kept, columns: Sequence[int]) -> list[Table]:
        """Return for each column the (kept cells, codes) table of the kept cells extended by it."""
        numbers_of = {kept: kept.numbers.to(self._device)}
        outer = kept.within
        while outer is not None:
            numbers_of[outer] = outer.numbers.to(self._device)
            outer = outer.within
        sums = [self._sums.table((kept.count + 1) * self.lengths[column]) for column in columns]
        sparse = kept.share < _SPARSE
        for rows in self._pieces():
            amounts = self._sums.amounts(rows)
            packed = _PackedCodes(self._codes, self.lengths, rows)
            number = packed.numbered(kept, numbers_of)
            chosen = _where(number < kept.count) if sparse else None
            if chosen is not None:
                number, amounts = number.index_select(0, chosen), amounts.index_select(-1, chosen)
            for column, table in zip(columns, sums, strict=True):
                self._sums.add(table, packed.beside(number, column, chosen), amounts)
        shapes = [(kept.count + 1, self.lengths[column]) for column in columns]
        found = [_shaped(self._sums.read(table), shape) for table, shape in zip(sums, shapes, strict=True)]
        return [(sizes[:-1], totals[:-1]) for sizes, totals in found]

    def cells(self, columns: Sequence[int]) -> int:
        """Return the number of cells of a joint table."""
        return prod(self.lengths[column] for column in columns)

    def restricted(self, column: int, codes: Sequence[int], others: Sequence[int]) -> Counter:
        """Return a counter of the rows that have one of some codes in a column; it knows some other columns only."""
        kept = torch.zeros(self.lengths[column], dtype=torch.bool)
        kept[list(codes)] = True
        rows = _where(kept.to(self._device)[self._codes[column].long()])
        smaller = copy(self)
        nothing = torch.empty(0, dtype=torch.uint8)
        smaller._codes = [
            codes.index_select(0, rows) if position in others else nothing for position, codes in enumerate(self._codes)
        ]
        smaller._sums = self._sums.restricted(rows)
        smaller.n = len(rows)
        return smaller

    def _pieces(self) -> Iterator[slice]:
        step = PIECE if self._device.type == "cpu" else max(1, self.n)
        for begin in range(0, self.n, step):
            self._check()
            yield slice(begin, begin + step)


class _PackedCodes:
    """The codes of several columns as one number per row, for one piece of the rows."""

    def __init__(self, codes: Sequence[torch.Tensor], lengths: tuple[int, ...], rows: slice) -> None:
        self._codes = codes
        self._lengths = lengths
        self._rows = rows
        self._columns: dict[tuple[int, torch.dtype], torch.Tensor] = {}
        self._start: tuple[tuple[int, ...], torch.dtype] | None = None
        self._packed_start = torch.empty(0)

    def of(self, columns: tuple[int, ...]) -> torch.Tensor:
        """Return the packed codes of some columns, the last one running fastest."""
        cells = prod(self._lengths[column] for column in columns)
        small = torch.int16 if cells < 2**15 else torch.int32 if cells < 2**31 else torch.int64
        if len(columns) == 1:
            return self._column(columns[0], small).long()
        start = columns[:-1]
        if self._start != (start, small):
            packed = self._column(start[0], small)
            for column in start[1:]:
                packed = torch.add(self._column(column, small), packed, alpha=self._lengths[column])
            self._start, self._packed_start = (start, small), packed
        last = columns[-1]
        return torch.add(self._column(last, small), self._packed_start, alpha=self._lengths[last]).long()

    def numbered(self, kept: Kept, numbers_of: dict[Kept, torch.Tensor]) -> torch.Tensor:
        """Return for each row the number of the kept cell that it is in."""
        if kept.within is None:
            cells = self.of(kept.columns)
        else:
            cells = self.beside(self.numbered(kept.within, numbers_of), kept.columns[0], None)
        return numbers_of[kept].index_select(0, cells)

    def beside(self, number: torch.Tensor, column: int, chosen: torch.Tensor | None) -> torch.Tensor:
        """Return a number per row packed with the code of a column, for all rows or the chosen ones."""
        if chosen is None:
            codes = self._column(column, torch.int32)
        else:
            codes = self._codes[column][self._rows].index_select(0, chosen).int()
        return torch.add(codes, number, alpha=self._lengths[column]).long()

    def _column(self, column: int, small: torch.dtype) -> torch.Tensor:
        key = column, small
        if key not in self._columns:
            self._columns[key] = self._codes[column][self._rows].to(small)
        return self._columns[key]


def _signed(codes: Codes) -> torch.Tensor:
    """Return codes as a tensor without a copy where torch can count with them as they are."""
    if codes.dtype == np.uint8:
        return as_tensor(np.ascontiguousarray(codes))
    return torch.from_numpy(codes.astype(np.int32))


def _where(mask: torch.Tensor) -> torch.Tensor:
    if mask.is_cuda:
        return mask.nonzero().squeeze(1)
    # Six times as fast as torch's own.
    return torch.from_numpy(np.flatnonzero(mask.numpy()))


def _shaped(table: Table, shape: tuple[int, ...]) -> Table:
    sizes, totals = table
    return sizes.reshape(shape), totals.reshape(shape)
