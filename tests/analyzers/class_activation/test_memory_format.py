"""Images lie as convolutions read them fastest, and no network notices by its answers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import mldebug_widgets as mld
from mldebug_widgets.analyzers.class_activation.memory_format import in_a_layout_for, laid_out

IMAGES = torch.rand(6, 3, 12, 12, generator=torch.Generator().manual_seed(0))


class Watched(nn.Module):
    """Notes how what it reads lies in memory, and passes it on."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[bool] = []

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.seen.append(x.is_contiguous(memory_format=torch.channels_last))
        return x


class Viewed(nn.Module):
    """Joins the places of its maps by ``view``, which only its own layout allows."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.view(len(x), -1)


class FollowedBackByView(torch.autograd.Function):
    """Passes on what it reads; on the way back it allows only its own layout."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
        return x.clone()

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> torch.Tensor:
        return gradients[0].view(len(gradients[0]), -1).view(gradients[0].shape)


class Passing(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return FollowedBackByView.apply(x)


def answered(net: nn.Module) -> torch.Tensor:
    return in_a_layout_for(net, IMAGES, lambda: net(laid_out(net, IMAGES)))


def network(joined: nn.Module) -> tuple[nn.Sequential, Watched]:
    torch.manual_seed(0)
    watched = Watched()
    return nn.Sequential(watched, nn.Conv2d(3, 5, 3), nn.ReLU(), joined, nn.Linear(500, 4)).eval(), watched


def test_a_convolutional_network_reads_channels_side_by_side() -> None:
    net, watched = network(nn.Flatten())
    with torch.no_grad():
        raw = answered(net)
        assert watched.seen == [True]
        torch.testing.assert_close(raw, net(IMAGES))
    assert IMAGES.is_contiguous()


def test_a_network_that_needs_its_own_layout_is_asked_the_other_way_once() -> None:
    net, watched = network(Viewed())
    with torch.no_grad():
        for _ in range(2):
            torch.testing.assert_close(answered(net), net(IMAGES), rtol=0, atol=0)
    # Tried, asked as it wants, asked here; and never tried again.
    assert watched.seen == [True, False, False, False, False]


def test_other_networks_are_given_what_they_know() -> None:
    watched = Watched()
    net = nn.Sequential(watched, nn.Flatten(), nn.Linear(432, 4))
    answered(net)
    assert watched.seen == [False]


def test_a_networks_own_error_stays_its_own() -> None:
    net, watched = network(nn.Linear(3, 4))
    for _ in range(2):
        with pytest.raises(RuntimeError, match="cannot be multiplied"):
            answered(net)
    # It failed both ways: nothing is known of its layout.
    assert watched.seen == [True, False, True, False]


@pytest.mark.parametrize("method", ["gradcam", "layercam", "ablationcam", "integrated_gradients"])
def test_maps_are_those_of_the_other_layout(method: str) -> None:
    maps = []
    for joined in (nn.Flatten(), Viewed()):
        net, _ = network(joined)
        ev = mld.evaluate(net, (IMAGES, np.arange(6) % 4), class_names=list("abcd"))
        maps.append(mld.gradcam(ev, np.arange(6), method=method, target=1, n_checked=0).maps)
    np.testing.assert_allclose(*maps, atol=1e-5)


@pytest.mark.parametrize("method", ["gradcam", "integrated_gradients", "saliency"])
def test_a_network_that_can_only_be_followed_back_in_its_own_layout_is(method: str) -> None:
    maps = []
    for between in (nn.Identity(), Passing()):
        torch.manual_seed(0)
        layers = [nn.Conv2d(3, 5, 3), nn.ReLU(), between, nn.Conv2d(5, 5, 3), nn.ReLU()]
        net = nn.Sequential(*layers, nn.Flatten(), nn.Linear(320, 4)).eval()
        ev = mld.evaluate(net, (IMAGES, np.arange(6) % 4), class_names=list("abcd"))
        made = mld.gradcam(ev, np.arange(6), method=method, layer="1" if method == "gradcam" else None, n_checked=0)
        assert made.method == method
        maps.append(made.maps)
    np.testing.assert_allclose(*maps, atol=1e-5)
