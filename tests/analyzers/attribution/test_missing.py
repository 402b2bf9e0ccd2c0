"""Missing cells: those filled in before the model have gradients, those that it fills in itself jump."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import captum.attr
import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import nn

from mldebug_widgets.analyzers.attribution.methods import METHODS
from mldebug_widgets.analyzers.attributions import attributions
from mldebug_widgets.evaluation.evaluation import Evaluation, evaluate
from tests.analyzers.attribution.models import WEIGHTS, P, linear_module, network, table

FILL = np.array([0.5, -1.0, 2.0, 0.0, 1.0, 3.0], dtype=np.float32)
EXACT: dict[str, Any] = {"rtol": 1e-4, "atol": 1e-5}
#: Methods that follow gradients to parts that sum to the difference from a baseline.
SUMMING = [name for name, method in METHODS.items() if method.completeness and method.gradients]
#: A row without holes, and rows with one, two, three and four.
HOLES = [[], [0], [0, 1], [1, 2, 5], [0, 1, 3, 4]]


def with_holes() -> pd.DataFrame:
    frame = table()
    holes = np.random.default_rng(1).random(frame.shape) < 0.25
    holes[: len(HOLES)] = False
    for row, columns in enumerate(HOLES):
        holes[row, columns] = True
    return frame.mask(holes)


def filled(frame: pd.DataFrame) -> torch.Tensor:
    numbers = frame.to_numpy(dtype=np.float32)
    return torch.tensor(np.where(np.isnan(numbers), FILL, numbers))


class Filling(nn.Module):
    """Fills in what is missing itself."""

    def __init__(self, inside: nn.Module, most: int | None = None) -> None:
        super().__init__()
        self.inside, self.most = inside, most
        self.register_buffer("fill", torch.tensor(FILL))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.most is not None and len(x) > self.most:
            raise torch.OutOfMemoryError(f"CUDA out of memory for {len(x)} rows")
        return self.inside(x.where(x.isfinite(), self.get_buffer("fill")))


def filling(inside: nn.Module, **options: Any) -> Evaluation:
    frame = with_holes()
    return evaluate(inside, (frame, np.zeros(len(frame))), task="regression", **options)


@pytest.mark.parametrize("name", [name for name in METHODS if name not in ("lime", "saliency")])
def test_what_preprocess_fills_in_counts_with_the_value_it_puts_there(name: str) -> None:
    ev = filling(linear_module(), preprocess=filled)
    result = attributions(ev, method=name, baseline="mean", trust=False)
    values = filled(ev.X).numpy()
    distance = values if name == "input_x_gradient" else values - ev.X.mean().to_numpy()
    np.testing.assert_allclose(result.values, distance * WEIGHTS, **EXACT)
    assert result.notes in ((), ("Summed back to raw columns from what the model reads.",))


@pytest.mark.parametrize(
    ("name", "explainer"),
    [("integrated_gradients", captum.attr.IntegratedGradients), ("deeplift", captum.attr.DeepLift)],
)
def test_what_preprocess_fills_in_is_captums_on_the_tensor(name: str, explainer: Any) -> None:
    ev = filling(network(1), preprocess=filled)
    base = torch.tensor(ev.X.mean().to_numpy(np.float32))[None]
    truth = explainer(network(1)).attribute(filled(ev.X), base, target=0).detach().numpy()
    np.testing.assert_allclose(attributions(ev, method=name, trust=False).values, truth, **EXACT)


@pytest.mark.parametrize("name", SUMMING)
@pytest.mark.parametrize("baseline", ["mean", 0, 3, 4])
def test_a_linear_model_that_fills_in_itself_gives_weight_times_distance(name: str, baseline: Any) -> None:
    ev = filling(Filling(linear_module()))
    result = attributions(ev, method=name, baseline=baseline, trust=False)
    values = filled(ev.X).numpy()
    base = ev.X.mean().to_numpy() if baseline == "mean" else values[baseline]
    np.testing.assert_allclose(result.values, (values - base) * WEIGHTS, **EXACT)
    np.testing.assert_allclose(result.delta, 0, atol=1e-4)


def test_a_background_that_lacks_cells_is_averaged() -> None:
    ev = filling(Filling(linear_module()))
    sample = np.sort(np.random.default_rng(0).choice(ev.n, 20, replace=False))
    values = filled(ev.X).numpy()
    for name in ("integrated_gradients", "deeplift"):
        result = attributions(ev, method=name, baseline="background", trust=False)
        np.testing.assert_allclose(result.values, (values - values[sample].mean(axis=0)) * WEIGHTS, **EXACT)
    drawn = attributions(ev, method="gradient_shap", n_samples=4_000, trust=False)
    np.testing.assert_allclose(drawn.values, (values - values[sample].mean(axis=0)) * WEIGHTS, atol=0.3)


def answer(cells: np.ndarray) -> float:
    with torch.no_grad():
        return float(network(1)(torch.tensor(cells, dtype=torch.float32)[None])[0, 0])


def shared_by_all_orders(start: np.ndarray, going: list[int]) -> dict[int, float]:
    """Shapley values of the columns that go missing: what each does to the answer, over all orders."""
    shares = dict.fromkeys(going, 0.0)
    orders = list(permutations(going))
    for order in orders:
        cells = start.copy()
        for column in order:
            before = answer(cells)
            cells[column] = FILL[column]
            shares[column] += (answer(cells) - before) / len(orders)
    return shares


@pytest.mark.parametrize("row", range(len(HOLES)))
@pytest.mark.parametrize(
    ("name", "explainer"),
    [("integrated_gradients", captum.attr.IntegratedGradients), ("deeplift", captum.attr.DeepLift)],
)
def test_present_cells_are_captums_and_missing_ones_share_the_jump(name: str, explainer: Any, row: int) -> None:
    ev = filling(Filling(network(1)))
    result = attributions(ev, [row], method=name, trust=False)
    values, base = filled(ev.X).numpy()[row], ev.X.mean().to_numpy(np.float32)
    going = HOLES[row]
    beyond = base.copy()
    beyond[going] = FILL[going]
    truth = explainer(network(1)).attribute(torch.tensor(values[None]), torch.tensor(beyond[None]), target=0)
    present = np.setdiff1d(np.arange(P), going)
    np.testing.assert_allclose(result.values[0, present], truth.detach().numpy()[0, present], **EXACT)
    assert result.values[0, going].sum() == pytest.approx(answer(beyond) - answer(base), abs=1e-5)
    if len(going) <= 3:
        for column, share in shared_by_all_orders(base, going).items():
            assert result.values[0, column] == pytest.approx(share, abs=1e-5)


def test_what_the_baseline_lacked_comes_back_at_the_row() -> None:
    ev = filling(Filling(network(1)))
    result = attributions(ev, [0, 1], baseline=2, method="integrated_gradients", trust=False)
    values = filled(ev.X).numpy()
    for at, coming in enumerate(([0, 1], [1])):  # row 1 lacks column 0 as the baseline does: no difference
        for column, share in shared_by_all_orders(values[at], coming).items():
            assert result.values[at, column] == pytest.approx(-share, abs=1e-5)
    assert result.values[1, 0] == 0
    np.testing.assert_allclose(result.delta, 0, atol=1e-3)


class Telling(nn.Module):
    """Reads beside the numbers which of them are missing, and has an embedding."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(3)
        self.embedding = nn.Embedding(3, 4)
        self.head = nn.Sequential(nn.Linear(2 * P + 4, 16), nn.Tanh(), nn.Linear(16, 3))

    def forward(self, numbers: torch.Tensor, colour: torch.Tensor) -> torch.Tensor:
        missing = numbers.isnan()
        known = torch.where(missing, 0.0, numbers**2 / 4)  # where the number is NaN, so is the gradient of its square
        return self.head(torch.cat([known, missing.float(), self.embedding(colour)], dim=1))


