"""Models that begin with a linear layer: what it gives along a straight path is known from the path's ends.

A layer W x + b takes the point between a baseline and a row to the point between what it gives for both, so it need
not be called at every point; and the mean gradient goes back through it once.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn.modules import module as modules

from mldebug_widgets.analyzers.attribution.leaves import Net

_HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
_GLOBAL_HOOKS = ("_global_forward_hooks", "_global_forward_pre_hooks", "_global_backward_hooks")


@dataclass(frozen=True, slots=True, eq=False)
class LinearStart:
    """A linear layer that alone reads the input, and the module that goes on from what it gives."""

    layer: nn.Linear
    rest: Net

    def hidden(self, rows: torch.Tensor) -> torch.Tensor:
        """Return (c, h) what the layer gives for (c, d) rows."""
        with torch.no_grad():
            return nn.functional.linear(rows, self.layer.weight, self.layer.bias)

    def back(self, gradients: torch.Tensor) -> torch.Tensor:
        """Return (..., d) gradients to the rows for (..., h) gradients to what the layer gives."""
        return gradients @ self.layer.weight.detach()


def linear_start(net: Net, leaf: torch.Tensor) -> LinearStart | None:
    """Return the linear layer that a network begins with, or None where that is not certain.

    Only the layers of ``torch.nn.Sequential`` are known to read nothing but what came before them.
    """
    if (
        not net.is_single
        or net.embeddings
        or leaf.ndim != 2
        or any(getattr(modules, name, None) for name in _GLOBAL_HOOKS)
    ):
        return None
    layers: list[nn.Module] = [net.module]
    while type(layers[0]) is nn.Sequential and len(layers[0]) and not _is_watched(layers[0]):
        layers = [*layers[0], *layers[1:]]
    first, rest = layers[0], layers[1:]
    if type(first) is not nn.Linear or _is_watched(first) or not rest or first.weight.dtype != leaf.dtype:
        return None
    return LinearStart(first, Net(nn.Sequential(*rest), leaf))


def _is_watched(module: nn.Module) -> bool:
    """Tell whether somebody's hook or replaced ``forward`` sees the module's calls."""
    return any(getattr(module, name) for name in _HOOKS) or "forward" in vars(module)
