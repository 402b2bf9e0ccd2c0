"""Every metric against scikit-learn on the same rows, and its interval against an independent derivation."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from sklearn import metrics as reference

from mldebug_widgets.analyzers.metrics import binary, multiclass, multilabel, regression
from mldebug_widgets.analyzers.metrics.intervals import Z95, wilson
from mldebug_widgets.analyzers.metrics.metric import Metric
from tests.analyzers.influence import standard_error


def by_name(metrics: tuple[Metric, ...]) -> dict[str, Metric]:
    return {metric.name: metric for metric in metrics}


def values(metrics: tuple[Metric, ...]) -> dict[str, float | None]:
    return {metric.name: metric.value for metric in metrics}


def check_sane(metrics: tuple[Metric, ...], names: tuple[str, ...]) -> None:
    assert tuple(metric.name for metric in metrics) == names
    for metric in metrics:
        if metric.value is None:
            assert metric.why
        elif metric.low is None or metric.high is None:
            assert metric.why
            assert metric.interval == "none"
        else:
            assert metric.low <= metric.high


# -- two classes -------------------------------------------------------------------------------------------------------


def of_binary(positive: np.ndarray, scores: np.ndarray) -> tuple[Metric, ...]:
    loss = -np.log(np.clip(np.where(positive, scores, 1 - scores), 1e-15, 1))
    return binary.binary_metrics(positive, scores >= 0.5, scores, loss, positive_name="late", seed=0)


def expected_binary(positive: np.ndarray, scores: np.ndarray) -> dict[str, float]:
    called = scores >= 0.5
    return {
        "roc_auc": reference.roc_auc_score(positive, scores),
        "average_precision": reference.average_precision_score(positive, scores),
        "log_loss": reference.log_loss(positive, scores, labels=[False, True]),
        "accuracy": reference.accuracy_score(positive, called),
        "balanced_accuracy": reference.balanced_accuracy_score(positive, called),
        "recall": reference.recall_score(positive, called),
        "precision": reference.precision_score(positive, called),
        "f1": reference.f1_score(positive, called),
        "brier": reference.brier_score_loss(positive, scores),
    }


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n", [40, 20_000])
def test_binary_equals_scikit_learn(dtype: Any, n: int) -> None:
    generator = np.random.default_rng(n)
    scores = generator.beta(2, 3, size=n).astype(dtype)
    positive = generator.random(n) < scores
    metrics = of_binary(positive, scores)
    check_sane(metrics, binary.NAMES)
    assert values(metrics) == pytest.approx(expected_binary(positive, scores), abs=2e-6)
    assert all(metric.low is not None and metric.low < metric.value < metric.high for metric in metrics)
    methods = {metric.name: metric.interval for metric in metrics}
    assert methods["roc_auc"] == "DeLong"
    assert methods["recall"] == methods["precision"] == methods["accuracy"] == "Wilson"
    assert methods["f1"] == methods["balanced_accuracy"] == "bootstrap, 1,000 resamples"
    assert methods["log_loss"] == ("bootstrap, 1,000 resamples" if n <= 10_000 else "delta method")


@settings(max_examples=150)
@given(
    st.integers(1, 25).flatmap(
        lambda n: st.tuples(
            npst.arrays(np.float32, n, elements=st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0])), npst.arrays(np.bool_, n)
        )
    )
)
def test_binary_never_crashes_and_says_why(rows: tuple[np.ndarray, np.ndarray]) -> None:
    scores, positive = rows
    metrics = by_name(of_binary(positive, scores))
    check_sane(tuple(metrics.values()), binary.NAMES)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert metrics["accuracy"].value == pytest.approx(reference.accuracy_score(positive, scores >= 0.5))
        if positive.any() and not positive.all():
            expected = expected_binary(positive, scores)
            for name in ("roc_auc", "average_precision", "balanced_accuracy", "recall", "brier", "f1"):
                assert metrics[name].value == pytest.approx(expected[name], abs=1e-6), name
        else:
            assert metrics["roc_auc"].value is None
            assert metrics["balanced_accuracy"].value is None
    if not (scores >= 0.5).any():
        assert metrics["precision"].value is None
        assert metrics["precision"].why == "no row is called late"
    if not positive.any():
        assert metrics["recall"].why == "no row is late"


def test_binary_without_rows_or_probabilities() -> None:
    nothing = np.empty(0, np.float32)
    check_sane(of_binary(nothing > 0, nothing), binary.NAMES)
    truth = np.array([True, False, True, False])
    labels = binary.binary_metrics(truth, truth, truth.astype(np.float32), None, positive_name="x", seed=0)
    assert by_name(labels)["log_loss"].why == "the model gives labels, not probabilities"
    assert by_name(labels)["recall"].label == "Recall, x"


def test_a_constant_score_has_the_area_of_a_coin() -> None:
    positive = np.arange(100) < 30
    metrics = by_name(of_binary(positive, np.full(100, 0.4, np.float32)))
    assert metrics["roc_auc"].value == 0.5
    assert metrics["average_precision"].value == pytest.approx(0.3)
    assert metrics["roc_auc"].low is None


# -- several classes ---------------------------------------------------------------------------------------------------


def several_classes(n: int, n_classes: int = 4) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(n)
    scores = generator.dirichlet(np.ones(n_classes), size=n)
    truth = (scores.cumsum(axis=1) > generator.random((n, 1))).argmax(axis=1)
    return truth, scores


def of_multiclass(truth: np.ndarray, scores: np.ndarray) -> tuple[Metric, ...]:
    loss = -np.log(np.clip(scores[np.arange(len(truth)), truth], 1e-15, 1))
    return multiclass.multiclass_metrics(truth, scores.argmax(axis=1), scores, loss, seed=0)


@pytest.mark.parametrize("n", [60, 15_000])
def test_multiclass_equals_scikit_learn(n: int) -> None:
    truth, scores = several_classes(n)
    predicted = scores.argmax(axis=1)
    metrics = of_multiclass(truth, scores)
    check_sane(metrics, multiclass.NAMES)
    assert values(metrics) == pytest.approx(
        {
            "accuracy": reference.accuracy_score(truth, predicted),
            "balanced_accuracy": reference.balanced_accuracy_score(truth, predicted),
            "macro_f1": reference.f1_score(truth, predicted, average="macro"),
            "log_loss": reference.log_loss(truth, scores),
            "macro_roc_auc": reference.roc_auc_score(truth, scores, multi_class="ovr"),
        }
    )


def half_width(metric: Metric) -> float:
    assert metric.low is not None
    assert metric.high is not None
    return (metric.high - metric.low) / 2


@pytest.mark.parametrize("name", ["balanced_accuracy", "macro_f1", "macro_roc_auc"])
def test_multiclass_errors_equal_weighted_derivatives(name: str) -> None:
    truth, scores = several_classes(120, n_classes=3)
    predicted = scores.argmax(axis=1)
    weighted: dict[str, Callable[[np.ndarray], float]] = {
        "balanced_accuracy": lambda w: reference.balanced_accuracy_score(truth, predicted, sample_weight=w),
        "macro_f1": lambda w: reference.f1_score(truth, predicted, average="macro", sample_weight=w),
        "macro_roc_auc": lambda w: float(
            np.mean([reference.roc_auc_score(truth == c, scores[:, c], sample_weight=w) for c in range(3)])
        ),
    }
    expected = standard_error(weighted[name], 120)
    found = half_width(by_name(of_multiclass(truth, scores))[name]) / Z95
    # DeLong's variance divides by n - 1, the derivative's by n.
    assert found == pytest.approx(expected, rel=0.02 if name == "macro_roc_auc" else 1e-6)


def test_absent_classes_are_left_out_and_named() -> None:
    truth, scores = several_classes(80, n_classes=5)
    kept = np.isin(truth, (0, 1, 3))
    truth, scores = truth[kept], scores[kept]
    metrics = by_name(of_multiclass(truth, scores))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = reference.balanced_accuracy_score(truth, scores.argmax(axis=1))
    assert metrics["balanced_accuracy"].value == pytest.approx(expected)
    assert metrics["balanced_accuracy"].why.startswith("averaged over 3 of 5 classes")
    expected_area = np.mean([reference.roc_auc_score(truth == c, scores[:, c]) for c in (0, 1, 3)])
    assert metrics["macro_roc_auc"].value == pytest.approx(expected_area)


def test_class_rates_equal_scikit_learn() -> None:
    truth, scores = several_classes(300)
    predicted = scores.argmax(axis=1)
    confusion = multiclass.confusion_counts(truth.astype(np.int8), predicted.astype(np.int8), 4)
    np.testing.assert_array_equal(confusion, reference.confusion_matrix(truth, predicted))
    precision, recall, f1, _ = reference.precision_recall_fscore_support(truth, predicted)
    for found, expected in zip(multiclass.class_rates(confusion), (precision, recall, f1), strict=True):
        np.testing.assert_allclose(found, expected)


# -- several labels ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [50, 12_000])
def test_multilabel_equals_scikit_learn(n: int) -> None:
    generator = np.random.default_rng(n)
    scores = generator.random((n, 3))
    truth = (generator.random((n, 3)) < scores).astype(np.int8)
    called = (scores >= 0.5).astype(np.int8)
    loss = -np.log(np.where(truth, scores, 1 - scores)).mean(axis=1)
    metrics = multilabel.multilabel_metrics(truth, called, loss, seed=0)
    check_sane(metrics, multilabel.NAMES)
    assert values(metrics) == pytest.approx(
        {
            "micro_f1": reference.f1_score(truth, called, average="micro"),
            "macro_f1": reference.f1_score(truth, called, average="macro"),
            "subset_accuracy": reference.accuracy_score(truth, called),
            "hamming": reference.hamming_loss(truth, called),
            "log_loss": np.mean([reference.log_loss(truth[:, c], scores[:, c]) for c in range(3)]),
        }
    )
    right = int((truth == called).all(axis=1).sum())
    assert by_name(metrics)["subset_accuracy"].low == wilson(right, n).low


def test_multilabel_macro_f1_error_equals_the_weighted_derivative() -> None:
    generator = np.random.default_rng(5)
    truth, called = generator.random((2, 90, 3)) < 0.4
    expected = standard_error(
        lambda weights: reference.f1_score(truth, called, average="macro", sample_weight=weights), 90
    )
    metrics = multilabel.multilabel_metrics(truth, called, None, seed=0)
    assert half_width(by_name(metrics)["macro_f1"]) / Z95 == pytest.approx(expected, rel=0.01)
    assert by_name(metrics)["log_loss"].value is None


def test_multilabel_without_any_label() -> None:
    nothing = np.zeros((6, 2), np.int8)
    metrics = by_name(multilabel.multilabel_metrics(nothing, nothing, None, seed=0))
    assert metrics["micro_f1"].value is None
    assert metrics["macro_f1"].value is None
    assert metrics["subset_accuracy"].value == 1


# -- numbers -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [30, 25_000])
@pytest.mark.parametrize("level", [0.0, 1e6])
def test_regression_equals_scikit_learn(n: int, level: float) -> None:
    generator = np.random.default_rng(n)
    truth = generator.normal(size=n) + level
    predicted = truth + generator.laplace(scale=0.5, size=n)
    metrics = regression.regression_metrics(truth, predicted, seed=0)
    check_sane(metrics, regression.NAMES)
    assert values(metrics) == pytest.approx(
        {
            "r2": reference.r2_score(truth, predicted),
            "mae": reference.mean_absolute_error(truth, predicted),
            "rmse": reference.root_mean_squared_error(truth, predicted),
            "median_ae": reference.median_absolute_error(truth, predicted),
        },
        rel=1e-6,
    )
    assert all(metric.low is not None and metric.low < metric.value < metric.high for metric in metrics)


@pytest.mark.parametrize("name", ["r2", "rmse"])
def test_regression_errors_equal_weighted_derivatives(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mldebug_widgets.analyzers.metrics.intervals.BOOTSTRAP_ROWS", 0)
    generator = np.random.default_rng(1)
    truth = generator.normal(size=200)
    predicted = 0.7 * truth + generator.normal(scale=0.4, size=200)
    score = reference.r2_score if name == "r2" else reference.root_mean_squared_error
    expected = standard_error(lambda weights: score(truth, predicted, sample_weight=weights), 200)
    found = half_width(by_name(regression.regression_metrics(truth, predicted, seed=0))[name]) / Z95
    assert found == pytest.approx(expected * math.sqrt(200 / 199), rel=1e-4)


@given(npst.arrays(np.float64, st.integers(0, 12), elements=st.sampled_from([-1.0, 0.0, 2.5, 7.0])))
def test_regression_never_crashes_and_says_why(truth: np.ndarray) -> None:
    metrics = regression.regression_metrics(truth, np.ones_like(truth), seed=0)
    check_sane(metrics, regression.NAMES)
    if len(truth) and (truth == truth[0]).all():
        assert by_name(metrics)["r2"].why == "the target is constant in these rows"
