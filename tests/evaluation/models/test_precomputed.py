"""Predictions that were computed elsewhere."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import torch

import mldebug_widgets as mld
from mldebug_widgets.errors import MldError


@pytest.mark.parametrize(
    "make",
    [np.asarray, list, pd.Series, torch.tensor, pl.Series, lambda p: p[:, None], lambda p: pd.DataFrame({"p": p})],
    ids=["array", "list", "Series", "tensor", "polars", "column", "frame"],
)
def test_scores_of_every_make(table: pd.DataFrame, make: Any) -> None:
    probability = np.random.default_rng(0).random(len(table))
    ev = mld.evaluate(None, table, "late", predictions=make(probability))
    assert ev.task == "binary"
    np.testing.assert_array_equal(ev.scores, probability)
    expected = -np.log(np.where(table["late"] == 1, probability, 1 - probability))
    np.testing.assert_allclose(ev.loss, expected)


def test_the_users_array_is_not_written_to(table: pd.DataFrame) -> None:
    logits = np.random.default_rng(0).normal(size=(len(table), 3))
    before = logits.tobytes()
    mld.evaluate(None, table.assign(late=np.arange(len(table)) % 3), "late", predictions=logits)
    assert logits.tobytes() == before


def test_columns_named_like_the_classes(table: pd.DataFrame) -> None:
    table["late"] = np.where(table["late"] == 1, "late", "early")
    p = np.random.default_rng(0).random(len(table))
    ev = mld.evaluate(None, table, "late", predictions=pd.DataFrame({"late": p, "early": 1 - p}))
    np.testing.assert_allclose(ev.scores, 1 - p)
    assert list(ev.classes) == ["late", "early"]


def test_predictions_by_split(table: pd.DataFrame) -> None:
    parts = {"train": table[:200], "test": table[200:]}
    p = np.linspace(0, 1, len(table))
    ev = mld.evaluate(None, parts, "late", predictions={"test": p[200:], "train": p[:200]})
    np.testing.assert_array_equal(ev.scores, p)


def test_there_is_no_model_to_ask(table: pd.DataFrame) -> None:
    ev = mld.evaluate(None, table, "late", predictions=table["a"])
    assert not ev.model.can_predict
    assert ev.model.why_cannot
    with pytest.raises(MldError, match="MLD-M07"):
        ev.predict_edited(0, {0: 1.0})


def test_missing_predictions_are_reported(table: pd.DataFrame) -> None:
    p = pd.Series(np.linspace(0, 1, len(table)))
    p[4] = None
    ev = mld.evaluate(None, table, "late", predictions=p)
    assert np.flatnonzero(np.isnan(ev.loss)).tolist() == [4]


def test_missing_labels_are_reported(table: pd.DataFrame) -> None:
    labels = table["late"].map({0: "a", 1: "b"}).astype(object)
    table["late"] = labels
    predicted = labels.copy()
    predicted[:3] = None
    ev = mld.evaluate(None, table, "late", predictions=predicted)
    assert ev.predicted_codes is not None
    np.testing.assert_array_equal(ev.predicted_codes[:4] < 0, [True, True, True, False])
    assert np.isnan(ev.loss[:3]).all()
