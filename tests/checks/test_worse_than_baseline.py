"""MLD104 fires on models that the prior or a linear model beats or matches."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mldebug_widgets.checks.check import Subject
from mldebug_widgets.checks.worse_than_baseline import WorseThanBaseline
from mldebug_widgets.evaluation.evaluation import Evaluation
from tests.checks.planted import drawn, found, passed, sigmoid, split, table, unknown, whole

CODE = "MLD104"


def straight(task: str, strength: float, *, bend: float = 0.0, splits: bool = True) -> Evaluation:
    """A target that hangs on x1 (and its square), and a model that knows ``strength`` of that."""
    frame = table()
    level = 2 * frame["x1"].to_numpy() + bend * (frame["x2"].to_numpy() ** 2 - 1)
    seen = strength * level + (1 - abs(strength)) * np.random.default_rng(4).normal(size=len(level))
    make = split if splits else whole
    if task == "regression":
        return make(frame, level + np.random.default_rng(0).normal(size=len(level)), seen, task=task)
    if task == "multiclass":
        truth = np.digitize(level + np.random.default_rng(0).normal(size=len(level)), [-1, 1])
        scores = np.column_stack((sigmoid(-seen - 1), np.full(len(seen), 0.3), sigmoid(seen - 1)))
        return make(frame, truth, scores / scores.sum(axis=1, keepdims=True), task=task)
    return make(frame, drawn(sigmoid(level)), sigmoid(seen), task=task)


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_critical_when_the_prior_is_as_good(task: str) -> None:
    finding = found(CODE, straight(task, 0.0))
    assert finding.severity == "critical"
    assert finding.title.startswith("The model is no better than always answering the ")


def test_critical_when_the_ranking_is_upside_down() -> None:
    finding = found(CODE, straight("binary", -0.8))
    assert finding.severity == "critical"
    assert finding.title.startswith("The model ranks rows the wrong way round: ROC AUC 0.")


@pytest.mark.parametrize("splits", [True, False])
@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_warning_when_a_linear_model_wins(task: str, splits: bool) -> None:
    finding = found(CODE, straight(task, 0.3, splits=splits))
    assert finding.severity == "warning"
    assert finding.title.split(" on the same columns beats the model")[0] in ("Logistic regression", "Ridge regression")
    assert "rows" in finding.text


def test_info_when_a_linear_model_is_just_as_good() -> None:
    frame = table(80_000)
    level = 2 * frame["x1"].to_numpy()
    finding = found(CODE, split(frame, drawn(sigmoid(level)), sigmoid(level), task="binary", at=40_000))
    assert finding.severity == "info"
    assert finding.title.startswith("The model is no better than logistic regression")


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_stays_quiet_when_the_model_is_ahead(task: str) -> None:
    assert "regression reaches" in passed(CODE, straight(task, 1.0, bend=2.0))


def test_cannot_tell_without_scores_or_when_cancelled() -> None:
    frame = table(100)
    assert unknown(CODE, whole(frame, np.arange(100) % 2, np.full(100, math.nan), task="binary"))
    outcome = WorseThanBaseline().run(Subject(straight("binary", 1.0), cancelled=lambda: True))
    assert outcome.why == "cancelled"


def test_labels_are_not_judged_by_their_ranking() -> None:
    """Labels that are right as often as logistic regression's: their area is lower, the model is not worse."""
    frame = table()
    level = 2 * frame["x1"].to_numpy()
    truth = np.array(["no", "yes"])[drawn(sigmoid(level))]
    labels = np.array(["no", "yes"])[(level > 0).astype(int)]
    why = passed(CODE, split(frame, truth, labels, task="binary"))
    assert why.startswith("Balanced accuracy is ")
