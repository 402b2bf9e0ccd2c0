"""How long a search may take, before it starts."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mldebug_widgets.analyzers.slice_finding.looks import Looks
from mldebug_widgets.analyzers.slice_finding.options import Options
from mldebug_widgets.analyzers.slice_search.coded import CodedColumn

# Measured on two cores of a 2.5 GHz server, on searches of 10,000 to 1,000,000 rows: per row and combination of
# columns, per combination, and per candidate.
_ROW_SECONDS = 1.5e-9
_COMBINATION_SECONDS = 5e-5
_CANDIDATE_SECONDS = 4e-9

#: Folding searches again for what is left.
_FOLDED_SEARCHES = 3

#: A search that may take longer, or has more conditions, says so.
LONG_SECONDS = 60.0
MANY_PREDICATES = 4


def n_predicates(column: CodedColumn) -> int:
    """Return the number of conditions on one column."""
    usable = int(np.count_nonzero(column.usable))
    if column.merging != "runs":
        return usable
    ordered = int(np.count_nonzero(column.usable[: column.ordered]))
    return ordered * (ordered + 1) // 2 + usable - ordered


def estimated_seconds(columns: Sequence[CodedColumn], n: int, options: Options) -> float:
    """Return about how long a search over ``n`` rows takes where bounds rule little out; mostly it is faster."""
    combinations, candidates = [1.0], [1.0]
    for column in columns:
        combinations = _with_one_more(combinations, 1, options.max_predicates)
        candidates = _with_one_more(candidates, n_predicates(column), options.max_predicates)
    seconds = sum(combinations[1:]) * (_ROW_SECONDS * n + _COMBINATION_SECONDS)
    seconds += sum(candidates[1:]) * _CANDIDATE_SECONDS
    return seconds * (_FOLDED_SEARCHES if options.fold else 1)


def _with_one_more(ways: list[float], count: int, most: int) -> list[float]:
    """Return the ways to choose 0, 1, ... up to ``most`` things, after one more place with ``count`` things."""
    return [
        (ways[chosen] if chosen < len(ways) else 0.0) + (count * ways[chosen - 1] if chosen else 0.0)
        for chosen in range(min(len(ways), most) + 1)
    ]


def told_of_cost(columns: Sequence[CodedColumn], n: int, options: Options, looks: Looks) -> Looks:
    """Say before a search that it may take long: with everything that a listener is told, else as a warning."""
    seconds = estimated_seconds(columns, n, options)
    if seconds <= LONG_SECONDS and options.max_predicates <= MANY_PREDICATES:
        return looks
    if looks.progress is not None:
        telling = looks.adding(f"may take {in_words(seconds)}")
        telling.tell("searching slices")
        return telling
    fewer = f"max_predicates={options.max_predicates - 1}" if options.max_predicates > 1 else "columns="
    warnings.warn(
        f"Up to {options.max_predicates} conditions over {len(columns)} columns and {n:,} rows may take "
        f"{in_words(seconds)}; {fewer} or merge=False is faster, and an interrupt stops it.",
        stacklevel=4,
    )
    return looks


def within(seconds: float, columns: Sequence[CodedColumn], n: int, options: Options) -> tuple[Options, tuple[str, ...]]:
    """Return the options with as few conditions as it takes to stay below ``seconds``, and what to say about it."""
    asked, needed = options.max_predicates, estimated_seconds(columns, n, options)
    while options.max_predicates > 1 and estimated_seconds(columns, n, options) > seconds:
        options = replace(options, max_predicates=options.max_predicates - 1)
    if options.max_predicates == asked:
        return options, ()
    note = (
        f"Slices have at most {options.max_predicates} of {asked} conditions: more may take {in_words(needed)} here. "
    )
    return options, (note + f"mld.find_slices(ev, max_predicates={asked}) searches them all.",)


def in_words(seconds: float) -> str:
    """Return a duration in words."""
    if seconds < 1.5:
        return "1 second"
    if seconds < 90:
        return f"{seconds:.0f} seconds"
    if seconds < 5400:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:,.0f} hours"
