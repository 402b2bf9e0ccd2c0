"""One row opened, edited, and its nearest neighbour with another answer against brute force."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from mldebug_widgets.analyzers import whatif
from mldebug_widgets.analyzers.columns import Scalar
from mldebug_widgets.analyzers.gower import GowerSpace
from mldebug_widgets.analyzers.whatif import nearest_other, open_row, predict_edited
from mldebug_widgets.errors import MldTypeError, MldValueError
from mldebug_widgets.evaluation.evaluation import Evaluation, evaluate
from tests.analyzers.cases import TASKS, evaluation

EDITS: dict[int, Scalar] = {0: 1.25, 3: 2.5, 5: "blue", 6: None, 8: True, 9: None, 10: 1.6169e12, 11: None}


@cache
def values_of(row: int) -> tuple[Scalar, ...]:
    """The values of a row; every task has the same table."""
    return open_row(evaluation("binary"), row).values


def plain_distance(ev: Evaluation, point: tuple[Scalar, ...], row: int) -> float:
    """Gower's distance by its definition, one feature after another."""
    total = 0.0
    for value, feature, other in zip(point, ev.features, values_of(row), strict=True):
        if value is None or other is None:
            total += float((value is None) != (other is None))
        elif feature.kind in ("numeric", "datetime"):
            total += min(abs(float(value) - float(other)) / (feature.high - feature.low), 1.0)
        else:
            total += float(value != other)
    return total / len(ev.features)


def another_answer(ev: Evaluation, row: int, scores: np.ndarray) -> bool:
    """Whether a row's answer differs from that of ``scores``, from the definition."""
    if ev.task == "regression":
        return bool(abs(ev.scores[row] - scores[0]) >= np.std(ev.scores))
    if ev.task == "binary":
        return bool((ev.scores[row] >= 0.5) != (scores[0] >= 0.5))
    if ev.task == "multiclass":
        return bool(ev.scores[row].argmax() != scores.argmax())
    return bool(((ev.scores[row] >= 0.5) != (scores >= 0.5)).any())


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("edits", [{}, EDITS])
@pytest.mark.parametrize("row", [0, 7, 599])
def test_nearest_row_equals_brute_force(
    task: str, edits: dict[int, Scalar], row: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(whatif, "CHUNK_ROWS", 100)
    ev = evaluation(task)
    found = nearest_other(ev, row, edits)
    scores = np.ravel(ev.predict_edited(row, edits))
    point = tuple(edits.get(at, value) for at, value in enumerate(values_of(row)))
    candidates = [other for other in range(ev.n) if other != row and another_answer(ev, other, scores)]
    distances = [plain_distance(ev, point, other) for other in candidates]
    assert found.searched == len(candidates)
    # A float32 column is measured in float32.
    assert found.distance == pytest.approx(min(distances), abs=1e-7)
    assert found.row == candidates[int(np.argmin(np.round(distances, 7)))]
    assert found.values == values_of(found.row)


def test_of_rows_equally_near_the_first_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whatif, "CHUNK_ROWS", 10)
    frame = pd.DataFrame({"a": np.tile(np.arange(5.0), 8)})
    ev = evaluate(lambda rows: (rows["a"].to_numpy() > 1) * 0.8 + 0.1, (frame, np.arange(40) % 2))
    assert nearest_other(ev, 11, {}).row == 2


def test_values_of_a_row() -> None:
    ev = evaluation("binary")
    row = int(np.flatnonzero(ev.X["grade"].isna() & ev.X["nullable"].notna())[0])
    opened = open_row(ev, row)
    cells = ev.X.iloc[row]
    assert opened.values[0] == cells["weight"]
    assert opened.values[4] == float(cells["nullable"])
    assert opened.values[5] == cells["colour"]
    assert opened.values[6] is None
    assert opened.values[7] == str(cells["level"])
    assert opened.values[8] is bool(cells["switch"])
    assert opened.values[10] == cells["when"].timestamp() * 1000
    assert opened.split == "train"
    assert opened.truth == ev.y[row]
    assert opened.prediction.output == pytest.approx(ev.scores[row])


@pytest.mark.parametrize("task", TASKS)
def test_an_unedited_row_keeps_its_answer(task: str) -> None:
    ev = evaluation(task)
    opened, asked = open_row(ev, 5).prediction, predict_edited(ev, 5, {})
    np.testing.assert_allclose(opened.scores, asked.scores, rtol=1e-6)
    assert opened.predicted == asked.predicted
    assert open_row(ev, 5).output_label


def test_the_followed_class_is_the_one_first_predicted() -> None:
    ev = evaluation("multiclass")
    row = int(np.flatnonzero(ev.predicted_codes == 0)[0])
    moved = predict_edited(ev, row, {0: 8.0})
    assert moved.predicted == "c"
    assert moved.output == pytest.approx(moved.scores[0])
    assert open_row(ev, row).output_label == "probability of target = a"


def test_answers_in_words() -> None:
    binary = open_row(evaluation("binary"), 3)
    assert binary.prediction.predicted in ("in time", "late")
    assert repr(binary).startswith("WhatifResult(row 3 of 'train', truth ")
    assert float(open_row(evaluation("regression"), 3).prediction.predicted) == pytest.approx(
        evaluation("regression").scores[3], rel=1e-5
    )
    assert len(binary.to_frame()) == 1


def test_nan_answers_and_no_other_answer_are_said() -> None:
    frame = pd.DataFrame({"a": np.arange(20.0)})
    scores = np.full(20, 0.1)
    scores[4] = np.nan
    ev = evaluate(None, (frame, np.arange(20) % 2), predictions=scores)
    assert open_row(ev, 4).prediction.predicted == "no answer (NaN)"
    assert open_row(ev, 4).prediction.output is None
    constant = evaluate(lambda rows: np.full(len(rows), 0.1), (frame, np.arange(20) % 2))
    found = nearest_other(constant, 0, {})
    assert found.row is None
    assert found.why == "no row of the data gets another answer"
    assert found.searched == 0


def test_the_search_stops_when_cancelled() -> None:
    found = nearest_other(evaluation("binary"), 0, {}, cancelled=lambda: True)
    assert found.row is None
    assert found.why == "the search was stopped"


def test_infinite_and_constant_values_have_a_distance() -> None:
    frame = pd.DataFrame({"a": [np.inf, 1.0, -np.inf, 3.0], "flat": 1.0})
    ev = evaluate(lambda rows: np.array([0.1, 0.9, 0.9, 0.9])[: len(rows)], (frame, [0, 1, 1, 0]))
    space = GowerSpace(ev.X, ev.features)
    distances = space.distances((np.inf, 1.0), np.arange(4))
    np.testing.assert_allclose(distances, [0, 0.5, 0.5, 0.5])


def test_rows_that_do_not_exist() -> None:
    with pytest.raises(MldValueError, match="MLD-S51"):
        open_row(evaluation("binary"), 600)
    with pytest.raises(MldTypeError, match="MLD-S50"):
        predict_edited(evaluation("binary"), 1.5, {})
    with pytest.raises(MldTypeError, match="MLD-S50"):
        predict_edited(evaluation("binary"), True, {})
