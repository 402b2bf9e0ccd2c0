"""Intervals against closed forms, against resampling rows one by one, and by how often they hold the truth."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from mldebug_widgets.analyzers.metrics import intervals
from mldebug_widgets.analyzers.metrics.binary import f1
from mldebug_widgets.analyzers.metrics.intervals import (
    BOOTSTRAP_ROWS,
    Z95,
    Means,
    bootstrap_counts,
    logit_interval,
    normal_interval,
    wilson,
)
from mldebug_widgets.analyzers.metrics.metric import first
from mldebug_widgets.analyzers.metrics.ranking import Ranking
from mldebug_widgets.analyzers.metrics.regression import median_interval


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_ends_are_where_the_score_test_just_rejects(counts: tuple[int, int]) -> None:
    successes, n = counts
    interval = wilson(successes, n)
    assert interval.low is not None
    assert interval.high is not None
    assert 0 <= interval.low <= successes / n <= interval.high <= 1
    for end, extreme in ((interval.low, successes == 0), (interval.high, successes == n)):
        if not extreme:
            score = (successes / n - end) / math.sqrt(end * (1 - end) / n)
            assert abs(score) == pytest.approx(Z95, rel=1e-6)


def test_wilson_of_nothing() -> None:
    assert wilson(0, 0).low is None
    assert wilson(0, 10).low == 0
    assert wilson(10, 10).high == 1


def test_normal_interval_is_cut_at_the_possible_range() -> None:
    interval = normal_interval(0.99, 0.02, "x", lowest=0, highest=1)
    assert interval.high == 1
    assert interval.low == pytest.approx(0.99 - Z95 * 0.02)
    assert normal_interval(0.5, math.nan, "x").low is None
    assert normal_interval(0.5, 0.0, "x").low is None


def test_logit_interval_is_symmetric_in_log_odds_and_stays_inside() -> None:
    interval = logit_interval(0.99, 0.02, "x")
    assert interval.low is not None
    assert interval.high is not None
    assert 0 < interval.low < 0.99 < interval.high < 1
    centre = brentq(
        lambda p: math.log(p / (1 - p)) * 2 - sum(math.log(e / (1 - e)) for e in (interval.low, interval.high)),
        0.5,
        0.999999,
    )
    assert centre == pytest.approx(0.99)


def test_bootstrap_of_counts_is_the_bootstrap_of_rows() -> None:
    counts = np.array([[50, 7], [12, 31]])
    rows = np.repeat(np.arange(4), counts.ravel())
    generator = np.random.default_rng(1)
    by_rows = [
        float(f1(np.bincount(generator.choice(rows, rows.size), minlength=4).reshape(2, 2).astype(float)))
        for _ in range(4_000)
    ]
    interval = bootstrap_counts(counts, f1, seed=0)
    np.testing.assert_allclose((interval.low, interval.high), np.percentile(by_rows, (2.5, 97.5)), atol=0.012)
    assert interval == bootstrap_counts(counts, f1, seed=0)
    assert interval.method == "bootstrap, 1,000 resamples"


def test_resamples_that_never_vary_give_no_interval() -> None:
    assert bootstrap_counts(np.array([[50, 0], [0, 31]]), f1, seed=0).low is None
    interval = Means((np.full(40, 0.25),), seed=0).interval(first)
    assert interval.low is None
    assert "no width" in interval.why


def test_bootstrap_touches_no_global_random_state() -> None:
    before = np.random.get_state()[1].copy()
    bootstrap_counts(np.array([[5, 2], [1, 4]]), f1, seed=0)
    Means((np.arange(50.0),), seed=0)
    np.testing.assert_array_equal(before, np.random.get_state()[1])


def test_delta_method_agrees_with_the_bootstrap_where_they_meet(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.default_rng(2)
    error = generator.gamma(2, size=5_000)
    target = generator.normal(size=5_000)
    columns = (error, target**2)

    def ratio(means: np.ndarray) -> np.ndarray:
        return np.asarray(1 - means[..., 0] / means[..., 1])

    resampled = Means(columns, seed=0).interval(ratio)
    monkeypatch.setattr(intervals, "BOOTSTRAP_ROWS", 0)
    delta = Means(columns, seed=0).interval(ratio)
    assert (resampled.method, delta.method) == ("bootstrap, 1,000 resamples", "delta method")
    assert resampled.low == pytest.approx(delta.low, abs=0.01)
    assert resampled.high == pytest.approx(delta.high, abs=0.01)


def test_delta_method_of_a_mean_is_its_standard_error() -> None:
    values = np.random.default_rng(0).exponential(size=BOOTSTRAP_ROWS + 1).astype(np.float32)
    interval = Means((values,), seed=0).interval(first)
    half = Z95 * values.astype(float).std(ddof=1) / math.sqrt(len(values))
    assert interval.low == pytest.approx(values.mean() - half, rel=1e-5)
    assert interval.high == pytest.approx(values.mean() + half, rel=1e-5)


@pytest.mark.parametrize("n", [0, 1])
def test_too_few_rows_have_no_interval(n: int) -> None:
    assert Means((np.ones(n),), seed=0).interval(first).low is None


def test_median_interval_is_between_order_statistics() -> None:
    values = np.random.default_rng(0).permutation(np.arange(101.0))
    interval = median_interval(values)
    assert (interval.low, interval.high) == (40.0, 61.0)
    assert median_interval(np.arange(4.0)).low is None


def coverage(low_high: list[tuple[float | None, float | None]], truth: float) -> float:
    return float(np.mean([low is not None and high is not None and low <= truth <= high for low, high in low_high]))


def test_intervals_hold_the_truth_about_95_times_in_100() -> None:
    """Two normal classes one standard deviation apart, 150 rows, 600 times over."""
    generator = np.random.default_rng(1)

    def draw(n: int) -> tuple[np.ndarray, np.ndarray]:
        positive = generator.random(n) < 0.3
        return generator.normal(size=n) + positive, positive

    scores, positive = draw(1_000_000)
    whole = Ranking.of(scores, positive)
    hits, calls = np.sum(positive & (scores > 0.5)), np.sum(scores > 0.5)
    truths = {"auc": whole.auc, "ap": whole.average_precision, "f1": 2 * hits / (calls + positive.sum())}
    truths |= {"mean": 0.3, "median": float(np.median(scores))}
    found: dict[str, list[tuple[float | None, float | None]]] = {name: [] for name in truths}
    for seed in range(600):
        scores, positive = draw(150)
        ranking = Ranking.of(scores, positive)
        cells = np.bincount(2 * positive + (scores > 0.5), minlength=4).reshape(2, 2)
        for name, interval in {
            "auc": ranking.auc_interval(),
            "ap": ranking.average_precision_interval(),
            "f1": bootstrap_counts(cells, f1, seed),
            "mean": Means((scores,), seed).interval(first),
            "median": median_interval(scores),
        }.items():
            found[name].append((interval.low, interval.high))
    for name, ends in found.items():
        assert 0.92 <= coverage(ends, truths[name]) <= 0.98, name
