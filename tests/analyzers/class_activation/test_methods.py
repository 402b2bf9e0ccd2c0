"""Every method against captum, a formula written out, or what was built into the model."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from captum.attr import IntegratedGradients, LayerAttribution, LayerGradCam, Occlusion, Saliency
from torch import nn

import mldebug_widgets as mld
from mldebug_widgets.analyzers.class_activation.pixels import window_of
from mldebug_widgets.analyzers.class_activation.request import METHODS
from mldebug_widgets.evaluation.evaluation import Evaluation
from tests.analyzers.class_activation.image_models import (
    ReadsChannelsLast,
    ReadsNoChannels,
    ResNet,
    SequenceFirst,
    Swin,
    ViT,
)

ROWS = np.arange(5)


def evaluated(net: nn.Module, images: torch.Tensor) -> Evaluation:
    targets = np.arange(len(images)) % 4
    return mld.evaluate(net, (images, targets), task="multiclass", class_names=list("abcd"))


@pytest.fixture(scope="module")
def resnet() -> Evaluation:
    torch.manual_seed(0)
    return evaluated(ResNet().eval(), torch.rand(8, 3, 32, 32))


@pytest.fixture(scope="module")
def small() -> Evaluation:
    """For what is asked image by image."""
    torch.manual_seed(0)
    return evaluated(ResNet(width=4).eval(), torch.rand(6, 3, 16, 16))


def written_out(
    net: nn.Module, layer: nn.Module, images: torch.Tensor, target: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return a layer's output and gradient by a hook and a plain backward pass, one image at a time."""
    kept: list[torch.Tensor] = []
    handle = layer.register_forward_hook(lambda _module, _inputs, output: kept.append(output))
    parts = []
    for image in images:
        kept.clear()
        score = net(image[None])[0, target]
        parts.append((kept[-1].detach(), torch.autograd.grad(score, kept[-1])[0]))
    handle.remove()
    return torch.cat([part[0] for part in parts]), torch.cat([part[1] for part in parts])


def formula(method: str, a: torch.Tensor, g: torch.Tensor) -> torch.Tensor:
    maps = torch.zeros(len(a), *a.shape[2:])
    for n in range(len(a)):
        for c in range(a.shape[1]):
            if method == "gradcam":
                maps[n] += g[n, c].mean() * a[n, c]
            elif method == "hirescam":
                maps[n] += g[n, c] * a[n, c]
            elif method == "layercam":
                maps[n] += g[n, c].clamp(min=0) * a[n, c]
            elif method == "xgradcam":
                maps[n] += (g[n, c] * a[n, c] / (a[n, c].sum() + 1e-7)).sum() * a[n, c]
            else:
                alpha = g[n, c] ** 2 / (2 * g[n, c] ** 2 + a[n, c].sum() * g[n, c] ** 3 + 1e-7)
                maps[n] += (alpha * g[n, c].clamp(min=0)).sum() * a[n, c]
    return maps.clamp(min=0)


@pytest.mark.parametrize("method", ["gradcam", "gradcam++", "hirescam", "layercam", "xgradcam"])
def test_one_pass_methods_equal_their_formulas(resnet: Evaluation, method: str) -> None:
    net = resnet.model.module
    assert isinstance(net, ResNet)
    ours = mld.gradcam(resnet, ROWS, method=method, layer="layer2", target=2, n_checked=0)
    theirs = formula(method, *written_out(net, net.layer2, resnet.images[:5], 2))
    assert ours.raw == pytest.approx(theirs.numpy(), rel=1e-3, abs=1e-6)


def test_gradcam_equals_captums_at_every_layer(resnet: Evaluation) -> None:
    net = resnet.model.module
    assert isinstance(net, ResNet)
    for name in ("stem", "layer1.0.bn1", "layer2", "layer3"):
        ours = mld.gradcam(resnet, ROWS, layer=name, target="c", n_checked=0)
        layer = net.get_submodule(name)
        theirs = LayerGradCam(net, layer).attribute(resnet.images[:5], 2, relu_attributions=True)
        large = LayerAttribution.interpolate(theirs, (32, 32), "bilinear")[:, 0].detach()
        most = large.amax((1, 2), keepdim=True)
        assert ours.maps == pytest.approx((large / torch.where(most > 0, most, 1)).numpy(), abs=1e-4)


