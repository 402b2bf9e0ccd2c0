"""Literals read back as the same value, in both query languages."""

from __future__ import annotations

import warnings
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mldebug_widgets.analyzers.slice_vocabulary.wording import literal_of, set_of_words, word_of
from mldebug_widgets.evaluation.query import rows_matching

hostile = st.text(st.sampled_from("ab\"'`\\\n\r\t\0#@&|{}é名🙂\x85\u2028"), max_size=8)


@settings(max_examples=150, deadline=None)
@given(hostile, hostile, st.text(max_size=10))
def test_texts_read_back(first: str, second: str, third: str) -> None:
    texts = list(dict.fromkeys((first, second, third)))
    frame = pd.DataFrame({"k": pd.Series(texts, dtype=object), "`": 0})
    literals = [literal_of(text) for text in texts]
    for row, literal in enumerate(literals):
        if literal is None:
            continue
        for query in (f"k == {literal}", f"k in [{literal}, {literal}]", f"k == {literal} and k == {literal}"):
            assert rows_matching(query, frame, {}).nonzero()[0].tolist() == [row], query
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                assert frame.query(query).index.tolist() == [row], query


@pytest.mark.parametrize(
    ("value", "literal"),
    [(True, "True"), (3, "3"), (2**70, str(2**70)), (0.1, "0.1"), (float("nan"), None), (float("inf"), None),
     ("it's", '"it\'s"'), ("a`b", '"a\\x60b"'), ("\ud800", None), ("x" * 301, None), (None, None), (b"x", None)],
)  # fmt: skip
def test_values_and_their_literals(value: Any, literal: str | None) -> None:
    assert literal_of(value) == literal


def test_words_are_short_and_in_one_line() -> None:
    assert [word_of(value) for value in ("a\n b", "", 3.0, 0.5, "x" * 60)] == [
        "a b",
        "(blank)",
        "3",
        "0.5",
        "x" * 39 + "…",
    ]
    assert set_of_words(["a", "b"]) == "{a, b}"
    assert set_of_words([*"abcdefgh"]) == "{a, b, c, d, e, +3 more}"
