"""Hugging Face's tokenizers and models: what they return, as recorded from tokenizers 0.23 and transformers 5.23."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import mldebug_widgets as mld

RECORDED = json.loads(Path(__file__).with_name("hugging_face_encodings.json").read_text(encoding="utf-8"))
MAKES = ("wordpiece", "bpe", "unigram")


class Recorded:
    """A fast tokenizer's interface over what it answered; ``model_max_length`` cuts as its truncation does."""

    is_fast = True

    def __init__(self, make: str, model_max_length: int = 10**30) -> None:
        record = RECORDED[make]
        self.pad_token_id, self.mask_token_id = record["pad_token_id"], record["mask_token_id"]
        self.all_special_ids = record["all_special_ids"]
        self.model_max_length = model_max_length
        self.texts = {one["text"]: one for one in record["texts"]}

    def __call__(
        self, text: str, *, return_offsets_mapping: bool = False, truncation: bool = False, max_length: int = 0
    ) -> dict[str, Any]:
        found = self.texts[text]
        limit = (max_length or self.model_max_length) if truncation else len(found["input_ids"])
        ids, offsets = found["input_ids"], found["offset_mapping"]
        if len(ids) > limit:  # the closing special token stays
            ids, offsets = [*ids[: limit - 1], ids[-1]], [*offsets[: limit - 1], offsets[-1]]
        answer = {"input_ids": ids, "token_type_ids": [0] * len(ids), "attention_mask": [1] * len(ids)}
        return answer | ({"offset_mapping": offsets} if return_offsets_mapping else {})

    def convert_ids_to_tokens(self, ids: list[int]) -> list[str]:
        names = dict(pair for one in self.texts.values() for pair in zip(one["input_ids"], one["tokens"], strict=True))
        return [names[at] for at in ids]


class Encoder(nn.Module):
    """Attention over learned positions, called as transformers' models are, with an answer of their kind."""

    def __init__(self, padding: int, limit: int = 128) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.word_embeddings = nn.Embedding(400, 8, padding_idx=padding)
        self.position_embeddings = nn.Embedding(limit, 8)
        self.token_type_embeddings = nn.Embedding(2, 8)
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)
        self.classifier = nn.Linear(8, 3)

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor | None = None,
        token_type_ids: torch.Tensor | None = None,
    ) -> Any:
        kinds = torch.zeros_like(input_ids) if token_type_ids is None else token_type_ids
        hidden = self.word_embeddings(input_ids) + self.token_type_embeddings(kinds)
        hidden = hidden + self.position_embeddings(torch.arange(input_ids.shape[1]))
        unread = None if attention_mask is None else attention_mask == 0
        mixed, _ = self.attention(hidden, hidden, hidden, key_padding_mask=unread)
        logits = self.classifier(torch.tanh(mixed[:, 0] + hidden[:, 0]))
        return type("SequenceClassifierOutput", (dict,), {"logits": logits})(logits=logits)


def evaluation(make: str, *, limit: int = 128, tokenizer: Any = None) -> Any:
    texts = [one["text"] for one in RECORDED[make]["texts"]]
    model = Encoder(RECORDED[make]["pad_token_id"], limit)
    return mld.evaluate(model, (texts, np.arange(len(texts)) % 3), tokenizer=tokenizer or Recorded(make))


def pieces_of(make: str, text: str) -> list[str]:
    ev = evaluation(make)
    row = next(row for row, one in enumerate(ev.texts) if one == text)
    return list(mld.text_attributions(ev, [row], trust=False).texts[0].words)


@pytest.mark.parametrize("make", MAKES)
def test_answers_are_those_of_the_model_called_directly(make: str) -> None:
    ev = evaluation(make)
    for row, one in enumerate(RECORDED[make]["texts"]):
        if one["input_ids"]:
            with torch.no_grad():
                wanted = ev.model.module(torch.tensor([one["input_ids"]])).logits.softmax(dim=1)
            np.testing.assert_allclose(ev.scores[row], wanted[0].numpy(), atol=1e-6)


