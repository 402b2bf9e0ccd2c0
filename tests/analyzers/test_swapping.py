"""Swapping a corner with other images, held against the same done by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

import mldebug_widgets as mld
from mldebug_widgets.analyzers.class_activation.swapping import Swap
from mldebug_widgets.evaluation.evaluation import Evaluation

SIDE, N = 16, 40


class Weighs(nn.Module):
    """Weighs each pixel, and the top left corner ``times`` as much as the rest."""

    def __init__(self, times: float, outputs: int) -> None:
        super().__init__()
        self.near = nn.Conv2d(1, 1, 1, bias=False)
        self.head = nn.Linear(SIDE * SIDE, outputs)
        weights = torch.full((SIDE, SIDE), 0.02)
        weights[:4, :4] *= times
        with torch.no_grad():
            self.near.weight.fill_(1)
            self.head.weight.zero_()
            self.head.weight[-1] = weights.flatten()
            self.head.bias.copy_(torch.tensor([2.5, 0.0][-outputs:]))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        scores: torch.Tensor = self.head(self.near(images).flatten(1))
        return scores


def images_of(n_odd: int = N // 2) -> torch.Tensor:
    """Return images: the first ones bright and all different, the others dark and all alike."""
    images = torch.rand(N, 1, SIDE, SIDE, generator=torch.Generator().manual_seed(0)) * 0.5 + 0.5
    images[n_odd:] = torch.linspace(0, 0.2, SIDE)
    return images


def swaps_of(ev: Evaluation, *, target: object = None) -> dict[str, Swap]:
    result = mld.gradcam(ev, np.arange(N // 2), method="hirescam", layer="near", target=target, n_checked=16)
    assert result.swaps is not None
    return {swap.place: swap for swap in result.swaps}


def log_odds(model: nn.Module, images: torch.Tensor) -> torch.Tensor:
    with torch.no_grad():
        scores: torch.Tensor = model(images).double()
    return scores[:, -1] - scores[:, 0]


@pytest.mark.parametrize("times", [5.0, 20.0])
def test_how_far_the_answer_goes_is_the_share_of_its_log_odds(times: float) -> None:
    model, images = Weighs(times, 2), images_of()
    ev = mld.evaluate(model, (images, np.arange(N) < N // 2))
    assert np.array_equal(ev.predicted_codes, np.arange(N) < N // 2)
    found = swaps_of(ev)["top left corner"]
    of_class = images[np.unique(np.linspace(0, N // 2 - 1, 16).astype(int))]
    swapped = of_class.clone()
    swapped[:, :, :4, :4] = images[-1, :, :4, :4]
    before, after, whole = (log_odds(model, part) for part in (of_class, swapped, images[-1:]))
    assert found.n == 64
    assert found.target == 1
    # Float32 probabilities near 1 are told apart up to one in a million.
    assert found.way == pytest.approx(float((before - after).sum() / (before - whole).sum()), rel=0.02)


def test_of_predicted_values_it_is_the_share_of_their_change() -> None:
    model, images = Weighs(20.0, 1), images_of(N)
    ev = mld.evaluate(model, (images, np.linspace(0, 1, N)), task="regression")
    found = swaps_of(ev)["top left corner"]
    assert 0 < found.way < 1.5
    assert found.n == 64


def test_there_is_nothing_to_swap_with_where_all_answers_are_one() -> None:
    images = images_of(N)
    ev = mld.evaluate(Weighs(20.0, 2), (images, np.arange(N) % 2))
    assert swaps_of(ev) == {}


def test_without_checks_nothing_is_swapped() -> None:
    ev = mld.evaluate(Weighs(20.0, 2), (images_of(), np.arange(N) < N // 2))
    assert mld.gradcam(ev, np.arange(N), layer="near", n_checked=0).swaps is None


def test_the_same_seed_swaps_the_same() -> None:
    images = images_of()
    images[N // 2 :] *= torch.rand(N // 2, 1, 1, 1, generator=torch.Generator().manual_seed(1))
    truth = np.arange(N) < N // 2
    first, second = (swaps_of(mld.evaluate(Weighs(20.0, 2), (images, truth))) for _ in range(2))
    assert first == second
