"""What a condition can be made of: every name and every value can be asked, and selects what it counts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from mldebug_widgets.analyzers.builder_columns import MOST_VALUES, BuilderColumn, builder_columns
from mldebug_widgets.analyzers.error_heatmap import error_heatmap
from mldebug_widgets.evaluation.evaluation import evaluate
from tests.analyzers.cases import TASKS, evaluation


def hostile() -> Any:
    names = ["two words", "back`tick", "new\nline", "quote\"s'", "class", "split", "ünïcode", "a", "b"]
    values = [
        ["x `y`", 'say "no"', "it's", "back\\slash"],
        [1, 2, 2, 3],
        ["a", None, "b", "b"],
        [True, False, True, True],
        pd.to_datetime(["2020-01-01", None, "2020-01-03", "2020-01-04"]),
        ["left", "right", "left", "left"],
        [0.5, np.nan, 1.5, 2.5],
        ["p", "q", "q", "q"],
        [1, 1, 1, 1],
    ]
    frame = pd.concat(
        [pd.Series(list(value) * 10, name=name) for name, value in zip(names, values, strict=True)], axis=1
    )
    metadata = pd.DataFrame({"two words": ["m", "n"] * 20, "batch": range(40)})
    parts = {"train": (frame[:20], np.arange(20) % 2), "test": (frame[20:].reset_index(drop=True), np.arange(20) % 2)}
    split = {"train": metadata[:20], "test": metadata[20:].reset_index(drop=True)}
    return evaluate(lambda rows: np.arange(len(rows)) % 3 / 3, parts, metadata=split)


EVALUATIONS = {**{task: lambda task=task: evaluation(task) for task in TASKS}, "hostile": hostile}


def assert_values_select_what_they_count(ev: Any, column: BuilderColumn) -> None:
    for value in column.values:
        query = f"{column.query_name} == {value.query_literal}"
        assert np.count_nonzero(ev.rows_matching(query)) == value.count, query
    missing = f"{column.query_name}.isna()"
    assert np.count_nonzero(ev.rows_matching(missing)) == column.missing, missing


@pytest.mark.parametrize("name", EVALUATIONS)
def test_every_value_selects_the_rows_that_it_counts(name: str) -> None:
    ev = EVALUATIONS[name]()
    columns = builder_columns(ev)
    for column in columns:
        assert_values_select_what_they_count(ev, column)
    names = [column.query_name for column in columns]
    assert len(names) == len(set(names))


def test_features_metadata_and_answers_are_there() -> None:
    ev = hostile()
    names = [column.name for column in builder_columns(ev)]
    assert names[:9] == [str(label) for label in ev.X.columns]
    assert names[9:11] == ["two words_", "batch"]
    assert {"split_", "target", "predicted", "loss", "confidence", "score"} <= {*names[11:]}


def test_columns_that_say_so_can_be_axes_of_a_heat_map() -> None:
    ev = hostile()
    axes = [column.name for column in builder_columns(ev) if column.has_bins]
    assert {"loss", "score", "confidence", "split_"}.isdisjoint(axes)
    for name in axes:
        if name != "b":  # it has one value only
            assert error_heatmap(ev, name, "predicted" if name == "two words" else "two words").counts.sum() == 20


def test_one_split_is_no_condition() -> None:
    names = [column.name for column in builder_columns(evaluation("binary", splits=False))]
    assert "split" not in names


def test_numbers_have_a_range_and_a_histogram() -> None:
    ev = evaluation("binary")
    columns = {column.name: column for column in builder_columns(ev)}
    weight = columns["weight"]
    assert (weight.low, weight.high) == (ev.X["weight"].min(), ev.X["weight"].max())
    assert weight.counts is not None
    assert weight.counts.sum() == ev.n
    assert columns["count"].integer
    assert not weight.integer
    assert columns["colour"].counts is None


def test_only_the_most_frequent_categories_are_listed() -> None:
    codes = [f"c{i % 300:03d}" for i in range(3_000)] + ["often"] * 50
    ev = evaluate(lambda rows: np.zeros(len(rows)), (pd.DataFrame({"code": codes}), np.arange(3_050) % 2))
    column = builder_columns(ev)[0]
    assert len(column.values) == MOST_VALUES
    assert column.values[0].label == "often"
