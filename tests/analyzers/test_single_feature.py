"""One feature alone: planted answers, noise, and what memorising must not buy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import r2_score, roc_auc_score

from mldebug_widgets.analyzers.single_feature import SingleFeature, single_feature
from mldebug_widgets.evaluation.evaluation import evaluate
from tests.analyzers.cases import evaluation

N = 4_000


def alone(column: Any, truth: np.ndarray, task: str) -> SingleFeature | None:
    frame = pd.DataFrame({"x": column})
    predictions: Any = np.zeros(len(truth)) if task == "regression" else np.full(len(truth), 0.5)
    if task == "multiclass":
        predictions = np.full((len(truth), len(np.unique(truth))), 1 / len(np.unique(truth)))
    ev = evaluate(None, (frame, truth), predictions=predictions, task=task)
    return single_feature(ev, ev.features[0])


def test_binary_number_comes_close_to_its_own_area() -> None:
    generator = np.random.default_rng(0)
    truth = generator.integers(0, 2, N)
    column = generator.normal(size=N) + 2 * truth
    found = alone(column, truth, "binary")
    assert found is not None
    assert found.measure == "ROC AUC"
    assert found.value == pytest.approx(roc_auc_score(truth, column), abs=0.02)
    assert found.strength == pytest.approx(2 * found.value - 1)


def test_a_bend_is_seen() -> None:
    generator = np.random.default_rng(0)
    column = generator.normal(size=N)
    found = alone(column, (np.abs(column) > 1).astype(int), "binary")
    assert found is not None
    assert found.value > 0.99


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_noise_and_names_of_rows_know_nothing(task: str) -> None:
    generator = np.random.default_rng(0)
    truth: np.ndarray = (
        generator.normal(size=N) if task == "regression" else generator.integers(0, 3 - (task == "binary"), N)
    )
    for column in (generator.normal(size=N), [f"id {i // 3}" for i in range(N)], generator.integers(0, 2, N) > 0):
        found = alone(column, truth, task)
        if found is not None:
            assert abs(found.strength) < 0.12


def test_a_category_that_decides() -> None:
    generator = np.random.default_rng(0)
    truth = generator.integers(0, 3, N)
    found = alone(np.array(["red", "green", "blue"])[truth], truth, "multiclass")
    assert found is not None
    assert found.value == found.strength == 1
    missing = alone([None if t else "here" for t in truth == 1], (truth == 1).astype(int), "binary")
    assert missing is None or missing.value == 1


@pytest.mark.parametrize(
    "column_of", [lambda t: t, lambda t: 3 - 2 * t, lambda t: np.exp(t), lambda t: np.where(t > 1, np.nan, t)]
)
def test_regression_targets_in_disguise(column_of: Any) -> None:
    truth = np.random.default_rng(0).normal(size=N)
    found = alone(column_of(truth), truth, "regression")
    assert found is not None
    assert found.value > 0.9


def test_regression_line_equals_scikit_learn() -> None:
    generator = np.random.default_rng(0)
    truth = generator.normal(size=N)
    column = truth + generator.normal(scale=0.2, size=N)
    found = alone(column, truth, "regression")
    slope, level = np.polyfit(column, truth, 1)
    assert found is not None
    assert found.value == pytest.approx(r2_score(truth, slope * column + level), abs=0.02)


def test_what_does_not_apply() -> None:
    assert single_feature(evaluation("multilabel"), evaluation("multilabel").features[0]) is None
    assert alone(np.ones(60), np.arange(60) % 2, "binary") is None


def test_every_kind_of_column_has_an_answer() -> None:
    for task in ("binary", "multiclass", "regression"):
        ev = evaluation(task)
        for feature in ev.features:
            found = single_feature(ev, feature)
            assert found is not None
            assert np.isfinite(found.value)
            assert found.value <= 1
