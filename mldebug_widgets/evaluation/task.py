"""Decide which task this is, what its classes are, and which class each row's truth is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from mldebug_widgets.errors import MldTypeError, MldValueError, shown
from mldebug_widgets.evaluation.models.protocol import Adapter, Array
from mldebug_widgets.evaluation.targets import Target

Task = Literal["binary", "multiclass", "multilabel", "regression"]
TASKS: tuple[Task, ...] = get_args(Task)
Codes = npt.NDArray[Any]
_CLOSE = 10_000  # whole numbers within this range are counted, not hashed
_MAX_LABELS = 50  # whole-number predictions of more distinct values are read as amounts, not as labels


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """What is being predicted.

    ``classes`` labels in the order of the score columns (empty for regression); ``names`` the same as text;
    ``codes`` (n,) index of each row's truth in ``classes``, -1 unknown, or (n, k) 0/1 for multilabel (-1 unknown),
    or (n, 0) for regression; ``named`` True when the names came from ``class_names=``; ``note`` how it was inferred.
    """

    task: Task
    classes: Array
    names: tuple[str, ...]
    codes: Codes
    named: bool
    note: str


def check_task(task: Any) -> Task | None:
    """Return ``task`` after checking it."""
    if task is None or task in TASKS:
        return task  # type: ignore[no-any-return]
    kind = MldValueError if isinstance(task, str) else MldTypeError
    raise kind("MLD-O01", "task", f"got {shown(task)}", "one of " + ", ".join(TASKS) + ", or None", "Leave it out.")


def infer_problem(
    target: Target, raw: Array, adapter: Adapter, task: Task | None, class_names: Sequence[Any] | None
) -> Problem:
    """Decide the task from the target, the model's output and what was asked for, and code the truth."""
    y = target.values
    if bool(np.all(pd.isna(y))):
        raise MldValueError("MLD-T04", "target", "every value is missing", "known values", "Check the target column.")
    decided, note = (task, "task= was given") if task else _infer_task(y, raw, adapter)
    if decided == "regression":
        return _regression(y, raw, note)
    if decided == "multilabel":
        return _multilabel(target, raw, class_names, note)
    if y.ndim == 2:
        y = _one_hot_labels(target)
    return _classification(y, raw, adapter, decided, class_names, note)


def _infer_task(y: Array, raw: Array, adapter: Adapter) -> tuple[Task, str]:
    if y.ndim == 2:
        return _infer_wide_task(y, raw, adapter)
    columns = 1 if raw.ndim == 1 else raw.shape[1]
    if adapter.output == "value":
        return "regression", "the model is a regressor"
    labels = _some_labels(y)
    distinct = len(labels)
    if adapter.output != "unknown":
        known = distinct if adapter.classes is None else len(adapter.classes)
        return ("binary" if max(known, columns) <= 2 else "multiclass"), "the model is a classifier"
    if columns > 1:
        return ("binary" if max(distinct, columns) == 2 else "multiclass"), f"the model returns {columns} columns"
    if y.dtype.kind in "OSUb" or raw.dtype.kind in "OSUb":
        return ("binary" if distinct <= 2 else "multiclass"), "the target holds labels"
    if distinct == 2 and _whole(y):
        return "binary", "the target has two distinct values"
    if distinct == 1 and set(labels.tolist()) <= {0, 1}:
        return "binary", "the target holds only 0 or only 1"
    if y.dtype.kind in "iu" and raw.dtype.kind in "iu" and distinct <= _MAX_LABELS and np.isin(raw, y).all():
        return "multiclass", "the predictions are labels that the target holds"
    return "regression", "the target holds numbers and the model returns one"


def _infer_wide_task(y: Array, raw: Array, adapter: Adapter) -> tuple[Task, str]:
    if not _is_zero_one(y):
        return "regression", "the target has several columns of numbers"
    separate = adapter.output == "probability" and raw.ndim == 2 and bool(np.any(np.abs(raw.sum(axis=1) - 1) > 0.01))
    if _is_one_hot(y) and not separate:
        return "multiclass", "every row of the target has exactly one 1"
    return "multilabel", f"the target has {y.shape[1]} columns"


def _some_labels(y: Array) -> Array:
    """Return the distinct present values; only those of the first rows when these are already too many for labels."""
    for rows in (y[:5000], y):
        labels = pd.unique(rows)
        labels = labels[~pd.isna(labels)]
        if len(labels) > _MAX_LABELS:
            break
    return np.asarray(labels)


def _whole(y: Array) -> bool:
    return y.dtype.kind in "iub" or (y.dtype.kind == "f" and not np.any(np.mod(y[np.isfinite(y)], 1)))


def _is_one_hot(y: Array) -> bool:
    return _is_zero_one(y) and bool(np.all(y.sum(axis=1) == 1))


def _is_zero_one(y: Array) -> bool:
    return y.dtype.kind in "biuf" and bool(np.all((y == 0) | (y == 1) | np.isnan(y.astype(np.float32))))


