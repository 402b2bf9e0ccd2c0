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
from mldebug_widgets.evaluation.models.tokens import TokenAdapter
from mldebug_widgets.evaluation.models.torch import TorchAdapter, module_device
from mldebug_widgets.evaluation.texts import TextColumn, TextInput

_FAMILIES = "an nn.Module, a fitted scikit-learn estimator, a function of the raw rows, or None with predictions="


def adapt_model(
    model: Any,
    table: Table,
    *,
    preprocess: Any = None,
    predictions: Any = None,
    device: Any = None,
    tokenizer: Any = None,
    text_input: TextInput | None = None,
) -> Adapter:
    """Return the adapter for ``model``.

    Raises
    ------
    MldTypeError
        ``MLD-M01`` when the model is of no known family.
    MldValueError
        ``MLD-O07`` when there is neither a model nor predictions, or both; ``MLD-O04`` or ``MLD-O06`` when
        ``device``, ``preprocess`` or ``tokenizer`` (``MLD-O104``) is given to what cannot use it; ``MLD-O110``
        when a torch model is given texts and nothing that makes numbers of them.
    """
    if device is not None and not isinstance(model, nn.Module):
        raise MldValueError(
            "MLD-O04", "device", f"got {shown(device)} for a model that is no nn.Module", "None", "Leave it out."
        )
    if tokenizer is not None:
        return _token_adapter(model, table, preprocess, predictions, device, tokenizer, text_input)
    if model is None or predictions is not None:
        return _precomputed(model, table, preprocess, predictions)
    step = None if preprocess is None else Preprocess(preprocess, table.form)
    if step is None and text_input is not None and text_input.make is not None:
        if isinstance(model, nn.Module):
            raise MldValueError(
                "MLD-O110", "tokenizer", f"None, and {type(model).__name__} is a torch model of texts",
                "a function text -> token ids, a Hugging Face tokenizer, or preprocess=, a function texts -> tensor",
                "Pass tokenizer= for a model over token ids, else preprocess=.",
            )  # fmt: skip
        step = TextColumn(text_input.column, text_input.make)
    if isinstance(model, nn.Module):
        return TorchAdapter(model, step, table, module_device(model, device))
    if isinstance(model, type):
        raise MldTypeError("MLD-M01", "model", f"got {shown(model)}", _FAMILIES, "Pass the fitted object itself.")
    predict = getattr(model, "predict", None)
    if callable(predict) and hasattr(model, "fit"):
        return SklearnAdapter(model, step, table)
    if callable(predict) or callable(model):
        return CallableAdapter(model if predict is None else predict, step, table)
    raise MldTypeError("MLD-M01", "model", f"got {shown(model)}", _FAMILIES, "Wrap it in a function of the raw rows.")


def _token_adapter(
    model: Any, table: Table, preprocess: Any, predictions: Any, device: Any, tokenizer: Any, read: TextInput | None
) -> TokenAdapter:
    given = [name for name, value in (("preprocess", preprocess), ("predictions", predictions)) if value is not None]
    if given or not isinstance(model, nn.Module) or read is None:
        raise MldValueError(
            "MLD-O104", "tokenizer", f"given together with {given[0]}" if given else f"given for {shown(model)}",
            "an nn.Module over token ids, and nothing else between texts and model",
            "Leave it out: a function or a scikit-learn pipeline is handed the texts themselves.",
        )  # fmt: skip
    return TokenAdapter(model, tokenizer, read.column, table, module_device(model, device))


def _precomputed(model: Any, table: Table, preprocess: Any, predictions: Any) -> PrecomputedAdapter:
    if predictions is None:
        raise MldValueError(
            "MLD-O07", "model", "got None and no predictions", _FAMILIES, "Pass the model, or predictions=."
        )
    if model is not None or preprocess is not None:
        other = "model" if model is not None else "preprocess"
        raise MldValueError(
            "MLD-O07", "predictions", f"given together with {other}", "one of the two", f"Leave out {other}."
        )
    return PrecomputedAdapter(predictions, table.splits, len(table.frame))
