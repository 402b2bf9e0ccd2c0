"""What cannot be explained: a coded error that names the argument, or a fallback that is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

import mldebug_widgets as mld
from mldebug_widgets.analyzers.attributions import attributions
from mldebug_widgets.errors import MldError
from mldebug_widgets.evaluation.evaluation import Evaluation, evaluate
from tests.analyzers.attribution.models import P, classes, linear, network, of_network, table


def fails(code: str, argument: str, ev: Any, *arguments: Any, **options: Any) -> MldError:
    with pytest.raises(MldError, match=code) as caught:
        attributions(ev, *arguments, **options)
    assert caught.value.code == code
    assert caught.value.argument == argument
    return caught.value


@pytest.mark.parametrize(
    ("code", "argument", "options"),
    [
        ("MLD-O80", "method", {"method": "shap"}),
        ("MLD-O80", "method", {"method": 3}),
        ("MLD-O81", "n_samples", {"n_samples": 0}),
        ("MLD-O81", "n_samples", {"n_samples": 2.5}),
        ("MLD-O81", "n_steps", {"n_steps": True}),
        ("MLD-O81", "seed", {"seed": -1}),
        ("MLD-O82", "target", {"target": 9}),
        ("MLD-O82", "target", {"target": -1}),
        ("MLD-O82", "target", {"target": "nobody"}),
        ("MLD-O82", "target", {"target": [0, 1]}),
        ("MLD-O82", "target", {"target": [0, 1, 7]}),
        ("MLD-O82", "target", {"target": 1.0}),
        ("MLD-O83", "baseline", {"baseline": "average"}),
        ("MLD-O83", "baseline", {"baseline": 1.5}),
        ("MLD-S51", "baseline", {"baseline": 40}),
    ],
)
def test_options_are_checked(code: str, argument: str, options: dict[str, Any]) -> None:
    fails(code, argument, of_network(), [1, 2, 3], **options)


@pytest.mark.parametrize(
    ("code", "rows"),
    [("MLD-O84", []), ("MLD-S51", [99]), ("MLD-S51", -1), ("MLD-S54", np.ones(3, dtype=bool)), ("MLD-S52", [0.5])],
)
def test_rows_are_checked(code: str, rows: Any) -> None:
    fails(code, "rows", of_network(), rows)


def test_rows_by_query_mask_and_position_are_the_same() -> None:
    ev = of_network()
    mask = ev.X["x0"].to_numpy() > 0.5
    expected = np.flatnonzero(mask)
    for rows in ("x0 > 0.5", mask, expected, expected.tolist()):
        assert attributions(ev, rows, trust=False).rows.tolist() == expected.tolist()
    assert attributions(ev, 3, trust=False).rows.tolist() == [3]
    with pytest.raises(MldError):
        attributions(ev, "x0 > 1000")


def test_a_target_of_regression_is_refused() -> None:
    frame = table()
    fails("MLD-O82", "target", evaluate(linear, (frame, linear(frame))), [0], target=1)


def test_no_model_to_ask() -> None:
    frame = table()
    ev = evaluate(None, (frame, linear(frame)), predictions=linear(frame))
    fails("MLD-M07", "model", ev)
    images = evaluate(
        nn.Sequential(nn.Flatten(), nn.Linear(12, 3)), (torch.rand(9, 3, 2, 2), torch.arange(9) % 3)
    )  # fmt: skip
    assert "gradcam" in str(fails("MLD-M07", "model", images))


def test_not_an_evaluation() -> None:
    fails("MLD-O61", "ev", network())


def test_gradients_of_a_model_without_them() -> None:
    frame = table()
    ev = evaluate(linear, (frame, linear(frame)))
    fails("MLD-O85", "method", ev, [0], method="integrated_gradients")
    result = attributions(ev, trust=False)
    assert result.method == "kernel_shap"
    assert "no torch module" in result.method_reason


class Whole(nn.Module):
    """Reads whole numbers, without an embedding."""

    def __init__(self) -> None:
        super().__init__()
        self.weights = nn.Parameter(torch.randn(4, P))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.weights[x.long() % 4, torch.arange(P)].sum(dim=1, keepdim=True)


class Detached(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.net = network(1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.net(x.detach())


class Failing(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, values: torch.Tensor) -> torch.Tensor:
        return values.clone()

    @staticmethod
    def backward(ctx: Any, *_: torch.Tensor) -> Any:
        raise NotImplementedError("no way back")


class OneWay(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return Failing.apply(x).sum(dim=1, keepdim=True)


@pytest.mark.parametrize(
    ("model", "words"),
    [(Whole(), "reaches"), (Detached(), "reaches"), (OneWay(), "no way back")],
    ids=["whole numbers", "detached", "one way"],
)
def test_gradients_that_do_not_arrive(model: nn.Module, words: str) -> None:
    frame = pd.DataFrame(np.random.default_rng(0).integers(0, 4, (40, P))).astype(np.float32)
    ev = evaluate(model, (frame, np.arange(40.0)))
    assert words in str(fails("MLD-O85", "method", ev, [0], method="saliency"))
    result = attributions(ev, range(5), trust=False)
    assert result.method == "kernel_shap"
    assert words in result.method_reason
    np.testing.assert_allclose(result.delta, 0, atol=1e-5)


def test_an_embedding_over_whole_numbers_is_followed() -> None:
    class Tokens(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embedding = nn.Embedding(5, 3)
            self.head = nn.Linear(3 * P, 1)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.head(self.embedding(x).flatten(1))

    torch.manual_seed(0)
    frame = pd.DataFrame(np.random.default_rng(0).integers(0, 5, (40, P)))
    ev = evaluate(Tokens(), (frame, np.arange(40.0)))
    result = attributions(ev, range(8), trust=False)
    assert result.method == "integrated_gradients"
    np.testing.assert_allclose(result.delta, 0, atol=1e-5)
    ablated = attributions(ev, range(8), method="feature_ablation", trust=False)
    np.testing.assert_allclose(result.values, ablated.values, atol=1e-5)  # the head is linear


class Offsets(nn.Module):
    """Reads all words of all rows one after the other, and where each row begins."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.bag = nn.EmbeddingBag(6, 3)
        self.out = nn.Linear(3, 1)

    def forward(self, ids: torch.Tensor, offsets: torch.Tensor) -> torch.Tensor:
        return self.out(self.bag(ids, offsets))


