"""Attributions of texts against captum, closed forms and brute force."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np
import pytest
import torch
from captum.attr import FeatureAblation, LayerGradientXActivation, LayerIntegratedGradients, ShapleyValues
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from torch import nn

import mldebug_widgets as mld
from mldebug_widgets.analyzers.text_attribution.alignment import aligned
from mldebug_widgets.analyzers.text_attribution.methods import METHODS
from tests.analyzers.text_models import (
    MASK,
    PAD,
    TEXTS,
    TRUTH,
    VOCABULARY,
    Bag,
    Mixed,
    Pieces,
    by_words,
    evaluation,
    padded,
)


def ids_of(text: str) -> torch.Tensor:
    return torch.tensor([by_words(text)])


# -- methods against an independent truth --------------------------------------------------------------------------


def test_integrated_gradients_are_captums() -> None:
    model = Mixed().eval()
    found = mld.text_attributions(evaluation(model), range(len(TEXTS)), n_steps=30)
    peer = LayerIntegratedGradients(model, model.token)
    for text, row in zip(TEXTS, found.texts, strict=True):
        ids = ids_of(text)
        expected = peer.attribute(ids, baselines=torch.full_like(ids, PAD), n_steps=30).sum(dim=2)[0]
        np.testing.assert_allclose(row.values, expected.detach().numpy(), atol=1e-4)
        assert "".join(row.words) == text
    assert found.layer == "token"
    assert found.unit == "log-odds"


@pytest.mark.parametrize("method", ["saliency", "input_x_gradient"])
def test_gradients_are_autograds(method: str) -> None:
    model = Mixed().eval()
    found = mld.text_attributions(evaluation(model), [1], method=method, trust=False).texts[0]
    vectors: list[torch.Tensor] = []
    handle = model.token.register_forward_hook(lambda _module, _inputs, output: vectors.append(output))
    output = model(ids_of(TEXTS[1]))
    handle.remove()
    gradient = torch.autograd.grad(output.sum(), vectors[0])[0]
    expected = gradient.abs() if method == "saliency" else gradient * vectors[0]
    np.testing.assert_allclose(found.values, expected.sum(dim=2)[0].detach().numpy(), atol=1e-5)


def test_input_times_gradient_occlusion_and_shapley_values_are_captums() -> None:
    model = Mixed().eval()
    ev, ids = evaluation(model), ids_of(TEXTS[1])
    padding = torch.full_like(ids, PAD)
    truth = {
        "input_x_gradient": LayerGradientXActivation(model, model.token).attribute(ids).sum(dim=2),
        "occlusion": FeatureAblation(model).attribute(ids, padding),
    }
    for method, expected in truth.items():
        found = mld.text_attributions(ev, [1], method=method, trust=False).texts[0]
        np.testing.assert_allclose(found.values, expected[0].detach().numpy(), atol=1e-4)
    few = ids_of(TEXTS[3])  # two words have two orders, which sampling soon has both of
    sampled = ShapleyValues(model).attribute(few, torch.full_like(few, PAD))
    found = mld.text_attributions(ev, [3], method="shapley_value_sampling", trust=False).texts[0]
    np.testing.assert_allclose(found.values, sampled[0].detach().numpy(), atol=1e-4)


@pytest.mark.parametrize("method", ["integrated_gradients", "shapley_value_sampling", "occlusion"])
def test_a_linear_model_gives_the_weight_of_each_word(method: str) -> None:
    model = Bag()
    found = mld.text_attributions(evaluation(model), [1], method=method, baseline="zero").texts[0]
    weight = (model.bag.weight @ model.out.weight[0]).detach().numpy()
    np.testing.assert_allclose(found.values, weight[by_words(TEXTS[1])], atol=1e-5)


@pytest.mark.parametrize("mode", ["sum", "mean", "max"])
def test_a_bag_is_answered_from_vectors_as_from_ids(mode: str) -> None:
    model = Bag(mode)
    ev = evaluation(model)
    found = mld.text_attributions(ev, None, trust=False)
    expected = [float(model(ids_of(TEXTS[text.row])).detach()[0]) for text in found.texts]
    np.testing.assert_allclose([text.output for text in found.texts], expected, atol=1e-6)
    assert max(abs(text.delta) for text in found.texts) < 1e-2


def test_few_words_have_exact_shapley_values() -> None:
    model = Mixed().eval()
    found = mld.text_attributions(evaluation(model), [0], method="shapley_value_sampling").texts[0]
    ids = by_words(TEXTS[0])

    def output(kept: frozenset[int]) -> float:
        return float(model(torch.tensor([[one if at in kept else PAD for at, one in enumerate(ids)]])).detach()[0])

    expected = np.zeros(len(ids))
    orders = list(permutations(range(len(ids))))
    for order in orders:
        for place, word in enumerate(order):
            before = frozenset(order[:place])
            expected[word] += (output(before | {word}) - output(before)) / len(orders)
    np.testing.assert_allclose(found.values, expected, atol=1e-5)


def test_many_words_sum_up_by_sampled_orders() -> None:
    long = " ".join(TEXTS * 3)
    texts = [long, *TEXTS]
    found = mld.text_attributions(
        evaluation(texts=texts, model=Mixed(positions=128)), [0], method="shapley_value_sampling", n_samples=6
    )
    assert abs(found.texts[0].delta) < 1e-4
    assert found.trust["convergence_delta"] < 1e-4


def test_occlusion_of_a_pipeline_takes_words_out_of_the_text() -> None:
    pipeline = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(TEXTS, TRUTH)
    ev = mld.evaluate(pipeline, (TEXTS, TRUTH))
    found = mld.text_attributions(ev, [0])
    assert (found.method, found.layer) == ("occlusion", "")
    words = TEXTS[0].split()
    for at, value in enumerate(found.texts[0].values):
        left = " ".join(word for place, word in enumerate(words) if place != at)
        expected = pipeline.predict_proba([TEXTS[0]])[0, 1] - pipeline.predict_proba([left])[0, 1]
        assert value == pytest.approx(expected, abs=1e-6)


def test_a_function_of_texts_is_asked_with_texts() -> None:
    def says_good(texts: list[str]) -> Any:
        return np.array([0.75 if "good" in text else 0.25 for text in texts])

    ev = mld.evaluate(says_good, (TEXTS, TRUTH))
    found = mld.text_attributions(ev, [0], method="shapley_value_sampling").texts[0]
    assert dict(zip((word.strip() for word in found.words), found.values.tolist(), strict=True)) == pytest.approx(
        {"the": 0, "film": 0, "was": 0, "good": 0.5}
    )


def test_attributions_of_a_model_of_texts_are_these() -> None:
    found = mld.attributions(evaluation(), [0], trust=False)
    assert found.kind == "text_attributions"
    assert found.texts[0].row == 0


def test_the_target_turns_the_sign() -> None:
    ev = evaluation()
    one, other = (mld.text_attributions(ev, [0], target=target, trust=False).texts[0] for target in (1, 0))
    np.testing.assert_allclose(one.values, -other.values, atol=1e-6)


# -- trust ---------------------------------------------------------------------------------------------------------


def test_the_checks_say_what_holds() -> None:
    found = mld.text_attributions(evaluation(), None, n_steps=100)
    assert [line.name for line in found.trust_lines] == list(found.trust)
    assert found.trust["convergence_delta"] < 0.05
    assert abs(found.trust["randomisation"]) < 0.5
    assert found.trust["deletion"] > 1
    assert all("column" not in f"{line.label} {line.words}" for line in found.trust_lines)


def test_a_linear_models_words_predict_what_leaving_out_does() -> None:
    trust = mld.text_attributions(evaluation(Bag())).trust
    assert trust["infidelity"] == pytest.approx(0, abs=1e-6)


def test_unasked_checks_are_named_as_not_checked() -> None:
    found = mld.text_attributions(evaluation(), [0], trust=False)
    lines = {line.name: line for line in found.trust_lines}
    assert lines["randomisation"].verdict == "not checked"
    assert found.trust["randomisation"] is None


# -- words and tokens ----------------------------------------------------------------------------------------------


@given(st.lists(st.sampled_from([*VOCABULARY, "unknown", "good!", "?"]), max_size=9), st.booleans())
def test_every_token_belongs_to_the_word_that_it_came_from(words: list[str], pads: bool) -> None:
    text = " ".join(words)
    tokens = TOKENS[pads]
    found = aligned(text, tokens)
    assert found is not None
    assert "".join(found.pieces) == text
    ends = np.cumsum([len(piece) for piece in found.pieces])
    for at, owner in enumerate(found.owner[: len(words)].tolist()):
        if found.ids[at] != PAD:
            place = sum(len(word) + 1 for word in words[:at])
            assert owner == int(np.searchsorted(ends, place, "right"))


TOKENS = {pads: evaluation(tokenizer=padded if pads else by_words).model.tokens for pads in (False, True)}


@pytest.mark.parametrize("is_fast", [True, False])
def test_words_are_merged_from_pieces(is_fast: bool) -> None:
    model = Mixed(positions=64)
    model.token = nn.Embedding(20, 6)
    texts = ["awful acting, really", "good"]
    ev = evaluation(model, Pieces(is_fast=is_fast), texts)
    found = mld.text_attributions(ev, [0, 1], method="integrated_gradients").texts[0]
    assert list(found.words) == ["awful ", "acting", ", ", "really"]
    assert found.delta == pytest.approx(0, abs=1e-3)  # the special tokens stay, so that the words carry everything


def test_padding_of_the_tokenizer_changes_nothing() -> None:
    model = Bag("sum")
    plain, full = (
        mld.text_attributions(evaluation(model, tokenizer), [1]).texts[0] for tokenizer in (by_words, padded)
    )
    assert plain.words == full.words
    np.testing.assert_allclose(plain.values, full.values, atol=1e-5)


class Masked(nn.Module):
    """A transformer that is told which tokens are padding, and fails where all of them are."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.token = nn.Embedding(len(VOCABULARY) + 4, 8, padding_idx=PAD)
        layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 1)
        self.out = nn.Linear(8, 1)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        there = (ids != PAD).unsqueeze(-1)
        if not there.any(dim=1).all():
            raise RuntimeError("nothing but padding")
        mixed = self.encoder(self.token(ids), src_key_padding_mask=ids == PAD)
        return self.out((mixed * there).sum(dim=1))[:, 0]


@pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors")
def test_a_model_that_refuses_nothing_but_padding_is_followed() -> None:
    model = Masked().eval()
    result = mld.text_attributions(evaluation(model, padded), [0, 1], trust=False)
    assert result.method == "integrated_gradients"
    with torch.no_grad():
        model.token.weight[:] = model.token.weight[PAD]
        without_words = [float(model(ids_of(TEXTS[at]))) for at in range(2)]
    assert [text.baseline_output for text in result.texts] == pytest.approx(without_words, abs=1e-5)


def test_a_text_longer_than_the_model_takes_is_cut_and_says_so() -> None:
    texts = ["good " * 5 + "bad bad", "good film"]
    ev = evaluation(Mixed(positions=5), texts=texts)
    assert "cut to 5 tokens" in " ".join(ev.notes)
    found = mld.text_attributions(ev, [0, 1])
    assert [text.cut for text in found.texts] == [True, False]
    assert found.texts[0].values[5:].tolist() == [0, 0]
    assert "".join(found.texts[0].words) == texts[0]
    assert any("longer than the model takes" in note for note in found.notes)


def test_an_empty_text_has_no_words() -> None:
    ev = evaluation(texts=["", "good film"])
    assert any("no token" in note for note in ev.notes)
    for method in METHODS:
        found = mld.text_attributions(ev, [0], method=method)
        assert found.texts[0].words == ()
        assert found.texts[0].values.shape == (0,)


