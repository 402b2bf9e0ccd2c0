"""Counts on a grid as a PNG image: a palette of 256 steps with transparency, so that one image suits both themes."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import numpy.typing as npt

Palette = npt.NDArray[np.uint8]

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLD, _HOT = (47, 128, 216), (224, 123, 57)


def ramp() -> Palette:
    """Return (256, 4) RGBA: clear for nothing, then blue gaining strength, then through a neutral mix to orange."""
    share = np.linspace(0.0, 1.0, 255)[:, np.newaxis]
    toward_hot = np.clip((share - 0.5) / 0.5, 0.0, 1.0)
    colors = (1.0 - toward_hot) * np.array(_COLD) + toward_hot * np.array(_HOT)
    alpha = 255.0 * np.clip(0.28 + 1.2 * share, 0.0, 1.0)
    palette = np.zeros((256, 4), dtype=np.uint8)
    palette[1:] = np.rint(np.hstack([colors, alpha]))
    return palette


def log_levels(counts: npt.NDArray[np.integer]) -> npt.NDArray[np.uint8]:
    """Return the palette step of each cell: 0 for an empty cell, 1 for a single row, 255 for the fullest cell."""
    filled = np.log(np.maximum(counts, 1))
    largest = float(filled.max(initial=0.0))
    steps = 1 + np.rint(254 * filled / largest) if largest > 0 else np.full(counts.shape, 128.0)
    return np.where(counts > 0, steps, 0).astype(np.uint8)


def indexed_png(levels: npt.NDArray[np.uint8], palette: Palette) -> bytes:
    """Return a PNG of ``levels`` (h, w), palette steps with the top row first."""
    height, width = levels.shape
    rows = np.hstack([np.zeros((height, 1), dtype=np.uint8), levels])
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = (
        (b"IHDR", header),
        (b"PLTE", palette[:, :3].tobytes()),
        (b"tRNS", palette[:, 3].tobytes()),
        (b"IDAT", zlib.compress(rows.tobytes(), 9)),
        (b"IEND", b""),
    )
    return _SIGNATURE + b"".join(_chunk(kind, body) for kind, body in parts)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
