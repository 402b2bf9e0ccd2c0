"""MLD106 fires on a feature that is the target in disguise."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mldebug_widgets.checks.check import Subject
from mldebug_widgets.checks.target_proxy import TargetProxy
from mldebug_widgets.evaluation.evaluation import Evaluation
from tests.checks.planted import drawn, found, passed, sigmoid, table, unknown, whole

CODE = "MLD106"


def with_column(task: str, noise: float) -> Evaluation:
    """A table with a column "after" that is the target plus noise."""
    frame = table()
    generator = np.random.default_rng(0)
    level = frame["x1"].to_numpy()
    if task == "regression":
        truth: np.ndarray = level + generator.normal(size=len(frame))
        frame["after"] = truth * 1.8 + 32 + noise * generator.normal(size=len(frame))
        return whole(frame, truth, level, task=task)
    if task == "multiclass":
        truth = generator.integers(0, 3, len(frame))
        known = generator.random(len(frame)) >= noise
        frame["after"] = np.array(["lo", "mid", "hi"])[np.where(known, truth, generator.integers(0, 3, len(frame)))]
        scores = np.full((len(frame), 3), 1 / 3) + 0.01 * level[:, None] * np.array([1, 0, -1])
        return whole(frame, truth, scores, task=task)
    truth = drawn(sigmoid(level))
    frame["after"] = truth + noise * generator.normal(size=len(frame))
    return whole(frame, truth, sigmoid(level), task=task)


def test_critical_when_a_feature_decides_the_target() -> None:
    for task in ("binary", "multiclass", "regression"):
        finding = found(CODE, with_column(task, 0.0))
        assert finding.severity == "critical"
        assert finding.title.startswith("after alone predicts ")


def test_warning_when_it_nearly_does() -> None:
    finding = found(CODE, with_column("binary", 0.4))
    assert finding.severity == "warning"
    assert "ROC AUC 0.9" in finding.title


def test_other_strong_features_are_named() -> None:
    frame = table()
    truth = drawn(sigmoid(frame["x1"]))
    frame["after"], frame["before"] = truth, 1 - truth
    assert (
        "This column alone predicts it too: "
        in found(CODE, whole(frame, truth, sigmoid(frame["x1"]), task="binary")).text
    )


def test_stays_quiet_on_honest_features() -> None:
    for task in ("binary", "multiclass", "regression"):
        assert "alone" in passed(CODE, with_column(task, 5.0 if task != "multiclass" else 0.8))


def test_a_name_per_row_is_no_proxy() -> None:
    frame = table(400)
    frame["id"] = [f"row {i // 2}" for i in range(400)]
    passed(CODE, whole(frame, np.random.default_rng(0).integers(0, 2, 400), np.linspace(0, 1, 400), task="binary"))


def test_cannot_tell() -> None:
    few = table(30)
    assert "too few" in unknown(CODE, whole(few, np.arange(30) % 2, np.linspace(0, 1, 30), task="binary"))
    frame = table(100)
    labels = np.random.default_rng(0).integers(0, 2, (100, 2))
    assert "multilabel" in unknown(CODE, whole(frame, labels, labels * 0.5, task="multilabel"))
    flat = pd.DataFrame({"flat": np.ones(100)})
    assert "varies" in unknown(CODE, whole(flat, np.arange(100) % 2, np.linspace(0, 1, 100), task="binary"))
    looks = iter([False, False])
    outcome = TargetProxy().run(Subject(with_column("binary", 0.0), cancelled=lambda: next(looks, True)))
    assert outcome.why == "cancelled after 2 of 5 features"
