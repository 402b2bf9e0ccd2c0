from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mldebug_widgets.charts.ticks import date_ticks, middle_ellipsis, number_format, number_ticks

FINITE = st.floats(-1e9, 1e9, allow_nan=False)
MOMENTS = st.integers(-(10**12), 4 * 10**12)
SPANS = st.integers(1, 10**12)


@given(FINITE, st.floats(1e-6, 1e9), st.integers(2, 8))
def test_number_ticks_are_few_even_round_and_inside(low: float, span: float, count: int) -> None:
    high = low + span
    ticks = number_ticks(low, high, count)
    assert 1 <= len(ticks) <= count + 1
    slack = 1e-6 * max(span, abs(low))
    assert ticks[0] >= low - slack
    assert ticks[-1] <= high + slack
    if len(ticks) > 2:
        steps = np.diff(ticks)
        np.testing.assert_allclose(steps, steps[0], rtol=1e-6, atol=1e-9 * max(1.0, abs(low)))


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 1, [0, 0.25, 0.5, 0.75, 1]),
        (94, 4983, [1000, 2000, 3000, 4000]),
        (-25, 180, [0, 50, 100, 150]),
        (3, 3, [3]),
    ],
)
def test_number_ticks_of_known_ranges(low: float, high: float, expected: list[float]) -> None:
    np.testing.assert_allclose(number_ticks(low, high), expected)


@given(st.integers(-(10**9), 10**9), st.integers(1, 10**9), st.integers(2, 8))
def test_ticks_of_whole_numbers_are_whole(low: int, span: int, count: int) -> None:
    ticks = number_ticks(low, low + span, count, whole=True)
    assert 1 <= len(ticks) <= count + 1
    np.testing.assert_array_equal(ticks, np.round(ticks))
    assert low <= ticks[0] <= ticks[-1] <= low + span
    assert number_ticks(1, 12, whole=True).tolist() == [3, 6, 9, 12]


@pytest.mark.parametrize(
    ("low", "high", "format_"),
    [(0, 1, ",.2f"), (0, 20_000, ",.0f"), (0, 2e6, "~s"), (0, 1e-4, ".1~e"), (0, 0.01, ",.4f")],
)
def test_numbers_have_the_digits_that_their_ticks_need(low: float, high: float, format_: str) -> None:
    assert number_format(low, high, number_ticks(low, high)) == format_


@given(MOMENTS, SPANS)
def test_date_ticks_are_few_inside_and_each_has_a_text(low: int, span: int) -> None:
    positions, labels = date_ticks(float(low), float(low + span), count=3)
    assert 1 <= len(positions) <= 4
    assert positions[0] >= low
    assert positions[-1] <= low + span
    assert set(labels) == {f"{position:.0f}" for position in positions}
    assert len(set(labels.values())) == len(labels)


@pytest.mark.parametrize(
    ("start", "stop", "texts"),
    [
        ("1999-05-03", "2024-02-02", ["2000", "2010", "2020"]),
        ("2013-01-01", "2013-12-31", ["Jan 2013", "Apr 2013", "Jul 2013", "Oct 2013"]),
        ("2020-01-01 00:00", "2020-01-01 06:10", ["00:00", "03:00", "06:00"]),
    ],
)
def test_dates_read_as_people_write_them(start: str, stop: str, texts: list[str]) -> None:
    low, high = (pd.Timestamp(text).timestamp() * 1000 for text in (start, stop))
    assert list(date_ticks(low, high, count=3)[1].values()) == texts


@given(st.text(max_size=60), st.integers(3, 20))
def test_a_shortened_name_keeps_both_ends(text: str, longest: int) -> None:
    short = middle_ellipsis(text, longest)
    assert len(short) <= max(longest, len(text) if len(text) <= longest else longest)
    if len(text) > longest:
        start, end = short.split("…", 1) if "…" not in text else (short[:1], short[-1:])
        assert text.startswith(start)
        assert text.endswith(end)
