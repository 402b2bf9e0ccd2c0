"""Corners and edges of the picture that take much of the maps of one class."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from mldebug_widgets.analyzers.gradcam import GradCamResult

#: The mean map of one class: so many images at least.
FEWEST_IMAGES = 5

#: Corners of a quarter of each side; strips of an eighth.
CORNER, STRIP = 4, 8

#: A place takes much from this share of the maps on, and from so many times its share of the picture.
MUCH, TIMES_ITS_AREA = 0.15, 1.5

Floats = npt.NDArray[np.floating]
Positions = npt.NDArray[np.intp]
Slices = tuple[slice, slice]


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A corner or edge in the maps of one class.

    ``name``; ``target`` the class; ``at`` (m,) positions of its images in the result; ``shares`` (m,) of each map;
    ``area`` as a share of the picture; ``where`` it is in each image.
    """

    name: str
    target: int
    at: Positions
    shares: Floats
    area: float
    where: list[Slices]

    @property
    def share(self) -> float:
        """Mean share of the maps."""
        return float(self.shares.mean())

    def takes(self, share: float, times: float) -> bool:
        """Whether it takes so much, and so many times its share of the picture."""
        return self.share >= share and self.share >= times * self.area


def places_taking_much(result: GradCamResult) -> Iterator[Place]:
    """Yield for each explained class the corners and edges that take much of its maps."""
    masses = result.maps.sum(axis=(1, 2))
    for code in np.unique(result.target):
        at = np.flatnonzero((result.target == code) & (masses > 0))
        if len(at) < FEWEST_IMAGES:
            continue
        parts = [slices_of(int(height), int(width)) for height, width in result.sizes[at]]
        for name in parts[0]:
            where = [entry[name] for entry in parts]
            inside = np.array([result.maps[(image, *part)].sum() for image, part in zip(at, where, strict=True)])
            pixels = np.array([(rows.stop - rows.start) * (columns.stop - columns.start) for rows, columns in where])
            area = float((pixels / result.sizes[at].prod(axis=1)).mean())
            place = Place(name, int(code), at, inside / masses[at], area, where)
            if place.takes(MUCH, TIMES_ITS_AREA):
                yield place


def slices_of(height: int, width: int) -> dict[str, Slices]:
    """Return corners and edge strips as slices of an image of that size."""
    tall, wide = max(1, height // CORNER), max(1, width // CORNER)
    thin, narrow = max(1, height // STRIP), max(1, width // STRIP)
    top, bottom = slice(0, tall), slice(height - tall, height)
    left, right = slice(0, wide), slice(width - wide, width)
    return {
        "top left corner": (top, left),
        "top right corner": (top, right),
        "bottom left corner": (bottom, left),
        "bottom right corner": (bottom, right),
        "top edge": (slice(0, thin), slice(0, width)),
        "bottom edge": (slice(height - thin, height), slice(0, width)),
        "left edge": (slice(0, height), slice(0, narrow)),
        "right edge": (slice(0, height), slice(width - narrow, width)),
    }
