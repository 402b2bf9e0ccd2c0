"""Every form of data becomes the same table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import torch

import mldebug_widgets as mld
from mldebug_widgets.evaluation.data import read_data
from tests.evaluation.snapshots import frame_state

FORMS: dict[str, Any] = {
    "frame and name": lambda t: (t, "late"),
    "frame and values": lambda t: (t[list("abcd")], t["late"].to_numpy()),
    "pair of frame and Series": lambda t: ((t[list("abcd")], t["late"]), None),
    "pair of frame and list": lambda t: ((t[list("abcd")], t["late"].tolist()), None),
    "pair of frame and one-column frame": lambda t: ((t[list("abcd")], t[["late"]]), None),
    "polars and name": lambda t: (pl.from_pandas(t), "late"),
    "polars pair": lambda t: ((pl.from_pandas(t[list("abcd")]), pl.Series("late", t["late"].to_numpy())), None),
    "pyarrow and name": lambda t: (pa.Table.from_pandas(t), "late"),
    "record batch and name": lambda t: (pa.RecordBatch.from_pandas(t), "late"),
    "pyarrow pair": lambda t: ((pa.Table.from_pandas(t[list("abcd")]), pa.chunked_array([t["late"].to_numpy()])), None),
    "arrays": lambda t: ((t[list("abcd")].to_numpy(), t["late"].to_numpy()), None),
    "array and values": lambda t: (t[list("abcd")].to_numpy(), t["late"].to_numpy()),
    "lists": lambda t: ((t[list("abcd")].to_numpy().tolist(), t["late"].tolist()), None),
    "Fortran order": lambda t: ((np.asfortranarray(t[list("abcd")].to_numpy()), t["late"].to_numpy()), None),
    "reversed strides": lambda t: ((t[list("abcd")].to_numpy()[::-1][::-1], t["late"].to_numpy()[::-1][::-1]), None),
    "object array": lambda t: ((t[list("abcd")].to_numpy(dtype=object), t["late"].to_numpy(dtype=object)), None),
    "column of targets": lambda t: ((t[list("abcd")], t["late"].to_numpy()[:, None]), None),
    "tensors": lambda t: ((torch.tensor(t[list("abcd")].to_numpy()), torch.tensor(t["late"].to_numpy())), None),
    "tensors with gradients": lambda t: (
        (torch.tensor(t[list("abcd")].to_numpy(), requires_grad=True), torch.tensor(t["late"].to_numpy())),
        None,
    ),
    "floats as classes": lambda t: ((t[list("abcd")], t["late"].astype(float)), None),
    "nullable target": lambda t: ((t[list("abcd")], t["late"].astype("Int64")), None),
    "arrow target": lambda t: ((t[list("abcd")], t["late"].astype("int64[pyarrow]")), None),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_table(table: pd.DataFrame, form: str) -> None:
    data, target = FORMS[form](table)
    read = read_data(data, target)
    np.testing.assert_array_equal(read.frame.to_numpy(dtype=float), table[list("abcd")].to_numpy())
    np.testing.assert_array_equal(read.target.values.astype(int), table["late"])
    assert list(read.splits) == ["all"]
    ev = mld.evaluate(None, data, target, predictions=np.linspace(0, 1, len(table)))
    np.testing.assert_array_equal(ev.class_codes, table["late"])


def test_bfloat16_tensors() -> None:
    X = torch.arange(12.0).reshape(4, 3).to(torch.bfloat16)
    np.testing.assert_array_equal(read_data((X, [0, 1, 0, 1])).frame.to_numpy(), X.float().numpy())


def test_the_target_leaves_views_of_the_other_columns(table: pd.DataFrame) -> None:
    """A target in the middle of a block of one dtype must not cost a copy of the block."""
    read = read_data(table.astype(float), "b")
    assert list(read.frame.columns) == ["a", "c", "d", "late"]
    wide = pd.DataFrame(np.random.default_rng(0).normal(size=(50, 5)), columns=list("abcde"))
    middle = read_data(wide, "c").frame
    for name in "abde":
        assert np.shares_memory(middle[name].to_numpy(), wide[name].to_numpy())


def test_the_users_frame_and_the_evaluations_do_not_see_each_others_new_columns(table: pd.DataFrame) -> None:
    X = table[list("abcd")].copy()
    ev = mld.evaluate(lambda rows: rows["a"], (X, table["late"]), task="regression")
    before = frame_state(X)
    X["new"] = 1
    assert list(ev.X.columns) == list("abcd")
    ev.X["other"] = 2
    ev.X.loc[:, "a"] = 0.0
    del X["new"]
    assert frame_state(X) == before


def test_arrays_are_read_without_a_copy() -> None:
    X = np.random.default_rng(0).normal(size=(50, 3))
    assert np.shares_memory(read_data((X, np.zeros(50))).frame["x1"].to_numpy(), X)


def test_index_of_the_user_is_kept(table: pd.DataFrame) -> None:
    table.index = pd.MultiIndex.from_product([["a", "b", "c"], range(100)])
    read = read_data(table, "late")
    assert read.frame.index.equals(table.index)


def test_duplicate_row_labels(table: pd.DataFrame) -> None:
    table.index = [0] * len(table)
    ev = mld.evaluate(lambda rows: rows["a"], table, "late", task="regression")
    np.testing.assert_array_equal(ev.scores, table["a"])
    np.testing.assert_array_equal(ev.rows_matching("a > 0 and row >= 5"), (ev.scores > 0) & (np.arange(300) >= 5))


def test_splits_are_stacked_in_order_and_found_again(table: pd.DataFrame) -> None:
    parts = {"train": table[:200], "valid": table[200:250], "test": table[250:]}
    ev = mld.evaluate(lambda rows: rows["a"], parts, "late", task="regression")
    np.testing.assert_array_equal(ev.X.to_numpy(), table[list("abcd")].to_numpy())
    for index, (name, part) in enumerate(parts.items()):
        np.testing.assert_array_equal(ev.X.iloc[ev.splits[name]].to_numpy(), part[list("abcd")].to_numpy())
        assert (ev.split_of[ev.splits[name]] == index).all()
    assert (ev.primary, ev.train, ev.reference) == ("test", "train", "train")


@pytest.mark.parametrize(
    ("names", "primary", "train"),
    [
        (["train", "val"], "val", "train"),
        (["Test (2024)", "Training"], "Test (2024)", "Training"),
        (["valid", "test"], "test", None),
        (["one", "two"], "one", None),
        (["train", "held-out"], "held-out", "train"),
        (["dev", "train"], "dev", "train"),
    ],
)
def test_the_split_that_decides(table: pd.DataFrame, names: list[str], primary: str, train: str | None) -> None:
    ev = mld.evaluate(lambda rows: rows["a"], dict.fromkeys(names, table), "late", task="regression")
    assert (ev.primary, ev.train) == (primary, train)


def test_splits_of_different_forms_and_column_orders(table: pd.DataFrame) -> None:
    shuffled = table[["d", "late", "a", "c", "b"]]
    ev = mld.evaluate(
        lambda rows: rows["a"], {"train": table, "test": (shuffled.drop(columns="late"), table["late"])}, "late",
        task="regression",
    )  # fmt: skip
    np.testing.assert_array_equal(ev.scores, np.tile(table["a"], 2))


def test_categories_that_differ_between_splits_stay_categories() -> None:
    parts = {
        "train": pd.DataFrame({"c": pd.Categorical(["a", "b"]), "y": [0, 1]}),
        "test": pd.DataFrame({"c": pd.Categorical(["c", "b"]), "y": [0, 1]}),
    }
    frame = read_data(parts, "y").frame
    assert list(frame["c"].cat.categories) == ["a", "b", "c"]
    assert frame["c"].tolist() == ["a", "b", "c", "b"]


def test_reference_as_a_split_and_as_data(table: pd.DataFrame) -> None:
    def model(rows: pd.DataFrame) -> Any:
        return rows["a"]

    named = mld.evaluate(model, {"old": table, "new": table}, "late", reference="old", task="regression")
    assert named.reference == "old"
    given = mld.evaluate(model, table[:100], "late", reference=table[100:], task="regression")
    assert given.reference == "reference"
    assert [len(rows) for rows in given.splits.values()] == [200, 100]


def test_several_target_columns(table: pd.DataFrame) -> None:
    table["early"] = 1 - table["late"]
    table.loc[0, ["late", "early"]] = 1
    target = read_data(table, ["late", "early"]).target
    assert target.labels == ("late", "early")
    np.testing.assert_array_equal(target.values, table[["late", "early"]].to_numpy())


def test_an_integer_names_an_integer_column(table: pd.DataFrame) -> None:
    numbered = table.set_axis(range(5), axis=1)
    read = read_data(numbered, 4)
    assert list(read.frame.columns) == [0, 1, 2, 3]
    assert read.target.name == "4"


def test_one_split_in_a_dict(table: pd.DataFrame) -> None:
    ev = mld.evaluate(lambda rows: rows["a"], {"test": table}, "late", task="regression")
    assert list(ev.splits) == ["test"]


def test_polars_with_every_kind_of_column(mixed: pd.DataFrame) -> None:
    frame = pl.from_pandas(mixed)
    ev = mld.evaluate(None, frame, "y", predictions=np.linspace(0, 1, len(mixed)))
    kinds = {feature.name: feature.kind for feature in ev.features}
    assert kinds == {
        "number": "numeric", "whole": "numeric", "flag": "boolean", "nullable": "numeric", "maybe": "boolean",
        "grade": "categorical", "city": "categorical", "when": "datetime", "local": "datetime",
    }  # fmt: skip


def test_missing_targets_are_kept_and_counted_out(table: pd.DataFrame) -> None:
    late = table["late"].astype("Int64")
    late[:3] = pd.NA
    ev = mld.evaluate(None, table.assign(late=late), "late", predictions=np.linspace(0.01, 0.99, len(table)))
    assert ev.class_codes is not None
    np.testing.assert_array_equal(ev.class_codes[:4] < 0, [True, True, True, False])
    assert np.isnan(ev.loss[:3]).all()
    assert np.isfinite(ev.loss[3:]).all()
