"""The user's model and random states come back byte for byte, whatever happens in between."""

from __future__ import annotations

import random
import threading
from collections import deque
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Any

import numpy as np
import torch
from torch import nn

# The dicts in which nn.Module keeps what it registers. Their entries are put back one by one, because other
# objects (optimisers, hook handles) hold references to the dicts themselves.
_REGISTRIES = frozenset(
    {
        "_parameters",
        "_buffers",
        "_modules",
        "_forward_hooks",
        "_forward_hooks_with_kwargs",
        "_forward_hooks_always_called",
        "_forward_pre_hooks",
        "_forward_pre_hooks_with_kwargs",
        "_backward_hooks",
        "_backward_pre_hooks",
        "_state_dict_hooks",
        "_state_dict_pre_hooks",
        "_load_state_dict_pre_hooks",
        "_load_state_dict_post_hooks",
        "_non_persistent_buffers_set",
    }
)
# The slider's prediction and a worker's may meet. Whoever came second would save the state that the first one set for
# its own run, and would leave the user's model in it.
_ONE_AT_A_TIME = threading.RLock()
_PLAIN = frozenset({bool, int, float, str, type(None)})
_CONTAINERS = (list, dict, set, deque)


def _bytes_of(tensor: torch.Tensor) -> torch.Tensor:
    """Return the tensor as bytes, because NaN differs from itself and would report a change that is none."""
    return tensor.reshape(-1).view(torch.uint8)


class _TensorState:
    """The values of one tensor, written back only if they changed.

    Writing always would raise the tensor's version counter, and a graph that the user still wants to call
    ``backward`` on would then refuse.
    """

    __slots__ = ("saved", "tensor")

    def __init__(self, tensor: torch.Tensor) -> None:
        self.tensor = tensor
        self.saved = tensor.detach().clone()

    def restore(self) -> None:
        live, saved = self.tensor.detach(), self.saved
        if live.shape != saved.shape or live.dtype != saved.dtype or live.device != saved.device:
            self.tensor.data = saved
        elif live.layout != torch.strided or live.is_quantized or not torch.equal(_bytes_of(live), _bytes_of(saved)):
            live.copy_(saved)


def _refill(container: Any, saved: Any) -> None:
    """Make ``container`` hold again what ``saved``, its shallow copy, holds."""
    container.clear()
    if isinstance(container, list | deque):
        container.extend(saved)
    else:
        container.update(saved)


def _same_entries(registry: Any, saved: Any) -> bool:
    """Compare by identity, because tensors compared for equality answer with a tensor."""
    if isinstance(registry, set):
        return bool(registry == saved)
    return list(registry) == list(saved) and all(registry[name] is saved[name] for name in saved)


class _ModuleState:
    """One module of the tree: its attributes, and what they hold one level down."""

    __slots__ = ("arrays", "attributes", "containers", "live", "module", "registries", "tensors", "training")

    def __init__(self, module: nn.Module) -> None:
        self.module = module
        self.training = getattr(module, "training", None)  # a frozen scripted module has none
        self.live = module.__dict__
        self.attributes = self.live.copy()
        self.registries: list[tuple[Any, Any]] = []
        self.containers: list[tuple[Any, Any]] = []
        self.arrays: list[tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]] = []
        self.tensors = [_TensorState(buffer) for buffer in module._buffers.values() if buffer is not None]
        for name, value in self.attributes.items():
            if type(value) in _PLAIN:
                continue
            if name in _REGISTRIES:
                if not isinstance(value, dict | set):  # a scripted module keeps these out of Python's reach
                    continue
                self.registries.append((value, value.copy() if value else None))
            elif isinstance(value, _CONTAINERS):
                self.containers.append((value, value.copy()))
            elif isinstance(value, torch.Tensor):
                self.tensors.append(_TensorState(value))
            elif isinstance(value, np.ndarray):
                self.arrays.append((value, value.copy()))

    def restore(self) -> None:
        live = self.live
        if live.keys() != self.attributes.keys():
            for name in live.keys() - self.attributes.keys():
                del live[name]
        live.update(self.attributes)
        if self.training is not None and self.module.training != self.training:
            self.module.training = self.training
        for registry, saved in self.registries:
            if saved is None:
                if registry:
                    registry.clear()
            elif not _same_entries(registry, saved):
                _refill(registry, saved)
        for container, saved in self.containers:
            _refill(container, saved)
        for tensor in self.tensors:
            tensor.restore()
        for array, kept in self.arrays:
            if array.flags.writeable:
                array[...] = kept


