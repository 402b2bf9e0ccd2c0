"""Every method against captum called directly, a closed form, or brute force."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import captum.attr
import numpy as np
import pandas as pd
import pytest
import torch
from captum._utils.models.linear_model import SkLearnRidge
from sklearn.linear_model import LinearRegression
from torch import nn

from mldebug_widgets.analyzers.attribution.coalitions import lime_design
from mldebug_widgets.analyzers.attribution.gradients import quadrature
from mldebug_widgets.analyzers.attribution.methods import METHODS
from mldebug_widgets.analyzers.attributions import attributions
from mldebug_widgets.evaluation.evaluation import evaluate
from tests.analyzers.attribution.models import (
    WEIGHTS,
    Mixed,
    P,
    classes,
    linear,
    linear_module,
    mixed_inputs,
    network,
    of_network,
    table,
    tensors,
)
from tests.analyzers.cases import mixed_table, targets

ROWS = np.array([5, 0, 17, 39])
EXACT = {"rtol": 1e-4, "atol": 1e-5}


def found(name: str, target: int, **options: Any) -> np.ndarray:
    return attributions(of_network(), ROWS, method=name, target=target, trust=False, **options).values


def test_integrated_gradients_are_captums() -> None:
    ev = of_network()
    x, base = tensors(ev)
    for target in range(3):
        truth = captum.attr.IntegratedGradients(ev.model.module).attribute(x[ROWS], base, target, n_steps=50)
        np.testing.assert_allclose(found("integrated_gradients", target), truth.numpy(), rtol=1e-5, atol=1e-6)


def test_targets_of_each_row_are_captums() -> None:
    ev = of_network()
    x, base = tensors(ev)
    each = torch.tensor([2, 0, 1, 1])
    truth = captum.attr.IntegratedGradients(ev.model.module).attribute(x[ROWS], base, each)
    result = attributions(ev, ROWS, method="integrated_gradients", target=each.numpy(), trust=False)
    np.testing.assert_allclose(result.values, truth.numpy(), **EXACT)


@pytest.mark.parametrize(
    ("name", "explainer"),
    [("input_x_gradient", captum.attr.InputXGradient), ("saliency", captum.attr.Saliency)],
)
def test_gradients_at_the_row_are_captums(name: str, explainer: Any) -> None:
    ev = of_network()
    truth = explainer(ev.model.module).attribute(tensors(ev)[0][ROWS].requires_grad_(), target=1)
    np.testing.assert_allclose(found(name, 1), truth.detach().numpy(), **EXACT)


def test_deeplift_is_captums() -> None:
    ev = of_network()
    x, base = tensors(ev)
    truth = captum.attr.DeepLift(network()).attribute(x[ROWS], base, target=2)
    np.testing.assert_allclose(found("deeplift", 2), truth.detach().numpy(), **EXACT)


def test_deeplift_from_a_background_is_the_mean_of_captums_from_each_row() -> None:
    ev = of_network()
    x, _ = tensors(ev)
    sample = np.sort(np.random.default_rng(0).choice(ev.n, 20, replace=False))
    each = [captum.attr.DeepLift(network()).attribute(x[ROWS], x[[at]], target=1).detach() for at in sample]
    values = found("deeplift", 1, baseline="background")
    np.testing.assert_allclose(values, torch.stack(each).mean(dim=0).numpy(), **EXACT)


@pytest.mark.parametrize("n_steps", [1, 2, 7, 50, 401])
def test_points_on_the_path_are_numpys(n_steps: int) -> None:
    points, weights = np.polynomial.legendre.leggauss(n_steps)
    path = quadrature(n_steps)
    np.testing.assert_allclose(path.alphas, (points + 1) / 2, atol=1e-12)
    np.testing.assert_allclose(path.weights, weights / 2, atol=1e-12)


@pytest.mark.parametrize("n_steps", [5_000, 5_001, 12_345, 1_000_000])
def test_thousands_of_points_do_not_ask_numpy(n_steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(np.polynomial.legendre, "leggauss", None)  # it takes minutes
    path = quadrature(n_steps)
    assert len(path.alphas) == len(path.weights) == n_steps
    assert bool((path.alphas.diff() > 0).all())
    for power in range(6):
        assert float((path.weights * path.alphas**power).sum()) == pytest.approx(1 / (power + 1), abs=1e-10)


def test_thousands_of_steps_sum_to_the_difference() -> None:
    result = attributions(of_network(), ROWS, method="integrated_gradients", target=1, n_steps=5_000, trust=False)
    np.testing.assert_allclose(result.delta, 0, atol=1e-4)


def test_gradient_shap_draws_and_computes_what_captum_does() -> None:
    ev = of_network()
    x, _ = tensors(ev)
    sample = np.sort(np.random.default_rng(3).choice(ev.n, 20, replace=False))
    np.random.seed(3)
    truth = captum.attr.GradientShap(ev.model.module).attribute(x[ROWS], x[sample], n_samples=30, target=1)
    result = attributions(ev, ROWS, method="gradient_shap", target=1, n_samples=30, seed=3, trust=False)
    assert result.baseline == "background"
    np.testing.assert_allclose(result.values, truth.detach().numpy(), **EXACT)


def test_feature_ablation_is_captums() -> None:
    ev = of_network()
    x, base = tensors(ev)
    truth = captum.attr.FeatureAblation(ev.model.module).attribute(x[ROWS], base, target=0)
    np.testing.assert_allclose(found("feature_ablation", 0), truth.detach().numpy(), **EXACT)


def test_shapley_value_sampling_is_captums() -> None:
    ev = of_network()
    x, base = tensors(ev)
    torch.manual_seed(11)
    truth = captum.attr.ShapleyValueSampling(ev.model.module).attribute(x[ROWS], base, target=0, n_samples=7)
    values = found("shapley_value_sampling", 0, n_samples=7, seed=11)
    np.testing.assert_allclose(values, truth.detach().numpy(), **EXACT)


def test_lime_is_captums_on_the_same_masks() -> None:
    ev = of_network()
    x, base = tensors(ev)
    keep = torch.tensor(lime_design(P, 60, 5).keep.astype(np.float32))

    def masks(_whole: Any, **_options: Any) -> Any:
        yield from keep[:, None]

    def similarity(_whole: Any, _masked: Any, kept: torch.Tensor, **_options: Any) -> float:
        distance = 1 - float(torch.cosine_similarity(kept, torch.ones(1, P)))
        return float(np.exp(-(distance**2) / 2))

    explainer = captum.attr.LimeBase(
        ev.model.module,
        SkLearnRidge(alpha=1.0),
        similarity,
        masks,
        perturb_interpretable_space=True,
        from_interp_rep_transform=lambda kept, row, **_: kept * row + (1 - kept) * base,
        to_interp_rep_transform=None,
    )
    values = found("lime", 1, n_samples=60, seed=5)
    for at, row in enumerate(ROWS):
        truth = explainer.attribute(x[[row]], target=1, n_samples=60)
        np.testing.assert_allclose(values[at], truth.numpy()[0], rtol=1e-3, atol=1e-4)


def test_kernel_shap_of_few_columns_is_the_shapley_value_by_all_orders() -> None:
    ev = of_network()
    x, base = tensors(ev)
    values = found("kernel_shap", 2)
    orders = list(permutations(range(P)))
    for at, row in enumerate(ROWS):
        cells = base.repeat(len(orders), 1)
        truth = np.zeros(P)
        with torch.no_grad():
            before = ev.model.module(cells)[:, 2].numpy().copy()
            for step in range(P):
                column = np.array([order[step] for order in orders])
                cells[np.arange(len(orders)), column] = x[row][column]
                after = ev.model.module(cells)[:, 2].numpy().copy()
                np.add.at(truth, column, (after - before) / len(orders))
                before = after
        np.testing.assert_allclose(values[at], truth, **EXACT)


@pytest.mark.parametrize("name", METHODS)
def test_a_linear_model_gives_weight_times_distance(name: str) -> None:
    frame = table()
    ev = evaluate(linear_module(), (frame, linear(frame)))
    result = attributions(ev, ROWS, method=name, baseline="mean", n_samples=None, trust=False)
    distance = frame.to_numpy()[ROWS] - frame.to_numpy().mean(axis=0)
    expected = {
        "saliency": np.tile(np.abs(WEIGHTS), (len(ROWS), 1)),
        "input_x_gradient": frame.to_numpy()[ROWS] * WEIGHTS,
    }.get(name, distance * WEIGHTS)
    # The ridge of LIME shrinks by about 1 / (samples / 4).
    rtol = 0.02 if name == "lime" else 1e-4
    np.testing.assert_allclose(result.values, expected, rtol=rtol, atol=0.02 if name == "lime" else 1e-5)
    if METHODS[name].completeness:
        np.testing.assert_allclose(result.delta, 0, atol=1e-4)
    else:
        assert np.isnan(result.delta).all()


@pytest.mark.parametrize("name", [name for name, method in METHODS.items() if not method.gradients])
def test_any_model_gives_weight_times_distance(name: str) -> None:
    frame = table()
    ev = evaluate(LinearRegression().fit(frame, linear(frame)), (frame, linear(frame)))
    result = attributions(ev, ROWS, method=name, trust=False)
    distance = frame.to_numpy()[ROWS] - frame.to_numpy().mean(axis=0)
    atol = 0.05 if name == "lime" else 1e-4
    np.testing.assert_allclose(result.values, distance * WEIGHTS, rtol=0.02 if name == "lime" else 1e-3, atol=atol)


@pytest.mark.parametrize("name", [name for name, method in METHODS.items() if method.completeness])
@pytest.mark.parametrize("baseline", ["mean", "zero", 3, "background"])
def test_attributions_sum_to_the_difference_within_the_delta(name: str, baseline: Any) -> None:
    ev = of_network()
    result = attributions(ev, ROWS, method=name, baseline=baseline, n_samples=None, n_steps=64, trust=False)
    sums = result.values.astype(np.float64).sum(axis=1)
    np.testing.assert_allclose(sums, result.output - result.baseline_output + result.delta, atol=1e-5)
    with torch.no_grad():
        raw = ev.model.module(tensors(ev)[0]).numpy()
    np.testing.assert_allclose(result.output, raw[ROWS, result.target], atol=1e-6)
    if name != "gradient_shap":
        assert np.abs(result.delta).max() < 2e-3


@pytest.mark.parametrize("name", ["integrated_gradients", "feature_ablation", "kernel_shap"])
@pytest.mark.parametrize("is_function", [False, True], ids=["a module", "a function of frames"])
def test_background_averages_over_its_rows(name: str, is_function: bool) -> None:
    ev = of_network()
    if is_function:
        module, name = network().requires_grad_(False), name.replace("integrated_gradients", "shapley_value_sampling")
        ev = evaluate(lambda rows: module(torch.tensor(rows.to_numpy())).softmax(1).numpy(), (ev.X, classes()))
    sample = np.sort(np.random.default_rng(0).choice(ev.n, 20, replace=False))
    options: dict[str, Any] = {"method": name, "target": 1, "n_samples": None if name == "kernel_shap" else 3}
    one_by_one = [attributions(ev, ROWS, baseline=int(row), trust=False, **options) for row in sample]
    result = attributions(ev, ROWS, baseline="background", trust=False, **options)
    np.testing.assert_allclose(result.values, np.mean([one.values for one in one_by_one], axis=0), **EXACT)
    outputs = np.mean([one.baseline_output for one in one_by_one], axis=0)
    np.testing.assert_allclose(result.baseline_output, outputs, **EXACT)


@pytest.mark.parametrize("name", [name for name in METHODS if name != "deeplift"])
def test_embeddings_and_indicators_are_summed_to_their_columns(name: str) -> None:
    frame = mixed_table(80)
    torch.manual_seed(0)
    ev = evaluate(Mixed(), (frame, targets("regression", frame)), preprocess=mixed_inputs)
    result = attributions(ev, range(10), method=name, n_steps=500, n_samples=None, trust=False)
    read = [ev.X.columns.get_loc(label) for label in ("weight", "count", "level", "colour")]
    unread = np.setdiff1d(np.arange(len(ev.X.columns)), read)
    if name != "lime":
        # 4,094 coalitions of 12 columns are more than Kernel SHAP takes, so that it estimates.
        assert np.abs(result.values[:, unread]).max() < (1e-3 if name == "kernel_shap" else 1e-6)
    assert (result.mean_abs[read] > 0).all()
    if name == "integrated_gradients":
        np.testing.assert_allclose(result.delta, 0, atol=2e-3)


def test_an_embedded_category_is_what_captum_gives_its_vector() -> None:
    frame = mixed_table(80)
    torch.manual_seed(0)
    model = Mixed().eval()
    ev = evaluate(model, (frame, targets("regression", frame)), preprocess=mixed_inputs)
    result = attributions(ev, [4], method="integrated_gradients", baseline=9, trust=False)
    row, base = mixed_inputs(frame.iloc[[4]]), mixed_inputs(frame.iloc[[9]])
    # The path of all inputs at once: captum on what the head reads.
    x = torch.cat([row["numbers"], model.embedding(row["colour"])], dim=1).detach()
    z = torch.cat([base["numbers"], model.embedding(base["colour"])], dim=1).detach()
    values = captum.attr.IntegratedGradients(model.head).attribute(x, z, target=0).detach().numpy()[0]
    at = frame.columns.get_loc
    assert result.values[0, at("weight")] == pytest.approx(values[0], abs=1e-5)
    assert result.values[0, at("level")] == pytest.approx(values[2:5].sum(), abs=1e-5)
    assert result.values[0, at("colour")] == pytest.approx(values[5:].sum(), abs=1e-5)


@pytest.mark.parametrize("name", ["gradient_shap", "shapley_value_sampling", "kernel_shap", "lime"])
def test_what_is_drawn_is_drawn_with_the_seed(name: str) -> None:
    frame = table(p=14)
    ev = evaluate(network(1, 14), (frame, np.arange(40.0)))
    options = {"method": name, "n_samples": 40, "baseline": "mean", "trust": False}
    first, again, other = (attributions(ev, ROWS, seed=seed, **options) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first.values, again.values)
    assert (first.seed, other.seed) == (3, 4)
    assert np.abs(first.values - other.values).max() > 1e-4


@pytest.mark.parametrize("outputs", [1, 2])
def test_binary_targets_mirror_each_other(outputs: int) -> None:
    frame = table()
    ev = evaluate(network(outputs), (frame, classes(len(frame), 2)), class_names=["no", "yes"])
    yes = attributions(ev, ROWS, trust=False)
    assert yes.target.tolist() == [1, 1, 1, 1]
    assert yes.unit == ("log-odds" if outputs == 1 else "score before softmax")
    no = attributions(ev, ROWS, target="no", trust=False)
    if outputs == 1:
        np.testing.assert_allclose(no.values, -yes.values, atol=1e-6)
        np.testing.assert_allclose(no.output, -yes.output, atol=1e-6)
        with torch.no_grad():
            np.testing.assert_allclose(yes.output, ev.model.module(tensors(ev)[0]).numpy()[ROWS, 0], atol=1e-6)


@pytest.mark.parametrize("method", ["integrated_gradients", "deeplift", "kernel_shap"])
def test_binary_targets_of_a_module_that_answers_with_a_probability(method: str) -> None:
    model = nn.Sequential(network(1), nn.Sigmoid()).eval()
    ev = evaluate(model, (table(), classes(k=2)), class_names=["no", "yes"])
    yes, no = (attributions(ev, ROWS, method=method, target=target, trust=False) for target in ("yes", "no"))
    with torch.no_grad():
        chances = model(tensors(ev)[0]).numpy()[ROWS, 0]
    assert yes.unit == "probability"
    np.testing.assert_allclose(yes.output, chances, atol=1e-6)
    np.testing.assert_allclose(no.output, 1 - chances, atol=1e-6)
    np.testing.assert_allclose(no.values, -yes.values, atol=1e-6)
    np.testing.assert_allclose(no.baseline_output, 1 - yes.baseline_output, atol=1e-6)


@pytest.mark.parametrize("method", [name for name, method in METHODS.items() if not method.gradients])
def test_binary_targets_mirror_each_other_where_the_model_is_only_asked(method: str) -> None:
    frame = table()

    def chance(rows: pd.DataFrame) -> np.ndarray:
        return np.asarray(1 / (1 + np.exp(-rows["x0"] - rows["x1"] * rows["x2"])))

    for model, whole in ((network(1), 0.0), (chance, 1.0)):  # log-odds change their sign, probabilities sum to 1
        ev = evaluate(model, (frame, classes(len(frame), 2)), class_names=["no", "yes"])
        options = {"method": method, "n_samples": 40 if method == "lime" else None, "trust": False}
        yes, no = (attributions(ev, ROWS, target=target, **options) for target in ("yes", "no"))
        np.testing.assert_allclose(no.values, -yes.values, atol=1e-5)
        np.testing.assert_allclose(no.output + yes.output, whole, atol=1e-6)
        np.testing.assert_allclose(no.baseline_output + yes.baseline_output, whole, atol=1e-6)
        assert np.abs(yes.values).max() > 0.01


def test_every_task_of_a_black_box_is_explained() -> None:
    frame = table()

    def two(rows: pd.DataFrame) -> np.ndarray:
        level = rows.to_numpy()[:, :2]
        return np.asarray(1 / (1 + np.exp(-level)))

    both = (two(frame) > 0.5).astype(int)
    ev = evaluate(two, (frame, both), task="multilabel")
    result = attributions(ev, ROWS, target=1, trust=False)
    np.testing.assert_allclose(result.output, two(frame)[ROWS, 1], rtol=1e-5)
    assert result.unit == "probability"
    np.testing.assert_allclose(result.values[:, [0, 2, 3, 4, 5]], 0, atol=1e-12)


def test_the_label_with_the_highest_mean_score_is_explained() -> None:
    frame = table()

    def three(rows: pd.DataFrame) -> np.ndarray:
        """The last label has the highest score of all, in few rows; the middle one the highest mean."""
        last = np.where(rows["x0"].to_numpy() > 1, 0.99, 0.01)
        return np.column_stack([np.full(len(rows), 0.3), 0.6 + 0.1 * np.tanh(rows["x1"].to_numpy()), last])

    ev = evaluate(three, (frame, np.eye(3, dtype=int)[classes()]), task="multilabel")
    result = attributions(ev, trust=False)
    assert set(result.target.tolist()) == {1}
    np.testing.assert_allclose(result.output, three(frame)[:, 1], rtol=1e-5)
