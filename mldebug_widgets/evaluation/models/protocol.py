"""What the rest of the package asks of a model, whatever family it comes from."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
import pandas as pd
from torch import nn

from mldebug_widgets.evaluation.models.preprocessing import Preprocess

Array = npt.NDArray[Any]

OutputKind = Literal["unknown", "probability", "decision", "label", "value"]
"""What a family knows about its raw outputs: nothing (they are looked at), probabilities of the classes in order,
decision values around 0, class labels, or predicted values."""

RowReader = Callable[[int, int], Any]
"""Raw model output for the rows from start to stop of the frame that the reader was made for."""


class Adapter(Protocol):
    """One model of one family, with what it needs around it to be called on raw rows.

    Attributes
    ----------
    name
        Class name of the user's model, for titles.
    family
        ``torch``, ``sklearn``, ``callable`` or ``precomputed``.
    module, estimator
        The user's own object, where there is one of that family.
    output
        What is known about the raw outputs before looking at them.
    classes
        Class labels in the order of the model's columns, where the model knows them.
    output_names
        Column names of the raw output, where it came as a table; they may name the classes.
    preprocess
        The user's own step between raw rows and the model, or None.
    batch_size
        Rows per call that suit this family.
    why_cannot
        Empty when the model answers for edited rows; else why it cannot.
    notes
        Sentences about how the model is called that a reader of the numbers must know.
    """

    name: str
    family: str
    module: nn.Module | None
    estimator: Any
    output: OutputKind
    classes: Array | None
    output_names: tuple[str, ...]
    preprocess: Preprocess | None
    batch_size: int
    why_cannot: str
    notes: tuple[str, ...]

    def reader(self, frame: pd.DataFrame) -> RowReader:
        """Prepare ``frame`` once and return a function that answers for a range of its rows."""
        ...

    def returns_logits(self, frame: pd.DataFrame) -> bool:
        """Tell whether outputs are known to be no probabilities, although they lie in 0..1."""
        ...

    def running(self) -> AbstractContextManager[object]:
        """Return the context in which the reader may be called: the user's model is as it was afterwards."""
        ...


@runtime_checkable
class OpenAdapter(Protocol):
    """An adapter whose model can be called on what it reads itself: tensors, which an analysis may edit or follow."""

    def inputs_of(self, frame: pd.DataFrame, rows: npt.NDArray[np.intp]) -> Any:
        """Return what the model is given for these rows of ``frame``: a tensor, or a tuple or dict of them."""
        ...

    def answer(self, inputs: Any) -> Any:
        """Return the model's raw answer to ``inputs``; gradients are followed where they are switched on."""
        ...

    def running(self) -> AbstractContextManager[object]:
        """Return the context in which the model may be called: it is as it was afterwards."""
        ...


def column_names(output: Any) -> tuple[str, ...]:
    """Return the column names of an output that came as a table, () otherwise."""
    columns = getattr(output, "columns", ())
    return tuple(str(label) for label in columns)


def to_array(output: Any) -> Array | None:
    """Return a model's raw output as a numpy array, or None when it is no array of numbers or labels."""
    if isinstance(output, np.ndarray):
        return None if output.dtype.kind in "cmMV" else output
    if isinstance(output, pd.DataFrame | pd.Series):
        return np.asarray(output.to_numpy())
    if isinstance(output, list | int | float):
        try:
            return np.asarray(output)
        except ValueError:
            return None
    if hasattr(output, "toarray"):
        return np.asarray(output.toarray())
    if hasattr(output, "to_numpy"):
        return np.asarray(output.to_numpy())
    return None
