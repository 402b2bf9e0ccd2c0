"""How a layer's output lies over the image: which numbers of it belong to which place."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

import torch

Form = Literal["channels first", "channels last", "tokens", "token channels first", "sequence first", "windows"]

_MOST_EXTRA_TOKENS = 16
_ASPECT_TOLERANCE = 0.34  # of a cell: how far rounding may bend a grid from the image's proportions


@dataclass(frozen=True, slots=True)
class Layout:
    """One reading of an output's shape.

    Attributes
    ----------
    form
        Order of the axes. "windows" are (n * windows, places, C), as in Swin.
    grid
        (h, w) places.
    before, after
        Extra tokens (class, register) before and after the grid's.
    window
        (height, width) of a window in places.
    shift
        Places by which the windows are rolled up and left.
    """

    form: Form
    grid: tuple[int, int]
    before: int = 0
    after: int = 0
    window: tuple[int, int] = (0, 0)
    shift: int = 0

    @property
    def how(self) -> str:
        """The reading in words."""
        if self.form == "windows":
            rolled = f", shifted by {self.shift}" if self.shift else ""
            return f"windows of {self.window[0]} x {self.window[1]} tokens{rolled}"
        if self.form in ("channels first", "channels last"):
            return self.form
        order = {"tokens": "tokens", "token channels first": "tokens, channels first"}.get(self.form, "sequence first")
        extra = [f"{count} extra token{'s' * (count > 1)} {where}" for count, where in
                 ((self.before, "before the grid"), (self.after, "after it")) if count]  # fmt: skip
        return f"{order}: {' and '.join(extra)}" if extra else f"{order}, no class token"

    def in_proportion(self, size: tuple[int, int]) -> bool:
        """Whether the grid has exactly the image's proportions."""
        return self.grid[0] * size[1] == self.grid[1] * size[0]

    @property
    def channel_axis(self) -> int:
        """Axis of the channels in the layer's own output."""
        return 1 if self.form in ("channels first", "token channels first") else -1

    @property
    def batch_axis(self) -> int:
        """Axis of the images in the layer's own output."""
        return 1 if self.form == "sequence first" else 0

    @property
    def is_map(self) -> bool:
        """Whether the output has height and width as axes of their own."""
        return self.form in ("channels first", "channels last")

    def spatial(self, values: torch.Tensor) -> torch.Tensor:
        """Return the layer's output as (n, C, h, w)."""
        h, w = self.grid
        if self.form == "channels first":
            return values
        if self.form == "channels last":
            return values.movedim(-1, 1)
        if self.form == "windows":
            return self._joined(values)
        if self.form == "token channels first":
            values = values.transpose(1, 2)
        elif self.form == "sequence first":
            values = values.transpose(0, 1)
        tokens = values[:, self.before : values.shape[1] - self.after]
        return tokens.reshape(len(tokens), h, w, -1).movedim(-1, 1)

    def _joined(self, values: torch.Tensor) -> torch.Tensor:
        (h, w), (rows, columns) = self.grid, self.window
        parts = values.reshape(-1, h // rows, w // columns, rows, columns, values.shape[-1])
        image = parts.permute(0, 5, 1, 3, 2, 4).reshape(len(parts), values.shape[-1], h, w)
        return image.roll((self.shift, self.shift), (2, 3)) if self.shift else image


def layouts_of(
    shape: tuple[int, ...], n: int, size: tuple[int, int], seen: Collection[tuple[int, int]] = ()
) -> Iterator[Layout]:
    """Yield every reading of an output of this shape for ``n`` images of ``size`` (H, W) that is possible at all.

    ``seen`` are grids of layers before it; tokens are taken to keep one of them, or the image's proportions.
    """
    if len(shape) == 4 and shape[0] == n:
        yield from _maps(shape, size)
    elif len(shape) == 3:
        yield from _tokens(shape, n, size, seen)
    if len(shape) in (3, 4) and shape[0] > n and shape[0] % n == 0:
        yield from _windows(shape, n, size)


def _maps(shape: tuple[int, ...], size: tuple[int, int]) -> Iterator[Layout]:
    forms: tuple[tuple[Form, tuple[int, int]], ...] = (
        ("channels first", (shape[2], shape[3])),
        ("channels last", (shape[1], shape[2])),
    )
    for form, grid in forms:
        if _fits(grid, size):
            yield Layout(form, grid)


def _tokens(
    shape: tuple[int, ...], n: int, size: tuple[int, int], seen: Collection[tuple[int, int]]
) -> Iterator[Layout]:
    forms: list[tuple[Form, int]] = []
    if shape[0] == n:
        forms += [("tokens", shape[1]), ("token channels first", shape[2])]
    if shape[1] == n:
        forms.append(("sequence first", shape[0]))
    for form, tokens in forms:
        # Tokens on the last axis are what comes before pooling, without extra ones: any width could be read as some.
        most = 0 if form == "token channels first" else _MOST_EXTRA_TOKENS
        for extra in range(min(most, tokens - 4) + 1):
            for grid in _grids(tokens - extra, size):
                exact = grid[0] * size[1] == grid[1] * size[0]
                if exact or grid in seen or extra <= (0 if seen else 1):
                    for before in range(extra, -1, -1):
                        yield Layout(form, grid, before, extra - before)


def _windows(shape: tuple[int, ...], n: int, size: tuple[int, int]) -> Iterator[Layout]:
    places = shape[1] if len(shape) == 3 else shape[1] * shape[2]
    side = math.isqrt(places)
    window = (side, side) if len(shape) == 3 else (shape[1], shape[2])
    if window[0] * window[1] != places or window[0] < 2:
        return
    for grid in _grids(shape[0] // n * places, size):
        if grid[0] % window[0] == 0 and grid[1] % window[1] == 0:
            for shift in (0, window[0] // 2):
                yield Layout("windows", grid, window=window, shift=shift)


def _grids(places: int, size: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Yield the (h, w) with h * w places that have about the image's proportions."""
    ideal = math.sqrt(places * size[0] / size[1])
    for h in range(max(2, math.floor(ideal) - 1), math.ceil(ideal) + 2):
        if places % h == 0 and _fits((h, places // h), size):
            yield h, places // h


def _fits(grid: tuple[int, int], size: tuple[int, int]) -> bool:
    (h, w), (height, width) = grid, size
    if min(h, w) < 2 or h > height or w > width:
        return False
    scale = math.sqrt(height * width / (h * w))
    return abs(h - height / scale) <= 1 + _ASPECT_TOLERANCE and abs(w - width / scale) <= 1 + _ASPECT_TOLERANCE
