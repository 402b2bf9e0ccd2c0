"""From a request to maps: the layer, the method, and what is done where it cannot be used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.class_activation.candidates import Found
from mldebug_widgets.analyzers.class_activation.channels import ablation_maps, score_maps
from mldebug_widgets.analyzers.class_activation.explained import ExplainedModel
from mldebug_widgets.analyzers.class_activation.mapping import Maps, Unreached, one_pass
from mldebug_widgets.analyzers.class_activation.pixels import integrated_gradients, occlusion, saliency
from mldebug_widgets.analyzers.class_activation.request import METHODS, PIXEL_METHODS, Request
from mldebug_widgets.analyzers.class_activation.steps import Batches, Steps
from mldebug_widgets.analyzers.class_activation.survey import Survey, survey
from mldebug_widgets.analyzers.class_activation.weighting import WEIGHTINGS
from mldebug_widgets.errors import MldValueError

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation

Floats = npt.NDArray[np.float32]
_WITHOUT_GRADIENT = ("eigencam", "ablationcam", "scorecam")


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """The maps of a request.

    Attributes
    ----------
    request
        As it was carried out: ``method`` differs from what was asked where that could not be used.
    maps
        Signed maps before scaling, and raw outputs, in the order of ``request.rows``.
    layer
        Where they were made; None for pixel methods.
    survey
        What is known of the layers.
    reason
        Why this layer.
    delta
        (m,) for integrated gradients: sum of the attributions minus the difference of the outputs; else None.
    difference
        (m,) that difference; else None.
    notes
        What a reader must know.
    """

    request: Request
    maps: Maps
    layer: Found | None
    survey: Survey
    reason: str
    delta: npt.NDArray[np.float32] | None
    difference: npt.NDArray[np.float32] | None
    notes: tuple[str, ...]


def made_steps(ev: Evaluation, model: ExplainedModel, request: Request, batches: Batches) -> Steps[Made]:
    """Make the maps that ``request`` asks for, or by occlusion where its method cannot be used, which a note says."""
    wants_layer = request.method not in PIXEL_METHODS
    known = yield from survey(ev, model, batches, rank=wants_layer and request.layer is None)
    if wants_layer and request.layer is not None:
        _check_layer(model, known, request.layer)
    if model.why_closed and request.layer is not None:
        raise _closed(model, request.layer)
    reached = _ranked_layer(known, request)
    if not wants_layer:
        made = yield from _pixels(model, request, known, batches)
        return made
    if reached is None:
        unreached = "no gradient reaches a layer that keeps the places" if known.ranked else ""
        why = model.why_closed or unreached or "no layer keeps the places of the image"
        made = yield from _instead(model, request, known, batches, why)
        return made
    result = yield from at_layer(model, request, reached, batches)
    if isinstance(result, Unreached):
        if request.layer is not None:
            raise _no_gradient(known, request.layer)
        made = yield from _instead(model, request, known, batches, "no gradient reaches a layer that keeps the places")
        return made
    return Made(request, result, reached, known, _why(known, request), None, None, request.notes)


def maps_at_layers(
    ev: Evaluation, model: ExplainedModel, request: Request, layers: Sequence[str], batches: Batches
) -> Steps[dict[str, Floats]]:
    """Return the maps of a one-pass method at several layers of the same pass, by name."""
    known = yield from survey(ev, model, batches, rank=False)
    if model.why_closed:
        raise _closed(model, layers)
    for name in layers:
        _check_layer(model, known, name)
    chosen = [known.spatial[name] for name in layers]
    found = yield from one_pass(model, request.rows, request.targets, request.method, chosen, batches)
    maps: dict[str, Floats] = {}
    for name, entry in found.items():
        if isinstance(entry, Unreached):
            raise _no_gradient(known, name)
        maps[name] = entry.values
    return maps


def at_layer(model: ExplainedModel, request: Request, layer: Found, batches: Batches) -> Steps[Maps | Unreached]:
    """Return the maps of a class activation method at one layer."""
    if request.method in WEIGHTINGS:
        found = yield from one_pass(model, request.rows, request.targets, request.method, [layer], batches)
        return found[layer.name]
    make = ablation_maps if request.method == "ablationcam" else score_maps
    maps = yield from make(model, request.rows, request.targets, layer, batches)
    return maps


def made_at(model: ExplainedModel, request: Request, layer: Found | None, batches: Batches) -> Steps[Floats | None]:
    """Return the maps of a request at a known layer (None for pixel methods), or None where there are none."""
    maps: Maps | Unreached | None
    if layer is not None:
        maps = yield from at_layer(model, request, layer, batches)
    else:
        maps, _delta, _difference = yield from _attributed(model, request, batches)
    return maps.values if isinstance(maps, Maps) else None


def _ranked_layer(known: Survey, request: Request) -> Found | None:
    if request.layer is not None:
        return known.spatial.get(request.layer)
    if not known.ranked:
        return None
    usable = [entry for entry in known.ranked if entry.usable or request.method in _WITHOUT_GRADIENT]
    return usable[0].found if usable else None


def _why(known: Survey, request: Request) -> str:
    return known.reason if request.layer is None else "Chosen by hand."


def _pixels(model: ExplainedModel, request: Request, known: Survey, batches: Batches) -> Steps[Made]:
    found, delta, difference = yield from _attributed(model, request, batches)
    if found is None:
        made = yield from _instead(model, request, known, batches, "no gradient reaches the pixels")
        return made
    return Made(request, found, None, known, "", delta, difference, request.notes)


def _attributed(
    model: ExplainedModel, request: Request, batches: Batches
) -> Steps[tuple[Maps | None, Floats | None, Floats | None]]:
    rows, targets = request.rows, request.targets
    if request.method == "integrated_gradients":
        found = yield from integrated_gradients(model, rows, targets, request.baseline, request.n_steps, batches)
        return found
    if request.method == "saliency":
        maps = yield from saliency(model, rows, targets, batches)
        return maps, None, None
    hidden = yield from occlusion(model, rows, targets, request.baseline, batches)
    return hidden, None, None


def _instead(model: ExplainedModel, request: Request, known: Survey, batches: Batches, why: str) -> Steps[Made]:
    note = (
        f"{METHODS[request.method]} cannot be used here: {why}. Occlusion, which only needs answers, was used instead."
    )
    changed = replace(request, method="occlusion", notes=(*request.notes, note))
    made = yield from _pixels(model, changed, known, batches)
    return made


def _check_layer(model: ExplainedModel, known: Survey, name: str) -> None:
    if model.net is None or name in known.spatial:
        return
    usable = ", ".join(repr(entry.found.name) for entry in known.ranked[:4]) or "none"
    names = {key for key, _module in model.net.named_modules()}
    if name in known.ran:
        got = f"{name!r} gives no output that lies over the image"
    elif name in names:
        got = f"{name!r} did not run"
    else:
        got = f"the model has no layer {name!r}"
    raise MldValueError(
        "MLD-O93" if name in names and name else "MLD-O92", "layer", got,
        f"a layer whose output keeps the image's places, such as {usable}", "Leave it out to have one found.",
    )  # fmt: skip


def _closed(model: ExplainedModel, layer: object) -> MldValueError:
    return MldValueError(
        "MLD-O92",
        "layer",
        f"got {layer!r}, and {model.why_closed}",
        "None",
        "Leave it out, or pass the nn.Module itself.",
    )


def _no_gradient(known: Survey, name: str) -> MldValueError:
    usable = [entry.found.name for entry in known.ranked if entry.usable and entry.found.name != name]
    return MldValueError(
        "MLD-O98", "layer", f"the answer does not depend on the places of {name!r} by a gradient",
        f"a layer that it depends on, such as {', '.join(map(repr, usable[:4])) or 'none'}",
        "Leave it out to have one found, or use method='eigencam'.",
    )  # fmt: skip