def test_inputs_without_one_entry_per_row_are_not_followed() -> None:
    def flat(frame: pd.DataFrame) -> tuple[torch.Tensor, torch.Tensor]:
        ids = torch.tensor(frame[["first", "second"]].to_numpy().reshape(-1))
        return ids, torch.arange(0, len(ids), 2)

    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.integers(0, 6, (40, 2)), columns=["first", "second"])
    ev = mld.evaluate(Offsets(), (frame, np.arange(40) % 2), preprocess=flat, task="binary")
    assert "(2,), (1,), not one entry per row" in fails("MLD-O85", "method", ev, method="integrated_gradients").got
    result = mld.attributions(ev, [0, 1])
    assert result.method == "kernel_shap"
    assert np.abs(result.delta).max() < 1e-5


class Reused(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.second, self.relu = nn.Linear(P, 8), nn.Linear(8, 3), nn.ReLU()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.relu(self.second(self.relu(self.first(x))))


def test_deeplift_of_a_relu_used_twice_is_refused() -> None:
    torch.manual_seed(0)
    ev = evaluate(Reused(), (table(), classes()), task="multiclass")
    fails("MLD-O85", "method", ev, [0, 1], method="deeplift")
    assert attributions(ev, [0, 1], trust=False).method == "integrated_gradients"


def test_scripted_models_are_followed_but_not_by_deeplift() -> None:
    frame = table()
    scripted = torch.jit.trace(network(), torch.zeros(2, P))
    ev = evaluate(scripted, (frame, classes()))
    result = attributions(ev, range(6), target=1)
    np.testing.assert_allclose(
        result.values, attributions(of_network(), range(6), target=1, trust=False).values, atol=1e-5
    )
    fails("MLD-O85", "method", ev, [0], method="deeplift")


class ScriptedBlock(nn.Module):
    """A model with a scripted ReLU inside, where captum's hooks do not reach."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.first, self.last = nn.Linear(P, 8), nn.Linear(8, 3)
        self.block = torch.jit.trace(nn.Sequential(nn.Linear(8, 8), nn.ReLU()), torch.zeros(1, 8))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.last(self.block(self.first(x)))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_scripted_block_is_followed_but_not_by_deeplift() -> None:
    ev = evaluate(ScriptedBlock(), (table(), classes()))
    assert "scripted" in str(fails("MLD-O85", "method", ev, [0], method="deeplift"))
    result = attributions(ev, [0, 1], n_steps=200, trust=False)
    assert result.method == "integrated_gradients"
    np.testing.assert_allclose(result.delta, 0, atol=1e-2)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_what_was_frozen_into_a_script_is_followed() -> None:
    frozen = torch.jit.freeze(torch.jit.script(network()))
    result = attributions(evaluate(frozen, (table(), classes())), range(6), target=1)
    expected = attributions(of_network(), range(6), target=1, trust=False).values
    np.testing.assert_allclose(result.values, expected, atol=1e-5)


@pytest.mark.parametrize("method", ["integrated_gradients", "deeplift"])
def test_a_compiled_model_is_explained_as_its_own(method: str) -> None:
    compiled = torch.compile(network(), backend="eager")
    result = attributions(evaluate(compiled, (table(), classes())), range(6), target=1, method=method, trust=False)
    expected = attributions(of_network(), range(6), target=1, method=method, trust=False).values
    np.testing.assert_allclose(result.values, expected, atol=1e-5)


class WithoutGraph(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.net = network()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        with torch.inference_mode():
            return self.net(x)


def quantised() -> nn.Module:
    return torch.ao.quantization.quantize_dynamic(network(), {nn.Linear}, dtype=torch.qint8)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
@pytest.mark.parametrize("make", [WithoutGraph, quantised])
def test_models_that_only_answer_are_asked(make: Callable[[], nn.Module]) -> None:
    ev = evaluate(make(), (table(), classes()))
    fails("MLD-O85", "method", ev, [0], method="integrated_gradients")
    fails("MLD-O85", "method", ev, [0], method="deeplift")
    result = attributions(ev, [0, 1])
    assert result.method == "kernel_shap"
    np.testing.assert_allclose(result.delta, 0, atol=1e-4)


def test_frozen_models_and_other_dtypes() -> None:
    frame = table()
    expected = attributions(of_network(), range(6), target=1, trust=False).values
    frozen = network().requires_grad_(False)
    np.testing.assert_allclose(
        attributions(evaluate(frozen, (frame, classes())), range(6), target=1, trust=False).values, expected
    )
    double = evaluate(network().double(), (frame, classes()))
    np.testing.assert_allclose(attributions(double, range(6), target=1, trust=False).values, expected, atol=1e-5)
    half = evaluate(network().bfloat16(), (frame, classes()))
    np.testing.assert_allclose(attributions(half, range(6), target=1, trust=False).values, expected, atol=0.05)


def test_a_model_that_fails_later_names_itself() -> None:
    class Moody(nn.Module):
        broken = False

        def __init__(self) -> None:
            super().__init__()
            self.net = network()

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            if Moody.broken:
                raise OSError("weights are gone")
            return self.net(x)

    ev = evaluate(Moody(), (table(), classes()))
    Moody.broken = True
    for method in ("integrated_gradients", "kernel_shap"):
        error = fails("MLD-M04", "model", ev, [0], method=method)
        assert isinstance(error.__cause__, OSError)


@pytest.mark.parametrize("method", ["integrated_gradients", "kernel_shap", "saliency"])
def test_missing_numbers_stay_visible(method: str) -> None:
    frame = table()
    frame.iloc[3, 2] = np.nan
    ev = evaluate(network(1), (frame, np.arange(40.0)))
    result = attributions(ev, [2, 3], method=method)
    assert np.isfinite(result.values[0]).all()
    assert np.isnan(result.output[1])
    assert np.isnan(result.values[1]).any()
    assert np.isfinite(result.mean_abs).all()
    assert any("NaN in 1 of 2 rows" in note for note in result.notes)


def test_one_column() -> None:
    frame = table(p=1)
    ev = evaluate(lambda rows: rows["x0"] * 3, (frame, frame["x0"] * 3))
    result = attributions(ev)
    np.testing.assert_allclose(result.values[:, 0], (frame["x0"] - frame["x0"].mean()) * 3, rtol=1e-4, atol=1e-6)


def test_sampling_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mldebug_widgets.analyzers.attribution.steps.BUDGET", 1_000)
    ev = of_network()
    whole = attributions(ev, method="integrated_gradients", trust=False)
    assert not whole.sampled
    assert len(whole.rows) == ev.n
    some = attributions(ev, method="kernel_shap", seed=5, trust=False)
    assert some.sampled
    assert len(some.rows) == 20
    assert "20 of 40 rows, seed 5." in some.notes
    assert len(attributions(ev, range(30), method="kernel_shap", trust=False).rows) == 30


def test_the_public_name() -> None:
    ev: Evaluation = of_network()
    assert mld.attributions(ev, 0, trust=False).kind == "attributions"
