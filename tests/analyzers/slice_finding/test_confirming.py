"""Effects, intervals and p-values against scipy, one slice at a time."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from mldebug_widgets.analyzers.slice_finding.confirming import Moments, benjamini_hochberg, contrasts

Masks = list[npt.NDArray[np.bool_]]


def moments(values: npt.NDArray[np.float64], masks: Masks) -> Moments:
    parts = [Moments.of(values[mask]) for mask in masks]
    return Moments(*(np.array([getattr(part, name) for part in parts]) for name in ("count", "total", "squares")))


def some_masks(rng: np.random.Generator, n: int) -> Masks:
    return [rng.random(n) < share for share in (0.01, 0.05, 0.3, 0.7)]


@pytest.mark.parametrize("larger", [True, False])
@pytest.mark.parametrize("seed", range(4))
def test_shares_agree_with_fishers_exact_test(seed: int, larger: bool) -> None:
    rng = np.random.default_rng(seed)
    values = (rng.random(900) < 0.2).astype(float)
    masks = some_masks(rng, 900)
    values[masks[1] & (rng.random(900) < 0.5)] = 1
    found = contrasts(moments(values, masks), Moments.of(values), binary=True, larger=larger)
    for at, mask in enumerate(masks):
        table = [[values[mask].sum(), (1 - values[mask]).sum()], [values[~mask].sum(), (1 - values[~mask]).sum()]]
        expected = stats.fisher_exact(table, alternative="greater" if larger else "less").pvalue
        assert found.p_value[at] == pytest.approx(expected, rel=1e-6)
        assert found.effect[at] == pytest.approx(values[mask].mean() - values[~mask].mean())


def test_the_interval_of_shares_is_newcombes() -> None:
    # R. G. Newcombe, Statistics in Medicine 17 (1998) 873-890, table II, example (a), method 10.
    inside = np.concatenate([np.ones(56), np.zeros(14)])
    rest = np.concatenate([np.ones(48), np.zeros(32)])
    values, mask = np.concatenate([inside, rest]), np.arange(150) < 70
    found = contrasts(moments(values, [mask]), Moments.of(values), binary=True, larger=True)
    assert found.low[0] == pytest.approx(0.0524, abs=5e-5)
    assert found.high[0] == pytest.approx(0.3339, abs=5e-5)


@pytest.mark.parametrize("larger", [True, False])
@pytest.mark.parametrize("seed", range(4))
def test_means_agree_with_welchs_test(seed: int, larger: bool) -> None:
    rng = np.random.default_rng(seed)
    values = rng.exponential(2.0, 900)
    masks = some_masks(rng, 900)
    values[masks[0]] *= 3
    centred = values - values.mean()
    found = contrasts(moments(centred, masks), Moments.of(centred), binary=False, larger=larger)
    for at, mask in enumerate(masks):
        alternative = "greater" if larger else "less"
        expected = stats.ttest_ind(values[mask], values[~mask], equal_var=False, alternative=alternative)
        two_sided = stats.ttest_ind(values[mask], values[~mask], equal_var=False).confidence_interval(0.95)
        assert found.p_value[at] == pytest.approx(expected.pvalue, rel=1e-6)
        assert (found.low[at], found.high[at]) == pytest.approx((two_sided.low, two_sided.high))


def test_tiny_tails_keep_their_precision() -> None:
    values = np.concatenate([np.ones(400), np.zeros(100), np.ones(1_000), np.zeros(99_000)])
    mask = np.arange(values.size) < 500
    found = contrasts(moments(values, [mask]), Moments.of(values), binary=True, larger=True)
    expected = stats.hypergeom.logsf(399, values.size, values.sum(), 500)
    assert 0 < found.p_value[0] < 1e-200 or found.p_value[0] == 0
    assert np.log(max(found.p_value[0], 1e-300)) == pytest.approx(max(expected, np.log(1e-300)), rel=1e-3)


@pytest.mark.parametrize("binary", [True, False])
def test_a_side_without_rows_says_nothing(binary: bool) -> None:
    values = np.array([0.0, 1.0, 1.0, 0.0])
    masks = [np.zeros(4, bool), np.ones(4, bool), np.arange(4) == 1]
    found = contrasts(moments(values, masks), Moments.of(values), binary=binary, larger=True)
    assert found.p_value[:2].tolist() == [1.0, 1.0]
    assert np.isnan(found.effect[:2]).all()
    assert found.effect[2] == pytest.approx(2 / 3)


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=30),
    st.integers(0, 40),
)
@settings(max_examples=100, deadline=None)
def test_adjusted_like_scipy_with_the_untested_at_one(p_values: list[float], untested: int) -> None:
    adjusted = benjamini_hochberg(np.array(p_values), len(p_values) + untested)
    padded = np.array(p_values + [1.0] * untested)
    assert adjusted == pytest.approx(stats.false_discovery_control(padded)[: len(p_values)])
