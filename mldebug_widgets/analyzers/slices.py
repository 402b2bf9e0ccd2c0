"""Where is the model wrong? Exact slice finding, confirmed on rows that the search did not see."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from mldebug_widgets.analyzers.arguments import checked_evaluation
from mldebug_widgets.analyzers.row_metric import searched_rows
from mldebug_widgets.analyzers.slice_finding.assembly import Assembly
from mldebug_widgets.analyzers.slice_finding.cost import told_of_cost, within
from mldebug_widgets.analyzers.slice_finding.looks import Looks, Progress, Turn
from mldebug_widgets.analyzers.slice_finding.next_steps import Advisor
from mldebug_widgets.analyzers.slice_finding.notes import about, left_out, nothing_to_find
from mldebug_widgets.analyzers.slice_finding.options import (
    Direction,
    Objective,
    Options,
    bins_of,
    checked_options,
    checked_other,
)
from mldebug_widgets.analyzers.slice_finding.result import FoldedSlice, NextStep, Slice, SlicesResult, TreeNode
from mldebug_widgets.analyzers.slice_finding.search import Discovery, Halves, chosen_metric, in_halves
from mldebug_widgets.analyzers.slice_finding.tree import ErrorTree
from mldebug_widgets.analyzers.slice_vocabulary.vocabulary import Vocabulary, build_vocabulary

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation

__all__ = [
    "Direction",
    "FoldedSlice",
    "NextStep",
    "Slice",
    "SlicesResult",
    "TreeNode",
    "default_slices",
    "find_slices",
    "with_next_steps",
]

#: What the search that nobody asked for may take, by estimate.
DEFAULT_SECONDS = 20.0

_DEFAULTS: WeakKeyDictionary[Evaluation, SlicesResult] = WeakKeyDictionary()
_ONE_AT_A_TIME = Turn()


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
        Names of the columns that conditions are made of: features, metadata, "predicted", the target, "text" and what
        is known of images. By default all but the answers: given the truth, where a classifier is wrong is where it
        gives the other answer, which would hide everything else. Of three or more classes the predicted one is in.
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
        Columns that the model never saw, row by row with the Evaluation, in place of those that it was given: what
        ``mld.evaluate(metadata=)`` takes. ``ev.with_metadata(metadata)`` understands queries that name them.
    direction
        "worse"; "better" for where the metric is low; "difference" for where it is higher than in ``other``.
    other
        A second Evaluation of the same rows, for direction "difference".
    tree
        Also grow the readable error tree.
    cancelled
        Asked at least every 100 ms; when it says True the search raises ``concurrent.futures.CancelledError``.
    progress
        Called with what is being done, and how far it is (0 to 1); told what a long search may take, in place of the
        warning.

    Returns
    -------
    SlicesResult
        A sequence of ``Slice``: confirmed ones first and each group by score with ``fold``, else by score alone. Each
        has ``query`` (selects exactly its rows), ``rows`` (positions), ``metric`` and ``rest_metric`` (its mean there
        and elsewhere), ``low`` and ``high`` (95% interval of the difference), ``p_value`` and ``confirmed``.
        ``n_searched`` is the number of candidates; ``notes`` says what a reader must know, for example that no row is
        wrong.

    Raises
    ------
    MldValueError, MldTypeError
        MLD-O62 to O71 for options, MLD-W34 to W36 for metric and split, and the codes of unknown columns and of
        metadata that are not aligned.

    Notes
    -----
    The score is that of S. Sagadeeva and M. Boehm, "SliceLine", SIGMOD 2021. p-values are one-sided (hypergeometric
    tail for shares, Welch for other means) and corrected for every candidate searched (Benjamini and Hochberg, 1995);
    intervals are Newcombe's or Welch's, each for its slice alone. Rows are taken for independent draws: several rows of
    one person or one day fall on both halves, which makes p-values too small. With such rows, search a split whose
    groups are not in the others, and look whether the slice comes back in another one. A confirmed slice is where the
    errors are, not why they are there.

    Examples
    --------
    >>> slices = mld.find_slices(ev)
    >>> slices.to_frame()
    >>> for found in slices:
    ...     print(found.describe(), ev.X.iloc[found.rows].head())
    """
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
    seen = ev if metadata is None else ev.with_metadata(metadata)
    return _search(seen, halves, options, columns=columns, looks=Looks(cancelled, progress))


