"""Cells that reach the model as NaN: no gradient leads there, so their part is how far the answer jumps.

The path from a baseline to a row is taken in three parts: what the row lacks goes missing, the cells that both hold
move on a straight line, and what the baseline lacked comes back. On the line, what is missing stays missing, and the
gradient methods say which part each cell has in it; the first and the last part are jumps of the answer. Several cells
share a jump by their Shapley values, estimated from each going alone and each staying alone: exact for up to three
cells, and for any number of which no more than two act together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from mldebug_widgets.analyzers.attribution.coalitions import shapley_design, shapley_solver
from mldebug_widgets.analyzers.attribution.explained import Explained
from mldebug_widgets.analyzers.attribution.leaves import Batch, Net
from mldebug_widgets.analyzers.attribution.pieces import PieceSize, chunks, parts

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Positions = npt.NDArray[np.intp]


def missing_values(net: Net, batch: Batch) -> Bools:
    """Return (c, D) which values of the batch's leaves are missing: NaN in what the module is given."""
    leaves = enumerate(batch.leaves)
    flat = [leaf.isnan() if at < len(net.floating) else torch.zeros_like(leaf, dtype=torch.bool) for at, leaf in leaves]
    return np.asarray(torch.cat([one.reshape(len(one), -1) for one in flat], dim=1).cpu().numpy())


@dataclass(frozen=True, slots=True, eq=False)
class Jumps:
    """How far the answer jumps where cells go missing.

    Attributes
    ----------
    net, explained, size
        The module, what is explained of its answer, and how many rows it answers for at once.
    owners
        (D,) the raw column of every value in the leaves, -1 = none.
    p
        Raw columns.
    """

    net: Net
    explained: Explained
    size: PieceSize
    owners: Positions
    p: int

    def add(self, batch: Batch, base: Batch, absent: Bools, lacking: Bools, out: Floats) -> Iterator[float]:
        """Add to ``out`` (c, p) the jumps between rows and baselines, averaged over the baselines.

        ``absent`` (c, D) and ``lacking`` (b, D) say which of their values are missing.
        """
        for at, lacks in enumerate(lacking):
            yield from self._of_baseline(batch, base, at, absent & ~lacks, out)
            yield from self._of_rows(batch, len(base), lacks & ~absent, out)

    def _of_baseline(self, batch: Batch, base: Batch, at: int, lost: Bools, out: Floats) -> Iterator[float]:
        """Add what happens when the baseline loses what the rows lack: once for all rows that lack the same."""
        rows = np.flatnonzero(lost.any(axis=1))
        target = self.explained.target[rows]
        keys = np.column_stack([np.packbits(lost[rows], axis=1), target])
        _, first, where = np.unique(keys, axis=0, return_index=True, return_inverse=True)
        found = np.zeros((len(first), self.p))
        yield from self._going(base, np.full(len(first), at), lost[rows][first], target[first], found)
        out[rows] += found[where.reshape(-1)] / len(base)

    def _of_rows(self, batch: Batch, n_baselines: int, lost: Bools, out: Floats) -> Iterator[float]:
        """Add what happens when the rows get back what the baseline lacked."""
        rows = np.flatnonzero(lost.any(axis=1))
        found = np.zeros((len(rows), self.p))
        yield from self._going(batch, rows, lost[rows], self.explained.target[rows], found)
        out[rows] -= found / n_baselines

    def _going(self, source: Batch, at: Positions, lost: Bools, target: Positions, out: Floats) -> Iterator[float]:
        """Write (c, p) the parts of the columns when the rows ``at`` of ``source`` lose the values ``lost`` (c, D)."""
        columns = np.zeros((len(at), self.p), dtype=bool)
        owned = self.owners >= 0
        np.logical_or.at(columns.T, self.owners[owned], lost.T[owned])
        counts = columns.sum(axis=1)
        for k in np.unique(counts[counts > 0]).tolist():
            rows = np.flatnonzero(counts == k)
            which = np.nonzero(columns[rows])[1].reshape(-1, k)
            yield from self._sharing(source, at[rows], lost[rows], target[rows], which, rows, out)

    def _sharing(
        self, source: Batch, at: Positions, lost: Bools, target: Positions, which: Positions, into: Positions,
        out: Floats,
    ) -> Iterator[float]:  # fmt: skip
        """Write the parts of the k columns ``which`` (r, k) that each of the rows ``at`` loses."""
        k = which.shape[1]
        design = shapley_design(k, 2 * k, 0)
        solver = shapley_solver(design)
        gone = np.concatenate([np.zeros((1, k), bool), np.ones((1, k), bool), design.keep])

        def write(start: int, stop: int) -> None:
            some = which[start:stop]
            without = np.zeros((len(some), len(gone), self.p), dtype=bool)
            np.put_along_axis(without, np.repeat(some[:, None], len(gone), axis=1), gone[None], axis=2)
            values = without[:, :, self.owners] & (self.owners >= 0) & lost[start:stop, None]
            outputs = np.empty(values.shape[:2])
            for part in parts(len(gone), len(some), self.size):
                outputs[:, part] = self._outputs(source, at[start:stop], values[:, part], target[start:stop])
            shares = solver.solve(outputs[:, 2:], outputs[:, 1], outputs[:, 0])
            out[into[start:stop, None], some] = shares

        return chunks(len(which), len(gone), self.size, write)

    def _outputs(self, source: Batch, at: Positions, lost: Bools, target: Positions) -> Floats:
        """Return (r, s) the explained outputs of the rows ``at`` (r,) of ``source`` without the values (r, s, D)."""
        r, s, _ = lost.shape
        device = source.parts[0].device
        rows = torch.from_numpy(np.repeat(at, s)).to(device)
        widths = np.cumsum([leaf[0].numel() for leaf in source.leaves])[:-1]
        masks = [torch.from_numpy(one).to(device) for one in np.split(lost.reshape(r * s, -1), widths, axis=1)]
        leaves = [
            leaf[rows].masked_fill(mask.reshape(r * s, *leaf.shape[1:]), torch.nan)
            for leaf, mask in zip(source.leaves, masks, strict=True)
        ]
        targets = torch.from_numpy(np.repeat(target, s)).to(device)
        with torch.no_grad():
            raw = self.net.call_on([part[rows] for part in source.parts], leaves)
            return self.explained.of_tensor(raw, targets).double().cpu().numpy().reshape(r, s)
