"""scikit-learn estimators answer through ``evaluate`` exactly as they do when called directly."""

from __future__ import annotations

import pickle
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.cluster import KMeans
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier, RandomForestRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression, RidgeClassifier
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV
from sklearn.multioutput import MultiOutputClassifier
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

import mldebug_widgets as mld
from mldebug_widgets.evaluation.evaluation import Evaluation

N = 150
rng = np.random.default_rng(0)
X = pd.DataFrame(rng.normal(size=(N, 4)), columns=list("abcd"))
BINARY = np.where(X["a"] + X["b"] > 0, "yes", "no")
THREE = np.array(["low", "mid", "top"])[np.digitize(X["a"], [-0.5, 0.5])]
NUMBERS = 3 * X["a"] - X["b"]


@pytest.fixture(autouse=True)
def _no_warnings() -> Any:
    """scikit-learn warns about feature names that it does not know: evaluating must never cause that."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


CLASSIFIERS = [
    LogisticRegression(),
    make_pipeline(StandardScaler(), LogisticRegression()),
    RandomForestClassifier(5, random_state=0),
    HistGradientBoostingClassifier(max_iter=5),
    KNeighborsClassifier(),
    GridSearchCV(LogisticRegression(), {"C": [0.1, 1.0]}, cv=2),
]


def _id(value: Any) -> str:
    return type(value).__name__ if hasattr(value, "fit") else ""


@pytest.mark.parametrize("model", CLASSIFIERS, ids=_id)
@pytest.mark.parametrize("make", ["frame", "array"])
@pytest.mark.parametrize("y", [BINARY, THREE], ids=["binary", "multiclass"])
def test_predict_proba(model: Any, make: str, y: np.ndarray) -> None:
    data = X if make == "frame" else X.to_numpy()
    model = clone(model).fit(data, y)
    before = pickle.dumps(model)
    ev = mld.evaluate(model, (data, y))
    if not isinstance(model, KNeighborsClassifier):  # its search tree counts its calls
        assert pickle.dumps(model) == before
    proba = model.predict_proba(data)
    np.testing.assert_array_equal(ev.scores, proba if proba.shape[1] > 2 else proba[:, 1])
    np.testing.assert_array_equal(ev.predicted, model.classes_[proba.argmax(1)])
    assert ev.loss.mean() == pytest.approx(log_loss(y, proba))
    assert ev.loss_name == "log loss"


@pytest.mark.parametrize("fitted_on", ["frame", "array"])
@pytest.mark.parametrize("asked_with", ["frame", "array", "tensor"])
def test_feature_names_are_kept_or_added_as_the_model_knows_them(fitted_on: str, asked_with: str) -> None:
    import torch

    forms = {"frame": X, "array": X.to_numpy(), "tensor": torch.tensor(X.to_numpy())}
    model = LogisticRegression().fit(forms[fitted_on], BINARY)
    ev = mld.evaluate(model, (forms[asked_with], BINARY))
    np.testing.assert_array_equal(ev.scores, model.predict_proba(forms[fitted_on])[:, 1])
    assert ev.predict_edited(3, {}) == pytest.approx(ev.scores[3])


def test_columns_are_given_in_the_order_of_the_fit_and_others_left_out() -> None:
    model = LogisticRegression().fit(X, BINARY)
    shuffled = X[["d", "b", "a", "c"]].assign(note="text").assign(y=BINARY)
    ev = mld.evaluate(model, shuffled, "y")
    np.testing.assert_array_equal(ev.scores, model.predict_proba(X)[:, 1])
    assert list(ev.X.columns) == ["d", "b", "a", "c", "note"]


def test_whole_number_column_names() -> None:
    numbered = X.set_axis(range(4), axis=1)
    model = make_pipeline(make_column_transformer((StandardScaler(), [1, 2])), LogisticRegression())
    model.fit(numbered, BINARY)
    ev = mld.evaluate(model, (numbered, BINARY))
    np.testing.assert_array_equal(ev.scores, model.predict_proba(numbered)[:, 1])
    assert list(ev.X.columns) == [0, 1, 2, 3]
    assert [feature.name for feature in ev.features] == ["0", "1", "2", "3"]


def test_pipeline_on_a_mixed_table(mixed: pd.DataFrame) -> None:
    features = mixed.drop(columns=["y", "maybe", "when", "local"])
    model = make_pipeline(
        make_column_transformer(
            (SimpleImputer(), ["number", "whole"]), (OneHotEncoder(handle_unknown="ignore"), ["grade", "city"])
        ),
        LogisticRegression(),
    ).fit(features, mixed["y"])
    ev = mld.evaluate(model, mixed, "y")
    np.testing.assert_array_equal(ev.scores, model.predict_proba(features)[:, 1])
    assert ev.model_name == "LogisticRegression pipeline"
    grade = list(ev.X.columns).index("grade")
    expected = model.predict_proba(features.iloc[[5]].assign(grade="never"))[:, 1]
    np.testing.assert_array_equal(ev.predict_edited(5, {grade: "never"}), expected)


@pytest.mark.parametrize("y", [BINARY, THREE], ids=["binary", "multiclass"])
def test_decision_values_are_squeezed_and_said_to_be(y: np.ndarray) -> None:
    model = LinearSVC().fit(X, y)
    ev = mld.evaluate(model, (X, y))
    np.testing.assert_array_equal(ev.predicted, model.predict(X))
    assert any("not calibrated" in note for note in ev.notes)
    assert ((ev.scores >= 0) & (ev.scores <= 1)).all()


@pytest.mark.parametrize("y", [BINARY, THREE], ids=["binary", "multiclass"])
def test_labels_only(y: np.ndarray) -> None:
    class Labels(NearestCentroid):
        """A classifier with ``predict`` and nothing else."""

        predict_proba = property()
        decision_function = property()

    model = Labels().fit(X, y)
    ev = mld.evaluate(model, (X, y))
    np.testing.assert_array_equal(ev.predicted, model.predict(X))
    np.testing.assert_array_equal(ev.loss, (model.predict(X) != y).astype(float))
    assert ev.loss_name == "0/1 error"
    assert any("labels only" in note for note in ev.notes)


def test_ridge_classifier_has_decision_values_only() -> None:
    ev = mld.evaluate(RidgeClassifier().fit(X, BINARY), (X, BINARY))
    assert any("not calibrated" in note for note in ev.notes)


REGRESSORS = [LinearRegression(), RandomForestRegressor(5), make_pipeline(LinearRegression())]


@pytest.mark.parametrize("model", REGRESSORS, ids=_id)
def test_regressors(model: Any) -> None:
    model.fit(X, NUMBERS)
    ev = mld.evaluate(model, (X, NUMBERS))
    assert ev.task == "regression"
    np.testing.assert_array_equal(ev.scores, model.predict(X))
    np.testing.assert_allclose(ev.loss, (model.predict(X) - NUMBERS) ** 2)


class Shift(BaseEstimator, RegressorMixin):
    """A user's own estimator, which keeps nothing that scikit-learn would recognise as fitted."""

    def fit(self, rows: Any, y: Any = None) -> Shift:
        return self

    def predict(self, rows: pd.DataFrame) -> np.ndarray:
        return rows["a"].to_numpy() + 1

    def transform(self, rows: pd.DataFrame) -> pd.DataFrame:
        return rows + 1


