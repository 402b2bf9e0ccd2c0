"""The user's model and images come back byte for byte: every method, layer ranking and check, however it ends."""

from __future__ import annotations

import gc
import weakref
from collections import Counter
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import mldebug_widgets as mld
from mldebug_widgets.analyzers.class_activation.request import CAM_METHODS, METHODS
from mldebug_widgets.analyzers.class_activation.weighting import WEIGHTINGS
from mldebug_widgets.analyzers.gradcam import gradcam_steps
from mldebug_widgets.analyzers.layer_maps import layer_maps
from mldebug_widgets.evaluation.evaluation import Evaluation
from tests.analyzers.preservation import ENDS, Fragile, Subject, comes_back, in_training, passes_of, untouched_steps
from tests.evaluation.snapshots import described, model_state, random_state

pytestmark = pytest.mark.usefixtures("even_pieces")


class Net(Fragile):
    """Writes into what it reads and what its layers give, normalises by batch, and drops out."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.conv, self.norm, self.relu = nn.Conv2d(3, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(inplace=True)
        self.drop, self.head = nn.Dropout(0.5), nn.Linear(4, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x -= 0.5
        kept = self.drop(self.relu(self.norm(self.conv(self.passing(x)))))
        return self.head(self.returning(kept).mean((2, 3)))


def fragile() -> tuple[Evaluation, Net, torch.Tensor]:
    """A model in the middle of training, on images of the user's that have gradients themselves."""
    net = Net()
    images = torch.rand(4, 3, 12, 12, generator=torch.Generator().manual_seed(0)).requires_grad_()
    images.grad = torch.ones_like(images)
    ev = mld.evaluate(net, (images, np.arange(4) % 3), task="multiclass", class_names=list("abc"))
    in_training(net, norm=net.norm, hooked=net.drop, frozen=net.head)
    return ev, net, images


def subject(name: str) -> Subject:
    ev, net, images = fragile()
    options: dict[str, Any] = {"rows": [0, 1], "method": name, "n_steps": 3, "n_checked": 1}

    def state() -> Any:
        return model_state(net), random_state(), described(images), described(ev.images), described(ev.y)

    return Subject(
        state, lambda **more: mld.gradcam(ev, **options, **more), lambda: gradcam_steps(ev, **options)
    )  # fmt: skip


@cache
def passes(name: str) -> Counter[str]:
    return passes_of(subject(name))


# Layers are ranked by gradients for every method that needs one. Only occlusion follows none.
CASES = [(name, end) for name in METHODS for end in ENDS if name != "occlusion" or "backward" not in end]


@pytest.mark.parametrize(("name", "end"), CASES)
def test_the_model_comes_back_byte_for_byte(name: str, end: str) -> None:
    comes_back(lambda: subject(name), end, passes(name))


@pytest.mark.parametrize("name", METHODS)
def test_between_two_pieces_the_model_is_as_it_was(name: str) -> None:
    seen = {step.doing for step in untouched_steps(subject(name))}
    assert "Deleting the brightest parts" in seen
    assert ("Making maps" in seen) == (name in CAM_METHODS or name == "saliency")


def test_several_layers_of_one_pass_leave_nothing_behind() -> None:
    ev, net, images = fragile()
    before = model_state(net), random_state(), described(images)
    for method in WEIGHTINGS:
        layer_maps(ev, [0, 1], ["conv", "relu"], method=method)
    assert (model_state(net), random_state(), described(images)) == before


def test_a_graph_that_the_user_still_needs_can_be_followed_back() -> None:
    ev, net, images = fragile()
    net.eval()
    loss = net(images.detach().clone()).sum()
    before = net.conv.weight.grad
    for name in METHODS:
        mld.gradcam(ev, [0], method=name, n_steps=2, n_checked=1)
    loss.backward()
    assert net.conv.weight.grad is not before


def test_no_tensor_of_a_pass_outlives_it() -> None:
    ev, net, _ = fragile()
    kept: list[weakref.ref[torch.Tensor]] = []
    net.relu.register_forward_hook(lambda _module, _inputs, output: kept.append(weakref.ref(output)))
    for method in METHODS:
        mld.gradcam(ev, [0, 1], method=method, n_steps=4)
    gc.collect()
    assert kept
    assert all(reference() is None for reference in kept)
