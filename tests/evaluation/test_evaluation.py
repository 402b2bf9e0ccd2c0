"""What an Evaluation holds, against direct calls, closed forms and scikit-learn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from torch import nn

import mldebug_widgets as mld
from mldebug_widgets.evaluation.evaluation import Evaluation

DTYPES = [np.float64, np.float32, np.int64, np.int8, np.uint16, np.bool_]
finite = st.floats(-1e3, 1e3, width=32)


@st.composite
def tables(draw: st.DrawFn) -> pd.DataFrame:
    """Frames of numbers of several dtypes, in one block or many, whole or cut out of a wider one."""
    n = draw(st.integers(2, 30))
    dtypes = draw(st.lists(st.sampled_from(DTYPES), min_size=1, max_size=5))
    columns = {
        f"c{at}": draw(hnp.arrays(dtype, n, elements=finite if np.dtype(dtype).kind == "f" else None))
        for at, dtype in enumerate(dtypes)
    }
    frame = pd.DataFrame(columns)
    if draw(st.booleans()):
        frame = pd.DataFrame(frame.to_numpy(dtype=draw(st.sampled_from([np.float64, np.float32]))))
    if draw(st.booleans()):
        frame = frame.iloc[:, ::-1]
    if draw(st.booleans()):
        frame = pd.concat([frame, frame.add_suffix("_again")], axis=1).iloc[::-1]
    return frame


@settings(max_examples=80, deadline=None)
@given(tables(), st.integers(1, 31))
def test_a_module_reads_the_numbers_of_any_frame(frame: pd.DataFrame, batch_size: int) -> None:
    seen: list[torch.Tensor] = []

    class Spy(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            assert x.is_contiguous()
            seen.append(x.clone())
            return x[:, 0]

    y = np.linspace(0.1, 1, len(frame))
    ev = mld.evaluate(Spy(), (frame, y), batch_size=batch_size)
    expected = frame.to_numpy(dtype=np.float32)
    np.testing.assert_array_equal(torch.cat(seen).numpy(), expected)
    np.testing.assert_array_equal(ev.scores, expected[:, 0])
    np.testing.assert_allclose(ev.loss, (expected[:, 0].astype(float) - y) ** 2)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(2, 5),
    st.sampled_from([np.float32, np.float64]),
    st.sampled_from(["logits", "probabilities"]),
    st.integers(0, 2**16),
    st.floats(0.1, 8),
)
def test_losses_are_log_losses(k: int, dtype: Any, kind: str, seed: int, scale: float) -> None:
    rng = np.random.default_rng(seed)
    raw = (scale * rng.normal(size=(40, k))).astype(dtype)
    exact = torch.tensor(raw, dtype=torch.float64).softmax(1).numpy()
    log_exact = torch.tensor(raw, dtype=torch.float64).log_softmax(1).numpy()
    if kind == "probabilities":
        raw = torch.tensor(raw).softmax(1).numpy()
    y = np.concatenate([np.arange(k), rng.integers(0, k, 40 - k)])
    ev = mld.evaluate(None, (np.zeros((40, 1)), y), predictions=raw)
    scores = exact[:, 1] if k == 2 else exact
    np.testing.assert_allclose(ev.scores, scores, atol=1e-5)
    np.testing.assert_array_equal(ev.predicted, exact.argmax(1))
    assert ev.confidence is not None
    np.testing.assert_allclose(ev.confidence, exact.max(1), atol=1e-5)
    # From logits the loss is exact; probabilities are clipped where scikit-learn clips them.
    expected = -log_exact[np.arange(40), y].mean() if kind == "logits" else log_loss(y, raw)
    assert ev.loss.mean() == pytest.approx(expected, rel=1e-3)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(["a", "b", "c", None]), min_size=4, max_size=40), st.integers(0, 99))
def test_labels_are_coded_in_sorted_order(labels: list[str | None], seed: int) -> None:
    present = sorted({label for label in labels if label is not None})
    if len(present) < 2:
        return
    raw = np.random.default_rng(seed).normal(size=(len(labels), len(present)))
    ev = mld.evaluate(None, (np.zeros((len(labels), 1)), pd.Series(labels)), predictions=raw)
    assert ev.class_names == tuple(present)
    assert ev.class_codes is not None
    decoded = [None if code < 0 else ev.classes[code] for code in ev.class_codes]
    assert decoded == labels
    assert np.isnan(ev.loss).tolist() == [label is None for label in labels]


def test_wide_ranges_of_whole_labels() -> None:
    y = np.array([10**9, 5, 10**9, 5])
    ev = mld.evaluate(None, (np.zeros((4, 1)), y), predictions=[0.9, 0.1, 0.8, 0.3])
    assert ev.classes.tolist() == [5, 10**9]
    assert ev.class_codes is not None
    assert ev.class_codes.tolist() == [1, 0, 1, 0]


TASKS: list[tuple[str, Any, Any, str]] = [
    ("two whole numbers, one output", [0, 1] * 10, "one", "binary"),
    ("minus one and one", [-1, 1] * 10, "one", "binary"),
    ("two labels", ["a", "b"] * 10, "one", "binary"),
    ("booleans", [True, False] * 10, "one", "binary"),
    ("whole floats", [0.0, 1.0] * 10, "one", "binary"),
    ("only zeros", [0] * 20, "one", "binary"),
    ("halves", [0.5, 1.5] * 10, "one", "regression"),
    ("counts", list(range(20)), "one", "regression"),
    ("numbers", np.linspace(0, 1, 20), "one", "regression"),
    ("two whole numbers, two outputs", [0, 1] * 10, "two", "binary"),
    ("one class seen of two outputs", [1] * 20, "two", "binary"),
    ("one class seen of three outputs", [1] * 20, "three", "multiclass"),
    ("labels, three outputs", list("abc") * 6 + ["a", "b"], "three", "multiclass"),
    ("one-hot rows", np.eye(3)[np.arange(20) % 3], "three", "multiclass"),
    ("several ones per row", np.triu(np.ones((20, 3))), "three", "multilabel"),
]


@pytest.mark.parametrize(("y", "outputs", "task"), [case[1:] for case in TASKS], ids=[case[0] for case in TASKS])
def test_the_task_is_inferred(y: Any, outputs: str, task: str) -> None:
    k = {"one": 1, "two": 2, "three": 3}[outputs]
    raw = np.random.default_rng(0).normal(size=(20, k))
    ev = mld.evaluate(None, (np.zeros((20, 1)), y), predictions=raw)
    assert ev.task == task
    assert ev.task_note


def test_the_task_can_be_said() -> None:
    y, raw = [0, 1] * 10, np.linspace(0, 1, 20)
    assert mld.evaluate(None, (np.zeros((20, 1)), y), predictions=raw, task="regression").task == "regression"
    one_hot = np.eye(3)[np.arange(20) % 3]
    raw = np.random.default_rng(0).normal(size=(20, 3))
    assert mld.evaluate(None, (np.zeros((20, 1)), one_hot), predictions=raw, task="multilabel").task == "multilabel"


def _binary(table: pd.DataFrame, **options: Any) -> Evaluation:
    model = LogisticRegression().fit(table[list("abcd")], table["late"])
    return mld.evaluate(model, {"train": table[:200], "test": table[200:]}, "late", **options)


def test_fields_that_others_rely_on(table: pd.DataFrame) -> None:
    ev = _binary(table, seed=7)
    assert (ev.n, len(ev), ev.X.shape, ev.task) == (300, 300, (300, 4), "binary")
    assert (ev.primary, ev.train, ev.positive, ev.threshold, ev.seed) == ("test", "train", 1, 0.5, 7)
    assert (ev.target_name, ev.model_name) == ("late", "LogisticRegression")
    assert ev.output_label == "probability of late = 1"
    assert repr(ev) == "Evaluation(LogisticRegression, binary, 300 rows x 4 features, train 200 / test 100)"
    assert ev.model.estimator is not None
    assert ev.model.module is None
    np.testing.assert_array_equal(ev.y, table["late"])
    np.testing.assert_array_equal(ev.split_of, [0] * 200 + [1] * 100)
    assert [feature.name for feature in ev.features] == list("abcd")


def test_missing_scores_have_no_class() -> None:
    raw = np.array([[0.2, 0.5, 0.3], [np.nan, 0.5, 0.5], [0.1, 0.1, 0.8]])
    ev = mld.evaluate(None, (np.zeros((3, 1)), ["a", "b", "c"]), predictions=raw)
    assert ev.predicted_codes is not None
    assert ev.predicted_codes.tolist() == [1, -1, 2]
    assert ev.predicted.tolist() == ["b", None, "c"]
    assert np.isnan(ev.loss).tolist() == [False, True, False]


def test_queries_over_computed_columns(table: pd.DataFrame) -> None:
    ev = _binary(table)
    mask = ev.rows_matching("split == 'test' and target != predicted and score > 0.4 and row >= 210 and a > -1")
    expected = (
        (ev.split_of == 1)
        & (ev.y != ev.predicted)
        & (ev.scores > 0.4)
        & (np.arange(300) >= 210)
        & (ev.X["a"].to_numpy() > -1)
    )
    np.testing.assert_array_equal(mask, expected)
    np.testing.assert_array_equal(ev.rows_matching("confidence < 0.6"), ev.confidence < 0.6)
    np.testing.assert_array_equal(ev.rows_matching("loss > 1"), ev.loss > 1)
    np.testing.assert_array_equal(ev.rows_matching("late == 1"), ev.rows_matching("target == 1"))


@pytest.mark.parametrize("position", [0, 3])
def test_an_edited_row_is_what_the_model_says_of_the_edited_frame(table: pd.DataFrame, position: int) -> None:
    ev = _binary(table)
    for row, cell in ((0, -2.0), (250, 0.5), (250, 3.0)):
        changed = ev.X.iloc[[row]].copy()
        changed.isetitem(position, [cell])
        expected = ev.model.estimator.predict_proba(changed)[:, 1]
        np.testing.assert_array_equal(ev.predict_edited(row, {position: cell}), expected)
    assert ev.predict_edited(5, {}) == pytest.approx(ev.scores[5])


def test_half_a_table_without_answers_keeps_the_rule_of_the_whole() -> None:
    """How outputs are read is decided on all rows, not on the one edited row that happens to lie in 0..1."""

    def logit(rows: pd.DataFrame) -> Any:
        return rows["x"].to_numpy()

    ev = mld.evaluate(logit, pd.DataFrame({"x": [-3.0, 0.5, 3.0, 0.2], "y": [0, 1, 1, 0]}), "y")
    np.testing.assert_allclose(ev.predict_edited(1, {}), 1 / (1 + np.exp(-0.5)))
    np.testing.assert_allclose(ev.predict_frame(ev.X[1:2]), 1 / (1 + np.exp(-0.5)))


def test_edited_label_models_keep_their_classes(table: pd.DataFrame) -> None:
    table["late"] = np.where(table["late"] == 1, "late", "on time")
    ev = mld.evaluate(lambda rows: np.where(rows["a"] > 0, "late", "on time"), table, "late")
    assert ev.predict_edited(0, {0: 5.0}).tolist() == [0.0]
    assert ev.predict_edited(0, {0: -5.0}).tolist() == [1.0]
