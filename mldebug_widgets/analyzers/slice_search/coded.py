"""What the search reads and returns: columns as small codes, and candidates as runs of codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

#: "none": a predicate is one code. "runs": neighbouring codes may be merged. "sets": codes in order of their mean
#: value may be merged, worst first.
Merging = Literal["none", "runs", "sets"]


@dataclass(frozen=True, slots=True, eq=False)
class CodedColumn:
    """One column as small codes.

    Attributes
    ----------
    name
        For messages; never parsed.
    codes
        (n,) uint8 or uint16, each below ``size``.
    size
        Number of codes.
    usable
        (size,) whether a code may be a predicate by itself. Codes that stand for "everything else" may not.
    merging
        How codes may be merged into one predicate. Codes that are not ``usable`` are never part of a merge.
    ordered
        For "runs": number of leading codes that have an order; a code behind them (missing) stands alone.
    group
        Columns of one group are never combined in one slice (for example the bins and the hours of one datetime
        may be, the words "refund" present and absent are one column and need no group). -1 = none.
    """

    name: str
    codes: npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
    size: int
    usable: npt.NDArray[np.bool_]
    merging: Merging
    ordered: int
    group: int = -1


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A conjunction: for each of its columns, the codes that fulfil its predicate.

    Attributes
    ----------
    columns
        Positions of its columns, ascending.
    codes
        For each column, the ascending codes whose rows it takes.
    size, total
        Number of rows, and the sum of the searched values over them.
    score
        The objective's value; larger is a better candidate.
    """

    columns: tuple[int, ...]
    codes: tuple[tuple[int, ...], ...]
    size: int
    total: float
    score: float


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The answer of a search.

    Attributes
    ----------
    ranked
        The exact top k by score, best first; ties: larger size, fewer columns, then columns and codes in order.
    evident
        The candidates with the strongest evidence (largest standardised difference to all rows), strongest first;
        empty unless asked for.
    n_searched
        Number of candidates that were considered: counted, or ruled out by a bound. What a correction must count.
    exhausted
        True when every candidate that is large enough is in ``ranked``.
    """

    ranked: tuple[Candidate, ...]
    evident: tuple[Candidate, ...]
    n_searched: int
    exhausted: bool
