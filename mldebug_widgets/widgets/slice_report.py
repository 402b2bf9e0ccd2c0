"""What an exported file holds of the slices in place of a kernel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from mldebug_widgets.analyzers.error_heatmap import ErrorHeatMap, error_heatmap, telling_columns
from mldebug_widgets.analyzers.slice_comparison import RowComparer, SliceComparison, relabelled
from mldebug_widgets.analyzers.slices import SlicesResult
from mldebug_widgets.errors import MldError
from mldebug_widgets.widgets.selection import Rows

#: A file shows the distributions of so many columns, those that differ most.
MOST_FEATURES = 40


def embedded_slices(
    comparer: RowComparer,
    result: SlicesResult | None,
    saved: Sequence[tuple[str, str]],
    carried: Rows | None,
    *,
    metric: str,
) -> dict[str, Any]:
    """Return what the panel shows without a kernel.

    Parameters
    ----------
    comparer
        Compares rows of the searched split.
    result
        The slices found, None where nothing was searched.
    saved
        (query, name) of the saved slices.
    carried
        Positions of the rows that the file carries, None when it carries none.
    metric
        What the heat map averages.

    Returns
    -------
    dict
        ``comparisons`` of found and saved slices with the rest, by query; ``carried``, by query of everything that
        can be selected here, those of the file's rows that it selects; ``heatmap`` of the two most telling columns.
    """
    found = [(slice.query, slice.label) for slice in result or ()]
    comparisons = {query: _comparison(comparer, query, label) for query, label in [*found, *saved]}
    heatmap = _heatmap(comparer, metric) if result is not None else None
    queries = dict.fromkeys([*_listed(result), *(query for query, _ in saved)])
    rows = {} if carried is None else {query: _matching(comparer, query, carried) for query in queries}
    if carried is not None and heatmap is not None:
        rows |= _of_cells(comparer, heatmap, carried)
    return {"comparisons": comparisons, "carried": rows, "heatmap": heatmap}


def _comparison(comparer: RowComparer, query: str, label: str) -> SliceComparison:
    compared = relabelled(comparer.compare(query), label, "")
    return compared.of_most_different(MOST_FEATURES)


def _heatmap(comparer: RowComparer, metric: str) -> ErrorHeatMap | None:
    names = telling_columns(comparer.evaluation, split=comparer.split, metric=metric)
    if len(names) < 2:
        return None
    try:
        return error_heatmap(comparer.evaluation, names[0], names[1], split=comparer.split, metric=metric)
    except MldError:
        return None  # a column whose bins cannot be written; the list and the comparisons say what there is


def _listed(result: SlicesResult | None) -> Iterator[str]:
    """Yield the query of everything in the result that can be clicked."""
    for slice in result or ():
        yield slice.query
        yield from (folded.query for folded in slice.folded)
    yield from (node.query for node in (result.tree if result is not None else ()))


def _matching(comparer: RowComparer, query: str, carried: Rows) -> list[int]:
    rows: list[int] = carried[comparer.evaluation.rows_matching(query)[carried]].tolist()
    return rows


def _of_cells(comparer: RowComparer, heatmap: ErrorHeatMap, carried: Rows) -> dict[str, list[int]]:
    """Return the carried rows of every cell that has rows: both axes are asked once, not every cell."""
    asked = {
        query: comparer.evaluation.rows_matching(query)[carried]
        for query in (*heatmap.x_queries, *heatmap.y_queries, heatmap.scope_query)
    }
    scope = asked[heatmap.scope_query]
    return {
        heatmap.cell_query(x, y): carried[asked[heatmap.x_queries[x]] & asked[heatmap.y_queries[y]] & scope].tolist()
        for y, x in np.argwhere(heatmap.counts > 0).tolist()
    }
