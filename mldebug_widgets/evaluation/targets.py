"""Targets of every make -> one numpy array, and labels -> codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd
import torch

from mldebug_widgets.errors import MldTypeError, MldValueError, shown
from mldebug_widgets.evaluation.frames import is_frame, tensor_to_numpy, to_pandas

Values = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """The truth: ``values`` (n,) or (n, k), its ``name``, and for (n, k) the ``labels`` of the k columns."""

    values: Values
    name: str
    labels: tuple[str, ...] = ()


def read_target(data: Any, argument: str) -> Target:
    """Return a target of any make (Series, array, tensor, list, one- or many-column frame) as a numpy array."""
    if isinstance(data, torch.Tensor):
        return _checked(tensor_to_numpy(data), "target", (), argument)
    if isinstance(data, pd.DataFrame) or (not isinstance(data, np.ndarray | pd.Series | list) and is_frame(data)):
        return target_of_columns(to_pandas(data, argument), argument)
    if isinstance(data, pd.Series):
        return _checked(series_values(data), _named(data.name), (), argument)
    if isinstance(data, np.ndarray | list | tuple | pd.Index | pd.api.extensions.ExtensionArray):
        return _checked(_listed(data, argument), "target", (), argument)
    try:
        series = nw.from_native(data, series_only=True)
    except TypeError as error:
        raise MldTypeError(
            "MLD-T01",
            argument,
            f"the target is {shown(data)}",
            "a Series, 1-D array, tensor or list with one value per row",
            "Convert it to a numpy array.",
        ) from error
    return _checked(series_values(series.to_pandas()), _named(series.name), (), argument)


def _listed(data: Any, argument: str) -> Values:
    if isinstance(data, np.ndarray) and data.dtype.kind not in "US":
        return data
    if isinstance(data, list) and data and isinstance(data[0], torch.Tensor):
        return tensor_to_numpy(torch.stack(data))
    try:
        values = np.asarray(data)
    except ValueError as error:
        raise MldValueError(
            "MLD-T06", argument, "the target's items differ in length", "one value per row", "Pass one label per row."
        ) from error
    if values.ndim > 1:
        return values
    return series_values(pd.Series(np.asarray(data, dtype=object) if values.dtype.kind in "US" else data))


def _named(name: object) -> str:
    return "target" if name is None else str(name)


def series_values(series: pd.Series) -> Values:
    """Return a column as a plain numpy array: numbers where it holds numbers (missing = NaN), objects otherwise."""
    dtype = series.dtype
    if isinstance(dtype, np.dtype):
        if dtype.kind != "O":
            return np.asarray(series.to_numpy())
        inferred = series.infer_objects()
        if inferred.dtype != dtype and not isinstance(inferred.dtype, pd.StringDtype):
            return series_values(inferred)
        return np.asarray(series.to_numpy())
    if pd.api.types.is_bool_dtype(dtype) and not isinstance(dtype, pd.CategoricalDtype):
        return np.asarray(series.to_numpy(dtype=object if series.hasnans else bool))
    if pd.api.types.is_numeric_dtype(dtype):
        if series.hasnans or pd.api.types.is_float_dtype(dtype):
            return np.asarray(series.to_numpy(dtype=np.float64, na_value=np.nan))
        return np.asarray(series.to_numpy(dtype=np.int64 if pd.api.types.is_integer_dtype(dtype) else np.float64))
    return np.asarray(series.astype(object).to_numpy())


def target_of_columns(frame: pd.DataFrame, argument: str) -> Target:
    """Return one column as a (n,) target, several as a multilabel (n, k) target labelled by their names."""
    if frame.shape[1] == 1:
        return read_target(frame.iloc[:, 0], argument)
    names = tuple(str(label) for label in frame.columns)
    values = np.column_stack([series_values(frame.iloc[:, position]) for position in range(frame.shape[1])])
    return _checked(values, ", ".join(names[:3]) + ("…" if len(names) > 3 else ""), names, argument)


def _checked(values: Values, name: str, labels: tuple[str, ...], argument: str) -> Target:
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim not in (1, 2):
        raise MldValueError(
            "MLD-T06",
            argument,
            f"the target has shape {values.shape}",
            "(n,) one value per row, or (n, k) for k labels",
            "Reshape it; a segmentation map per row is not a target that rows can be ranked by.",
        )
    if values.dtype.kind == "c":
        raise MldTypeError("MLD-T01", argument, "the target is complex", "labels or real numbers", "Use its real part.")
    if values.dtype == np.float16:
        values = values.astype(np.float32)
    return Target(values, name, labels)
