"""How many rows are attributed when nobody chose them, and how long a slow model is asked."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest

from mldebug_widgets.analyzers.attribution.result import AttributionsResult
from mldebug_widgets.analyzers.attribution.steps import FEWEST_ROWS, Asked, steps_of
from mldebug_widgets.evaluation.evaluation import Evaluation, evaluate

SLOW = 50e-6  # seconds per evaluated row
WEIGHTS = np.array([1.0, -2.0, 0.5, 3.0])


def table(n: int) -> pd.DataFrame:
    return pd.DataFrame(np.random.default_rng(0).normal(size=(n, 4)), columns=list("abcd"))


def evaluated(n: int, seconds_per_row: float) -> Evaluation:
    pace = [0.0]

    def model(rows: pd.DataFrame) -> object:
        time.sleep(pace[0] * len(rows))
        return rows.to_numpy() @ WEIGHTS

    frame = table(n)
    ev = evaluate(model, (frame, frame.to_numpy() @ WEIGHTS))
    pace[0] = seconds_per_row
    return ev


def found(ev: Evaluation, asked: Asked) -> AttributionsResult:
    steps = steps_of(ev, asked)
    while True:
        try:
            next(steps)
        except StopIteration as ended:
            result: AttributionsResult = ended.value
            return result


def test_a_slow_model_is_asked_about_fewer_rows_and_the_sample_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mldebug_widgets.analyzers.attribution.steps.BUDGET", 20_000)
    ev = evaluated(4_000, SLOW)  # 4,000 rows of 4 ablations: 0.8 s
    result = found(ev, Asked(method="feature_ablation", trust=False, seconds=0.3, seed=3))
    assert FEWEST_ROWS <= len(result.rows) <= 2_000
    assert result.sampled
    assert result.notes[-1] == f"{len(result.rows):,} of 4,000 rows, seed 3."
    assert (np.diff(result.rows) > 0).all()
    expected = (table(4_000) - table(4_000).mean()).to_numpy()[result.rows] * WEIGHTS
    np.testing.assert_allclose(result.values, expected, rtol=1e-3, atol=1e-4)


def test_never_fewer_than_the_fewest_however_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mldebug_widgets.analyzers.attribution.steps.BUDGET", 20_000)
    ev = evaluated(400, SLOW)
    assert len(found(ev, Asked(method="feature_ablation", trust=False, seconds=1e-6)).rows) == FEWEST_ROWS


@pytest.mark.parametrize("asked", [Asked(trust=False), Asked(trust=False, seconds=60.0)])
def test_a_fast_model_is_asked_about_all_rows(asked: Asked) -> None:
    result = found(evaluated(4_000, 0.0), asked)
    assert len(result.rows) == 4_000
    assert not result.sampled


def test_chosen_rows_are_all_attributed_however_slow() -> None:
    result = found(evaluated(300, 1e-5), Asked(rows=range(300), trust=False, seconds=1e-6))
    assert len(result.rows) == 300
