"""Tables of which it is known where the errors are: nowhere in particular, or in one planted slice.

The benchmark asks for the rates over many seeds, the tests over a few.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

import mldebug_widgets as mld
from mldebug_widgets.evaluation.evaluation import Evaluation

Mask = npt.NDArray[np.bool_]

NOISE_ROWS = 20_000
NOISE_ERROR = 0.1

#: With 100,000 rows and one error in five, a slice of 0.5% has 250 rows in the confirmation half. Twice the errors
#: there are 7.9 standard errors, and about 6 are needed after correcting for 10^7 to 10^8 candidates.
PLANTED_ROWS = 100_000
PLANTED_ERROR = 0.2

#: How much of the slice found and of the slice planted together must be both. Planted edges lie anywhere, bins hold a
#: tenth of the rows unless an error shows in one column alone, so a slice of two conditions may be off by half a bin.
SMALLEST_OVERLAP = 0.5


@dataclass(frozen=True, slots=True)
class Rate:
    """``hits`` of ``runs``, and the overlap (Jaccard) of the hits in the middle, where that is asked."""

    hits: int
    runs: int
    overlap: float = float("nan")

    @property
    def share(self) -> float:
        return self.hits / self.runs


def noise_rate(seeds: Iterable[int], n: int = NOISE_ROWS) -> Rate:
    """Return in how many runs any slice is confirmed although errors fall on all rows alike."""
    found = [any(entry.confirmed for entry in mld.find_slices(noise(seed, n), seed=seed)) for seed in seeds]
    return Rate(sum(found), len(found))


def planted_rate(seeds: Iterable[int], n: int = PLANTED_ROWS) -> Rate:
    """Return in how many runs the planted slice is among the first three, and confirmed."""
    overlaps = [planted_overlap(seed, n) for seed in seeds]
    hits = [overlap for overlap in overlaps if overlap >= SMALLEST_OVERLAP]
    return Rate(len(hits), len(overlaps), float(np.median(hits)) if hits else float("nan"))


def planted_overlap(seed: int, n: int = PLANTED_ROWS) -> float:
    """Return the overlap of the planted slice with the most similar confirmed one among the first three."""
    ev, inside = planted(seed, n)
    best = 0.0
    for entry in mld.find_slices(ev, seed=seed)[:3]:
        if entry.confirmed:
            both = int(np.count_nonzero(inside[entry.rows]))
            best = max(best, both / (entry.size + int(inside.sum()) - both))
    return best


def noise(seed: int, n: int = NOISE_ROWS) -> Evaluation:
    """Return an Evaluation whose errors have nothing to do with any column."""
    rng = np.random.default_rng(seed)
    return _evaluation(table(rng, n), rng.random(n) < NOISE_ERROR, rng)


def planted(seed: int, n: int = PLANTED_ROWS) -> tuple[Evaluation, Mask]:
    """Return an Evaluation with one slice that is wrong 2 to 3 times as often, and which rows it has.

    The slice has one to three conditions on columns drawn at random and 0.5% to 5% of the rows; its edges need not be
    those of any bin.
    """
    rng = np.random.default_rng(10_000 + seed)
    frame = table(rng, n)
    inside = _planted_rows(frame, rng)
    chance = np.where(inside, rng.uniform(2, 3) * PLANTED_ERROR, PLANTED_ERROR)
    return _evaluation(frame, rng.random(n) < chance, rng), inside


def table(rng: np.random.Generator, n: int) -> pd.DataFrame:
    """Return twelve independent columns of several kinds."""
    frame = pd.DataFrame({f"number {at}": rng.normal(size=n).round(4) for at in range(4)})
    frame["skewed"] = rng.exponential(10, n).round(3)
    frame["count"] = rng.poisson(4, n)
    frame["month"] = rng.integers(1, 13, n)
    frame["flag"] = rng.random(n) < 0.4
    for size in (4, 9, 15, 30):
        shares = rng.dirichlet(np.full(size, 2.0))
        names = np.array([f"{chr(97 + code % 26)}{code}" for code in range(size)])
        frame[f"kind of {size}"] = pd.Categorical(names[rng.choice(size, n, p=shares)])
    return frame


def _evaluation(frame: pd.DataFrame, wrong: Mask, rng: np.random.Generator) -> Evaluation:
    truth = rng.random(len(frame)) < 0.5
    return mld.evaluate(None, (frame, truth.astype(int)), predictions=np.where(truth ^ wrong, 0.8, 0.2))


def _planted_rows(frame: pd.DataFrame, rng: np.random.Generator) -> Mask:
    """Draw conditions until they take 0.5% to 5% of the rows."""
    while True:
        n_conditions = int(rng.integers(1, 4))
        share = float(np.exp(rng.uniform(np.log(0.005), np.log(0.05)))) ** (1 / n_conditions)
        chosen = rng.choice(frame.columns, n_conditions, replace=False)
        inside = np.logical_and.reduce([_condition(frame[name], share, rng) for name in chosen])
        if 0.005 <= inside.mean() <= 0.05:
            return np.asarray(inside)


def _condition(column: pd.Series, share: float, rng: np.random.Generator) -> Mask:
    """Return rows of an interval or of some categories that hold about ``share`` of all rows."""
    if column.dtype == bool:
        return column.to_numpy() == (rng.random() < 0.5)
    if column.dtype == "category":
        order = rng.permutation(np.asarray(column.cat.categories))
        counts = column.value_counts()[order].cumsum() / len(column)
        return np.asarray(column.isin(order[: max(1, int(np.searchsorted(counts, share)))]))
    start = rng.uniform(0, 1 - share)
    low, high = np.quantile(column, [start, start + share])
    return np.asarray((column >= low) & (column <= high))
