"""A model over token ids, called on the outputs of its embedding layer instead of the ids."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from mldebug_widgets.analyzers.attribution.leaves import Batch, Net, uncompiled
from mldebug_widgets.errors import MldValueError
from mldebug_widgets.evaluation.models.tokens import TokenAdapter


class TokenNet(Net):
    """A module whose leaves are one vector per token, (c, t, d).

    Parameters
    ----------
    tokens
        The adapter of the user's model.
    layer
        Name of the layer whose output is one vector per token.
    module
        Called in place of the user's own: a copy with other weights.
    """

    def __init__(self, tokens: TokenAdapter, layer: str, module: nn.Module | None = None) -> None:
        own = module if module is not None else tokens.module
        assert own is not None
        own = uncompiled(own)
        super().__init__(own, torch.zeros(1, 1, dtype=torch.long))
        self._tokens = tokens
        self._layer = own.get_submodule(layer)
        self.layer = layer

    def read(self, inputs: torch.Tensor) -> Batch:
        """Return ids (c, t) with their vectors (c, t, d)."""
        if isinstance(self._layer, nn.EmbeddingBag):
            return Batch([inputs], [functional.embedding(inputs, self._layer.weight).detach()])
        found: list[torch.Tensor | None] = []

        def keep(_module: nn.Module, _inputs: Any, output: Any) -> None:
            # A copy, because what comes next may write into it: positions are often added in place.
            found.append(output.detach().clone() if isinstance(output, torch.Tensor) else None)

        with self._hook(keep), torch.no_grad():
            self.call([inputs])
        vectors = found[0] if found else None
        if vectors is not None and vectors.is_inference():
            vectors = vectors.clone()
        if vectors is None or vectors.ndim != 3 or vectors.shape[:2] != inputs.shape:
            got = f"gives {'no tensor' if vectors is None else tuple(vectors.shape)}" if found else "is not called"
            raise MldValueError(
                "MLD-O106", "layer", f"{self.layer!r} {got} for ids of shape {tuple(inputs.shape)}",
                "a layer that gives one vector per token, (rows, tokens, width)", "Leave it out to have it found.",
            )  # fmt: skip
        return Batch([inputs], [vectors])

    def call(self, parts: Sequence[torch.Tensor]) -> torch.Tensor:
        """Return the module's answer to ids."""
        output: torch.Tensor = self._tokens.call(parts[0].clone(), self.module)
        return output

    def call_on(self, parts: Sequence[torch.Tensor], leaves: Sequence[torch.Tensor]) -> torch.Tensor:
        """Return the answer when the layer gives ``leaves[0]`` for the ids ``parts[0]``."""
        vectors = self._pooled(parts[0], leaves[0]) if isinstance(self._layer, nn.EmbeddingBag) else leaves[0]
        cudnn = torch.backends.cudnn
        with self._hook(lambda _module, _inputs, _output: vectors.clone()), cudnn.flags(enabled=not vectors.is_cuda):
            return self.call(parts)  # cuDNN's recurrent layers cannot be followed back in evaluation mode

    def _pooled(self, ids: torch.Tensor, vectors: torch.Tensor) -> torch.Tensor:
        """Return what an EmbeddingBag makes of the vectors of its tokens."""
        padding: Any = getattr(self._layer, "padding_idx", None)
        mode = str(getattr(self._layer, "mode", "mean"))
        counted = (torch.ones_like(ids) if padding is None else (ids != padding)).to(vectors)[..., None]
        if mode == "max":
            return vectors.masked_fill(counted == 0, -torch.inf).amax(dim=1)
        total = (vectors * counted).sum(dim=1)
        return total if mode == "sum" else total / counted.sum(dim=1).clamp(min=1)

    @contextmanager
    def _hook(self, hook: Any) -> Iterator[None]:
        handle = self._layer.register_forward_hook(hook)
        try:
            yield
        finally:
            handle.remove()
