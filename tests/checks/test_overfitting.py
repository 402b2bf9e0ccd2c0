"""MLD101 fires on a planted gap, stays quiet without one, and says when it cannot tell."""

from __future__ import annotations

import numpy as np
import pytest

from mldebug_widgets.evaluation.evaluation import Evaluation
from tests.checks.planted import N_TRAIN, drawn, found, passed, sigmoid, split, table, unknown, whole

CODE = "MLD101"


def remembered(task: str, share: float) -> Evaluation:
    """A model that knows ``share`` of its training answers by heart."""
    frame = table()
    generator = np.random.default_rng(3)
    by_heart = (np.arange(len(frame)) < N_TRAIN) & (generator.random(len(frame)) < share)
    level = 1.2 * frame["x1"].to_numpy()
    if task == "regression":
        truth = level + generator.normal(size=len(frame))
        return split(frame, truth, np.where(by_heart, truth, level), task=task)
    if task == "multilabel":
        truth = np.column_stack((drawn(sigmoid(level)), drawn(sigmoid(-level), seed=2)))
        scores = np.column_stack((sigmoid(level), sigmoid(-level)))
        return split(frame, truth, np.where(by_heart[:, None], truth, scores), task=task)
    if task == "multiclass":
        scores = np.column_stack((sigmoid(level), sigmoid(-level), np.full(len(level), 0.6)))
        scores /= scores.sum(axis=1, keepdims=True)
        truth = (scores.cumsum(axis=1) > generator.random((len(level), 1))).argmax(axis=1)
        return split(frame, truth, np.where(by_heart[:, None], np.eye(3)[truth], scores), task=task)
    truth = drawn(sigmoid(level))
    return split(frame, truth, np.where(by_heart, truth, sigmoid(level)), task=task)


@pytest.mark.parametrize("task", ["binary", "multiclass", "multilabel", "regression"])
def test_fires_when_training_answers_are_remembered(task: str) -> None:
    finding = found(CODE, remembered(task, 0.9))
    assert finding.severity == "critical"
    assert finding.title.startswith("The model is overfitting: ")
    assert finding.panel == "performance"


def test_a_smaller_gap_is_a_warning() -> None:
    finding = found(CODE, remembered("binary", 0.3))
    assert finding.severity == "warning"
    assert found(CODE, remembered("binary", 0.9)).score > finding.score


@pytest.mark.parametrize("task", ["binary", "multiclass", "multilabel", "regression"])
def test_stays_quiet_when_both_splits_are_alike(task: str) -> None:
    assert "train" in passed(CODE, remembered(task, 0.0))


def test_a_gap_that_chance_explains_is_no_finding() -> None:
    """Forty rows: the areas differ by more than the limit, and by less than they vary."""
    frame = table(60)
    truth = np.arange(60) % 2
    scores = sigmoid(truth * 1.0 + np.random.default_rng(5).normal(size=60))
    assert "chance" in passed(CODE, split(frame, truth, scores, task="binary", at=40))


def test_cannot_tell_without_a_train_split() -> None:
    frame = table(200)
    why = unknown(CODE, whole(frame, np.arange(200) % 2, np.linspace(0, 1, 200), task="binary"))
    assert "no train split" in why


def test_cannot_tell_without_a_metric() -> None:
    frame = table(200)
    why = unknown(CODE, split(frame, np.arange(200) % 2, np.full(200, np.nan), task="binary", at=100))
    assert "could not be computed" in why
