"""Corners and edges of the picture that take much of the maps of one class."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mldebug_widgets.checks.shortcut_evidence import Suspicion
from mldebug_widgets.checks.shortcut_pixels import spread_of, telling

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

#: Where its pixels give the class away, less is too much already; where nothing speaks against them, only half is.
SHARE_OF_MARK, TIMES_AREA_OF_MARK = 0.15, 1.5
SHARE_WITHOUT_EVIDENCE = 0.5

#: Pixels that differ by less between images of the class, as a share of how much all pixels differ, are always alike.
ALIKE = 0.5

#: From this squared correlation with the class on, the region's pixels alone tell it.
TELLING = 0.4

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

    @property
    def too_much(self) -> float:
        """Share of one map from which on it takes too much of that: where it takes less of all, the mean."""
        return min(self.share, max(SMALLEST_SHARE, TIMES_ITS_AREA * self.area))

    def takes(self, share: float, times: float) -> bool:
        """Whether it takes so much, and so many times its share of the picture."""
        return self.share >= share and self.share >= times * self.area


@dataclass(frozen=True, slots=True)
class _Pixels:
    """What the region's pixels say by themselves (see ``shortcut_pixels``)."""

    spread: float | None
    telling: float

    @property
    def alike(self) -> bool:
        """Whether they hardly differ between the images of the class."""
        return self.spread is not None and self.spread < ALIKE

    @property
    def tell(self) -> bool:
        """Whether they give the class away."""
        return self.telling >= TELLING


def suspicious_regions(ev: Evaluation, result: GradCamResult) -> Iterator[Suspicion]:
    """Yield for each class the corner or edge that takes far more of its maps than its share of the picture."""
    masses = result.maps.sum(axis=(1, 2))
    for code in np.unique(result.target):
        at = np.flatnonzero((result.target == code) & (masses > 0))
        if len(at) < FEWEST_IMAGES:
            continue
        many = []
        for region in _shares(result, at, masses):
            if region.takes(SHARE_OF_MARK, TIMES_AREA_OF_MARK):
                pixels = _Pixels(spread_of(result, at, region.where[0]), telling(result, at, region.where[0]))
                if pixels.tell or _takes_too_much(region, pixels):
                    many.append((region, pixels))
        if many:
            yield _suspicion(ev, result, at, int(code), *max(many, key=lambda pair: pair[0].share / pair[0].area))


def _takes_too_much(region: _Region, pixels: _Pixels) -> bool:
    share = SMALLEST_SHARE if pixels.alike else SHARE_WITHOUT_EVIDENCE
    return region.takes(share, TIMES_ITS_AREA)


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
    pixels: _Pixels,
) -> Suspicion:
    share, area = region.share, region.area
    owner = f' of "{result.class_names[code]}"' if result.class_names else ""
    wrong = (result.truth[at] >= 0) & (result.truth[at] != code)
    leaning = region.shares >= region.too_much
    text = (
        f"It is {area:.0%} of the picture, and takes at least {region.too_much:.0%} of the map in {leaning.sum():,} of "
        f"{len(at):,} images ({result.method_label})."
    )
    if pixels.alike:
        text += (
            f" Its pixels hardly differ between these images ({pixels.spread:.2f} of what all their pixels do), so "
            "they tell little about what else is in the picture."
        )
    if pixels.tell:
        text += (
            f" Its pixels alone tell these images from the {len(result.rows) - len(at):,} others explained (squared "
            f"correlation {pixels.telling:.2f}): a mark could be there."
        )
    if ev.class_codes is not None and wrong.any():
        text += f" {wrong.sum():,} of these images are something else."
    return Suspicion(
        f"The {region.name}",
        share,
        area,
        f"The {region.name} takes {share:.0%} of the maps{owner}, {share / area:.1f} times its share of the picture",
        text,
        strong=pixels.alike or pixels.tell,
        rows=result.rows[at[leaning]],
    )
