"""What an exported file needs to follow one brush: the joint histogram of every two columns, in fewer bins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.crossfilter_cubes.counting import Counted, Joint, joint_counts
from mldebug_widgets.analyzers.crossfilter_cubes.table import BinnedTable

#: Bins with values per column in a file, and columns.
CARRIED_BINS = 23
CARRIED_COLUMNS = 24


def coarse_table(table: BinnedTable, kept: Sequence[int]) -> BinnedTable:
    """Return the columns at ``kept`` in at most ``CARRIED_BINS`` bins each, and one for missing values."""
    columns = tuple(table.columns[place].coarser(CARRIED_BINS) for place in kept)
    return replace(table, columns=columns)


def pairwise(table: BinnedTable) -> list[Joint]:
    """Return the joint counts of every two columns: the first with all behind it, the second with all behind it, ..."""
    columns = table.columns
    counted = [Counted(column.codes, column.size) for column in columns]
    joints = []
    for place, column in enumerate(columns):
        joints += joint_counts(column.codes, column.size, counted[place + 1 :], table.metric)
    return joints


def flat(parts: Sequence[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    """Return the parts one after the other, in the smallest type that holds their numbers exactly."""
    together = np.concatenate([part.reshape(-1) for part in parts]) if parts else np.empty(0, np.int64)
    whole = together.dtype.kind != "f" or bool((together == np.floor(together)).all())
    if not whole:
        return together.astype(np.float32)
    largest = int(together.max(initial=0))
    return together.astype(np.uint8 if largest < 2**8 else np.uint16 if largest < 2**16 else np.int32)
