"""The user's model and data come back byte for byte: every method, however it ends."""

from __future__ import annotations

import gc
from collections import Counter
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

from mldebug_widgets.analyzers.attribution.methods import METHODS
from mldebug_widgets.analyzers.attribution.steps import Asked
from mldebug_widgets.analyzers.attributions import attribution_steps, attributions
from mldebug_widgets.evaluation.evaluation import Evaluation, evaluate
from tests.analyzers.attribution.models import P, network, table
from tests.analyzers.preservation import ENDS, Fragile, Subject, comes_back, in_training, passes_of, untouched_steps
from tests.evaluation.snapshots import described, frame_state, model_state, random_state

pytestmark = pytest.mark.usefixtures("even_pieces")
ROWS = range(6)


class Net(Fragile):
    """Writes into what it reads, normalises by batch, and drops out."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.first, self.norm, self.relu = nn.Linear(P, 8), nn.BatchNorm1d(8), nn.ReLU()
        self.dropout, self.end = nn.Dropout(0.5), nn.Linear(8, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x -= 0.5
        hidden = self.dropout(self.relu(self.norm(self.first(self.passing(x)))))
        return self.end(self.returning(hidden))


def fragile() -> tuple[Evaluation, Net, torch.Tensor]:
    """A model in the middle of training, on a tensor of the user's that has gradients itself."""
    model = Net()
    data = torch.tensor(table(24).to_numpy()).requires_grad_()
    data.grad = torch.ones_like(data)
    ev = evaluate(model, (data, np.arange(24) % 3))
    in_training(model, norm=model.norm, hooked=model.relu, frozen=model.end)
    return ev, model, data


def options(name: str) -> dict[str, Any]:
    samples = None if name == "kernel_shap" else 4
    return {"rows": ROWS, "method": name, "n_samples": samples, "n_steps": 8, "baseline": "mean"}


def subject(name: str) -> Subject:
    ev, model, data = fragile()

    def state() -> Any:
        return model_state(model), random_state(), frame_state(ev.X), described(data), described(ev.y)

    return Subject(
        state,
        lambda **more: attributions(ev, **options(name), **more),
        lambda: attribution_steps(ev, Asked(**options(name))),
    )


@cache
def passes(name: str) -> Counter[str]:
    return passes_of(subject(name))


# What asks the model and never follows gradients has no backward pass.
CASES = [(name, end) for name, one in METHODS.items() for end in ENDS if one.gradients or "backward" not in end]


@pytest.mark.parametrize(("name", "end"), CASES)
def test_the_model_comes_back_byte_for_byte(name: str, end: str) -> None:
    comes_back(lambda: subject(name), end, passes(name))


@pytest.mark.parametrize("name", METHODS)
def test_between_two_steps_the_model_is_as_it_was(name: str) -> None:
    assert len(untouched_steps(subject(name))) > 3


@pytest.mark.parametrize("name", METHODS)
def test_what_preprocess_keeps_is_not_written_into(name: str) -> None:
    """A user's step that remembers what it made hands out the same tensors again."""
    kept: dict[bytes, torch.Tensor] = {}

    def remembering(rows: pd.DataFrame) -> torch.Tensor:
        key = rows.to_numpy().tobytes()
        if key not in kept:
            kept[key] = torch.tensor(rows.to_numpy(dtype=np.float32)).requires_grad_()
        return kept[key]

    model = Net()
    ev = evaluate(model, (table(24), np.arange(24) % 3), preprocess=remembering)
    before = {key: described(value) for key, value in kept.items()}
    result = attributions(ev, **options(name), trust=False)
    assert {key: described(kept[key]) for key in before} == before
    for key, value in kept.items():
        assert value.detach().numpy().tobytes() == np.frombuffer(key, np.float32).tobytes()
    plain = attributions(evaluate(model, (table(24), np.arange(24) % 3)), **options(name), trust=False)
    np.testing.assert_allclose(result.values, plain.values, atol=1e-6)


def test_a_graph_that_the_user_still_needs_can_be_followed_back() -> None:
    model = network()
    frame = table()
    ev = evaluate(model, (frame, np.arange(40) % 3))
    loss = model(torch.tensor(frame.to_numpy())).square().sum()
    for name in METHODS:
        attributions(ev, **options(name))
    loss.backward()
    assert all(parameter.grad is not None for parameter in model.parameters())


def test_training_flags_and_dropout_do_not_change_the_answer() -> None:
    ev, model, _ = fragile()
    trained = attributions(ev, ROWS, trust=False).values
    model.eval()
    np.testing.assert_array_equal(attributions(ev, ROWS, trust=False).values, trained)


def test_no_graph_survives_a_call() -> None:
    ev, _, _ = fragile()

    def held() -> int:
        gc.collect()
        return sum(issubclass(type(one), torch.Tensor) for one in gc.get_objects())

    attributions(ev, **options("integrated_gradients"))
    before = held()
    kept = [attributions(ev, **options(name)) for name in METHODS]
    assert held() <= before
    assert len(kept) == len(METHODS)
