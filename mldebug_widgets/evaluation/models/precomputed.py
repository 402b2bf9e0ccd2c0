"""Predictions that were computed elsewhere: they can be judged, and not asked again."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import nn

from mldebug_widgets.errors import MldTypeError, MldValueError, shown
from mldebug_widgets.evaluation.frames import is_frame, tensor_to_numpy, to_pandas
from mldebug_widgets.evaluation.models.preprocessing import Preprocess
from mldebug_widgets.evaluation.models.protocol import Array, OutputKind, RowReader, column_names
from mldebug_widgets.evaluation.targets import read_target


class PrecomputedAdapter:
    """``predictions=``: (n,) predictions or scores, or (n, k) scores, row-aligned with the data."""

    family = "precomputed"
    name = "predictions"
    module: nn.Module | None = None
    estimator: Any = None
    output: OutputKind = "unknown"
    classes: Array | None = None
    preprocess: Preprocess | None = None
    why_cannot = "the predictions were computed before; there is no model to ask"
    notes: tuple[str, ...] = ()

    def __init__(self, predictions: Any, splits: dict[str, Array], n: int) -> None:
        self._values = _as_array(_joined(predictions, splits))
        self.output_names = column_names(predictions)
        if len(self._values) != n:
            raise MldValueError(
                "MLD-O07",
                "predictions",
                f"{len(self._values)} predictions for {n} rows",
                "one per row, in the order of data",
                "Predict for the same rows.",
            )
        self.batch_size = max(n, 1)

    def running(self) -> AbstractContextManager[object]:
        """Return a context that does nothing: no user code runs."""
        return nullcontext()

    def returns_logits(self, frame: pd.DataFrame) -> bool:
        """Return False: only the values are known."""
        return False

    def reader(self, frame: pd.DataFrame) -> RowReader:
        """Return a function that hands out the stored predictions."""
        return lambda start, stop: self._values[start:stop]


def _joined(predictions: Any, splits: dict[str, Array]) -> Any:
    if not isinstance(predictions, dict):
        return predictions
    if set(predictions) != set(splits):
        raise MldValueError(
            "MLD-O07",
            "predictions",
            f"splits {sorted(map(str, predictions))}",
            f"the splits of data: {sorted(splits)}",
            "Name the same splits.",
        )
    return np.concatenate([_as_array(predictions[name]) for name in splits])


def _as_array(predictions: Any) -> Array:
    if isinstance(predictions, torch.Tensor):
        return tensor_to_numpy(predictions)
    if isinstance(predictions, np.ndarray):
        values = predictions
    elif is_frame(predictions):
        values = to_pandas(predictions, "predictions").to_numpy()
    elif callable(predictions) or isinstance(predictions, str | int | float):
        raise MldTypeError(
            "MLD-O07", "predictions", f"got {shown(predictions)}", "an array with one row per row of data",
            "Pass the predicted values; a function goes in model.",
        )  # fmt: skip
    else:
        values = read_target(predictions, "predictions").values
    return values
