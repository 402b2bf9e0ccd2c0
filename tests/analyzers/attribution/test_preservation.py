"""The user's model comes back byte for byte: every method, however it ends."""

from __future__ import annotations

import gc
from collections.abc import Callable
from concurrent.futures import CancelledError
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from mldebug_widgets.analyzers.attribution.methods import METHODS
from mldebug_widgets.analyzers.attribution.steps import Asked
from mldebug_widgets.analyzers.attributions import attribution_steps, attributions
from mldebug_widgets.evaluation.evaluation import Evaluation, evaluate
from tests.analyzers.attribution.models import P, table
from tests.evaluation.snapshots import frame_state, model_state, random_state

FORWARDS_BEFORE = 3


class Broken(RuntimeError):
    """What the model raises."""


class _Backward(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, values: torch.Tensor, fail: Callable[[], None]) -> torch.Tensor:
        ctx.fail = fail
        return values.clone()

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> Any:
        ctx.fail()
        return gradients[0], None


class Fragile(nn.Module):
    """A model with everything that a run could change; it breaks where it is told to."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.first = nn.Linear(P, 8)
        self.norm = nn.BatchNorm1d(8)
        self.relu = nn.ReLU()
        self.dropout = nn.Dropout(0.5)
        self.last = nn.Linear(8, 3)
        self.calls = 0
        self.fails: list[Any] = []
        self.where = ""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self._break("forward")
        hidden = self.dropout(self.relu(self.norm(self.first(x))))
        return self.last(_Backward.apply(hidden, lambda: self._break("backward")))

    def _break(self, where: str) -> None:
        if self.where == where:
            self.fails[0] -= 1
            if self.fails[0] < 0:
                raise self.fails[1]


def fragile() -> tuple[Evaluation, Fragile]:
    """A model in training mode with gradients, a hook, a frozen layer and mixed flags."""
    model = Fragile()
    frame = table(60)
    ev = evaluate(model, (frame, np.arange(60) % 3))
    model.train()
    model.norm.eval()
    model.last.bias.requires_grad_(False)
    model.first.weight.grad = torch.ones_like(model.first.weight)
    model.relu.register_forward_hook(lambda *_: None)
    model.relu.register_full_backward_hook(lambda *_: None)
    return ev, model


def snapshot(ev: Evaluation, model: nn.Module) -> tuple[Any, ...]:
    return model_state(model), random_state(), frame_state(ev.X)


# What asks the model and never follows gradients does not meet a failing backward pass.
ENDS = [
    (name, end)
    for name, method in METHODS.items()
    for end in ("success", "forward", "backward", "interrupt", "interrupt backward", "cancel", "close")
    if method.gradients or "backward" not in end
]


@pytest.mark.parametrize(("name", "end"), ENDS)
def test_the_model_comes_back_byte_for_byte(name: str, end: str) -> None:
    ev, model = fragile()
    error: BaseException = KeyboardInterrupt() if "interrupt" in end else Broken("no more")
    model.fails = [FORWARDS_BEFORE if "backward" not in end else 1, error]
    model.where = {"interrupt": "forward", "interrupt backward": "backward"}.get(end, end)
    before = snapshot(ev, model)
    _run(ev, name, end)
    model.fails[0] = before_fails(end)
    assert snapshot(ev, model) == before


def before_fails(end: str) -> int:
    return FORWARDS_BEFORE if "backward" not in end else 1


def _run(ev: Evaluation, name: str, end: str) -> None:
    options: dict[str, Any] = {"method": name, "n_samples": None if name == "kernel_shap" else 4, "n_steps": 8}
    if end == "success":
        attributions(ev, range(20), **options)
    elif end == "cancel":
        with pytest.raises(CancelledError):
            attributions(ev, range(20), cancelled=_after(1), **options)
    elif end == "close":
        steps = attribution_steps(ev, Asked(rows=range(20), method=name, n_samples=4))
        next(steps)
        steps.close()
    else:
        with pytest.raises(KeyboardInterrupt if "interrupt" in end else Exception, match=None) as caught:
            attributions(ev, range(20), **options)
        chain = [caught.value, caught.value.__cause__]
        assert any(isinstance(one, KeyboardInterrupt | Broken) for one in chain)


def _after(looks: int) -> Callable[[], bool]:
    left = [looks]

    def cancelled() -> bool:
        left[0] -= 1
        return left[0] < 0

    return cancelled


@pytest.mark.parametrize("name", METHODS)
def test_between_two_steps_the_model_is_as_it_was(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mldebug_widgets.analyzers.attribution.pieces.PIECE_SECONDS", 0.0001)
    ev, model = fragile()
    before = snapshot(ev, model)
    seen = 0
    for _ in attribution_steps(ev, Asked(rows=range(20), method=name, n_samples=4)):
        assert snapshot(ev, model) == before
        seen += 1
    assert seen > 3


def test_training_flags_and_dropout_do_not_change_the_answer() -> None:
    ev, model = fragile()
    trained = attributions(ev, range(20), trust=False).values
    model.eval()
    np.testing.assert_array_equal(attributions(ev, range(20), trust=False).values, trained)


def test_no_graph_survives_a_call() -> None:
    ev, _ = fragile()

    def held() -> int:
        gc.collect()
        return sum(isinstance(one, torch.Tensor) for one in gc.get_objects())

    attributions(ev, range(20), method="integrated_gradients")
    before = held()
    kept = [attributions(ev, range(20), method=name, n_samples=4) for name in METHODS]
    assert held() <= before
    assert len(kept) == len(METHODS)
