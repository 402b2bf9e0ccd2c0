"""Running all checks: found by themselves, ranked, stoppable, and a result that is a sequence."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

import mldebug_widgets as mld
from mldebug_widgets.analyzers.overview import baselines, overview
from mldebug_widgets.checks import find, findings
from mldebug_widgets.checks import run as module
from mldebug_widgets.checks.check import Check, Subject
from mldebug_widgets.checks.finding import CheckOutcome, Finding, FindingsResult
from mldebug_widgets.checks.run import all_checks
from mldebug_widgets.evaluation.evaluation import Evaluation
from mldebug_widgets.wire import encode
from tests.checks.planted import drawn, sigmoid, split, table

CODES = [f"MLD10{digit}" for digit in range(1, 10)]


@pytest.fixture(scope="module")
def faulty() -> Evaluation:
    """Overfitted, with some answers missing, and a feature that gives the target away."""
    frame = table()
    generator = np.random.default_rng(1)
    level = frame["x1"].to_numpy()
    truth = drawn(sigmoid(level))
    frame["after"] = truth + 0.3 * generator.normal(size=len(frame))
    scores = np.where(
        np.arange(len(frame)) < 1_200, 0.8 * truth + 0.1, sigmoid(0.3 * level + generator.normal(size=len(frame)))
    )
    scores[::500] = np.nan
    return split(frame, truth, scores, task="binary")


def test_checks_are_found_by_themselves() -> None:
    assert [check.code for check in all_checks()] == CODES
    assert len({check.name for check in all_checks()}) == len(CODES)


def test_every_check_answers_once_and_the_worst_comes_first(faulty: Evaluation) -> None:
    result = findings(faulty)
    assert sorted([entry.code for entry in result] + [entry.code for entry in result.outcomes]) == CODES
    assert {"MLD101", "MLD106", "MLD107"} <= {entry.code for entry in result}
    ranks = [("critical", "warning", "info").index(entry.severity) for entry in result]
    assert ranks == sorted(ranks)
    for one, other in pairwise(result):
        assert one.severity != other.severity or one.score >= other.score
    assert not any("the check failed" in entry.why for entry in result.outcomes)


def test_the_result_is_a_sequence_with_a_frame_and_goes_on_the_wire(faulty: Evaluation) -> None:
    result = mld.findings(faulty)
    assert isinstance(result, FindingsResult)
    assert result[0] is result.findings[0]
    assert list(result) == list(result.findings)
    assert len(result[1:]) == len(result) - 1
    frame = result.to_frame()
    assert len(frame) == len(CODES)
    assert frame["code"][0] == result[0].code
    assert repr(result).startswith(f"{result[0].code} {result[0].severity}: {result[0].title}")
    sent = encode(result)
    assert sent["findings"][0]["title"] == result[0].title
    assert "evidence" not in sent["findings"][0]


def test_results_that_are_there_already_are_used(faulty: Evaluation, monkeypatch: pytest.MonkeyPatch) -> None:
    known, fitted = overview(faulty), baselines(faulty)
    monkeypatch.setattr("mldebug_widgets.checks.check.overview", None)
    monkeypatch.setattr("mldebug_widgets.checks.check.baselines", None)
    result = find(faulty, overview=known, baselines=fitted)
    assert not any("the check failed" in entry.why for entry in result.outcomes)


def test_a_cancelled_run_says_so(faulty: Evaluation) -> None:
    result = find(faulty, cancelled=lambda: True)
    assert len(result) == 0
    assert {entry.why for entry in result.outcomes} == {"cancelled before it ran"}


def test_a_check_that_trips_hides_no_other(faulty: Evaluation, monkeypatch: pytest.MonkeyPatch) -> None:
    class Trips(Check):
        code = "MLD999"
        name = "trips"

        def run(self, subject: Subject) -> Finding | CheckOutcome:
            raise KeyError("x")

    kept = all_checks()
    monkeypatch.setattr(module, "all_checks", lambda: (Trips(), *kept))
    result = find(faulty)
    assert [entry.why for entry in result.outcomes if entry.code == "MLD999"] == ["the check failed: KeyError: 'x'"]
    assert len(result) >= 3


@pytest.mark.parametrize("task", ["binary", "multiclass", "multilabel", "regression"])
def test_no_check_fails_on_a_mixed_table(task: str) -> None:
    from tests.analyzers.cases import evaluation

    for splits in (True, False):
        result = findings(evaluation(task, splits=splits))
        assert not any("the check failed" in entry.why for entry in result.outcomes)
