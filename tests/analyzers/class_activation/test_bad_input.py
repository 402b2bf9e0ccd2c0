"""What cannot be explained says why, by a code, or by a note about what was done instead."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

import mldebug_widgets as mld
from mldebug_widgets.errors import MldError
from mldebug_widgets.evaluation.evaluation import Evaluation
from tests.analyzers.class_activation.image_models import ResNet, Swin

CLASSES = list("abcd")


def evaluated(model: Any, images: Any = None, **options: Any) -> Evaluation:
    images = torch.rand(8, 3, 32, 32) if images is None else images
    settings = {"task": "multiclass", "class_names": CLASSES, **options}
    return mld.evaluate(model, (images, np.arange(len(images)) % 4), **settings)


@pytest.fixture(scope="module")
def ev() -> Evaluation:
    torch.manual_seed(0)
    return evaluated(ResNet())


@pytest.mark.parametrize(
    ("code", "options"),
    [
        ("MLD-O90", {"method": "guided"}),
        ("MLD-O90", {"method": 3}),
        ("MLD-O92", {"layer": "layer9"}),
        ("MLD-O92", {"layer": 4}),
        ("MLD-O92", {"layer": ""}),
        ("MLD-O93", {"layer": "fc"}),
        ("MLD-O94", {"target": 4}),
        ("MLD-O94", {"target": -1}),
        ("MLD-O94", {"target": "e"}),
        ("MLD-O94", {"target": 0.5}),
        ("MLD-O94", {"target": [0, 1, 2]}),
        ("MLD-O96", {"rows": []}),
        ("MLD-O96", {"rows": "loss < 0"}),
        ("MLD-S51", {"rows": 8}),
        ("MLD-O97", {"n_steps": 0}),
        ("MLD-O97", {"n_checked": True}),
        ("MLD-O97", {"internal_batch_size": 0}),
        ("MLD-O99", {"baseline": "white"}),
        ("MLD-O99", {"normalization": (0.5, 0)}),
        ("MLD-O99", {"normalization": 3}),
    ],
)
def test_an_impossible_request_names_its_argument(ev: Evaluation, code: str, options: dict[str, Any]) -> None:
    rows = options.pop("rows", [0, 1])
    with pytest.raises(MldError) as raised:
        mld.gradcam(ev, rows, **options)
    assert raised.value.code == code
    assert raised.value.argument in {"method", "layer", "target", "rows", "n_steps", "n_checked", "internal_batch_size",
                                     "baseline", "normalization"}  # fmt: skip


def test_an_unknown_layer_names_those_that_there_are(ev: Evaluation) -> None:
    with pytest.raises(MldError, match="'layer3'"):
        mld.gradcam(ev, [0], layer="layer9")


def test_a_model_of_a_table_is_refused() -> None:
    frame = pd.DataFrame({"a": np.arange(20.0), "b": np.arange(20.0) % 3})
    ev = mld.evaluate(nn.Linear(2, 1), (frame, np.arange(20) % 2))
    with pytest.raises(MldError) as raised:
        mld.gradcam(ev, [0])
    assert raised.value.code == "MLD-O95"


def test_predictions_alone_are_refused() -> None:
    ev = mld.evaluate(None, (torch.rand(8, 3, 8, 8), np.arange(8) % 2), predictions=np.linspace(0, 1, 8))
    with pytest.raises(MldError) as raised:
        mld.gradcam(ev, [0])
    assert raised.value.code == "MLD-O91"


class Argmax(nn.Module):
    """Answers with whole numbers: no gradient passes."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = ResNet()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return nn.functional.one_hot(self.inside(x).argmax(1), 4).float()


class Detached(ResNet):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        with torch.no_grad():
            return super().forward(x)


def scripted() -> nn.Module:
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 4))
    return torch.jit.trace(net.eval(), torch.rand(2, 3, 32, 32))  # type: ignore[no-any-return,no-untyped-call]


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (scripted, "scripted"),
        (lambda: _as_function(ResNet().eval()), "is a function"),
        (Argmax, "no gradient reaches"),
        (lambda: nn.Sequential(nn.Flatten(), nn.Linear(3072, 4)), "no layer keeps the places"),
    ],
)
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::torch.jit.TracerWarning")
def test_what_cannot_be_looked_into_is_occluded(make: Any, why: str) -> None:
    torch.manual_seed(0)
    result = mld.gradcam(evaluated(make()), [0, 1], n_checked=1)
    assert result.method == "occlusion"
    assert result.layer == ""
    assert any(why in note and "Occlusion" in note for note in result.notes)
    assert result.maps.shape == (2, 32, 32)


def _as_function(net: nn.Module) -> Any:
    def answer(images: torch.Tensor) -> np.ndarray[Any, Any]:
        with torch.no_grad():
            return np.asarray(net(images).numpy())

    return answer


def test_a_model_that_follows_nothing_is_occluded_for_pixel_methods_too() -> None:
    torch.manual_seed(0)
    ev = evaluated(Detached())
    for method in ("saliency", "integrated_gradients", "gradcam"):
        result = mld.gradcam(ev, [0], method=method, n_checked=0)
        assert result.method == "occlusion"
    assert mld.gradcam(ev, [0], method="eigencam", n_checked=0).method == "eigencam"


def test_a_layer_that_no_gradient_reaches_is_refused_when_named() -> None:
    torch.manual_seed(0)
    ev = evaluated(Argmax())
    with pytest.raises(MldError) as raised:
        mld.gradcam(ev, [0], layer="inside.layer3")
    assert raised.value.code == "MLD-O98"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_scripted_block_inside_does_not_stop_the_rest() -> None:
    torch.manual_seed(0)
    block = torch.jit.trace(nn.Sequential(nn.Conv2d(8, 8, 3), nn.ReLU()), torch.rand(1, 8, 16, 16))  # type: ignore[no-untyped-call]
    net = nn.Sequential(nn.Conv2d(3, 8, 2, 2), block, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 4))
    result = mld.gradcam(evaluated(net), [0, 1])
    assert result.method == "gradcam"
    assert result.layer == "0"


