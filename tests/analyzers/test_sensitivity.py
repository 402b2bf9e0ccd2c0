"""ICE and PDP against asking the model point by point, and against scikit-learn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.inspection import partial_dependence

from mldebug_widgets.analyzers import sensitivity as module
from mldebug_widgets.analyzers.sensitivity import FeatureCurve, edited_curve, sensitivity
from mldebug_widgets.errors import MldError, MldTypeError, MldValueError
from mldebug_widgets.evaluation.edits import Scalar
from mldebug_widgets.evaluation.evaluation import Evaluation, evaluate
from tests.analyzers.cases import MODELS, TASKS, evaluation, mixed_table

ROWS = [7, 3, 599]


def asked_one_by_one(ev: Evaluation, row: int, curve: FeatureCurve, edits: dict[int, Scalar]) -> list[float]:
    """The model's answers to the row with each value put in, one call per point."""
    answers = []
    for at, point in enumerate(curve.grid):
        value: Scalar = float(point)
        if curve.labels:
            label = curve.labels[at]
            value = label if curve.kind == "categorical" or label is None else label == "True"
        scores = ev.predict_edited(row, {**edits, curve.position: value})
        answers.append(float(scores.ravel()[followed(ev)]))
    return answers


def followed(ev: Evaluation) -> int:
    """The score that is followed for ``ROWS``: the class that most of them are predicted to be."""
    if ev.task == "multiclass":
        return int(np.bincount(ev.predicted_codes[ROWS]).argmax())
    return int(ev.scores[ROWS].mean(axis=0).argmax()) if ev.task == "multilabel" else 0


@pytest.mark.parametrize("task", TASKS)
def test_lines_equal_a_loop_over_points(task: str) -> None:
    ev = evaluation(task)
    result = sensitivity(ev, ROWS, grid=7)
    assert [curve.feature for curve in result.curves] == list(ev.X.columns)
    assert result.rows.tolist() == ROWS
    for curve in result.curves:
        assert curve.ice_lines.shape == (3, len(curve.grid))
        for line, row in zip(curve.ice_lines, ROWS, strict=True):
            np.testing.assert_allclose(line, asked_one_by_one(ev, row, curve, {}), rtol=1e-5)
        np.testing.assert_allclose(curve.pdp_line, curve.ice_lines.mean(axis=0), rtol=1e-6)
        assert curve.span == pytest.approx(np.ptp(curve.pdp_line))
    chosen = ev.scores[ROWS]
    np.testing.assert_allclose(result.output, chosen if chosen.ndim == 1 else chosen[:, followed(ev)], rtol=1e-6)


def test_chunks_do_not_change_the_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    ev = evaluation("binary")
    whole = sensitivity(ev, range(20), grid=9)
    calls = []
    monkeypatch.setattr(module, "CHUNK_ROWS", 50)
    predict_frame = type(ev).predict_frame

    def counted(self: Evaluation, frame: pd.DataFrame) -> Any:
        calls.append(len(frame))
        return predict_frame(self, frame)

    monkeypatch.setattr(type(ev), "predict_frame", counted)
    pieces = sensitivity(ev, range(20), grid=9)
    assert max(calls) <= 50
    assert sum(calls) == sum(line.ice_lines.size for line in pieces.curves)
    for one, other in zip(whole.curves, pieces.curves, strict=True):
        np.testing.assert_array_equal(one.ice_lines, other.ice_lines)


def test_one_row_needs_one_call(monkeypatch: pytest.MonkeyPatch) -> None:
    ev = evaluation("regression")
    calls = []
    predict_frame = type(ev).predict_frame
    monkeypatch.setattr(
        type(ev), "predict_frame", lambda self, frame: (calls.append(len(frame)), predict_frame(self, frame))[1]
    )
    sensitivity(ev, 0)
    assert len(calls) == 1