def _one_hot_labels(target: Target) -> Array:
    y = target.values
    if not _is_one_hot(y):
        raise MldValueError(
            "MLD-T06", "target", f"shape {y.shape} with rows that are not one-hot", "(n,) labels, or one-hot rows",
            'Pass task="multilabel" for several labels per row.',
        )  # fmt: skip
    codes: Array = y.argmax(axis=1)
    return np.asarray(np.asarray(target.labels, dtype=object)[codes]) if target.labels else codes


def _regression(y: Array, raw: Array, note: str) -> Problem:
    if y.ndim != 1 or raw.ndim != 1:
        raise MldValueError(
            "MLD-T06",
            "target",
            f"regression with a target of shape {y.shape} and predictions of shape {raw.shape}",
            "one number per row",
            "Debug one output at a time: pass one target column and a function that returns that output.",
        )
    if y.dtype.kind not in "biuf":
        raise MldTypeError(
            "MLD-T08", "target", f"regression on a target of {y.dtype}", "numbers", 'Convert it, or pass task="binary".'
        )
    return Problem("regression", np.empty(0, object), (), np.empty((len(y), 0), np.int8), False, note)


def _multilabel(target: Target, raw: Array, class_names: Sequence[Any] | None, note: str) -> Problem:
    y = target.values
    if y.ndim != 2 or not _is_zero_one(y):
        raise MldValueError(
            "MLD-T06", "target", f"multilabel with a target of shape {y.shape} and dtype {y.dtype}",
            "(n, k) of 0 and 1", "Binarise the labels, one column each.",
        )  # fmt: skip
    if raw.ndim != 2 or raw.shape[1] != y.shape[1]:
        raise columns_mismatch(raw, f"the target has {y.shape[1]} labels")
    names = tuple(map(str, class_names or target.labels or [f"label {j}" for j in range(y.shape[1])]))
    if len(names) != y.shape[1]:
        raise _wrong_names(f"{len(names)} names", f"{y.shape[1]} names, one per label")
    codes = np.where(np.isnan(y), -1, y).astype(np.int8) if y.dtype.kind == "f" else y.astype(np.int8)
    return Problem("multilabel", np.asarray(names, object), names, codes, class_names is not None, note)


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


def _wrong_names(got: str, allowed: str) -> MldValueError:
    return MldValueError("MLD-O02", "class_names", f"got {got}", allowed, "Name every class once, in column order.")


def _classification(
    y: Array, raw: Array, adapter: Adapter, task: Task, class_names: Sequence[Any] | None, note: str
) -> Problem:
    codes, uniques = label_codes(y)
    columns = 1 if raw.ndim == 1 else raw.shape[1]
    if adapter.classes is not None and (columns == len(adapter.classes) or adapter.output != "unknown"):
        classes = _with_unseen(_tidy(adapter.classes), uniques, task, adapter.name)
    elif class_names is not None:
        classes = _named_classes(uniques, class_names)
    elif len(adapter.output_names) == columns > 1 and {str(label) for label in uniques} <= set(adapter.output_names):
        classes = _named_classes(uniques, adapter.output_names)
    elif adapter.output == "label" or raw.dtype.kind in "OSU":
        classes = label_codes(np.concatenate([uniques.astype(object), np.asarray(raw, object).ravel()]))[1]
    else:
        classes = _classes_of_columns(uniques, columns, raw)
    if columns > len(classes):
        raise columns_mismatch(raw, f"the target has {len(classes)} classes")
    if task == "binary" and len(classes) != 2:
        raise MldValueError(
            "MLD-T05", "target", f"{len(classes)} classes for a binary task", "two classes",
            "Pass class_names= with both classes.",
        )  # fmt: skip
    codes = _recoded(codes, uniques, classes)
    named = class_names is not None
    if named and class_names is not None:
        if len(class_names) != len(classes):
            raise _wrong_names(f"{len(class_names)} names", f"{len(classes)} names, one per class")
        classes = np.asarray([str(name) for name in class_names], object)
    return Problem(task, classes, tuple(str(label) for label in classes), codes, named, note)


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


def _tidy(labels: Array) -> Array:
    """Return whole numbers stored as floats as integers, because nobody calls a class 1.0."""
    return labels.astype(np.int64) if labels.dtype.kind == "f" and _whole(labels) else labels


def _with_unseen(classes: Array, uniques: Array, task: Task, name: str) -> Array:
    known = set(classes.tolist())
    unseen = [label for label in uniques.tolist() if label not in known]
    if not unseen:
        return classes
    if task == "binary":
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
    raise _wrong_names(f"{names[:6]}", f"names for the target's {len(uniques)} classes {uniques[:6].tolist()}")


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


def _recoded(codes: Codes, uniques: Array, classes: Array) -> Codes:
    place = {label: at for at, label in enumerate(classes.tolist())}
    table = np.array([place.get(label, -1) for label in uniques.tolist()] + [-1], dtype=np.int32)
    dtype = np.int16 if len(classes) < 2**15 else np.int32
    return table.astype(dtype)[codes]
