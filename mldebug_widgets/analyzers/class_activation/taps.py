"""One forward pass that is cut at some layers: what they gave, and how the answer depends on it.

Up to the earliest of the layers nothing is followed, and after it only what a gradient for the layers needs. So a map
costs little more than the model's answer, and nothing of the pass is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from mldebug_widgets.analyzers.class_activation.explained import ExplainedModel
from mldebug_widgets.analyzers.class_activation.memory_format import in_a_layout_for

Swap = Callable[[torch.Tensor], torch.Tensor]


@dataclass(frozen=True, slots=True, eq=False)
class Tapped:
    """What a pass gave: ``raw`` (n, k) and by layer its output and the gradient of the explained number.

    A gradient is None where the answer does not depend on the layer.
    """

    raw: torch.Tensor
    outputs: dict[str, torch.Tensor]
    gradients: dict[str, torch.Tensor | None]


def tapped(model: ExplainedModel, images: torch.Tensor, targets: torch.Tensor | None, layers: Sequence[str]) -> Tapped:
    """Run ``images`` through the model once, cut at ``layers``; call it inside ``model.running()``.

    With ``targets`` None no gradients are computed, ``gradients`` is empty.
    """
    return in_a_layout_for(model.net, images, lambda: _tapped(model, images, targets, layers))


def _tapped(model: ExplainedModel, images: torch.Tensor, targets: torch.Tensor | None, layers: Sequence[str]) -> Tapped:
    outputs: dict[str, torch.Tensor] = {}
    follow = targets is not None

    def tap(name: str) -> Swap:
        def cut(value: torch.Tensor) -> torch.Tensor:
            if follow and not value.requires_grad:
                torch.set_grad_enabled(True)
                value = value.detach().requires_grad_()
            outputs[name] = value
            # A copy goes on, because the next layer may write into it, and the output is to stay what it was.
            return value.clone()

        return cut

    try:
        with hooked(model.net, {name: tap(name) for name in layers}):
            raw = model.answer(images)
        if targets is None:
            return Tapped(raw, {name: value.detach() for name, value in outputs.items()}, {})
        with torch.enable_grad():
            total = model.explained(raw, targets).sum()
        if not total.requires_grad:
            gradients: Sequence[torch.Tensor | None] = [None] * len(outputs)
        else:
            gradients = torch.autograd.grad(total, list(outputs.values()), allow_unused=True)
    finally:
        torch.set_grad_enabled(False)
    found = dict(zip(outputs, gradients, strict=True))
    return Tapped(raw.detach(), {name: value.detach() for name, value in outputs.items()}, found)


@contextmanager
def hooked(net: nn.Module | None, swaps: dict[str, Swap]) -> Iterator[None]:
    """Let each named layer's output pass through its function while the context lasts."""
    handles = []
    try:
        for name, swap in swaps.items():
            layer = _layer(net, name)
            handles.append(layer.register_forward_hook(_passing(swap)))
        yield
    finally:
        for handle in handles:
            handle.remove()


def _layer(net: nn.Module | None, name: str) -> nn.Module:
    if net is None:
        raise RuntimeError("there is no module to look into")
    return net.get_submodule(name)


def _passing(swap: Swap) -> Callable[..., Any]:
    def hook(_module: nn.Module, _inputs: Any, output: Any) -> Any:
        value = first_tensor(output)
        if value is None:
            return None
        changed = swap(value)
        return None if changed is value else _with_first(output, changed)

    return hook


def first_tensor(output: Any) -> torch.Tensor | None:
    """Return the tensor that a layer gave: its output, or the first of several."""
    if isinstance(output, tuple | list) and output:
        output = output[0]
    return output if isinstance(output, torch.Tensor) and output.is_floating_point() else None


def _with_first(output: Any, value: torch.Tensor) -> Any:
    if isinstance(output, torch.Tensor):
        return value
    if isinstance(output, tuple) and hasattr(output, "_fields"):
        return type(output)(value, *output[1:])
    return type(output)((value, *output[1:]))
