"""Everything that an explanation can do to a model, broken off at its beginning, in its middle and at its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator
from concurrent.futures import CancelledError
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

#: Where of all passes of its kind the fatal one is.
MOMENTS = (0.0, 0.5, 1.0)
ENDS = (
    "success",
    "error in forward",
    "interrupt in forward",
    "error in backward",
    "interrupt in backward",
    "cancel",
    "close",
)


class Broken(RuntimeError):
    """What the model raises."""


class Fuse:
    """Counts passes, and breaks one of them. No module holds it: what a module holds is put back."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.seen: Counter[str] = Counter()
        self.where, self.at = "", 0
        self.error: BaseException | None = None

    def passing(self, where: str) -> None:
        self.seen[where] += 1
        if self.error is not None and where == self.where and self.seen[where] > self.at:
            raise self.error


FUSE = Fuse()


class _Backward(torch.autograd.Function):
    @staticmethod
    def forward(_context: Any, values: torch.Tensor) -> torch.Tensor:
        return values.clone()

    @staticmethod
    def backward(_context: Any, *gradients: torch.Tensor) -> Any:
        FUSE.passing("backward")
        return gradients[0]


class Fragile(nn.Module):
    """What a run could change, around layers that a subclass names; its passes go through the fuse."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0
        self.means: list[float] = []
        self.last: dict[str, Any] = {}
        self.register_buffer("total", torch.zeros(1), persistent=False)
        self.plain = torch.zeros(2)
        self.array = np.zeros(2)

    def passing(self, values: torch.Tensor) -> torch.Tensor:
        """Write down what a user's model may write down, and go through the fuse."""
        FUSE.passing("forward")
        self.calls += 1
        self.means.append(float(values.detach().float().mean()))
        self.last["shape"] = tuple(values.shape)
        self.total += 1
        self.plain += 1
        self.array += 1
        torch.rand(1), np.random.rand()
        return values

    @staticmethod
    def returning(values: torch.Tensor) -> torch.Tensor:
        """Go through the fuse on the way back."""
        return _Backward.apply(values) if torch.is_grad_enabled() else values


def in_training(model: nn.Module, *, norm: nn.Module, hooked: nn.Module, frozen: nn.Module) -> None:
    """Leave ``model`` as in the middle of training: mixed flags, gradients, frozen weights, hooks of every kind."""
    model.train()
    norm.eval()
    for parameter in frozen.parameters():
        parameter.requires_grad_(False)
    for at, parameter in enumerate(model.parameters()):
        parameter.grad = torch.full_like(parameter, float(at)) if at % 2 and parameter.requires_grad else None
    hooked.register_forward_pre_hook(lambda *_: None)
    hooked.register_forward_hook(lambda *_: None)
    hooked.register_full_backward_hook(lambda *_: None)
    hooked.register_full_backward_pre_hook(lambda *_: None)


@dataclass(frozen=True)
class Subject:
    """One explanation: ``state`` is all that must come back; ``explain`` takes ``cancelled``; ``steps`` its pieces."""

    state: Callable[[], Any]
    explain: Callable[..., Any]
    steps: Callable[[], Generator[Any, None, Any]]


def passes_of(subject: Subject) -> Counter[str]:
    """Return how many passes and looks there are until the end."""
    FUSE.reset()
    subject.explain(cancelled=_counting())
    return Counter(FUSE.seen)


def _counting() -> Callable[[], bool]:
    def cancelled() -> bool:
        FUSE.seen["look"] += 1
        return FUSE.error is not None and FUSE.where == "look" and FUSE.seen["look"] > FUSE.at

    return cancelled


def comes_back(make: Callable[[], Subject], end: str, passes: Counter[str]) -> None:
    """Let an explanation end in this way, early, in the middle and late, and compare all that must come back."""
    where = {"cancel": "look", "close": "look"}.get(end, end.rpartition(" ")[2])
    count = passes[where]
    assert end == "success" or count, f"no {where} to break"
    for at in {round(moment * (count - 1)) for moment in MOMENTS} if end != "success" else {0}:
        subject = make()
        before = subject.state()
        FUSE.reset()
        FUSE.where, FUSE.at = where, at
        _ending(subject, end)
        FUSE.reset()
        assert subject.state() == before, f"{end} at {at} of {count}"


def untouched_steps(subject: Subject) -> list[Any]:
    """Return the steps of an explanation, having found everything as it was between any two."""
    before = subject.state()
    steps = []
    for step in subject.steps():
        assert subject.state() == before
        steps.append(step)
    return steps


def _ending(subject: Subject, end: str) -> None:
    if end == "success":
        subject.explain()
    elif end == "cancel":
        FUSE.error = CancelledError()
        with pytest.raises(CancelledError):
            subject.explain(cancelled=_counting())
    elif end == "close":
        steps = subject.steps()
        for _ in range(FUSE.at + 1):
            next(steps, None)
        steps.close()
    else:
        FUSE.error = KeyboardInterrupt() if "interrupt" in end else Broken("no more")
        with pytest.raises(type(FUSE.error) if "interrupt" in end else Exception) as caught:
            subject.explain(cancelled=_counting())
        first: BaseException = caught.value
        while first.__cause__ is not None:
            first = first.__cause__
        assert isinstance(first, Broken | KeyboardInterrupt)
