"""Simple models against scikit-learn's on the same encoding; what they learn from, and that they can be stopped."""

from __future__ import annotations

import math
import random
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn import metrics as reference
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import StandardScaler

from mldebug_widgets.analyzers.baselines import Baseline, baselines
from mldebug_widgets.analyzers.simple_models import plan
from mldebug_widgets.analyzers.simple_models.encoding import TableEncoder, expected_width
from mldebug_widgets.analyzers.simple_models.linear import fit_logistic, fit_ridge
from mldebug_widgets.evaluation.evaluation import Evaluation, evaluate
from tests.analyzers.cases import TASKS, evaluation


def values(baseline: Baseline) -> dict[str, float | None]:
    return {metric.name: metric.value for metric in baseline.metrics}


def numbers(n: int = 3_000, p: int = 4) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(0)
    matrix = generator.normal(size=(n, p)).astype(np.float32)
    return matrix, matrix @ np.linspace(-1, 1.5, p) + 0.3


# -- fits --------------------------------------------------------------------------------------------------------------


def test_sigmoid_regression_equals_scikit_learn() -> None:
    matrix, level = numbers()
    truth = np.random.default_rng(1).random(len(level)) < 1 / (1 + np.exp(-level))
    fitted = fit_logistic(matrix, truth[:, None].astype(np.float32), "sigmoid")
    assert fitted is not None
    expected = LogisticRegression(C=1.0, tol=1e-8, max_iter=1_000).fit(matrix, truth)
    np.testing.assert_allclose(fitted.weights[:, 0], expected.coef_[0], atol=2e-3)
    np.testing.assert_allclose(fitted.scores(matrix)[:, 0], expected.predict_proba(matrix)[:, 1], atol=1e-3)


def test_softmax_regression_equals_scikit_learn() -> None:
    matrix, level = numbers()
    truth = np.digitize(level + np.random.default_rng(1).normal(size=len(level)), [-1, 1])
    fitted = fit_logistic(matrix, np.eye(3, dtype=np.float32)[truth], "softmax")
    assert fitted is not None
    expected = LogisticRegression(C=1.0, tol=1e-8, max_iter=1_000).fit(matrix, truth)
    np.testing.assert_allclose(fitted.scores(matrix), expected.predict_proba(matrix), atol=2e-3)


def test_ridge_equals_scikit_learn() -> None:
    matrix, level = numbers()
    truth = level + 1_000 + np.random.default_rng(1).normal(size=len(level))
    fitted, expected = fit_ridge(matrix, truth), Ridge(alpha=1.0).fit(matrix.astype(float), truth)
    np.testing.assert_allclose(fitted.weights[:, 0], expected.coef_, rtol=1e-6)
    np.testing.assert_allclose(fitted.scores(matrix)[:, 0], expected.predict(matrix.astype(float)), rtol=1e-5)


def test_a_logistic_fit_can_be_stopped() -> None:
    matrix, level = numbers()
    looks = iter([False, False])
    stopped = fit_logistic(matrix, (level > 0)[:, None].astype(np.float32), "sigmoid", lambda: next(looks, True))
    assert stopped is None


# -- encoding ----------------------------------------------------------------------------------------------------------


def test_encoding_imputes_scales_and_spreads_categories() -> None:
    ev = evaluation("binary")
    rows = np.arange(ev.n)
    encoder = TableEncoder(ev.X, ev.features, rows)
    matrix = encoder.encode(rows)
    assert matrix.shape == (ev.n, encoder.width)
    assert encoder.width == expected_width(ev.features) == 23
    assert np.isfinite(matrix).all()
    scaled = StandardScaler().fit_transform(ev.X[["weight"]].to_numpy())
    np.testing.assert_allclose(matrix[:, 0], scaled[:, 0], rtol=1e-4, atol=1e-6)
    holes = ev.X["holes"]
    assert matrix[:, 3].tolist() == holes.isna().astype(float).tolist()
    expected = (holes.fillna(holes.median()) - holes.mean()) / holes.std(ddof=0)
    np.testing.assert_allclose(matrix[:, 2], expected, rtol=1e-4, atol=1e-5)
    colour = matrix[:, 7:10]
    assert (colour.sum(axis=1) == 1).all()
    for at, name in enumerate(ev.X["colour"].value_counts().index):
        assert colour[:, at].tolist() == (ev.X["colour"] == name).astype(float).tolist()


def test_unseen_rare_and_odd_values_are_encoded() -> None:
    frame = pd.DataFrame(
        {
            "many": [f"c{i % 40}" for i in range(80)],
            "lists": [[i % 2] for i in range(80)],
            "wild": [1e30, math.inf, -math.inf, math.nan] + [float(i) for i in range(76)],
            "constant": 1.0,
        }
    )
    ev = evaluate(None, (frame, np.arange(80) % 2), predictions=np.full(80, 0.5), task="binary")
    matrix = TableEncoder(ev.X, ev.features, np.arange(0, 80, 2)).encode(np.arange(80))
    assert np.isfinite(matrix).all()
    assert np.abs(matrix).max() <= 10


