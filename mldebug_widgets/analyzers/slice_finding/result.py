"""What a slice search returns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, overload

import numpy as np
import numpy.typing as npt
import pandas as pd

from mldebug_widgets.analyzers.slice_finding.options import Direction
from mldebug_widgets.analyzers.slice_vocabulary.predicate import Predicate
from mldebug_widgets.errors import MldValueError


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

    "feature": the conditions name columns that the model does not see. "collect": training has few rows like these.
    "relabel": the labels disagree with those of similar rows. "drift": values here that training never saw. "model":
    none of these, so it is up to weights, features or the model. "confirm": the slice is not confirmed. "nothing": the
    model is no more wrong there than elsewhere.
    """

    kind: Literal["feature", "collect", "relabel", "drift", "model", "confirm", "nothing"]
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
        Number of those rows, and their share of all searched rows. Rows whose metric is unknown count in ``size``
        alone.
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
    evaluation
        What was searched; Python only.
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
    evaluation: Any = field(default=None, metadata={"wire": False})

    def describe(self) -> str:
        """Return the slice in a few sentences, with its numbers."""
        return self.description

    def what_next(self) -> tuple[NextStep, ...]:
        """Return what to do about it, computed when first asked.

        Raises
        ------
        MldValueError
            MLD-O72 when the slice does not know its Evaluation (it was read from a file, for example).
        """
        if self.next_steps:
            return self.next_steps
        if self.evaluation is None:
            raise MldValueError(
                "MLD-O72", "slice", "it does not know its Evaluation", "a slice of mld.find_slices(ev)",
                "Search again and ask one of the slices found.",
            )  # fmt: skip
        from mldebug_widgets.analyzers.slice_finding.next_steps import next_steps  # it builds on this module

        return next_steps(self.evaluation, self)

    def __repr__(self) -> str:
        verdict = {True: ", confirmed", False: ", not confirmed", None: ""}[self.confirmed]
        return (
            f"Slice({self.label}: {self.size:,} rows, {self.metric:.4g} against {self.rest_metric:.4g} "
            f"in the rest{verdict})"
        )


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
        Number of candidates that p-values are corrected for: combinations of conditions that each hold ``min_rows``
        rows. Those that hold them together are never more, so the correction is never too lenient.
    n, n_discovery, n_confirmation
        Rows searched in all, in the discovery half and in the confirmation half (0 when nothing was held back).
        Rows whose metric is unknown are not among them.
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

    def to_frame(self) -> pd.DataFrame:
        """Return a DataFrame of one row per slice, in rank order, indexed by rank.

        ``error_share`` is the share of all errors, ``metric_in`` and ``metric_out`` the metric in the slice and in the
        rest; ``effect``, ``low``, ``high``, ``p_value`` and ``confirmed`` are those of rows that the search did not
        see (``Slice`` says what each is).
        """
        columns = {
            "predicate": "label",
            "rows": "size",
            "error_share": "error_share",
            "metric_in": "metric",
            "metric_out": "rest_metric",
            "lift": "lift",
            "effect": "effect",
            "low": "low",
            "high": "high",
            "p_value": "p_value",
            "confirmed": "confirmed",
            "score": "score",
            "query": "query",
        }
        cells = {name: [getattr(entry, of) for entry in self.slices] for name, of in columns.items()}
        return pd.DataFrame(cells, index=pd.Index([entry.rank for entry in self.slices], name="rank"))

    def __repr__(self) -> str:
        where = f"{self.n:,} {self.split} rows" if self.split else f"{self.n:,} rows"
        confirmed = sum(entry.confirmed is True for entry in self.slices)
        verdict = f", {confirmed} confirmed on rows that the search did not see" if self.confirm else ", none tested"
        lead = f"{len(self.slices)} slices of {where}{verdict}; {self.n_searched:,} candidates"
        lines = [f"SlicesResult({lead}, mean {self.metric_label} {self.overall:.4g})"]
        lines += [f"{entry.rank:>3}. {entry!r}" for entry in self.slices]
        return "\n".join([*lines, *self.notes])
