"""Everything that must come back byte for byte, taken by means that share nothing with the code under test."""

from __future__ import annotations

import hashlib
import pickle
import random
import warnings
from collections import deque
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import nn

_DESCRIBED = (bool, int, float, str, type(None), torch.Tensor, np.ndarray, dict, list, tuple, set, frozenset, deque)


def _bytes(tensor: torch.Tensor | None) -> bytes | None:
    return (
        None if tensor is None else tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()
    )


def described(value: Any) -> Any:
    """What ``value`` is and holds: tensors and arrays with their bytes, containers with all that they hold."""
    if isinstance(value, torch.Tensor):
        kind = (tuple(value.shape), str(value.dtype), str(value.device), value.requires_grad)
        grad = value.grad if value.is_leaf else None
        return id(value), kind, _bytes(value), id(grad), _bytes(grad)
    if isinstance(value, np.ndarray):
        return id(value), value.shape, str(value.dtype), value.tobytes()
    if isinstance(value, dict):
        return id(value), [(repr(key), described(one)) for key, one in value.items()]
    if isinstance(value, list | tuple | deque):
        return id(value), [described(one) for one in value]
    if isinstance(value, set | frozenset):
        return id(value), sorted(map(repr, value))
    return repr(value) if isinstance(value, bool | int | float | str | type(None)) else id(value)


def model_state(module: nn.Module) -> dict[str, Any]:
    """Flags, values, gradients, hooks and attributes of every module in the tree, in order."""
    state: dict[str, Any] = {}
    for name, child in module.named_modules():
        state[f"{name}.training"] = child.training
        state[f"{name}.dict"] = list(child.__dict__)
        state[f"{name}.attributes"] = {
            key: described(value) for key, value in child.__dict__.items() if isinstance(value, _DESCRIBED)
        }
        for key, parameter in child.named_parameters(recurse=False):
            state[f"{name}.{key}"] = described(parameter)
        for key, buffer in child.named_buffers(recurse=False):
            state[f"{name}.{key}"] = described(buffer)
    return state


def random_state() -> bytes:
    """The global random states, and what else is global: grad mode, default dtype, switches, filters of warnings."""
    parts = (
        random.getstate(),
        np.random.get_state(legacy=False),
        torch.get_rng_state().numpy().tobytes(),
        torch.is_grad_enabled(),
        torch.is_inference_mode_enabled(),
        torch.is_anomaly_enabled(),
        torch.is_autocast_enabled("cpu"),
        str(torch.get_default_dtype()),
        str(torch.get_default_device()),
        torch.get_num_threads(),
        torch.are_deterministic_algorithms_enabled(),
        [torch.backends.cudnn.enabled, torch.backends.cudnn.benchmark, torch.backends.cudnn.deterministic],
        [repr(one) for one in warnings.filters],
        np.geterr(),
    )
    return hashlib.sha256(pickle.dumps(parts)).digest()


def frame_state(frame: pd.DataFrame) -> bytes:
    """Values, labels, dtypes and their order."""
    return hashlib.sha256(pickle.dumps((list(frame.columns), list(frame.dtypes.astype(str)), frame))).digest()