def test_ids_that_cannot_be_matched_fall_back_to_taking_words_out() -> None:
    ev = evaluation(tokenizer=lambda text: by_words(text)[::-1])
    found = mld.text_attributions(ev, [1])
    assert found.method == "occlusion"
    assert any("cannot be matched" in note for note in found.notes)
    with pytest.raises(mld.MldError, match="MLD-O109"):
        mld.text_attributions(ev, [1], method="integrated_gradients")


def test_a_scripted_model_is_asked_with_words_taken_out() -> None:
    scripted = torch.jit.script(Bag())
    found = mld.text_attributions(evaluation(scripted), [0])
    assert found.method == "occlusion"
    assert "scripted" in found.method_reason


def test_another_layer_can_be_followed() -> None:
    class Deeper(Mixed):
        def __init__(self) -> None:
            super().__init__()
            self.mix = nn.Linear(6, 6)

        def forward(self, ids: torch.Tensor) -> torch.Tensor:
            return self.out(torch.tanh(self.mix(self.token(ids))).sum(dim=1)).squeeze(1)

    found = mld.text_attributions(evaluation(Deeper()), [0], layer="mix")
    assert found.layer == "mix"
    assert found.texts[0].delta == pytest.approx(0, abs=1e-3)


def test_the_mask_token_can_be_the_baseline() -> None:
    model = Mixed(positions=64)
    model.token = nn.Embedding(20, 6)
    ev = evaluation(model, Pieces(is_fast=True))
    found = mld.text_attributions(ev, [0], baseline="mask")
    assert f"id {MASK}" in found.baseline_note


def test_the_frame_has_one_line_per_word() -> None:
    found = mld.text_attributions(evaluation(), [1, 3], trust=False)
    frame = found.to_frame()
    assert frame.columns.tolist() == ["row", "position", "word", "attribution"]
    assert frame[frame.row == 3].word.tolist() == ["not", "great"]
    assert "2 of 6 texts" in repr(found)


# -- errors --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "options"),
    [
        ("MLD-O105", {"method": "guess"}),
        ("MLD-O105", {"method": 3}),
        ("MLD-O106", {"layer": "nowhere"}),
        ("MLD-O106", {"layer": 3}),
        ("MLD-O106", {"layer": "out"}),
        ("MLD-O107", {"baseline": "mask"}),
        ("MLD-O107", {"baseline": 3}),
        ("MLD-O108", {"rows": []}),
        ("MLD-O82", {"target": 9}),
        ("MLD-S51", {"rows": [99]}),
        ("MLD-O81", {"n_steps": 0}),
    ],
)
def test_every_wrong_option_is_a_coded_error(code: str, options: dict[str, Any]) -> None:
    with pytest.raises(mld.MldError, match=code):
        mld.text_attributions(evaluation(), **{"rows": [0], **options})


def test_gradients_of_a_pipeline_are_refused() -> None:
    pipeline = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(TEXTS, TRUTH)
    with pytest.raises(mld.MldError, match="MLD-O105"):
        mld.text_attributions(mld.evaluate(pipeline, (TEXTS, TRUTH)), [0], method="saliency")


def test_an_evaluation_without_texts_is_refused() -> None:
    ev = mld.evaluate(lambda rows: rows[:, 0], (np.random.default_rng(0).random((20, 2)), np.arange(20.0)))
    with pytest.raises(mld.MldError, match="MLD-O103"):
        mld.text_attributions(ev)
