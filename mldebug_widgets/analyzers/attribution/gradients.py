"""Gradient methods: one sum of outputs per piece instead of one gradient per row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from mldebug_widgets.analyzers.attribution.explained import Explained
from mldebug_widgets.analyzers.attribution.leaves import Batch, Net, Tensors
from mldebug_widgets.analyzers.attribution.linear_start import linear_start
from mldebug_widgets.analyzers.attribution.pieces import PieceSize, chunks, is_out_of_memory, parts
from mldebug_widgets.errors import MldValueError, shown

_MOST_POINTS = 5_000


Call = Callable[[Tensors, Tensors], torch.Tensor]


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """Points between a baseline and a row.

    ``alphas`` (s,) for all rows alike, or (m, s) for each row its own; ``weights`` (s,); ``chosen`` (m, s) which
    baseline each point starts from, or None where there is one.
    """

    alphas: torch.Tensor
    weights: torch.Tensor
    chosen: torch.Tensor | None = None

    def rows(self, start: int, stop: int) -> Path:
        """Return the path of rows start to stop."""
        alphas = self.alphas if self.alphas.ndim == 1 else self.alphas[start:stop]
        return Path(alphas, self.weights, None if self.chosen is None else self.chosen[start:stop])


def quadrature(n_steps: int) -> Path:
    """Return the points and weights of Gauss-Legendre quadrature from 0 to 1, as in captum.

    numpy's way to them takes a time cubic in their number, scipy's a quadratic one; more than 5,000 points are shared
    out over equal parts of the path.
    """
    from scipy.special import roots_legendre

    n_parts = -(-n_steps // _MOST_POINTS)
    rules = {n: roots_legendre(n) for n in {n_steps // n_parts, -(-n_steps // n_parts)}}
    sizes = [(at + 1) * n_steps // n_parts - at * n_steps // n_parts for at in range(n_parts)]
    points = np.concatenate([(at + (rules[size][0] + 1) / 2) / n_parts for at, size in enumerate(sizes)])
    weights = np.concatenate([rules[size][1] / (2 * n_parts) for size in sizes])
    return Path(torch.from_numpy(points), torch.from_numpy(weights))


def random_path(n_rows: int, n_samples: int, n_baselines: int, seed: int) -> Path:
    """Return the points of GradientShap (Lundberg and Lee, 2017), drawn in the order in which captum draws them."""
    generator = np.random.RandomState(seed)
    chosen = generator.choice(n_baselines, n_rows * n_samples).reshape(n_rows, n_samples)
    alphas = torch.from_numpy(generator.uniform(0.0, 1.0, n_rows * n_samples).reshape(n_rows, n_samples))
    weights = torch.full((n_samples,), 1 / n_samples, dtype=torch.float64)
    return Path(alphas, weights, torch.from_numpy(chosen) if n_baselines > 1 else None)


class Gradients:
    """Follows the explained output of some rows back to what the model reads.

    Parameters
    ----------
    net
        The module and how it is called.
    batch, baseline
        (m, ...) the rows and (b, ...) the baselines, as the module reads them.
    explained
        What is explained; its targets belong to the rows.
    size
        Rows evaluated at once.
    """

    def __init__(self, net: Net, batch: Batch, baseline: Batch, explained: Explained, size: PieceSize) -> None:
        self.net = net
        self.batch = batch
        self.baseline = baseline
        self.explained = explained
        self.size = size
        device = batch.parts[0].device
        self.target = torch.from_numpy(explained.target).to(device)
        self.start = linear_start(net, batch.leaves[0]) if len(batch.leaves) == 1 else None
        both = enumerate(zip(batch.leaves, baseline.leaves, strict=True))
        self.lacks = [at < len(net.floating) and any(bool(end.isnan().any()) for end in ends) for at, ends in both]

    def along(self, path: Path, out: Tensors) -> Iterator[float]:
        """Add the path's mean gradient times (row - baseline) to ``out``, one (m, ...) tensor per leaf.

        A value that row or baseline lacks is NaN all along the path, and gets nothing: see ``missing.py``.
        """
        steps = path.alphas.shape[-1]
        return chunks(len(self.batch), steps, self.size, lambda start, stop: self._add_path(path, start, stop, out))

    def at_rows(self, out: Tensors, *, times_input: bool) -> Iterator[float]:
        """Write the gradient at the rows themselves, times the input or as absolute value (saliency)."""

        def write(start: int, stop: int) -> None:
            rows = self.batch.rows(start, stop)
            gradients = self._gradients(self.net.call_on, rows.parts, rows.leaves, self.target[start:stop])
            for at, (leaf, gradient) in enumerate(zip(rows.leaves, gradients, strict=True)):
                out[at][start:stop] = self._times(at, gradient, leaf) if times_input else gradient.abs()

        return chunks(len(self.batch), 1, self.size, write)

    def _add_path(self, path: Path, start: int, stop: int, out: Tensors) -> None:
        rows = self.batch.rows(start, stop)
        ends = self._ends(rows)
        # From one baseline, the difference to it is the same at every point: it is multiplied once, at the end.
        sums = [torch.zeros_like(leaf) for leaf in (ends[0] if path.chosen is None else rows.leaves)]
        for part in parts(path.alphas.shape[-1], stop - start, self.size):
            self._add_points(path, rows, ends, start, stop, part, sums)
        if path.chosen is None:
            differences = [leaf - base for leaf, base in zip(rows.leaves, self.baseline.leaves, strict=True)]
            sums = [self._times(at, *both) for at, both in enumerate(zip(self._back(sums), differences, strict=True))]
        for at, total in enumerate(sums):
            out[at][start:stop] += total

    def _times(self, at: int, gradient: torch.Tensor, difference: torch.Tensor) -> torch.Tensor:
        """Return the product for leaf ``at``; a missing value, which has no difference, has no part in it."""
        product = gradient * difference
        return product.masked_fill(difference.isnan(), 0) if self.lacks[at] else product

    def _ends(self, rows: Batch) -> tuple[Tensors, Tensors]:
        """Return rows and baselines as the points between them are computed: after a linear start, or as they are."""
        if self.start is None:
            return rows.leaves, self.baseline.leaves
        return [self.start.hidden(rows.leaves[0])], [self.start.hidden(self.baseline.leaves[0])]

    def _back(self, gradients: Tensors) -> Tensors:
        return gradients if self.start is None else [self.start.back(gradients[0])]

    def _add_points(
        self, path: Path, rows: Batch, ends: tuple[Tensors, Tensors], start: int, stop: int, part: slice, sums: Tensors
    ) -> None:
        c, s = stop - start, part.stop - part.start
        alphas = path.alphas[part, None] if path.alphas.ndim == 1 else path.alphas[start:stop, part].T
        chosen = None if path.chosen is None else path.chosen[start:stop, part].T
        points = []
        for leaf, base in zip(*ends, strict=True):
            point = torch.lerp(base if chosen is None else base[chosen], leaf, _like(alphas, leaf))
            points.append(point.reshape(s * c, *leaf.shape[1:]))
        gradients = self._at_points(self.net.repeated(rows.parts, s), points, self.target[start:stop].repeat(s))
        weights = path.weights[part]
        if chosen is None:
            for total, gradient in zip(sums, gradients, strict=True):
                total += torch.tensordot(weights.to(total), gradient.reshape(s, c, *total.shape[1:]), dims=1)
            return
        for at, gradient in enumerate(self._back(gradients)):
            leaf, base = rows.leaves[at], self.baseline.leaves[at]
            spread = self._times(at, gradient.reshape(s, c, *leaf.shape[1:]), leaf - base[chosen])
            sums[at] += torch.tensordot(weights.to(leaf), spread, dims=1)

    def _at_points(self, inputs: Tensors, points: Tensors, target: torch.Tensor) -> Tensors:
        if self.start is None:
            return self._gradients(self.net.call_on_own, inputs, points, target)
        return self._gradients(self.start.rest.call_on_own, points, points, target)

    def reached(self) -> bool:
        """Tell whether a gradient arrives at any of the leaves."""
        return any(
            one is not None
            for one in self._found(self.net.call_on, self.batch.parts, self.batch.leaves, self.target)[1]
        )

    def _gradients(self, call: Call, inputs: Tensors, leaves: Tensors, target: torch.Tensor) -> Tensors:
        leaves, found = self._found(call, inputs, leaves, target)
        return [torch.zeros_like(leaf) if one is None else one for leaf, one in zip(leaves, found, strict=True)]

    def _found(
        self, call: Call, inputs: Tensors, leaves: Tensors, target: torch.Tensor
    ) -> tuple[Tensors, Sequence[torch.Tensor | None]]:
        leaves = [leaf.detach().requires_grad_() for leaf in leaves]
        with torch.enable_grad():
            explained = self.explained.of_tensor(call(inputs, leaves), target)
            # Rows do not mix in evaluation mode, so that the gradient of the sum is each row's own.
            try:
                return leaves, torch.autograd.grad(explained.sum(), leaves, allow_unused=True)
            except Exception as error:
                if is_out_of_memory(error):
                    raise
                raise MldValueError(
                    "MLD-O85", "method",
                    f"following the model's gradients fails with {type(error).__name__}: {shown(str(error), 200)}",
                    "a model whose output hangs on its inputs by operations with gradients",
                    'Pass method="kernel_shap", which only asks the model.',
                ) from error  # fmt: skip


def _like(values: torch.Tensor, leaf: torch.Tensor) -> torch.Tensor:
    """Return ``values`` (s, c) or (s, 1) in the leaf's dtype, ready to be multiplied with (s, c, ...)."""
    return values.to(leaf).reshape(*values.shape, *[1] * (leaf.ndim - 1))


def zeros_for(batch: Batch) -> Tensors:
    """Return zeros in the shape of the leaves."""
    return [torch.zeros_like(leaf) for leaf in batch.leaves]
