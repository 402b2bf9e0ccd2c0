"""The checks beside a map say "good" where it is known to be right, and "bad" where it was spoilt on purpose."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import mldebug_widgets as mld
from mldebug_widgets.analyzers.class_activation import trusting
from mldebug_widgets.analyzers.class_activation.weighting import WEIGHTINGS
from mldebug_widgets.analyzers.gradcam import GradCamResult
from mldebug_widgets.analyzers.trust import TrustLine
from mldebug_widgets.evaluation.evaluation import Evaluation
from tests.analyzers.class_activation.image_models import ResNet, Swin, ViT

pytestmark = pytest.mark.usefixtures("even_pieces")
GRADIENT_METHODS = ("gradcam", "gradcam++", "hirescam", "layercam", "xgradcam", "integrated_gradients", "saliency")
#: What they leave of a gradient is never negative, so that the layer's output shows through, whatever the weights.
POSITIVE = ("gradcam++", "layercam")
SIZE = 16


def evaluated(net: nn.Module, size: int = SIZE, n: int = 8) -> Evaluation:
    images = torch.rand(n, 3, size, size, generator=torch.Generator().manual_seed(0))
    return mld.evaluate(net, (images, np.arange(n) % 4), task="multiclass", class_names=list("abcd"))


def line(result: GradCamResult, name: str) -> TrustLine:
    return next(one for one in result.trust_lines if one.name == name)


def linear(seed: int = 0) -> nn.Sequential:
    torch.manual_seed(seed)
    return nn.Sequential(nn.Flatten(), nn.Linear(3 * SIZE * SIZE, 4))


class Corner(nn.Module):
    """Class 1 is what is bright in the top left quarter, and nothing else counts."""

    def __init__(self) -> None:
        super().__init__()
        self.blur = nn.Conv2d(3, 2, 3, padding=1, bias=False)
        nn.init.constant_(self.blur.weight, 1 / 27)
        self.scale = nn.Parameter(torch.tensor([0.0, 40.0, 0.0, 0.0]))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        seen = self.blur(images)[:, 0, : SIZE // 2, : SIZE // 2].square().mean((1, 2)) - 0.2
        return seen[:, None] * self.scale


@pytest.mark.parametrize("baseline", ["zero", "mean"])
def test_a_linear_models_pixels_are_weight_times_distance(baseline: str) -> None:
    net = linear()
    ev = evaluated(net)
    result = mld.gradcam(ev, [0, 3], method="integrated_gradients", target=2, baseline=baseline, n_steps=3)
    images = ev.images[[0, 3]]
    empty = torch.zeros_like(images) if baseline == "zero" else images.mean((2, 3), keepdim=True)
    weight = net[1].weight[2].reshape(3, SIZE, SIZE)
    np.testing.assert_allclose(result.raw, (weight * (images - empty)).sum(1).detach().numpy(), atol=1e-5)
    assert line(result, "convergence_delta").value == pytest.approx(0, abs=1e-4)
    assert line(result, "convergence_delta").verdict == "good"
    assert line(result, "infidelity").value == pytest.approx(0, abs=1e-4)
    assert line(result, "infidelity").verdict == "good"


def test_parts_that_only_act_together_are_not_foretold() -> None:
    class Product(nn.Module):
        def forward(self, images: torch.Tensor) -> torch.Tensor:
            signs = (images.mean(1) - 0.5)[:, ::2, ::2].flatten(1).sign().prod(1)
            return signs[:, None] * torch.tensor([3.0, -3.0, 0.0, 0.0])

    result = mld.gradcam(evaluated(Product()), [0, 1], method="occlusion", target=0)
    assert line(result, "infidelity").verdict == "bad"


def test_a_path_of_one_step_over_a_kink_does_not_sum_up_and_says_so_on_the_picture() -> None:
    class Kink(nn.Module):
        def forward(self, images: torch.Tensor) -> torch.Tensor:
            return torch.relu(images.mean((1, 2, 3)) - 0.3)[:, None] * torch.tensor([4.0, 0.0, 0.0, 0.0])

    result = mld.gradcam(evaluated(Kink()), [0, 1], method="integrated_gradients", target=0, n_steps=2)
    assert line(result, "convergence_delta").verdict == "bad"
    assert result.suspicious.all()
    assert all("do not sum" in text or "no faster" in text for text in result.complaints)


def test_maps_that_jump_are_unsteady() -> None:
    class Sharp(nn.Module):
        def forward(self, images: torch.Tensor) -> torch.Tensor:
            return torch.sin(400 * images).mean((2, 3)).repeat(1, 2)[:, :4]

    smooth = mld.gradcam(evaluated(linear()), [0, 1], method="saliency", target=1)
    assert smooth.trust["max_sensitivity"] == pytest.approx(0, abs=1e-5)
    sharp = mld.gradcam(evaluated(Sharp()), [0, 1], method="saliency", target=1)
    assert line(sharp, "max_sensitivity").verdict == "bad"


@pytest.mark.parametrize("method", ["hirescam", "occlusion"])
def test_deleting_by_a_right_map_beats_random(method: str) -> None:
    layer = "blur" if method == "hirescam" else None
    result = mld.gradcam(evaluated(Corner()), [0, 1, 2], method=method, layer=layer, target=1)
    half = SIZE // 2
    assert result.maps[:, :half, :half].sum() > 0.8 * result.maps.sum()
    for name in ("deletion", "insertion"):
        assert result.trust[name] is not None
        assert result.trust[name] > 1.15
        assert line(result, name).verdict == "good"


def test_deleting_by_an_upside_down_map_does_not_and_says_so_on_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    right = WEIGHTINGS["hirescam"]
    monkeypatch.setitem(WEIGHTINGS, "hirescam", lambda outputs, slopes: 1 - right(outputs, slopes))
    result = mld.gradcam(evaluated(Corner()), [0, 1, 2], method="hirescam", layer="blur", target=1)
    for name in ("deletion", "insertion"):
        assert result.trust[name] is not None
        assert result.trust[name] < 1
        assert line(result, name).verdict == "bad"
    assert result.suspicious.all()
    assert "no faster than random" in result.complaints[0]


@pytest.fixture(scope="module", params=[ResNet, ViT, Swin])
def of_a_kind(request: pytest.FixtureRequest) -> Evaluation:
    """A network of each kind, whose layers are ranked once for all methods."""
    torch.manual_seed(0)
    return evaluated(request.param().eval(), 32)


@pytest.mark.parametrize("method", GRADIENT_METHODS)
def test_random_weights_change_the_maps_of_gradient_methods(of_a_kind: Evaluation, method: str) -> None:
    result = mld.gradcam(of_a_kind, range(4), method=method, n_steps=8, n_checked=4)
    found = line(result, "randomisation")
    assert found.value is not None
    assert "shuffled in a copy" in found.detail
    if method not in POSITIVE:
        assert abs(found.value) < 0.5
    assert found.verdict == ("good" if abs(found.value) < 0.5 else "bad")


def test_a_map_that_does_not_hang_on_the_weights_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trusting, "randomised", lambda model, *_: (model, "nothing was shuffled"))
    torch.manual_seed(0)
    result = mld.gradcam(evaluated(ResNet().eval()), [0, 1], layer="layer1")
    assert result.trust["randomisation"] == pytest.approx(1)
    assert line(result, "randomisation").verdict == "bad"
    assert result.suspicious.all()


def test_only_the_last_layers_of_a_copy_are_shuffled(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[nn.Module] = []
    real = trusting.randomised

    def watched(*arguments: Any) -> Any:
        found = real(*arguments)
        made.append(found[0].net)
        return found

    monkeypatch.setattr(trusting, "randomised", watched)
    torch.manual_seed(0)
    net = ResNet().eval()
    before = {name: weight.detach().clone() for name, weight in net.named_parameters()}
    mld.gradcam(evaluated(net), [0, 1], layer="layer1")
    assert made
    assert all(torch.equal(weight, before[name]) for name, weight in net.named_parameters())
    for copy in made:
        assert copy is not net
        changed = {name for name, weight in copy.named_parameters() if not torch.equal(weight, before[name])}
        assert "fc.weight" in changed
        assert "layer3.1.conv2.weight" in changed
        assert not {"stem.weight", "layer1.0.conv1.weight"} & changed
        theirs = dict(copy.named_parameters())
        assert theirs["fc.weight"].flatten().sort()[0].equal(before["fc.weight"].flatten().sort()[0])


def test_a_model_that_cannot_be_copied_is_not_checked() -> None:
    class Single(ResNet):
        def __deepcopy__(self, _memo: Any) -> Any:
            raise TypeError("there is only one")

    torch.manual_seed(0)
    result = mld.gradcam(evaluated(Single().eval()), [0, 1], layer="layer1")
    assert line(result, "randomisation").verdict == "not checked"
    assert "TypeError" in line(result, "randomisation").words


def test_checks_that_were_not_asked_for_say_so() -> None:
    torch.manual_seed(0)
    result = mld.gradcam(evaluated(ResNet().eval()), [0, 1], layer="layer1", n_checked=0)
    assert {one.verdict for one in result.trust_lines} == {"not checked", "not applicable"}
    assert set(result.trust.values()) == {None}
    assert not result.suspicious.any() or all(result.complaints)
