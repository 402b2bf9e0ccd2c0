"""Which joint tables to count so that all wanted ones are their margins: fewer passes over the rows.

The joint table of four columns holds those of six pairs and of four triples. While it fits into the cache, counting
it takes hardly longer than counting one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, combinations, permutations

import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.slice_search.counting import Counter, Table
from mldebug_widgets.analyzers.slice_search.workers import Workers

Columns = tuple[int, ...]

#: Cells of a joint table that still fits into the cache.
_CACHED_CELLS = 16_384

#: Largest number of columns for which blocks are looked for.
_WIDEST = 3

#: Tuples of columns, in any order, up to which blocks are looked for: all of them are in the memory at once then.
_MOST_TUPLES = 1 << 22

#: Joint tables counted in one go by one thread, and their cells in all: they share the unpacking of the columns.
_TOGETHER = 16
_CELLS_TOGETHER = 1 << 18


def count_all(
    counter: Counter, workers: Workers, wanted: Iterable[Columns], take: Callable[[dict[Columns, Table]], None]
) -> None:
    """Count the joint tables of all wanted tuples of columns, and hand them over on the thread that counted them.

    Parameters
    ----------
    counter, workers
        What counts, and on which threads.
    wanted
        Ascending tuples of columns, all of one width, in ascending order. Where there can be millions, of more than
        three columns or of very many, they are taken as they come, each counted by itself.
    take
        Called with tuples and their tables, those that were counted together at once.
    """
    waiting = iter(wanted)
    first = next(waiting, None)
    if first is None:
        return
    waiting = chain([first], waiting)
    blocks: dict[Columns, list[Columns]] = {}
    if len(first) <= _WIDEST and len(counter.lengths) ** len(first) <= _MOST_TUPLES:
        # Summing up a block's table must cost less than another pass over the rows.
        blocks = blocks_for(list(waiting), counter.lengths, min(_CACHED_CELLS, counter.n // 16), workers.check)
        waiting = iter(sorted(blocks))

    def count(together: list[Columns]) -> None:
        tables: dict[Columns, Table] = {}
        for block, table in zip(together, counter.tables(together), strict=True):
            tables |= margins(table, block, blocks.get(block, [block]))
        take(tables)
        workers.advance(len(tables))

    workers.run(count, _grouped(waiting, counter))


def _grouped(blocks: Iterable[Columns], counter: Counter) -> Iterator[list[Columns]]:
    """Yield blocks that are counted together: neighbours, few enough for the memory."""
    group: list[Columns] = []
    cells = 0
    for block in blocks:
        cells += counter.cells(block)
        if group and (len(group) == _TOGETHER or cells > _CELLS_TOGETHER):
            yield group
            group, cells = [], counter.cells(block)
        group.append(block)
    if group:
        yield group


def blocks_for(
    wanted: Sequence[Columns], lengths: Sequence[int], limit: int, check: Callable[[], None]
) -> dict[Columns, list[Columns]]:
    """Return blocks of columns, and for each block the wanted tuples that are margins of its joint table.

    Greedy: a block starts with a tuple that no block has yet, and takes in the column that adds the most such tuples as
    long as its joint table has no more than ``limit`` cells. ``check`` is called for each block.
    """
    if not wanted:
        return {}
    width = len(wanted[0])
    missing = np.zeros((len(lengths),) * width, dtype=bool)
    for order in permutations(range(width)):
        missing[tuple(np.array(wanted).T[list(order)])] = True
    blocks = {}
    for columns in wanted:
        if missing[columns]:
            check()
            block = _block(columns, missing, np.asarray(lengths, dtype=np.int64), limit)
            blocks[block] = [inside for inside in combinations(block, width) if missing[inside]]
            missing[np.ix_(*[block] * width)] = False
    return blocks


def _block(columns: Columns, missing: npt.NDArray[np.bool_], lengths: npt.NDArray[np.int64], limit: int) -> Columns:
    block = list(columns)
    cells = int(np.prod(lengths[block]))
    others = tuple(range(missing.ndim - 1))
    while cells * lengths.min() <= limit:
        gain = missing[np.ix_(*[block] * len(others))].sum(axis=others)
        gain[block] = 0
        gain[cells * lengths > limit] = 0
        best = int(np.argmax(gain))
        if gain[best] == 0:
            break
        block.append(best)
        cells *= int(lengths[best])
    return tuple(sorted(block))


def margins(table: Table, block: Columns, wanted: Sequence[Columns]) -> dict[Columns, Table]:
    """Return the joint tables of some of a block's columns, one column summed away at a time."""
    if len(block) == len(wanted[0]):
        return {block: table}
    found: dict[Columns, Table] = {}
    for axis in reversed(range(len(block))):
        inside = [columns for columns in wanted if block[axis] not in columns and columns not in found]
        if inside:
            smaller = table[0].sum(axis=axis), table[1].sum(axis=axis)
            found |= margins(smaller, block[:axis] + block[axis + 1 :], inside)
    return found
