"""The user's model as the thing explained: images in, one number per image out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from mldebug_widgets.analyzers.class_activation.axes import Axes, axes_of
from mldebug_widgets.analyzers.class_activation.memory_format import in_a_layout_for, laid_out
from mldebug_widgets.errors import MldTypeError, MldValueError, shown
from mldebug_widgets.evaluation.models.protocol import OpenAdapter, to_array

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation

Positions = npt.NDArray[np.intp]
_UNITS = {"softmax": "score before softmax", "sigmoid": "log-odds", "none": "probability", "labels": "label, 0 or 1"}


class ExplainedModel:
    """The model of an Evaluation over images.

    Attributes
    ----------
    net
        The ``nn.Module`` that is followed, without its compiled shell; None for a function or a scripted module.
    axes
        Where height, width and channels are in what the model reads.
    unit
        What the explained number is: "score before softmax", "log-odds", "probability", "predicted value".
    """

    def __init__(self, ev: Evaluation) -> None:
        self._ev = ev
        self._opened = _opened(ev)
        module = ev.model.module
        module = getattr(module, "_orig_mod", module)
        self.why_closed = "" if isinstance(module, nn.Module) else f"{ev.model_name} is a function, not an nn.Module"
        if isinstance(module, torch.jit.ScriptModule):
            self.why_closed = f"{ev.model_name} is scripted, and a scripted module cannot be looked into"
        self.net: nn.Module | None = None if self.why_closed else module
        self._as_given = ev.model.module is module
        self.unit = "predicted value" if ev.task == "regression" else _UNITS[ev.model.rule.link]
        self._noise: Callable[[torch.Tensor], torch.Tensor] | None = None
        with self.running():
            self.axes: Axes = axes_of(self.inputs(np.zeros(1, np.intp)))

    @contextmanager
    def running(self) -> Iterator[None]:
        """Keep the model; inside, it is in evaluation mode, without gradients and with its parameters frozen."""
        with self._opened.running():
            for parameter in () if self._ev.model.module is None else self._ev.model.module.parameters():
                if parameter.requires_grad and parameter.is_leaf:
                    parameter.requires_grad_(False)
            yield

    def inputs(self, rows: Positions) -> torch.Tensor:
        """Return what the model reads for these rows: (m, ...); call it inside ``running()``."""
        inputs = self._opened.inputs_of(self._ev.X, rows)
        if isinstance(inputs, tuple) and len(inputs) == 1:
            inputs = inputs[0]
        if isinstance(inputs, np.ndarray) and inputs.dtype.kind in "biuf":
            inputs = torch.from_numpy(np.ascontiguousarray(inputs))
        if not isinstance(inputs, torch.Tensor):
            raise MldTypeError(
                "MLD-O95", "model", f"it reads {shown(inputs)}", "one tensor of images",
                "Pass preprocess= that returns the images alone, with the other inputs bound in the model.",
            )  # fmt: skip
        inputs = inputs.detach()
        return inputs if self._noise is None else self._noise(inputs)

    def changed(
        self, *, net: nn.Module | None = None, noise: Callable[[torch.Tensor], torch.Tensor] | None = None
    ) -> ExplainedModel:
        """Return the same with another module in place of the user's, or with noise on what it reads."""
        other = copy(self)
        if net is not None:
            other.net, other._as_given = net, False
        other._noise = noise
        return other

    def answer(self, inputs: torch.Tensor) -> torch.Tensor:
        """Return the raw outputs, (n, k) or (n, 1); call it inside ``running()``.

        The model is given a copy, because it may write into what it reads.
        """
        called = self._opened.answer if self.net is None or self._as_given else self.net
        raw = in_a_layout_for(self.net, inputs, lambda: called(laid_out(self.net, inputs)))
        if not isinstance(raw, torch.Tensor):
            raw = self._as_tensor(raw)
        return raw.reshape(len(raw), -1)

    def _as_tensor(self, raw: Any) -> torch.Tensor:
        values = to_array(raw)
        if values is not None and self._ev.model.rule.link == "labels":
            values = self._ev.model.rule.scores(values.reshape(len(values)))
        if values is None or values.dtype.kind not in "biuf":
            raise MldTypeError(
                "MLD-M02", "model", f"it returned {shown(raw)}", "one tensor or array of numbers",
                "Wrap the model in a function that returns the one output to debug.",
            )  # fmt: skip
        return torch.from_numpy(np.asarray(values, np.float32))

    def explained(self, raw: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """Return (n,) the explained number of each row of ``raw``: the target's column, before the link where known."""
        if self._ev.task == "regression":
            return raw[:, 0]
        if self._ev.task == "binary" and raw.shape[1] == 1:
            other = 1 - raw[:, 0] if self._ev.model.rule.link in ("none", "labels") else -raw[:, 0]
            return torch.where(targets == 1, raw[:, 0], other)
        return raw.gather(1, targets.reshape(-1, 1))[:, 0]

    def probability(self, raw: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """Return (n,) probability of the target, the predicted number for regression."""
        link = self._ev.model.rule.link
        if self._ev.task == "regression" or link in ("none", "labels"):
            return self.explained(raw, targets)
        if link == "sigmoid" or raw.shape[1] == 1:
            return self.explained(raw, targets).sigmoid()
        return self.explained(raw.float().softmax(dim=1), targets)

    def columns(self) -> int:
        """Return how many classes the model knows, 0 for regression."""
        rule = self._ev.model.rule
        return 0 if self._ev.task == "regression" else len(self._ev.class_names) - rule.pad


def _opened(ev: Evaluation) -> OpenAdapter:
    if ev.model.opened is None:
        got = (
            "there are predictions and no model" if ev.model.family == "precomputed" else f"{ev.model_name} reads rows"
        )
        raise MldValueError(
            "MLD-O91", "ev", got, "a torch model, or a function of images",
            "Pass the model itself to evaluate(), and its images as data or images=.",
        )  # fmt: skip
    return ev.model.opened
