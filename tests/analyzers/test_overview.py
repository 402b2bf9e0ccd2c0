"""The overview against scikit-learn per split, and its words."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as reference

from mldebug_widgets.analyzers.overview import baselines, overview, with_baselines
from mldebug_widgets.analyzers.performance import performance
from mldebug_widgets.errors import MldValueError
from mldebug_widgets.evaluation.evaluation import evaluate
from mldebug_widgets.wire import encode
from tests.analyzers.cases import TASKS, evaluation

HEADLINES = {
    "binary": ("roc_auc", "recall", "precision"),
    "multiclass": ("accuracy", "macro_f1", "log_loss"),
    "multilabel": ("micro_f1", "macro_f1", "subset_accuracy"),
    "regression": ("r2", "mae", "rmse"),
}


@pytest.mark.parametrize("task", TASKS)
def test_every_split_has_the_metrics_of_its_task(task: str) -> None:
    ev = evaluation(task)
    result = overview(ev)
    assert (result.primary, result.train, result.n_rows, result.n_features) == ("test", "train", 600, 12)
    assert result.headline == HEADLINES[task]
    assert [split.split for split in result.splits] == ["train", "test"]
    for split in result.splits:
        assert split.n == split.n_scored == len(ev.splits[split.split])
        assert set(result.headline) <= {metric.name for metric in split.metrics}
    rows = ev.splits["test"]
    expected = {
        "binary": lambda: reference.roc_auc_score(ev.class_codes[rows], ev.scores[rows]),
        "multiclass": lambda: reference.accuracy_score(ev.class_codes[rows], ev.scores[rows].argmax(axis=1)),
        "multilabel": lambda: reference.f1_score(ev.class_codes[rows], ev.scores[rows] >= 0.5, average="micro"),
        "regression": lambda: reference.r2_score(ev.y[rows], ev.scores[rows]),
    }[task]()
    assert result.metric(result.headline[0]).value == pytest.approx(expected)
    assert result.metric(result.headline[0], "train").value != pytest.approx(expected)


def test_the_log_loss_is_the_mean_of_the_rows_losses() -> None:
    ev = evaluation("binary")
    rows = ev.splits["test"]
    expected = reference.log_loss(ev.class_codes[rows], ev.scores[rows])
    assert overview(ev).metric("log_loss").value == pytest.approx(expected, rel=1e-6)


def test_recall_and_precision_name_the_positive_class() -> None:
    result = overview(evaluation("binary"))
    assert result.metric("recall").label == "Recall, late"
    assert result.metric("precision").label == "Precision, late"


def test_as_a_frame_in_words_and_on_the_wire() -> None:
    ev = evaluation("regression")
    result = with_baselines(overview(ev), baselines(ev))
    frame = result.to_frame()
    assert frame.loc[("test", "rmse"), "value"] == result.metric("rmse").value
    assert set(frame.index.get_level_values("split")) == {"train", "test", "mean", "ridge regression"}
    assert repr(result).startswith("OverviewResult(regression, 600 rows, R2 0.")
    assert repr(result).endswith(" on 'test', 2 baselines)")
    assert encode(result)["splits"][0]["metrics"][0]["name"] == "r2"


@pytest.mark.parametrize("scores", [np.full(20, 0.2), np.full(20, math.nan), np.r_[0.9, np.full(19, math.nan)]])
def test_unusable_scores_are_reported(scores: np.ndarray) -> None:
    ev = evaluate(None, (pd.DataFrame({"a": np.arange(20.0)}), np.arange(20) % 2), predictions=scores, task="binary")
    result = overview(ev)
    (split,) = result.splits
    assert split.n_scored == np.isfinite(scores).sum()
    for metric in split.metrics:
        assert metric.value is not None or metric.why
    assert "OverviewResult" in repr(result)


def test_labels_alone_have_no_log_loss() -> None:
    labels = np.array(["a", "b", "a", "b", "b", "a"])
    ev = evaluate(None, (pd.DataFrame({"x": np.arange(6.0)}), labels), predictions=labels[::-1].copy())
    assert overview(ev).metric("log_loss").why == "the model gives labels, not probabilities"
    assert overview(ev).metric("accuracy").value == np.mean(labels == labels[::-1])


def test_unknown_names_are_refused() -> None:
    result = overview(evaluation("binary"))
    with pytest.raises(MldValueError, match="MLD-O59: split: got 'valid'"):
        result.metric("roc_auc", "valid")
    with pytest.raises(MldValueError, match="MLD-O60: name: got 'r2'"):
        result.metric("r2")
    with pytest.raises(MldValueError, match="MLD-O59"):
        performance(evaluation("binary")).split("valid")
