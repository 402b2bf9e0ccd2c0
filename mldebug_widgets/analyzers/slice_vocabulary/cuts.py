"""Where to cut an ordered column: at quantiles, and where the metric changes. And what a cut is called."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Positions = npt.NDArray[np.intp]

#: The finest bins that are looked at for a change of the metric, and how many such cuts there may be.
FINE_BINS = 256
MOST_TREE_CUTS = 5
#: A cut must explain this many times what a cut through noise explains on average.
LEAST_GAIN = 12.0
#: Of the values, what each side of a cut where the metric changes must hold at least.
LEAST_SHARE = 0.005
#: A cut may be moved past 1 in so many values to be a rounder number.
ROOM = 200


@dataclass(frozen=True, slots=True)
class Cut:
    """A place between two neighbouring values: ``value`` (of the column's own dtype) is the last one below it.

    ``literal`` is how it stands in a query, ``word`` how it stands in a label.
    """

    value: Any
    literal: str
    word: str


class Scale(Protocol):
    """How cuts are placed and written on one kind of values."""

    def between(self, low: Any, high: Any) -> Cut:
        """Return the shortest cut ``c`` with ``low <= c < high``."""


class WholeNumbers:
    """Integers of any size."""

    def between(self, low: Any, high: Any) -> Cut:
        """Return the roundest integer from ``low`` up to but not ``high``."""
        number = roundest(int(low), int(high))
        return Cut(low.dtype.type(number), str(number), str(number))


def roundest(low: int, high: int, steps: Iterable[int] | None = None) -> int:
    """Return a multiple of the first of ``steps`` (descending) that has one, the most central of them.

    The steps are 10, 5 and 1 times the powers of ten, if they are not given.
    """
    digits = range(len(str(high - low)), 0, -1)
    for step in steps or (part for power in digits for part in (10**power, 10**power // 2)):
        first, last = -(-low // step), (high - 1) // step
        if first <= last:
            return min(max((low + high) // (2 * step), first), last) * step
    return (low + high - 1) // 2


class RealNumbers:
    """Floating point numbers, each read back in its own precision."""

    def between(self, low: Any, high: Any) -> Cut:
        """Return the number of fewest digits from ``low`` up to but not ``high``."""
        first, last = float(low), float(high)
        if first <= 0 < last:
            return Cut(low.dtype.type(0), "0", "0")
        for number in _round_numbers(first, last):
            stored = low.dtype.type(number)
            if low <= stored < high:
                return Cut(stored, _digits(number), _digits(number))
        return Cut(low, repr(first), _digits(first))


def _round_numbers(low: float, high: float) -> Iterator[float]:
    """Yield numbers between two numbers, those with the fewest digits first."""
    width = high - low
    if not 0 < width < np.inf:
        return
    coarsest = max(-1 - math.floor(math.log10(width)), -307)
    for decimals in range(coarsest, coarsest + 4):
        for part in (1.0, 0.5):
            step = part * 10.0**-decimals
            if not 0 < step < np.inf:
                continue
            first, last = math.ceil(low / step), math.ceil(high / step) - 1
            if first <= last:
                yield round(min(max(round((low + high) / 2 / step), first), last) * step, decimals + 1)


def _digits(number: float) -> str:
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)


def place_cuts(
    values: npt.NDArray[Any], metric: npt.NDArray[np.float64] | None, scale: Scale, bins: int, least: int
) -> tuple[Cut, ...]:
    """Cut ``values`` into quantile bins, and, given a ``metric``, also where its mean changes.

    Parameters
    ----------
    values
        (s,) present, finite values.
    metric
        (s,) what is searched, or None.
    scale
        Writes the cuts.
    bins
        Number of quantile bins.
    least
        Fewest values on each side of a cut where the metric changes.

    Returns
    -------
    tuple of Cut
        Ascending; empty when all values are equal.
    """
    if metric is None:
        ordered = np.sort(values)
        edges = quantile_edges(ordered, bins)
    else:
        order = np.argsort(values)
        ordered = values[order]
        fine = quantile_edges(ordered, FINE_BINS)
        edges = np.union1d(quantile_edges(ordered, bins), tree_edges(metric[order], fine, least))
    return tuple(
        scale.between(ordered[low], ordered[high]) for low, high in zip(*_room(edges, len(ordered)), strict=True)
    )


def _room(edges: Positions, n: int) -> tuple[Positions, Positions]:
    """Return the sorted positions between whose values each cut may lie.

    A cut may move past a few values (1 in ``ROOM``) where that makes it a rounder number, but never past more than one
    in eight of the bin there, so that a narrow bin stays the stretch that it was cut out for.
    """
    gaps = np.diff(np.concatenate(([0], edges, [n])))
    below, above = np.minimum(n // ROOM, gaps[:-1] // 8), np.minimum(n // ROOM, gaps[1:] // 8)
    return edges - 1 - np.minimum(below, gaps[:-1] - 1), edges + np.minimum(above, gaps[1:] - 1)


def quantile_edges(ordered: npt.NDArray[Any], bins: int) -> Positions:
    """Return the positions (ascending, each the first of its bin) that cut sorted values into about equal bins.

    Equal values stay together: a cut that would fall among them moves to the nearer end of their run.
    """
    n = len(ordered)
    wanted = np.arange(1, bins) * n // bins
    wanted = wanted[(wanted > 0) & (wanted < n)]
    first = np.searchsorted(ordered, ordered[wanted], "left")
    behind = np.searchsorted(ordered, ordered[wanted], "right")
    nearer = np.where((wanted - first <= behind - wanted) & (first > 0), first, behind)
    return np.unique(nearer[(nearer > 0) & (nearer < n)])


def tree_edges(metric: npt.NDArray[np.float64], edges: Positions, least: int) -> Positions:
    """Return the few of ``edges`` where the mean of ``metric`` changes most: a small regression tree, best split first.

    A split is one cut, or two around a stretch that differs from both its sides, which no single cut would show. Its
    gain is the drop of the squared error in units of the variance: about 1 per cut where there is only noise.
    """
    bounds = np.concatenate(([0], edges, [len(metric)]))
    sums = np.concatenate(([0.0], np.cumsum(metric)))[bounds]
    variance = float(np.var(metric)) if len(metric) else 0.0
    least = max(least, int(LEAST_SHARE * len(metric)), 1)
    worth = LEAST_GAIN * variance
    parts = [_best_split(bounds, sums, (0, len(bounds) - 1), least, worth)]
    chosen: list[int] = []
    while variance > 0 and len(chosen) < MOST_TREE_CUTS:
        gain, cuts, (first, last) = max(parts)
        if gain < worth:
            break
        parts.remove((gain, cuts, (first, last)))
        chosen += cuts
        ends = (first, *cuts, last)
        parts += [_best_split(bounds, sums, part, least, worth) for part in pairwise(ends)]
    return np.sort(bounds[chosen])


def _best_split(
    bounds: Positions, sums: npt.NDArray[np.float64], part: tuple[int, int], least: int, worth: float
) -> tuple[float, tuple[int, ...], tuple[int, int]]:
    """Return (gain per cut, edges, part) of the best split of the bins between the two edges of ``part``.

    A second cut must be ``worth`` as much as a first one.
    """
    first, last = part
    at, below = bounds[first : last + 1], sums[first : last + 1] - sums[first]
    n, total = at[-1] - at[0], below[-1]
    size, inside = at[None, :] - at[:, None], below[None, :] - below[:, None]
    ends = np.arange(last - first + 1)
    # What is left of the stretch, itself, and what is right of it: large enough, or not there at all.
    left, right = at - at[0], at[-1] - at
    allowed = (size >= least) & ((left == 0) | (left >= least))[:, None] & ((right == 0) | (right >= least))[None, :]
    allowed &= n - size >= least
    if not allowed.any():
        return -1.0, (), part
    apart = inside - size * (total / n)
    gains = np.where(allowed, apart**2 * (1 / np.maximum(size, 1) + 1 / np.maximum(n - size, 1)), -1.0)
    two = np.unravel_index(int(gains.argmax()), gains.shape)
    outer = gains.copy()
    outer[np.ix_(ends[1:], ends[:-1])] = -1.0
    one = np.unravel_index(int(outer.argmax()), outer.shape)
    best = two if gains[two] - outer[one] >= worth else one
    cuts = tuple(int(first + edge) for edge in best if 0 < edge < last - first)
    return float(gains[best]) / max(len(cuts), 1), cuts, part
