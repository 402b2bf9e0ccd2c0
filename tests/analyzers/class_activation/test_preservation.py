"""The user's model comes back byte for byte, whatever the method and however it ends."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from concurrent.futures import CancelledError
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import mldebug_widgets as mld
from mldebug_widgets.analyzers.class_activation.request import METHODS
from mldebug_widgets.evaluation.evaluation import Evaluation
from tests.evaluation.snapshots import model_state, random_state

ENDINGS = ("success", "error in forward", "error in backward", "interrupt", "cancel")


class Fails(torch.autograd.Function):
    """Passes its input on, and does what ``how`` says when a gradient comes back."""

    how: Callable[[], None] | None = None

    @staticmethod
    def forward(_context: Any, x: torch.Tensor) -> torch.Tensor:
        return x.clone()

    @staticmethod
    def backward(_context: Any, *gradients: Any) -> Any:
        if Fails.how is not None:
            Fails.how()
        return gradients[0]


class Net(nn.Module):
    """Dropout, BatchNorm, an in-place ReLU, a user's hook, and a fuse that can be set off."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.norm, self.relu = nn.Conv2d(3, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(inplace=True)
        self.drop, self.head = nn.Dropout(0.5), nn.Linear(4, 3)
        self.fuse: list[Callable[[], None]] = []

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        kept = self.drop(self.relu(self.norm(self.conv(x))))
        for burn in self.fuse:
            burn()
        kept = Fails.apply(kept) if torch.is_grad_enabled() else kept
        return self.head(kept.mean((2, 3)))


@pytest.fixture
def ev() -> Evaluation:
    torch.manual_seed(0)
    net = Net()
    net.conv.register_forward_hook(lambda *_: None)
    net.head.weight.grad = torch.ones_like(net.head.weight)
    net.head.bias.requires_grad_(False)
    net.norm.eval()
    images = torch.rand(8, 3, 16, 16)
    return mld.evaluate(net, (images, np.arange(8) % 3), task="multiclass", class_names=list("abc"))


def error() -> None:
    raise ZeroDivisionError


def interrupt() -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("method", METHODS)
def test_the_model_is_as_it_was(ev: Evaluation, method: str, ending: str) -> None:
    net = ev.model.module
    assert isinstance(net, Net)
    images = ev.images.clone()
    before = model_state(net), random_state()
    options: dict[str, Any] = {"method": method, "n_steps": 4}
    if ending == "success":
        mld.gradcam(ev, [0, 1], **options)
    elif ending == "cancel":
        asked = iter([False, False, True])
        with pytest.raises(CancelledError):
            mld.gradcam(ev, [0, 1], cancelled=lambda: next(asked), **options)
    else:
        _ends_badly(ev, net, ending, options)
    assert (model_state(net), random_state()) == before
    assert not ev.images.requires_grad
    assert torch.equal(ev.images, images)


def _ends_badly(ev: Evaluation, net: Net, ending: str, options: dict[str, Any]) -> None:
    try:
        if ending == "error in backward":
            Fails.how = error
            if options["method"] in ("occlusion", "ablationcam", "scorecam", "eigencam"):
                options["layer"] = None if options["method"] == "occlusion" else "relu"
                mld.gradcam(ev, [0, 1], **options)
            else:
                with pytest.raises(ZeroDivisionError):
                    mld.gradcam(ev, [0, 1], **options)
        else:
            net.fuse.append(interrupt if ending == "interrupt" else error)
            with pytest.raises(KeyboardInterrupt if ending == "interrupt" else ZeroDivisionError):
                mld.gradcam(ev, [0, 1], **options)
    finally:
        Fails.how = None
        net.fuse.clear()


def test_between_two_pieces_the_model_is_as_it_was(ev: Evaluation) -> None:
    net = ev.model.module
    assert net is not None
    before = model_state(net), random_state()
    seen: list[str] = []

    def look(doing: str, _fraction: float | None) -> None:
        seen.append(doing)
        assert (model_state(net), random_state()) == before

    mld.gradcam(ev, [0, 1, 2], progress=look)
    assert {"Making maps", "Deleting the brightest parts"} <= set(seen)


def test_no_tensor_of_a_pass_outlives_it(ev: Evaluation) -> None:
    net = ev.model.module
    assert isinstance(net, Net)
    kept: list[weakref.ref[torch.Tensor]] = []
    net.relu.register_forward_hook(lambda _module, _inputs, output: kept.append(weakref.ref(output)))
    for method in ("gradcam", "eigencam", "integrated_gradients"):
        mld.gradcam(ev, [0, 1], method=method, n_steps=4)
    gc.collect()
    assert kept
    assert all(reference() is None for reference in kept)
