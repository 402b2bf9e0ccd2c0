"""Images of any form -> what a person sees: uint8, height x width x 3."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from mldebug_widgets.analyzers.class_activation.axes import axes_of
from mldebug_widgets.analyzers.class_activation.scaling import enlarged
from mldebug_widgets.errors import MldError, MldValueError
from mldebug_widgets.evaluation.frames import tensor_to_numpy

Floats = npt.NDArray[np.float32]
_LOOKED_AT = 64
_OUTSIDE = 0.01
_ALIKE = 0.8
#: Means and deviations that images are usually normalised with, per channel.
_USUAL: tuple[tuple[str, tuple[float, ...], tuple[float, ...]], ...] = (
    ("ImageNet's", (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    ("CLIP's", (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)),
    ("CIFAR-10's", (0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)),
    ("MNIST's", (0.1307,), (0.3081,)),
    ("that to -1..1", (0.5,), (0.5,)),
)


@dataclass(frozen=True, slots=True)
class Shades:
    """How numbers become shades: value * ``std`` + ``mean`` per channel is 0 for black and 1 for white."""

    mean: tuple[float, ...]
    std: tuple[float, ...]
    note: str


@dataclass(frozen=True, slots=True, eq=False)
class Pictures:
    """Images as a person sees them: ``images`` (m, H, W, 3) padded with black to one size, ``sizes`` (m, 2)."""

    images: npt.NDArray[np.uint8]
    sizes: npt.NDArray[np.int32]
    notes: tuple[str, ...]


def pictures_of(images: Any, rows: npt.NDArray[np.intp], normalization: Any = None) -> Pictures:
    """Return the images at ``rows`` as a person sees them.

    ``images`` (n, ...) array or tensor, or a sequence of arrays, tensors or PIL images of any sizes; HWC, CHW or HW.
    """
    singles = [_channels_last(_single(images, int(row)), int(row)) for row in rows]
    sample = [_channels_last(_single(images, int(at)), int(at)) for at in _sampled(len(images))]
    shades = _shades(sample or singles, normalization)
    painted = [_painted(single, shades) for single in singles]
    sizes = np.array([image.shape[:2] for image in painted], np.int32).reshape(-1, 2)
    padded = np.zeros((len(painted), *(sizes.max(0) if len(sizes) else (1, 1)), 3), np.uint8)
    for at, image in enumerate(painted):
        padded[at, : image.shape[0], : image.shape[1]] = image
    return Pictures(padded, sizes, (shades.note,) if shades.note else ())


def _sampled(n: int) -> npt.NDArray[np.intp]:
    return np.unique(np.linspace(0, n - 1, min(n, _LOOKED_AT)).astype(np.intp))


def _single(images: Any, row: int) -> npt.NDArray[Any]:
    image = images[row]
    if isinstance(image, torch.Tensor):
        return tensor_to_numpy(image)
    if getattr(image, "mode", None) in ("P", "CMYK", "LA", "1"):
        image = image.convert("RGB")
    return np.asarray(image)


def _channels_last(image: npt.NDArray[Any], row: int) -> npt.NDArray[Any]:
    try:
        axes = axes_of(torch.empty((1, *image.shape), device="meta"))
    except MldError:
        raise MldValueError(
            "MLD-O95", "images", f"image {row} has shape {image.shape}", "(H, W), (H, W, C) or (C, H, W)",
            "Give every row an image.",
        ) from None  # fmt: skip
    if axes.order == "no channels":
        return image[..., np.newaxis]
    return np.moveaxis(image, 0, -1) if axes.order == "channels first" else image


def _shades(sample: Sequence[npt.NDArray[Any]], normalization: Any) -> Shades:
    channels = sample[0].shape[-1]
    if normalization is not None:
        return _given(normalization, channels)
    if all(image.dtype == np.bool_ for image in sample):
        return Shades((0.0,), (1.0,), "")
    if all(image.dtype == np.uint8 for image in sample):
        return Shades((0.0,), (1 / 255,), "")
    # An image without any number has no extremes, and leaves those of the others as they are.
    low = np.fmin.reduce([_extreme(image, np.fmin) for image in sample])
    high = np.fmax.reduce([_extreme(image, np.fmax) for image in sample])
    if not np.isfinite([low, high]).all():
        return Shades((0.0,), (1.0,), "No image has numbers that could be shown.")
    if low.min() >= 0 and high.max() <= 1 + _OUTSIDE:
        return Shades((0.0,), (1.0,), "")
    if low.min() >= 0 and 1.5 < high.max() <= 255:
        return Shades((0.0,), (1 / 255,), "")
    return _usual(low, high) or _stretched(low, high)


def _extreme(image: npt.NDArray[Any], ufunc: np.ufunc) -> npt.NDArray[np.float64]:
    found = ufunc.reduce(image, axis=(0, 1)).astype(np.float64)
    if not np.isfinite(found).all():
        known = np.where(np.isfinite(image), image.astype(np.float64), np.nan)
        found = ufunc.reduce(known, axis=(0, 1))
    return np.asarray(found)


def _usual(low: npt.NDArray[np.float64], high: npt.NDArray[np.float64]) -> Shades | None:
    """Return the usual normalisation that these extremes fill best without leaving black to white."""
    best: tuple[float, Shades] | None = None
    for name, mean, std in _USUAL:
        if len(mean) not in (1, len(low)):
            continue
        black, white = low * std + mean, high * std + mean
        if black.min() < -_OUTSIDE or white.max() > 1 + _OUTSIDE:
            continue
        filled = float((white - black).mean())
        if best is None or filled > best[0] + 1e-3:
            best = filled, Shades(mean, std, f"The images' numbers were read as normalised with {name} values.")
    return best[1] if best is not None and best[0] > 0.5 else None


def _stretched(low: npt.NDArray[np.float64], high: npt.NDArray[np.float64]) -> Shades:
    span = max(float(high.max() - low.min()), 1e-12)
    note = f"The images' normalisation is not known: {low.min():.3g} is drawn black and {high.max():.3g} white."
    return Shades((-float(low.min()) / span,), (1 / span,), note)


def _given(normalization: Any, channels: int) -> Shades:
    try:
        mean, std = (tuple(np.atleast_1d(np.asarray(part, np.float64)).tolist()) for part in normalization)
        fits = all(len(part) in (1, channels) for part in (mean, std)) and all(value > 0 for value in std)
    except (TypeError, ValueError):
        fits = False
    if not fits:
        raise MldValueError(
            "MLD-O99", "normalization", f"got {normalization!r}",
            f"(mean, std), each a number or {channels} numbers, std above 0", "Pass what the images were made with.",
        )  # fmt: skip
    return Shades(mean, std, "")


def _painted(image: npt.NDArray[Any], shades: Shades) -> npt.NDArray[np.uint8]:
    if image.dtype == np.uint8 and shades.std == (1 / 255,):
        painted = image
    else:
        light = image.astype(np.float32)
        light *= np.array(shades.std, np.float32) * 255
        light += np.array(shades.mean, np.float32) * 255
        light.clip(0, 255, out=light).round(out=light)
        if np.isnan(light.min(initial=0)):
            light[np.isnan(light)] = 0
        painted = light.astype(np.uint8)
    if painted.shape[-1] in (1, 2):
        return np.repeat(painted[..., :1], 3, axis=-1)
    return painted[..., :3]


def same_picture(shown: Pictures, read: torch.Tensor) -> bool:
    """Tell whether what the model reads, (m, C, H, W), shows what the pictures show, so that maps may lie over them.

    Judged by the correlation of their grey values at the model's resolution: a crop, a turn or another row shows.
    """
    size = (int(read.shape[2]), int(read.shape[3]))
    likeness = [torch.empty(0)]
    for own in np.unique(shown.sizes, axis=0):
        at = np.flatnonzero((shown.sizes == own).all(1))
        red, green, blue = np.moveaxis(shown.images[at, : own[0], : own[1]], -1, 0)
        grey = torch.from_numpy(red.astype(np.float32) + green + blue)
        likeness.append(_correlation(enlarged(grey, size), read[torch.from_numpy(at)].float().sum(1).cpu()))
    known = torch.cat(likeness)
    known = known[known.isfinite()]
    return not len(known) or float(known.abs().median()) > _ALIKE


def _correlation(ones: torch.Tensor, others: torch.Tensor) -> torch.Tensor:
    """Return (m,) the correlation of the values of (m, h, w) each; not finite where one does not vary."""
    one, other = (values.flatten(1) - values.mean((1, 2))[:, None] for values in (ones, others))
    return (one * other).sum(1) / (one.square().sum(1) * other.square().sum(1)).sqrt()
