"""Confusion, sweep, curves, density and errors against scikit-learn and numpy on the same rows."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support, roc_auc_score

from mldebug_widgets.analyzers.performance import performance
from mldebug_widgets.errors import MldError, MldTypeError, MldValueError
from mldebug_widgets.evaluation.evaluation import Evaluation, evaluate
from mldebug_widgets.wire import encode_message
from tests.analyzers.cases import TASKS, evaluation


def judged(ev: Evaluation, split: str = "test") -> tuple[np.ndarray, np.ndarray]:
    rows = ev.splits[split]
    return ev.class_codes[rows], ev.scores[rows]


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_confusion_equals_scikit_learn(task: str) -> None:
    ev = evaluation(task)
    result = performance(ev)
    truth, scores = judged(ev)
    predicted = (scores >= 0.5).astype(int) if scores.ndim == 1 else scores.argmax(axis=1)
    np.testing.assert_array_equal(result.confusion, confusion_matrix(truth, predicted))
    precision, recall, f1, rows = precision_recall_fscore_support(truth, predicted)
    np.testing.assert_allclose(result.per_class["precision"], precision)
    np.testing.assert_allclose(result.per_class["recall"], recall)
    np.testing.assert_allclose(result.per_class["f1"], f1)
    assert result.per_class["rows"].tolist() == rows.tolist()
    assert result.per_class.index.tolist() == list(result.classes)


@settings(max_examples=40)
@given(st.floats(0, 1) | st.sampled_from([0.0, 0.1, 0.3, 0.7, 1.0]))
def test_every_stop_of_the_sweep_is_exact(threshold: float) -> None:
    ev = evaluation("binary")
    result = performance(ev, threshold=threshold)
    for split in result.splits:
        truth, scores = judged(ev, split.split)
        sweep = split.sweep
        assert sweep is not None
        assert threshold in sweep.thresholds
        assert (np.diff(sweep.thresholds) > 0).all()
        called = scores[:, None] >= sweep.thresholds
        np.testing.assert_array_equal(sweep.true_positive, (called & (truth == 1)[:, None]).sum(axis=0))
        np.testing.assert_array_equal(sweep.false_positive, (called & (truth == 0)[:, None]).sum(axis=0))
        at = int(np.searchsorted(sweep.thresholds, threshold))
        assert split.confusion[1, 1] == sweep.true_positive[at]
        assert split.confusion[0, 1] == sweep.false_positive[at]
        assert (sweep.positives, sweep.negatives) == (np.sum(truth == 1), np.sum(truth == 0))


def test_a_threshold_is_compared_as_numpy_compares_float32_scores() -> None:
    """0.7 is not representable: as float32 it is smaller, and a score of exactly that must count as reaching it."""
    frame = pd.DataFrame({"a": np.arange(40.0)})
    scores = np.where(np.arange(40) % 2, 0.7, 0.2).astype(np.float32)
    ev = evaluate(None, (frame, np.arange(40) % 2), predictions=scores)
    result = performance(ev, threshold=0.7)
    assert ev.scores.dtype == np.float32
    np.testing.assert_array_equal(result.confusion, [[20, 0], [0, 20]])
    sweep = result.split().sweep
    assert sweep is not None
    assert sweep.true_positive[np.searchsorted(sweep.thresholds, 0.7)] == 20


@pytest.mark.parametrize("task", ["binary", "multiclass", "multilabel"])
def test_curves_are_there_per_class(task: str) -> None:
    ev = evaluation(task)
    result = performance(ev)
    truth, scores = judged(ev)
    split = result.split()
    columns = {"binary": [(truth == 1, scores)]}.get(task) or [
        ((truth[:, at] if truth.ndim == 2 else truth == at), scores[:, at]) for at in range(scores.shape[1])
    ]
    assert len(split.class_roc) == len(split.class_pr) == len(columns)
    for curve, (holds, of_class) in zip(split.class_roc, columns, strict=True):
        assert np.trapezoid(curve.y, curve.x) == pytest.approx(roc_auc_score(holds, of_class), abs=2e-3)
    if task == "multilabel":
        assert result.confusion.shape == (0, 0)
        assert result.per_class.empty


def test_a_class_without_rows_has_an_empty_curve() -> None:
    frame = pd.DataFrame({"a": np.arange(30.0)})
    ev = evaluate(None, (frame, np.arange(30) % 2), predictions=np.linspace(0, 1, 30))
    only_one = performance(ev, rows=ev.y == 1).split()
    assert len(only_one.class_roc[0].x) == 0
    assert {metric.name: metric.value for metric in only_one.metrics}["roc_auc"] is None


def test_regression_pictures_count_every_row() -> None:
    ev = evaluation("regression")
    split = performance(ev).split()
    rows = ev.splits["test"]
    density, errors = split.density, split.errors
    assert density is not None
    assert errors is not None
    assert density.counts.sum() == len(rows)
    assert errors.counts.sum() + errors.below + errors.above == len(rows)
    assert errors.below + errors.above <= 0.01 * len(rows) + 1
    assert errors.edges[0] == -errors.edges[-1]
    np.testing.assert_array_equal(errors.counts, np.histogram(ev.scores[rows] - ev.y[rows], errors.edges)[0])
    highest = max(ev.y[rows].max(), ev.scores[rows].max())
    assert density.x_high == density.y_high == pytest.approx(highest)
    assert performance(ev).threshold is None


@pytest.mark.parametrize("errors", [0.0, 1e-300, 5.0])
def test_errors_that_are_all_the_same(errors: float) -> None:
    truth = np.zeros(30) if errors else np.arange(30.0)
    ev = evaluate(None, (pd.DataFrame({"a": truth}), truth), predictions=truth + errors, task="regression")
    split = performance(ev).split()
    assert split.errors is not None
    assert split.density is not None
    assert split.errors.counts.sum() + split.errors.above == 30
    assert split.density.counts.sum() == 30
    assert (np.diff(split.errors.edges) > 0).all()


@pytest.mark.parametrize("task", TASKS)
def test_only_the_chosen_rows_count(task: str) -> None:
    ev = evaluation(task)
    rows = np.flatnonzero(ev.loss > np.median(ev.loss))
    result = performance(ev, rows=rows)
    assert sum(split.n for split in result.splits) == len(rows)
    assert result.computed_on == f"{len(rows)} selected of 600 rows"
    again = performance(ev, rows=np.concatenate((rows, rows[:5])))
    assert sum(split.n for split in again.splits) == len(rows)
    empty = performance(ev, rows=[])
    assert all(metric.value is None and metric.why for split in empty.splits for metric in split.metrics)


def test_rows_that_cannot_be_judged_are_left_out_and_counted() -> None:
    frame = pd.DataFrame({"a": np.arange(100.0)})
    scores = np.linspace(0, 1, 100)
    scores[::10] = math.nan
    result = performance(evaluate(None, (frame, np.arange(100) % 2), predictions=scores))
    split = result.split()
    assert (split.n, split.n_scored) == (100, 90)
    assert split.confusion.sum() == 90
    assert result.computed_on == "all 100 rows, 10 left out: no finite score or no known target"


@pytest.mark.parametrize("task", TASKS)
def test_as_frames_in_words_and_on_the_wire(task: str) -> None:
    result = performance(evaluation(task))
    assert result.metrics.columns.tolist() == [(s, v) for s in ("train", "test") for v in ("value", "low", "high")]
    first = result.splits[0].metrics[0]
    assert result.metrics.loc[first.name, ("train", "value")] == first.value
    assert result.to_frame().loc[("train", first.name), "value"] == first.value
    assert "rows: train 400, test 200" in repr(result)
    content, buffers = encode_message(result)
    assert content["kind"] == "performance"
    assert sum(map(len, buffers)) < 200_000


def test_many_classes_stay_within_one_message() -> None:
    generator = np.random.default_rng(0)
    scores = generator.dirichlet(np.ones(100), size=3_000)
    frame = pd.DataFrame({"a": generator.normal(size=3_000)})
    ev = evaluate(None, (frame, generator.integers(0, 100, 3_000)), predictions=scores, task="multiclass")
    _, buffers = encode_message(performance(ev))
    assert sum(map(len, buffers)) < 1_000_000


@pytest.mark.parametrize(
    ("task", "arguments", "code", "kind"),
    [
        ("regression", {"threshold": 0.5}, "MLD-O50", MldValueError),
        ("binary", {"threshold": "0.5"}, "MLD-O51", MldTypeError),
        ("binary", {"threshold": True}, "MLD-O51", MldTypeError),
        ("binary", {"threshold": 1.5}, "MLD-O52", MldValueError),
        ("binary", {"threshold": math.nan}, "MLD-O52", MldValueError),
        ("binary", {"rows": [600]}, "MLD-S51", MldValueError),
        ("binary", {"rows": "all"}, "MLD-S52", MldTypeError),
    ],
)
def test_bad_requests(task: str, arguments: dict[str, Any], code: str, kind: type[MldError]) -> None:
    with pytest.raises(kind) as raised:
        performance(evaluation(task), **arguments)
    assert raised.value.code == code
