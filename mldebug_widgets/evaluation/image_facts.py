"""What can be said of an image without a model: its mean brightness and its size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import torch

FACTS = ("image_brightness", "image_height", "image_width", "image_channels")
_PIXELS_AT_A_TIME = 1 << 22


def image_facts(images: Any) -> pd.DataFrame:
    """Return brightness (mean of all pixels and channels, in the images' own unit), height, width and channels.

    Images are (n, H, W), (n, C, H, W) or (n, H, W, C) with one to four channels, or a sequence of single ones.
    """
    if isinstance(images, np.ndarray) and images.dtype != object:
        images = torch.from_numpy(np.ascontiguousarray(images))
    if not isinstance(images, torch.Tensor):
        return _of_sequence(images)
    n = len(images)
    per_image = max(1, images[:1].numel())
    step = max(1, _PIXELS_AT_A_TIME // per_image)
    means = [_brightness(images[start : start + step]) for start in range(0, n, step)]
    height, width, channels = _size(tuple(images.shape[1:]))
    brightness = np.concatenate(means) if means else np.empty(0, np.float32)
    return pd.DataFrame(
        dict(zip(FACTS, (brightness, height, width, channels), strict=True)),
        index=pd.RangeIndex(n),
    )


def _brightness(images: torch.Tensor) -> np.ndarray[Any, np.dtype[np.float32]]:
    pixels = images.detach().reshape(len(images), -1)
    return np.asarray(pixels.mean(dim=1, dtype=torch.float32).cpu().numpy())


def _size(shape: Sequence[int]) -> tuple[int, int, int]:
    """Return (height, width, channels) of one image's shape; channels are first unless only the last can be them."""
    if len(shape) < 3:
        return (shape[0], shape[1], 1) if len(shape) == 2 else (1, shape[0] if shape else 1, 1)
    first, *_, last = shape
    if last <= 4 < first:
        return shape[0], shape[1], last
    return shape[-2], shape[-1], first


def _of_sequence(images: Sequence[Any]) -> pd.DataFrame:
    """Return the facts of single images of any sizes: arrays, tensors or PIL images; missing for None."""
    facts = [_of_one(image) for image in images]
    return pd.DataFrame(facts, columns=list(FACTS), index=pd.RangeIndex(len(images)))


def _of_one(image: Any) -> tuple[float, float, float, float]:
    if image is None:
        return (np.nan,) * 4
    pixels = image.detach().cpu().numpy() if isinstance(image, torch.Tensor) else np.asarray(image)
    return (float(pixels.mean(dtype=np.float64)) if pixels.size else np.nan, *_size(pixels.shape))
