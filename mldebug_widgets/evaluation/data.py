"""Data of every form -> one row-aligned table: features, target and named splits."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from torch.utils.data import DataLoader, Dataset

from mldebug_widgets.errors import MldTypeError, MldValueError, shown, type_of
from mldebug_widgets.evaluation.frames import Form, form_of, is_frame, to_pandas
from mldebug_widgets.evaluation.targets import Target, read_target, target_of_columns
from mldebug_widgets.evaluation.torch_data import read_torch

_FORMS = (
    'a DataFrame with target="column", (X, y), a torch Dataset or DataLoader, '
    'or a dict of splits such as {"train": ..., "test": ...}'
)


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """One row-aligned table.

    ``frame`` (n, p) raw features without the target; ``target`` the truth; ``splits`` name -> row positions;
    ``form`` the make the features came in; ``inputs`` (n, ...) what the model reads when it is not the frame
    (images, sequences), else None.
    """

    frame: pd.DataFrame
    target: Target
    splits: dict[str, npt.NDArray[np.intp]]
    form: Form
    inputs: torch.Tensor | None = None


def read_data(data: Any, target: Any = None) -> Table:
    """Return ``data`` of any form that ``mld.evaluate`` documents as one table.

    Raises
    ------
    MldTypeError, MldValueError
        ``MLD-D..`` when the data, ``MLD-T..`` when the target cannot be used.
    """
    if isinstance(data, Mapping) and not is_frame(data):
        return _read_splits(data, target)
    part = _read_part(data, target, "data")
    _check_size(len(part.frame))
    return part


def _check_size(n: int) -> None:
    if n < 2:
        code, rows = ("MLD-D02", "no rows") if n == 0 else ("MLD-D03", "1 row")
        raise MldValueError(code, "data", f"got {rows}", "at least 2 rows", "Pass the rows the model is judged on.")


def _read_part(data: Any, target: Any, argument: str) -> Table:
    if isinstance(data, tuple | list):
        return _read_pair(data, target, argument)
    if isinstance(data, Dataset | DataLoader | Iterator):
        return _read_batches(data, target, argument)
    if isinstance(data, np.ndarray | torch.Tensor | pd.Series):
        return _read_pair((data, target), None, argument)
    if is_frame(data) or target is not None:
        return _read_frame(data, target, argument)
    raise MldTypeError("MLD-D01", argument, f"got {shown(data)}", _FORMS, "Pass one of these.")


def _read_frame(data: Any, target: Any, argument: str) -> Table:
    frame = to_pandas(data, argument)
    form = form_of(data)
    if target is None:
        raise MldTypeError(
            "MLD-T02",
            "target",
            f"{argument} is a table and no target was named",
            "the name of a column, or one value per row",
            'Pass target="the column to predict", or the two apart as (X, y).',
        )
    labels = _target_labels(frame, target)
    if labels is None:
        return _table(frame, read_target(target, "target"), form, argument)
    truth = target_of_columns(frame[labels], "target")
    return _table(frame.drop(columns=labels), truth, form, argument)


def _target_labels(frame: pd.DataFrame, target: Any) -> list[Any] | None:
    """Return the column labels that ``target`` names, or None when it holds the values themselves."""
    if isinstance(target, list) and len(target) != len(frame) and all(isinstance(label, str) for label in target):
        return [_label(frame, label) for label in target]
    if isinstance(target, str | int) or (isinstance(target, tuple) and target in frame.columns):
        return [_label(frame, target)]
    return None


def _label(frame: pd.DataFrame, target: Any) -> Any:
    if target in frame.columns and not isinstance(target, bool):
        return target
    close = difflib.get_close_matches(str(target), [str(label) for label in frame.columns], 1)
    names = ", ".join(repr(label) for label in frame.columns[:8])
    more = f" and {len(frame.columns) - 8} more" if len(frame.columns) > 8 else ""
    raise MldValueError(
        "MLD-T03",
        "target",
        f"data has no column {target!r}",
        f"one of its columns: {names}{more}",
        f"Did you mean {close[0]!r}?" if close else "Name one of them, or pass the target as (X, y).",
    )


def _read_pair(data: Sequence[Any], target: Any, argument: str) -> Table:
    if len(data) != 2 or isinstance(data, list):
        raise MldTypeError(
            "MLD-D07",
            argument,
            f"got {type_of(data)} of {len(data)}",
            "(X, y), a tuple of two",
            "Pass (X, y); put splits in a dict.",
        )
    X, y = data
    if isinstance(y, str):
        raise MldTypeError(
            "MLD-T02", "target", f"got {y!r} for {shown(X)}", "one value per row", "Arrays have no names: pass (X, y)."
        )
    if target is not None and not isinstance(target, str):
        raise MldTypeError(
            "MLD-T02", "target", f"got {shown(target)} beside (X, y)", "a name for y, or None", "Leave target out."
        )
    if y is None:
        raise MldTypeError("MLD-T02", "target", f"{argument} has no y", "one value per row", "Pass (X, y).")
    truth = read_target(y, f"{argument}[1]")
    if target is not None:
        truth = Target(truth.values, target, truth.labels)
    inputs = X if isinstance(X, torch.Tensor) else None
    if isinstance(X, np.ndarray) and X.ndim > 2:
        inputs = torch.as_tensor(X)
    if inputs is not None and inputs.ndim > 2:
        return _table(pd.DataFrame(index=pd.RangeIndex(len(inputs))), truth, "tensor", argument, inputs)
    return _table(to_pandas(X, f"{argument}[0]"), truth, form_of(X), argument)


def _read_batches(data: Any, target: Any, argument: str) -> Table:
    if target is not None and not isinstance(target, str):
        raise MldTypeError(
            "MLD-T02", "target", f"got {shown(target)}", "a name for y, or None", "A Dataset brings its own targets."
        )
    X, y = read_torch(data, target, argument)
    return _read_pair((X, y), target, argument)


def _table(frame: pd.DataFrame, target: Target, form: Form, argument: str, inputs: torch.Tensor | None = None) -> Table:
    n = len(frame)
    if len(target.values) != n:
        raise MldValueError(
            "MLD-D04",
            "target",
            f"{len(target.values)} targets for {n} rows of {argument}",
            "one target per row",
            "Check that X and y come from the same rows.",
        )
    if inputs is None and n and not frame.shape[1]:
        raise MldValueError(
            "MLD-D08", argument, "no feature columns are left", "at least one column beside the target", "Add features."
        )
    return Table(frame, target, {"all": np.arange(n)}, form, inputs)


def _read_splits(data: Mapping[Any, Any], target: Any) -> Table:
    if not data:
        raise MldValueError("MLD-D02", "data", "got an empty dict", "at least one split", 'Pass {"test": ...}.')
    parts: dict[str, Table] = {}
    for name, part in data.items():
        if not isinstance(name, str) or not name.strip():
            raise MldTypeError(
                "MLD-D09", "data", f"the split name {name!r}", "text that is not empty", 'Name it such as "test".'
            )
        argument = f"data[{name!r}]"
        if isinstance(part, Mapping | list) or (isinstance(part, np.ndarray) and target is None):
            fix = "A dict names splits; for a dict of columns pass pd.DataFrame(data)."
            raise MldTypeError("MLD-D01", argument, f"got {shown(part)}", _FORMS.rpartition(", or")[0], fix)
        parts[name] = _read_part(part, target, argument)
        if not len(parts[name].frame):
            raise MldValueError("MLD-D02", argument, "no rows", "at least one row per split", "Drop the empty split.")
    _check_size(sum(len(part.frame) for part in parts.values()))
    return join_parts(parts)


def join_parts(parts: Mapping[str, Table]) -> Table:
    """Stack the tables of several splits; columns are aligned by name with the first split's."""
    tables = list(parts.values())
    if len(tables) == 1:
        only = tables[0]
        return Table(only.frame, only.target, {next(iter(parts)): np.arange(len(only.frame))}, only.form, only.inputs)
    first = tables[0]
    for name, table in parts.items():
        _check_same(first, table, f"data[{name!r}]")
    ends = np.cumsum([len(table.frame) for table in tables])
    splits = {
        name: np.arange(end - len(table.frame), end) for (name, table), end in zip(parts.items(), ends, strict=True)
    }
    return Table(
        _stack_frames([table.frame for table in tables]),
        Target(np.concatenate([table.target.values for table in tables]), first.target.name, first.target.labels),
        splits,
        first.form,
        None if first.inputs is None else torch.cat([table.inputs for table in tables if table.inputs is not None]),
    )


