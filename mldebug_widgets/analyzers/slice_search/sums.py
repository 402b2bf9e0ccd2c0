"""Ways to add up sizes and totals in one pass over the rows: what one row adds, and how a table of sums is read."""

from __future__ import annotations

import warnings
from copy import copy
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import torch

from mldebug_widgets.analyzers.slice_search.objective import Float64s, Int64s

#: Bits of a packed sum that hold the size.
_SIZE_BITS = 32


def as_tensor(array: npt.NDArray[Any]) -> torch.Tensor:
    """Return a tensor that shares the memory of an array, which may be read-only: nothing here writes into it."""
    if array.flags.writeable:
        return torch.from_numpy(array)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The given NumPy array is not writable")
        return torch.from_numpy(array)


class Sums(Protocol):
    """Adds rows to the cells of a table."""

    def restricted(self, rows: torch.Tensor) -> Sums:
        """Return the same for some of the rows."""
        ...

    def table(self, cells: int) -> torch.Tensor:
        """Return a table of zeros."""
        ...

    def amounts(self, rows: slice) -> torch.Tensor:
        """Return what each of some rows adds to its cell."""
        ...

    def add(self, table: torch.Tensor, cells: torch.Tensor, amounts: torch.Tensor) -> None:
        """Add rows to their cells."""
        ...

    def read(self, table: torch.Tensor) -> tuple[Int64s, Float64s]:
        """Return the size and the total of each cell."""
        ...


class PackedSums:
    """Whole values: size and total are the two halves of one integer, so that one addition does both, exactly."""

    def __init__(self, sizes: Int64s | None, totals: Float64s) -> None:
        packed = totals.astype(np.int64) << _SIZE_BITS
        packed += 1 if sizes is None else sizes
        self._packed = torch.from_numpy(packed)

    def restricted(self, rows: torch.Tensor) -> PackedSums:
        """Return the same for some of the rows."""
        some = copy(self)
        some._packed = self._packed.index_select(0, rows)
        return some

    @staticmethod
    def can_hold(n: int, totals: Float64s) -> bool:
        """Return whether the values are whole numbers whose sum fits into half of an integer."""
        limit = 2 ** (_SIZE_BITS - 1)
        return n < limit and float(totals.sum()) < limit and bool(np.all(totals == np.floor(totals)))

    def table(self, cells: int) -> torch.Tensor:
        """Return a table of zeros."""
        return torch.zeros(cells, dtype=torch.int64)

    def amounts(self, rows: slice) -> torch.Tensor:
        """Return what each of some rows adds to its cell."""
        return self._packed[rows]

    def add(self, table: torch.Tensor, cells: torch.Tensor, amounts: torch.Tensor) -> None:
        """Add rows to their cells."""
        table.scatter_add_(0, cells, amounts)

    def read(self, table: torch.Tensor) -> tuple[Int64s, Float64s]:
        """Return the size and the total of each cell."""
        packed: Int64s = table.numpy()
        return packed & (2**_SIZE_BITS - 1), (packed >> _SIZE_BITS).astype(np.float64)


class ComplexSums:
    """Real values: size and total are the two parts of a complex number, so that one addition does both."""

    def __init__(self, sizes: Int64s | None, totals: Float64s) -> None:
        self._sizes = None if sizes is None else as_tensor(sizes)
        self._totals = as_tensor(totals)

    def restricted(self, rows: torch.Tensor) -> ComplexSums:
        """Return the same for some of the rows."""
        some = copy(self)
        some._totals = self._totals.index_select(0, rows)
        some._sizes = None if self._sizes is None else self._sizes.index_select(0, rows)
        return some

    def table(self, cells: int) -> torch.Tensor:
        """Return a table of zeros."""
        return torch.zeros(cells, dtype=torch.complex128)

    def amounts(self, rows: slice) -> torch.Tensor:
        """Return what each of some rows adds to its cell; made anew, because all rows would be twice the values."""
        totals = self._totals[rows]
        amounts = torch.empty(len(totals), dtype=torch.complex128)
        parts = torch.view_as_real(amounts)
        parts[:, 0] = 1.0 if self._sizes is None else self._sizes[rows]
        parts[:, 1] = totals
        return amounts

    def add(self, table: torch.Tensor, cells: torch.Tensor, amounts: torch.Tensor) -> None:
        """Add rows to their cells."""
        table.scatter_add_(0, cells, amounts)

    def read(self, table: torch.Tensor) -> tuple[Int64s, Float64s]:
        """Return the size and the total of each cell."""
        parts: npt.NDArray[np.complex128] = table.numpy()
        return parts.real.astype(np.int64), np.ascontiguousarray(parts.imag)


class SeparateSums:
    """Any values, on any device: two tables in one, added to one after the other."""

    def __init__(self, sizes: Int64s | None, totals: Float64s, device: torch.device) -> None:
        counts = np.ones(len(totals)) if sizes is None else sizes.astype(np.float64)
        self._amounts = torch.from_numpy(np.stack([counts, totals])).to(device)

    def restricted(self, rows: torch.Tensor) -> SeparateSums:
        """Return the same for some of the rows."""
        some = copy(self)
        some._amounts = self._amounts.index_select(1, rows)
        return some

    def table(self, cells: int) -> torch.Tensor:
        """Return a table of zeros."""
        return torch.zeros((2, cells), dtype=torch.float64, device=self._amounts.device)

    def amounts(self, rows: slice) -> torch.Tensor:
        """Return what each of some rows adds to its cell."""
        return self._amounts[:, rows]

    def add(self, table: torch.Tensor, cells: torch.Tensor, amounts: torch.Tensor) -> None:
        """Add rows to their cells."""
        table[0].scatter_add_(0, cells, amounts[0])
        table[1].scatter_add_(0, cells, amounts[1])

    def read(self, table: torch.Tensor) -> tuple[Int64s, Float64s]:
        """Return the size and the total of each cell."""
        sizes, totals = table.cpu().numpy()
        return sizes.astype(np.int64), np.ascontiguousarray(totals)
