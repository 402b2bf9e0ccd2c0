"""MLD103 fires when a rare class is missed behind a high accuracy."""

from __future__ import annotations

import numpy as np

from mldebug_widgets.evaluation.evaluation import Evaluation
from tests.checks.planted import found, passed, table, unknown, whole

CODE = "MLD103"


def rare(share: float, recall: float, false_alarms: float = 0.0, n_classes: int = 2) -> Evaluation:
    """``share`` of the rows are of the last class, of which the model finds ``recall``."""
    generator = np.random.default_rng(0)
    n = 2_000
    last = generator.random(n) < share
    others = generator.integers(0, n_classes - 1, n)
    answer = np.where(last, generator.random(n) < recall, generator.random(n) < false_alarms)
    if n_classes == 2:
        return whole(table(n), last.astype(int), np.where(answer, 0.9, 0.1), task="binary", class_names=["ok", "late"])
    truth = np.where(last, n_classes - 1, others)
    predicted = np.where(answer, n_classes - 1, np.where(last, 0, others))
    scores = np.full((n, n_classes), 0.01)
    scores[np.arange(n), predicted] = 1 - 0.01 * (n_classes - 1)
    return whole(table(n), truth, scores, task="multiclass")


def test_fires_and_is_critical_when_always_answering_the_same_is_as_good() -> None:
    finding = found(CODE, rare(0.03, 0.1))
    assert finding.severity == "critical"
    assert 'of class "late"' in finding.title
    assert 'rows are "ok"' in finding.text


def test_is_a_warning_when_accuracy_is_really_better() -> None:
    assert found(CODE, rare(0.15, 0.5)).severity == "warning"


def test_fires_for_one_of_several_classes() -> None:
    title = found(CODE, rare(0.05, 0.0, n_classes=4)).title
    assert "finds none of " in title
    assert title.endswith('of class "3"')


def test_stays_quiet_when_the_rare_class_is_found_or_nothing_is_hidden() -> None:
    passed(CODE, rare(0.05, 0.9))
    passed(CODE, rare(0.5, 0.6, 0.4))


def test_cannot_tell_for_numbers_and_single_classes() -> None:
    frame = table(100)
    assert "regression" in unknown(CODE, whole(frame, np.arange(100.0), np.arange(100.0), task="regression"))
    truth = np.r_[1, np.zeros(99, int)]
    assert "fewer than two classes" in unknown(CODE, whole(frame, truth, np.linspace(0, 1, 100), task="binary"))
