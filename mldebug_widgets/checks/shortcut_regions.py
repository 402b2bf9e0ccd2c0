"""Corners and edges of the picture that take much of the maps of one class."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mldebug_widgets.checks.shortcut_evidence import Suspicion

if TYPE_CHECKING:
    from mldebug_widgets.analyzers.gradcam import GradCamResult
    from mldebug_widgets.evaluation.evaluation import Evaluation

#: The mean map of one class: so many images at least.
FEWEST_IMAGES = 5

#: Corners of a quarter of each side; strips of an eighth.
CORNER, STRIP = 4, 8

#: A region takes too much from this share of the map on, and from so many times its share of the picture.
SMALLEST_SHARE = 0.25
TIMES_ITS_AREA = 3.0

#: What a region takes more of than all other places together.
MOST = 0.5

#: Pixels that differ by less between images of the class, as a share of how much all pixels differ, are always alike.
ALIKE = 0.5

Floats = npt.NDArray[np.floating]
Slices = tuple[slice, slice]


@dataclass(frozen=True, slots=True, eq=False)
class _Region:
    """A corner or edge: ``name``, share of each map (m,), share of the picture, and where it is in each image."""

    name: str
    shares: Floats
    area: float
    where: list[Slices]

    @property
    def share(self) -> float:
        """Mean share of the maps."""
        return float(self.shares.mean())


def suspicious_regions(ev: Evaluation, result: GradCamResult) -> Iterator[Suspicion]:
    """Yield for each class the corner or edge that takes far more of its maps than its share of the picture."""
    masses = result.maps.sum(axis=(1, 2))
    for code in np.unique(result.target):
        at = np.flatnonzero((result.target == code) & (masses > 0))
        if len(at) < FEWEST_IMAGES:
            continue
        many = [
            region
            for region in _shares(result, at, masses)
            if region.share >= SMALLEST_SHARE and region.share >= TIMES_ITS_AREA * region.area
        ]
        if many:
            worst = max(many, key=lambda region: region.share / region.area)
            yield _suspicion(ev, result, at, int(code), worst)


def _shares(result: GradCamResult, at: npt.NDArray[np.intp], masses: Floats) -> Iterator[_Region]:
    places = [_regions(int(height), int(width)) for height, width in result.sizes[at]]
    for name in places[0]:
        where = [entry[name] for entry in places]
        inside = np.array([result.maps[(image, *part)].sum() for image, part in zip(at, where, strict=True)])
        pixels = np.array([(part[0].stop - part[0].start) * (part[1].stop - part[1].start) for part in where])
        yield _Region(name, inside / masses[at], float((pixels / result.sizes[at].prod(axis=1)).mean()), where)


def _regions(height: int, width: int) -> dict[str, Slices]:
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


def _suspicion(
    ev: Evaluation,
    result: GradCamResult,
    at: npt.NDArray[np.intp],
    code: int,
    region: _Region,
) -> Suspicion:
    share, area = region.share, region.area
    owner = f' of "{result.class_names[code]}"' if result.class_names else ""
    wrong = (result.truth[at] >= 0) & (result.truth[at] != code)
    most = region.shares > MOST
    text = (
        f"It is {area:.0%} of the picture, and takes most of the map in {most.sum():,} of {len(at):,} images "
        f"({result.method_label})."
    )
    alike = _spread(result, at, region.where)
    if alike is not None and alike < ALIKE:
        text += (
            f" Its pixels hardly differ between these images ({alike:.2f} of what all their pixels do), so they tell "
            "little about what else is in the picture."
        )
    if ev.class_codes is not None and wrong.any():
        text += f" {wrong.sum():,} of these images are something else."
    return Suspicion(
        f"The {region.name}",
        share,
        area,
        f"The {region.name} takes {share:.0%} of the maps{owner}, {share / area:.1f} times its share of the picture",
        text,
        strong=alike is not None and alike < ALIKE,
        rows=result.rows[at[most] if most.any() else at],
    )


def _spread(result: GradCamResult, at: npt.NDArray[np.intp], where: list[Slices]) -> float | None:
    """Return how much the region's pixels differ between images, over how much all pixels do; None for other sizes."""
    if np.ptp(result.sizes[at], axis=0).any():
        return None
    height, width = result.sizes[at[0]]
    pixels = result.images[at, :height, :width].astype(np.float32)
    spread = pixels.std(axis=0).mean(axis=-1)
    everywhere = float(spread.mean())
    return float(spread[where[0]].mean()) / everywhere if everywhere > 0 else None
