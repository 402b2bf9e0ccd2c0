"""One design of coalitions and one factorisation, shared by all rows: Kernel SHAP and LIME as matrix products."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Masks = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """Which columns are kept together, and how much each such coalition counts.

    Attributes
    ----------
    keep
        (s, p) True where the row's own cell is kept.
    weights
        (s,) weight of each coalition.
    is_exact
        Whether every coalition is there, so that the result is no estimate.
    """

    keep: Masks
    weights: Floats
    is_exact: bool


def shapley_design(p: int, n_samples: int, seed: int) -> Design:
    """Return the coalitions of Kernel SHAP for p columns, at most ``n_samples``.

    Sizes from the outside in are listed completely as long as they fit, a coalition always with its complement; the
    rest is drawn by size with the weight that is left, in pairs too (as in shap's KernelExplainer).
    """
    if p == 1:
        return Design(np.zeros((0, 1), dtype=bool), np.zeros(0), True)
    if p <= 30 and 2**p - 2 <= n_samples:
        return _all_coalitions(p)
    sizes = np.arange(1, (p - 1) // 2 + 1 + (p % 2 == 0))
    mass = (p - 1) / (sizes * (p - sizes)) * np.where(2 * sizes == p, 1, 2)
    mass = mass / mass.sum()
    listed, weights, used = _listed(p, sizes, mass, n_samples)
    left, budget = sizes[used:], n_samples - len(listed)
    if not len(left) or budget < 2:
        return Design(listed, weights / weights.sum(), not len(left))
    drawn, counts = _drawn(p, left, mass[used:] / mass[used:].sum(), budget, seed)
    keep = np.concatenate([listed, drawn])
    return Design(keep, np.concatenate([weights, counts / counts.sum() * mass[used:].sum()]), False)


def _all_coalitions(p: int) -> Design:
    codes = np.arange(1, 2**p - 1)
    keep = (codes[:, None] >> np.arange(p)) & 1 == 1
    sizes = keep.sum(axis=1)
    per_size = np.array([0.0, *[(p - 1) / (math.comb(p, s) * s * (p - s)) for s in range(1, p)]])
    weights = per_size[sizes]
    return Design(keep, weights / weights.sum(), True)


def _listed(p: int, sizes: npt.NDArray[np.intp], mass: Floats, n_samples: int) -> tuple[Masks, Floats, int]:
    """List every coalition of the outermost sizes that fit; return them, their weights, and how many sizes."""
    blocks: list[Masks] = [np.zeros((0, p), dtype=bool)]
    weights: list[Floats] = [np.zeros(0)]
    room, used = n_samples, 0
    for size, share in zip(sizes.tolist(), mass.tolist(), strict=True):
        paired = 2 * size != p
        count = math.comb(p, size) * (2 if paired else 1)
        if count > room:
            break
        block = np.zeros((math.comb(p, size), p), dtype=bool)
        members = np.array(list(combinations(range(p), size)))
        block[np.arange(len(block))[:, None], members] = True
        blocks += [block, ~block] if paired else [block]
        weights.append(np.full(count, share / count))
        room -= count
        used += 1
    return np.concatenate(blocks), np.concatenate(weights), used


def _drawn(p: int, sizes: npt.NDArray[np.intp], mass: Floats, budget: int, seed: int) -> tuple[Masks, Floats]:
    """Draw coalitions with their complements; equal ones are one with a higher count."""
    generator = np.random.default_rng(seed)
    half = budget // 2
    drawn_sizes = generator.choice(sizes, size=half, p=mass)
    ranks = generator.random((half, p)).argsort(axis=1).argsort(axis=1)
    keep = ranks < drawn_sizes[:, None]
    keep = np.concatenate([keep, ~keep])
    distinct, counts = np.unique(keep, axis=0, return_counts=True)
    return distinct, counts.astype(np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class ShapleySolver:
    """The weighted least squares of Kernel SHAP, factorised once; attributions sum to the output difference."""

    from_outputs: Floats
    from_difference: Floats

    def solve(self, outputs: Floats, whole: Floats, empty: Floats) -> Floats:
        """Return (c, p) Shapley values from outputs (c, s), whole rows' outputs (c,) and the baseline's (c,)."""
        moved = outputs - empty[:, None]
        return np.asarray(moved @ self.from_outputs.T + (whole - empty)[:, None] * self.from_difference)


def shapley_solver(design: Design) -> ShapleySolver:
    """Factorise the design: minimise the weighted squares under the constraint that the values sum up."""
    p = design.keep.shape[1]
    if p == 1:
        return ShapleySolver(np.zeros((1, 0)), np.ones(1))
    z = design.keep.astype(np.float64)
    weighted = z.T * design.weights
    inverse = np.linalg.pinv(weighted @ z, hermitian=True)
    unconstrained = inverse @ weighted
    share = inverse.sum(axis=1) / inverse.sum()
    return ShapleySolver(unconstrained - np.outer(share, unconstrained.sum(axis=0)), share)


#: LIME as in captum: similarity falls with the cosine distance between kept cells and all cells.
KERNEL_WIDTH = 1.0
RIDGE = 1.0


def lime_design(p: int, n_samples: int, seed: int) -> Design:
    """Return masks that keep each cell with probability one half, weighted by similarity with the whole row."""
    keep = np.random.default_rng(seed).random((n_samples, p)) < 0.5
    distance = 1 - np.sqrt(keep.sum(axis=1) / p)
    return Design(keep, np.exp(-(distance**2) / (2 * KERNEL_WIDTH**2)), False)


def lime_matrix(design: Design) -> Floats:
    """Return (p, s) what turns outputs into the coefficients of a weighted ridge regression with an intercept."""
    z, weights = design.keep.astype(np.float64), design.weights
    centred = z - np.average(z, axis=0, weights=weights)
    weighted = centred.T * weights
    coefficients = np.linalg.solve(weighted @ centred + RIDGE * np.eye(z.shape[1]), weighted)
    # Subtracting the weighted mean of the outputs is part of the matrix.
    return np.asarray(coefficients - np.outer(coefficients.sum(axis=1), weights / weights.sum()))