def test_every_column_reaches_the_model_in_its_own_dtype() -> None:
    frame, seen = mixed_table(), []

    def model(rows: pd.DataFrame) -> np.ndarray:
        seen.append(rows.dtypes)
        return MODELS["regression"](rows)

    ev = evaluate(model, (frame, np.arange(len(frame)) / 10), task="regression")
    sensitivity(ev, [0, 1])
    edited_curve(ev, 0, 3, {0: 2.0, 3: 2.5})
    for dtypes in seen:
        pd.testing.assert_series_equal(dtypes, frame.dtypes)


def test_grids() -> None:
    ev = evaluation("binary")
    curves = {curve.feature: curve for curve in sensitivity(ev, 0, grid=11).curves}
    weight = ev.X["weight"]
    np.testing.assert_allclose(curves["weight"].grid, np.linspace(weight.min(), weight.max(), 11))
    assert curves["count"].grid.tolist() == list(range(9))
    assert curves["nullable"].grid.tolist() == list(range(5))
    assert curves["switch"].labels == ("False", "True")
    assert curves["maybe"].labels == ("False", "True", None)
    assert set(curves["grade"].labels) == {"low", "mid", "top", None}
    assert curves["grade"].labels[-1] is None
    assert sorted(label for label in curves["level"].labels if label) == ["1", "2", "3"]
    assert curves["colour"].labels == tuple(ev.X["colour"].value_counts().index)
    assert (
        curves["when"].values[0] == ev.X["when"].min().tz_convert("UTC").tz_localize(None).floor("ms").to_datetime64()
    )
    assert curves["narrow"].grid.astype(np.float32).tolist() == curves["narrow"].grid.tolist()


