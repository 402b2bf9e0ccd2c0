"""torch modules of every kind answer through ``evaluate`` exactly as they do when called directly."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

import mldebug_widgets as mld
from mldebug_widgets.errors import MldError
from mldebug_widgets.evaluation.evaluation import Evaluation

N = 60


@pytest.fixture
def X() -> pd.DataFrame:
    return pd.DataFrame(np.random.default_rng(0).normal(size=(N, 4)), columns=list("abcd"))


def direct(model: nn.Module, X: pd.DataFrame, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    model.eval()
    with torch.no_grad():
        return model(torch.tensor(X.to_numpy(), dtype=dtype)).float()


def binary(X: pd.DataFrame) -> pd.Series:
    return (X["a"] > 0).astype(int).rename("y")


def test_one_logit(X: pd.DataFrame) -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 1))
    ev = mld.evaluate(model, (X, binary(X)))
    expected = direct(model, X)[:, 0].sigmoid().numpy()
    assert ev.task == "binary"
    assert "sigmoid" in ev.score_note
    np.testing.assert_allclose(ev.scores, expected, rtol=1e-6)
    np.testing.assert_array_equal(ev.predicted, (expected >= 0.5).astype(int))
    np.testing.assert_allclose(ev.confidence, np.maximum(expected, 1 - expected), rtol=1e-6)


def test_one_probability_is_kept(X: pd.DataFrame) -> None:
    model = nn.Sequential(nn.Linear(4, 1), nn.Sigmoid())
    ev = mld.evaluate(model, (X, binary(X)))
    np.testing.assert_allclose(ev.scores, direct(model, X)[:, 0].numpy(), rtol=1e-6)
    assert "probabilities" in ev.score_note


class _WithWrapper(nn.Module):
    """Small weights: every output lies in 0..1, whether it is a logit or not."""

    def __init__(self, end: Callable[[torch.Tensor], torch.Tensor]) -> None:
        super().__init__()
        self.linear = nn.Linear(4, 1)
        nn.init.constant_(self.linear.weight, 0.01)
        nn.init.constant_(self.linear.bias, 0.5)
        self.end = end

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.end(self.linear(x))


@pytest.mark.parametrize(
    ("end", "is_logit"),
    [
        (lambda z: z, True),
        (lambda z: z.squeeze(-1).view(-1), True),
        (lambda z: z[:, 0].double(), True),
        (torch.sigmoid, False),
        (lambda z: z.sigmoid().squeeze(-1), False),
        (lambda z: z.clamp(0, 1), False),
    ],
)
@pytest.mark.parametrize("frozen", [False, True])
def test_small_logits_are_told_from_probabilities(X: pd.DataFrame, end: Any, is_logit: bool, frozen: bool) -> None:
    model = _WithWrapper(end).requires_grad_(not frozen)
    raw = direct(model, X).numpy().reshape(-1)
    assert 0 < raw.min() < raw.max() < 1
    ev = mld.evaluate(model, (X, binary(X)))
    np.testing.assert_allclose(ev.scores, 1 / (1 + np.exp(-raw)) if is_logit else raw, rtol=1e-5)
    assert all(parameter.requires_grad != frozen for parameter in model.parameters())


def test_flat_output(X: pd.DataFrame) -> None:
    model = nn.Sequential(nn.Linear(4, 1), nn.Flatten(0))
    ev = mld.evaluate(model, (X, binary(X)), batch_size=7)
    np.testing.assert_allclose(ev.scores, direct(model, X).sigmoid().numpy(), rtol=1e-5)


def test_flat_output_of_a_single_row(X: pd.DataFrame) -> None:
    model = nn.Sequential(nn.Linear(4, 1), nn.Flatten(0))

    class Squeezed(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return model(x).squeeze()  # a scalar for one row

    ev = mld.evaluate(Squeezed(), (X, binary(X)))
    assert ev.predict_edited(0, {}).shape == (1,)


def test_two_logits_give_the_second_class(X: pd.DataFrame) -> None:
    model = nn.Linear(4, 2)
    ev = mld.evaluate(model, (X, binary(X)))
    assert ev.task == "binary"
    np.testing.assert_allclose(ev.scores, direct(model, X).softmax(1)[:, 1].numpy(), rtol=1e-5)


@pytest.mark.parametrize("last", [nn.Identity(), nn.Softmax(dim=1), nn.LogSoftmax(dim=1)], ids=repr)
def test_k_columns(X: pd.DataFrame, last: nn.Module) -> None:
    linear = nn.Linear(4, 3)
    y = np.arange(N) % 3
    ev = mld.evaluate(nn.Sequential(linear, last), (X, y))
    expected = direct(linear, X).softmax(1).numpy()
    assert ev.task == "multiclass"
    np.testing.assert_allclose(ev.scores, expected, rtol=1e-4, atol=1e-6)
    np.testing.assert_array_equal(ev.predicted, expected.argmax(1))
    np.testing.assert_array_equal(ev.class_codes, y)


def test_k_columns_with_rare_classes_missing_from_the_target(X: pd.DataFrame) -> None:
    ev = mld.evaluate(nn.Linear(4, 5), (X, np.arange(N) % 3))
    np.testing.assert_array_equal(ev.classes, np.arange(5))


def test_string_labels_follow_the_sorted_order(X: pd.DataFrame) -> None:
    model = nn.Linear(4, 3)
    y = np.array(["oslo", "lima", "rome"])[np.arange(N) % 3]
    ev = mld.evaluate(model, (X, y))
    np.testing.assert_array_equal(ev.classes, ["lima", "oslo", "rome"])
    np.testing.assert_array_equal(ev.predicted, ev.classes[direct(model, X).argmax(1)])
    np.testing.assert_array_equal(ev.y, y)


def test_class_names_name_integer_codes(X: pd.DataFrame) -> None:
    y = np.arange(N) % 3
    ev = mld.evaluate(nn.Linear(4, 3), (X, y), class_names=["red", "green", "blue"])
    np.testing.assert_array_equal(ev.y, np.array(["red", "green", "blue"])[y])
    assert ev.class_names == ("red", "green", "blue")


def test_class_names_give_the_order_of_string_labels(X: pd.DataFrame) -> None:
    y = np.array(["red", "green", "blue"])[np.arange(N) % 3]
    ev = mld.evaluate(nn.Linear(4, 3), (X, y), class_names=["red", "green", "blue"])
    np.testing.assert_array_equal(ev.class_codes, np.arange(N) % 3)


@pytest.mark.parametrize("shape", ["(n,)", "(n, 1)"])
def test_regression(X: pd.DataFrame, shape: str) -> None:
    model = nn.Sequential(nn.Linear(4, 1), *([nn.Flatten(0)] if shape == "(n,)" else []))
    y = 3 * X["a"].to_numpy()
    ev = mld.evaluate(model, (X, y))
    expected = direct(model, X).numpy().reshape(-1)
    assert ev.task == "regression"
    np.testing.assert_allclose(ev.scores, expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(ev.loss, (ev.scores.astype(float) - y) ** 2)
    assert ev.confidence is None
    assert ev.threshold is None


def test_multilabel(X: pd.DataFrame) -> None:
    model = nn.Linear(4, 2)
    y = np.column_stack([X["a"] > 0, X["b"] > 0]).astype(int)
    ev = mld.evaluate(model, (X, y))
    assert ev.task == "multilabel"
    np.testing.assert_allclose(ev.scores, direct(model, X).sigmoid().numpy(), rtol=1e-5)
    assert ev.predicted.shape == (N, 2)
    logits, truth = direct(model, X), torch.tensor(y).float()
    expected = nn.functional.binary_cross_entropy_with_logits(logits, truth, reduction="none")
    np.testing.assert_allclose(ev.loss, expected.mean(1).numpy(), rtol=1e-5)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16, torch.float16])
def test_every_precision(X: pd.DataFrame, dtype: torch.dtype) -> None:
    model = nn.Linear(4, 1).to(dtype)
    ev = mld.evaluate(model, (X, binary(X)))
    expected = direct(model, X, dtype)[:, 0].sigmoid().numpy()
    assert ev.scores.dtype == (np.float64 if dtype == torch.float64 else np.float32)
    np.testing.assert_allclose(ev.scores, expected, rtol=1e-5)


def test_half_precision_softmax_is_recognised_as_probabilities(X: pd.DataFrame) -> None:
    model = nn.Sequential(nn.Linear(4, 12), nn.Softmax(dim=1)).to(torch.bfloat16)
    assert "probabilities" in mld.evaluate(model, (X, np.arange(N) % 12)).score_note


def test_a_compiled_model(X: pd.DataFrame) -> None:
    model = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Linear(8, 1))
    ev = mld.evaluate(torch.compile(model, backend="eager"), (X, binary(X)))
    assert ev.model_name == "Sequential"
    np.testing.assert_allclose(ev.scores, direct(model, X)[:, 0].sigmoid().numpy(), rtol=1e-5)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("how", [torch.jit.script, lambda model: torch.jit.trace(model, torch.zeros(2, 4))])
def test_a_scripted_model(X: pd.DataFrame, how: Callable[[nn.Module], nn.Module]) -> None:
    model = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Linear(8, 1)).eval()
    scripted = how(model)
    scripted.train()
    ev = mld.evaluate(scripted, (X, binary(X)))
    assert ev.model_name == "Sequential"
    assert all(child.training for child in scripted.modules())
    np.testing.assert_allclose(ev.scores, direct(model, X)[:, 0].sigmoid().numpy(), rtol=1e-5)


def test_data_parallel_on_the_cpu(X: pd.DataFrame) -> None:
    model = nn.Linear(4, 1)
    ev = mld.evaluate(nn.DataParallel(model), (X, binary(X)))
    np.testing.assert_allclose(ev.scores, direct(model, X)[:, 0].sigmoid().numpy(), rtol=1e-6)


def test_a_model_without_parameters(X: pd.DataFrame) -> None:
    class Sum(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x.sum(dim=1)

    ev = mld.evaluate(Sum(), (X, X.sum(axis=1)))
    assert ev.loss.max() < 1e-10


def test_a_model_that_differentiates_in_forward(X: pd.DataFrame) -> None:
    class Slope(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            with torch.enable_grad():
                x = x.requires_grad_()
                return torch.autograd.grad((x**2).sum(), x)[0][:, 0]

    ev = mld.evaluate(Slope(), (X, 2 * X["a"]))
    assert ev.loss.max() < 1e-10


def test_an_embedding_reads_whole_numbers() -> None:
    model = nn.Sequential(nn.EmbeddingBag(2**25, 1, mode="sum"))
    tokens = torch.randint(2**24, 2**25, (N, 5))  # above what float32 can tell apart
    y = torch.arange(N) % 2
    ev = mld.evaluate(model, (tokens, y))
    with torch.no_grad():
        np.testing.assert_allclose(ev.scores, model(tokens)[:, 0].sigmoid().numpy(), rtol=1e-6)


def test_images_reach_the_model_as_they_are() -> None:
    images = torch.rand(20, 3, 8, 8)
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(144, 2))
    ev = mld.evaluate(model, (images, torch.arange(20) % 2))
    model.eval()
    with torch.no_grad():
        np.testing.assert_allclose(ev.scores, model(images).softmax(1)[:, 1].numpy(), rtol=1e-4)
    assert ev.X.shape == (20, 0)
    assert not ev.model.can_predict
    assert ev.images is not None
    with pytest.raises(MldError, match="MLD-M07"):
        ev.predict_frame(ev.X)


def test_images_beside_a_table_that_describes_them() -> None:
    images = np.random.default_rng(0).random((20, 3, 4, 4), dtype=np.float32)
    rows = pd.DataFrame({"camera": ["left", "right"] * 10, "y": [0, 1] * 10})
    model = nn.Sequential(nn.Flatten(), nn.Linear(48, 1))
    ev = mld.evaluate(model, rows, "y", images=images)
    with torch.no_grad():
        np.testing.assert_allclose(ev.scores, model(torch.tensor(images))[:, 0].sigmoid().numpy(), rtol=1e-5)
    assert list(ev.X.columns) == ["camera"]


def _two_inputs(kind: str) -> tuple[nn.Module, Callable[[pd.DataFrame], object]]:
    class Two(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embedding = nn.Embedding(3, 2)
            self.head = nn.Linear(3, 1)

        def forward(self, number: torch.Tensor, code: torch.Tensor) -> torch.Tensor:
            return self.head(torch.cat([number, self.embedding(code)], dim=1))

    def preprocess(rows: pd.DataFrame) -> object:
        number = torch.tensor(rows[["number"]].fillna(0.0).to_numpy())  # double: the model is single
        code = torch.tensor(rows["city"].map({"Rome": 0, "Oslo": 1, "Lima": 2}).to_numpy())
        return (number, code) if kind == "tuple" else {"number": number, "code": code}

    return Two(), preprocess


@pytest.mark.parametrize("kind", ["tuple", "dict"])
def test_several_inputs_through_preprocess(mixed: pd.DataFrame, kind: str) -> None:
    model, preprocess = _two_inputs(kind)
    ev = mld.evaluate(model, mixed, "y", preprocess=preprocess)
    city = list(ev.X.columns).index("city")
    moved = ev.predict_edited(4, {city: "Lima"})
    changed = ev.X.iloc[[4]].assign(city="Lima")
    np.testing.assert_array_equal(moved, ev.predict_frame(changed))
    assert ev.predict_edited(4, {}) == pytest.approx(ev.scores[4])


def test_a_fitted_transformer_as_preprocess(mixed: pd.DataFrame) -> None:
    from sklearn.compose import make_column_transformer
    from sklearn.preprocessing import OneHotEncoder

    transformer = make_column_transformer((OneHotEncoder(), ["city", "grade"]), sparse_threshold=1.0).fit(mixed)
    assert hasattr(transformer.transform(mixed), "toarray")  # sparse
    model = nn.Linear(5, 1)
    ev = mld.evaluate(model, mixed, "y", preprocess=transformer)
    with torch.no_grad():
        expected = model(torch.tensor(transformer.transform(mixed).toarray(), dtype=torch.float32))[:, 0].sigmoid()
    np.testing.assert_allclose(ev.scores, expected.numpy(), rtol=1e-6)


def test_numbers_of_every_dtype_reach_the_model(mixed: pd.DataFrame) -> None:
    columns = ["whole", "flag", "nullable", "maybe", "number"]
    seen: list[np.ndarray] = []

    class Spy(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            seen.append(x.numpy().copy())
            return x[:, 0]

    mld.evaluate(Spy(), mixed[[*columns, "y"]], "y", task="regression")
    expected = mixed[columns].apply(lambda column: column.astype("Float64").to_numpy(dtype=float, na_value=np.nan))
    np.testing.assert_array_equal(np.concatenate(seen), expected.to_numpy(dtype=np.float32))


def test_nan_predictions_are_reported_not_hidden(X: pd.DataFrame) -> None:
    X.iloc[3, 0] = np.nan
    ev = mld.evaluate(nn.Linear(4, 1), (X, binary(X)))
    assert np.flatnonzero(np.isnan(ev.scores)).tolist() == [3]
    assert ev.predicted_codes is not None
    assert ev.predicted_codes[3] == -1
    assert ev.predicted[3] is None
    assert np.isnan(ev.loss[3])


def test_saturated_logits_keep_their_order_in_the_loss(X: pd.DataFrame) -> None:
    class Sure(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x[:, 0] * 1000

    y = np.zeros(N, int)
    y[0] = 1
    ev: Evaluation = mld.evaluate(Sure(), (X.abs(), y))
    wrong = np.flatnonzero(y == 0)
    assert np.isfinite(ev.loss).all()
    logits = 1000 * X["a"].abs().to_numpy()
    np.testing.assert_allclose(ev.loss[wrong], np.logaddexp(0, logits)[wrong], rtol=1e-5)
