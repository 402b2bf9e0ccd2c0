"""Every name that a query may use, hostile ones too, means the same here and in ``DataFrame.query``."""

from __future__ import annotations

import contextlib
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mldebug_widgets.errors import MldError
from mldebug_widgets.evaluation.evaluation import Evaluation, evaluate
from mldebug_widgets.evaluation.query_columns import QueryColumns, sliceable_frame
from mldebug_widgets.evaluation.query_names import query_names, written_name

N = 40
WHEN = pd.date_range("2024-02-27 21:15", periods=N, freq="7h")


def evaluation() -> Evaluation:
    gone = np.arange(N) % 7 == 0
    table = pd.DataFrame(
        {
            "when": pd.Series(WHEN).mask(gone),
            "zoned": pd.Series(WHEN.tz_localize("Europe/Rome")),
            "arrow": pd.Series(WHEN).mask(gone).astype("timestamp[us][pyarrow]"),
            "text": pd.Series(["a" * (row % 5) for row in range(N)], dtype=object).mask(gone),
            "string": pd.Series(["b" * (row % 5) for row in range(N)]).astype("string").mask(gone),
            "split": np.arange(N),
            "two words": np.arange(N) % 4,
            "tick`s": np.arange(N) % 3,
            "line\nbreak": np.arange(N) % 2 == 0,
        }
    )
    return evaluate(
        None, (table, np.arange(N) % 2), predictions=np.linspace(0, 1, N), texts=["t" * (row % 3) for row in range(N)],
        metadata=pd.DataFrame({"text": np.arange(N), "we`ird": np.arange(N), "loss": 1.0}),
    )  # fmt: skip


EV = evaluation()
FRAME = sliceable_frame(EV)

parts = st.sampled_from(["year", "quarter", "month", "day", "day_of_week", "hour", "minute"])
moments = st.tuples(st.sampled_from(["when", "zoned", "arrow"]), parts).map(lambda pair: f"{pair[0]}.dt.{pair[1]}")
lengths = st.sampled_from(["text.str.len()", "string.str.len()", "text_.str.len()"])
numbers = st.one_of(
    moments, lengths, st.sampled_from(["split", "`two words`", "column_7", "row", "text__", "column_10"])
)
limits = st.integers(-1, 31).map(str)
atoms = st.one_of(
    st.tuples(numbers, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), limits).map(" ".join),
    st.tuples(limits, st.just("<="), numbers, st.just("<"), limits).map(" ".join),
    st.tuples(numbers, st.just("in ["), limits, st.just(","), limits, st.just("]")).map(" ".join),
    st.tuples(numbers, st.sampled_from([".isna()", ".notna()", ".between(2, 9)", ".isin([1, 2])"])).map("".join),
    st.sampled_from(['split_ == "all"', "target == 1", "predicted == target", "score > 0.5", "column_8 == True"]),
    st.sampled_from(["loss > 0.6", "loss_ == 1", "confidence >= 0.7", "zoned > '2024-03-01 10:00+01:00'"]),
)


@settings(max_examples=200, deadline=None)
@given(atoms, st.sampled_from(["and", "or"]), atoms, st.booleans())
def test_both_languages_agree(first: str, join: str, second: str, negate: bool) -> None:
    query = f"({first}) {join} {'not ' if negate else ''}({second})"
    with contextlib.suppress(TypeError), warnings.catch_warnings():  # pandas cannot join nullable and Arrow columns
        warnings.simplefilter("ignore")
        expected = np.isin(np.arange(N), FRAME.query(query).index)
        np.testing.assert_array_equal(EV.rows_matching(query), expected, err_msg=query)


def test_older_names_of_the_weekday_are_understood() -> None:
    expected = WHEN.day_of_week == 3
    for name in ("weekday", "dayofweek", "day_of_week"):
        np.testing.assert_array_equal(EV.rows_matching(f"zoned.dt.{name} == 3"), expected)


def test_what_the_evaluation_adds_gives_way_to_columns() -> None:
    names = QueryColumns(EV)
    assert names.roles["split"] == "split_"
    assert names.roles["text"] == "text_"
    assert names.metadata == ("text__", "column_10", "loss_")
    assert names.features[6:] == ("two words", "column_7", "column_8")
    assert (names.written("split"), written_name("two words")) == ("split_", "`two words`")


def test_the_target_goes_by_its_own_name_where_that_is_free() -> None:
    table = pd.DataFrame({"x": range(6), "late": [0, 1] * 3})
    ev = evaluate(None, table, "late", predictions=np.zeros(6))
    assert QueryColumns(ev).roles["target"] == "late"
    assert (ev.rows_matching("late == 1") == ev.rows_matching("target == 1")).all()
    odd = evaluate(None, table.rename(columns={"late": "la`te"}), "la`te", predictions=np.zeros(6))
    assert QueryColumns(odd).roles["target"] == "target"


def test_the_frame_shares_the_features_memory() -> None:
    table = pd.DataFrame(np.random.default_rng(0).random((100, 3)), columns=list("abc"))
    ev = evaluate(None, (table, np.arange(100) % 2), predictions=np.zeros(100))
    assert np.shares_memory(sliceable_frame(ev)["b"].to_numpy(), ev.X["b"].to_numpy())


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.text(st.sampled_from("ab _-!#'\"`\\\n\té名🙂@.()&MINUS€"), max_size=6), min_size=1, max_size=6, unique=True
    )
)
def test_pandas_finds_every_column_by_its_name(labels: list[str]) -> None:
    names = query_names(labels)
    assert len(set(names)) == len(names)
    frame = pd.DataFrame([range(len(names)), range(1, len(names) + 1)], columns=list(names))
    for position, name in enumerate(names):
        assert frame.query(f"{written_name(name)} == {position}").index.tolist() == [0], (labels, name)


def test_names_that_pandas_takes_for_one_are_told_apart_by_position() -> None:
    assert query_names(["a b!", "x", "a_b!"]) == ("column_0", "x", "column_2")
    assert query_names(["a-b", "a MINUS b", "a_MINUS_b ", "a+b"]) == ("column_0", "column_1", "a_MINUS_b ", "a+b")
    assert query_names(["column_1", "`"]) == ("column_1", "column_1_")


def test_parts_of_columns_that_have_none() -> None:
    for query in ("split.dt.hour > 1", "split.str.len() > 1", "text.dt.hour == 1"):
        with pytest.raises(MldError, match="MLD-Q05: query"):
            EV.rows_matching(query)
    for query in (
        "when.dt.tz == 1",
        "when.dt.hour() == 1",
        "text.str.len == 1",
        "when.str == 1",
        "when.dt.__class__ == 1",
    ):
        with pytest.raises(MldError, match=r"MLD-Q0[345]: query"):
            EV.rows_matching(query)


def test_messages_name_the_column() -> None:
    for query, name in (("loss", "loss"), ("score == [[1]] and loss > 'x'", "loss"), ("`two words`", "two words")):
        with pytest.raises(MldError, match=rf"'{name}'") as caught:
            EV.rows_matching(query)
        assert "None" not in str(caught.value)
