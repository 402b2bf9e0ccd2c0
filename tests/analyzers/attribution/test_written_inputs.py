"""Models that write into what they are given, or into what an embedding gave, are explained as they answer."""

from __future__ import annotations

from typing import Any

import captum.attr
import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

import mldebug_widgets as mld
from mldebug_widgets.analyzers.attribution.methods import METHODS
from mldebug_widgets.analyzers.class_activation.request import METHODS as IMAGE_METHODS
from mldebug_widgets.analyzers.text_attribution.methods import METHODS as TEXT_METHODS
from tests.analyzers.attribution.models import P, classes, network, table
from tests.analyzers.text_models import TEXTS, Mixed, by_words, evaluation

pytestmark = pytest.mark.usefixtures("even_pieces")


class Writing(nn.Module):
    """Standardises what it reads, in place or not."""

    def __init__(self, inside: nn.Module, *, writes: bool) -> None:
        super().__init__()
        self.inside, self.writes = inside, writes

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.inside(x.sub_(0.3).mul_(2) if self.writes else (x - 0.3) * 2)


@pytest.mark.parametrize("method", METHODS)
def test_tables(method: str) -> None:
    options: dict[str, Any] = {"method": method, "n_steps": 8, "trust": False}
    options["n_samples"] = None if method == "kernel_shap" else 6
    both = [
        mld.attributions(mld.evaluate(Writing(network(), writes=writes), (table(), classes())), [1, 4], **options)
        for writes in (True, False)
    ]
    np.testing.assert_allclose(both[0].values, both[1].values, atol=1e-6)
    np.testing.assert_allclose(both[0].output, both[1].output, atol=1e-6)


class Codes(nn.Module):
    """Adds to the vectors of an embedding, in place or not."""

    def __init__(self, *, writes: bool) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.embedding, self.head, self.writes = nn.Embedding(5, 3), nn.Linear(3 * P, 1), writes

    def forward(self, codes: torch.Tensor) -> torch.Tensor:
        vectors = self.embedding(codes)
        vectors = vectors.add_(1) if self.writes else vectors + 1
        return self.head(torch.tanh(vectors).flatten(1))


def test_embeddings_of_tables() -> None:
    frame = pd.DataFrame(np.random.default_rng(0).integers(0, 5, (40, P)))
    both = [
        mld.attributions(mld.evaluate(Codes(writes=writes), (frame, np.arange(40.0))), [1, 4], trust=False)
        for writes in (True, False)
    ]
    assert both[0].method == "integrated_gradients"
    np.testing.assert_allclose(both[0].values, both[1].values, atol=1e-6)
    np.testing.assert_allclose(both[0].delta, 0, atol=1e-3)


class Positions(Mixed):
    """Adds positions to the vectors in place, as many models do."""

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        vectors = self.token(ids)
        vectors += 0.5 * self.position(torch.arange(ids.shape[1], device=ids.device))
        return self.out(self.drop(self.norm(torch.tanh(vectors).sum(dim=1)))).squeeze(1)


@pytest.mark.parametrize("method", TEXT_METHODS)
def test_texts(method: str) -> None:
    both = [mld.text_attributions(evaluation(kind()), [0, 1], method=method) for kind in (Positions, Mixed)]
    for written, plain in zip(both[0].texts, both[1].texts, strict=True):
        np.testing.assert_allclose(written.values, plain.values, atol=1e-5)
        assert written.output == pytest.approx(plain.output, abs=1e-5)


def test_a_text_is_captums_where_positions_are_added_in_place() -> None:
    model = Positions().eval()
    found = mld.text_attributions(evaluation(model), [1], trust=False).texts[0]
    ids = torch.tensor([by_words(TEXTS[1])])
    np.testing.assert_allclose(found.values, _on_vectors(model, ids), atol=1e-4)


def _on_vectors(model: Mixed, ids: torch.Tensor) -> np.ndarray[Any, Any]:
    """What captum says of the vectors themselves, for a function from vectors to the answer."""

    def answer(vectors: torch.Tensor) -> torch.Tensor:
        mixed = torch.tanh(vectors + 0.5 * model.position(torch.arange(ids.shape[1])))
        return model.out(model.norm(mixed.sum(dim=1))).squeeze(1)

    vectors, base = model.token(ids).detach(), model.token(torch.zeros_like(ids)).detach()
    return captum.attr.IntegratedGradients(answer).attribute(vectors, base).sum(dim=2)[0].detach().numpy()


@pytest.mark.parametrize("method", IMAGE_METHODS)
def test_images(method: str) -> None:
    images = torch.rand(6, 3, 16, 16)
    before = images.clone()
    torch.manual_seed(0)
    inside = nn.Sequential(
        nn.Conv2d(3, 4, 3, 2, 1), nn.BatchNorm2d(4), nn.ReLU(inplace=True), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
        nn.Linear(4, 3),
    )  # fmt: skip
    # The layer before an in-place ReLU: what it gave is not what the ReLU left of it.
    options: dict[str, Any] = {"method": method, "n_steps": 4, "target": 1, "n_checked": 0}
    options["layer"] = "inside.1" if method not in ("integrated_gradients", "saliency", "occlusion") else None
    found = []
    for writes in (True, False):
        inside[2].inplace = writes
        ev = mld.evaluate(Writing(inside, writes=writes), (images, np.arange(6) % 3), class_names=list("abc"))
        found.append(mld.gradcam(ev, [0, 3], **options))
    assert found[0].method == method
    np.testing.assert_allclose(found[0].raw, found[1].raw, atol=1e-6)
    assert torch.equal(images, before)
