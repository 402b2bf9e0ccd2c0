"""Methods that only ask the model: any model will do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from mldebug_widgets.analyzers.attribution.coalitions import lime_design, lime_matrix, shapley_design, shapley_solver
from mldebug_widgets.analyzers.attribution.masking import Keep, Masked
from mldebug_widgets.analyzers.attribution.pieces import chunks

Floats = npt.NDArray[np.float64]


def feature_ablation(masked: Masked, whole: Floats, out: Floats) -> Iterator[float]:
    """Write how much the output falls when one column's cell is replaced by the baseline's."""

    def write(rows: slice, outputs: Floats) -> None:
        out[rows] = whole[rows, None] - outputs

    return _over_rows(masked, ~np.eye(masked.p, dtype=bool), write)


def kernel_shap(
    masked: Masked, whole: Floats, empty: Floats, out: Floats, *, n_samples: int, seed: int
) -> Iterator[float]:
    """Write Kernel SHAP values (Lundberg and Lee, 2017); with few columns all coalitions, so exact Shapley values."""
    design = shapley_design(masked.p, n_samples, seed)
    solver = shapley_solver(design)

    def write(rows: slice, outputs: Floats) -> None:
        out[rows] = solver.solve(outputs, whole[rows], empty[rows])

    return _over_rows(masked, design.keep, write)


def lime(masked: Masked, out: Floats, *, n_samples: int, seed: int) -> Iterator[float]:
    """Write LIME's coefficients (Ribeiro et al., 2016): a weighted ridge regression on which cells are kept."""
    design = lime_design(masked.p, n_samples, seed)
    matrix = lime_matrix(design)

    def write(rows: slice, outputs: Floats) -> None:
        out[rows] = outputs @ matrix.T

    return _over_rows(masked, design.keep, write)


def _over_rows(masked: Masked, keep: Keep, write: Callable[[slice, Floats], None]) -> Iterator[float]:
    """Hand the outputs of some rows under all masks to ``write``, until all rows are done."""
    start = 0
    while start < masked.m:
        stop = min(masked.m, start + max(1, masked.size.rows // max(len(keep) * masked.n_baselines, 1)))
        outputs = np.empty((stop - start, len(keep)))
        for share in masked.product(start, stop, keep, outputs):
            yield (start + share * (stop - start)) / masked.m
        write(slice(start, stop), outputs)
        start = stop


def shapley_value_sampling(masked: Masked, out: Floats, *, n_samples: int, seed: int) -> Iterator[float]:
    """Write captum's Shapley values by sampling of permutations (Strumbelj and Kononenko, 2010).

    captum sees which cells are kept, as ones and zeros, so that any column can be explained.
    """
    from captum.attr import ShapleyValueSampling

    def answer(kept: torch.Tensor, at: torch.Tensor) -> torch.Tensor:
        return torch.from_numpy(masked.paired(at.numpy(), kept.numpy() > 0.5))

    sampler: Any = ShapleyValueSampling(answer)
    generator = torch.Generator().manual_seed(seed)
    orders = [torch.randperm(masked.p, generator=generator).tolist() for _ in range(n_samples)]

    def sweep(order: list[int]) -> Iterator[float]:
        sampler.permutation_generator = lambda _columns, _samples: iter([order])

        def write(start: int, stop: int) -> None:
            kept = torch.ones(stop - start, masked.p)
            values = sampler.attribute(kept, 0, n_samples=1, additional_forward_args=(torch.arange(start, stop),))
            out[start:stop] += values.numpy() / n_samples

        return chunks(masked.m, masked.p * masked.n_baselines, masked.size, write)

    for done, order in enumerate(orders):
        for fraction in sweep(order):
            yield (done + fraction) / n_samples
