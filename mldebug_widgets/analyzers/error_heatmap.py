"""Where is the error in the plane of two features? The two-feature error heat map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mldebug_widgets.analyzers.arguments import checked_evaluation
from mldebug_widgets.analyzers.row_metric import SearchedRows, row_metric, searched_rows
from mldebug_widgets.analyzers.slice_vocabulary.sources import sources_of
from mldebug_widgets.analyzers.slice_vocabulary.vocabulary import Vocabulary, build_vocabulary
from mldebug_widgets.errors import MldTypeError, MldValueError, shown
from mldebug_widgets.evaluation.query_columns import QueryColumns

if TYPE_CHECKING:
    from mldebug_widgets.analyzers.slice_vocabulary.predicate import Predicate
    from mldebug_widgets.evaluation.evaluation import Evaluation

#: Values of an axis that have a place of their own, enough for the hours of a day; rarer categories share one.
MOST_PLACES = 24


@dataclass(frozen=True, slots=True, eq=False)
class ErrorHeatMap:
    """Mean metric per cell of two binned columns, over all searched rows.

    Attributes
    ----------
    x, y
        The columns.
    x_labels, y_labels
        Words for every bin; ``x_queries``, ``y_queries`` the queries that select them. Ordered columns have quantile
        bins in order, or a bin per value where there are few; categories come most frequent first, rare ones as one.
    counts
        (len(y), len(x)) rows per cell.
    means
        (len(y), len(x)) mean metric per cell, NaN where there is no row.
    overall
        Mean metric over all searched rows.
    scope_query
        Query of the searched rows ("" = all), to be joined by "and" with the two bins' queries.
    """

    x: str
    y: str
    x_labels: tuple[str, ...]
    y_labels: tuple[str, ...]
    x_queries: tuple[str, ...]
    y_queries: tuple[str, ...]
    scope_query: str
    counts: npt.NDArray[np.int32]
    means: npt.NDArray[np.float32]
    overall: float
    metric_label: str

    def to_frame(self) -> pd.DataFrame:
        """Return one line per cell that has rows: both bins in words, rows, mean metric, and the cell's query."""
        y, x = np.nonzero(self.counts)
        return pd.DataFrame(
            {
                self.x: [self.x_labels[i] for i in x],
                f"{self.y} " if self.x == self.y else self.y: [self.y_labels[j] for j in y],
                "rows": self.counts[y, x],
                self.metric_label: self.means[y, x],
                "query": [self.cell_query(i, j) for i, j in zip(x.tolist(), y.tolist(), strict=True)],
            }
        )

    def cell_query(self, x: int, y: int) -> str:
        """Return the query that selects the rows of one cell, given by its places on both axes."""
        return " and ".join(f"({part})" for part in (self.x_queries[x], self.y_queries[y], self.scope_query) if part)

    def __repr__(self) -> str:
        return (
            f"ErrorHeatMap({self.metric_label} over {self.x!r} and {self.y!r}, {len(self.x_labels)} x "
            f"{len(self.y_labels)} cells, {int(self.counts.sum()):,} rows)"
        )


def error_heatmap(ev: Evaluation, x: str, y: str, *, split: Any = None, metric: Any = None) -> ErrorHeatMap:
    """Return the mean metric in every cell of two binned columns.

    Parameters
    ----------
    ev
        The Evaluation.
    x, y
        Two columns: features, the target, "predicted", columns that the model never saw, or a part of one, such as
        "hour of scheduled" or "length of review".
    split
        Whose rows: the held-out split by default, "all" for every row.
    metric
        As in ``find_slices``: None, a name, or n values.

    Returns
    -------
    ErrorHeatMap
        All those rows are counted; none is sampled.

    Raises
    ------
    MldTypeError, MldValueError
        ``MLD-W34`` to ``W36`` for a metric or split, ``MLD-W37`` for a column that is not there or has no bins,
        ``MLD-W38`` for the same column twice.

    Notes
    -----
    A cell's mean is uncertain where it has few rows, and one cell of many is high by chance alone; nothing is
    corrected for that here. ``find_slices`` tests what it finds.
    """
    measured, searched = row_metric(checked_evaluation(ev), metric), searched_rows(ev, split)
    if x == y:
        raise MldValueError("MLD-W38", "y", f"{shown(y)} on both axes", "two columns", "Choose another column.")
    across, up = (_axis(ev, searched, name, argument) for name, argument in ((x, "x"), (y, "y")))
    shape = len(up.labels), len(across.labels)
    cells = up.bins.astype(np.int32) * shape[1] + across.bins
    values = measured.values[searched.rows].astype(np.float64)
    known = ~np.isnan(values)
    totals = np.bincount(cells, np.where(known, values, 0), minlength=shape[0] * shape[1])
    judged = np.bincount(cells, known, minlength=shape[0] * shape[1])
    with np.errstate(invalid="ignore"):
        means = (totals / judged).reshape(shape)
    return ErrorHeatMap(
        x=x,
        y=y,
        x_labels=across.labels,
        y_labels=up.labels,
        x_queries=across.queries,
        y_queries=up.queries,
        scope_query=searched.query,
        counts=np.bincount(cells, minlength=shape[0] * shape[1]).reshape(shape).astype(np.int32),
        means=means.astype(np.float32),
        overall=float(values[known].mean()) if known.any() else np.nan,
        metric_label=measured.label,
    )


