"""Everything that a slice can say about an Evaluation, as small codes for the search."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.slice_search.coded import CodedColumn
from mldebug_widgets.analyzers.slice_vocabulary.field import Entry, Mask, Plan, Unusable
from mldebug_widgets.analyzers.slice_vocabulary.predicate import Predicate
from mldebug_widgets.analyzers.slice_vocabulary.sources import sources_of
from mldebug_widgets.analyzers.slice_vocabulary.texts import WORD_CHARACTERS, WORD_TEXTS, Word
from mldebug_widgets.errors import MldTypeError, MldValueError, shown
from mldebug_widgets.evaluation.query_columns import sliceable_frame

if TYPE_CHECKING:
    import pandas as pd

    from mldebug_widgets.evaluation.evaluation import Evaluation

#: Edges are placed from at most so many rows, drawn at random; codes are always those of all rows.
SAMPLE_ROWS = 50_000


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """Predicates over the searched rows.

    Attributes
    ----------
    columns
        What the search reads; the codes are those of all searched rows, in order.
    skipped
        (column, why) of those that give no predicates.
    notes
        What a reader must know about how the predicates were made.
    """

    columns: tuple[CodedColumn, ...]
    skipped: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    _entries: tuple[Entry, ...]
    _ev: Evaluation

    @property
    def frame(self) -> pd.DataFrame:
        """The table of all rows for which ``frame.query`` selects the same rows; its index is the row position."""
        return sliceable_frame(self._ev)

    def predicate(self, column: int, codes: Sequence[int]) -> Predicate:
        """Return the predicate that takes the rows of ``codes`` of one column, and no others."""
        return self._entries[column].wording.predicate(tuple(sorted(codes)))

    def mask(self, column: int, codes: Sequence[int]) -> Mask:
        """Return (m,) which of the searched rows the codes take."""
        coded = self.columns[column]
        takes = np.zeros(coded.size, bool)
        takes[list(codes)] = True
        return takes[coded.codes]


def build_vocabulary(
    ev: Evaluation,
    rows: npt.NDArray[np.intp],
    values: npt.NDArray[np.float64],
    *,
    discovery: Mask | None = None,
    columns: Sequence[str] | None = None,
    metadata: Any = None,
    merge: bool = True,
    min_rows: int = 1,
    bins: int = 10,
    cancelled: Callable[[], bool] | None = None,
) -> Vocabulary:
    """Turn the columns of an Evaluation into predicates.

    Parameters
    ----------
    ev
        The Evaluation.
    rows
        (m,) ascending positions of the searched rows.
    values
        (m,) their metric, finite.
    discovery
        (m,) which of them may decide edges, categories and words; None = all.
    columns
        Names of the columns to use; None = all.
    metadata
        Columns in place of those of ``ev.metadata``, as for ``mld.evaluate``. Queries that name them are understood by
        ``ev.with_metadata(metadata)``.
    merge
        Whether the search may merge codes; if not, only equality and quantile bins are made.
    min_rows
        Fewest discovery rows of a category or a word.
    bins
        Number of quantile bins of a number.
    cancelled
        Looked at every 100 ms or more often; once it says True, ``CancelledError`` is raised.

    Raises
    ------
    MldTypeError, MldValueError
        ``MLD-D18``, ``MLD-D19`` for metadata that does not fit, ``MLD-D20`` for columns that are not there.
    """
    if metadata is not None:
        ev = ev.with_metadata(metadata)
    wanted = resolve_columns(ev, columns)
    plan = _plan(rows, values, discovery, (merge, min_rows, bins), cancelled or _never)
    entries: list[Entry] = []
    skipped: list[tuple[str, str]] = []
    # Arrow's columns first: pandas cannot join a nullable condition with an Arrow one behind it where values miss.
    for source in sorted(sources_of(ev), key=lambda source: not source.is_arrow):
        if source.name not in wanted:
            if columns is None:
                skipped.append((source.name, source.left_out))
            continue
        plan.look()
        try:
            found = source.entries(plan)
        except Unusable as error:
            skipped.append((source.name, str(error)))
        else:
            entries += found
            if not found:
                skipped.append((source.name, "it has only one value"))
    return Vocabulary(
        tuple(entry.coded for entry in entries), tuple(skipped), _notes(plan, entries), tuple(entries), ev
    )


def resolve_columns(ev: Evaluation, columns: Sequence[str] | None) -> frozenset[str]:
    """Return the names of the columns that predicates are made of.

    Parameters
    ----------
    ev
        The Evaluation.
    columns
        Features, columns of the metadata, the target's name, "predicted", "text", "image_brightness",
        "image_height", "image_width" or "image_channels"; None for all of them (of the answers, only the
        predicted one, of three or more classes).

    Raises
    ------
    MldTypeError, MldValueError
        ``MLD-D20`` for what is no list of names, and for a name that is not there.
    """
    sources = sources_of(ev)
    if columns is None:
        return frozenset(source.name for source in sources if not source.left_out)
    if isinstance(columns, str) or not isinstance(columns, Iterable):
        raise MldTypeError("MLD-D20", "columns", f"got {shown(columns)}", "a list of names", "Pass [name, ...].")
    known = {source.name for source in sources}
    wanted = {str(column) for column in columns}
    aliases = {"target": ev.target_name}
    wanted = {name if name in known else aliases.get(name, name) for name in wanted}
    for name in sorted(wanted - known):
        close = difflib.get_close_matches(name, known, 1)
        fix = f"Did you mean {close[0]!r}?" if close else "Name one of them."
        raise MldValueError("MLD-D20", "columns", f"there is no column {name!r}", f"some of {sorted(known)[:20]}", fix)
    return frozenset(wanted)


def _never() -> bool:
    return False


def _notes(plan: Plan, entries: Sequence[Entry]) -> tuple[str, ...]:
    found = len(plan.values) if plan.discovery is None else int(plan.discovery.sum())
    notes = []
    if len(plan.sample) < found:
        notes.append(f"Bin edges were placed on {len(plan.sample):,} of {found:,} rows, drawn at random.")
    if found > WORD_TEXTS and any(isinstance(entry.wording, Word) for entry in entries):
        notes.append(
            f"Words were chosen from the first {WORD_CHARACTERS:,} characters of {WORD_TEXTS:,} of {found:,} texts, "
            "drawn at random; they are looked up in all texts."
        )
    return tuple(notes)


def _plan(
    rows: npt.NDArray[np.intp],
    values: npt.NDArray[Any],
    discovery: Mask | None,
    options: tuple[bool, int, int],
    cancelled: Callable[[], bool],
) -> Plan:
    merge, min_rows, bins = options
    m = len(rows)
    neighbours = m > 0 and int(rows[-1]) - int(rows[0]) + 1 == m and bool((np.diff(rows) == 1).all())
    taken = slice(int(rows[0]), int(rows[-1]) + 1) if neighbours else np.asarray(rows, np.intp)
    found = np.arange(m) if discovery is None else np.flatnonzero(discovery)
    sample = found
    if len(found) > SAMPLE_ROWS:
        sample = np.sort(np.random.default_rng(0).choice(found, SAMPLE_ROWS, replace=False, shuffle=False))
    least = max(1, round(min_rows * len(sample) / max(len(found), 1)))
    return Plan(taken, np.asarray(values, np.float64), discovery, sample, least, merge, min_rows, bins, cancelled)
