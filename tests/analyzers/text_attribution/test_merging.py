"""Words that share a token are one piece, and pieces of one word are summed."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import torch

import mldebug_widgets as mld
from tests.analyzers.text_models import TEXTS, Bag, Pieces, evaluation


class Pairs(Pieces):
    """A tokenizer whose tokens are two words each, as a phrase may be."""

    def __call__(self, text: str, *, return_offsets_mapping: bool = False, **_options: Any) -> dict[str, Any]:
        spans = [match.span() for match in re.finditer(r"\w+ \w+|\w+", text)]
        return {"input_ids": [4 + at % 16 for at, _ in enumerate(spans)], "offset_mapping": spans}


def test_words_of_one_token_are_one_piece() -> None:
    model = Bag()
    found = mld.text_attributions(evaluation(model, Pairs(is_fast=True)), [0, 5], baseline="zero", trust=False)
    assert [text.words for text in found.texts] == [("the film ", "was good"), ("awful film",)]
    with torch.no_grad():
        expected = (model.bag.weight @ model.out.weight[0])[[4, 5]].numpy()
    np.testing.assert_allclose(found.texts[0].values, expected, atol=1e-5)


def test_pieces_of_one_word_are_summed() -> None:
    model = Bag()
    tokenizer = Pieces(is_fast=True)
    found = mld.text_attributions(evaluation(model, tokenizer), [1], baseline="zero", trust=False).texts[0]
    encoded = tokenizer(TEXTS[1])
    with torch.no_grad():
        per_id = (model.bag.weight @ model.out.weight[0]).numpy()
    ends = np.cumsum([len(word) for word in found.words])
    expected = np.zeros(len(found.words))
    for one, (start, stop) in zip(encoded["input_ids"], encoded["offset_mapping"], strict=True):
        if stop > start:
            expected[np.searchsorted(ends, start, "right")] += per_id[one]
    assert [word.strip() for word in found.words] == TEXTS[1].split()
    np.testing.assert_allclose(found.values, expected, atol=1e-5)
