"""Functions of the raw rows get what the user has, and answer as they do when called directly."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import torch
from sklearn.linear_model import LogisticRegression

import mldebug_widgets as mld

FORMS = {
    "pandas": lambda table: table,
    "polars": lambda table: pl.from_pandas(table),
    "pyarrow": lambda table: pa.Table.from_pandas(table),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_function_gets_rows_in_the_make_that_the_data_came_in(table: pd.DataFrame, form: str) -> None:
    data = FORMS[form](table)
    seen: list[type] = []

    def model(rows: Any) -> Any:
        seen.append(type(rows))
        column = rows["a"]
        return column.to_numpy() if form != "pyarrow" else column.to_numpy(zero_copy_only=False)

    ev = mld.evaluate(model, data, "late", task="regression")
    np.testing.assert_array_equal(ev.scores, table["a"])
    assert set(seen) == {type(data)}
    assert ev.predict_edited(2, {0: 9.0}) == pytest.approx([9.0])


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("form", ["array", "tensor"])
def test_a_function_of_arrays_gets_arrays(table: pd.DataFrame, form: str) -> None:
    values = table[list("abcd")].to_numpy(dtype=np.float32).copy()
    data = values if form == "array" else torch.from_numpy(values)

    def model(rows: Any) -> Any:
        assert isinstance(rows, type(data))
        assert rows.dtype == data.dtype
        return rows[:, 0] + rows[:, 1]

    ev = mld.evaluate(model, (data, table["late"]), task="regression")
    np.testing.assert_array_equal(ev.scores, values[:, 0] + values[:, 1])
    assert ev.predict_edited(0, {0: 1.0, 1: 1.0}) == pytest.approx([2.0])


@pytest.mark.parametrize(
    "answer",
    [
        lambda rows: rows["a"].abs(),
        lambda rows: rows["a"].abs().to_numpy(),
        lambda rows: rows["a"].abs().tolist(),
        lambda rows: rows[["a"]].abs(),
        lambda rows: torch.tensor(rows["a"].abs().to_numpy()),
        lambda rows: pl.Series(rows["a"].abs().to_numpy()),
        lambda rows: rows["a"].abs().astype(object).to_numpy(),
        lambda rows: rows["a"].abs().astype("float64[pyarrow]"),
    ],
    ids=["Series", "array", "list", "frame", "tensor", "polars", "objects", "arrow"],
)
def test_every_kind_of_answer(table: pd.DataFrame, answer: Any) -> None:
    ev = mld.evaluate(answer, table, "late", task="regression")
    np.testing.assert_allclose(ev.scores, table["a"].abs())


def test_labels_as_answers(table: pd.DataFrame) -> None:
    table["late"] = np.where(table["late"] == 1, "late", "on time")
    ev = mld.evaluate(lambda rows: np.where(rows["a"] > 0, "late", "on time"), table, "late")
    assert ev.task == "binary"
    assert list(ev.classes) == ["late", "on time"]
    np.testing.assert_array_equal(ev.predicted, np.where(table["a"] > 0, "late", "on time"))
    np.testing.assert_array_equal(ev.loss, ev.predicted != ev.y)


def test_whole_number_labels_as_answers(table: pd.DataFrame) -> None:
    table["late"] = np.arange(len(table)) % 4
    ev = mld.evaluate(lambda rows: np.arange(len(rows)) % 4, table, "late")
    assert ev.task == "multiclass"
    assert ev.scores.shape == (len(table), 4)
    assert ev.loss.sum() == 0


def test_a_label_that_the_target_lacks_becomes_a_class(table: pd.DataFrame) -> None:
    table["late"] = np.where(table["late"] == 1, "late", "on time")
    ev = mld.evaluate(lambda rows: np.where(rows["a"] > 0, "late", "lost"), table, "late")
    assert ev.task == "multiclass"
    assert list(ev.classes) == ["late", "lost", "on time"]


def test_named_columns_give_the_order_of_the_classes(table: pd.DataFrame) -> None:
    table["late"] = np.where(table["late"] == 1, "late", "early")

    def model(rows: pd.DataFrame) -> pd.DataFrame:
        late = 1 / (1 + np.exp(-rows["a"]))
        return pd.DataFrame({"late": late, "early": 1 - late})  # not in sorted order

    ev = mld.evaluate(model, table, "late")
    assert list(ev.classes) == ["late", "early"]
    np.testing.assert_allclose(ev.scores, 1 - 1 / (1 + np.exp(-table["a"])))
    np.testing.assert_array_equal(ev.predicted, np.where(ev.scores >= 0.5, "early", "late"))


def test_a_bound_method_brings_its_classes(table: pd.DataFrame) -> None:
    X, y = table[list("abcd")], np.where(table["late"] == 1, "b", "a")
    model = LogisticRegression().fit(X, y)
    ev = mld.evaluate(model.predict_proba, (X, y))
    assert ev.model_name == "LogisticRegression.predict_proba"
    np.testing.assert_array_equal(ev.scores, model.predict_proba(X)[:, 1])


def test_an_object_that_only_predicts(table: pd.DataFrame) -> None:
    class Booster:
        def predict(self, rows: pd.DataFrame) -> Any:
            return rows["a"].to_numpy()

    ev = mld.evaluate(Booster(), table, "late", task="regression")
    assert ev.model_name == "Booster.predict"


def test_preprocess_before_a_function(table: pd.DataFrame) -> None:
    ev = mld.evaluate(
        lambda values: values[:, 0], table, "late", preprocess=lambda rows: rows.to_numpy() * 2, task="regression"
    )
    np.testing.assert_array_equal(ev.scores, table["a"] * 2)


def test_infinite_predictions_are_kept(table: pd.DataFrame) -> None:
    ev = mld.evaluate(lambda rows: rows["a"] * np.inf, table, "late", task="regression")
    assert np.isinf(ev.scores).all()
    assert np.isinf(ev.loss).all()
