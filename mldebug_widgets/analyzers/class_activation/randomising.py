"""The weight-randomisation check: a copy of the model whose last layers know nothing (Adebayo et al., 2018)."""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from scipy.stats import rankdata
from torch import nn

from mldebug_widgets.analyzers.class_activation.explained import ExplainedModel

_SHARE = 1 / 2


def randomised(
    model: ExplainedModel, ran: Sequence[str], rng: np.random.Generator
) -> tuple[ExplainedModel | None, str]:
    """Return the model with a copy of its module, the weights of whose last half of layers are shuffled.

    The second value says which layers, or why there is no copy. The user's module is only read.
    """
    if model.net is None:
        return None, model.why_closed
    try:
        net = copy.deepcopy(model.net)
    except Exception as error:
        return None, f"the module cannot be copied ({type(error).__name__})"
    for module in net.modules():  # what the user's hooks record is about the user's own model
        if not isinstance(module, torch.jit.ScriptModule):
            module._forward_hooks.clear()
            module._backward_hooks.clear()
    layers = [name for name in ran if _weights(net.get_submodule(name))]
    chosen = layers[-max(1, math.ceil(len(layers) * _SHARE)) :]
    if not chosen:
        return None, "no layer has weights that could be shuffled"
    generator = torch.Generator().manual_seed(int(rng.integers(2**31)))
    with torch.no_grad():
        for name in chosen:
            for weight in _weights(net.get_submodule(name)):
                order = torch.randperm(weight.numel(), generator=generator).to(weight.device)
                weight.copy_(weight.reshape(-1)[order].reshape(weight.shape))
    return model.changed(net=net), f"weights of the last {len(chosen)} of {len(layers)} layers shuffled in a copy"


def _weights(module: nn.Module) -> list[torch.Tensor]:
    return [weight for weight in module.parameters(recurse=False) if weight.ndim > 1 and weight.is_floating_point()]


def rank_correlation(first: npt.NDArray[np.float32], second: npt.NDArray[np.float32]) -> float:
    """Return Spearman's rank correlation of each pair of maps, averaged over the pairs; 0 for a constant map."""
    ranks = [rankdata(maps.reshape(len(maps), -1), axis=1) for maps in (first, second)]
    centred = [rank - rank.mean(1, keepdims=True) for rank in ranks]
    norms = np.sqrt((centred[0] ** 2).sum(1) * (centred[1] ** 2).sum(1))
    return float(np.where(norms > 0, (centred[0] * centred[1]).sum(1) / np.where(norms > 0, norms, 1), 0).mean())
