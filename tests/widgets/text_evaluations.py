"""A small text classifier whose weights are written down, over texts in several scripts."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import nn

import mldebug_widgets as mld

HOSTILE = "<img src=x onerror=alert(1)>"
FEELINGS = {"good": 1.0, "lovely": 2.0, "fine": 0.5, "bad": -1.0, "awful": -2.0, "not": -0.5, "رائع": 2.0, "😀": 1.5}
TEXTS = (
    "A lovely film, with good acting.",
    "An awful plot and bad acting!",
    "Not good, not bad: fine.",
    "فيلم رائع جدا",
    "The ending was good 😀 but the 👩‍👩‍👧 scene was awful",
    f"It says {HOSTILE} and that is fine",
    "",
    "good " * 30,
)
LIMIT = 40


def words_of(text: str) -> list[str]:
    """Split as a simple tokenizer does: words, and signs apart."""
    for sign in ".,:!":
        text = text.replace(sign, f" {sign} ")
    return text.lower().split()


def vocabulary() -> dict[str, int]:
    words = sorted({word for text in TEXTS for word in words_of(text)} | FEELINGS.keys())
    return {word: at + 2 for at, word in enumerate(words)}


VOCABULARY = vocabulary()


def tokenizer(text: str) -> list[int]:
    """Return ids; 1 is the unknown word, 0 the padding."""
    return [VOCABULARY.get(word, 1) for word in words_of(text)][:LIMIT]


class Feelings(nn.Module):
    """Adds the feelings of the words up, with less weight for each more."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(len(VOCABULARY) + 2, 2, padding_idx=0)
        self.hidden = nn.Linear(2, 2)
        self.score = nn.Linear(2, 1)
        weight = torch.zeros(len(VOCABULARY) + 2, 2)
        for word, at in VOCABULARY.items():
            weight[at, 0] = FEELINGS.get(word, 0.0)
            weight[at, 1] = 0.125 * (at % 3)
        with torch.no_grad():
            self.embedding.weight.copy_(weight)
            self.hidden.weight.copy_(torch.tensor([[1.0, 0.25], [-0.5, 1.0]]))
            self.hidden.bias.zero_()
            self.score.weight.copy_(torch.tensor([[2.0, -0.5]]))
            self.score.bias.fill_(0.125)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Return one logit per row of ids."""
        return self.score(torch.tanh(self.hidden(self.embedding(ids).sum(dim=1)))).squeeze(1)


def texts_evaluation(repeats: int = 2) -> Any:
    """Return an evaluation of the texts, ``repeats`` times over, with some answers wrong."""
    texts = [text for _ in range(repeats) for text in TEXTS]
    truth = np.array(["positive" if at % 3 else "negative" for at in range(len(texts))])
    return mld.evaluate(Feelings(), (texts, truth), tokenizer=tokenizer)