class _ParameterState:
    """What training keeps on a parameter. The values themselves are not copied: a forward pass does not write them."""

    __slots__ = ("grad", "grad_state", "parameter", "requires_grad")

    def __init__(self, parameter: nn.Parameter) -> None:
        self.parameter = parameter
        self.requires_grad = parameter.requires_grad
        self.grad = parameter.grad
        self.grad_state = None if self.grad is None else _TensorState(self.grad)

    def restore(self) -> None:
        if self.parameter.requires_grad != self.requires_grad:
            self.parameter.requires_grad_(self.requires_grad)
        if self.parameter.grad is not self.grad:
            self.parameter.grad = self.grad
        if self.grad_state is not None:
            self.grad_state.restore()


class _RandomState:
    """The global random states of python, numpy and torch, and of the generators named."""

    __slots__ = ("cuda", "generators", "numpy", "python", "torch")

    def __init__(self, generators: Iterable[torch.Generator]) -> None:
        self.python = random.getstate()
        self.numpy = np.random.get_state(legacy=False)
        self.torch = torch.get_rng_state()
        self.cuda = torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else None  # type: ignore[no-untyped-call]
        self.generators = [(generator, generator.get_state()) for generator in generators]

    def restore(self) -> None:
        random.setstate(self.python)
        np.random.set_state(self.numpy)
        torch.set_rng_state(self.torch)
        if self.cuda is not None:
            torch.cuda.set_rng_state_all(self.cuda)
        for generator, state in self.generators:
            generator.set_state(state)


class preserved:  # noqa: N801 - reads as a statement: ``with preserved(model): ...``
    """Run anything with a model inside, and get everything back as it was.

    On leaving (success, exception, KeyboardInterrupt) these are what they were on entering: the training flag of
    every module, its attributes, hooks, buffers and registered parameters; ``requires_grad`` and ``.grad`` of every
    parameter; the random states of python, numpy and torch; grad mode, default dtype and cuDNN flags.
    One thread at a time is inside, and may enter again.

    Parameters
    ----------
    *modules
        The modules that may run inside. None is allowed and means that only the global states are kept.
    generators
        Further torch generators whose state is put back, such as the one of a ``DataLoader``.

    Notes
    -----
    Attributes that are lists, dicts, sets, tensors or numpy arrays are restored with their contents, one level deep.
    Parameter values are not copied, because that would cost as much as the model with every prediction.
    """

    __slots__ = ("_flags", "_generators", "_modules", "_parameters", "_random", "_roots")

    def __init__(self, *modules: nn.Module | None, generators: Sequence[torch.Generator] = ()) -> None:
        self._roots = [module for module in modules if module is not None]
        self._generators = generators

    def __enter__(self) -> preserved:
        _ONE_AT_A_TIME.acquire()
        try:
            self._save()
        except BaseException:
            _ONE_AT_A_TIME.release()
            raise
        return self

    def _save(self) -> None:
        self._flags = (
            torch.is_grad_enabled(),
            torch.get_default_dtype(),
            torch.backends.cudnn.benchmark,
            torch.backends.cudnn.deterministic,
        )
        self._random = _RandomState(self._generators)
        self._modules = [_ModuleState(module) for root in self._roots for module in root.modules()]
        self._parameters = [_ParameterState(parameter) for root in self._roots for parameter in root.parameters()]

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._restore()
        except KeyboardInterrupt:
            # Impatient users interrupt twice; the second one must not leave a model half restored.
            self._restore()
            raise
        finally:
            _ONE_AT_A_TIME.release()

    def _restore(self) -> None:
        for module in self._modules:
            module.restore()
        for parameter in self._parameters:
            parameter.restore()
        self._random.restore()
        grad, dtype, benchmark, deterministic = self._flags
        torch.set_grad_enabled(grad)
        if torch.get_default_dtype() != dtype:
            torch.set_default_dtype(dtype)
        if torch.backends.cudnn.benchmark != benchmark:
            torch.backends.cudnn.benchmark = benchmark
        if torch.backends.cudnn.deterministic != deterministic:
            torch.backends.cudnn.deterministic = deterministic
