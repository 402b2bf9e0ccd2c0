"""Which layer to look at: every layer that keeps the places, and the best few ranked by a deletion test."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.class_activation.candidates import PROBES, Found, shortlist, spatial_layers
from mldebug_widgets.analyzers.class_activation.deleting import (
    FIRST_SHARES,
    Subjects,
    areas,
    curves,
    random_orders,
    times_better,
)
from mldebug_widgets.analyzers.class_activation.effort import counting, is_heavy, tested_on
from mldebug_widgets.analyzers.class_activation.explained import ExplainedModel
from mldebug_widgets.analyzers.class_activation.mapping import Maps, one_pass
from mldebug_widgets.analyzers.class_activation.steps import Batches, Steps

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation

Positions = npt.NDArray[np.intp]
_TESTED_WHEN_HEAVY = 4
_OF_ONE_GRID_WHEN_HEAVY = 2
_LEFT = f"Not tested: the model takes long for one image, so {_TESTED_WHEN_HEAVY} layers were."
_AS_GOOD = 0.9  # a deeper layer with this share of the best score is taken: it says more about the class
_FASTER = 1.1  # times as fast as in random order; below, no map of a layer says where to delete


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """A layer after the test.

    ``score`` as in ``LayerCandidate``, None where it was not tested; ``usable`` False where no gradient reaches it.
    """

    found: Found
    score: float | None
    reason: str
    usable: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """What is known of a model's layers.

    ``spatial`` all that keep the places, by name; ``ran`` names of all that ran, in order; ``ranked`` the best first;
    ``reason`` why the first; ``tested`` whether the deletion test has been made; ``operations`` that one image costs.
    """

    spatial: dict[str, Found]
    ran: tuple[str, ...]
    ranked: tuple[Ranked, ...]
    reason: str
    tested: bool
    operations: float


_KNOWN: WeakKeyDictionary[Evaluation, Survey] = WeakKeyDictionary()


def survey(ev: Evaluation, model: ExplainedModel, batches: Batches, *, rank: bool) -> Steps[Survey]:
    """Return what is known of the layers; looked at once per Evaluation, and tested once when ``rank`` asks for it."""
    known = _KNOWN.get(ev)
    if known is None:
        with model.running(), counting(model.net) as counted:
            found, ran = spatial_layers(model, model.inputs(_subjects(ev, 1).rows))
        listed = tuple(Ranked(entry, None, "Not tested.") for entry in shortlist(model, found))
        by_name = {entry.name: entry for entry in found}
        known = Survey(by_name, ran, listed, "", tested=False, operations=counted.operations / PROBES)
        _KNOWN[ev] = known
    if is_heavy(known.operations):
        batches.begin_small()
    if rank and not known.tested and known.ranked:
        known = yield from _ranked(ev, model, known, batches)
        _KNOWN[ev] = known
    return known


def _subjects(ev: Evaluation, n: int) -> Subjects:
    """Return images of the split that decides, right answers first, spread over the rows."""
    rows = np.asarray(ev.splits[ev.primary], np.intp)
    codes = ev.predicted_codes
    if codes is None or codes.ndim > 1:
        chosen = _spread(rows, n)
        targets = np.zeros(len(chosen), np.intp) if codes is None else np.argmax(ev.scores[chosen], axis=1)
        return Subjects(chosen, targets.astype(np.intp))
    usable = rows[codes[rows] >= 0]
    right = usable[codes[usable] == np.asarray(ev.class_codes)[usable]]
    chosen = _spread(right if len(right) >= n else usable if len(usable) else rows, n)
    return Subjects(chosen, codes[chosen].astype(np.intp).clip(0))


def _spread(rows: Positions, n: int) -> Positions:
    return rows[np.unique(np.linspace(0, len(rows) - 1, min(n, len(rows))).astype(np.intp))]


def _ranked(ev: Evaluation, model: ExplainedModel, known: Survey, batches: Batches) -> Steps[Survey]:
    subjects = _subjects(ev, tested_on(model.axes.size, known.operations))
    layers = [entry.found for entry in known.ranked]
    layers = _fewer(layers) if is_heavy(known.operations) else layers
    made = yield from one_pass(model, subjects.rows, subjects.targets, "gradcam", layers, batches)
    maps = {name: entry for name, entry in made.items() if isinstance(entry, Maps)}
    rng = np.random.default_rng(ev.seed)
    grids = sorted({entry.values.shape[1:] for entry in maps.values()})
    chance = [random_orders(len(subjects.rows), grid, rng) for grid in grids]
    scores: dict[str, float] = {}
    if maps:
        orders = [entry.values for entry in maps.values()] + chance
        found = yield from curves(model, subjects, orders, batches, shares=FIRST_SHARES)
        area = areas(found, FIRST_SHARES)
        for at, (name, entry) in enumerate(maps.items()):
            by_chance = area[len(maps) + grids.index(entry.values.shape[1:])]
            scores[name] = _median(times_better(area[at], by_chance))
    left = {entry.found.name for entry in known.ranked} - {layer.name for layer in layers}
    return _judged(known, scores, left, f"{len(subjects.rows)} images, random order drawn with seed {ev.seed}")


def _fewer(layers: list[Found]) -> list[Found]:
    """Return four of the layers, of several grids where there are some, for a model that takes long."""
    if len({layer.layout.grid for layer in layers}) == 1:
        return layers[:_TESTED_WHEN_HEAVY]
    kept: list[Found] = []
    for layer in layers:
        if sum(other.layout.grid == layer.layout.grid for other in kept) < _OF_ONE_GRID_WHEN_HEAVY:
            kept.append(layer)
    return kept[:_TESTED_WHEN_HEAVY]


def _median(ratios: npt.NDArray[np.float64]) -> float:
    known = ratios[~np.isnan(ratios)]
    return float(np.exp(np.log(known).mean())) if len(known) else float("nan")


def _judged(known: Survey, scores: dict[str, float], left: set[str], images: str) -> Survey:
    """Order the layers by their scores; those ``left`` were not tested."""
    entries = [
        replace(entry, reason=_LEFT) if entry.found.name in left else _with_reason(entry, scores)
        for entry in known.ranked
    ]
    reached = [entry for entry in entries if entry.found.name in scores]
    unreached = [entry for entry in entries if entry.found.name not in scores]
    by_score = sorted(reached, key=lambda entry: -(entry.score or 0.0))
    if not by_score:
        return replace(known, ranked=tuple(unreached), tested=True)
    best = by_score[0]
    if best.score is None:
        return replace(known, ranked=(*reached, *unreached), tested=True, reason=(
            "The deepest layer that keeps the places: the deletion test could not tell the layers apart, because the "
            "answers hardly change even when the whole image is deleted."))  # fmt: skip
    deepest = next(entry for entry in reached if (entry.score or 0) >= _AS_GOOD * best.score)
    order = [deepest, *(entry for entry in by_score if entry is not deepest)]
    reason = _why(deepest, best, len(by_score), images)
    return replace(known, ranked=(*order, *unreached), reason=reason, tested=True)


def _why(chosen: Ranked, best: Ranked, n: int, images: str) -> str:
    """Say how the layer that was chosen stands among the ``n`` tested, of which ``best`` has the highest score."""
    assert chosen.score is not None
    assert best.score is not None
    if n > 1 and best.score <= _FASTER:
        return (
            "The deepest of the best: deleting where the map is bright makes the score fall no faster than in random "
            f"order at any of {n} layers tested ({images})."
        )
    speed = f"Deleting where its map is bright makes the score fall {chosen.score:.1f} times as fast as in random order"
    if n == 1:
        return f"{speed}; no other layer was tested ({images})."
    if chosen is best:
        return f"{speed}, the most of {n} layers tested ({images})."
    return (
        f"{speed}, nearly the most ({best.score:.1f} at layer {best.found.name}), and deeper, of {n} layers tested "
        f"({images})."
    )


def _with_reason(entry: Ranked, scores: dict[str, float]) -> Ranked:
    score = scores.get(entry.found.name)
    if score is None:
        return Ranked(
            entry.found, None, "Cannot be used: the answer does not depend on its places by a gradient.", usable=False
        )
    if np.isnan(score):
        return Ranked(entry.found, None, "The answers hardly change when images are deleted, so it was not scored.")
    words = "faster than" if score > _FASTER else "about as fast as" if score > 0.9 else "slower than"
    return Ranked(entry.found, score, f"Deleting by its map: the score falls {words} in random order ({score:.1f} x).")