def inputs(rows: pd.DataFrame) -> dict[str, torch.Tensor]:
    numbers = rows[[f"x{at}" for at in range(P)]].to_numpy(np.float32)
    return {"numbers": torch.tensor(numbers), "colour": torch.tensor(rows["colour"].array.codes.astype(np.int64))}


def telling() -> Evaluation:
    frame = with_holes()
    frame["colour"] = pd.Categorical(np.array(["red", "green", "blue"])[np.arange(len(frame)) % 3])
    return evaluate(Telling(), (frame, np.arange(len(frame)) % 3), preprocess=inputs)


@pytest.mark.parametrize("baseline", ["mean", 4, "background"])
def test_every_row_sums_to_the_difference_of_the_answers(baseline: Any) -> None:
    ev = telling()
    result = attributions(ev, baseline=baseline, n_steps=100, method="integrated_gradients", trust=False)
    assert np.isfinite(result.values).all()
    assert len(np.unique(result.target)) > 1
    np.testing.assert_allclose(result.values.sum(axis=1), result.output - result.baseline_output, atol=1e-4)
    shap = attributions(ev, baseline=baseline, n_samples=3_000, method="gradient_shap", trust=False)
    np.testing.assert_allclose(shap.delta, 0, atol=0.1)


def test_the_rows_and_what_their_missing_cells_get_are_said() -> None:
    ev = telling()
    n_rows = int(ev.X.isna().any(axis=1).sum())
    result = attributions(ev, method="integrated_gradients", trust=True)
    said = [note for note in result.notes if "missing" in note]
    assert len(said) == 1
    assert said[0].startswith(f"{n_rows} of 40 rows: the model itself fills in what they or a baseline lack.")
    assert "the jump of the answer when it goes missing" in said[0]
    assert all(line.verdict in ("good", "bad") for line in result.trust_lines)


