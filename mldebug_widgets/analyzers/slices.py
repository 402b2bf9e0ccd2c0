"""Where is the model wrong? Exact slice finding, confirmed on rows that the search did not see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, overload

import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.slice_vocabulary.predicate import Predicate

Direction = Literal["worse", "better", "difference"]


@dataclass(frozen=True, slots=True, eq=False)
class FoldedSlice:
    """A slice that says nothing new beside the one that it is folded under, and why."""

    label: str
    query: str
    size: int
    metric: float
    why: Literal["same rows", "adds nothing", "explained by it"]


@dataclass(frozen=True, slots=True, eq=False)
class NextStep:
    """One thing to do about a slice, with the numbers that suggest it.

    "collect": training has few rows like these. "relabel": the labels disagree with those of similar rows. "drift":
    values here that training never saw. "model": none of these, so it is up to weights, features or the model.
    """

    kind: Literal["collect", "relabel", "drift", "model"]
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Slice:
    """Rows that fulfil a few conditions together, and how wrong the model is there.

    Attributes
    ----------
    rank
        Position in the result, from 1.
    label
        The conditions in words, joined by "and".
    query
        Pandas query that selects exactly ``rows``; ``Evaluation.rows_matching`` understands it too.
    predicates
        The conditions.
    rows
        (size,) row positions in the Evaluation, ascending, of all searched rows that are in the slice.
    size, share
        Number of those rows, and their share of all searched rows.
    metric, rest_metric
        Mean of the searched metric in the slice and in the rest of the searched rows.
    lift
        ``metric`` over the mean of all searched rows; NaN where that is 0.
    error_sum, error_share
        Sum of the metric in the slice, and its share of the sum over all searched rows (NaN where that is 0).
    score
        The objective on the rows of the search (the discovery half, when the slice is confirmed on the other).
    effect, low, high
        Difference of the metric, slice minus rest, with its 95% interval: on the confirmation half, or on all
        searched rows when nothing was held back.
    p_value
        Adjusted for all candidates that were searched (Benjamini-Hochberg); NaN when nothing was held back.
    confirmed
        Whether the difference holds on rows that the search did not see; None when nothing was held back.
    n_confirmation
        Rows of the slice in the confirmation half; 0 when nothing was held back.
    folded
        Slices that were folded under this one.
    description
        The slice in one or two sentences, with its numbers.
    next_steps
        What to do about it; empty until computed (``what_next``).
    """

    rank: int
    label: str
    query: str
    predicates: tuple[Predicate, ...]
    rows: npt.NDArray[np.intp] = field(metadata={"wire": False})
    size: int
    share: float
    metric: float
    rest_metric: float
    lift: float
    error_sum: float
    error_share: float
    score: float
    effect: float
    low: float
    high: float
    p_value: float
    confirmed: bool | None
    n_confirmation: int
    folded: tuple[FoldedSlice, ...]
    description: str
    next_steps: tuple[NextStep, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class TreeNode:
    """One node of the error tree. ``parent`` is the node's position in the tuple, -1 for the root."""

    parent: int
    depth: int
    label: str
    query: str
    size: int
    metric: float
    error_share: float
    is_leaf: bool


@dataclass(frozen=True, slots=True, eq=False)
class SlicesResult(Sequence[Slice]):
    """The slices found, in rank order. A sequence of its slices.

    Attributes
    ----------
    slices
        Confirmed ones first when similar slices are folded, else the exact top k by score.
    n_searched
        Number of candidates considered.
    n, n_discovery, n_confirmation
        Rows searched in all, in the discovery half and in the confirmation half (0 when nothing was held back).
    split
        Name of the split that was searched, "" for all rows.
    metric_name, metric_label
        What was searched ("error", "loss", "absolute_residual", ...), and how it reads on screen.
    overall, total
        Mean and sum of the metric over the searched rows.
    direction
        "worse": where the metric is high. "better": where it is low. "difference": where two evaluations differ.
    objective
        The score in words, with its parameters.
    k, max_predicates, min_rows, merge, fold, confirm, seed
        The options as they were applied.
    n_columns
        Number of columns that predicates were made of.
    skipped
        Columns that took no part, and why.
    tree
        The error tree, parents before children; empty unless asked for.
    notes
        What a reader must know: rows left out because their metric is NaN, nothing to find, and the like.
    seconds
        How long it took.
    """

    kind: Literal["slices"]
    slices: tuple[Slice, ...]
    n_searched: int
    n: int
    n_discovery: int
    n_confirmation: int
    split: str
    metric_name: str
    metric_label: str
    overall: float
    total: float
    direction: Direction
    objective: str
    k: int
    max_predicates: int
    min_rows: int
    merge: bool
    fold: bool
    confirm: bool
    seed: int
    n_columns: int
    skipped: tuple[tuple[str, str], ...]
    tree: tuple[TreeNode, ...]
    notes: tuple[str, ...]
    seconds: float

    def __len__(self) -> int:
        return len(self.slices)

    @overload
    def __getitem__(self, index: int) -> Slice: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Slice, ...]: ...

    def __getitem__(self, index: int | slice) -> Slice | tuple[Slice, ...]:
        return self.slices[index]