def test_eigencam_is_the_first_singular_vector(resnet: Evaluation) -> None:
    net = resnet.model.module
    assert isinstance(net, ResNet)
    for name in ("layer1", "layer3"):
        ours = mld.gradcam(resnet, [3], method="eigencam", layer=name, n_checked=0).raw[0]
        output, _gradient = written_out(net, net.get_submodule(name), resnet.images[3:4], 0)
        places = output[0].flatten(1).T.numpy()
        left, values, _right = np.linalg.svd(places - places.mean(0), full_matrices=False)
        projected = (left[:, 0] * values[0]).reshape(ours.shape)
        assert any(ours == pytest.approx((sign * projected).clip(0), abs=1e-4) for sign in (1, -1))


def test_ablationcam_switches_off_one_channel_at_a_time(resnet: Evaluation) -> None:
    net = resnet.model.module
    assert isinstance(net, ResNet)
    ours = mld.gradcam(resnet, [1], method="ablationcam", layer="layer3", target=0, n_checked=0).raw[0]
    with torch.no_grad():
        output = net.layer3(net.layer2(net.layer1(net.stem(resnet.images[1:2]))))
        whole = float(net.fc(output.mean((2, 3)))[0, 0])
        total = torch.zeros(8, 8)
        for channel in range(output.shape[1]):
            without = output.clone()
            without[:, channel] = 0
            total += (whole - float(net.fc(without.mean((2, 3)))[0, 0])) / whole * output[0, channel]
    assert ours == pytest.approx(total.clamp(min=0).numpy(), abs=1e-5)


def test_scorecam_weighs_channels_by_the_image_seen_through_them(resnet: Evaluation) -> None:
    net = resnet.model.module
    assert isinstance(net, ResNet)
    ours = mld.gradcam(resnet, [1], method="scorecam", layer="layer3", target=0, n_checked=0).raw[0]
    with torch.no_grad():
        output = net.layer3(net.layer2(net.layer1(net.stem(resnet.images[1:2]))))
        large = nn.functional.interpolate(output, (32, 32), mode="bilinear", align_corners=False)[0]
        scores = []
        for mask in large:
            span = mask.max() - mask.min()
            seen = (mask - mask.min()) / span if span > 0 else torch.zeros_like(mask)
            scores.append(net(resnet.images[1:2] * seen)[0, 0])
        weights = torch.stack(scores).softmax(0)
    assert ours == pytest.approx(torch.einsum("c,chw->hw", weights, output[0]).clamp(min=0).numpy(), abs=1e-5)


def test_pixel_methods_equal_captums(resnet: Evaluation) -> None:
    net = resnet.model.module
    assert net is not None
    images = resnet.images[:5]
    ours = mld.gradcam(resnet, ROWS, method="integrated_gradients", target=1, n_steps=20, n_checked=0)
    theirs = IntegratedGradients(net).attribute(images, 0.0, 1, n_steps=20).sum(1)
    assert ours.raw == pytest.approx(theirs.detach().numpy(), abs=1e-4)
    ours = mld.gradcam(resnet, ROWS, method="saliency", target=1, n_checked=0)
    assert ours.raw == pytest.approx(Saliency(net).attribute(images.clone(), 1).amax(1).detach().numpy(), abs=1e-4)
    ours = mld.gradcam(resnet, ROWS, method="occlusion", target=1, n_checked=0)
    (window, stride) = window_of((32, 32))
    with torch.no_grad():
        theirs = Occlusion(net).attribute(images, (3, *window), (3, *stride), 0.0, 1, perturbations_per_eval=32)[:, 0]
    assert ours.raw == pytest.approx(theirs.numpy(), abs=1e-4)