@pytest.mark.parametrize("make", MAKES)
def test_every_word_has_the_sum_of_its_pieces(make: str) -> None:
    """Input x gradient of each token, computed here, summed over the recorded offsets."""
    ev = evaluation(make)
    found = mld.text_attributions(ev, method="input_x_gradient", target=1, baseline="zero", trust=False)
    for text in found.texts:
        recorded = RECORDED[make]["texts"][text.row]
        ids, model = torch.tensor([recorded["input_ids"]]), ev.model.module
        vectors: list[torch.Tensor] = []
        hook = model.word_embeddings.register_forward_hook(
            lambda _m, _i, output, kept=vectors: kept.append(output.detach().requires_grad_()) or kept[0]
        )
        [gradient] = torch.autograd.grad(model(ids).logits[0, 1], vectors)
        hook.remove()
        per_token = (vectors[0] * gradient).sum(dim=2)[0].tolist()
        ends = np.cumsum([len(word) for word in text.words])
        wanted = np.zeros(len(text.words))
        for value, (start, stop) in zip(per_token, recorded["offset_mapping"], strict=True):
            if stop > start:
                wanted[int(np.searchsorted(ends, stop - 1, "right"))] += value
        np.testing.assert_allclose(text.values, wanted, atol=1e-5)
        assert "".join(text.words) == recorded["text"]


@pytest.mark.parametrize("make", MAKES)
def test_pieces_become_the_words_that_a_person_reads(make: str) -> None:
    assert pieces_of(make, "The playing was unbelievably good, wasn't it?") == [
        "The ", "playing ", "was ", "unbelievably ", "good", ", ", "wasn't ", "it", "?",
    ]  # fmt: skip
    assert pieces_of(make, "中文电影很好看。") == list("中文电影很好看。")
    assert pieces_of(make, "فيلم رائع جدًا") == ["فيلم ", "رائع ", "جدًا"]
    assert pieces_of(make, "naïve café") == ["naïve ", "café"]
    assert "👩\u200d👩\u200d👧 " in pieces_of(make, "Loved it 👩\u200d👩\u200d👧 👍🏽 😀😀 🇫🇷!")


@pytest.mark.parametrize("baseline", ["auto", "zero"])
@pytest.mark.parametrize("make", MAKES)
def test_special_tokens_belong_to_no_word(make: str, baseline: str) -> None:
    ev = evaluation(make)
    text = mld.text_attributions(ev, [0], baseline=baseline, trust=False).texts[0]
    assert text.delta == pytest.approx(0, abs=1e-3)  # with special tokens kept in the baseline the words sum up
    empty = next(row for row, one in enumerate(ev.texts) if one == "")
    assert mld.text_attributions(ev, [empty], trust=False).texts[0].words == ()


def test_a_text_is_cut_where_the_models_positions_end_and_says_so() -> None:
    found = mld.text_attributions(evaluation("wordpiece", limit=8), [0], trust=False)
    [text] = found.texts
    assert text.cut
    assert "longer than the model takes" in found.notes[-1]
    assert np.all(text.values[4:] == 0)
    assert np.any(text.values[:3] != 0)


def test_padding_behind_a_text_is_not_read() -> None:
    def padded(text: str) -> list[int]:
        ids: list[int] = Recorded("wordpiece")(text)["input_ids"]
        return ids + [RECORDED["wordpiece"]["pad_token_id"]] * (100 - len(ids))

    np.testing.assert_allclose(
        evaluation("wordpiece", tokenizer=padded).scores, evaluation("wordpiece").scores, atol=1e-6
    )


def test_a_mask_is_given_to_models_whose_ids_have_another_name() -> None:
    class Renamed(Encoder):
        def forward(self, tokens: torch.Tensor, attention_mask: torch.Tensor) -> Any:  # type: ignore[override]
            return {"logits": super().forward(tokens, attention_mask).logits}

    texts = [one["text"] for one in RECORDED["bpe"]["texts"]]
    ev = mld.evaluate(Renamed(1), (texts, np.arange(len(texts)) % 3), tokenizer=Recorded("bpe"))
    np.testing.assert_allclose(ev.scores, evaluation("bpe").scores, atol=1e-6)
