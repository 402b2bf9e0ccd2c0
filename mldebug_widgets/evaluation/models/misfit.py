"""Why a torch module fails on what it is given: inputs that do not fit its ``forward`` or its first layer."""

from __future__ import annotations

import inspect
from typing import Any, Literal

import torch
from torch import nn

from mldebug_widgets.errors import MldError, MldTypeError, MldValueError

_SIDES = {1: "length", 2: "height, width", 3: "depth, height, width"}


def misfit(
    error: Exception, module: nn.Module, inputs: Any, *, given_by: Literal["preprocess", "data"]
) -> MldError | None:
    """Return what to say instead of the module's own ``error``: what to pass; None where it is its own affair."""
    if isinstance(inputs, dict):
        return _misnamed(module, inputs) if isinstance(error, TypeError) else None
    layer = first_layer(module)
    if isinstance(inputs, torch.Tensor) and isinstance(layer, nn.Conv1d | nn.Conv2d | nn.Conv3d):
        words = str(error).lower()
        return _misshapen(layer, inputs, given_by) if "expected" in words and "input" in words else None
    return None


def first_layer(module: nn.Module) -> nn.Module | None:
    """Return the first part that has parameters of its own."""
    return next((part for part in module.modules() if next(part.parameters(recurse=False), None) is not None), None)


def _misnamed(module: nn.Module, inputs: dict[str, Any]) -> MldError | None:
    try:
        takes = inspect.signature(module.forward)
    except (TypeError, ValueError):  # a scripted forward has no signature to read
        return None
    try:
        takes.bind(**inputs)
    except TypeError:
        return MldTypeError(
            "MLD-O06",
            "preprocess",
            f"it returned a dict of {', '.join(map(repr, inputs))}, which are passed as keyword arguments, and the "
            f"model's forward takes {', '.join(takes.parameters) or 'none'}",
            "a dict with the names of forward's arguments, or a tuple of tensors in their order",
            "Rename the entries; put a model that takes the whole dict into a module that takes its entries by name.",
        )
    return None


def _misshapen(layer: nn.Conv1d | nn.Conv2d | nn.Conv3d, inputs: torch.Tensor, given_by: str) -> MldError | None:
    n_sides = layer.weight.ndim - 2
    if inputs.ndim == n_sides + 2 and inputs.shape[1] == layer.in_channels:
        return None
    shape = f"(n, {layer.in_channels}, {_SIDES[n_sides]})"
    fix = f"Return a tensor {shape} from preprocess."
    if given_by == "data":
        fix = f"Pass images= as one array or tensor {shape}, or preprocess=, a function DataFrame -> tensor {shape}."
    return MldValueError(
        "MLD-M04",
        "model",
        f"it begins with {type(layer).__name__}, which reads {shape}, and it was given {tuple(inputs.shape)}",
        f"inputs {shape}",
        fix,
    )
