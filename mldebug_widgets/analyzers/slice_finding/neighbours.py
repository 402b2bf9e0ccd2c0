"""Labels against those of the most similar rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.simple_models.encoding import TableEncoder, expected_width

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation

Positions = npt.NDArray[np.intp]

#: Neighbours asked, and how many of them must agree on another label.
NEIGHBOURS = 10
AGREEING = 8

#: Rows among which neighbours are looked for, and rows looked at: in a slice, and in the whole table.
POOL_ROWS = 10_000
ASKED_ROWS = 300
COMPARED_ROWS = 1_000

#: A wider table makes neighbours meaningless and slow.
MOST_COLUMNS = 300

#: Rows asked at once: distances to the whole pool then take about 5 MB.
_BLOCK = 128


@dataclass(frozen=True, slots=True)
class Contradicted:
    """Of ``n`` rows asked, those whose label is contradicted, and how many rows with these labels would be elsewhere.

    ``error`` is the standard error of the difference.
    """

    n: int
    count: int
    expected: float
    error: float


class LabelNeighbours:
    """Finds rows whose label nearly all of their nearest neighbours contradict.

    Neighbours are looked for among at most 10,000 rows, drawn by the Evaluation's seed, by the Euclidean distance of
    imputed, scaled and one-hot encoded columns. At most 300 rows of a slice are asked, and 1,000 rows of the table.

    Parameters
    ----------
    ev
        The Evaluation.
    cancelled
        Asked between blocks of rows; there is no answer when it says True.
    """

    def __init__(self, ev: Evaluation, cancelled: Callable[[], bool] = lambda: False) -> None:
        self._ev = ev
        self._cancelled = cancelled
        self._everywhere: tuple[Positions, npt.NDArray[np.bool_] | None] | None = None
        codes = ev.class_codes
        self._codes = None if codes is None or codes.ndim != 1 else codes
        if self._codes is None or not 0 < expected_width(ev.features) <= MOST_COLUMNS:
            self._codes = None
            return
        self._pool = self._drawn(np.flatnonzero(self._codes >= 0), POOL_ROWS)
        self._encoder = TableEncoder(ev.X, ev.features, self._pool)
        if len(self._pool) <= NEIGHBOURS or not self._encoder.width:
            self._codes = None
            return
        self._matrix = self._encoder.encode(self._pool)
        self._squares = np.einsum("ij,ij->i", self._matrix, self._matrix)

    def compare(self, rows: Positions) -> Contradicted | None:
        """Return how many labels of a slice are contradicted, and how many would be elsewhere; None if unknown.

        What would be elsewhere is taken label by label: a rare class is contradicted often wherever it is.
        """
        if self._codes is None:
            return None
        if self._everywhere is None:
            drawn = self._drawn(np.flatnonzero(self._codes >= 0), COMPARED_ROWS)
            self._everywhere = drawn, self._contradicted(drawn)
        compared, contradicted_there = self._everywhere
        asked = self._drawn(rows[self._codes[rows] >= 0], ASKED_ROWS)
        contradicted = self._contradicted(asked)
        if contradicted is None or contradicted_there is None or not len(asked):
            return None
        outside = ~np.isin(compared, rows)
        own, others = self._codes[asked], self._codes[compared[outside]]
        n_classes = int(self._codes.max()) + 1
        there = np.bincount(others, minlength=n_classes)
        rates = (np.bincount(others, weights=contradicted_there[outside], minlength=n_classes) + 0.5) / (there + 1)
        expected = rates[own]
        spread = float(np.sum(expected * (1 - expected)))
        # The rates themselves are only known from some rows.
        inside = np.bincount(own, minlength=n_classes)
        spread += float(np.sum(inside**2 * rates * (1 - rates) / (there + 1)))
        return Contradicted(len(asked), int(contradicted.sum()), float(expected.sum()), spread**0.5)

    def _drawn(self, rows: Positions, most: int) -> Positions:
        if len(rows) <= most:
            return rows
        return np.sort(np.random.default_rng(self._ev.seed).choice(rows, most, replace=False))

    def _contradicted(self, rows: Positions) -> npt.NDArray[np.bool_] | None:
        """Return which rows have a label that at least 8 of 10 neighbours replace by one and the same other."""
        codes = np.asarray(self._codes)
        found = np.zeros(len(rows), dtype=bool)
        for start in range(0, len(rows), _BLOCK):
            if self._cancelled():
                return None
            block = rows[start : start + _BLOCK]
            votes = codes[self._pool[self._nearest(block)]]
            votes.sort(axis=1)
            # With 8 of 10 alike, the middle one is among them.
            leading = votes[:, NEIGHBOURS // 2]
            agree = (votes == leading[:, None]).sum(axis=1) >= AGREEING
            found[start : start + _BLOCK] = agree & (leading != codes[block])
        return found

    def _nearest(self, rows: Positions) -> Positions:
        """Return (r, 10) places in the pool of the nearest other rows."""
        points = self._encoder.encode(rows)
        distances = self._squares[None, :] - 2 * (points @ self._matrix.T)
        place = np.searchsorted(self._pool, rows)
        own = np.flatnonzero(self._pool[np.minimum(place, len(self._pool) - 1)] == rows)
        distances[own, place[own]] = np.inf
        return np.asarray(np.argpartition(distances, NEIGHBOURS, axis=1)[:, :NEIGHBOURS])