def test_images_with_nan_have_no_map_and_say_so() -> None:
    torch.manual_seed(0)
    images = torch.rand(8, 3, 32, 32)
    images[2, :, 5, 5] = torch.nan
    ev = evaluated(ResNet(), images)
    for method in ("gradcam", "integrated_gradients", "occlusion", "eigencam"):
        result = mld.gradcam(ev, [1, 2], method=method, n_steps=3)
        assert not result.maps[1].any()
        assert result.suspicious[1] == 1
        assert "NaN" in result.complaints[1]
        assert result.maps[0].any()
        assert "NaN" not in result.complaints[0]


def test_a_windowed_layer_can_be_asked_for() -> None:
    torch.manual_seed(0)
    result = mld.gradcam(evaluated(Swin()), [0], layer="stages.0.1.attn")
    assert result.raw.shape == (1, 16, 16)


def test_regression_explains_its_one_output() -> None:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 1))
    ev = mld.evaluate(net, (torch.rand(8, 3, 32, 32), np.linspace(0, 1, 8)), task="regression")
    result = mld.gradcam(ev, [0, 1])
    assert result.unit == "predicted value"
    assert result.class_names == ()
    assert (result.truth == -1).all()
    with pytest.raises(MldError) as raised:
        mld.gradcam(ev, [0], target=0)
    assert raised.value.code == "MLD-O94"


def test_one_logit_explains_either_class() -> None:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 1))
    ev = mld.evaluate(net, (torch.rand(8, 3, 32, 32), np.arange(8) % 2), class_names=["no", "yes"])
    yes, no = (mld.gradcam(ev, [0, 1], target=name, layer="1", n_checked=0) for name in ("yes", "no"))
    assert yes.unit == "log-odds"
    assert yes.output == pytest.approx(-no.output)
    assert yes.probability + no.probability == pytest.approx(1)
    assert not (yes.maps.astype(bool) & no.maps.astype(bool)).all()


class Palette(nn.Module):
    """Reads whole numbers, each of which has a vector."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.colours, self.conv, self.out = nn.Embedding(20, 4), nn.Conv2d(4, 6, 3, padding=1), nn.Linear(6, 4)

    def forward(self, codes: torch.Tensor) -> torch.Tensor:
        return self.out(self.conv(self.colours(codes).permute(0, 3, 1, 2)).relu().mean((2, 3)))


def test_whole_numbers_are_followed_to_a_layer_and_hidden_at_the_pixels() -> None:
    codes = torch.randint(0, 20, (8, 16, 16), generator=torch.Generator().manual_seed(0))
    ev = evaluated(Palette(), codes)
    result = mld.gradcam(ev, [0, 1], n_checked=1)
    assert result.method == "gradcam"
    assert result.layer in ("colours", "conv")
    for method in ("saliency", "integrated_gradients"):
        result = mld.gradcam(ev, [0], method=method, n_checked=1)
        assert result.method == "occlusion"
        assert any("no gradient reaches the pixels" in note for note in result.notes)


def test_bytes_are_read_as_the_model_reads_them() -> None:
    class Bytes(ResNet):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return super().forward(x.float() / 255)

    torch.manual_seed(0)
    photos = torch.randint(0, 256, (8, 3, 32, 32), dtype=torch.uint8)
    for method in ("gradcam", "saliency", "integrated_gradients"):
        result = mld.gradcam(evaluated(Bytes(), photos), [0], method=method, n_steps=3, n_checked=0)
        assert result.method == method
        assert (result.images[0] == photos[0].permute(1, 2, 0).numpy()).all()


@pytest.mark.parametrize("method", ["gradcam", "eigencam", "scorecam", "integrated_gradients", "occlusion"])
def test_one_channel(method: str) -> None:
    torch.manual_seed(0)
    ev = evaluated(ResNet(1), torch.rand(8, 1, 32, 32))
    result = mld.gradcam(ev, [0, 1], method=method, n_steps=3, n_checked=1)
    assert result.method == method
    assert result.images.shape == (2, 32, 32, 3)


@pytest.mark.parametrize("kind", [np.asarray, torch.from_numpy])
def test_images_of_different_sizes_as_data_name_the_way_out(kind: Any) -> None:
    images = [kind(np.random.default_rng(0).random((20 + at, 24, 3))) for at in range(8)]
    with pytest.raises(MldError, match="preprocess") as raised:
        mld.evaluate(ResNet(), (images, np.arange(8) % 4))
    assert raised.value.code == "MLD-D13"
    assert "(20, 24, 3), (21, 24, 3)" in raised.value.got


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
def test_quantised_and_compiled_models() -> None:
    torch.manual_seed(0)
    net = ResNet().eval()
    quantised = torch.ao.quantization.quantize_dynamic(net, {nn.Linear}, dtype=torch.qint8)
    result = mld.gradcam(evaluated(quantised), [0], n_checked=0)
    assert result.method == "occlusion"
    assert any("no gradient reaches" in note for note in result.notes)
    images = torch.rand(8, 3, 32, 32)
    ours = mld.gradcam(evaluated(torch.compile(net, backend="eager"), images), [0], layer="layer3", n_checked=0)
    assert ours.raw == pytest.approx(mld.gradcam(evaluated(net, images), [0], layer="layer3", n_checked=0).raw)
