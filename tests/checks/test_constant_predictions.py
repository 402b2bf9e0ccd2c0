"""MLD105 fires on answers that do not depend on the row."""

from __future__ import annotations

import math

import numpy as np

from tests.checks.planted import found, passed, table, unknown, whole

CODE = "MLD105"
FRAME = table(200)
HALVES = np.arange(200) % 2


def test_critical_when_all_scores_are_the_same() -> None:
    assert found(CODE, whole(FRAME, HALVES, np.full(200, 0.4981), task="binary")).severity == "critical"
    thirds = np.full((200, 3), 1 / 3)
    assert found(CODE, whole(FRAME, np.arange(200) % 3, thirds, task="multiclass")).severity == "critical"
    labels = np.column_stack((HALVES, 1 - HALVES))
    assert found(CODE, whole(FRAME, labels, np.full((200, 2), 0.3), task="multilabel")).severity == "critical"


def test_critical_when_predicted_numbers_hardly_vary() -> None:
    truth = np.random.default_rng(0).normal(size=200)
    finding = found(CODE, whole(FRAME, truth, 5 + 1e-4 * truth, task="regression"))
    assert finding.severity == "critical"
    assert "standard deviation" in finding.title


def test_warning_when_one_class_is_always_answered() -> None:
    scores = np.linspace(0.1, 0.45, 200)
    finding = found(CODE, whole(FRAME, HALVES, scores, task="binary", class_names=["ok", "late"]))
    assert finding.severity == "warning"
    assert finding.title == 'The model answers "ok" for all 200 rows; 100 are something else'
    assert "no row reaches the threshold of 0.5" in finding.text
    high = found(CODE, whole(FRAME, HALVES, 1 - scores, task="binary", class_names=["ok", "late"]))
    assert "no row stays below the threshold of 0.5" in high.text
    several = np.column_stack((np.linspace(0.4, 0.6, 200), np.linspace(0.35, 0.2, 200), np.linspace(0.25, 0.2, 200)))
    assert found(CODE, whole(FRAME, np.arange(200) % 3, several, task="multiclass")).severity == "warning"
    labels = np.column_stack((HALVES, 1 - HALVES))
    same = np.column_stack((scores, scores))
    assert found(CODE, whole(FRAME, labels, same, task="multilabel")).severity == "warning"


def test_stays_quiet_when_answers_vary() -> None:
    passed(CODE, whole(FRAME, HALVES, np.linspace(0, 1, 200), task="binary"))
    truth = np.random.default_rng(0).normal(size=200)
    passed(CODE, whole(FRAME, truth, 0.5 * truth, task="regression"))
    passed(CODE, whole(FRAME, np.zeros(200, int), np.linspace(0, 0.4, 200), task="binary"))


def test_cannot_tell_without_scores_or_a_target_that_varies() -> None:
    assert unknown(CODE, whole(FRAME, HALVES, np.full(200, math.nan), task="binary"))
    why = unknown(CODE, whole(FRAME, np.ones(200), np.ones(200), task="regression"))
    assert why == "the target itself is constant"
