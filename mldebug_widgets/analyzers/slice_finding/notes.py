"""What a reader of the result must know beside the slices: what was left out, and why there may be nothing."""

from __future__ import annotations

import numpy as np

from mldebug_widgets.analyzers.slice_finding.options import Options
from mldebug_widgets.analyzers.slice_finding.search import Halves


def left_out(halves: Halves) -> tuple[str, ...]:
    """Say how many rows have no metric."""
    unknown = int(np.count_nonzero(~halves.known))
    if not unknown:
        return ()
    have, they = ("has", "it was") if unknown == 1 else ("have", "they were")
    what = f"{unknown:,} of {len(halves.values):,} rows {have} no {_what_is_missing(halves)}"
    return (f"{what}: {they} left out of the search and of every number except the sizes.",)


def _what_is_missing(halves: Halves) -> str:
    if halves.metric.name == "custom":
        return "number in the given metric"
    return f"{halves.metric.label} (a score or target is missing)"


def nothing_to_find(halves: Halves, options: Options) -> str:
    """Say why no search is needed, "" when one is."""
    known, label = halves.values[halves.known], halves.metric.label
    if not len(known):
        number = "a number" if halves.metric.name == "custom" else f"a known {label}"
        return f"No row has {number}, so there is nothing to search."
    if known.min() == known.max():
        if halves.metric.binary:
            return "No row is wrong: there is nothing to find." if known[0] == 0 else "Every row is wrong, all alike."
        return f"The {label} is {known[0]:.4g} in every row, so no slice differs from the rest."
    n, least = int(halves.discovery.sum()), options.rows_of(int(halves.discovery.sum()))
    if least > n:
        held = f" ({int(halves.confirmation.sum()):,} more are held back to confirm)" if options.confirm else ""
        return f"A slice needs {least:,} rows, and the search sees {n:,}{held}: no slice can be large enough."
    return ""


def about(
    found: int, halves: Halves, options: Options, *, n_columns: int, n_searched: int, is_complete: bool
) -> tuple[str, ...]:
    """Say why there are fewer slices than asked for."""
    if not n_columns:
        return ("No column gives a condition: see `skipped`.",)
    if found >= options.k:
        return ()
    if not found:
        return (_why_none(halves, n_searched),)
    if options.fold and not is_complete:
        slices = "slice was" if found == 1 else "slices were"
        return (f"Only {found} distinct {slices} found among the best candidates; the others repeat what is shown.",)
    slices = "distinct slice" if options.fold else "candidate"
    return (f"There {'is' if found == 1 else 'are'} only {found} {slices}{'' if found == 1 else 's'} of enough rows.",)


def _why_none(halves: Halves, n_searched: int) -> str:
    if not n_searched:
        return "No combination of conditions has enough rows."
    seen, label = halves.values[halves.discovery], halves.metric.label
    if seen.min() == seen.max():
        where = f"in all {len(seen):,} rows that the search sees"
        return (
            f"The {label} is {seen[0]:.4g} {where}: rows where it differs are all among the "
            f"{int(halves.confirmation.sum()):,} held back to confirm. Evaluate more rows, or pass confirm=False."
        )
    return f"None of the {n_searched:,} combinations searched stands out."
