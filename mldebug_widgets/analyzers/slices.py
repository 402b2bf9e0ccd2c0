"""Where is the model wrong? Exact slice finding, confirmed on rows that the search did not see."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from mldebug_widgets.analyzers.arguments import checked_evaluation
from mldebug_widgets.analyzers.row_metric import searched_rows
from mldebug_widgets.analyzers.slice_finding.assembly import Assembly
from mldebug_widgets.analyzers.slice_finding.notes import about, left_out, nothing_to_find
from mldebug_widgets.analyzers.slice_finding.options import (
    Direction,
    Objective,
    Options,
    checked_options,
    checked_other,
)
from mldebug_widgets.analyzers.slice_finding.result import FoldedSlice, NextStep, Slice, SlicesResult, TreeNode
from mldebug_widgets.analyzers.slice_finding.search import Discovery, Halves, Progress, chosen_metric, in_halves
from mldebug_widgets.analyzers.slice_vocabulary.vocabulary import Vocabulary, build_vocabulary

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation

__all__ = ["Direction", "FoldedSlice", "NextStep", "Slice", "SlicesResult", "TreeNode", "find_slices"]


def find_slices(
    ev: Evaluation,
    *,
    k: int = 10,
    max_predicates: int = 3,
    min_rows: int | None = None,
    columns: Sequence[str] | None = None,
    metric: Any = None,
    alpha: float = 0.95,
    objective: Objective = "sliceline",
    merge: bool = True,
    fold: bool = True,
    confirm: bool = True,
    seed: int = 0,
    split: str | None = None,
    metadata: Any = None,
    direction: Direction = "worse",
    other: Evaluation | None = None,
    tree: bool = False,
    cancelled: Callable[[], bool] | None = None,
    progress: Progress | None = None,
) -> SlicesResult:
    """Return where the model is wrong: the conjunctions of conditions whose rows have the highest error.

    All conjunctions of up to ``max_predicates`` conditions are searched; bounds rule out most of them without
    counting, and none that could be among the best.

    Parameters
    ----------
    ev
        The Evaluation.
    k
        Number of slices, 1 to 1,000.
    max_predicates
        Most conditions in a slice, 1 to 6. Above 4, or when it may take above a minute, it says so before it starts.
    min_rows
        Fewest rows of a slice among the rows that the search sees. By default 0.2% of them, at least 20.
    columns
        Names of the columns that conditions are made of. By default all, and also the target, the predicted class,
        and what is known of texts, images and metadata.
    metric
        What is searched, larger = more wrong: "error", "loss", "absolute_residual", "residual" (predicted minus
        actual), or n values, one per row of the Evaluation. By default "error" with classes, "absolute_residual" for
        regression, "loss" for several labels. Rows without a value are left out, which ``notes`` says.
    alpha
        Weight of the excess error against the size in SliceLine's score, above 0 and up to 1; with 1 size counts
        nothing.
    objective
        "sliceline", or "mean_difference": the mean in the slice minus the mean of all rows.
    merge
        Whether neighbouring bins and several categories may make one condition. If not, conditions are single values
        and quantile bins.
    fold
        Return k distinct slices. Those with the same rows, those that add nothing to one with fewer conditions, and
        those that another explains are folded under that one. If not, return the exact top k by score.
    confirm
        Search one half of the rows, drawn by ``seed``, and measure effect, interval and p-value on the other half.
    seed
        Seed of the halves.
    split
        Name of the split to search, or "all". By default the held-out split where there are several.
    metadata
        Columns that the model never saw, row by row with the Evaluation: a DataFrame, or what ``mld.evaluate`` takes.
    direction
        "worse"; "better" for where the metric is low; "difference" for where it is higher than in ``other``.
    other
        A second Evaluation of the same rows, for direction "difference".
    tree
        Also grow the readable error tree.
    cancelled
        Asked at least every 100 ms; when it says True the search raises ``concurrent.futures.CancelledError``.
    progress
        Called with what is being done, and how far it is (0 to 1).

    Returns
    -------
    SlicesResult
        A sequence of ``Slice``: confirmed ones first and each group by score with ``fold``, else by score alone.
        ``notes`` says what a reader must know, for example that no row is wrong.

    Raises
    ------
    MldValueError, MldTypeError
        MLD-O62 to O71 for options, MLD-W34 to W36 for metric and split, and the codes of unknown columns and of
        metadata that are not aligned.

    Notes
    -----
    The score is that of S. Sagadeeva and M. Boehm, "SliceLine", SIGMOD 2021. p-values are one-sided (hypergeometric
    tail for shares, Welch for other means) and corrected for every candidate searched (Benjamini and Hochberg, 1995);
    intervals are Newcombe's or Welch's, each for its slice alone. Rows are taken for independent draws: rows that come
    in groups make p-values too small. A confirmed slice is where the errors are, not why they are there.
    """
    started = time.perf_counter()
    checked_evaluation(ev)
    options = checked_options(
        k=k,
        max_predicates=max_predicates,
        min_rows=min_rows,
        alpha=alpha,
        objective=objective,
        direction=direction,
        flags={"merge": merge, "fold": fold, "confirm": confirm, "tree": tree},
        seed=seed,
    )
    compared = checked_other(ev, other, options.direction)
    halves = in_halves(
        searched_rows(ev, split), chosen_metric(ev, metric, compared), confirm=options.confirm, seed=options.seed
    )
    nothing = nothing_to_find(halves, options)
    if nothing:
        return _result(halves, options, notes=(nothing, *left_out(halves)), seconds=time.perf_counter() - started)
    vocabulary = build_vocabulary(
        ev,
        halves.scope.rows,
        np.where(halves.known, halves.values, 0.0),
        discovery=None if halves.discovery.all() else halves.discovery,
        columns=columns,
        metadata=metadata,
        merge=options.merge,
        min_rows=options.rows_of(int(halves.discovery.sum())),
    )
    discovery = Discovery(halves, vocabulary, options, cancelled=cancelled, progress=progress)
    ranked = discovery.distinct() if options.fold else discovery.exact()
    assembly = Assembly(ev, halves, vocabulary, options.direction, discovery.n_searched)
    found = assembly.slices(ranked, options.k, confirm=options.confirm, reorder=options.fold)
    notes = about(len(found), len(vocabulary.columns), options, is_complete=discovery.is_complete)
    return _result(
        halves,
        options,
        slices=found,
        n_searched=discovery.n_searched,
        vocabulary=vocabulary,
        notes=(*notes, *left_out(halves), *vocabulary.notes),
        seconds=time.perf_counter() - started,
    )


def _result(
    halves: Halves,
    options: Options,
    *,
    slices: tuple[Slice, ...] = (),
    n_searched: int = 0,
    vocabulary: Vocabulary | None = None,
    tree: tuple[TreeNode, ...] = (),
    notes: tuple[str, ...],
    seconds: float,
) -> SlicesResult:
    known = halves.values[halves.known]
    return SlicesResult(
        kind="slices",
        slices=slices,
        n_searched=n_searched,
        n=len(known),
        n_discovery=int(halves.discovery.sum()),
        n_confirmation=int(halves.confirmation.sum()),
        split=halves.scope.split,
        metric_name=halves.metric.name,
        metric_label=halves.metric.label,
        overall=float(known.mean()) if len(known) else float("nan"),
        total=float(known.sum()),
        direction=options.direction,
        objective=options.score_in_words,
        k=options.k,
        max_predicates=options.max_predicates,
        min_rows=options.rows_of(int(halves.discovery.sum())),
        merge=options.merge,
        fold=options.fold,
        confirm=options.confirm,
        seed=options.seed,
        n_columns=0 if vocabulary is None else len(vocabulary.columns),
        skipped=() if vocabulary is None else vocabulary.skipped,
        tree=tree,
        notes=notes,
        seconds=seconds,
    )
