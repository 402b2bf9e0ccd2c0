"""Conditions kept under a name: in Python, for the browser, and in exported files."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import mldebug_widgets as mld
from mldebug_widgets.errors import MldError
from mldebug_widgets.widgets.saved_slices import MOST_SLICES

N = 300


@pytest.fixture
def workbench() -> Any:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.standard_normal(N), "b": rng.standard_normal(N)})
    truth = (frame["a"] + rng.standard_normal(N) > 0).astype(int)
    return mld.show(mld.evaluate(lambda rows: 1 / (1 + np.exp(-rows["a"].to_numpy())), (frame, truth)))


def test_slices_keep_their_order_and_a_name_is_there_once(workbench: Any) -> None:
    workbench.save_slice("high", "a > 1")
    workbench.save_slice(" low ", "a < -1")
    workbench.save_slice("high", "a > 1.5")
    assert list(workbench.slices.items()) == [("high", "a > 1.5"), ("low", "a < -1")]
    counts = [int((workbench.evaluation.X["a"] > 1.5).sum()), int((workbench.evaluation.X["a"] < -1).sum())]
    assert [record["n"] for record in workbench.widget.saved_slices] == counts
    workbench.remove_slice("high")
    assert workbench.slices == {"low": "a < -1"}


def test_the_selection_is_saved_when_it_has_a_query(workbench: Any) -> None:
    workbench.select("a > 1 and b > 0", label="corner")
    workbench.save_slice("corner")
    assert workbench.slices == {"corner": "a > 1 and b > 0"}


def test_counts_follow_the_threshold(workbench: Any) -> None:
    workbench.save_slice("called", "predicted == 1")
    workbench.save_slice("high", "a > 1")
    workbench.widget.threshold = 0.8
    assert [record["n"] for record in workbench.widget.saved_slices] == [
        int((workbench.evaluation.scores >= 0.8).sum()),
        int((workbench.evaluation.X["a"] > 1).sum()),
    ]


@pytest.mark.parametrize(
    ("name", "query", "code"),
    [
        ("", "a > 1", "MLD-S21"),
        ("  ", "a > 1", "MLD-S21"),
        ("x" * 81, "a > 1", "MLD-S21"),
        ("two\nlines", "a > 1", "MLD-S21"),
        (3, "a > 1", "MLD-S21"),
        ("all", "", "MLD-S22"),
        ("all", None, "MLD-S22"),
        ("all", 7, "MLD-S22"),
        ("bad", "c > 1", "MLD-Q02"),
        ("bad", "a >", "MLD-Q01"),
    ],
)
def test_what_cannot_be_saved_is_refused_by_code(workbench: Any, name: Any, query: Any, code: str) -> None:
    with pytest.raises(MldError) as caught:
        workbench.save_slice(name, query)
    assert caught.value.code == code
    assert workbench.slices == {}


def test_there_is_an_end_to_slices(workbench: Any) -> None:
    for number in range(MOST_SLICES):
        workbench.save_slice(f"slice {number}", f"row == {number}")
    workbench.save_slice("slice 3", "a > 1")
    with pytest.raises(MldError, match="MLD-S24"):
        workbench.save_slice("one more", "a > 1")
    with pytest.raises(MldError, match="MLD-S23"):
        workbench.remove_slice("one more")


def test_the_browser_cannot_write_them(workbench: Any) -> None:
    workbench.save_slice("high", "a > 1")
    workbench.widget.set_state({"saved_slices": []})
    assert list(workbench.slices) == ["high"]


def test_an_exported_file_says_which_of_its_rows_are_in_each(workbench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mldebug_widgets.widgets.rows.EXPORTED_ROWS", 60)
    workbench.save_slice("high", "a > 0.5")
    workbench.widget.panel = "rows"
    carried = workbench.widget.views["rows"].exported_rows(include_data=False)
    (saved,) = workbench.widget.report_state(include_data=False)["saved_slices"]
    expected = np.intersect1d(carried, np.flatnonzero(workbench.evaluation.X["a"] > 0.5))
    assert saved["rows"] == expected.tolist()
    assert 0 < len(saved["rows"]) < saved["n"]
    assert "rows" not in workbench.widget.saved_slices[0]
