"""Methods that switch channels off or show them alone: as many passes as the layer has channels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

from mldebug_widgets.analyzers.class_activation.candidates import Found
from mldebug_widgets.analyzers.class_activation.explained import ExplainedModel
from mldebug_widgets.analyzers.class_activation.mapping import Maps
from mldebug_widgets.analyzers.class_activation.scaling import enlarged
from mldebug_widgets.analyzers.class_activation.steps import Batches, Steps
from mldebug_widgets.analyzers.class_activation.taps import hooked, tapped

Positions = npt.NDArray[np.intp]
_SMALL = 1e-7


def _seen(model: ExplainedModel, row: int, layer: Found) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return the image as the model reads it, the layer's output (1, C, h, w) and the raw answer."""
    with model.running(), torch.no_grad():
        image = model.inputs(np.array([row], np.intp))
        passed = tapped(model, image, None, [layer.name])
    return image, layer.layout.spatial(passed.outputs[layer.name]).float(), passed.raw


def _explained(model: ExplainedModel, raw: torch.Tensor, target: int) -> torch.Tensor:
    return model.explained(raw, torch.full((len(raw),), target, device=raw.device)).float()


def ablation_maps(
    model: ExplainedModel, rows: Positions, targets: Positions, layer: Found, batches: Batches
) -> Steps[Maps]:
    """Channels weighted with the share of the score that is lost without them (Desai and Ramaswamy, 2020)."""
    values, answers = [], []
    for row, target in zip(rows.tolist(), targets.tolist(), strict=True):
        image, output, raw = _seen(model, row, layer)
        whole = float(_explained(model, raw, target))

        def without(start: int, stop: int, image: torch.Tensor = image, target: int = target) -> torch.Tensor:
            with model.running(), torch.no_grad():
                gone = torch.arange(start, stop, device=image.device)
                return _explained(model, _answers_without(model, image, layer, gone), target)

        parts = yield from batches.over(output.shape[1], without, "Switching channels off")
        lost = (whole - torch.cat(parts)) / (whole if abs(whole) > _SMALL else _SMALL)
        values.append((lost.reshape(1, -1, 1, 1) * output).sum(1).cpu())
        answers.append(raw.cpu())
    return Maps(torch.cat(values).numpy(), torch.cat(answers))


def _answers_without(model: ExplainedModel, image: torch.Tensor, layer: Found, gone: torch.Tensor) -> torch.Tensor:
    """Return the raw answers with each of the channels ``gone`` set to zero, one per answer."""

    def switched_off(value: torch.Tensor) -> torch.Tensor:
        axis = layer.layout.channel_axis % value.ndim
        kept = torch.ones(len(gone), value.shape[axis], device=value.device, dtype=value.dtype)
        kept[torch.arange(len(gone), device=gone.device), gone] = 0
        batch = layer.layout.batch_axis
        per_image = value.shape[batch] // len(gone)
        shape = [1] * value.ndim
        shape[batch], shape[axis] = len(gone) * per_image, value.shape[axis]
        return value * kept.repeat_interleave(per_image, 0).reshape(shape)

    with hooked(model.net, {layer.name: switched_off}):
        return model.answer(image.expand(len(gone), *image.shape[1:]).contiguous())


def score_maps(
    model: ExplainedModel, rows: Positions, targets: Positions, layer: Found, batches: Batches
) -> Steps[Maps]:
    """Channels weighted with the score of the image seen through them (Wang et al., 2020)."""
    values, answers = [], []
    for row, target in zip(rows.tolist(), targets.tolist(), strict=True):
        image, output, raw = _seen(model, row, layer)
        masks = _zero_to_one(enlarged(output[0].cpu(), model.axes.size))

        def through(start: int, stop: int, image: torch.Tensor = image, target: int = target,
                    masks: torch.Tensor = masks) -> torch.Tensor:  # fmt: skip
            with model.running(), torch.no_grad():
                seen = model.axes.first(image) * masks[start:stop].unsqueeze(1).to(image)
                return _explained(model, model.answer(model.axes.back(seen)), target)

        parts = yield from batches.over(output.shape[1], through, "Looking through one channel at a time")
        weights = torch.cat(parts).softmax(0)
        values.append((weights.reshape(1, -1, 1, 1) * output).sum(1).cpu())
        answers.append(raw.cpu())
    return Maps(torch.cat(values).numpy(), torch.cat(answers))


def _zero_to_one(masks: torch.Tensor) -> torch.Tensor:
    low, high = masks.amin((1, 2), keepdim=True), masks.amax((1, 2), keepdim=True)
    return torch.where(high > low, (masks - low) / (high - low).clamp_min(_SMALL), 0)
