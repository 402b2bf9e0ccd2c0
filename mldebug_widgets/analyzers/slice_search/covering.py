"""Which joint tables to count so that all wanted ones are their margins: fewer passes over the rows."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.slice_search.counting import Table

#: Cells of a joint table that still fits into the cache.
CACHED_CELLS = 16_384


def blocks_for_pairs(
    wanted: Sequence[tuple[int, int]], lengths: Sequence[int], limit: int = CACHED_CELLS
) -> dict[tuple[int, ...], list[tuple[int, int]]]:
    """Return blocks of columns, and for each block the wanted pairs that are margins of its joint table.

    Greedy: a block starts with a pair that no block has yet, and takes in the column that adds the most such pairs as
    long as its joint table has no more than ``limit`` cells.
    """
    missing = np.zeros((len(lengths), len(lengths)), dtype=bool)
    for first, second in wanted:
        missing[first, second] = missing[second, first] = True
    blocks = {}
    for pair in wanted:
        if missing[pair]:
            block = _block(pair, missing, np.asarray(lengths), limit)
            inside = [(first, second) for first in block for second in block if first < second]
            blocks[block] = [pair for pair in inside if missing[pair]]
            missing[np.ix_(block, block)] = False
    return blocks


def _block(
    pair: tuple[int, int], missing: npt.NDArray[np.bool_], lengths: npt.NDArray[np.int64], limit: int
) -> tuple[int, ...]:
    block = list(pair)
    while True:
        gain = missing[block].sum(axis=0)
        gain[block] = 0
        gain[prod(int(lengths[column]) for column in block) * lengths > limit] = 0
        best = int(np.argmax(gain))
        if gain[best] == 0:
            return tuple(sorted(block))
        block.append(best)


def margin(table: Table, block: tuple[int, ...], columns: tuple[int, ...]) -> Table:
    """Return the joint table of some of a block's columns."""
    others = tuple(axis for axis, column in enumerate(block) if column not in columns)
    return (table[0].sum(axis=others), table[1].sum(axis=others)) if others else table
