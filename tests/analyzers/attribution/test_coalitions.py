"""The shared design: weights, exactness and constraint, against direct formulas."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mldebug_widgets.analyzers.attribution.coalitions import (
    lime_design,
    lime_matrix,
    shapley_design,
    shapley_solver,
)


def game(p: int, seed: int, keep: np.ndarray) -> np.ndarray:
    """A random game with main effects, and products of two and three players."""
    generator = np.random.default_rng(seed)
    z = keep.astype(float)
    worth = z @ generator.normal(size=p)
    for size in (2, 3):
        for members in combinations(range(p), min(size, p)):
            worth += generator.normal() * z[:, list(members)].prod(axis=1)
    return np.asarray(worth)


def shapley_values(p: int, seed: int) -> np.ndarray:
    values = np.zeros(p)
    for player in range(p):
        others = [other for other in range(p) if other != player]
        for size in range(p):
            share = math.factorial(size) * math.factorial(p - size - 1) / math.factorial(p)
            for members in combinations(others, size):
                without = np.zeros((1, p), dtype=bool)
                without[0, list(members)] = True
                with_player = without.copy()
                with_player[0, player] = True
                values[player] += share * (game(p, seed, with_player)[0] - game(p, seed, without)[0])
    return values


def solved(p: int, seed: int, n_samples: int) -> np.ndarray:
    design = shapley_design(p, n_samples, seed)
    whole, empty = (game(p, seed, np.full((1, p), kept)) for kept in (True, False))
    outputs = game(p, seed, design.keep)[None] if len(design.keep) else np.zeros((1, 0))
    return shapley_solver(design).solve(outputs, whole, empty)[0]


@given(p=st.integers(1, 6), seed=st.integers(0, 1_000))
def test_all_coalitions_give_the_shapley_values(p: int, seed: int) -> None:
    assert shapley_design(p, 2**p, seed).is_exact
    np.testing.assert_allclose(solved(p, seed, 2**p), shapley_values(p, seed), atol=1e-8)


@given(p=st.integers(2, 30), seed=st.integers(0, 1_000), more=st.integers(0, 400))
def test_a_design_is_paired_and_sums_up_whatever_its_size(p: int, seed: int, more: int) -> None:
    design = shapley_design(p, 2 * p + more, seed)
    assert len(design.keep) <= 2 * p + more
    assert design.weights.sum() == pytest.approx(1)
    kept = design.keep.sum(axis=1)
    assert ((kept > 0) & (kept < p)).all()
    found = {row.tobytes() for row in design.keep}
    assert len(found) == len(design.keep)
    assert all((~row).tobytes() in found for row in design.keep)
    outputs = np.random.default_rng(seed).normal(size=(3, len(design.keep)))
    values = shapley_solver(design).solve(outputs, np.array([1.0, 2.0, 3.0]), np.zeros(3))
    np.testing.assert_allclose(values.sum(axis=1), [1, 2, 3], atol=1e-8)


@given(p=st.integers(2, 40), seed=st.integers(0, 1_000))
def test_an_additive_game_is_solved_by_any_design(p: int, seed: int) -> None:
    parts = np.random.default_rng(seed).normal(size=p)
    design = shapley_design(p, 2 * p + 20, seed)
    values = shapley_solver(design).solve((design.keep @ parts)[None], parts.sum()[None], np.zeros(1))
    np.testing.assert_allclose(values[0], parts, atol=1e-6)


def test_more_samples_come_nearer() -> None:
    p = 9
    truth = shapley_values(p, 1)
    errors = [np.abs(solved(p, 1, n) - truth).max() for n in (40, 200, 510)]
    assert errors[0] > errors[1] > errors[2]
    assert errors[2] < 1e-8


def test_weights_of_a_listed_size_are_shaps() -> None:
    p = 8
    design = shapley_design(p, 2**p, 0)
    for size in range(1, p):
        chosen = design.weights[design.keep.sum(axis=1) == size]
        kernel = (p - 1) / (math.comb(p, size) * size * (p - size))
        np.testing.assert_allclose(chosen / design.weights.max(), kernel / ((p - 1) / (p * (p - 1))))


def test_a_design_is_drawn_with_its_seed() -> None:
    for make in (shapley_design, lime_design):
        first, again, other = (make(12, 300, seed).keep for seed in (3, 3, 4))
        np.testing.assert_array_equal(first, again)
        assert first.shape != other.shape or (first != other).any()


def test_sizes_that_are_drawn_count_what_the_kernel_says() -> None:
    """Of 12 columns the sizes 1 to 4 and their complements are listed; 5 to 7 are drawn, 5 and 7 twice as often as 6.

    A size counts (p - 1) / (s (p - s)) in all.
    """
    p, n_samples, seeds = 12, 3_000, 20
    kernel = np.array([(p - 1) / (size * (p - size)) for size in range(1, p)])
    listed = np.array([1, 2, 3, 4, 8, 9, 10, 11])
    share = np.zeros(p - 1)
    for seed in range(seeds):
        design = shapley_design(p, n_samples, seed)
        each = np.bincount(design.keep.sum(axis=1), design.weights, minlength=p)[1:]
        np.testing.assert_allclose(each[listed - 1], (kernel / kernel.sum())[listed - 1])
        share += each / seeds
    np.testing.assert_allclose(share, kernel / kernel.sum(), rtol=0.03)


def test_a_coalition_counts_as_often_as_it_was_drawn() -> None:
    p, n_samples = 12, 3_000
    design = shapley_design(p, n_samples, 0)
    is_drawn = np.isin(design.keep.sum(axis=1), (5, 6, 7))
    budget = n_samples - int((~is_drawn).sum())
    times = design.weights[is_drawn] / design.weights[is_drawn].sum() * (budget // 2 * 2)
    np.testing.assert_allclose(times, times.round(), atol=1e-6)
    assert times.round().min() == 1
    assert times.round().max() > 1


def test_lime_is_a_weighted_ridge_regression() -> None:
    from sklearn.linear_model import Ridge

    design = lime_design(7, 200, 4)
    outputs = np.random.default_rng(0).normal(size=(5, 200))
    truth = Ridge(alpha=1.0).fit(design.keep.astype(float), outputs.T, sample_weight=design.weights).coef_
    np.testing.assert_allclose(outputs @ lime_matrix(design).T, truth, rtol=1e-8)
