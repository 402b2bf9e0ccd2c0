"""Tables for the slice search benchmarks, and the floor: one exhaustive counting pass in numpy."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.slice_search.coded import CodedColumn, Merging

#: Codes per column of the table that resembles the Adult census: 14 columns, 130 one-hot columns.
ADULT_LIKE = (10, 9, 10, 16, 10, 7, 15, 6, 5, 2, 10, 10, 10, 10)

#: Rows of one piece of the floor's counting pass; its codes stay in the cache.
PIECE = 32_768


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """A table to search: (n, d) codes, number of codes of each column, (n,) values."""

    codes: npt.NDArray[np.uint8]
    lengths: tuple[int, ...]
    values: npt.NDArray[np.float64]

    def columns(self, merging: Merging = "none") -> list[CodedColumn]:
        """Return the columns as the search takes them, each contiguous."""
        return [
            CodedColumn(f"column {position}", np.ascontiguousarray(codes), length, usable, merging, length)
            for position, (codes, length) in enumerate(zip(self.codes.T, self.lengths, strict=True))
            for usable in [np.ones(length, dtype=bool)]
        ]

    @property
    def encoded_bytes(self) -> int:
        """Size of the encoded table."""
        return self.codes.nbytes


def adult_like(n: int, seed: int = 0) -> Shape:
    """Return ``n`` x 14 skewed columns and a 0/1 error with planted slices of one, two and three predicates."""
    rng = np.random.default_rng(seed)
    codes = np.empty((n, len(ADULT_LIKE)), dtype=np.uint8, order="F")
    for position, length in enumerate(ADULT_LIKE):
        weights = 1 / np.arange(1, length + 1) ** 0.5
        codes[:, position] = rng.choice(length, size=n, p=weights / weights.sum())
    chance = np.full(n, 0.08)
    chance[codes[:, 3] == 5] = 0.2
    chance[(codes[:, 1] == 2) & (codes[:, 7] == 1)] = 0.45
    chance[(codes[:, 0] == 1) & (codes[:, 5] == 0) & (codes[:, 9] == 1)] = 0.6
    return Shape(codes, ADULT_LIKE, (rng.random(n) < chance).astype(np.float64))


def wide(n: int = 1_000_000, d: int = 50, seed: int = 0) -> Shape:
    """Return ``n`` x ``d`` uniform columns of 10 codes and a skewed real-valued loss with planted slices."""
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 10, size=(d, n), dtype=np.uint8).T
    scale = np.full(n, 0.3)
    scale[codes[:, 4] == 7] = 0.5
    scale[(codes[:, 10] == 1) & (codes[:, 20] == 2)] = 2.5
    scale[(codes[:, 30] == 3) & (codes[:, 31] == 4) & (codes[:, 40] == 5)] = 8.0
    return Shape(codes, (10,) * d, rng.exponential(scale))


def merged(n: int = 300_000, seed: int = 0) -> Shape:
    """Return ``n`` x 15 ordered columns of 10 to 20 codes and a 0/1 error with planted intervals."""
    rng = np.random.default_rng(seed)
    lengths = tuple(int(length) for length in rng.integers(10, 21, size=15))
    codes = np.stack([rng.integers(0, length, size=n) for length in lengths]).astype(np.uint8).T
    chance = np.full(n, 0.08)
    chance[(codes[:, 0] >= 3) & (codes[:, 0] <= 6)] = 0.14
    chance[(codes[:, 2] >= 5) & (codes[:, 2] <= 8) & (codes[:, 5] <= 3)] = 0.4
    chance[(codes[:, 7] >= 8) & (codes[:, 9] <= 5) & (codes[:, 11] >= 2) & (codes[:, 11] <= 6)] = 0.35
    return Shape(codes, lengths, (rng.random(n) < chance).astype(np.float64))


def noise(shape: Shape, seed: int = 0) -> Shape:
    """Return the table with its values shuffled: nothing to find."""
    return Shape(shape.codes, shape.lengths, np.random.default_rng(seed).permutation(shape.values))


def exhaustive_counts(shape: Shape, width: int = 3) -> list[npt.NDArray[np.int64]]:
    """Return the row counts of all cells of every ``width`` columns: the floor, in plain numpy, in cached pieces."""
    tuples = list(combinations(range(len(shape.lengths)), width))
    lengths = shape.lengths
    counts = [np.zeros(int(np.prod([lengths[column] for column in columns])), dtype=np.int64) for columns in tuples]
    for begin in range(0, len(shape.values), PIECE):
        piece = np.ascontiguousarray(shape.codes[begin : begin + PIECE].T).astype(np.intp)
        start: tuple[int, ...] = ()
        for columns, count in zip(tuples, counts, strict=True):
            if columns[:-1] != start:
                start, packed = columns[:-1], piece[columns[0]]
                for column in start[1:]:
                    packed = packed * lengths[column] + piece[column]
            count += np.bincount(packed * lengths[columns[-1]] + piece[columns[-1]], minlength=len(count))
    return counts
