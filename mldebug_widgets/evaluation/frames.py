"""Tables of every make -> one pandas frame, and back to the make that the user's own code expects."""

from __future__ import annotations

from typing import Any, Literal

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from narwhals.exceptions import DuplicateError

from mldebug_widgets.errors import MldTypeError, MldValueError, shown

Form = Literal["pandas", "polars", "pyarrow", "array", "tensor"]
_MAKES = "a DataFrame (pandas, polars, pyarrow), a 2-D array or a 2-D tensor"


def is_frame(data: object) -> bool:
    """Tell whether ``data`` is a table of named columns of any make that narwhals reads."""
    if isinstance(data, pd.DataFrame):
        return True
    try:
        return isinstance(nw.from_native(data, eager_only=True, pass_through=True), nw.DataFrame)
    except DuplicateError:
        return True


def form_of(data: object) -> Form:
    """Return the make of ``data``, so that a user's function can be handed the same one."""
    if isinstance(data, torch.Tensor):
        return "tensor"
    if isinstance(data, pd.DataFrame | pd.Series):
        return "pandas"
    module = type(data).__module__.partition(".")[0]
    if module == "polars":
        return "polars"
    return "pyarrow" if module == "pyarrow" else "array"


def as_form(frame: pd.DataFrame, form: Form) -> Any:
    """Return ``frame`` as the make that the data came in: what the user's own functions were written for."""
    if form == "pandas":
        return frame
    if form == "polars":
        return nw.from_native(frame, eager_only=True).to_polars()
    if form == "pyarrow":
        return nw.from_native(frame, eager_only=True).to_arrow()
    values = frame.to_numpy(copy=True)
    return torch.from_numpy(values) if form == "tensor" else values


def to_pandas(data: object, argument: str) -> pd.DataFrame:
    """Return a table of any make as a pandas frame that shares memory with it where it can.

    Raises
    ------
    MldTypeError
        ``MLD-D01`` when ``data`` is no table.
    MldValueError
        ``MLD-D05`` duplicate column names, ``MLD-D06`` MultiIndex columns, ``MLD-D13`` an array that is not 2-D.
    """
    if isinstance(data, pd.DataFrame):
        # A new frame over the same columns, so that columns added to the user's later do not appear here.
        return check_columns(data, argument).copy(deep=False)
    if isinstance(data, pd.Series):
        return check_columns(data.to_frame(data.name if data.name is not None else "x0"), argument)
    if isinstance(data, torch.Tensor):
        return array_frame(tensor_to_numpy(data), argument)
    if isinstance(data, np.ndarray):
        return array_frame(data, argument)
    if isinstance(data, list | tuple):
        return array_frame(_listed(data, argument), argument)
    return check_columns(_through_narwhals(data, argument), argument)


def _listed(data: list[Any] | tuple[Any, ...], argument: str) -> npt.NDArray[Any]:
    try:
        return np.asarray(data)
    except ValueError as error:
        shapes = [tuple(item.shape) for item in data[:100] if hasattr(item, "shape")]
        if any(len(shape) > 1 for shape in shapes):
            some = ", ".join(list(dict.fromkeys(map(str, shapes)))[:3])
            raise MldValueError(
                "MLD-D13", argument, f"its items have different shapes: {some}", "one shape",
                "Pass a table as data and the images as images=, with preprocess= that resizes what the model reads.",
            ) from error  # fmt: skip
        raise MldValueError(
            "MLD-D13", argument, "lists of different lengths", "one row per item, all of one length", "Pad or fix them."
        ) from error


def _through_narwhals(data: Any, argument: str) -> pd.DataFrame:
    try:
        table = nw.from_native(data, eager_only=True, allow_series=True)
    except TypeError as error:
        if isinstance(converted := _own_pandas(data), pd.DataFrame):
            return converted
        fix = "Call .collect() or .compute() on it first." if _is_lazy(data) else "Convert it to a pandas DataFrame."
        raise MldTypeError("MLD-D01", argument, f"got {shown(data)}", _MAKES, fix) from error
    except DuplicateError as error:
        raise _duplicates(argument, list(getattr(data, "column_names", ()))) from error
    if isinstance(table, nw.Series):
        return table.to_frame().to_pandas()
    names = list(table.columns)
    if len(set(names)) < len(names):
        raise _duplicates(argument, names)
    return table.to_pandas()


def _own_pandas(data: Any) -> Any:
    """Return what the object itself gives as pandas (a pyarrow RecordBatch does), or None."""
    return data.to_pandas() if callable(getattr(data, "to_pandas", None)) and not _is_lazy(data) else None


def _is_lazy(data: object) -> bool:
    return hasattr(data, "collect") or hasattr(data, "compute")


def array_frame(values: npt.NDArray[Any], argument: str) -> pd.DataFrame:
    """Return a 2-D array as a frame over the same memory, with columns ``x0``, ``x1``, ..."""
    if values.ndim == 1:
        values = values[:, None]
    if values.ndim != 2:
        raise MldValueError(
            "MLD-D13",
            argument,
            f"got an array of shape {values.shape}",
            "two dimensions, rows by features",
            "Pass images or sequences with a torch model, or flatten them.",
        )
    names = [f"x{position}" for position in range(values.shape[1])]
    if values.dtype.kind == "O":
        return pd.DataFrame(values, columns=names).infer_objects()
    if values.dtype == np.float16:
        values = values.astype(np.float32)
    if values.dtype.kind == "c":
        raise MldTypeError("MLD-D01", argument, "got complex numbers", "real numbers", "Pass real and imaginary parts.")
    return pd.DataFrame(values, columns=names, copy=False)


def tensor_to_numpy(tensor: torch.Tensor) -> npt.NDArray[Any]:
    """Return a tensor of any device and dtype as a numpy array; half and bfloat16 become float32."""
    tensor = tensor.detach()
    if tensor.layout != torch.strided:
        tensor = tensor.to_dense()
    if tensor.dtype in (torch.bfloat16, torch.float16):
        tensor = tensor.float()
    return tensor.cpu().resolve_conj().resolve_neg().numpy()


def _duplicates(argument: str, names: list[Any]) -> MldValueError:
    twice = sorted({str(name) for name in names if names.count(name) > 1})
    return MldValueError(
        "MLD-D05",
        argument,
        f"column names occur more than once: {', '.join(map(repr, twice[:5])) or 'unknown'}",
        "every column name once",
        "Rename or drop the duplicates.",
    )


def check_columns(frame: pd.DataFrame, argument: str) -> pd.DataFrame:
    """Refuse column labels by which a column could not be found again."""
    if isinstance(frame.columns, pd.MultiIndex):
        raise MldValueError(
            "MLD-D06",
            argument,
            f"the columns are a MultiIndex of {frame.columns.nlevels} levels",
            "one level of column names",
            "Join the levels first: df.columns = ['_'.join(map(str, c)) for c in df.columns].",
        )
    if not frame.columns.is_unique:
        raise _duplicates(argument, list(frame.columns))
    texts = [str(label) for label in frame.columns]
    if len(set(texts)) < len(texts):
        raise _duplicates(argument, texts)
    return frame
