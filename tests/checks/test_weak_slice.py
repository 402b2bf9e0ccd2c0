"""MLD108 fires on a confirmed slice that holds far more than its share of the errors."""

from __future__ import annotations

import numpy as np
import pandas as pd

import mldebug_widgets as mld
from mldebug_widgets.analyzers.slices import Slice, default_slices
from mldebug_widgets.checks.check import Subject
from mldebug_widgets.checks.finding import CheckOutcome
from mldebug_widgets.checks.weak_slice import WeakSlice
from mldebug_widgets.evaluation.evaluation import Evaluation
from tests.checks.planted import found, passed, split, unknown, whole

CODE = "MLD108"
N = 4_000


def wrong_in_red(share: float, rest: float = 0.1, *, task: str = "binary") -> Evaluation:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"colour": rng.choice(["red", "green", "blue", "grey"], N), "x": rng.normal(size=N)})
    red = (frame["colour"] == "red").to_numpy()
    if task == "regression":
        error = rng.normal(size=N) * np.where(red, share, rest)
        return split(frame, error, np.zeros(N), task=task, at=N // 2)
    truth = rng.random(N) < 0.5
    wrong = rng.random(N) < np.where(red, share, rest)
    return split(frame, truth.astype(int), np.where(truth ^ wrong, 0.8, 0.2), task=task, at=N // 2)


def test_fires_with_the_share_of_the_errors() -> None:
    ev = wrong_in_red(0.4)
    finding = found(CODE, ev)
    assert finding.severity == "warning"
    test = ev.splits["test"]
    wrong = np.asarray(ev.y)[test] != np.asarray(ev.predicted)[test]
    red = (ev.X["colour"].to_numpy() == "red")[test]
    assert finding.title == (
        f"{wrong[red].sum() / wrong.sum():.0%} of all errors sit in {red.mean():.0%} of the rows: colour = red"
    )
    assert np.flatnonzero(ev.rows_matching(finding.query)).tolist() == test[red].tolist()
    assert finding.panel == "slices"
    assert isinstance(finding.evidence, Slice)
    assert finding.evidence is max(default_slices(ev), key=lambda entry: entry.error_share - entry.share)


def test_critical_where_it_is_three_times_the_average() -> None:
    assert found(CODE, wrong_in_red(0.9, 0.02)).severity == "critical"


def test_regression_counts_the_absolute_error() -> None:
    assert "of all absolute error sits in" in found(CODE, wrong_in_red(5.0, 1.0, task="regression")).title


def test_passes_where_errors_fall_alike() -> None:
    assert "no slice was confirmed" in passed(CODE, wrong_in_red(0.1))


def test_passes_where_the_difference_is_sure_but_small() -> None:
    assert "times the average" in passed(CODE, wrong_in_red(0.62, 0.45))


def test_cannot_tell_without_errors_or_rows() -> None:
    frame = pd.DataFrame({"x": np.arange(100.0)})
    truth = np.arange(100) % 2
    assert "No row is wrong" in unknown(CODE, whole(frame, truth, np.where(truth, 0.9, 0.1), task="binary"))
    few = whole(frame[:10], truth[:10], np.full(10, 0.3), task="binary")
    assert "no slice can be large enough" in unknown(CODE, few)


def test_cancelled_while_it_searches() -> None:
    result = WeakSlice().run(Subject(wrong_in_red(0.4), cancelled=lambda: True))
    assert isinstance(result, CheckOutcome)
    assert result.why == "cancelled while it was searching"


def test_it_is_among_the_findings() -> None:
    assert CODE in [entry.code for entry in mld.findings(wrong_in_red(0.4))]
