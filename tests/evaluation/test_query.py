"""The query language agrees with pandas where pandas has one, and refuses everything that could run code."""

from __future__ import annotations

import contextlib
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from mldebug_widgets.errors import MldError
from mldebug_widgets.evaluation.query import rows_matching

N = 80


def _frame() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    missing = rng.random(N) < 0.15
    return pd.DataFrame(
        {
            "x": np.where(missing, np.nan, rng.normal(size=N).round(1)),
            "n": rng.integers(-2, 4, N),
            "city": pd.Series(np.where(missing, None, rng.choice(["Rome", "Oslo"], N))),
            "old": np.where(missing, None, rng.choice(["Rome", "Oslo"], N)).astype(object),
            "grade": pd.Categorical(rng.choice(["low", "high"], N), categories=["low", "high", "never"]),
            "name": pd.array(np.where(missing, None, rng.choice(["Rome", "Oslo"], N)), dtype="string"),
            "flag": rng.random(N) < 0.5,
            "nullable": pd.array(np.where(missing, None, rng.integers(0, 3, N)), dtype="Int64"),
            "maybe": pd.array(np.where(missing, None, rng.random(N) < 0.5), dtype="boolean"),
            "arrow": pd.array(np.where(missing, None, rng.integers(0, 3, N)), dtype="int64[pyarrow]"),
            "when": pd.date_range("2020-01-01", periods=N),
            "two words": rng.normal(size=N).round(1),
            "class": rng.integers(0, 3, N),
        }
    )


FRAME = _frame()


def pandas_rows(query: str) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.isin(np.arange(N), FRAME.query(query).index)


numbers = st.sampled_from(["x", "n", "nullable", "arrow", "`two words`", "`class`"])
comparisons = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
constants = st.one_of(st.integers(-3, 3).map(str), st.sampled_from(["0.5", "-0.1", "1e0", "+1"]))
texts = st.sampled_from(["city", "old", "name", "grade"])
labels = st.sampled_from(["'Rome'", '"Oslo"', "'low'", "'nowhere'"])

atoms = st.one_of(
    st.tuples(numbers, comparisons, constants).map(" ".join),
    st.tuples(constants, comparisons, numbers).map(" ".join),
    st.tuples(constants, st.sampled_from(["<", "<="]), numbers, st.sampled_from(["<", "<="]), constants).map(" ".join),
    st.tuples(st.sampled_from(["x", "n", "`two words`"]), comparisons, st.sampled_from(["n", "x"])).map(" ".join),
    st.tuples(texts, st.sampled_from(["==", "!="]), labels).map(" ".join),
    st.tuples(labels, st.sampled_from(["==", "!="]), texts).map(" ".join),
    st.tuples(texts, st.sampled_from(["in", "not in", "==", "!="]), st.lists(labels, min_size=1, max_size=3)).map(
        lambda parts: f"{parts[0]} {parts[1]} [{', '.join(parts[2])}]"
    ),
    st.tuples(numbers, st.sampled_from(["in", "not in"]), st.lists(st.integers(-2, 3), min_size=1, max_size=3)).map(
        lambda parts: f"{parts[0]} {parts[1]} {parts[2]}"
    ),
    st.tuples(numbers | texts, st.sampled_from(["isna", "notna", "isnull", "notnull"])).map(
        lambda parts: f"{parts[0]}.{parts[1]}()"
    ),
    st.sampled_from(["flag", "flag == True", "city.str.contains('o')", "old.str.startswith('R')"]),
    st.sampled_from(["when > '2020-01-20'", "when <= '2020-02-01 12:00'", "grade.isin(['low'])", "n.between(0, 2)"]),
)
queries = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or", "&", "|"]), inner).map(
            lambda parts: f"({parts[0]}) {parts[1]} ({parts[2]})"
        ),
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(" ".join),
        inner.map(lambda part: f"not ({part})"),
        inner.map(lambda part: f"~({part})"),
    ),
    max_leaves=5,
)