def telling_columns(ev: Evaluation, *, split: Any = None, metric: Any = None) -> tuple[str, ...]:
    """Return the names of all binned columns but the answers, by how much of the metric's variance their bins explain.

    The measure is epsilon squared (T. L. Kelley, 1935), which many small bins do not raise by chance.
    """
    measured, searched = row_metric(checked_evaluation(ev), metric), searched_rows(ev, split)
    values = measured.values[searched.rows].astype(np.float64)
    known = np.flatnonzero(~np.isnan(values))
    answers = {QueryColumns(ev).roles.get(role) for role in ("target", "predicted")}
    names = [source.name for source in sources_of(ev) if source.name not in answers]
    vocabulary = _vocabulary(ev, SearchedRows(searched.rows[known], searched.split, ""), names)
    told: dict[str, float] = {}
    for name, index in _binned(vocabulary).items():
        column = vocabulary.columns[index]
        told[name] = _epsilon_squared(column.codes, values[known], column.size)
    return tuple(sorted(told, key=lambda name: -told[name]))


def _epsilon_squared(codes: npt.NDArray[Any], values: npt.NDArray[np.float64], size: int) -> float:
    counts = np.bincount(codes, minlength=size)
    totals = np.bincount(codes, values - values.mean(), minlength=size)
    groups, n, spread = np.count_nonzero(counts), len(values), float(values.var()) * len(values)
    if groups < 2 or n <= groups or spread == 0:
        return 0.0
    between = float((totals[counts > 0] ** 2 / counts[counts > 0]).sum())
    return 1 - (spread - between) / (n - groups) / (spread / (n - 1))


@dataclass(frozen=True, slots=True, eq=False)
class _Axis:
    """One binned column: words and queries of its bins, and (r,) the bin of each searched row."""

    labels: tuple[str, ...]
    queries: tuple[str, ...]
    bins: npt.NDArray[np.intp]


def _axis(ev: Evaluation, searched: SearchedRows, name: Any, argument: str) -> _Axis:
    if not isinstance(name, str):
        raise MldTypeError("MLD-W37", argument, shown(name), "a column's name", "Pass the name of a feature.")
    owner = _owner(ev, name)
    vocabulary = _vocabulary(ev, searched, [owner])
    binned = _binned(vocabulary)
    # A column is itself, or the first that is told of it: the length of a text, the hour where all is on one day.
    index = binned.get(" ".join(name.split()), next(iter(binned.values()), None) if name == owner else None)
    if index is not None:
        return _placed(vocabulary, index, np.flatnonzero(vocabulary.columns[index].usable))
    why = dict(vocabulary.skipped).get(owner, "it has no bins")
    allowed = "a column of numbers, moments, categories, switches or texts with two values or more"
    raise MldValueError("MLD-W37", argument, f"{shown(name)}: {why}", allowed, "Choose another column.")


def _binned(vocabulary: Vocabulary) -> dict[str, int]:
    """Return the columns of bins by how they read; the presence of a word is none."""
    found: dict[str, int] = {}
    for index, column in enumerate(vocabulary.columns):
        if column.usable.any():
            predicate = vocabulary.predicate(index, (int(column.usable.argmax()),))
            if predicate.kind != "word":
                found.setdefault(predicate.column, index)
    return found


def _placed(vocabulary: Vocabulary, index: int, usable: npt.NDArray[np.intp]) -> _Axis:
    """Return the bins that have a place of their own, then one for all others where there are any."""
    column = vocabulary.columns[index]
    predicates = [vocabulary.predicate(index, (code,)) for code in usable.tolist()]
    is_missing = np.array([predicate.kind == "missing" for predicate in predicates])
    # Bins of ordered columns are few; categories stand most frequent first.
    kept = is_missing | (np.cumsum(~is_missing) <= (MOST_PLACES if predicates[0].kind == "equal" else len(usable)))
    named = [predicate for predicate, keep in zip(predicates, kept, strict=True) if keep]
    place = np.full(column.size, len(named), dtype=np.intp)
    place[usable[kept]] = np.arange(len(named))
    bins = place[column.codes]
    labels, queries = [_short(predicate) for predicate in named], [predicate.query for predicate in named]
    if (bins == len(named)).any():
        labels.append("other")
        queries.append(" and ".join(f"not ({query})" for query in queries))
    return _Axis(tuple(labels), tuple(queries), bins)


def _short(predicate: Predicate) -> str:
    """Return a predicate's words without the column, which the axis names already."""
    column = predicate.column
    words = predicate.label.replace(f" < {column} <= ", " to ").removeprefix(column).strip()
    return words.removeprefix("= ").removeprefix("is ").removeprefix("in ")


def _owner(ev: Evaluation, name: str) -> str:
    """Return the column that a name such as "hour of scheduled" is a part of, else the column of that name."""
    names = {source.name for source in sources_of(ev)}
    _, of, whole = name.partition(" of ")
    return whole if of and name not in names and whole in names else name


def _vocabulary(ev: Evaluation, searched: SearchedRows, columns: Sequence[str]) -> Vocabulary:
    """Return the bins over the searched rows. Without merging no metric decides where they lie."""
    nothing = np.zeros(len(searched.rows))
    return build_vocabulary(ev, searched.rows, nothing, columns=columns, merge=False, min_rows=1)