def default_slices(
    ev: Evaluation, *, cancelled: Callable[[], bool] | None = None, progress: Progress | None = None
) -> SlicesResult:
    """Return what ``find_slices`` finds by default, with the error tree and the next steps; searched once.

    The Slices panel and the check MLD108 show this result. Where three conditions could take longer than 20 seconds
    there are fewer, which ``notes`` says.

    Raises
    ------
    concurrent.futures.CancelledError
        When ``cancelled`` says True; nothing is kept then.
    """
    checked_evaluation(ev)
    looks = Looks(cancelled, progress)
    with _ONE_AT_A_TIME.taken(looks.cancelled):
        known = _DEFAULTS.get(ev)
        if known is None:
            options = Options(tree=True)
            halves = in_halves(searched_rows(ev), chosen_metric(ev, None, None), confirm=True, seed=options.seed)
            found = _search(ev, halves, options, columns=None, looks=looks, most_seconds=DEFAULT_SECONDS)
            known = with_next_steps(found, ev, cancelled=cancelled)
            _DEFAULTS[ev] = known
    return known


def with_next_steps(
    result: SlicesResult, ev: Evaluation, *, cancelled: Callable[[], bool] | None = None
) -> SlicesResult:
    """Return ``result`` with the next steps of every slice computed; its slices no longer refer to ``ev``.

    Raises
    ------
    concurrent.futures.CancelledError
        When ``cancelled`` says True.
    """
    looks = Looks(cancelled)
    advisor = Advisor(ev, looks.cancelled)
    advised = []
    for found in result.slices:
        advised.append(replace(found, next_steps=advisor.about(found), evaluation=None))
        looks.look()
    return replace(result, slices=tuple(advised))


def _search(
    ev: Evaluation,
    halves: Halves,
    options: Options,
    *,
    columns: Sequence[str] | None,
    looks: Looks,
    most_seconds: float | None = None,
) -> SlicesResult:
    started = time.perf_counter()
    n_seen = int(halves.discovery.sum())
    nothing = nothing_to_find(halves, options)
    if nothing:
        return _result(halves, options, notes=(nothing, *left_out(halves)), seconds=time.perf_counter() - started)
    looks.tell("reading the columns")
    vocabulary = build_vocabulary(
        ev,
        halves.scope.rows,
        np.where(halves.known, halves.values, 0.0),
        discovery=None if halves.discovery.all() else halves.discovery,
        columns=columns,
        merge=options.merge,
        min_rows=options.rows_of(n_seen),
        bins=bins_of(n_seen, _n_ordered(ev, columns)),
        cancelled=looks.cancelled,
    )
    fewer: tuple[str, ...] = ()
    if most_seconds is None:
        looks = told_of_cost(vocabulary.columns, n_seen, options, looks)
    else:
        options, fewer = within(most_seconds, vocabulary.columns, n_seen, options)
    discovery = Discovery(halves, vocabulary, options, looks)
    ranked = discovery.distinct() if options.fold else discovery.exact()
    assembly = Assembly(ev, halves, vocabulary, options.direction, discovery.n_searched)
    found = assembly.slices(ranked, options.k, confirm=options.confirm, reorder=options.fold)
    grown = ErrorTree(halves, vocabulary, options.rows_of(assembly.n), looks.cancelled).nodes() if options.tree else ()
    notes = about(
        len(found),
        halves,
        options,
        n_columns=len(vocabulary.columns),
        n_searched=discovery.n_searched,
        is_complete=discovery.is_complete,
    )
    return _result(
        halves,
        options,
        slices=found,
        n_searched=discovery.n_searched,
        vocabulary=vocabulary,
        tree=grown,
        notes=(*notes, *left_out(halves), *fewer, *vocabulary.notes),
        seconds=time.perf_counter() - started,
    )


def _n_ordered(ev: Evaluation, columns: Sequence[str] | None) -> int:
    """Return how many of the columns that may be searched are binned."""
    features = [*ev.features, *ev.metadata_features]
    return sum(
        feature.kind in ("numeric", "datetime") for feature in features if columns is None or feature.name in columns
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
