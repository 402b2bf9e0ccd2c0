"""The model's answer when some cells of a row are replaced by the baseline's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from mldebug_widgets.analyzers.attribution.explained import Explained
from mldebug_widgets.analyzers.attribution.pieces import PieceSize, at_once

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation

Floats = npt.NDArray[np.float64]
Positions = npt.NDArray[np.intp]
Keep = npt.NDArray[np.bool_]

#: Rows whose masks are made at once.
BLOCK_ROWS = 65_536


class Reader(Protocol):
    """Answers for rows in which cells are masked."""

    def __call__(self, at: Positions, keep: Keep, baseline: int) -> npt.NDArray[Any]:
        """Return the raw outputs of the rows ``at`` (r,) where ``keep`` (r, p) is False as in baseline ``baseline``."""
        ...


class Masked:
    """The explained output of m rows with cells replaced by the baseline's, averaged over the baselines.

    Attributes
    ----------
    m, p, n_baselines
        Rows, columns, baselines.
    size
        Rows that the model answers for at once.
    """

    def __init__(self, read: Reader, explained: Explained, p: int, n_baselines: int, size: PieceSize) -> None:
        self._read = read
        self._explained = explained
        self.m = len(explained.target)
        self.p = p
        self.n_baselines = n_baselines
        self.size = size

    def paired(self, at: Positions, keep: Keep) -> Floats:
        """Return (r,) the outputs of the rows ``at``, each with its own cells kept."""
        means = np.empty(len(at))

        def write(start: int, stop: int) -> None:
            some, kept = at[start:stop], keep[start:stop]
            total = np.zeros(len(some))
            for baseline in range(self.n_baselines):
                total += self._explained.of(self._read(some, kept, baseline), self._explained.target[some])
            means[start:stop] = total / self.n_baselines

        at_once(len(at), self.size, write)
        return means

    def product(self, start: int, stop: int, keep: Keep, out: Floats) -> Iterator[float]:
        """Fill ``out`` (stop - start, s) with the outputs of these rows under each of the s masks, piece by piece."""
        rows = np.arange(start, stop)
        first = 0
        while first < len(keep):
            some = keep[first : first + max(1, self.size.rows // (len(rows) * self.n_baselines))]
            outputs = self.paired(np.repeat(rows, len(some)), np.tile(some, (len(rows), 1)))
            out[:, first : first + len(some)] = outputs.reshape(len(rows), -1)
            first += len(some)
            yield first / len(keep)

    def whole(self) -> Floats:
        """Return (m,) the outputs of the rows as they are."""
        return self._with(keep=True)

    def empty(self) -> Floats:
        """Return (m,) the output of the baseline, for each row's target."""
        return self._with(keep=False)

    def _with(self, *, keep: bool) -> Floats:
        outputs = np.empty(self.m)
        for start in range(0, self.m, BLOCK_ROWS):
            at = np.arange(start, min(start + BLOCK_ROWS, self.m))
            outputs[at] = self.paired(at, np.full((len(at), self.p), keep))
        return outputs


def masked_frames(ev: Evaluation, rows: pd.DataFrame, baselines: pd.DataFrame) -> Reader:
    """Return a reader that edits raw cells, each column in its own dtype, and asks the model for the frame."""
    make = _plain_maker(rows, baselines) or _column_maker(rows, baselines)

    def read(at: Positions, keep: Keep, baseline: int) -> npt.NDArray[Any]:
        return ev.model.raw(make(at, keep, baseline))

    return read


Maker = Callable[[Positions, Keep, int], pd.DataFrame]


def _plain_maker(rows: pd.DataFrame, baselines: pd.DataFrame) -> Maker | None:
    """Mask a table of one plain kind of number as one array."""
    dtypes = set(rows.dtypes) | set(baselines.dtypes)
    if len(dtypes) != 1 or getattr(next(iter(dtypes)), "kind", "O") not in "iuf":
        return None
    if not isinstance(next(iter(dtypes)), np.dtype):
        return None
    values, bases = rows.to_numpy(), baselines.to_numpy()

    def make(at: Positions, keep: Keep, baseline: int) -> pd.DataFrame:
        return pd.DataFrame(np.where(keep, values[at], bases[baseline]), columns=rows.columns, copy=False)

    return make


def _column_maker(rows: pd.DataFrame, baselines: pd.DataFrame) -> Maker:
    columns = [
        pd.concat([rows.iloc[:, at], baselines.iloc[:, at]], ignore_index=True).array for at in range(rows.shape[1])
    ]

    def make(at: Positions, keep: Keep, baseline: int) -> pd.DataFrame:
        parts = {
            position: column.take(np.where(keep[:, position], at, len(rows) + baseline))
            for position, column in enumerate(columns)
        }
        frame = pd.DataFrame(parts, copy=False)
        frame.columns = rows.columns
        return frame

    return make
