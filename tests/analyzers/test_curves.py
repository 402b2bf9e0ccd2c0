"""Reduced lines against the whole ones, pixel by pixel; grids and histograms against numpy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mldebug_widgets.analyzers.metrics.curves import (
    bin_counts,
    grid_counts,
    precision_recall_line,
    reduce_line,
    roc_line,
)
from mldebug_widgets.analyzers.metrics.ranking import Ranking


def extent_per_column(x: np.ndarray, y: np.ndarray, columns: int) -> dict[int, tuple[float, float, float, float]]:
    """First, lowest, highest and last value of each pixel column."""
    found: dict[int, list[float]] = {}
    for at, value in zip(np.minimum((x * columns).astype(int), columns - 1), y, strict=True):
        found.setdefault(int(at), []).append(float(value))
    return {at: (values[0], min(values), max(values), values[-1]) for at, values in found.items()}


@given(st.integers(0, 10_000), st.integers(2, 2_000), st.sampled_from([1, 7, 50]))
def test_a_reduced_line_covers_the_same_pixels(seed: int, n: int, columns: int) -> None:
    generator = np.random.default_rng(seed)
    x = np.sort(np.round(generator.random(n), generator.integers(1, 6)))
    y = np.round(generator.normal(size=n), 2).astype(np.float32).astype(np.float64)
    kept_x, kept_y, n_points = reduce_line(x, y, columns)
    assert n_points == n
    assert len(kept_x) <= max(4 * columns, n if n <= 4 * columns else 0)
    if n > 4 * columns:
        assert (kept_x[0], kept_x[-1]) == (np.float32(x[0]), np.float32(x[-1]))
        # Points are told apart by where they came from, since float32 may move x over a pixel's edge.
        at = np.searchsorted(np.unique(x.astype(np.float32)), kept_x)
        exact = np.unique(x)[at] if len(np.unique(x)) == len(np.unique(x.astype(np.float32))) else None
        if exact is not None:
            assert extent_per_column(exact, kept_y, columns) == extent_per_column(x, y, columns)


def test_a_spike_survives() -> None:
    x, y = np.linspace(0, 1, 100_000), np.zeros(100_000)
    y[54_321] = 1
    assert reduce_line(x, y, 100)[1].max() == 1


def test_curves_begin_and_end_where_they_must() -> None:
    generator = np.random.default_rng(0)
    positive = generator.random(50_000) < 0.2
    ranking = Ranking.of(generator.normal(size=50_000) + positive, positive)
    x, y, n_points = roc_line(ranking, 200)
    assert (x[0], y[0], x[-1], y[-1], n_points) == (0, 0, 1, 1, 50_001)
    assert len(x) <= 800
    assert np.trapezoid(y, x) == pytest.approx(ranking.auc, abs=2e-3)
    recall, precision, _ = precision_recall_line(ranking, 200)
    assert recall[-1] == 1
    assert precision[-1] == pytest.approx(positive.mean())


def test_grid_counts_equal_numpy() -> None:
    generator = np.random.default_rng(0)
    x, y = generator.normal(size=(2, 5_000))
    x[:3] = (-4.0, 4.0, 0.0)
    counts = grid_counts(x, y, -4, 4, 16)
    expected, _, _ = np.histogram2d(y.clip(-4, 4), x.clip(-4, 4), bins=16, range=((-4, 4), (-4, 4)))
    np.testing.assert_array_equal(counts, expected)
    assert counts.sum() == 5_000


def test_bins_count_every_row_once() -> None:
    values = np.array([-3.0, -1.0, -0.5, 0.0, 1.0, 1.5])
    counts, below, above = bin_counts(values, np.linspace(-1, 1, 5))
    assert (counts.tolist(), below, above) == ([1, 1, 1, 1], 1, 1)
