"""Scores of one class sorted once: everything that depends only on the order of the rows comes from here."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.metrics.intervals import Interval, logit_interval, no_interval, normal_interval

Float64s = npt.NDArray[np.float64]
Counts = npt.NDArray[np.signedinteger[Any]]
Positions = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Ranking:
    """Rows grouped by equal score, highest first.

    Attributes
    ----------
    scores
        (g,) distinct scores, highest first.
    true_positive, false_positive
        (g,) positive and negative rows whose score is at least ``scores``.
    """

    scores: npt.NDArray[Any]
    true_positive: Counts
    false_positive: Counts

    @classmethod
    def of(cls, scores: npt.NDArray[Any], positive: npt.NDArray[np.bool_]) -> Ranking:
        """Sort finite ``scores`` (n,); ``positive`` (n,) says which rows are of the class."""
        order, last_of_tie = _highest_first(scores)
        narrow: type[np.signedinteger[Any]] = np.int32 if len(scores) < 2**31 else np.int64
        true_positive: Counts = np.cumsum(positive[order], dtype=narrow)[last_of_tie]
        false_positive: Counts = last_of_tie.astype(narrow)
        false_positive += 1
        false_positive -= true_positive
        return cls(scores[order[last_of_tie]], true_positive, false_positive)

    @property
    def positives(self) -> int:
        """Rows of the class."""
        return int(self.true_positive[-1]) if len(self.true_positive) else 0

    @property
    def negatives(self) -> int:
        """Rows of any other class."""
        return int(self.false_positive[-1]) if len(self.false_positive) else 0

    @cached_property
    def _positive_in_tie(self) -> Counts:
        return np.diff(self.true_positive, prepend=0)

    @cached_property
    def _negative_in_tie(self) -> Counts:
        return np.diff(self.false_positive, prepend=0)

    @cached_property
    def auc(self) -> float:
        """Area under the ROC curve, a tie counting one half. NaN when a class is absent."""
        if not self.positives or not self.negatives:
            return math.nan
        # Whole numbers and halves: float64 holds these sums exactly up to 100 million rows.
        above = self.true_positive - 0.5 * self._positive_in_tie
        return float(np.dot(self._negative_in_tie.astype(np.float64), above)) / (self.positives * self.negatives)

    def auc_standard_error(self) -> float:
        """Return DeLong's standard error of ``auc``.

        Method of DeLong, DeLong and Clarke-Pearson (1988), from the tie groups instead of the pairs of rows
        (as Sun and Xu, 2014). NaN with fewer than two rows of a class.
        """
        positives, negatives = self.positives, self.negatives
        if positives < 2 or negatives < 2:
            return math.nan
        of_positive, of_negative = self.placements()
        spread_positive = _weighted_square(of_positive, self.auc, self._positive_in_tie) / (positives - 1)
        spread_negative = _weighted_square(of_negative, self.auc, self._negative_in_tie) / (negatives - 1)
        return math.sqrt(spread_positive / positives + spread_negative / negatives)

    def placements(self) -> tuple[Float64s, Float64s]:
        """Return (g,) per group: the share of negatives below a positive there, and of positives above a negative."""
        below = self._negative_in_tie.astype(np.float64)
        below *= 0.5
        below += self.negatives
        below -= self.false_positive
        below /= self.negatives
        above = self._positive_in_tie.astype(np.float64)
        above *= -0.5
        above += self.true_positive
        above /= self.positives
        return below, above

    def auc_interval(self) -> Interval:
        """Return DeLong's interval of ``auc``."""
        if not self.positives or not self.negatives:
            return no_interval("only one class is present")
        return normal_interval(self.auc, self.auc_standard_error(), "DeLong", lowest=0.0, highest=1.0)

    @cached_property
    def average_precision(self) -> float:
        """Mean over positive rows of the precision at their score. NaN when no row is positive."""
        if not self.positives:
            return math.nan
        return float(np.dot(self._positive_in_tie.astype(np.float64), self.precision())) / self.positives

    def average_precision_interval(self) -> Interval:
        """Return the interval of ``average_precision``, symmetric in log odds (Boyd, Eng and Page, 2013).

        The standard error is the delta method's: the spread of the influence of each row on the value.
        """
        if not self.positives or not self.negatives:
            return no_interval("only one class is present")
        precision = self.precision()
        # A row lifts, or dilutes, the precision at every positive row that scores no higher than it does.
        lifted = self._positive_in_tie / (self.true_positive + self.false_positive)
        diluted = lifted * precision
        np.cumsum(lifted[::-1], out=lifted[::-1])
        np.cumsum(diluted[::-1], out=diluted[::-1])
        of_positive = precision
        of_positive += lifted
        of_positive -= diluted
        spread = _weighted_square(of_positive, self.average_precision, self._positive_in_tie)
        spread += _weighted_square(diluted, 0.0, self._negative_in_tie)
        return logit_interval(self.average_precision, math.sqrt(spread) / self.positives, "delta method")

    def precision(self) -> Float64s:
        """Return (g,) the share of positives among rows that score at least ``scores``."""
        return self.true_positive / (self.true_positive + self.false_positive)

    def counts_at(self, thresholds: Float64s) -> tuple[Counts, Counts]:
        """Return true and false positives when rows with score >= threshold are called positive.

        Thresholds are compared in the precision of the scores, as numpy compares an array with a Python number.
        """
        lowest_first = self.scores[::-1]
        below = np.searchsorted(lowest_first, thresholds.astype(self.scores.dtype), side="left")
        called = len(self.scores) - below
        return _count_before(self.true_positive, called), _count_before(self.false_positive, called)


def _weighted_square(values: Float64s, centre: float, weights: Counts) -> float:
    """Return the sum of ``weights * (values - centre) ** 2``; overwrites ``values``, which may be long."""
    values -= centre
    values *= values
    return float(np.dot(values, weights.astype(np.float64)))


def _count_before(cumulative: Counts, groups: npt.NDArray[np.intp]) -> Counts:
    return np.concatenate(([0], cumulative))[groups]


def _highest_first(scores: npt.NDArray[Any]) -> tuple[Positions, Positions]:
    """Return the order of ``scores``, highest first, and where in it each run of equal scores ends."""
    order = np.argsort(scores)[::-1]
    ordered = scores[order]
    ends = np.empty(len(scores), dtype=np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=ends[:-1])
    ends[-1:] = True
    return order, np.flatnonzero(ends)


def auc_influence(scores: npt.NDArray[Any], positive: npt.NDArray[np.bool_]) -> tuple[float, Float64s]:
    """Return the AUC and (n,) how far each row moves it, times n.

    The variance of the influence over n is the square of DeLong's standard error; summing influences over classes
    before taking the variance gives that of an average AUC. Both classes must be present.
    """
    ranking = Ranking.of(scores, positive)
    of_positive, of_negative = ranking.placements()
    order, last_of_tie = _highest_first(scores)
    group = np.empty(len(scores), dtype=np.int32)
    group[order] = np.repeat(np.arange(len(last_of_tie), dtype=np.int32), np.diff(last_of_tie, prepend=-1))
    n = len(scores)
    influence = np.where(
        positive,
        (of_positive - ranking.auc)[group] * (n / ranking.positives),
        (of_negative - ranking.auc)[group] * (n / ranking.negatives),
    )
    return ranking.auc, influence