def test_without_a_baseline_missing_cells_have_no_part() -> None:
    ev = filling(Filling(network(1)))
    result = attributions(ev, method="input_x_gradient", trust=False)
    assert (result.values[ev.X.isna().to_numpy()] == 0).all()
    assert (result.values[ev.X.notna().to_numpy()] != 0).all()
    assert "so the part of it is 0." in result.notes[-1]
    np.testing.assert_array_equal(result.mean_abs > 0, True)


@pytest.mark.parametrize("name", ["integrated_gradients", "deeplift", "input_x_gradient", "saliency"])
def test_rows_without_an_answer_have_no_attributions(name: str) -> None:
    torch.manual_seed(0)
    ev = filling(nn.Sequential(nn.Linear(P, 8), nn.ReLU(), nn.Linear(8, 1)))
    result = attributions(ev, method=name, trust=False)
    unknown = ev.X.isna().any(axis=1).to_numpy()
    assert np.isnan(result.values[unknown]).all()
    assert np.isfinite(result.values[~unknown]).all()
    assert len(result.notes) == 1
    assert result.notes[0].startswith(f"NaN in {unknown.sum()} of 40 rows")


def test_memory_for_few_rows_is_enough() -> None:
    hungry = Filling(network(1))
    evaluations = filling(hungry, batch_size=1), filling(Filling(network(1)))
    hungry.most = 3
    few, plain = (
        attributions(ev, baseline=4, n_steps=10, method="integrated_gradients", trust=False) for ev in evaluations
    )
    np.testing.assert_allclose(few.values, plain.values, atol=1e-5)


def test_imputed_columns_and_their_indicators_are_summed_to_the_column() -> None:
    frame = with_holes()
    step = ColumnTransformer(
        [("all", make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler()), list(frame))]
    ).fit(frame)
    torch.manual_seed(0)
    weights = torch.randn(2 * P)
    module = nn.Linear(2 * P, 1)
    with torch.no_grad():
        module.weight.copy_(weights[None])
    ev = evaluate(module, (frame, np.zeros(len(frame))), task="regression", preprocess=step)
    result = attributions(ev, method="integrated_gradients", trust=False)
    base = frame.mean().to_frame().T
    moved = (step.transform(frame) - step.transform(base)) * weights.numpy()
    np.testing.assert_allclose(result.values, moved[:, :P] + moved[:, P:], **EXACT)
    np.testing.assert_allclose(result.delta, 0, atol=1e-4)


@pytest.mark.parametrize("name", ["integrated_gradients", "gradient_shap", "input_x_gradient", "feature_ablation"])
def test_rows_are_the_same_whatever_block_they_are_in(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    options: dict[str, Any] = {"method": name, "n_samples": 4, "n_steps": 4, "trust": False}
    options["baseline"] = "background" if name == "gradient_shap" else 4
    plain = attributions(telling(), range(16), **options)
    assert len(np.unique(plain.target[:7])) > 1
    monkeypatch.setattr("mldebug_widgets.analyzers.attribution.engine.BLOCK_ROWS", 7)
    monkeypatch.setattr("mldebug_widgets.analyzers.attribution.masking.BLOCK_ROWS", 7)
    blocks = attributions(telling(), range(16), **options)
    for attribute in ("values", "output", "baseline_output"):
        np.testing.assert_allclose(getattr(blocks, attribute), getattr(plain, attribute), atol=1e-5)
    assert blocks.notes == plain.notes