# -- baselines ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_the_prior_equals_scikit_learns_dummy(task: str) -> None:
    ev = evaluation(task)
    prior, _ = baselines(ev)
    train, test = ev.splits["train"], ev.splits["test"]
    if task == "regression":
        answer = DummyRegressor().fit(np.zeros((400, 1)), ev.y[train]).predict(np.zeros((200, 1)))
        assert prior.name == "mean"
        assert values(prior)["rmse"] == pytest.approx(reference.root_mean_squared_error(ev.y[test], answer), rel=1e-5)
        return
    dummy = DummyClassifier(strategy="prior").fit(np.zeros((400, 1)), ev.class_codes[train])
    shares = dummy.predict_proba(np.zeros((200, 1)))
    assert prior.name == "majority class"
    assert prior.fitted_on == "all 400 train rows"
    assert values(prior)["log_loss"] == pytest.approx(reference.log_loss(ev.class_codes[test], shares), rel=1e-5)
    expected = reference.accuracy_score(ev.class_codes[test], dummy.predict(np.zeros((200, 1))))
    assert values(prior)["accuracy"] == pytest.approx(expected)
    assert values(prior)["roc_auc" if task == "binary" else "macro_roc_auc"] == pytest.approx(0.5)


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("splits", [True, False])
def test_a_linear_model_learns_the_mixed_table(task: str, splits: bool) -> None:
    ev = evaluation(task, splits=splits)
    prior, linear = baselines(ev)
    deciding = {"binary": "roc_auc", "multiclass": "macro_roc_auc", "multilabel": "micro_f1", "regression": "r2"}[task]
    assert linear.why == ""
    assert linear.name == ("ridge regression" if task == "regression" else "logistic regression")
    assert values(linear)[deciding] > (values(prior)[deciding] or 0) + 0.1
    expected = (
        "all 400 train rows" if splits else "5 times 480 of the same 600 rows, each time judged on others, seed 0"
    )
    assert linear.fitted_on == expected


def test_cross_fitting_never_judges_a_row_that_was_learned() -> None:
    ev = evaluation("binary", splits=False)
    made = plan.plan_fits(ev, np.arange(100, 500))
    judged = np.concatenate([lesson.judged for lesson in made.lessons])
    assert sorted(judged.tolist()) == list(range(400))
    for lesson in made.lessons:
        assert not set(lesson.learn) & set(lesson.judged + 100)


def test_memorising_does_not_pay() -> None:
    """Noise with a category per row: an honest baseline knows nothing of unseen rows."""
    generator = np.random.default_rng(0)
    frame = pd.DataFrame({"id": [f"row {i // 2}" for i in range(400)], "x": generator.normal(size=400)})
    ev = evaluate(None, (frame, generator.integers(0, 2, 400)), predictions=generator.random(400))
    _, linear = baselines(ev)
    assert abs(values(linear)["roc_auc"] - 0.5) < 0.12


def test_at_most_a_stated_number_of_rows_is_learned_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "MOST_ROWS", 150)
    monkeypatch.setattr(plan, "FEWEST_ROWS", 10)
    ev = evaluation("binary")
    assert baselines(ev)[1].fitted_on == "150 of 400 train rows, seed 0"
    assert baselines(ev) == baselines(ev)


def test_wide_tables_are_learned_from_fewer_rows() -> None:
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(generator.normal(size=(1_500, 300)).astype(np.float32))
    ev = evaluate(
        None,
        (frame, generator.integers(0, 1_000, 1_500)),
        predictions=None if False else generator.dirichlet(np.ones(1_000), 1_500),
        task="multiclass",
    )
    assert max(len(lesson.learn) for lesson in plan.plan_fits(ev, np.arange(1_500)).lessons) == plan.FEWEST_ROWS


def test_it_stops_when_cancelled() -> None:
    prior, linear = baselines(evaluation("binary"), cancelled=lambda: True)
    assert (prior.why, linear.why) == ("cancelled", "cancelled")
    assert prior.metrics == linear.metrics == ()


@pytest.mark.parametrize("stop_after", range(1, 40, 4))
def test_it_can_be_cancelled_anywhere(stop_after: int) -> None:
    looks = iter([False] * stop_after)
    for baseline in baselines(evaluation("binary", splits=False), cancelled=lambda: next(looks, True)):
        assert bool(baseline.metrics) != bool(baseline.why)


@pytest.mark.parametrize(
    ("frame", "truth", "why"),
    [
        (pd.DataFrame({"a": [1.0] * 30}), np.arange(30) % 2, "no column that a linear model could learn from"),
        (pd.DataFrame({"a": np.arange(30.0)}), np.r_[1, np.zeros(29, int)], "only one class in the rows to learn from"),
    ],
)
def test_what_cannot_be_fitted_says_why(frame: pd.DataFrame, truth: np.ndarray, why: str) -> None:
    scores = np.linspace(0, 1, 30)
    rows = {"train": slice(10, 30), "test": slice(0, 10)}
    data = {name: (frame[part], truth[part]) for name, part in rows.items()}
    ev = evaluate(None, data, predictions={name: scores[part] for name, part in rows.items()}, task="binary")
    _, linear = baselines(ev)
    assert linear.why == why
    assert linear.metrics == ()


def test_no_row_to_judge() -> None:
    ev = evaluate(
        None, (pd.DataFrame({"a": np.arange(9.0)}), np.arange(9) % 2), predictions=np.full(9, math.nan), task="binary"
    )
    assert [baseline.why for baseline in baselines(ev)] == ["no row can be judged"] * 2


def test_random_states_and_the_model_stay_untouched() -> None:
    calls: list[Any] = []

    def model(frame: pd.DataFrame) -> np.ndarray:
        calls.append(len(frame))
        return np.asarray(1 / (1 + np.exp(-frame["a"])))

    generator = np.random.default_rng(0)
    ev: Evaluation = evaluate(model, (pd.DataFrame({"a": generator.normal(size=200)}), generator.integers(0, 2, 200)))
    before = (random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist(), len(calls))
    baselines(ev)
    after = (random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist(), len(calls))
    assert before == after
