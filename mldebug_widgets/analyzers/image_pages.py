"""Pictures as a screen can show them: one page of images with their maps, and thumbnails of any rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import torch
from torch.nn.functional import interpolate

from mldebug_widgets.analyzers.class_activation.pictures import pictures_of
from mldebug_widgets.analyzers.gradcam import GradCamResult, LayerCandidate
from mldebug_widgets.analyzers.trust import TrustLine

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation

Bytes = npt.NDArray[np.uint8]
Positions = npt.NDArray[np.intp]

#: Longest side of a picture on a page, in pixels: twelve of them with their maps are 3 MB.
PAGE_SIDE = 256
#: Longest side of the table of a map's numbers; finer maps are averaged over blocks, and say so.
TABLE_SIDE = 32
THUMBNAIL_SIDE = 96


@dataclass(frozen=True, slots=True, eq=False)
class Thumbnails:
    """Small pictures of some rows.

    ``rows`` (m,) their positions; ``images`` (m, h, w, 3) padded to one size; ``sizes`` (m, 2) height and width of
    each within ``images``.
    """

    rows: Positions
    images: Bytes
    sizes: npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class ImagePage:
    """Some images with their maps, small enough for one message.

    Attributes
    ----------
    start, total
        Which part of how many images, in the order that they are shown.
    rows, truth, predicted, target, output, probability, loss, complaints
        (m,) as in ``GradCamResult``.
    images
        (m, h, w, 3) pictures, padded to one size; ``sizes`` (m, 2) says which part of each is the picture.
    maps
        (m, h, w) 0 to 255, over the pictures; empty where no map could be made.
    raw
        (m, a, b) the maps' own numbers; where ``block`` is not 1, each is the mean of ``block`` x ``block`` of them.
    method, method_label, layer, layers, layer_reason, trust_lines, notes, seconds, class_names
        As in ``GradCamResult``.
    """

    start: int
    total: int
    rows: Positions
    truth: Positions
    predicted: Positions
    target: Positions
    output: npt.NDArray[np.float32]
    probability: npt.NDArray[np.float32]
    loss: npt.NDArray[np.float32]
    complaints: tuple[str, ...]
    images: Bytes
    sizes: npt.NDArray[np.int32]
    maps: Bytes
    raw: npt.NDArray[np.float32]
    block: int
    class_names: tuple[str, ...]
    method: str
    method_label: str
    layer: str
    layers: tuple[LayerCandidate, ...]
    layer_reason: str
    trust_lines: tuple[TrustLine, ...]
    notes: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, slots=True, eq=False)
class PageChecks:
    """How far the maps of a page can be believed: a line per check, and (m,) what speaks against each map or ""."""

    trust_lines: tuple[TrustLine, ...]
    complaints: tuple[str, ...]


def page_of(
    result: GradCamResult, *, start: int = 0, count: int | None = None, total: int | None = None, side: int = PAGE_SIDE
) -> ImagePage:
    """Return ``count`` images of ``result`` from its position ``start`` as a page.

    Parameters
    ----------
    total
        How many images there are; None for those of ``result``. Where it is given, ``result`` holds the page alone
        and ``start`` is its place among all.
    side
        Longest side of a picture, in pixels.
    """
    among = slice(0, None) if total is not None else slice(start, None if count is None else start + count)
    sizes = result.sizes[among]
    images, small = reduced(result.images[among], sizes, side)
    maps, _ = reduced((result.maps[among, :, :, np.newaxis] * 255).round().astype(np.uint8), sizes, side)
    raw, block = _readable(result.raw[among])
    return ImagePage(
        start=start,
        total=len(result.rows) if total is None else total,
        rows=result.rows[among],
        truth=result.truth[among],
        predicted=result.predicted[among],
        target=result.target[among],
        output=result.output[among],
        probability=result.probability[among],
        loss=result.loss[among],
        complaints=result.complaints[among],
        images=images,
        sizes=small,
        maps=maps[..., 0],
        raw=raw,
        block=block,
        class_names=result.class_names,
        method=result.method,
        method_label=result.method_label,
        layer=result.layer,
        layers=result.layers,
        layer_reason=result.layer_reason,
        trust_lines=result.trust_lines,
        notes=result.notes,
        seconds=result.seconds,
    )


def plain_page(ev: Evaluation, rows: Positions, *, start: int, total: int, side: int = PAGE_SIDE) -> ImagePage:
    """Return the images at ``rows`` without maps: what can be shown before there are any, and where there are none."""
    pictures = pictures_of(ev.images, rows)
    images, sizes = reduced(pictures.images, pictures.sizes, side)
    m = len(rows)
    predicted = _codes(ev.predicted_codes, rows)
    return ImagePage(
        start=start,
        total=total,
        rows=rows,
        truth=_codes(ev.class_codes, rows),
        predicted=predicted,
        target=predicted,
        output=np.full(m, np.nan, np.float32),
        probability=np.full(m, np.nan, np.float32) if ev.confidence is None else _floats(ev.confidence, rows),
        loss=_floats(ev.loss, rows),
        complaints=("",) * m,
        images=images,
        sizes=sizes,
        maps=np.zeros((0, 0, 0), np.uint8),
        raw=np.zeros((0, 0, 0), np.float32),
        block=1,
        class_names=tuple(ev.class_names),
        method="",
        method_label="",
        layer="",
        layers=(),
        layer_reason="",
        trust_lines=(),
        notes=pictures.notes,
        seconds=0.0,
    )


def thumbnails(ev: Evaluation, rows: Positions, *, side: int = THUMBNAIL_SIDE) -> Thumbnails:
    """Return small pictures of ``rows``, no side longer than ``side`` pixels."""
    pictures = pictures_of(ev.images, rows)
    return Thumbnails(rows, *reduced(pictures.images, pictures.sizes, side))


def reduced(images: Bytes, sizes: npt.NDArray[np.int32], side: int) -> tuple[Bytes, npt.NDArray[np.int32]]:
    """Shrink pictures (m, H, W, c) so that none is longer than ``side``; each pixel is the mean of what it covers.

    Pictures that are small enough stay as they are. Returns the pictures, padded to one size, and their sizes (m, 2).
    """
    longest = sizes.max(axis=1, initial=1)
    scale = np.minimum(1.0, side / longest)[:, np.newaxis]
    small = np.maximum(1, np.round(sizes * scale)).astype(np.int32)
    height, width = small.max(axis=0) if len(small) else (1, 1)
    out = np.zeros((len(images), height, width, images.shape[3]), np.uint8)
    for size in np.unique(sizes, axis=0):
        alike = np.flatnonzero((sizes == size).all(axis=1))
        whole = images[alike, : size[0], : size[1]]
        out[alike, : small[alike[0], 0], : small[alike[0], 1]] = _shrunk(whole, small[alike[0]])
    return out, small


def _shrunk(images: Bytes, size: npt.NDArray[np.int32]) -> Bytes:
    if images.shape[1:3] == tuple(size):
        return images
    floats = torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2).float()
    small = interpolate(floats, (int(size[0]), int(size[1])), mode="area")
    return np.asarray(small.round().to(torch.uint8).permute(0, 2, 3, 1).numpy())


def _readable(raw: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.float32], int]:
    """Return maps that fit a table, and over how many numbers each way they are averaged."""
    block = -(-max(raw.shape[1:], default=1) // TABLE_SIDE)
    if block <= 1 or not len(raw):
        return raw, 1
    pooled = torch.nn.functional.avg_pool2d(
        torch.from_numpy(np.ascontiguousarray(raw, np.float32))[:, None], block, ceil_mode=True, count_include_pad=False
    )
    return np.asarray(pooled[:, 0].numpy()), block


def _codes(codes: Any, rows: Positions) -> Positions:
    """Return (m,) class positions, -1 where there is no single one."""
    if codes is None or np.ndim(codes) > 1:
        return np.full(len(rows), -1, np.intp)
    return np.asarray(codes)[rows].astype(np.intp)


def _floats(values: Any, rows: Positions) -> npt.NDArray[np.float32]:
    return np.asarray(values)[rows].astype(np.float32)
