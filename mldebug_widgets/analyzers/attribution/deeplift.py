"""DeepLift through captum, with what it leaves on the modules taken off by whoever preserves the model."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from copy import copy
from typing import Any

import torch
from torch import nn

from mldebug_widgets.analyzers.attribution.explained import Explained
from mldebug_widgets.analyzers.attribution.leaves import Batch, Net, Tensors, uncompiled
from mldebug_widgets.analyzers.attribution.pieces import PieceSize, chunks, is_out_of_memory
from mldebug_widgets.errors import MldError, MldValueError


class _Explaining(nn.Module):
    """The user's module with the explained number as its only output."""

    def __init__(self, net: Net, explained: Explained) -> None:
        super().__init__()
        self._net = copy(net)
        self._net.module = self.module = uncompiled(net.module)
        self._explained = explained

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        *parts, target = inputs
        return self._explained.of_tensor(self._net.answer(parts), target)


def deeplift(
    net: Net, batch: Batch, base: Batch, explained: Explained, size: PieceSize, out: Tensors
) -> Iterator[float]:
    """Add the contributions of DeepLift (rescale rule) for one baseline to ``out``.

    Raises
    ------
    MldValueError
        ``MLD-O85`` for models that DeepLift cannot follow: a ReLU module used twice, embeddings, scripted modules.
    """
    if net.embeddings or len(batch.leaves) != len(batch.parts) or isinstance(net.module, torch.jit.ScriptModule):
        raise _cannot("it reads whole numbers, has embeddings or is scripted")
    if any(isinstance(part, torch.jit.ScriptModule) for part in net.module.modules()):
        raise _cannot("a part of it is scripted, and what happens inside cannot be watched")
    from captum.attr import DeepLift

    explainer: Any = DeepLift(_Explaining(net, explained))
    targets = torch.from_numpy(explained.target).to(batch.parts[0].device)

    def write(start: int, stop: int) -> None:
        parts = batch.rows(start, stop).parts
        # What one of both lacks is missing in both, and has no part in what lies between them.
        lost = [part.isnan() | one.isnan() for part, one in zip(parts, base.parts, strict=True)]
        inputs, ends = (
            tuple(one.expand_as(gone).masked_fill(gone, torch.nan) for one, gone in zip(side, lost, strict=True))
            for side in (parts, base.parts)
        )
        # captum sets rows and baselines one after the other, and repeats what comes beside them.
        with warnings.catch_warnings(), torch.enable_grad():
            warnings.simplefilter("ignore")
            found = explainer.attribute(inputs, ends, additional_forward_args=(targets[start:stop],))
        for one, values, gone in zip(out, found, lost, strict=True):
            one[start:stop] += values.detach().masked_fill(gone, 0)

    try:
        yield from chunks(len(batch), 2, size, write)
    except (RuntimeError, AssertionError) as error:
        if isinstance(error, MldError) or is_out_of_memory(error):
            raise
        raise _cannot(str(error).partition("\n")[0][:200]) from error


def _cannot(why: str) -> MldValueError:
    return MldValueError(
        "MLD-O85", "method", f"deeplift cannot follow this model: {why}",
        "a model of modules that are each used once, on inputs that hold floats",
        'Pass method="integrated_gradients".',
    )  # fmt: skip
