"""What the pixels of a region say by themselves: whether they are always alike, whether they give the class away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from mldebug_widgets.analyzers.gradcam import GradCamResult

#: Others to compare a class with: so many images at least.
FEWEST_OTHERS = 15

Slices = tuple[slice, slice]
Positions = npt.NDArray[np.intp]


def spread_of(result: GradCamResult, at: Positions, where: Slices) -> float | None:
    """Return how much the region's pixels differ between images, over how much all pixels do; None for other sizes."""
    pixels = _pixels(result, at)
    if pixels is None:
        return None
    spread = pixels.std(axis=0)
    everywhere = float(spread.mean())
    return float(spread[where].mean()) / everywhere if everywhere > 0 else None


def telling(result: GradCamResult, at: Positions, where: Slices) -> float:
    """Return how well the region's pixels tell these images from all others explained: a squared correlation.

    That of the tenth of them that tell it best, on average; 0 where there is nothing to compare.
    """
    pixels = _pixels(result, np.arange(len(result.rows)))
    if pixels is None or len(pixels) - len(at) < FEWEST_OTHERS:
        return 0.0
    parts = pixels[(slice(None), *where)].reshape(len(pixels), -1)
    mine = np.zeros(len(pixels))
    mine[at] = 1
    parts, mine = parts - parts.mean(axis=0), mine - mine.mean()
    size = np.sqrt((parts**2).sum(axis=0) * (mine**2).sum())
    squared = np.divide(mine @ parts, size, out=np.zeros_like(size), where=size > 0) ** 2
    return float(np.sort(squared)[-max(1, len(squared) // 10) :].mean())


def _pixels(result: GradCamResult, at: Positions) -> npt.NDArray[np.float64] | None:
    """Return (m, H, W) brightness of images of one size, None where they have several."""
    if np.ptp(result.sizes[at], axis=0).any():
        return None
    height, width = result.sizes[at[0]]
    return np.asarray(result.images[at, :height, :width].mean(axis=-1, dtype=np.float64))
