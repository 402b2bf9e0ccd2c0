"""Categories and switches as bins: the most frequent values, one bin for all others, one for what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mldebug_widgets.analyzers.crossfilter_cubes.binned import MISSING, OTHER, BinnedColumn, Listed
from mldebug_widgets.analyzers.crossfilter_cubes.ordered import Naming
from mldebug_widgets.analyzers.slice_vocabulary.wording import literal_of, word_of

#: The most categories that stand for themselves.
MOST_CATEGORIES = 20

Codes = npt.NDArray[np.integer[Any]]


def bin_categories(codes: Codes, values: Sequence[Any], naming: Naming, *, in_order: bool = False) -> BinnedColumn:
    """Bin codes (-1 = missing) of ``values``: the most frequent first, unless they are few and ``in_order``."""
    counts = np.bincount(codes.astype(np.int64) + 1, minlength=len(values) + 1)
    present = np.flatnonzero(counts[1:])
    kept = present[np.argsort(-counts[1:][present], kind="stable")][:MOST_CATEGORIES]
    if in_order:
        kept = np.sort(kept)
    has_other, has_missing = len(present) > len(kept), bool(counts[0])
    bin_of = np.full(len(values) + 1, len(kept), dtype=np.uint8)
    bin_of[kept] = np.arange(len(kept))
    bin_of[-1] = len(kept) + has_other  # the code of missing values is -1
    literals = tuple(literal_of(values[code]) for code in kept)
    nameable = naming.expression != "" and None not in literals
    labels = [word_of(values[code]) for code in kept]
    return BinnedColumn(
        naming.name,
        naming.role,
        "categorical",
        bin_of[codes],
        np.empty(0),
        (*labels, *([OTHER] if has_other else []), *([MISSING] if has_missing else [])),
        (),
        (),
        has_missing,
        naming.expression if nameable else "",
        naming.column,
        Listed(tuple(text or "" for text in literals), has_other),
    )


def flag_codes(column: pd.Series) -> npt.NDArray[np.int8]:
    """Return a column of switches as 0 and 1, -1 where missing."""
    missing = column.isna().to_numpy()
    return np.where(missing, -1, column.astype("boolean").fillna(False).to_numpy(dtype=bool)).astype(np.int8)