@pytest.mark.parametrize("far", [False, True])
@pytest.mark.parametrize(
    "cells",
    [
        pd.Series(["a", "b", None, "b"], dtype="str"),
        pd.Series(["a", "b", None, "b"], dtype="string[pyarrow]"),
        pd.Series(["a", "b", None, "b"], dtype=pd.ArrowDtype(pa.string())),
        pd.Series(["a", 3, None, 3], dtype=object),
        pd.Series([True, False, None, False], dtype=object),
        pd.Series([True, False, None, False], dtype="bool[pyarrow]"),
        pd.Series(pd.Categorical([3, 1, None, 1], [1, 2, 3])),
    ],
)
def test_categories_reach_the_model_as_they_are_in_the_data(
    cells: pd.Series, far: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mldebug_widgets.analyzers.grids.SEARCHED_ROWS", 1 if far else 100)
    seen = []

    def model(rows: pd.DataFrame) -> np.ndarray:
        seen.append(rows["x"])
        return np.arange(len(rows), dtype=float)

    ev = evaluate(model, (pd.DataFrame({"x": cells, "y": np.arange(4.0)}), np.arange(4.0)), task="regression")
    (curve,) = sensitivity(ev, 0, features=["x"]).curves
    moved = seen[-1]
    assert moved.dtype == cells.dtype
    assert [None if pd.isna(value) else str(value) for value in moved] == list(curve.labels)
    assert {type(value) for value in moved.dropna()} == {type(value) for value in cells.dropna()}


def test_partial_dependence_equals_scikit_learn() -> None:
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(generator.normal(size=(200, 3)), columns=list("abc"))
    truth = frame["a"] ** 2 + frame["b"] + generator.normal(size=200)
    estimator = GradientBoostingRegressor(n_estimators=20, random_state=0).fit(frame, truth)
    result = sensitivity(evaluate(estimator, (frame, truth)), np.ones(200, bool), grid=15)
    for name in "abc":
        expected = partial_dependence(
            estimator, frame, [name], kind="both", method="brute", custom_values={name: result.grid[name]}
        )
        np.testing.assert_allclose(result.pdp[name], expected["average"][0], rtol=1e-5)
        np.testing.assert_allclose(result.ice[name], expected["individual"][0], rtol=1e-5)
    spans = {name: np.ptp(result.pdp[name]) for name in "abc"}
    assert result.range.index.tolist() == sorted(spans, key=lambda name: -spans[name])


@pytest.mark.parametrize("position", range(12))
def test_a_curve_starts_from_the_edited_row(position: int) -> None:
    ev = evaluation("binary")
    edits: dict[int, Scalar] = {0: 1.25, 3: 2.5, 5: "blue", 6: None, 8: True, 9: None, 10: 1.6169e12}
    curve = edited_curve(ev, 11, position, edits, grid=6)
    others = {at: value for at, value in edits.items() if at != position}
    np.testing.assert_allclose(curve.ice_lines[0], asked_one_by_one(ev, 11, curve, others), rtol=1e-5)


def test_features_can_be_chosen_by_name_and_position() -> None:
    result = sensitivity(evaluation("binary"), 0, features=["colour", 0])
    assert [curve.feature for curve in result.curves] == ["colour", "weight"]
    assert result.computed_on == "1 of 600 rows, 2 of 12 features, at most 50 values each"


def test_columns_that_cannot_be_moved_are_left_out() -> None:
    frame = pd.DataFrame(
        {"a": np.arange(300.0), "void": np.nan, "flat": 1.0, "prose": [f"text {i} of many" for i in range(300)]}
    )
    ev = evaluate(lambda rows: rows["a"].to_numpy(), (frame, np.arange(300.0)), task="regression")
    curves = {curve.feature: curve for curve in sensitivity(ev, 0).curves}
    assert set(curves) == {"a", "flat"}
    assert curves["flat"].span == 0
    with pytest.raises(MldValueError) as raised:
        edited_curve(ev, 0, 3, {})
    assert raised.value.code == "MLD-O58"


def test_sparse_columns_and_far_dates_are_moved() -> None:
    years = pd.to_datetime(["1500-01-01"] * 20 + ["2500-01-01"] * 20).astype("datetime64[s]")
    frame = pd.DataFrame({"few": pd.arrays.SparseArray(np.arange(40) % 8 == 0, fill_value=False), "year": years})
    frame["some"] = pd.arrays.SparseArray(np.where(np.arange(40) % 8 == 0, 3.0, 0.0))
    seen = []

    def model(rows: pd.DataFrame) -> np.ndarray:
        seen.append(rows)
        return np.asarray(rows["some"], dtype=float)

    result = sensitivity(evaluate(model, (frame, np.arange(40.0)), task="regression"), 0, grid=5)
    pd.testing.assert_series_equal(seen[-1].dtypes, frame.dtypes)
    np.testing.assert_allclose(result.ice["some"][0], result.grid["some"])
    assert result.grid["year"][[0, -1]].astype("datetime64[Y]").astype(str).tolist() == ["1500", "2500"]


def test_as_a_frame_and_in_words() -> None:
    result = sensitivity(evaluation("binary"), [4, 5], features=["grade", "count"], grid=4)
    frame = result.to_frame()
    assert frame.columns.tolist() == ["feature", "value", "row", "output"]
    assert len(frame) == sum(curve.ice_lines.size for curve in result.curves)
    line = frame[(frame["feature"] == "count") & (frame["row"] == 5)]
    np.testing.assert_array_equal(line["output"], result.ice["count"][1])
    np.testing.assert_array_equal(line["value"].astype(float), result.grid["count"])
    assert "2 of 600 rows" in repr(result)


@pytest.mark.parametrize(
    ("arguments", "code", "kind"),
    [
        ({"row": 600}, "MLD-S51", MldValueError),
        ({"row": "3"}, "MLD-S52", MldTypeError),
        ({"row": []}, "MLD-O57", MldValueError),
        ({"row": 0, "features": ["nope"]}, "MLD-O55", MldValueError),
        ({"row": 0, "features": [12]}, "MLD-O55", MldValueError),
        ({"row": 0, "grid": 1}, "MLD-O56", MldValueError),
        ({"row": 0, "grid": 2.5}, "MLD-O56", MldTypeError),
    ],
)
def test_bad_requests(arguments: dict[str, Any], code: str, kind: type[MldError]) -> None:
    with pytest.raises(kind) as raised:
        sensitivity(evaluation("binary"), **arguments)
    assert raised.value.code == code
