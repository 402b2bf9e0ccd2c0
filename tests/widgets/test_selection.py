"""The selection: the same rows in the browser and in Python, and nothing impossible gets in."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import mldebug_widgets as mld
from mldebug_widgets.errors import MldError
from mldebug_widgets.widgets.selection import LARGEST_ROW_LIST, everything, from_python, resolve

N = 3000


@pytest.fixture(scope="module")
def ev() -> Any:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.standard_normal(N), "c": rng.choice(["x", "y"], N)})
    frame["answer"] = np.where(frame["a"] + rng.standard_normal(N) > 0, "yes", "no")
    scores = 1 / (1 + np.exp(-frame["a"].to_numpy()))
    splits = {"train": frame[:2000], "test": frame[2000:]}
    return mld.evaluate(None, splits, "answer", predictions={"train": scores[:2000], "test": scores[2000:]})


def truth(ev: Any) -> Any:
    return np.asarray(ev.y) == "yes"


@pytest.mark.parametrize("threshold", [0.5, 0.3, 0.9])
@pytest.mark.parametrize("split", [None, "test"])
def test_a_confusion_cell_holds_the_rows_that_brute_force_finds(ev: Any, threshold: float, split: str | None) -> None:
    record = {"kind": "cell", "truth": 1, "predicted": 0, "split": split, "threshold": threshold, "token": 4}
    selected = resolve(ev, record)
    expected = truth(ev) & (ev.scores < threshold)
    if split == "test":
        expected &= np.arange(N) >= 2000
    np.testing.assert_array_equal(selected.rows, np.flatnonzero(expected))
    assert selected.to_record()["n"] == expected.sum()
    assert selected.to_record()["token"] == 4


def test_a_query_gives_the_rows_and_can_be_given_to_pandas(ev: Any) -> None:
    selected = from_python(ev, "a > 0.5 and c == 'x'", None, 1)
    assert selected.query is not None
    np.testing.assert_array_equal(selected.rows, np.flatnonzero(ev.X.eval(selected.query)))


def test_a_range_of_the_loss_is_inclusive_at_both_ends(ev: Any) -> None:
    low, high = sorted(ev.loss)[10], sorted(ev.loss)[20]
    selected = resolve(ev, {"kind": "range", "field": "loss", "low": float(low), "high": float(high)})
    np.testing.assert_array_equal(selected.rows, np.flatnonzero((ev.loss >= low) & (ev.loss <= high)))


@pytest.mark.parametrize("chosen", [[5, 2, 9], np.array([5, 2, 9]), pd.Series([5, 2, 9]), (5, 2, 9)])
def test_positions_keep_their_order(ev: Any, chosen: Any) -> None:
    assert from_python(ev, chosen, None, 1).rows.tolist() == [5, 2, 9]


def test_a_mask_becomes_positions(ev: Any) -> None:
    mask = np.asarray(ev.X["a"] > 1)
    np.testing.assert_array_equal(from_python(ev, mask, None, 1).rows, np.flatnonzero(mask))


def test_a_large_selection_travels_without_its_rows(ev: Any) -> None:
    record = from_python(ev, np.arange(LARGEST_ROW_LIST + 1), "many", 1).to_record()
    assert "rows" not in record
    assert record["n"] == LARGEST_ROW_LIST + 1


def test_the_frame_holds_raw_features_and_outcomes(ev: Any) -> None:
    frame = from_python(ev, [7, 3], None, 1).to_frame()
    assert list(frame.columns) == ["a", "c", "target", "predicted", "loss"]
    assert frame["a"].tolist() == ev.X["a"].iloc[[7, 3]].tolist()
    assert frame.index.tolist() == [7, 3]
    assert frame["loss"].tolist() == ev.loss[[7, 3]].tolist()


def test_all_rows_are_all_rows(ev: Any) -> None:
    assert len(everything(ev)) == N
    assert from_python(ev, None, None, 1).is_everything


@pytest.mark.parametrize(
    ("record", "code"),
    [
        (None, "MLD-S10"),
        ([1, 2], "MLD-S10"),
        ({}, "MLD-S11"),
        ({"kind": "evil"}, "MLD-S11"),
        ({"kind": ["rows"]}, "MLD-S11"),
        ({"kind": "rows"}, "MLD-S12"),
        ({"kind": "rows", "rows": ["1"]}, "MLD-S12"),
        ({"kind": "rows", "rows": [1.5]}, "MLD-S12"),
        ({"kind": "rows", "rows": [[1], [2]]}, "MLD-S12"),
        ({"kind": "rows", "rows": [[1], [2, 3]]}, "MLD-S12"),
        ({"kind": "rows", "rows": [N]}, "MLD-S13"),
        ({"kind": "rows", "rows": [-1]}, "MLD-S13"),
        ({"kind": "rows", "rows": [10**30]}, "MLD-S12"),
        ({"kind": "query", "query": 3}, "MLD-S15"),
        ({"kind": "range", "field": "nothing", "low": 0, "high": 1}, "MLD-S16"),
        ({"kind": "range", "field": "loss", "low": "0", "high": 1}, "MLD-S19"),
        ({"kind": "range", "field": "loss", "low": float("nan"), "high": 1}, "MLD-S19"),
        ({"kind": "cell", "truth": 2, "predicted": 0}, "MLD-S18"),
        ({"kind": "cell", "truth": True, "predicted": 0}, "MLD-S18"),
        ({"kind": "cell", "truth": 0, "predicted": 0, "split": "nowhere"}, "MLD-S17"),
        ({"kind": "cell", "truth": 0, "predicted": 0, "split": ["test"]}, "MLD-S17"),
    ],
)
def test_what_cannot_be_selected_is_refused_by_code(ev: Any, record: Any, code: str) -> None:
    with pytest.raises(MldError, match=code):
        resolve(ev, record)
