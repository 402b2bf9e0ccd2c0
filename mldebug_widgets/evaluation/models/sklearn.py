"""scikit-learn classifiers, regressors and pipelines, with or without ``predict_proba``."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import pandas as pd
from torch import nn

from mldebug_widgets.errors import MldValueError
from mldebug_widgets.evaluation.data import Table
from mldebug_widgets.evaluation.frames import as_form
from mldebug_widgets.evaluation.models.preprocessing import Preprocess, modules_behind
from mldebug_widgets.evaluation.models.protocol import Array, OutputKind, RowReader
from mldebug_widgets.evaluation.preserve import preserved


class SklearnAdapter:
    """A fitted estimator: ``predict_proba`` where there is one, else ``decision_function``, else ``predict``."""

    family = "sklearn"
    module: nn.Module | None = None
    batch_size = 65_536
    why_cannot = ""
    output_names: tuple[str, ...] = ()

    def __init__(self, estimator: Any, preprocess: Preprocess | None, table: Table) -> None:
        if table.inputs is not None and preprocess is None:
            raise MldValueError(
                "MLD-D13", "data", f"inputs of shape {tuple(table.inputs.shape)} for a scikit-learn model",
                "two dimensions, rows by features", "Flatten them, or pass a function that does.",
            )  # fmt: skip
        self.estimator = estimator
        self.name = _name_of(estimator)
        self.classes: Array | None = _classes(estimator)
        self.output, self._method, self.notes = _output_of(estimator)
        self.preprocess = preprocess
        self._form = table.form
        self._names = getattr(estimator, "feature_names_in_", None)
        # Only estimators that check their input as scikit-learn does warn about names that they have not seen.
        self._fitted_without_names = self._names is None and hasattr(estimator, "n_features_in_")

    def running(self) -> AbstractContextManager[object]:
        """Keep the random states, and any torch module inside the estimator."""
        modules = () if self.preprocess is None else self.preprocess.modules
        return preserved(*modules_behind(self.estimator), *modules)

    def returns_logits(self, frame: pd.DataFrame) -> bool:
        """Return whether the estimator gives decision values."""
        return self.output == "decision"

    def reader(self, frame: pd.DataFrame) -> RowReader:
        """Return a function that answers for a range of rows of ``frame``."""
        call = getattr(self.estimator, self._method)
        if self.preprocess is not None:
            preprocess = self.preprocess
            return lambda start, stop: _stacked(call(preprocess(frame.iloc[start:stop])))
        columns = self._columns(frame)
        return lambda start, stop: _stacked(call(self._rows(frame.iloc[start:stop, columns])))

    def _columns(self, frame: pd.DataFrame) -> slice | list[int]:
        if self._names is None:
            return slice(None)
        positions = frame.columns.get_indexer(self._names)
        if (positions < 0).any():
            if self._form in ("array", "tensor") and len(self._names) == frame.shape[1]:
                return slice(None)
            missing = [str(name) for name, at in zip(self._names, positions, strict=True) if at < 0]
            raise MldValueError(
                "MLD-D15",
                "data",
                f"{self.name} was fitted with columns that are not here: {missing[:5]}",
                f"the {len(self._names)} columns it was fitted with",
                "Pass the same columns, or the whole pipeline as the model.",
            )
        if np.array_equal(positions, np.arange(frame.shape[1])):
            return slice(None)
        return [int(position) for position in positions]

    def _rows(self, rows: pd.DataFrame) -> Any:
        rows = rows.copy()
        if self._names is not None:
            if self._form in ("array", "tensor") and list(rows.columns) != list(self._names):
                rows.columns = pd.Index(self._names)
            return rows
        if self._form in ("array", "tensor"):
            return as_form(rows, "array")
        if not self._fitted_without_names or not all(isinstance(label, str) for label in rows.columns):
            return rows
        numeric = all(isinstance(dtype, np.dtype) and dtype.kind in "biuf" for dtype in rows.dtypes)
        return rows.to_numpy() if numeric else rows


def _name_of(estimator: Any) -> str:
    """Name a pipeline after its last step, because every pipeline is a Pipeline."""
    steps = getattr(estimator, "steps", None)
    return f"{type(steps[-1][1]).__name__} pipeline" if steps else type(estimator).__name__


def _role(estimator: Any) -> str:
    """Return ``classifier``, ``regressor`` or ``other``, also for libraries that only look like scikit-learn."""
    from sklearn.base import is_classifier, is_regressor

    try:
        if is_classifier(estimator):
            return "classifier"
        if is_regressor(estimator):
            return "regressor"
    except (AttributeError, TypeError):
        return str(getattr(estimator, "_estimator_type", "other"))
    return "classifier" if hasattr(estimator, "predict_proba") else "other"


def _classes(estimator: Any) -> Array | None:
    if _role(estimator) != "classifier":
        return None
    classes = getattr(estimator, "classes_", None)
    return np.asarray(classes) if isinstance(classes, np.ndarray) and classes.ndim == 1 else None


def _output_of(estimator: Any) -> tuple[OutputKind, str, tuple[str, ...]]:
    name, role = _name_of(estimator), _role(estimator)
    if role != "classifier":
        return ("value" if role == "regressor" else "unknown"), "predict", ()
    if hasattr(estimator, "predict_proba"):
        return "probability", "predict_proba", ()
    if hasattr(estimator, "decision_function"):
        note = f"{name} gives no probabilities; scores are its decision values squeezed to 0..1 and not calibrated."
        return "decision", "decision_function", (note,)
    return "label", "predict", (f"{name} gives labels only; scores are 0 or 1 and the loss counts errors.",)


def _stacked(output: Any) -> Any:
    """Turn the list of (n, 2) arrays of a multilabel forest into one (n, k) array of positive probabilities."""
    if isinstance(output, list) and output and all(getattr(part, "ndim", 0) == 2 for part in output):
        return np.column_stack([part[:, -1] if part.shape[1] > 1 else np.zeros(len(part)) for part in output])
    return output
