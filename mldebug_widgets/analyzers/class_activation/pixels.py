"""Attributions to pixels: integrated gradients, saliency and occlusion."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import torch

from mldebug_widgets.analyzers.attribution.gradients import quadrature
from mldebug_widgets.analyzers.class_activation.explained import ExplainedModel
from mldebug_widgets.analyzers.class_activation.mapping import Maps
from mldebug_widgets.analyzers.class_activation.memory_format import in_a_layout_for
from mldebug_widgets.analyzers.class_activation.steps import Batches, Steps

Floats = npt.NDArray[np.float32]
Positions = npt.NDArray[np.intp]
_SMALL_IMAGE = 64 * 64


def baseline_of(images: torch.Tensor, baseline: str) -> torch.Tensor:
    """Return what stands for "nothing there": zeros, or each image's mean colour; ``images`` (n, C, H, W)."""
    if baseline == "zero":
        return torch.zeros_like(images)
    return images.float().mean((2, 3), keepdim=True).to(images.dtype).expand_as(images)


def _slopes(
    model: ExplainedModel, images: torch.Tensor, targets: torch.Tensor
) -> tuple[torch.Tensor | None, torch.Tensor]:
    """Return the gradient of the explained number by the pixels, None where there is none, and the raw outputs."""
    if not images.is_floating_point():
        return None, model.answer(model.axes.back(images)).detach()

    def work() -> tuple[torch.Tensor | None, torch.Tensor]:
        with torch.enable_grad():
            leaf = images.detach().clone().requires_grad_()
            raw = model.answer(model.axes.back(leaf))
            total = model.explained(raw, targets).sum()
            if not total.requires_grad:
                return None, raw.detach()
            (gradient,) = torch.autograd.grad(total, [leaf], allow_unused=True)
        return gradient, raw.detach()

    return in_a_layout_for(model.net, images, work)


def _chosen(targets: Positions, device: torch.device) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(targets)).to(device)


def saliency(model: ExplainedModel, rows: Positions, targets: Positions, batches: Batches) -> Steps[Maps | None]:
    """Return the largest absolute gradient over the channels of each pixel (Simonyan et al., 2013)."""

    def work(start: int, stop: int) -> tuple[torch.Tensor | None, torch.Tensor]:
        with model.running():
            images = model.axes.first(model.inputs(rows[start:stop]))
            slopes, raw = _slopes(model, images, _chosen(targets[start:stop], images.device))
            return None if slopes is None else slopes.abs().amax(1).float().cpu(), raw.cpu()

    parts = yield from batches.over(len(rows), work, "Making maps")
    values = [part for part, _raw in parts if part is not None]
    if len(values) < len(parts):
        return None
    return Maps(torch.cat(values).numpy(), torch.cat([raw for _values, raw in parts]))


def integrated_gradients(
    model: ExplainedModel, rows: Positions, targets: Positions, baseline: str, n_steps: int, batches: Batches
) -> Steps[tuple[Maps | None, Floats | None, Floats | None]]:
    """Return the gradients on the way from the baseline, summed over the channels (Sundararajan et al., 2017).

    With the maps come each image's completeness delta, and the difference of the outputs that it is measured against.
    The way is cut at the ``n_steps`` points of Gauss and Legendre's rule.
    """
    path = quadrature(n_steps)
    alphas, weights = path.alphas.float(), path.weights.float()
    summed = torch.zeros(len(rows), *model.axes.size)
    failed = []

    def work(start: int, stop: int) -> None:
        at, step = np.divmod(np.arange(start, stop), n_steps)
        own = np.unique(at)
        with model.running():
            images = model.axes.first(model.inputs(rows[own]))[torch.from_numpy(at - own[0])]
            empty = baseline_of(images, baseline)
            share = alphas[torch.from_numpy(step)].to(images).reshape(-1, 1, 1, 1)
            between = images - empty
            slopes, _raw = _slopes(model, empty + share * between, _chosen(targets[at], images.device))
            if slopes is None:
                failed.append(start)
                return
            parts = (slopes * between).sum(1).float().cpu() * weights[torch.from_numpy(step)].reshape(-1, 1, 1)
        summed.index_add_(0, torch.from_numpy(at), parts)

    yield from batches.over(len(rows) * n_steps, work, "Integrating gradients")
    if failed:
        return None, None, None
    raw, difference = yield from _differences(model, rows, targets, baseline, batches)
    values = summed.numpy()
    return Maps(values, raw), (values.sum((1, 2)) - difference).astype(np.float32), difference


