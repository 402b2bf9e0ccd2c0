"""What a condition can be made of: every column that a query knows, with its values and its histogram."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
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


def builder_columns(ev: Evaluation) -> tuple[BuilderColumn, ...]:
    """Return every column that a condition can name: features, columns that the model never saw, and the answers.

    All rows are counted; a column of which a query could not tell a value shows only those that it can.
    """
    known = QueryColumns(ev)
    answers = {role: name for role, name in known.roles.items() if role != "row" and _is_told_apart(ev, role)}
    table = pd.DataFrame({name: known[name].array for name in answers.values()})
    columns = [*_of_frame(ev.X, ev.features, known.features)]
    if ev.metadata is not None:
        columns += _of_frame(ev.metadata, ev.metadata_features, known.metadata)
    columns += _of_frame(table, describe_features(table), list(answers.values()))
    binned = {source.name for source in sources_of(ev)}
    return tuple(column if column.name in binned else replace(column, has_bins=False) for column in columns)


def _is_told_apart(ev: Evaluation, role: str) -> bool:
    return role != "split" or len(ev.splits) > 1


def _of_frame(frame: pd.DataFrame, features: Sequence[Feature], names: Sequence[str]) -> tuple[BuilderColumn, ...]:
    return tuple(
        BuilderColumn(
            # A name that is taken carries an underscore here as in queries.
            name=name if name.rstrip("_") == feature.name else feature.name,
            query_name=written_name(name),
            kind=feature.kind,
            integer=feature.integer,
            values=_values(frame.iloc[:, feature.position], feature),
            low=feature.low,
            high=feature.high,
            counts=feature.counts if feature.low is not None and feature.kind in ("numeric", "datetime") else None,
            missing=feature.missing,
            has_bins=True,
        )
        for feature, name in zip(features, names, strict=True)
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
