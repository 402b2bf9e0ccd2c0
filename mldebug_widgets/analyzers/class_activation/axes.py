"""Where height, width and channels are in a batch of images."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from mldebug_widgets.errors import MldValueError

_MOST_CHANNELS = 4


@dataclass(frozen=True, slots=True)
class Axes:
    """How a batch of images lies in memory.

    ``order`` "channels first" (n, C, H, W), "channels last" (n, H, W, C) or "no channels" (n, H, W); ``size`` (H, W).
    """

    order: str
    size: tuple[int, int]

    def first(self, images: torch.Tensor) -> torch.Tensor:
        """Return a view as (n, C, H, W)."""
        if self.order == "channels last":
            return images.movedim(-1, 1)
        return images.unsqueeze(1) if self.order == "no channels" else images

    def back(self, images: torch.Tensor) -> torch.Tensor:
        """Return (n, C, H, W) as the model reads it."""
        if self.order == "channels last":
            return images.movedim(1, -1).contiguous()
        return images.squeeze(1) if self.order == "no channels" else images


def axes_of(images: torch.Tensor) -> Axes:
    """Read the axes off the shape: channels are first unless only the last can be them.

    Raises
    ------
    MldValueError
        ``MLD-O95`` when these are no images.
    """
    shape = tuple(images.shape[1:])
    if len(shape) == 2 and min(shape) > 1:
        return Axes("no channels", (shape[0], shape[1]))
    if len(shape) == 3 and shape[-1] <= _MOST_CHANNELS < shape[0]:
        return Axes("channels last", (shape[0], shape[1]))
    if len(shape) == 3 and min(shape[1:]) > 1:
        return Axes("channels first", (shape[1], shape[2]))
    raise MldValueError(
        "MLD-O95", "model", f"it reads {shape} per row, which is no image", "images as (C, H, W), (H, W, C) or (H, W)",
        "Use mld.attributions for tables and text.",
    )  # fmt: skip
