"""Maps of many images by one method: batches, one pass each where the method allows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from mldebug_widgets.analyzers.class_activation.candidates import Found
from mldebug_widgets.analyzers.class_activation.explained import ExplainedModel
from mldebug_widgets.analyzers.class_activation.steps import Batches, Steps
from mldebug_widgets.analyzers.class_activation.taps import tapped
from mldebug_widgets.analyzers.class_activation.weighting import WEIGHTINGS

Floats = npt.NDArray[np.float32]
Positions = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Maps:
    """Maps before scaling, (m, h, w) and signed, with the model's raw outputs (m, k) for the same images."""

    values: Floats
    raw: torch.Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Unreached:
    """A layer that the explained number does not depend on, or not by a gradient."""

    name: str


def one_pass(
    model: ExplainedModel, rows: Positions, targets: Positions, method: str, layers: Sequence[Found], batches: Batches
) -> Steps[dict[str, Maps | Unreached]]:
    """Return the maps of a method that needs one pass, at several layers of that pass."""

    def work(start: int, stop: int) -> dict[str, tuple[torch.Tensor | None, torch.Tensor]]:
        with model.running():
            return tapped_maps(model, model.inputs(rows[start:stop]), targets[start:stop], method, layers)

    parts = yield from batches.over(len(rows), work, "Making maps")
    return {layer.name: _joined(layer.name, [part[layer.name] for part in parts]) for layer in layers}


def tapped_maps(
    model: ExplainedModel, images: torch.Tensor, targets: Positions, method: str, layers: Sequence[Found]
) -> dict[str, tuple[torch.Tensor | None, torch.Tensor]]:
    """Return by layer (n, h, w) maps, None where the answer does not depend on the layer, and the raw outputs."""
    chosen = torch.from_numpy(np.ascontiguousarray(targets)).to(images.device)
    follow = method != "eigencam"
    passed = tapped(model, images, chosen if follow else None, [layer.name for layer in layers])
    maps: dict[str, tuple[torch.Tensor | None, torch.Tensor]] = {}
    for layer in layers:
        output = passed.outputs.get(layer.name)
        gradient = passed.gradients.get(layer.name) if follow else output
        maps[layer.name] = None, passed.raw
        if output is None or gradient is None or not len(passed.raw):
            continue
        spatial, slopes = layer.layout.spatial(output).float(), layer.layout.spatial(gradient).float()
        if bool(slopes.any()):
            maps[layer.name] = WEIGHTINGS[method](spatial, slopes).cpu(), passed.raw
    return maps


def _joined(name: str, parts: list[tuple[torch.Tensor | None, torch.Tensor]]) -> Maps | Unreached:
    known = [values for values, _raw in parts if values is not None]
    if not known:
        return Unreached(name)
    values = [torch.zeros(len(raw), *known[0].shape[1:]) if part is None else part for part, raw in parts]
    return Maps(torch.cat(values).numpy(), torch.cat([raw for _values, raw in parts]).cpu())
