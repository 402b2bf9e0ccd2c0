"""Does the answer depend on what is in a corner or edge? Tested with the same place of images with other answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch

from mldebug_widgets.analyzers.class_activation.effort import is_heavy, tested_on
from mldebug_widgets.analyzers.class_activation.explained import ExplainedModel
from mldebug_widgets.analyzers.class_activation.places import Place, places_taking_much, slices_of
from mldebug_widgets.analyzers.class_activation.steps import Batches, Steps
from mldebug_widgets.analyzers.class_activation.survey import survey

if TYPE_CHECKING:
    from mldebug_widgets.analyzers.gradcam import GradCamResult
    from mldebug_widgets.evaluation.evaluation import Evaluation

Positions = npt.NDArray[np.intp]
_FEWEST_OTHERS = 5
_MOST_PLACES, _MOST_PLACES_WHEN_HEAVY = 8, 2
_OTHERS_EACH, _OTHERS_EACH_WHEN_HEAVY = 4, 2
_SURE = 1e-6  # probabilities nearer to 0 or 1 are not told apart
_LEAST_WAY = 1e-3  # images and the others must differ by so much in log-odds for a share of the way to mean something


@dataclass(frozen=True, slots=True)
class Swap:
    """What happens to the answer when a place shows what it shows in images with other answers.

    Attributes
    ----------
    target, place
        The explained class, and the corner or edge.
    way
        How far the answer goes towards the answers of those images: the fall of the class's log-odds as a share of the
        fall when the whole image is swapped (for predicted values: of their change). 0 is nowhere, 1 all the way;
        below 0 it goes away from them, above 1 past them.
    n
        Number of swaps.
    """

    target: int
    place: str
    way: float
    n: int


def swap_steps(
    ev: Evaluation, model: ExplainedModel, result: GradCamResult, batches: Batches
) -> Steps[tuple[Swap, ...]]:
    """Return what swapping does, for the corners and edges that take the most of the maps for their size.

    The others are images of the split that decides, drawn with the Evaluation's seed.
    """
    known = yield from survey(ev, model, batches, rank=False)
    heavy = is_heavy(known.operations)
    places = sorted(places_taking_much(result), key=lambda place: -place.share / place.area)
    n_images = tested_on(model.axes.size, known.operations)
    each = _OTHERS_EACH_WHEN_HEAVY if heavy else _OTHERS_EACH
    rng = np.random.default_rng(ev.seed)
    found = []
    for place in places[: _MOST_PLACES_WHEN_HEAVY if heavy else _MOST_PLACES]:
        pool = _others(ev, place.target)
        if len(pool) < _FEWEST_OTHERS:
            continue
        spread = np.unique(np.linspace(0, len(place.at) - 1, min(n_images, len(place.at))).astype(np.intp))
        rows = np.repeat(result.rows[place.at[spread]], each)
        way = yield from _way(model, place, rows, rng.choice(pool, len(rows)), batches)
        if np.isfinite(way):
            found.append(Swap(place.target, place.name, way, len(rows)))
    return tuple(found)


def _others(ev: Evaluation, target: int) -> Positions:
    """Return rows of the split that decides with another answer; all of them where answers are numbers."""
    rows = np.asarray(ev.splits[ev.primary], np.intp)
    codes = ev.predicted_codes
    if codes is None:
        return rows
    answers = np.asarray(codes)[rows]
    other = answers[:, target] == 0 if answers.ndim > 1 else (answers >= 0) & (answers != target)
    return rows[np.flatnonzero(other)]


def _way(model: ExplainedModel, place: Place, rows: Positions, others: Positions, batches: Batches) -> Steps[float]:
    """Return how far the answers of ``rows`` go towards those of ``others`` when only the place is swapped."""
    height, width = model.axes.size
    inside = slices_of(height, width)[place.name]

    def falls(start: int, stop: int) -> npt.NDArray[np.float64]:
        with model.running(), torch.no_grad():
            own, other = (model.axes.first(model.inputs(part[start:stop])) for part in (rows, others))
            swapped = own.clone()
            swapped[:, :, inside[0], inside[1]] = other[:, :, inside[0], inside[1]]
            before, after, whole = (_answers(model, images, place.target) for images in (own, swapped, other))
        return np.stack([before - after, before - whole])

    parts = yield from batches.over(len(rows), falls, "Swapping corners and edges with other images")
    fall = np.concatenate(parts, axis=1)
    fall = fall[:, np.isfinite(fall).all(axis=0)]
    if model.columns() == 0:
        fall = np.abs(fall)
    by_place, by_whole = fall.sum(axis=1)
    return float(by_place / by_whole) if by_whole > _LEAST_WAY * max(1, fall.shape[1]) else float("nan")


def _answers(model: ExplainedModel, images: torch.Tensor, target: int) -> npt.NDArray[np.float64]:
    """Return (m,) log-odds of the class, or predicted values."""
    raw = model.answer(model.axes.back(images))
    given = model.probability(raw, torch.full((len(raw),), target, device=raw.device)).double().cpu().numpy()
    if model.columns() == 0:
        return np.asarray(given)
    sure = given.clip(_SURE, 1 - _SURE)
    return np.asarray(np.log(sure) - np.log1p(-sure))
