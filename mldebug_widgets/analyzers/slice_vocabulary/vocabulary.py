"""Everything that a slice can say about an Evaluation, as small codes for the search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.slice_search.coded import CodedColumn
from mldebug_widgets.analyzers.slice_vocabulary.categories import category_entries, flag_entries
from mldebug_widgets.analyzers.slice_vocabulary.field import Entry, Mask, Named, Plan
from mldebug_widgets.analyzers.slice_vocabulary.numbers import Unusable, number_entries
from mldebug_widgets.analyzers.slice_vocabulary.predicate import Predicate
from mldebug_widgets.evaluation.query_names import query_names, written_name

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
        Further columns, as for ``mld.evaluate``.
    merge
        Whether the search may merge codes; if not, only equality and quantile bins are made.
    min_rows
        Fewest discovery rows of a category or a word.
    bins
        Number of quantile bins of a number.
    """
    plan = _plan(rows, values, discovery, merge, min_rows, bins)
    entries: list[Entry] = []
    skipped: list[tuple[str, str]] = []
    names = query_names(list(ev.X.columns))
    for feature, name in zip(ev.features, names, strict=True):
        written = written_name(name)
        named = Named(feature.name, written, written, feature.position)
        column = ev.X.iloc[:, feature.position]
        try:
            found = _feature_entries(column, feature, named, plan)
        except Unusable as error:
            skipped.append((feature.name, str(error)))
        else:
            entries += found
            if not found:
                skipped.append((feature.name, "it has only one value"))
    return Vocabulary(tuple(entry.coded for entry in entries), tuple(skipped), (), tuple(entries))


def _feature_entries(column: pd.Series, feature: Any, named: Named, plan: Plan) -> tuple[Entry, ...]:
    if feature.kind == "numeric":
        return number_entries(column, feature, named, plan)
    if feature.kind == "boolean":
        return flag_entries(column, named, plan)
    if feature.kind == "categorical":
        return category_entries(column, named, plan)
    raise Unusable(f"{feature.kind} columns give no predicates")


def _plan(
    rows: npt.NDArray[np.intp], values: npt.NDArray[Any], discovery: Mask | None, merge: bool, min_rows: int, bins: int
) -> Plan:
    m = len(rows)
    neighbours = m > 0 and int(rows[-1]) - int(rows[0]) + 1 == m and bool((np.diff(rows) == 1).all())
    taken = slice(int(rows[0]), int(rows[-1]) + 1) if neighbours else np.asarray(rows, np.intp)
    found = np.arange(m) if discovery is None else np.flatnonzero(discovery)
    sample = found
    if len(found) > SAMPLE_ROWS:
        sample = np.sort(np.random.default_rng(0).choice(found, SAMPLE_ROWS, replace=False, shuffle=False))
    least = max(1, round(min_rows * len(sample) / max(len(found), 1)))
    return Plan(taken, np.asarray(values, np.float64), discovery, sample, least, merge, min_rows, bins)
