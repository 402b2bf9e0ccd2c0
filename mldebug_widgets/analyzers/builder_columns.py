"""What a condition can be made of: every column that a query knows, with its values and its histogram."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from concurrent.futures import CancelledError
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from mldebug_widgets.analyzers.columns import column_codes
from mldebug_widgets.analyzers.slice_vocabulary.sources import sources_of
from mldebug_widgets.analyzers.slice_vocabulary.wording import literal_of
from mldebug_widgets.evaluation.query_columns import QueryColumns
from mldebug_widgets.evaluation.query_names import written_name
from mldebug_widgets.evaluation.schema import Feature, FeatureKind, describe_features

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation

#: Values of a category that can be clicked; rarer ones can be typed.
MOST_VALUES = 100


@dataclass(frozen=True, slots=True)
class BuilderValue:
    """One value: as a person reads it, as it stands in a query, and how many rows have it."""

    label: str
    query_literal: str
    count: int


@dataclass(frozen=True, slots=True, eq=False)
class BuilderColumn:
    """One column that conditions can be made of.

    Attributes
    ----------
    name
        The column as a person reads it.
    query_name
        The column as it stands in a query, in backticks where it needs them.
    kind, integer
        What it holds, and whether all its numbers are whole.
    values
        Categories and booleans, most frequent first, at most ``MOST_VALUES``.
    low, high
        Range of numbers, and of datetimes in milliseconds since 1970 UTC; None where there is none.
    counts
        Rows per bin of equal width between them; None for what has no range.
    missing
        Rows without a value.
    has_bins
        Whether it can be an axis of the heat map.
    """

    name: str
    query_name: str
    kind: FeatureKind
    integer: bool
    values: tuple[BuilderValue, ...]
    low: float | None
    high: float | None
    counts: npt.NDArray[np.int32] | None
    missing: int
    has_bins: bool


def builder_columns(ev: Evaluation, *, cancelled: Callable[[], bool] = lambda: False) -> tuple[BuilderColumn, ...]:
    """Return every column that a condition can name: features, columns that the model never saw, and the answers.

    All rows are counted; a column of which a query could not tell a value shows only those that it can.

    Raises
    ------
    concurrent.futures.CancelledError
        When ``cancelled``, asked before every column, says True.
    """
    known = QueryColumns(ev)
    binned = {source.name for source in sources_of(ev)}
    columns = []
    for name, column, feature in _named_columns(ev, known):
        if cancelled():
            raise CancelledError
        columns.append(_builder_column(name, column, feature, binned))
    return tuple(columns)


def _named_columns(ev: Evaluation, known: QueryColumns) -> Iterator[tuple[str, pd.Series, Feature]]:
    """Yield (name in a query, values, what they are)."""
    for name, feature in zip(known.features, ev.features, strict=True):
        yield name, ev.X.iloc[:, feature.position], feature
    if ev.metadata is not None:
        for name, feature in zip(known.metadata, ev.metadata_features, strict=True):
            yield name, ev.metadata.iloc[:, feature.position], feature
    for role, name in known.roles.items():
        if role != "row" and (role != "split" or len(ev.splits) > 1):
            column = known[name]
            yield name, column, describe_features(column.to_frame())[0]


def _builder_column(name: str, column: pd.Series, feature: Feature, binned: Collection[str]) -> BuilderColumn:
    # A name that is taken carries an underscore here as in queries.
    shown = name if name.rstrip("_") == feature.name else feature.name
    return BuilderColumn(
        name=shown,
        query_name=written_name(name),
        kind=feature.kind,
        integer=feature.integer,
        values=_values(column, feature),
        low=feature.low,
        high=feature.high,
        counts=feature.counts if feature.low is not None and feature.kind in ("numeric", "datetime") else None,
        missing=feature.missing,
        has_bins=shown in binned,
    )


def _values(column: pd.Series, feature: Feature) -> tuple[BuilderValue, ...]:
    if feature.kind not in ("categorical", "boolean"):
        return ()
    codes, values = column_codes(column)
    counts = np.bincount(codes + 1, minlength=len(values) + 1)[1:]
    most = np.argsort(-counts, kind="stable")[:MOST_VALUES]
    literals = ((code, literal_of(values[code])) for code in most if counts[code])
    return tuple(
        BuilderValue(str(values[code]), literal, int(counts[code])) for code, literal in literals if literal is not None
    )
