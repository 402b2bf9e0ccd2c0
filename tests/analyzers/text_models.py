"""Small models of texts, and tokenizers of every make."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import nn

import mldebug_widgets as mld

WORDS = ["the", "a", "film", "was", "plot", "acting", "and", "story"]
WORDS += ["very", "good", "great", "fine", "bad", "awful", "poor", "not"]
VOCABULARY = {word: at + 4 for at, word in enumerate(WORDS)}
PAD, CLS, SEP, MASK = 0, 1, 2, 3
TEXTS = [
    "the film was good",
    "the plot was bad and the acting awful",
    "a very fine story",
    "not great",
    "the story was not very good",
    "awful film",
]
TRUTH = np.array([1, 0, 1, 0, 0, 1])


def by_words(text: str) -> list[int]:
    return [VOCABULARY.get(word, PAD) for word in text.lower().split()]


def padded(text: str) -> list[int]:
    ids = by_words(text)[:12]
    return ids + [PAD] * (12 - len(ids))


class Pieces:
    """A tokenizer as Hugging Face's: special tokens around pieces of at most three letters."""

    pad_token_id = PAD
    mask_token_id = MASK
    model_max_length = 10**30

    def __init__(self, *, is_fast: bool) -> None:
        self.is_fast = is_fast

    def convert_ids_to_tokens(self, ids: Sequence[int]) -> list[str]:
        return [str(one) for one in ids]

    def __call__(self, text: str, *, return_offsets_mapping: bool = False, **_options: Any) -> dict[str, Any]:
        spans = [match.span() for match in re.finditer(r"\w{1,3}|[^\w\s]", text)]
        ids = [CLS, *(4 + sum(map(ord, text[start:stop])) % 16 for start, stop in spans), SEP]
        return {"input_ids": ids, "offset_mapping": [(0, 0), *spans, (0, 0)]}


class Mixed(nn.Module):
    """Position and token embeddings, and something that is not linear."""

    def __init__(self, *, positions: int = 64, outputs: int = 1) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.token = nn.Embedding(len(WORDS) + 4, 6, padding_idx=PAD)
        self.position = nn.Embedding(positions, 6)
        self.norm = nn.LayerNorm(6)
        self.drop = nn.Dropout(0.5)
        self.out = nn.Linear(6, outputs)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        places = torch.arange(ids.shape[1], device=ids.device)
        mixed = torch.tanh(self.token(ids) + 0.5 * self.position(places))
        return self.out(self.drop(self.norm(mixed.sum(dim=1)))).squeeze(1)


class Bag(nn.Module):
    """A linear model on a bag of words."""

    def __init__(self, mode: str = "sum") -> None:
        super().__init__()
        torch.manual_seed(1)
        self.bag = nn.EmbeddingBag(len(WORDS) + 4, 3, mode=mode, padding_idx=PAD)
        self.out = nn.Linear(3, 1)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return self.out(self.bag(ids)).squeeze(1)


def evaluation(model: Any = None, tokenizer: Any = by_words, texts: Sequence[str] = TEXTS, **options: Any) -> Any:
    truth = np.resize(TRUTH, len(texts))
    return mld.evaluate(Mixed() if model is None else model, (list(texts), truth), tokenizer=tokenizer, **options)
