"""Rows of conjunctions as packed bits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.slice_search.coded import CodedColumn

Bits = npt.NDArray[np.uint8]
Positions = npt.NDArray[np.intp]

#: For each of its columns the codes that it takes: ((column, codes), ...), columns ascending.
Conjunction = tuple[tuple[int, tuple[int, ...]], ...]

#: Packed predicates that are kept between questions, in bytes.
CACHE_BYTES = 64_000_000


class RowMasks:
    """Which rows fulfil a conjunction.

    Parameters
    ----------
    columns
        Columns of codes, each (n,).
    """

    def __init__(self, columns: Sequence[CodedColumn]) -> None:
        self._columns = columns
        self._predicates: dict[tuple[int, tuple[int, ...]], Bits] = {}

    def bits(self, conjunction: Conjunction) -> Bits:
        """Return the rows as packed bits; those of the last byte beyond the rows are zero."""
        packed = [self._predicate(column, codes) for column, codes in conjunction]
        out = packed[0]
        for other in packed[1:]:
            out = out & other
        return out

    def rows(self, bits: Bits) -> Positions:
        """Return the positions of the set bits, ascending."""
        # Most bytes of a small slice are empty: only the others are unpacked.
        filled = np.flatnonzero(bits)
        set_bits = np.flatnonzero(np.unpackbits(bits[filled]))
        rows: Positions = (filled * 8)[set_bits >> 3] + (set_bits & 7)
        return rows

    def _predicate(self, column: int, codes: tuple[int, ...]) -> Bits:
        known = self._predicates.get((column, codes))
        if known is None:
            coded = self._columns[column]
            fulfils = np.zeros(coded.size, dtype=np.uint8)
            fulfils[list(codes)] = 1
            known = np.packbits(fulfils[coded.codes])
            if len(self._predicates) * known.nbytes < CACHE_BYTES:
                self._predicates[column, codes] = known
        return known


def count(bits: Bits) -> int:
    """Return how many bits are set."""
    whole = len(bits) // 8 * 8
    words: npt.NDArray[Any] = bits[:whole].view(np.uint64)
    return int(np.bitwise_count(words).sum(dtype=np.int64) + np.bitwise_count(bits[whole:]).sum(dtype=np.int64))