def test_users_own_estimators_need_no_trace_of_being_fitted() -> None:
    np.testing.assert_array_equal(mld.evaluate(Shift(), (X, NUMBERS)).scores, X["a"] + 1)
    ev = mld.evaluate(lambda rows: rows["a"], (X, NUMBERS), preprocess=Shift())
    np.testing.assert_array_equal(ev.scores, X["a"] + 1)


def test_a_regressor_on_two_values_stays_a_regressor() -> None:
    y = (X["a"] > 0).astype(int)
    assert mld.evaluate(LinearRegression().fit(X, y), (X, y)).task == "regression"


@pytest.mark.parametrize("model", [RandomForestClassifier(5), MultiOutputClassifier(LogisticRegression())], ids=_id)
def test_multilabel(model: Any) -> None:
    labels = pd.DataFrame({"wet": X["a"] > 0, "cold": X["b"] > 0.3}).astype(int)
    model.fit(X, labels)
    ev = mld.evaluate(model, pd.concat([X, labels], axis=1), ["wet", "cold"])
    expected = np.column_stack([part[:, 1] for part in model.predict_proba(X)])
    assert ev.task == "multilabel"
    assert ev.class_names == ("wet", "cold")
    np.testing.assert_array_equal(ev.scores, expected)
    np.testing.assert_array_equal(ev.predicted, (expected >= 0.5).astype(int))


def test_multilabel_targets_that_happen_to_be_one_hot() -> None:
    labels = np.eye(2, dtype=int)[(X["a"] > 0).astype(int)]
    model = RandomForestClassifier(5, max_depth=2).fit(X, labels)
    assert mld.evaluate(model, (X, labels)).task in ("multilabel", "multiclass")


def test_classes_of_the_model_that_the_rows_lack() -> None:
    model = LogisticRegression().fit(X, THREE)
    rows = np.flatnonzero(THREE != "mid")
    ev = mld.evaluate(model, (X.iloc[rows], THREE[rows]))
    np.testing.assert_array_equal(ev.classes, ["low", "mid", "top"])
    assert ev.scores.shape == (len(rows), 3)


def test_classes_of_the_rows_that_the_model_lacks() -> None:
    model = LogisticRegression().fit(X, THREE)
    y = THREE.astype(object)
    y[:5] = "new"
    ev = mld.evaluate(model, (X, y))
    np.testing.assert_array_equal(ev.classes, ["low", "mid", "top", "new"])
    np.testing.assert_array_equal(ev.scores[:, 3], 0)
    assert (ev.loss[:5] > 30).all()


def test_an_estimator_that_is_neither_classifier_nor_regressor() -> None:
    model = KMeans(3, n_init=1).fit(X)
    ev = mld.evaluate(model, (X, model.predict(X)))
    assert ev.task == "multiclass"
    assert ev.loss.max() == 0


def test_a_tree_in_training_order_of_columns_after_edit() -> None:
    model = DecisionTreeClassifier(max_depth=2, random_state=0).fit(X, BINARY)
    ev: Evaluation = mld.evaluate(model, (X, BINARY))
    for row in (0, 7):
        changed = X.iloc[[row]].assign(a=2.0, b=2.0)
        np.testing.assert_array_equal(ev.predict_edited(row, {0: 2.0, 1: 2.0}), model.predict_proba(changed)[:, 1])
