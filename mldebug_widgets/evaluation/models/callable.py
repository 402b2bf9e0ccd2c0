"""Any function of the raw rows."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from torch import nn

from mldebug_widgets.evaluation.data import Table
from mldebug_widgets.evaluation.frames import as_form, tensor_to_numpy
from mldebug_widgets.evaluation.models.preprocessing import Preprocess, modules_behind
from mldebug_widgets.evaluation.models.protocol import Array, OutputKind, RowReader, column_names
from mldebug_widgets.evaluation.preserve import preserved


class CallableAdapter:
    """A function that takes rows in the make the data came in and returns one prediction or k scores per row."""

    family = "callable"
    module: nn.Module | None = None
    estimator: Any = None
    output: OutputKind = "unknown"
    batch_size = 16_384
    notes: tuple[str, ...] = ()

    def __init__(self, function: Callable[[Any], Any], preprocess: Preprocess | None, table: Table) -> None:
        owner = getattr(function, "__self__", None)
        self._function = function
        self.preprocess = preprocess
        self._form = table.form
        self._inputs = table.inputs
        self.name = _name_of(function, owner)
        self.classes: Array | None = None
        if isinstance(classes := getattr(owner, "classes_", None), np.ndarray) and classes.ndim == 1:
            self.classes = classes
        self.output_names: tuple[str, ...] = ()
        self.why_cannot = "" if table.inputs is None else "the model reads images or sequences, not the table's columns"

    def running(self) -> AbstractContextManager[object]:
        """Keep the random states, and the torch modules that the function reaches."""
        modules = () if self.preprocess is None else self.preprocess.modules
        return preserved(*modules_behind(self._function), *modules)

    def returns_logits(self, frame: pd.DataFrame) -> bool:
        """Return False: only the values are known."""
        return False

    def inputs_of(self, frame: pd.DataFrame, rows: npt.NDArray[np.intp]) -> Any:
        """Return what the function is given for these rows of ``frame``."""
        if self.preprocess is None and self._inputs is not None:
            return self._inputs[torch.from_numpy(rows)]
        return self._rows(frame.iloc[rows], 0, len(rows))

    def answer(self, inputs: Any) -> Any:
        """Return the function's raw answer to ``inputs``."""
        return self._function(inputs)

    def reader(self, frame: pd.DataFrame) -> RowReader:
        """Return a function that answers for a range of rows of ``frame``."""

        def read(start: int, stop: int) -> Any:
            output = self._function(self._rows(frame, start, stop))
            self.output_names = column_names(output)
            return tensor_to_numpy(output) if isinstance(output, torch.Tensor) else output

        return read

    def _rows(self, frame: pd.DataFrame, start: int, stop: int) -> Any:
        if self.preprocess is not None:
            return self.preprocess(frame.iloc[start:stop])
        if self._inputs is not None:
            return self._inputs[start:stop].clone()
        # A copy, because a function that writes into its rows must not reach the user's table.
        return as_form(frame.iloc[start:stop].copy(), self._form)


def _name_of(function: Any, owner: Any) -> str:
    name = getattr(function, "__name__", type(function).__name__)
    is_method = owner is not None and not isinstance(owner, type) and hasattr(function, "__func__")
    return f"{type(owner).__name__}.{name}" if is_method else str(name)