def test_pixel_methods_from_the_mean_colour_equal_captums(resnet: Evaluation) -> None:
    net = resnet.model.module
    assert net is not None
    images = resnet.images[:5]
    mean = images.mean((2, 3), keepdim=True).expand_as(images)
    options = {"target": 2, "baseline": "mean", "n_steps": 12, "n_checked": 0}
    ours = mld.gradcam(resnet, ROWS, method="integrated_gradients", **options)
    theirs = IntegratedGradients(net).attribute(images, mean, 2, n_steps=12).sum(1)
    assert ours.raw == pytest.approx(theirs.detach().numpy(), abs=1e-4)
    ours = mld.gradcam(resnet, ROWS, method="occlusion", **options)
    (window, stride) = window_of((32, 32))
    with torch.no_grad():
        hidden = Occlusion(net).attribute(images, (3, *window), (3, *stride), mean, 2, perturbations_per_eval=32)[:, 0]
    assert ours.raw == pytest.approx(hidden.numpy(), abs=1e-4)


def test_integrated_gradients_sum_to_the_difference_of_the_outputs(resnet: Evaluation) -> None:
    result = mld.gradcam(resnet, ROWS, method="integrated_gradients", n_steps=64)
    net = resnet.model.module
    assert net is not None
    with torch.no_grad():
        both = [net(part).gather(1, torch.from_numpy(result.target)[:, None])[:, 0]
                for part in (resnet.images[:5], torch.zeros(5, 3, 32, 32))]  # fmt: skip
    difference = (both[0] - both[1]).numpy()
    delta = result.trust["convergence_delta"]
    assert delta is not None
    assert np.abs(result.raw.sum((1, 2)) - difference).sum() / np.abs(difference).sum() == pytest.approx(
        delta, abs=1e-5
    )
    assert delta < 0.05


@pytest.fixture(scope="module", params=[ViT, Swin, SequenceFirst, ReadsChannelsLast, ReadsNoChannels])
def of_a_kind(request: pytest.FixtureRequest) -> Evaluation:
    """A network of each kind, whose layers are ranked once for all methods."""
    torch.manual_seed(0)
    images = torch.rand(6, 3, 32, 32)
    if request.param is ReadsChannelsLast:
        images = images.permute(0, 2, 3, 1)
    return evaluated(request.param().eval(), images[:, 0] if request.param is ReadsNoChannels else images)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_draws_on_every_kind_of_network(of_a_kind: Evaluation, method: str) -> None:
    ev = of_a_kind
    result = mld.gradcam(ev, [0, 3], method=method, n_steps=4, n_checked=1)
    assert result.method == method
    assert result.maps.shape == (2, 32, 32)
    assert result.maps.dtype == np.float32
    assert 0 <= result.maps.min() <= result.maps.max() <= 1
    assert bool(result.layer) == (method not in ("integrated_gradients", "saliency", "occlusion"))


def test_several_layers_come_from_one_pass(resnet: Evaluation) -> None:
    net = resnet.model.module
    assert isinstance(net, ResNet)
    names = ["layer1", "layer2.0.relu", "layer3"]
    alone = {name: mld.gradcam(resnet, ROWS, layer=name, target=1, n_checked=0).raw for name in names}
    passes: list[int] = []
    handle = net.fc.register_forward_hook(lambda _module, _inputs, output: passes.append(len(output)))
    together = mld.layer_maps(resnet, ROWS, names, target=1)
    handle.remove()
    assert passes == [len(ROWS)]
    for name in names:
        assert together[name] == pytest.approx(alone[name], abs=1e-6)


@pytest.mark.parametrize("internal_batch_size", [1, 2, 3])
@pytest.mark.parametrize("method", ["gradcam", "integrated_gradients", "occlusion"])
def test_the_batch_size_changes_nothing(small: Evaluation, method: str, internal_batch_size: int) -> None:
    options = {"rows": ROWS[:4], "method": method, "n_checked": 0, "n_steps": 5}
    whole = mld.gradcam(small, **options)
    parts = mld.gradcam(small, **options, internal_batch_size=internal_batch_size)
    assert parts.raw == pytest.approx(whole.raw, abs=1e-5)
