"""ROC AUC, average precision and their intervals against scikit-learn, pairs of rows and weighted derivatives."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score, roc_curve

from mldebug_widgets.analyzers.metrics.intervals import Z95
from mldebug_widgets.analyzers.metrics.ranking import Ranking, auc_influence
from tests.analyzers.influence import standard_error

#: Few distinct scores make ties the rule.
SCORES = st.sampled_from([-1.5, -0.0, 0.0, 0.1, 0.25, 0.5, 0.7, 1.0, 3.0])


@st.composite
def scored_rows(draw: st.DrawFn, both_classes: bool = True) -> tuple[np.ndarray, np.ndarray]:
    n = draw(st.integers(2 if both_classes else 1, 40))
    scores = draw(npst.arrays(draw(st.sampled_from([np.float32, np.float64])), n, elements=SCORES))
    positive = draw(npst.arrays(np.bool_, n))
    if both_classes:
        positive[:2] = (True, False)
    return scores, positive


@given(scored_rows())
def test_areas_equal_scikit_learn(rows: tuple[np.ndarray, np.ndarray]) -> None:
    scores, positive = rows
    ranking = Ranking.of(scores, positive)
    assert ranking.auc == pytest.approx(roc_auc_score(positive, scores), abs=1e-12)
    assert ranking.average_precision == pytest.approx(average_precision_score(positive, scores), abs=1e-12)


@given(scored_rows(both_classes=False))
def test_one_class_has_no_area(rows: tuple[np.ndarray, np.ndarray]) -> None:
    scores, positive = rows
    positive[:] = positive[0]
    ranking = Ranking.of(scores, positive)
    assert math.isnan(ranking.auc)
    assert ranking.auc_interval().low is None
    assert ranking.auc_interval().why == "only one class is present"
    assert ranking.average_precision_interval().low is None
    assert ranking.positives + ranking.negatives == len(scores)


def test_no_rows() -> None:
    ranking = Ranking.of(np.empty(0, np.float32), np.empty(0, bool))
    assert (ranking.positives, ranking.negatives, len(ranking.scores)) == (0, 0, 0)
    assert math.isnan(ranking.auc)


def delong_by_pairs(scores: np.ndarray, positive: np.ndarray) -> float:
    """DeLong's standard error from the whole matrix of pairs, as in the paper."""
    above, below = scores[positive], scores[~positive]
    wins = (above[:, None] > below) + 0.5 * (above[:, None] == below)
    of_positive, of_negative = wins.mean(axis=1), wins.mean(axis=0)
    return math.sqrt(of_positive.var(ddof=1) / len(above) + of_negative.var(ddof=1) / len(below))


@given(scored_rows())
def test_delong_equals_the_matrix_of_pairs(rows: tuple[np.ndarray, np.ndarray]) -> None:
    scores, positive = rows
    ranking = Ranking.of(scores, positive)
    if min(ranking.positives, ranking.negatives) < 2:
        assert math.isnan(ranking.auc_standard_error())
        return
    expected = delong_by_pairs(scores, positive)
    assert ranking.auc_standard_error() == pytest.approx(expected, abs=1e-12)
    interval = ranking.auc_interval()
    if expected > 1e-9:
        assert interval.low == pytest.approx(max(0, ranking.auc - Z95 * expected))
        assert interval.high == pytest.approx(min(1, ranking.auc + Z95 * expected))


@pytest.mark.parametrize("ties", [False, True])
def test_average_precision_error_equals_the_weighted_derivative(ties: bool) -> None:
    generator = np.random.default_rng(3)
    positive = generator.random(80) < 0.3
    scores = generator.normal(size=80) + positive
    if ties:
        scores = np.round(scores, 0)
    interval = Ranking.of(scores, positive).average_precision_interval()
    value = average_precision_score(positive, scores)
    assert interval.low is not None
    assert interval.high is not None
    half = (math.log(interval.high / (1 - interval.high)) - math.log(interval.low / (1 - interval.low))) / 2
    expected = standard_error(lambda weights: average_precision_score(positive, scores, sample_weight=weights), 80)
    assert half * value * (1 - value) / Z95 == pytest.approx(expected, rel=1e-4)


def test_a_perfect_ranking_has_an_area_but_no_interval() -> None:
    ranking = Ranking.of(np.array([0.1, 0.2, 0.8, 0.9]), np.array([False, False, True, True]))
    assert ranking.auc == ranking.average_precision == 1
    assert ranking.auc_interval().low is None
    assert "no width" in ranking.auc_interval().why


@given(scored_rows(), npst.arrays(np.float64, 5, elements=SCORES))
def test_counts_at_a_threshold_are_the_rows_that_reach_it(
    rows: tuple[np.ndarray, np.ndarray], thresholds: np.ndarray
) -> None:
    scores, positive = rows
    true_positive, false_positive = Ranking.of(scores, positive).counts_at(thresholds)
    for at, threshold in enumerate(thresholds):
        called = scores >= float(threshold)
        assert true_positive[at] == np.sum(called & positive)
        assert false_positive[at] == np.sum(called & ~positive)


@settings(max_examples=50)
@given(scored_rows())
def test_influences_average_to_nothing_and_give_delongs_error(rows: tuple[np.ndarray, np.ndarray]) -> None:
    scores, positive = rows
    area, influence = auc_influence(scores, positive)
    n, n_positive = len(scores), int(positive.sum())
    assert area == pytest.approx(roc_auc_score(positive, scores), abs=1e-12)
    assert influence.mean() == pytest.approx(0, abs=1e-9)
    if min(n_positive, n - n_positive) >= 2:
        above, below = influence[positive] * n_positive / n, influence[~positive] * (n - n_positive) / n
        by_class = above.var(ddof=1) / n_positive + below.var(ddof=1) / (n - n_positive)
        assert math.sqrt(by_class) == pytest.approx(delong_by_pairs(scores, positive), abs=1e-9)


def test_points_lie_on_scikit_learns_curves() -> None:
    generator = np.random.default_rng(0)
    positive = generator.random(500) < 0.4
    scores = np.round(generator.normal(size=500) + positive, 1)
    ranking = Ranking.of(scores, positive)
    fall_out, recall, _ = roc_curve(positive, scores, drop_intermediate=False)
    np.testing.assert_allclose(ranking.false_positive / ranking.negatives, fall_out[1:])
    np.testing.assert_allclose(ranking.true_positive / ranking.positives, recall[1:])
    precision, _, _ = precision_recall_curve(positive, scores)
    np.testing.assert_allclose(ranking.precision(), precision[:-1][::-1])
