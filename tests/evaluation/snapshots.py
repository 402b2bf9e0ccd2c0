"""Everything that must come back byte for byte, taken by means that share nothing with the code under test."""

from __future__ import annotations

import hashlib
import pickle
import random
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import nn


def _bytes(tensor: torch.Tensor | None) -> bytes | None:
    return (
        None if tensor is None else tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()
    )


def model_state(module: nn.Module) -> dict[str, Any]:
    """Flags, values, gradients, hooks and attributes of every module in the tree, in order."""
    state: dict[str, Any] = {}
    for name, child in module.named_modules():
        state[f"{name}.training"] = child.training
        state[f"{name}.dict"] = list(child.__dict__)
        state[f"{name}.attributes"] = {
            key: repr(value) for key, value in child.__dict__.items() if not key.startswith("_")
        }
        state[f"{name}.hooks"] = [
            [(key, id(hook)) for key, hook in getattr(child, kind).items()]
            for kind in ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
        ]
        for key, parameter in child.named_parameters(recurse=False):
            state[f"{name}.{key}"] = (id(parameter), parameter.requires_grad, _bytes(parameter), _bytes(parameter.grad))
            state[f"{name}.{key}.grad"] = id(parameter.grad)
        for key, buffer in child.named_buffers(recurse=False):
            state[f"{name}.{key}"] = (id(buffer), _bytes(buffer))
    return state


def random_state() -> bytes:
    """The three global random states, grad mode and default dtype."""
    parts = (
        random.getstate(),
        np.random.get_state(legacy=False),
        torch.get_rng_state().numpy().tobytes(),
        torch.is_grad_enabled(),
        str(torch.get_default_dtype()),
    )
    return hashlib.sha256(pickle.dumps(parts)).digest()


def frame_state(frame: pd.DataFrame) -> bytes:
    """Values, labels, dtypes and their order."""
    return hashlib.sha256(pickle.dumps((list(frame.columns), list(frame.dtypes.astype(str)), frame))).digest()