def _check_same(first: Table, table: Table, argument: str) -> None:
    missing = [label for label in first.frame.columns if label not in table.frame.columns]
    extra = [label for label in table.frame.columns if label not in first.frame.columns]
    if missing or extra:
        got = f"lacks {missing[:5]}" if missing else f"has other columns {extra[:5]}"
        raise MldValueError("MLD-D10", argument, got, "the same columns in every split", "Select the same columns.")
    shapes = [None if part.inputs is None else tuple(part.inputs.shape[1:]) for part in (first, table)]
    targets = [part.target.values.shape[1:] for part in (first, table)]
    if shapes[0] != shapes[1] or targets[0] != targets[1]:
        raise MldValueError(
            "MLD-D10",
            argument,
            f"inputs of shape {shapes[1]} and targets of shape {targets[1]} per row",
            f"{shapes[0]} and {targets[0]} as in the first split",
            "Give every split the same shapes.",
        )


def _stack_frames(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Concatenate, keeping categories: pandas turns columns whose categories differ into objects."""
    first = frames[0]
    differing = [
        label
        for label in first.columns
        if all(isinstance(frame[label].dtype, pd.CategoricalDtype) for frame in frames)
        and any(frame[label].dtype != first[label].dtype for frame in frames)
    ]
    if differing:
        dtypes = {label: _united([frame[label].dtype for frame in frames]) for label in differing}
        frames = [frame.astype(dtypes) for frame in frames]
    return pd.concat([frame[first.columns] for frame in frames], ignore_index=True)


def _united(dtypes: list[pd.CategoricalDtype]) -> pd.CategoricalDtype:
    categories = dtypes[0].categories
    for dtype in dtypes[1:]:
        categories = categories.append(dtype.categories.difference(categories, sort=False))
    return pd.CategoricalDtype(categories, ordered=False)
