"""Choose the adapter for a model: the only place that asks what family a model is of."""

from __future__ import annotations

from typing import Any

from torch import nn

from mldebug_widgets.errors import MldTypeError, MldValueError, shown
from mldebug_widgets.evaluation.data import Table
from mldebug_widgets.evaluation.models.callable import CallableAdapter
from mldebug_widgets.evaluation.models.precomputed import PrecomputedAdapter
from mldebug_widgets.evaluation.models.preprocessing import Preprocess
from mldebug_widgets.evaluation.models.protocol import Adapter
from mldebug_widgets.evaluation.models.sklearn import SklearnAdapter
from mldebug_widgets.evaluation.models.torch import TorchAdapter, module_device


def adapt_model(
    model: Any, table: Table, *, preprocess: Any = None, predictions: Any = None, device: Any = None
) -> Adapter:
    """Return the adapter for ``model``.

    Raises
    ------
    MldTypeError
        ``MLD-M01`` when the model is of no known family.
    MldValueError
        ``MLD-O07`` when there is neither a model nor predictions, or both.
    """
    if predictions is not None:
        if model is not None:
            raise MldValueError(
                "MLD-O07", "predictions", "given together with a model", "one of the two", "Pass model=None."
            )
        return PrecomputedAdapter(predictions, table.splits, len(table.frame))
    if model is None:
        raise MldValueError(
            "MLD-O07", "model", "got None and no predictions", "a model, or predictions=", "Pass predictions=."
        )
    step = None if preprocess is None else Preprocess(preprocess, table.form)
    if isinstance(model, nn.Module):
        return TorchAdapter(model, step, table.inputs, table.frame.shape[1], module_device(model, device))
    if not isinstance(model, type) and callable(getattr(model, "predict", None)) and hasattr(model, "fit"):
        return SklearnAdapter(model, step, table.form)
    if callable(model) and not isinstance(model, type):
        return CallableAdapter(model, step, table.form, table.inputs)
    raise MldTypeError(
        "MLD-M01",
        "model",
        f"got {shown(model)}",
        "an nn.Module, a scikit-learn estimator, a function of the raw rows, or None with predictions=",
        "Pass the fitted object, not its class." if isinstance(model, type) else "Wrap it in a function.",
    )
