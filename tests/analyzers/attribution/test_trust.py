"""The checks, each against a model of which the answer is known, good and bad."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

from mldebug_widgets.analyzers.attribution import trust_checks
from mldebug_widgets.analyzers.attribution.engine import Found, work
from mldebug_widgets.analyzers.attribution.methods import METHODS
from mldebug_widgets.analyzers.attribution.steps import Asked, plan_of
from mldebug_widgets.analyzers.attribution.trust_checks import randomised_copy, rank_correlation
from mldebug_widgets.analyzers.attributions import AttributionsResult, attributions
from mldebug_widgets.analyzers.trust import TrustLine
from mldebug_widgets.evaluation.evaluation import Evaluation, evaluate
from tests.analyzers.attribution.models import linear, linear_module, network, of_network, table

NAMES = ("convergence_delta", "infidelity", "max_sensitivity", "deletion", "insertion", "randomisation")


def line(result: AttributionsResult, name: str) -> TrustLine:
    return next(one for one in result.trust_lines if one.name == name)


def of(model: Any, truth: Any = None, frame: pd.DataFrame | None = None) -> Evaluation:
    frame = table() if frame is None else frame
    return evaluate(model, (frame, linear(frame) if truth is None else truth))


@pytest.mark.parametrize("name", METHODS)
def test_every_method_has_every_line(name: str) -> None:
    result = attributions(of_network(), method=name, n_samples=None)
    assert tuple(one.name for one in result.trust_lines) == NAMES
    assert result.trust == {one.name: one.value for one in result.trust_lines}
    for one in result.trust_lines:
        assert one.words
        assert (one.value is None) == (one.verdict in ("not checked", "not applicable"))
        assert bool(one.text) == (one.value is not None)


def test_a_linear_model_is_believed_in_all() -> None:
    result = attributions(of(linear_module()), method="integrated_gradients")
    assert {one.verdict for one in result.trust_lines} == {"good"}
    assert result.trust["convergence_delta"] == pytest.approx(0, abs=1e-5)
    assert result.trust["infidelity"] == pytest.approx(0, abs=1e-8)


def test_the_delta_is_the_share_of_the_difference() -> None:
    ev = of_network()
    result = attributions(ev, method="integrated_gradients", n_steps=2)
    expected = np.abs(result.delta).mean() / np.abs(result.output - result.baseline_output).mean()
    assert result.trust["convergence_delta"] == pytest.approx(expected, rel=1e-3)


def test_a_path_of_one_step_over_a_kink_does_not_sum_up() -> None:
    class Kink(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.relu(x.sum(dim=1, keepdim=True) - 3) * 4

    frame = table() + 2
    result = attributions(of(Kink(), frame=frame), baseline="zero", method="integrated_gradients", n_steps=1)
    assert line(result, "convergence_delta").verdict == "bad"


def test_columns_that_only_act_together_are_not_predicted() -> None:
    def product(rows: pd.DataFrame) -> np.ndarray:
        return np.asarray(np.sign(rows.to_numpy()).prod(axis=1) * 5)

    frame = table(60)
    result = attributions(of(product, product(frame), frame), method="feature_ablation")
    assert line(result, "infidelity").verdict == "bad"
    assert line(result, "infidelity").value > 0.5


def test_infidelity_of_wrong_attributions() -> None:
    """Attributions of 0 miss all of the change; twice the truth misses all of it too."""
    some = checked(of(linear_module()))
    for factor, missed in ((1.0, 0.0), (0.0, 1.0), (2.0, 1.0), (0.5, 0.25)):
        wrong = trust_checks.Checked(some.task, some.values * factor, some.whole, some.empty)
        assert drained(trust_checks.infidelity, wrong)[0].value == pytest.approx(missed, abs=1e-6)


def test_deletion_of_shuffled_attributions_is_no_better_than_random() -> None:
    some = checked(of(linear_module()))
    right = {one.name: one.value for one in drained(trust_checks.deletion_and_insertion, some)}
    upside_down = trust_checks.Checked(some.task, 1 / (np.abs(some.values) + 1e-9), some.whole, some.empty)
    wrong = {one.name: one for one in drained(trust_checks.deletion_and_insertion, upside_down)}
    for name in ("deletion", "insertion"):
        assert right[name] > 1.2
        assert wrong[name].value < 1
        assert wrong[name].verdict == "bad"


def test_deletion_and_insertion_are_the_areas_of_one_or_the_other() -> None:
    """One of two columns is enough: deleting the first of them moves nothing, restoring it moves all.

    Of 6 columns k are chosen. In the order of the attributions both are gone for k = 2 to 5, and one is there from 1;
    at random both are chosen in k (k - 1) / 30 of the draws, and one of them in 1 - (6 - k) (5 - k) / 30.
    """
    columns = [2, 4]

    def either(rows: pd.DataFrame) -> np.ndarray:
        return np.asarray((rows.to_numpy()[:, columns] > 0.5).any(axis=1).astype(float))

    frame = pd.DataFrame(np.ones((200, 6), dtype=np.float32))
    frame.iloc[100:] = 0
    ev = of(either, either(frame), frame)
    task = plan_of(ev, Asked(rows=range(100), method="feature_ablation", baseline="zero")).task
    values = np.full((100, 6), 0.01)
    values[:, columns] = -1, 0.9  # the size decides, not the sign
    CURRENT.append(ev)
    some = trust_checks.Checked(task, values, np.ones(100), np.zeros(100))
    found = {one.name: one.value for one in drained(trust_checks.deletion_and_insertion, some)}
    k = np.arange(1, 6)
    both, one = k * (k - 1) / 30, 1 - (6 - k) * (5 - k) / 30
    assert found["deletion"] == pytest.approx(4 / both.sum(), rel=0.1)
    assert found["insertion"] == pytest.approx(5 / one.sum(), rel=0.03)


def checked(ev: Evaluation) -> trust_checks.Checked:
    CURRENT.append(ev)
    task = plan_of(ev, Asked(method="integrated_gradients")).task
    found = Found(task)
    with ev.model.running():
        for _ in work(ev, task, found):
            pass
    return trust_checks.Checked(task, found.values, found.whole, found.empty)


CURRENT: list[Evaluation] = []


def drained(check: Any, some: trust_checks.Checked) -> list[TrustLine]:
    ev = CURRENT[-1]
    with ev.model.running():
        steps = check(ev, some)
        while True:
            try:
                next(steps)
            except StopIteration as end:
                return list(end.value)


def test_attributions_that_jump_are_unstable() -> None:
    class Sharp(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.sin(200 * x).sum(dim=1, keepdim=True)

    smooth = attributions(of(linear_module()), method="saliency")
    sharp = attributions(of(Sharp()), method="saliency")
    assert smooth.trust["max_sensitivity"] == pytest.approx(0, abs=1e-6)
    assert line(sharp, "max_sensitivity").verdict == "bad"


@pytest.mark.parametrize("name", [name for name, method in METHODS.items() if method.gradients])
@pytest.mark.parametrize("seed", range(3))
def test_random_weights_change_gradient_attributions(name: str, seed: int) -> None:
    frame = table(40, 20, seed)
    ev = evaluate(network(1, 20, seed), (frame, frame.to_numpy().sum(axis=1)))
    result = attributions(ev, method=name, seed=seed)
    assert abs(result.trust["randomisation"] or 0) < 0.5
    assert line(result, "randomisation").verdict == "good"


def test_a_map_that_does_not_look_at_the_weights_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trust_checks, "randomised_copy", lambda module, _generator: module)
    result = attributions(of_network())
    assert result.trust["randomisation"] == pytest.approx(1)
    assert line(result, "randomisation").verdict == "bad"


def test_only_a_copy_is_randomised() -> None:
    module = network()
    before = [weight.detach().clone() for weight in module.parameters()]
    other = randomised_copy(module, torch.Generator().manual_seed(0))
    assert other is not None
    for old, now in zip(before, module.parameters(), strict=True):
        assert torch.equal(old, now)
    changed = [not torch.equal(old, new) for old, new in zip(before, other.parameters(), strict=True)]
    assert changed == [False, False, True, False, True, False]


def test_a_model_that_cannot_be_copied_is_not_checked() -> None:
    class Single(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.net = network(1)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.net(x)

        def __deepcopy__(self, _memo: Any) -> Any:
            raise TypeError("there is only one")

    result = attributions(of(Single()))
    assert line(result, "randomisation").verdict == "not checked"
    assert "TypeError" in line(result, "randomisation").words


def test_what_does_not_apply_says_why() -> None:
    result = attributions(of(lambda rows: linear(rows)), method="feature_ablation")
    assert line(result, "convergence_delta").verdict == "not applicable"
    assert line(result, "randomisation").verdict == "not applicable"
    whole = pd.DataFrame({"a": np.arange(40) % 5, "b": np.arange(40) % 3})
    result = attributions(of(lambda rows: rows["a"] + rows["b"], whole["a"] * 1.5, whole))
    assert line(result, "max_sensitivity").verdict == "not applicable"
    assert line(result, "deletion").verdict == "not applicable"


def test_a_constant_model_is_not_judged() -> None:
    result = attributions(of(lambda rows: np.full(len(rows), 2.0)))
    assert {one.verdict for one in result.trust_lines} == {"not applicable"}


def test_checks_can_be_left_out() -> None:
    result = attributions(of(linear_module()), trust=False)
    assert {one.verdict for one in result.trust_lines} == {"not checked"}
    assert set(result.trust.values()) == {None}


def test_rank_correlation_is_spearmans() -> None:
    from scipy.stats import spearmanr

    generator = np.random.default_rng(0)
    left, right = generator.normal(size=(6, 9)), generator.normal(size=(6, 9))
    left[0, :4] = 0
    truth = np.mean([spearmanr(one, other).statistic for one, other in zip(left, right, strict=True)])
    assert rank_correlation(left, right) == pytest.approx(truth)
    assert rank_correlation(np.zeros((2, 4)), right[:2, :4]) == 0