@settings(max_examples=150, deadline=None)
@given(queries)
def test_agrees_with_pandas(query: str) -> None:
    ours = rows_matching(query, FRAME, {})
    try:
        expected = pandas_rows(query)
    except TypeError:  # pandas cannot join nullable and Arrow columns in every order
        reject()
    np.testing.assert_array_equal(ours, expected, err_msg=query)


@pytest.mark.parametrize("query", ["n > 1 & x < 2 | flag", "not flag and n == 1", "x == x", "-1 < n <= 3 > x < 1"])
def test_precedence_and_chains_are_those_of_pandas(query: str) -> None:
    np.testing.assert_array_equal(rows_matching(query, FRAME, {}), pandas_rows(query))


def test_a_datetime_equals_the_moment_that_a_text_names() -> None:
    assert np.flatnonzero(rows_matching("when == '2020-01-05'", FRAME, {})).tolist() == [4]
    local = FRAME[["when"]].assign(when=FRAME["when"].dt.tz_localize("Europe/Rome"))
    assert np.flatnonzero(rows_matching("when <= '2020-01-02'", local, {})).tolist() == [0, 1]


def test_computed_columns_and_who_wins() -> None:
    loss = pd.Series(np.arange(N), index=FRAME.index)
    assert rows_matching("loss >= 78", FRAME, {"loss": loss}).sum() == 2
    assert rows_matching("n == 1", FRAME, {"n": loss}).sum() == (FRAME["n"] == 1).sum()


def test_labels_that_are_not_text() -> None:
    frame = pd.DataFrame({0: [1, 2], 1.5: [3, 4], "": [5, 6], "__proto__": [7, 8], "<img onerror=x>": [9, 9]})
    for query in ("`0` == 1", "`1.5` == 3", "`` == 5", "__proto__ == 7", "`<img onerror=x>` == 9 and `` == 5"):
        assert rows_matching(query, frame, {}).tolist() == [True, False], query


def test_text_with_operators_inside_stays_text() -> None:
    frame = pd.DataFrame({"s": ["a & b", "a | `b`", "it's", 'say "x"', "\\"]})
    for row, query in enumerate(["s == 'a & b'", "s == 'a | `b`'", "s == 'it\\'s'", "s == 'say \"x\"'", "s == '\\\\'"]):
        assert np.flatnonzero(rows_matching(query, frame, {})).tolist() == [row]


def test_patterns_may_hold_escapes(recwarn: pytest.WarningsRecorder) -> None:
    frame = pd.DataFrame({"s": ["a1", "ab"]})
    assert rows_matching(r"s.str.contains('\d')", frame, {}).tolist() == [True, False]
    assert not recwarn.list


def test_blank_means_every_row() -> None:
    assert rows_matching("  ", FRAME, {}).all()


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.sampled_from("xn city`'\"()[]<>=!&|~.,:@+-*/\\\0\n{}é"), max_size=25))
def test_any_text_gives_rows_or_a_coded_error(query: str) -> None:
    with contextlib.suppress(MldError):
        assert rows_matching(query, FRAME, {}).shape == (N,)


EVIL: list[Any] = [
    "__import__('os').system('true')",
    "x.__class__",
    "x.map(print)",
    "x.values > 1",
    "@x > 1",
    "(lambda: 1)() > x",
    "[y for y in x]",
    "x.str.contains.__globals__",
    "city.str.replace('a', 'b') == 'c'",
    "x if flag else n",
    "f'{x}' == city",
    "x[0] > 1",
    "(y := 1) > x",
    "x > (1).real",
    "x + 1 > n",
    "x ** 99999 > n",
    "print(x)",
    "x > abs(n)",
    "x == None",
    "x is n",
    "x > b'1'",
    "x > 1j",
    "x > ...",
    "city.str.contains(*['a'])",
    "city.str.contains('a', **{'na': x})",
]


@pytest.mark.parametrize("query", EVIL)
def test_nothing_beyond_the_language_is_run(query: str) -> None:
    with pytest.raises(MldError, match=r"MLD-Q0[1-4]: query"):
        rows_matching(query, FRAME, {})
