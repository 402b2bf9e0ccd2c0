"""Class labels: which there are, in which column of the model each stands, and which one each row has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mldebug_widgets.errors import MldTypeError, MldValueError
from mldebug_widgets.evaluation.models.protocol import Adapter, Array

Codes = npt.NDArray[Any]
_CLOSE = 10_000  # whole numbers within this range are counted, not hashed


def decide_classes(uniques: Array, raw: Array, adapter: Adapter, class_names: Sequence[Any] | None) -> Array:
    """Return the labels in the order of the model's columns.

    In this order: the classes that the model itself knows, ``class_names``, the names of the output's columns, the
    labels that target and predictions hold together, and else the sorted labels of the target, as scikit-learn and
    label encoders order them.
    """
    columns = 1 if raw.ndim == 1 else raw.shape[1]
    if adapter.classes is not None and (columns == len(adapter.classes) or adapter.output != "unknown"):
        return _with_unseen(_tidy(adapter.classes), uniques, adapter.name)
    if class_names is not None:
        return _named_classes(uniques, class_names)
    if len(adapter.output_names) == columns > 1 and {str(label) for label in uniques} <= set(adapter.output_names):
        return _named_classes(uniques, adapter.output_names)
    if adapter.output == "label" or raw.dtype.kind in "OSU":
        predicted = pd.unique(raw.astype(object))
        return label_codes(np.concatenate([uniques.astype(object), predicted[~pd.isna(predicted)]]))[1]
    return _classes_of_columns(uniques, columns, raw)


def columns_mismatch(raw: Array, allowed: str) -> MldValueError:
    """Return the error for a model output whose columns do not fit the target."""
    columns = 1 if raw.ndim == 1 else raw.shape[1]
    return MldValueError(
        "MLD-T07",
        "target",
        f"the model returned {columns} column{'s' if columns != 1 else ''}",
        allowed,
        "Pass class_names= in the order of the model's columns, or task= if another task is meant.",
    )


def wrong_names(got: str, allowed: str) -> MldValueError:
    """Return the error for ``class_names`` that do not fit."""
    return MldValueError("MLD-O02", "class_names", f"got {got}", allowed, "Name every class once, in column order.")


def label_codes(y: Array) -> tuple[Codes, Array]:
    """Return the sorted distinct labels and each row's index among them, -1 where missing."""
    if y.dtype.kind in "iub" and (counted := _small_range_codes(y)) is not None:
        return counted
    try:
        codes, uniques = pd.factorize(y, sort=True)
    except TypeError as error:
        raise MldTypeError(
            "MLD-T08", "target", "labels that cannot be sorted or compared", "labels of one type",
            "Convert them to text.",
        ) from error  # fmt: skip
    kinds = {type(label) for label in uniques[:1000]} if uniques.dtype.kind == "O" else {None}
    if len(kinds) > 1 and str in kinds:
        raise MldTypeError(
            "MLD-T08", "target", f"labels of different types: {sorted(kind.__name__ for kind in kinds)}",  # type: ignore[union-attr]
            "labels of one type", "Convert them to text.",
        )  # fmt: skip
    return codes, _tidy(np.asarray(uniques))


def _small_range_codes(y: Array) -> tuple[Codes, Array] | None:
    """Code whole numbers that lie close together by counting, several times as fast as hashing; None if they do not."""
    low, high = int(y.min()), int(y.max())
    if high - low > _CLOSE:
        return None
    shifted = y.astype(np.int16) if y.dtype.kind == "b" or low == 0 else (y - y.dtype.type(low)).astype(np.int16)
    present = np.flatnonzero(np.bincount(shifted, minlength=high - low + 1))
    place = np.zeros(high - low + 1, np.int16)
    place[present] = np.arange(len(present))
    uniques = present.astype(bool) if y.dtype.kind == "b" else (present + low).astype(y.dtype)
    return place[shifted], uniques


def is_whole(y: Array) -> bool:
    """Tell whether every present value is a whole number, however it is stored."""
    return y.dtype.kind in "iub" or (y.dtype.kind == "f" and not np.any(np.mod(y[np.isfinite(y)], 1)))


def _tidy(labels: Array) -> Array:
    """Return whole numbers stored as floats as integers, because nobody calls a class 1.0."""
    return labels.astype(np.int64) if labels.dtype.kind == "f" and is_whole(labels) else labels


def _with_unseen(classes: Array, uniques: Array, name: str) -> Array:
    """Add the target's labels that the model does not know, to which it gives no probability."""
    known = set(classes.tolist())
    unseen = [label for label in uniques.tolist() if label not in known]
    if not unseen:
        return classes
    if len(classes) <= 2:
        raise MldValueError(
            "MLD-T09",
            "target",
            f"it holds labels that {name} does not know: {unseen[:5]}",
            f"its classes {classes.tolist()}",
            "Use the labels that the model was fitted with, or drop these rows.",
        )
    return np.concatenate([classes.astype(object), np.asarray(unseen, dtype=object)])


def _named_classes(uniques: Array, class_names: Sequence[Any]) -> Array:
    names = [str(name) for name in class_names]
    if {str(label) for label in uniques} <= set(names):
        by_text = {str(label): label for label in uniques}
        return np.asarray([by_text.get(name, name) for name in names], object)
    if uniques.dtype.kind in "iub" and len(uniques) and uniques.min() >= 0 and uniques.max() < len(names):
        return np.arange(len(names)) if uniques.dtype.kind != "b" else np.array([False, True])
    if len(uniques) == len(names):
        return uniques
    raise wrong_names(f"{names[:6]}", f"names for the target's {len(uniques)} classes {uniques[:6].tolist()}")


def _classes_of_columns(uniques: Array, columns: int, raw: Array) -> Array:
    wanted = max(columns, 2)
    if len(uniques) == wanted or columns == 1:
        if len(uniques) == 1 and set(uniques.tolist()) <= {0, 1}:
            return np.array([False, True]) if uniques.dtype.kind == "b" else np.arange(2)
        if len(uniques) == 1:
            raise MldValueError(
                "MLD-T05", "target", f"it holds one class only: {uniques[0]!r}", "at least two classes",
                "Pass class_names= with all classes, or rows of both.",
            )  # fmt: skip
        return uniques
    if uniques.dtype.kind in "iub" and uniques.min() >= 0 and uniques.max() < columns:
        return np.arange(columns)
    raise columns_mismatch(raw, f"the target has {len(uniques)} classes {uniques[:6].tolist()}")


def recoded(codes: Codes, uniques: Array, classes: Array) -> Codes:
    """Turn indices into ``uniques`` into indices into ``classes``; -1 stays -1."""
    place = {label: at for at, label in enumerate(classes.tolist())}
    table = np.array([place.get(label, -1) for label in uniques.tolist()] + [-1], dtype=np.int32)
    dtype = np.int16 if len(classes) < 2**15 else np.int32
    return table.astype(dtype)[codes]
