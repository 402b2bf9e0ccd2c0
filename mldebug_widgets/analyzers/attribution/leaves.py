"""What a torch model reads, as tensors that gradients can be followed to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from mldebug_widgets.analyzers.attribution.pieces import PieceSize, at_once, is_out_of_memory
from mldebug_widgets.errors import MldValueError, shown

Tensors = list[torch.Tensor]

_ROWS_AT_ONCE = 8_192


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Rows as the model reads them.

    Attributes
    ----------
    parts
        The tensors of the input in order, (c, ...) each: one, or those of a tuple or dict, however nested.
    leaves
        What gradients are taken to, (c, ...) each: the parts that hold floats, then the outputs of embeddings.
    """

    parts: Tensors
    leaves: Tensors

    def __len__(self) -> int:
        return len(self.parts[0])

    def rows(self, start: int, stop: int) -> Batch:
        """Return rows start to stop."""
        return Batch([part[start:stop] for part in self.parts], [leaf[start:stop] for leaf in self.leaves])


def tensors_in(inputs: Any) -> Tensors:
    """Return the tensors of an input in order: it is one, or a tuple or dict of inputs."""
    if isinstance(inputs, torch.Tensor):
        return [inputs]
    held = inputs.values() if isinstance(inputs, dict) else inputs
    return [tensor for one in held for tensor in tensors_in(one)]


def filled(example: Any, tensors: Iterator[torch.Tensor]) -> Any:
    """Return an input of the make of ``example`` that holds ``tensors``."""
    if isinstance(example, dict):
        return {name: filled(one, tensors) for name, one in example.items()}
    return tuple(filled(one, tensors) for one in example) if isinstance(example, tuple) else next(tensors)


def uncompiled(module: nn.Module) -> nn.Module:
    """Return the user's own module where it was compiled: compiled code does not run the hooks of its parts."""
    own: nn.Module = getattr(module, "_orig_mod", module)
    return own


class Net:
    """A module called on parts and leaves.

    Parameters
    ----------
    module
        The module to call: the user's own, or a copy of it.
    inputs
        An example of what it reads: a tensor, or a tuple or dict of such inputs.
    """

    def __init__(self, module: nn.Module, inputs: Any) -> None:
        self.module = module
        self.is_single = isinstance(inputs, torch.Tensor)
        self._example = None if self.is_single else inputs
        self.floating = [at for at, part in enumerate(tensors_in(inputs)) if part.is_floating_point()]
        self._only_reads = self._uncopied = False
        scripted = isinstance(module, torch.jit.ScriptModule)
        self.embeddings: list[nn.Module] = []
        if not scripted:
            self.embeddings += [part for part in module.modules() if isinstance(part, nn.Embedding | nn.EmbeddingBag)]
        if self.embeddings:
            self.module = uncompiled(module)

    def batch(self, inputs: Any, *, with_embeddings: bool = True) -> Batch:
        """Return ``inputs`` with what gradients are taken to; embeddings are called once to see what they answer."""
        parts = tensors_in(inputs)
        leaves = [parts[at] for at in self.floating]
        if self.embeddings and with_embeddings:
            leaves += self._embedded(parts)
        return Batch(parts, leaves)

    def _embedded(self, parts: Tensors) -> Tensors:
        found: list[Tensors] = []

        def collect(start: int, stop: int) -> None:
            with self._collected() as outputs, torch.no_grad():
                self.call([part[start:stop] for part in parts])
            found.append(outputs)

        at_once(len(parts[0]), PieceSize(_ROWS_AT_ONCE), collect)
        return [torch.cat(same) for same in zip(*found, strict=True)]

    def repeated(self, parts: Sequence[torch.Tensor], times: int) -> Tensors:
        """Return the parts one after the other ``times`` over; those that leaves stand in for are left as they are."""
        return [
            part if at in self.floating else part.repeat(times, *[1] * (part.ndim - 1)) for at, part in enumerate(parts)
        ]

    def call(self, parts: Sequence[torch.Tensor]) -> torch.Tensor:
        """Return the module's answer.

        Raises
        ------
        MldValueError
            ``MLD-M04`` when the module fails, with its own error as ``__cause__``.
        """
        try:
            return self.answer(parts)
        except Exception as error:
            if is_out_of_memory(error):
                raise
            raise MldValueError(
                "MLD-M04", "model", f"it failed with {type(error).__name__}: {shown(str(error), 300)}",
                "an answer for every row", "Its own error is shown above this one.",
            ) from error  # fmt: skip

    def answer(self, parts: Sequence[torch.Tensor]) -> torch.Tensor:
        """Return the module's answer, one tensor: all others were refused when the Evaluation was made.

        The module is given copies, because it may write into what it reads.
        """
        parts = [part if self._uncopied and part.requires_grad else part.clone() for part in parts]
        followed = [part for part in parts if part.requires_grad]
        versions = [part._version for part in followed]
        output = self._called(parts)
        self._only_reads = bool(followed) and versions == [part._version for part in followed]
        return output

    def _called(self, parts: Sequence[torch.Tensor]) -> torch.Tensor:
        output: torch.Tensor
        if self.is_single:
            output = self.module(parts[0])
        else:
            inputs = filled(self._example, iter(parts))
            output = self.module(**inputs) if isinstance(inputs, dict) else self.module(*inputs)
        return output

    def call_on(self, parts: Sequence[torch.Tensor], leaves: Sequence[torch.Tensor]) -> torch.Tensor:
        """Return the answer when the parts that hold floats, and the embeddings' outputs, are ``leaves``."""
        replaced = list(parts)
        for at, leaf in zip(self.floating, leaves, strict=False):
            replaced[at] = leaf
        if not self.embeddings:
            return self.call(replaced)
        with self._answering(leaves[len(self.floating) :]):
            return self.call(replaced)

    def call_on_own(self, parts: Sequence[torch.Tensor], leaves: Sequence[torch.Tensor]) -> torch.Tensor:
        """Do the same with leaves that nobody else holds: a module that was seen to only read needs no copy of them."""
        self._uncopied = self._only_reads
        try:
            return self.call_on(parts, leaves)
        finally:
            self._uncopied = False

    @contextmanager
    def _collected(self) -> Iterator[Tensors]:
        outputs: Tensors = []
        with self._hooked(lambda _module, _inputs, output: outputs.append(output.detach().clone())):
            yield outputs

    @contextmanager
    def _answering(self, outputs: Sequence[torch.Tensor]) -> Iterator[None]:
        waiting = iter(outputs)
        with self._hooked(lambda _module, _inputs, _output: next(waiting).clone()):
            yield

    @contextmanager
    def _hooked(self, hook: Any) -> Iterator[None]:
        handles = [module.register_forward_hook(hook) for module in self.embeddings]
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()
