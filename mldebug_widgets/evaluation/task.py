"""Decide which task this is, what its classes are, and which class each row's truth is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from mldebug_widgets.errors import MldTypeError, MldValueError, shown
from mldebug_widgets.evaluation.classes import (
    Codes,
    columns_mismatch,
    decide_classes,
    is_whole,
    label_codes,
    recoded,
    wrong_names,
)
from mldebug_widgets.evaluation.models.protocol import Adapter, Array
from mldebug_widgets.evaluation.targets import Target

Task = Literal["binary", "multiclass", "multilabel", "regression"]
TASKS: tuple[Task, ...] = get_args(Task)
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
        if raw.dtype.kind in "OSU":
            distinct = len(pd.unique(np.concatenate([labels, pd.unique(raw[~pd.isna(raw)])])))
        return ("binary" if distinct <= 2 else "multiclass"), "the target holds labels"
    if distinct == 2 and is_whole(y):
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
        raise wrong_names(f"{len(names)} names", f"{y.shape[1]} names, one per label")
    codes = np.where(np.isnan(y), -1, y).astype(np.int8) if y.dtype.kind == "f" else y.astype(np.int8)
    return Problem("multilabel", np.asarray(names, object), names, codes, class_names is not None, note)


def _classification(
    y: Array, raw: Array, adapter: Adapter, task: Task, class_names: Sequence[Any] | None, note: str
) -> Problem:
    codes, uniques = label_codes(y)
    classes = decide_classes(uniques, raw, adapter, class_names)
    if raw.ndim == 2 and raw.shape[1] > len(classes):
        raise columns_mismatch(raw, f"the target has {len(classes)} classes")
    if task == "binary" and len(classes) != 2:
        raise MldValueError(
            "MLD-T05", "target", f"{len(classes)} classes for a binary task", "two classes",
            "Pass class_names= with both classes.",
        )  # fmt: skip
    codes = recoded(codes, uniques, classes)
    if class_names is not None:
        if len(class_names) != len(classes):
            raise wrong_names(f"{len(class_names)} names", f"{len(classes)} names, one per class")
        classes = np.asarray([str(name) for name in class_names], object)
    return Problem(task, classes, tuple(str(label) for label in classes), codes, class_names is not None, note)
