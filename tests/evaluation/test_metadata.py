"""Columns that the model never saw: aligned with the rows, named in queries, kept from the model."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from mldebug_widgets.errors import MldError
from mldebug_widgets.evaluation.evaluation import Evaluation, evaluate

N = 20
X = pd.DataFrame({"a": np.arange(N) / N, "b": np.arange(N) % 3}, index=[f"r{row}" for row in range(N)])
Y = np.arange(N) % 2
STORE = pd.DataFrame({"store": ["north", "south"] * (N // 2), "a": np.arange(N)}, index=X.index)


def sees_two_columns(frame: pd.DataFrame) -> Any:
    assert list(frame.columns) == ["a", "b"]
    return frame["a"].to_numpy()


def of(metadata: Any, **options: Any) -> Evaluation:
    return evaluate(sees_two_columns, (X, Y), metadata=metadata, **options)


def test_metadata_can_be_named_and_stays_from_the_model() -> None:
    ev = of(STORE)
    assert ev.rows_matching('store == "north"').tolist() == [True, False] * (N // 2)
    assert ev.rows_matching("a_ == 7 and a == 0.35").sum() == 1, "the feature keeps its name"
    assert [feature.name for feature in ev.metadata_features] == ["store", "a"]
    assert evaluate(sees_two_columns, (X, Y)).metadata is None


@pytest.mark.parametrize("make", [pl.from_pandas, lambda frame: frame.reset_index(drop=True), lambda frame: frame])
def test_any_make_of_table_will_do(make: Any) -> None:
    assert of(make(STORE)).rows_matching('store == "south"').sum() == N // 2


def test_splits_are_stacked_like_data_and_may_be_left_out() -> None:
    parts = {"train": (X[:12], Y[:12]), "test": (X[12:], Y[12:])}
    both = evaluate(sees_two_columns, parts, metadata={"test": STORE[12:], "train": STORE[:12]})
    assert np.flatnonzero(both.rows_matching("a_ >= 11")).tolist() == list(range(11, N))
    only = evaluate(sees_two_columns, parts, metadata={"test": STORE[12:]})
    assert only.rows_matching("store.isna()").tolist() == [True] * 12 + [False] * 8


def test_data_beside_reference_data_has_its_own_metadata() -> None:
    ev = evaluate(sees_two_columns, (X[:12], Y[:12]), reference=(X[12:], Y[12:]), metadata=STORE[:12])
    assert set(ev.splits) == {"reference", "data"}
    assert ev.rows_matching("store.notna()").sum() == 12
    assert ev.rows_matching('split == "data" and store.notna()').sum() == 12


def test_metadata_can_be_exchanged_afterwards() -> None:
    ev = of(STORE)
    _ = ev.metadata_features
    other = ev.with_metadata(STORE.assign(shift="day")[["shift"]])
    assert other.rows_matching('shift == "day"').all()
    assert [feature.name for feature in other.metadata_features] == ["shift"]
    assert ev.rows_matching("store.notna()").all()
    assert ev.with_metadata(None).metadata is None


@pytest.mark.parametrize(
    ("metadata", "code", "says"),
    [
        (STORE[:5], "MLD-D19", "metadata: 5 rows for 20"),
        (STORE[::-1], "MLD-D19", "metadata: row 0 is 'r19' in its index and 'r0'"),
        (STORE.set_axis(range(5, 25)), "MLD-D19", "metadata: row 0 is 5 in its index"),
        ({"nowhere": STORE}, "MLD-D18", "metadata: there is no split 'nowhere'"),
        ({}, "MLD-D18", "metadata: an empty dict"),
        ("store", "MLD-D01", "metadata: got 'store'"),
        (pd.concat([STORE, STORE], axis=1), "MLD-D05", "metadata: column names occur more than once: 'a'"),
    ],
)
def test_what_does_not_fit_is_refused(metadata: Any, code: str, says: str) -> None:
    with pytest.raises(MldError, match=f"{code}: {says}"):
        of(metadata)
    with pytest.raises(MldError, match=f"{code}: {says}"):
        of(None).with_metadata(metadata)


def test_one_table_for_several_splits_is_refused() -> None:
    with pytest.raises(MldError, match="MLD-D18: metadata: one table for 2 splits"):
        evaluate(sees_two_columns, {"train": (X, Y), "test": (X, Y)}, metadata=STORE)
