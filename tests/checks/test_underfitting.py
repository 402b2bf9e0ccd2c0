"""MLD102 fires on a model weaker than small trees, stays quiet on a good one, and says when it cannot tell."""

from __future__ import annotations

import random

import numpy as np
import pytest

from mldebug_widgets.analyzers.overview import overview
from mldebug_widgets.analyzers.reference import reference
from mldebug_widgets.checks.check import Subject
from mldebug_widgets.checks.underfitting import Underfitting
from mldebug_widgets.evaluation.evaluation import Evaluation
from tests.checks.planted import drawn, found, passed, sigmoid, split, table, unknown, whole

CODE = "MLD102"


def bent(task: str, *, knows_the_bend: bool) -> Evaluation:
    """A target that hangs on the product of two features, and a model that sees only one of them, or both."""
    frame = table()
    level = 3 * frame["x1"].to_numpy() * frame["x2"].to_numpy() + 0.5 * frame["x1"].to_numpy()
    seen = level if knows_the_bend else 0.5 * frame["x1"].to_numpy()
    if task == "regression":
        return split(frame, level + np.random.default_rng(0).normal(size=len(level)), seen, task=task)
    if task == "multiclass":
        truth = np.digitize(level + np.random.default_rng(0).normal(size=len(level)), [-1, 1])
        scores = np.column_stack((sigmoid(-seen - 1), np.full(len(seen), 0.3), sigmoid(seen - 1)))
        return split(frame, truth, scores / scores.sum(axis=1, keepdims=True), task=task)
    return split(frame, drawn(sigmoid(level)), sigmoid(seen), task=task)


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_fires_on_a_model_that_is_too_weak(task: str) -> None:
    finding = found(CODE, bent(task, knows_the_bend=False))
    assert finding.severity == "critical"
    assert finding.title.startswith("The model is underfitting: ")
    assert "1,200 of 1,200 train rows" in finding.text
    assert "800 of 800 test rows" in finding.text


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_stays_quiet_on_a_model_that_knows(task: str) -> None:
    assert "boosted trees" in passed(CODE, bent(task, knows_the_bend=True))


def test_a_lead_that_is_sure_but_small_is_no_finding() -> None:
    """On 20,000 rows a difference of 0.01 in the area is no accident, and still no reason for another model."""
    frame = table(40_000)
    level = 2 * frame["x1"].to_numpy()
    seen = level + 0.45 * np.random.default_rng(0).normal(size=len(level))
    ev = split(frame, drawn(sigmoid(level)), sigmoid(seen), task="binary", at=20_000)
    (best,) = [metric for metric in reference(ev).metrics if metric.name == "roc_auc"]
    ours = overview(ev).metric("roc_auc", "train")
    assert 0.005 < best.value - ours.value < 0.02
    assert best.low > ours.high
    passed(CODE, ev)


def test_stays_quiet_when_there_is_nothing_to_learn() -> None:
    frame = table()
    truth = drawn(np.full(len(frame), 0.5))
    passed(CODE, split(frame, truth, np.random.default_rng(0).random(len(frame)), task="binary"))


def test_cannot_tell_without_a_train_split_or_for_labels() -> None:
    frame = table(200)
    assert "no train split" in unknown(CODE, whole(frame, np.arange(200) % 2, np.linspace(0, 1, 200), task="binary"))
    truth = np.random.default_rng(0).integers(0, 2, (200, 2))
    assert "multilabel" in unknown(CODE, split(frame, truth, truth * 0.9, task="multilabel", at=100))


def test_columns_without_a_value_are_left_out() -> None:
    frame = table(400)
    frame["void"] = np.nan
    truth = np.arange(400) % 2
    passed(CODE, split(frame, truth, np.random.default_rng(0).random(400), task="binary", at=200))
    nothing = split(frame[["void"]], truth, np.linspace(0, 1, 400), task="binary", at=200)
    assert "no column to learn from" in unknown(CODE, nothing)


def test_it_stops_when_cancelled_and_touches_no_random_state() -> None:
    ev = bent("binary", knows_the_bend=True)
    looks = iter([False] * 3)
    outcome = Underfitting().run(Subject(ev, cancelled=lambda: next(looks, True)))
    assert outcome.why == "cancelled"
    before = (random.getstate(), np.random.get_state()[1].tolist())
    first, second = reference(ev), reference(ev)
    assert first == second
    assert before == (random.getstate(), np.random.get_state()[1].tolist())
