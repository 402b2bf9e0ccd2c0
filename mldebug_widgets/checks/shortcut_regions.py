"""Corners and edges of the picture that take much of the maps of one class."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mldebug_widgets.analyzers.class_activation.places import Place, places_taking_much
from mldebug_widgets.checks.shortcut_evidence import Suspicion
from mldebug_widgets.checks.shortcut_pixels import spread_of, telling

if TYPE_CHECKING:
    from mldebug_widgets.analyzers.class_activation.swapping import Swap
    from mldebug_widgets.analyzers.gradcam import GradCamResult
    from mldebug_widgets.evaluation.evaluation import Evaluation

#: A place takes too much from this share of the map on, and from so many times its share of the picture.
SMALLEST_SHARE = 0.25
TIMES_ITS_AREA = 3.0

#: Where nothing speaks against its pixels, only this share is too much.
SHARE_WITHOUT_EVIDENCE = 0.5

#: Pixels that differ by less between images of the class, as a share of how much all pixels differ, are always alike.
ALIKE = 0.5

#: From this squared correlation with the class on, the place's pixels alone tell it.
TELLING = 0.4

#: What is in the place matters where swapping it takes the answer so far towards those of other images.
MATTERS = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class _Evidence:
    """A place that takes much, what its pixels say by themselves (see ``shortcut_pixels``), and its swap, if tested."""

    place: Place
    spread: float | None
    telling: float
    swap: Swap | None

    @property
    def alike(self) -> bool:
        """Whether the pixels hardly differ between the images of the class."""
        return self.spread is not None and self.spread < ALIKE

    @property
    def tell(self) -> bool:
        """Whether the pixels give the class away."""
        return self.telling >= TELLING

    @property
    def suspicious(self) -> bool:
        """Whether the answer depends on what is there, and that carries no meaning.

        A margin that is the same everywhere changes no answer. Where that was not tested, only pixels that tell the
        class count: those that are always alike may be a margin.
        """
        if self.swap is None:
            return self.tell
        if self.swap.way < MATTERS:
            return False
        least = SMALLEST_SHARE if self.alike else SHARE_WITHOUT_EVIDENCE
        return self.tell or self.place.takes(least, TIMES_ITS_AREA)

    @property
    def too_much(self) -> float:
        """Share of one map from which on the place takes too much of that: where it takes less of all, the mean."""
        return min(self.place.share, max(SMALLEST_SHARE, TIMES_ITS_AREA * self.place.area))


def suspicious_regions(ev: Evaluation, result: GradCamResult) -> Iterator[Suspicion]:
    """Yield for each class the corner or edge that takes far more of its maps than its share of the picture."""
    swaps = {(swap.target, swap.place): swap for swap in result.swaps or ()}
    worst: dict[int, _Evidence] = {}
    for place in places_taking_much(result):
        pixels = spread_of(result, place.at, place.where[0]), telling(result, place.at, place.where[0])
        entry = _Evidence(place, *pixels, swaps.get((place.target, place.name)))
        if entry.suspicious:
            other = worst.get(place.target)
            if other is None or place.share / place.area > other.place.share / other.place.area:
                worst[place.target] = entry
    yield from (_suspicion(ev, result, entry) for entry in worst.values())


def _suspicion(ev: Evaluation, result: GradCamResult, found: _Evidence) -> Suspicion:
    place, at = found.place, found.place.at
    share, area = place.share, place.area
    owner = f' of "{result.class_names[place.target]}"' if result.class_names else ""
    leaning = place.shares >= found.too_much
    return Suspicion(
        f"The {place.name}",
        share,
        area,
        f"The {place.name} takes {share:.0%} of the maps{owner}, {share / area:.1f} times its share of the picture",
        " ".join(_sentences(ev, result, found, int(leaning.sum()))),
        strong=found.alike or found.tell,
        rows=result.rows[at[leaning]],
    )


def _sentences(ev: Evaluation, result: GradCamResult, found: _Evidence, leaning: int) -> Iterator[str]:
    at = found.place.at
    yield (
        f"It is {found.place.area:.0%} of the picture, and takes at least {found.too_much:.0%} of the map in "
        f"{leaning:,} of {len(at):,} images ({result.method_label})."
    )
    if found.swap is None:
        yield "Whether the answer depends on it was not tested."
    else:
        yield (
            f"Swapping it with that of images with other answers takes the answer {found.swap.way:.0%} of the way to "
            f"theirs ({found.swap.n:,} swaps)."
        )
    if found.alike:
        yield (
            f"Its pixels hardly differ between these images ({found.spread:.2f} of what all their pixels do), so they "
            "tell little about what else is in the picture."
        )
    if found.tell:
        yield (
            f"Its pixels alone tell these images from the {len(result.rows) - len(at):,} others explained (squared "
            f"correlation {found.telling:.2f}): a mark could be there."
        )
    wrong = (result.truth[at] >= 0) & (result.truth[at] != found.place.target)
    if ev.class_codes is not None and wrong.any():
        yield f"{wrong.sum():,} of these images are something else."
