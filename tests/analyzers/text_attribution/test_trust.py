"""The checks of texts say "good" where attributions are known to be right, and "bad" where they were spoilt."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import mldebug_widgets as mld
from mldebug_widgets.analyzers.text_attribution import trust_checks
from mldebug_widgets.analyzers.text_attribution.methods import METHODS
from mldebug_widgets.analyzers.text_attributions import TextAttributionsResult
from mldebug_widgets.analyzers.trust import TrustLine
from tests.analyzers.text_models import TEXTS, Bag, Mixed, evaluation

pytestmark = pytest.mark.usefixtures("even_pieces")
LONG = [" ".join([text, *TEXTS[:2]]) for text in TEXTS]


def line(result: TextAttributionsResult, name: str) -> TrustLine:
    return next(one for one in result.trust_lines if one.name == name)


@pytest.mark.parametrize("method", [name for name, method in METHODS.items() if method.gradients])
@pytest.mark.parametrize("seed", range(2))
def test_random_weights_change_gradient_attributions(method: str, seed: int) -> None:
    result = mld.text_attributions(evaluation(Mixed(), texts=LONG), range(5), method=method, seed=seed)
    found = line(result, "randomisation")
    assert found.value is not None
    assert abs(found.value) < 0.5
    assert found.verdict == "good"


def test_attributions_that_do_not_hang_on_the_weights_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trust_checks, "randomised_copy", lambda module, _generator: module)
    result = mld.text_attributions(evaluation(Mixed(), texts=LONG), range(5))
    assert result.trust["randomisation"] == pytest.approx(1)
    assert line(result, "randomisation").verdict == "bad"


def test_only_a_copy_is_randomised() -> None:
    model = Mixed()
    before = [weight.detach().clone() for weight in model.parameters()]
    mld.text_attributions(evaluation(model, texts=LONG), range(5))
    assert all(torch.equal(old, new) for old, new in zip(before, model.parameters(), strict=True))


def test_a_model_that_cannot_be_copied_is_not_checked() -> None:
    class Single(Mixed):
        def __deepcopy__(self, _memo: Any) -> Any:
            raise TypeError("there is only one")

    result = mld.text_attributions(evaluation(Single()), [0, 1])
    assert line(result, "randomisation").verdict == "not checked"
    assert "TypeError" in line(result, "randomisation").words


class Sharp(Mixed):
    """An answer that turns with the smallest move of a vector."""

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return torch.sin(400 * self.token(ids)).sum(dim=(1, 2))


class Smooth(nn.Module):
    """An answer that is linear in the vectors: their gradient is the same everywhere."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.token, self.out = nn.Embedding(20, 6), nn.Linear(6, 1)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return self.out(self.token(ids).sum(dim=1)).squeeze(1)


def test_attributions_that_jump_are_unstable() -> None:
    smooth = mld.text_attributions(evaluation(Smooth()), [0, 1], method="saliency")
    assert smooth.trust["max_sensitivity"] == pytest.approx(0, abs=1e-6)
    sharp = mld.text_attributions(evaluation(Sharp()), [0, 1], method="input_x_gradient")
    assert line(sharp, "max_sensitivity").verdict == "bad"


def test_words_that_only_act_together_are_not_foretold() -> None:
    def both(texts: list[str]) -> Any:
        return np.array([0.9 if "not" in text and "good" in text else 0.1 for text in texts])

    texts = ["not good", "good film", "the film was not good", "bad"]
    result = mld.text_attributions(mld.evaluate(both, (texts, np.arange(4) % 2)), [0, 2], method="occlusion")
    assert line(result, "infidelity").verdict == "bad"


def test_leaving_out_by_wrong_attributions_is_no_better_than_random(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only "good" counts: right attributions name it first, those turned upside down name it last."""

    def says_good(texts: list[str]) -> Any:
        return np.array([0.9 if "good" in text else 0.1 for text in texts])

    texts = ["the story was not very good", "a good film and a fine plot", "bad", "awful film"]
    ev = mld.evaluate(says_good, (texts, np.arange(4) % 2))
    right = mld.text_attributions(ev, [0, 1], method="shapley_value_sampling")
    honest = trust_checks._deletion_and_insertion

    def spoilt(plan: Any, some: list[Any]) -> Any:
        for text in some:
            text.values[:] = 1 - np.abs(text.values)
        return honest(plan, some)

    monkeypatch.setattr(trust_checks, "_deletion_and_insertion", spoilt)
    wrong = mld.text_attributions(ev, [0, 1], method="shapley_value_sampling")
    for name in ("deletion", "insertion"):
        assert line(right, name).verdict == "good"
        assert line(wrong, name).verdict == "bad"


def test_a_path_of_one_step_does_not_sum_up() -> None:
    class Kink(Smooth):
        def forward(self, ids: torch.Tensor) -> torch.Tensor:
            return torch.relu(self.token(ids).square().sum(dim=(1, 2)) - 8)

    result = mld.text_attributions(evaluation(Kink()), n_steps=1)
    assert line(result, "convergence_delta").verdict == "bad"
    assert line(mld.text_attributions(evaluation(Bag()), n_steps=1), "convergence_delta").verdict == "good"
