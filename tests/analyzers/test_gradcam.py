"""Maps against captum, closed forms and what was planted in the images."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from captum.attr import LayerAttribution, LayerGradCam
from torch import nn

import mldebug_widgets as mld
from mldebug_widgets.evaluation.evaluation import Evaluation


@pytest.fixture(scope="module")
def squares() -> Evaluation:
    """Images with a bright square somewhere or none, and a small CNN that tells them apart."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 64)
    images = rng.normal(0, 0.3, (64, 1, 28, 28)).astype(np.float32)
    for at in np.flatnonzero(y):
        top, left = rng.integers(2, 20, 2)
        images[at, 0, top : top + 6, left : left + 6] += 2
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(inplace=True), nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(inplace=True), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 2),
    )  # fmt: skip
    optimizer = torch.optim.Adam(net.parameters(), 1e-2)
    inputs, truth = torch.from_numpy(images), torch.from_numpy(y)
    for _ in range(60):
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(inputs), truth).backward()
        optimizer.step()
    return mld.evaluate(net, (inputs, truth), class_names=["nothing", "square"])


def test_gradcam_equals_captums(squares: Evaluation) -> None:
    rows = np.arange(12)
    net = squares.model.module
    assert isinstance(net, nn.Sequential)
    result = mld.gradcam(squares, rows, layer="4", target=1)
    net.eval()
    theirs = LayerGradCam(net, net[4]).attribute(squares.images[:12], 1, relu_attributions=True)
    large = LayerAttribution.interpolate(theirs, (28, 28), "bilinear")[:, 0].detach()
    most = large.amax((1, 2), keepdim=True)
    assert result.raw == pytest.approx(theirs[:, 0].detach().numpy(), abs=1e-5)
    assert result.maps == pytest.approx((large / torch.where(most > 0, most, 1)).numpy(), abs=1e-4)


def test_layers_are_listed_with_what_they_are(squares: Evaluation) -> None:
    labels = {layer.name: layer.label for layer in mld.gradcam(squares, [0, 1], n_checked=0).layers}
    assert labels["5"] == "5 ReLU · 16 channels, 14 x 14"
    assert labels["3"] == "3 MaxPool2d · 8 channels, 14 x 14"
    assert labels["2"] == "2 ReLU · 8 channels, 28 x 28"
