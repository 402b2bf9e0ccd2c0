"""Maps at a layer's resolution -> maps over the pictures, 0 to 1."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

_BRIGHTEST = 0.995  # pixel attributions have a few extreme pixels, beside which all others would be black


def over_pictures(raw: npt.NDArray[np.float32], sizes: npt.NDArray[np.int32], padded: tuple[int, int],
                  *, pixels: bool) -> npt.NDArray[np.float32]:  # fmt: skip
    """Return (m, H, W) maps in 0..1, bilinearly enlarged to each picture's part of the padded size.

    Each map is divided by its own maximum; with ``pixels`` its absolute values by their 99.5% quantile.
    """
    maps = np.zeros((len(raw), *padded), np.float32)
    for size in np.unique(sizes, axis=0):
        at = np.flatnonzero((sizes == size).all(1))
        height, width = int(size[0]), int(size[1])
        strength = torch.from_numpy(np.abs(raw[at]) if pixels else raw[at].clip(0))
        maps[at, :height, :width] = _scaled(enlarged(strength, (height, width)), pixels=pixels).numpy()
    return maps


def enlarged(maps: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """Return (n, h, w) at another size, bilinear between the centres of the cells."""
    if tuple(maps.shape[1:]) == size:
        return maps
    smaller = size[0] < maps.shape[1]
    mode = "area" if smaller else "bilinear"
    options = {} if smaller else {"align_corners": False}
    return functional.interpolate(maps.unsqueeze(1), size=size, mode=mode, **options).squeeze(1)


def _scaled(maps: torch.Tensor, *, pixels: bool) -> torch.Tensor:
    flat = maps.reshape(len(maps), -1)
    most = flat.max(1).values
    if pixels:
        near_most = flat.kthvalue(max(1, int(_BRIGHTEST * flat.shape[1])), dim=1).values
        most = torch.where(near_most > 0, near_most, most)
    most = torch.where(most > 0, most, 1)
    return (maps / most.reshape(-1, 1, 1)).clamp(0, 1)
