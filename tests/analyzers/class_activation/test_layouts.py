"""The places of an image are found in every form of output, by what changes with a corner."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import mldebug_widgets as mld
from mldebug_widgets.analyzers.class_activation.candidates import Found, shortlist, spatial_layers
from mldebug_widgets.analyzers.class_activation.explained import ExplainedModel
from mldebug_widgets.analyzers.class_activation.layouts import Layout
from tests.analyzers.class_activation.image_models import ResNet, SequenceFirst, Swin, ViT


def looked_at(net: nn.Module, size: tuple[int, int] = (32, 32)) -> tuple[ExplainedModel, dict[str, Found]]:
    torch.manual_seed(1)
    images = torch.rand(6, 3, *size)
    ev = mld.evaluate(net, (images, np.arange(6) % 4), task="multiclass", class_names=list("abcd"))
    model = ExplainedModel(ev)
    with model.running():
        found, _ran = spatial_layers(model, images[:1])
    return model, {entry.name: entry for entry in found}


def layout(**parts: Any) -> Layout:
    return Layout(**{"form": "tokens", "grid": (8, 8), **parts})


@pytest.mark.parametrize("before", [0, 1, 5])
def test_class_and_register_tokens_before_the_grid(before: int) -> None:
    torch.manual_seed(0)
    _model, found = looked_at(ViT(before=before))
    assert found["patches"].layout == layout(form="channels first")
    assert {found[f"blocks.{at}"].layout for at in range(3)} == {layout(before=before)}


def test_tokens_behind_the_grid() -> None:
    torch.manual_seed(0)
    _model, found = looked_at(ViT(before=1, after=4))
    assert found["blocks.1"].layout == layout(before=1, after=4)


class Encoder(nn.Module):
    """A vision transformer of torch's own layers; 32 channels could be 5 x 5 places and 7 extra tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, 32, 4, 4)
        self.first = nn.Parameter(torch.zeros(1, 1, 32))
        layer = nn.TransformerEncoderLayer(32, 4, 64, batch_first=True, dropout=0)
        self.blocks = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.out = nn.Linear(32, 4)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        tokens = self.patches(images).flatten(2).transpose(1, 2)
        return self.out(self.blocks(torch.cat([self.first.expand(len(tokens), -1, -1), tokens], 1))[:, 0])


@pytest.mark.parametrize("seed", range(4))
def test_channels_are_not_read_as_tokens_with_a_few_extra_ones(seed: int) -> None:
    torch.manual_seed(seed)
    _model, found = looked_at(Encoder())
    tokens = {entry.layout for entry in found.values() if not entry.layout.is_map}
    assert tokens == {layout(before=1)}


def test_images_that_are_not_square() -> None:
    torch.manual_seed(0)
    _model, found = looked_at(ViT((24, 48)), (24, 48))
    assert found["blocks.2"].layout == layout(grid=(6, 12), before=1)


def test_sequence_first() -> None:
    torch.manual_seed(0)
    _model, found = looked_at(SequenceFirst())
    assert found["blocks.1"].layout == layout(form="sequence first")


def test_channels_last_and_windows_with_their_shift() -> None:
    torch.manual_seed(0)
    _model, found = looked_at(Swin())
    assert found["stages.0.1"].layout == layout(form="channels last", grid=(16, 16))
    assert found["stages.1"].layout == layout(form="channels last", grid=(8, 8))
    windows = layout(form="windows", grid=(16, 16), window=(4, 4))
    assert found["stages.0.0.attn"].layout == windows
    assert found["stages.0.1.attn"].layout == replace(windows, shift=2)


def test_as_many_channels_as_rows_are_told_apart() -> None:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(3, 8, 4, 4), nn.ReLU(), nn.Flatten(), nn.Linear(512, 4))
    _model, found = looked_at(net)
    assert found["0"].layout == layout(form="channels first")
    assert set(found) == {"0", "1"}


def test_shortlists_name_blocks_deepest_first() -> None:
    torch.manual_seed(0)
    model, found = looked_at(ResNet())
    names = [entry.name for entry in shortlist(model, list(found.values()))]
    assert names[0] == "layer3"
    assert {"layer2", "layer1"} <= set(names)
    assert len(names) <= 6
    model, found = looked_at(Swin())
    assert all(entry.layout.form != "windows" for entry in shortlist(model, list(found.values())))
