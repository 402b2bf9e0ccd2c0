"""The user's model and texts come back byte for byte: every method for texts, however it ends."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from mldebug_widgets.analyzers.text_attribution.methods import METHODS
from mldebug_widgets.analyzers.text_attributions import Asked, text_attribution_steps, text_attributions
from mldebug_widgets.evaluation.evaluation import Evaluation, evaluate
from tests.analyzers.preservation import (
    ENDS,
    FUSE,
    Fragile,
    Subject,
    comes_back,
    in_training,
    passes_of,
    untouched_steps,
)
from tests.analyzers.text_models import PAD, TEXTS, TRUTH, WORDS, by_words
from tests.evaluation.snapshots import described, frame_state, model_state, random_state

pytestmark = pytest.mark.usefixtures("even_pieces")
#: How texts are asked: through the vectors of an embedding, or as a function that only answers.
WAYS = ("tokens", "function")


class Net(Fragile):
    """Writes into the vectors of its tokens, normalises by batch, and drops out."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.token = nn.Embedding(len(WORDS) + 4, 6, padding_idx=PAD)
        self.norm, self.drop, self.out = nn.BatchNorm1d(6), nn.Dropout(0.5), nn.Linear(6, 1)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        vectors = self.token(ids)
        vectors += 0.5
        mixed = torch.tanh(self.passing(vectors)).sum(dim=1)
        return self.out(self.returning(self.drop(self.norm(mixed)))).squeeze(1)


def fragile(way: str) -> tuple[Evaluation, Net]:
    model = Net()
    if way == "tokens":
        ev = evaluate(model, (TEXTS, TRUTH), tokenizer=by_words)
    else:

        def answer(texts: list[str]) -> Any:
            FUSE.passing("forward")
            return np.array([0.9 if "good" in text else 0.2 + 0.01 * len(text) % 0.3 for text in texts])

        ev = evaluate(answer, (TEXTS, TRUTH))
    in_training(model, norm=model.norm, hooked=model.drop, frozen=model.out)
    return ev, model


def subject(way: str, name: str) -> Subject:
    ev, model = fragile(way)
    options: dict[str, Any] = {"rows": [0, 2, 3], "method": name, "n_samples": 4, "n_steps": 6}

    def state() -> Any:
        return model_state(model), random_state(), frame_state(ev.X), described(TEXTS), described(ev.y)

    return Subject(
        state,
        lambda **more: text_attributions(ev, **options, **more),
        lambda: text_attribution_steps(ev, Asked(**options)),
    )


@cache
def passes(way: str, name: str) -> Counter[str]:
    return passes_of(subject(way, name))


CASES = [
    (way, name, end)
    for way in WAYS
    for name, one in METHODS.items()
    for end in ENDS
    if one.gradients or "backward" not in end
    if way == "tokens" or not one.gradients
]


@pytest.mark.parametrize(("way", "name", "end"), CASES)
def test_the_model_comes_back_byte_for_byte(way: str, name: str, end: str) -> None:
    comes_back(lambda: subject(way, name), end, passes(way, name))


@pytest.mark.parametrize("name", METHODS)
def test_between_two_steps_the_model_is_as_it_was(name: str) -> None:
    assert len(untouched_steps(subject("tokens", name))) > 3


def test_a_graph_that_the_user_still_needs_can_be_followed_back() -> None:
    ev, model = fragile("tokens")
    model.eval()
    loss = model(torch.tensor([by_words(TEXTS[0])])).sum()
    before = model.token.weight.grad
    for name in METHODS:
        text_attributions(ev, [0], method=name)
    loss.backward()
    assert model.token.weight.grad is not before