def _differences(
    model: ExplainedModel, rows: Positions, targets: Positions, baseline: str, batches: Batches
) -> Steps[tuple[torch.Tensor, Floats]]:
    def work(start: int, stop: int) -> tuple[torch.Tensor, torch.Tensor]:
        with model.running():
            images = model.axes.first(model.inputs(rows[start:stop]))
            chosen = _chosen(targets[start:stop], images.device)
            raw = model.answer(model.axes.back(images))
            empty = model.answer(model.axes.back(baseline_of(images, baseline)))
            return raw.cpu(), (model.explained(raw, chosen) - model.explained(empty, chosen)).float().cpu()

    parts = yield from batches.over(len(rows), work, "Answering for the baseline")
    return torch.cat([raw for raw, _difference in parts]), torch.cat([difference for _raw, difference in parts]).numpy()


def window_of(size: tuple[int, int]) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the occluding window and its strides: an eighth of the image, half overlapping where it is small."""
    window = max(1, math.ceil(size[0] / 8)), max(1, math.ceil(size[1] / 8))
    overlap = 2 if size[0] * size[1] <= _SMALL_IMAGE else 1
    return window, (math.ceil(window[0] / overlap), math.ceil(window[1] / overlap))


def occlusion(
    model: ExplainedModel, rows: Positions, targets: Positions, baseline: str, batches: Batches
) -> Steps[Maps]:
    """Return by how much the explained number falls when a window hides a pixel (Zeiler and Fergus, 2014).

    A pixel under several windows takes their mean.
    """
    masks = _windows(model.axes.size)
    summed = torch.zeros(len(rows), *model.axes.size)

    def whole(start: int, stop: int) -> tuple[torch.Tensor, torch.Tensor]:
        with model.running(), torch.no_grad():
            raw = model.answer(model.inputs(rows[start:stop]))
            return raw.cpu(), model.explained(raw, _chosen(targets[start:stop], raw.device)).float().cpu()

    parts = yield from batches.over(len(rows), whole, "Answering for the images")
    explained = torch.cat([part for _raw, part in parts])

    def hidden(start: int, stop: int) -> None:
        at, which = np.divmod(np.arange(start, stop), len(masks))
        own = np.unique(at)
        with model.running(), torch.no_grad():
            images = model.axes.first(model.inputs(rows[own]))[torch.from_numpy(at - own[0])]
            mask = masks[torch.from_numpy(which)]
            edited = torch.where(mask.unsqueeze(1).to(images.device), baseline_of(images, baseline), images)
            raw = model.answer(model.axes.back(edited))
            fall = (
                explained[torch.from_numpy(at)] - model.explained(raw, _chosen(targets[at], raw.device)).float().cpu()
            )
        summed.index_add_(0, torch.from_numpy(at), mask * fall.reshape(-1, 1, 1))

    yield from batches.over(len(rows) * len(masks), hidden, "Hiding parts of the images")
    return Maps((summed / masks.sum(0)).numpy(), torch.cat([raw for raw, _explained in parts]))


def _windows(size: tuple[int, int]) -> torch.Tensor:
    window, stride = window_of(size)
    counts = [max(1, math.ceil((size[axis] - window[axis]) / stride[axis]) + 1) for axis in (0, 1)]
    masks = torch.zeros(counts[0] * counts[1], *size, dtype=torch.bool)
    for at in range(len(masks)):
        top, left = (at // counts[1]) * stride[0], (at % counts[1]) * stride[1]
        masks[at, top : top + window[0], left : left + window[1]] = True
    return masks
