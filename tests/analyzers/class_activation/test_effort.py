"""What checks cost: operations counted against the closed form, and how many images and layers a heavy model gets."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import mldebug_widgets as mld
from mldebug_widgets.analyzers.class_activation import effort, survey
from mldebug_widgets.analyzers.class_activation.deleting import SHARES, Subjects, curves
from mldebug_widgets.analyzers.class_activation.effort import counting
from mldebug_widgets.analyzers.class_activation.explained import ExplainedModel
from mldebug_widgets.analyzers.class_activation.steps import Batches, drained


def network() -> nn.Module:
    torch.manual_seed(0)
    layers = nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(8, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 8, 3, padding=1), nn.ReLU(),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 4),
    ).eval()  # fmt: skip
    with torch.no_grad():
        layers[-1].weight.mul_(200)  # else the answers hardly change, and no layer can be scored
    return layers


@pytest.fixture
def evaluation() -> Any:
    images = np.random.default_rng(0).random((20, 3, 32, 32), np.float32)
    return mld.evaluate(network(), (torch.from_numpy(images), np.arange(20) % 4))


def test_operations_are_multiply_adds_and_values_written() -> None:
    net = nn.Sequential(nn.Conv2d(3, 8, 5, padding=2), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 16 * 16, 4))
    with counting(net) as counted, torch.no_grad():
        net(torch.zeros(1, 3, 16, 16))
    places = 16 * 16
    multiply_adds = 8 * places * 3 * 25 + 4 * 8 * places
    values = 8 * places * 3 + 4
    assert counted.operations == multiply_adds + effort._PER_VALUE * values
    assert not any(module._forward_hooks for module in net.modules())


@pytest.mark.parametrize(("size", "operations", "n"), [
    ((28, 28), 1e6, 16), ((224, 224), 1e6, 4), ((224, 224), 1e9, 3), ((224, 224), 1e12, 2), ((28, 28), 0.0, 16),
])  # fmt: skip
def test_fewer_images_are_tested_where_each_costs_more(size: tuple[int, int], operations: float, n: int) -> None:
    assert effort.tested_on(size, operations) == n


def test_a_heavy_model_is_tested_on_few_images_and_layers(evaluation: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    light = mld.gradcam(evaluation, [0, 1, 2, 3])
    assert sum(layer.score is not None for layer in light.layers) > survey._TESTED_WHEN_HEAVY
    monkeypatch.setattr(survey, "is_heavy", lambda _operations: True)
    monkeypatch.setattr(survey, "tested_on", lambda _size, _operations: 2)
    survey._KNOWN.clear()
    heavy = mld.gradcam(evaluation, [0, 1, 2, 3])
    assert {layer.name for layer in heavy.layers} == {layer.name for layer in light.layers}
    left = [layer for layer in heavy.layers if layer.score is None]
    assert len(left) == len(light.layers) - survey._TESTED_WHEN_HEAVY
    assert all(layer.reason.startswith("Not tested: the model takes long") for layer in left)
    assert f"of {survey._TESTED_WHEN_HEAVY} layers tested (2 images" in heavy.layer_reason


def candidate(name: str, score: float) -> Any:
    return survey.Ranked(SimpleNamespace(name=name), score, "")  # type: ignore[arg-type]


@pytest.mark.parametrize(("chosen", "best", "n", "words"), [
    (3.0, 3.0, 4, "fall 3.0 times as fast as in random order, the most of 4 layers tested (16 images)."),
    (2.8, 3.0, 4, "fall 2.8 times as fast as in random order, nearly the most (3.0 at layer best), and deeper, of 4 "),
    (3.0, 3.0, 1, "fall 3.0 times as fast as in random order; no other layer was tested (16 images)."),
    (0.7, 0.7, 1, "fall 0.7 times as fast as in random order; no other layer was tested (16 images)."),
    (1.0, 1.1, 4, "The deepest of the best: deleting where the map is bright makes the score fall no faster than in "),
])  # fmt: skip
def test_why_a_layer_was_chosen_is_said_in_words(chosen: float, best: float, n: int, words: str) -> None:
    first = candidate("chosen", chosen)
    found = survey._why(first, first if chosen == best else candidate("best", best), n, "16 images")
    assert words in found


def test_one_random_curve_serves_deleting_and_bringing_back(evaluation: Any) -> None:
    model, batches = ExplainedModel(evaluation), Batches(None, responsive=False)
    subjects = Subjects(np.arange(5, dtype=np.intp), np.asarray(evaluation.predicted_codes[:5], np.intp))
    order = np.random.default_rng(3).permutation(5 * 32 * 32).reshape(5, 32, 32).astype(np.float32)
    gone = drained(curves(model, subjects, [order], batches), None, None)
    back = drained(curves(model, subjects, [-order], batches, insert=True), None, None)
    assert gone.shape == (1, 5, len(SHARES) + 2)
    np.testing.assert_allclose(back, gone[:, :, ::-1], atol=2e-3)
