"""Batches: every row once, whose fault a failure is, and a batch that fits the device."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

import mldebug_widgets as mld
from mldebug_widgets.errors import MldValueError
from mldebug_widgets.evaluation.models import run as run_module


@pytest.mark.parametrize("batch_size", [1, 7, 299, 300, 1000])
def test_every_row_is_asked_once_whatever_the_batch(table: pd.DataFrame, batch_size: int) -> None:
    asked: list[int] = []

    def model(rows: pd.DataFrame) -> Any:
        asked.extend(rows.index)
        return rows["a"]

    ev = mld.evaluate(model, table, "late", task="regression", batch_size=batch_size)
    assert asked == list(range(len(table)))
    np.testing.assert_array_equal(ev.scores, table["a"])


def _failing_at(bad: set[int]) -> Any:
    def model(rows: pd.DataFrame) -> Any:
        if bad & set(rows.index):
            raise KeyError("unseen city")
        return rows["a"]

    return model


@pytest.mark.parametrize("row", [0, 1, 63, 64, 137, 191, 299])
def test_the_row_that_fails_is_named_and_the_original_error_chained(table: pd.DataFrame, row: int) -> None:
    message = rf"MLD-M04: model: it failed on row {row} with KeyError.*unseen city"
    with pytest.raises(MldValueError, match=message) as info:
        mld.evaluate(_failing_at({row}), table, "late", batch_size=64)
    assert isinstance(info.value.__cause__, KeyError)


def test_of_several_rows_the_first_is_named(table: pd.DataFrame) -> None:
    with pytest.raises(MldValueError, match="it failed on row 70 with"):
        mld.evaluate(_failing_at({100, 70, 90, 250}), table, "late", batch_size=64)


def test_a_model_that_always_fails_names_the_batch(table: pd.DataFrame) -> None:
    with pytest.raises(MldValueError, match=r"it failed on rows 0 to 63 with RuntimeError.*mat1 and mat2"):
        mld.evaluate(nn.Linear(7, 1), table, "late", batch_size=64)


def test_a_failure_that_needs_several_rows_names_the_batch(table: pd.DataFrame) -> None:
    def model(rows: pd.DataFrame) -> Any:
        if len(rows) > 50:
            raise ValueError("too many")
        return rows["a"]

    with pytest.raises(MldValueError, match="it failed on rows 0 to 63 with ValueError"):
        mld.evaluate(model, table, "late", batch_size=64)


def test_a_failing_preprocess_is_named_instead_of_the_model(table: pd.DataFrame) -> None:
    def preprocess(rows: pd.DataFrame) -> pd.DataFrame:
        _failing_at({5})(rows)
        return rows

    with pytest.raises(MldValueError, match="MLD-O09: preprocess: it failed on row 5 with KeyError") as info:
        mld.evaluate(nn.Linear(4, 1), table, "late", preprocess=preprocess)
    assert isinstance(info.value.__cause__, KeyError)


class _Small(nn.Module):
    """A device with room for 100 rows."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if len(x) > 100:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return x[:, 0]


def test_a_batch_that_fits_is_found(table: pd.DataFrame) -> None:
    ev = mld.evaluate(_Small(), table, "late", task="regression")
    np.testing.assert_allclose(ev.scores, table["a"], rtol=1e-6)


def test_an_asked_batch_that_does_not_fit_is_an_error(table: pd.DataFrame) -> None:
    with pytest.raises(MldValueError, match=r"MLD-M08: batch_size: .*200 rows"):
        mld.evaluate(_Small(), table, "late", task="regression", batch_size=200)


def test_outputs_widen_when_a_later_batch_needs_it(table: pd.DataFrame) -> None:
    def model(rows: pd.DataFrame) -> Any:
        whole = rows.index[0] == 0
        return np.zeros(len(rows), int) if whole else np.full(len(rows), 0.5)

    ev = mld.evaluate(model, table, "late", task="regression", batch_size=150)
    assert ev.scores.tolist() == [0.0] * 150 + [0.5] * 150


def test_the_bar_shows_only_what_takes_long(
    table: pd.DataFrame, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    mld.evaluate(lambda rows: rows["a"], table, "late", task="regression", batch_size=10)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(run_module, "_BAR_AFTER", -1.0)
    mld.evaluate(lambda rows: rows["a"], table, "late", task="regression", batch_size=10)
    assert "Predicting" in capsys.readouterr().err
