"""Texts that cannot be explained as asked: a coded error that names the argument, or a fallback that is said."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import mldebug_widgets as mld
from mldebug_widgets.errors import MldError
from tests.analyzers.text_models import TEXTS, Mixed, evaluation

pytestmark = [
    pytest.mark.usefixtures("even_pieces"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning"),
]


@pytest.mark.parametrize(
    ("code", "tokenizer"),
    [
        ("MLD-O100", 3),
        ("MLD-O100", str.split),
        ("MLD-O100", lambda text: None),
        ("MLD-O100", lambda text: 1 / 0),
        ("MLD-O101", lambda text: [99] * len(text.split())),
        ("MLD-O101", lambda text: [-1]),
    ],
)
def test_a_wrong_tokenizer_is_named(code: str, tokenizer: Any) -> None:
    with pytest.raises(MldError) as raised:
        evaluation(tokenizer=tokenizer)
    assert (raised.value.code, raised.value.argument) == (code, "tokenizer")


class Detached(Mixed):
    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return self.out(torch.tanh(self.token(ids).detach()).sum(dim=1)).squeeze(1)


class WithoutGraph(Mixed):
    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        with torch.inference_mode():
            return super().forward(ids)


def quantised() -> nn.Module:
    return torch.ao.quantization.quantize_dynamic(Mixed().eval(), {nn.Linear}, dtype=torch.qint8)


@pytest.mark.parametrize(
    ("make", "why"), [(Detached, "reaches 'token'"), (WithoutGraph, "gradients fails"), (quantised, "reaches 'token'")]
)
def test_without_gradients_words_are_hidden_instead_and_the_reason_is_said(make: Any, why: str) -> None:
    model = make()
    result = mld.text_attributions(evaluation(model), [1])
    assert result.method == "occlusion"
    assert why in result.method_reason
    assert np.abs(result.texts[0].values).max() > 0
    for method in ("integrated_gradients", "saliency", "input_x_gradient"):
        with pytest.raises(MldError, match=why) as raised:
            mld.text_attributions(evaluation(model), [1], method=method)
        assert (raised.value.code, raised.value.argument) == ("MLD-O105", "method")


def test_a_compiled_model_is_explained_as_its_own() -> None:
    compiled = torch.compile(Mixed().eval(), backend="eager")
    result = mld.text_attributions(evaluation(compiled), [0, 1])
    plain = mld.text_attributions(evaluation(Mixed()), [0, 1])
    assert result.layer == "token"
    assert result.trust["randomisation"] is not None
    for ours, theirs in zip(result.texts, plain.texts, strict=True):
        np.testing.assert_allclose(ours.values, theirs.values, atol=1e-5)


def test_a_scripted_block_is_followed() -> None:
    class Block(Mixed):
        def __init__(self) -> None:
            super().__init__()
            self.block = torch.jit.script(nn.Linear(6, 6))

        def forward(self, ids: torch.Tensor) -> torch.Tensor:
            return self.out(torch.tanh(self.block(self.token(ids))).sum(dim=1)).squeeze(1)

    result = mld.text_attributions(evaluation(Block()), [0], n_steps=100)
    assert result.method == "integrated_gradients"
    assert result.texts[0].delta == pytest.approx(0, abs=1e-3)


def test_nothing_but_empty_texts() -> None:
    result = mld.text_attributions(evaluation(texts=["", "", "", ""]), [0, 1])
    assert [text.words for text in result.texts] == [(), ()]
    assert {line.verdict for line in result.trust_lines} <= {"not checked", "not applicable"}


@pytest.mark.parametrize("target", [2, -1, "maybe", [0], 1.5])
def test_a_target_out_of_range(target: Any) -> None:
    with pytest.raises(MldError) as raised:
        mld.text_attributions(evaluation(texts=TEXTS), [0, 1], target=target)
    assert (raised.value.code, raised.value.argument) == ("MLD-O82", "target")
