"""Cuts lie where they should, and read back as what they are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mldebug_widgets.analyzers.slice_vocabulary.cuts import (
    RealNumbers,
    WholeNumbers,
    place_cuts,
    quantile_edges,
    tree_edges,
)
from mldebug_widgets.analyzers.slice_vocabulary.moments import Durations, Moments

FLOAT_DTYPES = st.sampled_from(["float64", "float32", "float16"])


@given(FLOAT_DTYPES.flatmap(lambda dtype: hnp.arrays(dtype, 2, elements={"allow_nan": False, "allow_infinity": False})))
def test_a_real_cut_lies_between_and_reads_back(pair: np.ndarray) -> None:
    low, high = np.sort(pair)
    assume(low < high)
    cut = RealNumbers().between(low, high)
    assert low <= cut.value < high
    assert cut.value.dtype == pair.dtype
    assert pair.dtype.type(float(cut.literal)) == cut.value
    assert float(cut.word) == float(cut.literal)


@given(st.sampled_from(["int64", "uint64", "int8"]).flatmap(lambda dtype: hnp.arrays(dtype, 2)))
def test_a_whole_cut_lies_between_and_reads_back(pair: np.ndarray) -> None:
    low, high = np.sort(pair)
    assume(low < high)
    cut = WholeNumbers().between(low, high)
    assert low <= cut.value < high
    assert int(cut.literal) == int(cut.value)


@pytest.mark.parametrize(
    ("low", "high", "word"),
    [(1823, 1844, "1830"), (1823, 1861, "1850"), (1.234, 1.31, "1.3"), (-0.2, 0.3, "0"), (99.5, 100.5, "100"),
     (0.1, 0.2, "0.1"), (3.1e-9, 3.9e-9, "3.5e-09"), (123456.71, 123456.79, "123456.75")],
)  # fmt: skip
def test_cuts_are_round(low: float, high: float, word: str) -> None:
    scale = WholeNumbers() if isinstance(low, int) else RealNumbers()
    assert scale.between(np.array(low)[()], np.array(high)[()]).word == word


@given(
    st.sampled_from(["s", "ms", "us", "ns"]),
    st.sampled_from([None, "UTC", "Europe/Rome", "America/St_Johns"]),
    st.lists(st.integers(-(10**17), 10**17), min_size=2, max_size=2, unique=True),
)
def test_a_moment_lies_between_and_reads_back(unit: Any, zone: str | None, pair: list[int]) -> None:
    per_second = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    low, high = sorted(np.int64(number // (10**9 // per_second)) for number in pair)
    assume(low < high)
    cut = Moments(unit, pd.Timestamp(0, tz=zone).tz).between(low, high)
    assert low <= cut.value < high
    read = pd.Timestamp(cut.literal.strip('"'))
    assert read == pd.Timestamp(np.datetime64(int(cut.value), unit)).tz_localize("UTC" if zone else None)


def test_moments_and_durations_are_round() -> None:
    def moment(low: str, high: str, zone: str | None = None) -> str:
        ticks = [np.int64(pd.Timestamp(text, tz=zone).as_unit("us").value // 1000) for text in (low, high)]
        return Moments("us", pd.Timestamp(0, tz=zone).tz).between(*ticks).word

    assert moment("2020-03-14 15:09", "2020-03-17 10:00") == "2020-03-17"
    assert moment("2019-03-14 15:09", "2020-03-17 10:00") == "2020-01-01"
    assert moment("2020-03-14 15:09", "2020-03-14 18:40", "Europe/Rome") == "2020-03-14 18:00"
    assert Durations("s").between(np.int64(5000), np.int64(9000)).literal == '"0 days 02:00:00"'


@given(st.lists(st.integers(0, 30), min_size=1, max_size=200), st.integers(2, 12))
def test_quantile_edges_keep_equal_values_together(values: list[int], bins: int) -> None:
    ordered = np.sort(values)
    edges = quantile_edges(ordered, bins)
    assert len(edges) < bins
    assert (np.diff(edges) > 0).all()
    assert all(ordered[edge - 1] < ordered[edge] for edge in edges)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=300), st.integers(2, 10))
def test_cuts_make_bins_that_all_hold_values(values: list[float], bins: int) -> None:
    array = np.array(values)
    cuts = [cut.value for cut in place_cuts(array, None, RealNumbers(), bins, 1)]
    assert cuts == sorted(set(cuts))
    held = np.bincount(np.searchsorted(cuts, array), minlength=len(cuts) + 1)
    assert (held > 0).all()
    assert len(cuts) > 0 or len(set(values)) == 1


def test_distinct_values_fall_into_equal_bins() -> None:
    values = np.random.default_rng(0).normal(size=10_000)
    cuts = [cut.value for cut in place_cuts(values, None, RealNumbers(), 10, 1)]
    shares = np.bincount(np.searchsorted(cuts, values)) / len(values)
    assert len(shares) == 10
    assert np.abs(shares - 0.1).max() < 0.01


def test_a_change_of_the_metric_is_cut_where_it_happens() -> None:
    rng = np.random.default_rng(0)
    values = rng.random(20_000)
    metric = (rng.random(20_000) < np.where((values > 0.83) & (values < 0.88), 0.5, 0.1)).astype(float)
    words = {cut.word for cut in place_cuts(values, metric, RealNumbers(), 10, 50)}
    plain = {cut.word for cut in place_cuts(values, None, RealNumbers(), 10, 50)}
    extra = sorted(float(word) for word in words - plain)
    assert any(abs(edge - 0.83) < 0.01 for edge in extra)
    assert any(abs(edge - 0.88) < 0.01 for edge in extra)


def test_noise_is_rarely_cut() -> None:
    cut = 0
    for seed in range(40):
        metric = np.random.default_rng(seed).normal(size=5_000)
        cut += len(tree_edges(metric, np.arange(40, 5_000, 40), 50))
    assert cut <= 4


def test_the_best_cut_is_the_best_of_all() -> None:
    metric = np.random.default_rng(3).normal(size=400) + (np.arange(400) >= 150)
    edges = np.arange(10, 400, 10)
    (first, *_) = tree_edges(metric, edges, 5)[[0]]
    losses = [metric[:edge].var() * edge + metric[edge:].var() * (400 - edge) for edge in edges]
    assert first == edges[int(np.argmin(losses))]
