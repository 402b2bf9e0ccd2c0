"""Texts cut into what a person would point at."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mldebug_widgets.analyzers.text_attribution.segments import segments


@given(st.text(max_size=60))
def test_segments_joined_are_the_text(text: str) -> None:
    assert "".join(segments(text)) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("don't stop, now!", ["don't ", "stop", ", ", "now", "!"]),
        ("हिन्दी अच्छा", ["हिन्दी ", "अच्छा"]),
        ("مرحبا بك", ["مرحبا ", "بك"]),
        ("好吃 ok", ["好", "吃 ", "ok"]),
        ("a 👩\u200d👩\u200d👧 b", ["a ", "👩\u200d👩\u200d👧 ", "b"]),
        ("か\u3099き", ["か\u3099", "き"]),
        ("ดีมาก", ["ดี", "ม", "า", "ก"]),
        ("😀😀!", ["😀", "😀", "!"]),
        ("ok 👍🏽 🇫🇷🇩🇪! ❤️", ["ok ", "👍🏽 ", "🇫🇷", "🇩🇪", "! ", "❤️"]),
        ("👩🏽\u200d🚀👩", ["👩🏽\u200d🚀", "👩"]),
        ("3.14, 1,000.", ["3.14", ", ", "1,000", "."]),
        ("'so", ["'", "so"]),
        ("  lead", ["  lead"]),
        ("   ", ["   "]),
        ("", []),
    ],
)
def test_segments_are_what_a_person_points_at(text: str, expected: list[str]) -> None:
    assert list(segments(text)) == expected
