"""How much one image costs the model, counted and not timed, so that the same seed gives the same answer everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn

from mldebug_widgets.analyzers.class_activation.taps import first_tensor

_PER_VALUE = 50  # writing a value takes about as long as so many multiply-adds
_HEAVY = 5e8
_OPERATIONS_OF_TEST = 3e9
_PIXELS_OF_TEST = 200_000
_MOST_IMAGES = 16


@dataclass(slots=True)
class Counted:
    """Multiply-adds, and values written as so many of them, of the passes that were watched."""

    operations: float = 0.0


@contextmanager
def counting(net: nn.Module | None) -> Iterator[Counted]:
    """Count what ``net`` does inside; what scripted modules and functions do is not seen."""
    counted = Counted()
    handles = []
    try:
        for module in () if net is None else net.modules():
            if not isinstance(module, torch.jit.ScriptModule):
                handles.append(module.register_forward_hook(_watching(counted)))
        yield counted
    finally:
        for handle in handles:
            handle.remove()


def _watching(counted: Counted) -> Callable[..., None]:
    def hook(module: nn.Module, _inputs: Any, output: Any) -> None:
        value = first_tensor(output)
        if value is None:
            return
        weights = [weight for weight in module.parameters(recurse=False) if weight.ndim > 1]
        counted.operations += sum(value.numel() * weight.numel() / len(weight) for weight in weights)
        if next(module.children(), None) is None:
            counted.operations += _PER_VALUE * value.numel()

    return hook


def is_heavy(operations: float) -> bool:
    """Return whether a pass takes so long that every image counts: about 20 ms on two cores."""
    return operations > _HEAVY


def tested_on(size: tuple[int, int], operations: float) -> int:
    """Return on how many images a test is made: 16 small ones, at least 4, and 2 where each takes long."""
    by_size = np.clip(_PIXELS_OF_TEST // (size[0] * size[1]), 4, _MOST_IMAGES)
    by_effort = np.clip(_OPERATIONS_OF_TEST // max(operations, 1.0), 2, _MOST_IMAGES)
    return int(min(by_size, by_effort))
