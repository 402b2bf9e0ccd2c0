"""The columns of an Evaluation that have a histogram, each binned with the name that a query knows it by."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mldebug_widgets.analyzers.columns import column_codes, column_numbers
from mldebug_widgets.analyzers.crossfilter_cubes.binned import BinnedColumn, Role
from mldebug_widgets.analyzers.crossfilter_cubes.listed import bin_categories, flag_codes
from mldebug_widgets.analyzers.crossfilter_cubes.ordered import Naming, bin_moments, bin_numbers
from mldebug_widgets.evaluation.query_names import free_name, query_names, written_name
from mldebug_widgets.evaluation.schema import FeatureKind, kind_of

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation

Positions = npt.NDArray[np.intp]
Source = Callable[[Positions], BinnedColumn]


def column_sources(ev: Evaluation) -> Iterator[Source]:
    """Yield a function for every feature and every column that the model never saw; it bins the rows it is given."""
    names = query_names(ev.X.columns)
    for feature, name in zip(ev.features, names, strict=True):
        yield _of_column(ev.X.iloc[:, feature.position], feature.kind, feature.name, "feature", written_name(name))
    metadata = getattr(ev, "metadata", None)
    if metadata is None:
        return
    for position, name in enumerate(query_names(metadata.columns, "metadata")):
        column = metadata.iloc[:, position]
        known = "" if name in names else written_name(name)
        yield _of_column(column, kind_of(column), str(column.name), "metadata", known)


def outcome_sources(ev: Evaluation) -> Iterator[Source]:
    """Yield the same for truth, answers and loss."""
    taken = set(query_names(ev.X.columns))

    def naming(name: str, role: Role, shown: str) -> Naming:
        known = free_name(name, taken)
        return Naming(shown, role, known, known)

    if ev.task in ("binary", "multiclass"):
        yield _of_classes(np.asarray(ev.class_codes), ev, naming("target", "target", ev.target_name))
        yield _of_classes(np.asarray(ev.predicted_codes), ev, naming("predicted", "prediction", "predicted"))
    if ev.task == "regression":
        yield _of_numbers(np.asarray(ev.y), naming("target", "target", ev.target_name))
    if ev.task in ("binary", "regression"):
        yield _of_numbers(np.asarray(ev.scores), naming("score", "prediction", ev.output_label))
    if ev.task == "multiclass":
        yield _of_numbers(np.asarray(ev.confidence), naming("confidence", "prediction", "confidence"))
    yield _of_numbers(np.asarray(ev.loss), naming("loss", "loss", ev.loss_name))


def _of_column(column: pd.Series, kind: FeatureKind, name: str, role: Role, query: str) -> Source:
    return lambda rows: _bin_column(column.iloc[rows], kind, Naming(name, role, query, query))


def _of_classes(codes: npt.NDArray[Any], ev: Evaluation, naming: Naming) -> Source:
    return lambda rows: bin_categories(codes[rows], list(ev.classes), naming, in_order=True)


def _of_numbers(values: npt.NDArray[Any], naming: Naming) -> Source:
    def binned(rows: Positions) -> BinnedColumn:
        own = values[rows]
        return bin_numbers(own, np.isnan(own), naming)

    return binned


def _bin_column(column: pd.Series, kind: FeatureKind, naming: Naming) -> BinnedColumn:
    dtype = column.dtype
    if kind == "boolean":
        return bin_categories(flag_codes(column), [False, True], naming, in_order=True)
    if kind == "categorical":
        codes, values = column_codes(column)
        return bin_categories(codes, values, naming, in_order=bool(getattr(column.dtype, "ordered", False)))
    if kind == "datetime":
        comparable = pd.api.types.is_datetime64_any_dtype(dtype)
        moments = pd.DatetimeIndex(column if comparable else pd.to_datetime(column, errors="coerce", utc=True))
        return bin_moments(moments, naming if comparable else _unnamed(naming))
    if kind == "text":
        return _bin_lengths(column, naming)
    numbers, missing = _native_numbers(column)
    return bin_numbers(numbers, missing, naming if _compares_exactly(column, numbers) else _unnamed(naming))


def _bin_lengths(column: pd.Series, naming: Naming) -> BinnedColumn:
    """Bin a column of texts by their length."""
    lengths = column.str.len()
    missing = lengths.isna().to_numpy()
    numbers = lengths.to_numpy(dtype=np.int64, na_value=0)
    expression = naming.expression and f"{naming.expression}.str.len()"
    shown = Naming(f"length of {naming.name}", naming.role, expression, naming.column)
    return bin_numbers(numbers, missing, shown)


def _native_numbers(column: pd.Series) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """Return numbers in the numpy type that their comparisons are made in, and which of them are missing."""
    dtype = column.dtype
    missing = column.isna().to_numpy(dtype=bool)
    kind, width = getattr(dtype, "kind", "O"), getattr(dtype, "itemsize", 8)
    if kind in "iu":
        own = np.dtype(f"{kind}{width}")
        return column.to_numpy(dtype=own, **({"na_value": own.type(0)} if missing.any() else {})), missing
    if kind == "f":
        return column.to_numpy(dtype=np.dtype(f"f{width}"), na_value=np.nan), missing
    numbers = column_numbers(column, "numeric")
    return numbers, np.isnan(numbers)


def _compares_exactly(column: pd.Series, numbers: npt.NDArray[Any]) -> bool:
    """Tell whether a query compares the column as the numbers that its bins are made of."""
    if getattr(column.dtype, "kind", "O") not in "iuf":
        return False
    # A nullable column may hold NaN beside missing: no comparison holds for it, and it is not missing either.
    return numbers.dtype.kind != "f" or bool((np.isnan(numbers) == column.isna().to_numpy(dtype=bool)).all())


def _unnamed(naming: Naming) -> Naming:
    return Naming(naming.name, naming.role, "", "")
