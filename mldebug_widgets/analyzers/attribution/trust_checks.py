"""How far attributions of a table can be believed: each check is computed with the model, not taken on trust."""

from __future__ import annotations

import copy
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch

from mldebug_widgets.analyzers.attribution.engine import Found, Task, masked_model, work
from mldebug_widgets.analyzers.attribution.pieces import is_out_of_memory
from mldebug_widgets.analyzers.attribution.trust_lines import line_of
from mldebug_widgets.analyzers.trust import TrustLine, unchecked

if TYPE_CHECKING:
    from torch import nn

    from mldebug_widgets.evaluation.evaluation import Evaluation

Floats = npt.NDArray[np.float64]

#: Rows that are checked at most, and rows that the model may evaluate for it.
CHECKED_ROWS = 20
BUDGET = 100_000
_MASKS = 32
_NOISE = 0.02
_NOISE_DRAWS = 3
_ORDERS = 10
_CUTS = 20
_COPIES = 3
_FEWEST_RANKED = 3


@dataclass(frozen=True, slots=True, eq=False)
class Checked:
    """The rows that are checked: their task and what was found for them."""

    task: Task
    values: Floats
    whole: Floats
    empty: Floats


Check = Generator[float, None, list[TrustLine]]
"""Yields the share done; its return value are the lines."""


def trust_checks(ev: Evaluation, task: Task, found: Found, per_row: int, lines: list[TrustLine]) -> Iterator[float]:
    """Add the lines of all checks to ``lines``, yielding the share done; to be advanced in ``running()`` only.

    ``per_row`` is how many rows the model evaluates for the attributions of one.
    """
    lines += [sums_up(task, found)]
    some = _some_rows(task, found, per_row)
    if some is None:
        lines += [unchecked(name, "the model's answers are NaN") for name in _OTHERS]
    else:
        checks = (infidelity, max_sensitivity, deletion_and_insertion, randomisation)
        for done, check in enumerate(checks):
            lines += yield from _scaled(check(ev, some), done, len(checks))


_OTHERS = ("infidelity", "max_sensitivity", "deletion", "insertion", "randomisation")


def _scaled(check: Check, done: int, of: int) -> Check:
    while True:
        try:
            fraction = next(check)
        except StopIteration as end:
            lines: list[TrustLine] = end.value
            return lines
        yield (done + fraction) / of


def _some_rows(task: Task, found: Found, per_row: int) -> Checked | None:
    known = np.flatnonzero(np.isfinite(found.values).all(axis=1) & np.isfinite(found.whole))
    if not known.size:
        return None
    most = int(np.clip(BUDGET // (per_row * (1 + _NOISE_DRAWS + _COPIES)), 2, CHECKED_ROWS))
    if known.size > most:
        known = np.sort(np.random.default_rng(task.seed).choice(known, most, replace=False))
    explained = replace(task.explained, target=task.explained.target[known])
    some = replace(task, frame=task.frame.iloc[known], explained=explained)
    return Checked(some, found.values[known], found.whole[known], found.empty[known])


def sums_up(task: Task, found: Found) -> TrustLine:
    """Return how much the attributions' sums miss, as a share of the output differences, over all rows."""
    if not task.method.completeness:
        return unchecked("convergence_delta", f"{task.method.label} does not promise it", applies=False)
    moved = found.whole - found.empty
    missed = np.abs(found.values.sum(axis=1) - moved)
    if not np.isfinite(missed).any():
        return unchecked("convergence_delta", "the model's answers are NaN")
    total = float(np.nanmean(np.abs(moved)))
    if total == 0:
        return unchecked("convergence_delta", "the answer is the baseline's in every row", applies=False)
    return line_of("convergence_delta", float(np.nanmean(missed)) / total)


def infidelity(ev: Evaluation, some: Checked) -> Check:
    """Return the share of the change that the attributions do not predict when random columns are replaced.

    The infidelity of Yeh et al. (2019) for random subsets set to the baseline, over the mean square of the change.
    """
    method = some.task.method
    if not method.uses_baseline:
        return [unchecked("infidelity", f"{method.label} is not in units of the answer", applies=False)]
    masked = masked_model(ev, some.task)
    generator = np.random.default_rng(some.task.seed)
    m, p = some.values.shape
    keep = generator.random((_MASKS, m, p)) < 0.5
    missed, moved = 0.0, 0.0
    for done, mask in enumerate(keep):
        change = some.whole - masked.paired(np.arange(m), mask)
        missed += float(np.sum(((some.values * ~mask).sum(axis=1) - change) ** 2))
        moved += float(np.sum(change**2))
        yield (done + 1) / _MASKS
    if moved == 0:
        return [unchecked("infidelity", "replacing columns does not move the answer", applies=False)]
    return [line_of("infidelity", missed / moved)]


def max_sensitivity(ev: Evaluation, some: Checked) -> Check:
    """Return how far the attributions move, of their size, when numbers move by 2% of their standard deviation.

    The max-sensitivity of Yeh et al. (2019), the largest of some draws for each row, averaged over the rows.
    """
    spreads = _spreads(ev)
    if not spreads:
        return [unchecked("max_sensitivity", "no column holds numbers that can move a little", applies=False)]
    generator = np.random.default_rng(some.task.seed)
    still = Found(some.task)
    yield from (0.0 for _ in work(ev, some.task, still))  # again, because what is drawn hangs on the number of rows
    size = np.linalg.norm(still.values, axis=1)
    largest = np.zeros(len(size))
    for draw in range(_NOISE_DRAWS):
        noisy = replace(some.task, frame=_moved(some.task.frame, spreads, generator))
        found = Found(noisy)
        for fraction in work(ev, noisy, found):
            yield (draw + fraction) / _NOISE_DRAWS
        largest = np.fmax(largest, np.linalg.norm(found.values - still.values, axis=1))
    known = size > 0
    if not known.any():
        return [unchecked("max_sensitivity", "all attributions are 0", applies=False)]
    return [line_of("max_sensitivity", float(np.mean(largest[known] / size[known])))]


def _spreads(ev: Evaluation) -> dict[int, float]:
    """Return the standard deviation of every column of floats, by position."""
    spreads = {}
    for feature in ev.features:
        dtype = ev.X.dtypes.iloc[feature.position]
        if feature.kind == "numeric" and pd.api.types.is_float_dtype(dtype):
            spread = float(ev.X.iloc[:, feature.position].std())
            if np.isfinite(spread) and spread > 0:
                spreads[feature.position] = spread
    return spreads


def _moved(frame: pd.DataFrame, spreads: dict[int, float], generator: np.random.Generator) -> pd.DataFrame:
    moved = frame.copy()
    for position, spread in spreads.items():
        column = frame.iloc[:, position]
        noise = generator.uniform(-_NOISE, _NOISE, len(frame)) * spread
        moved.isetitem(position, (column + noise).astype(column.dtype).array)
    return moved


def deletion_and_insertion(ev: Evaluation, some: Checked) -> Check:
    """Return how much more the answer moves in the order of the attributions than in random orders.

    Columns are replaced by the baseline's (deletion) or restored (insertion), the largest attributions first, after
    Petsiuk et al. (2018).
    """
    m, p = some.values.shape
    names = ("deletion", "insertion")
    if p < _FEWEST_RANKED:
        return [unchecked(name, f"{p} columns are too few to order", applies=False) for name in names]
    masked = masked_model(ev, some.task)
    generator = np.random.default_rng(some.task.seed)
    cuts = np.unique(np.linspace(1, p - 1, min(_CUTS, p - 1)).round().astype(int))
    orders = [np.argsort(-np.abs(some.values), axis=1, kind="stable")]
    orders += [generator.random((m, p)).argsort(axis=1) for _ in range(_ORDERS)]
    areas = np.zeros((2, len(orders)))
    for done, order in enumerate(orders):
        first = order.argsort(axis=1)[:, None, :] < cuts[:, None]
        at = np.repeat(np.arange(m), len(cuts))
        for which, keep in enumerate((~first, first)):
            outputs = masked.paired(at, keep.reshape(-1, p)).reshape(m, -1)
            start = (some.whole, some.empty)[which]
            areas[which, done] = np.abs(outputs - start[:, None]).mean()
        yield (done + 1) / len(orders)
    random = areas[:, 1:].mean(axis=1)
    return [
        line_of(name, float(area / other))
        if other > 0
        else unchecked(name, "replacing columns does not move the answer", applies=False)
        for name, area, other in zip(names, areas[:, 0], random, strict=True)
    ]


def randomisation(ev: Evaluation, some: Checked) -> Check:
    """Return the rank correlation with copies whose last layers are random (Adebayo et al., 2018)."""
    module = ev.model.module
    used = np.abs(some.values).max(axis=0) > 0
    if ev.model.family != "torch" or module is None:
        return [unchecked("randomisation", "the model has no weights that can be randomised", applies=False)]
    if used.sum() < _FEWEST_RANKED:
        return [unchecked("randomisation", "too few columns to rank", applies=False)]
    generator = torch.Generator().manual_seed(some.task.seed)
    total = 0.0
    for draw in range(_COPIES):
        try:
            other = randomised_copy(module, generator)
        except Exception as error:
            if is_out_of_memory(error):
                raise
            return [unchecked("randomisation", f"the model cannot be copied ({type(error).__name__})")]
        if other is None:
            return [unchecked("randomisation", "the model has no weights that can be randomised", applies=False)]
        found = Found(some.task)
        for fraction in work(ev, some.task, found, other):
            yield (draw + fraction) / _COPIES
        total += rank_correlation(some.values[:, used], found.values[:, used])
    return [line_of("randomisation", total / _COPIES)]


def randomised_copy(module: nn.Module, generator: torch.Generator) -> nn.Module | None:
    """Return a copy whose last half of weights is random noise of the same size; None without weights."""
    other = copy.deepcopy(module).eval()
    weights = [one for one in other.parameters() if one.is_floating_point() and one.ndim >= 2]
    if not weights:
        return None
    for weight in weights[len(weights) // 2 :]:
        size = float(weight.detach().double().square().mean().sqrt())
        noise = torch.randn(weight.shape, generator=generator) * size
        weight.data.copy_(noise.to(weight))
    return other


def rank_correlation(left: Floats, right: Floats) -> float:
    """Return Spearman's correlation row by row, averaged; a row of equal values counts as 0."""
    from scipy.stats import rankdata

    ranks = [rankdata(values, axis=1) for values in (left, right)]
    centred: list[Any] = [rank - rank.mean(axis=1, keepdims=True) for rank in ranks]
    scale = np.sqrt((centred[0] ** 2).sum(axis=1) * (centred[1] ** 2).sum(axis=1))
    products = (centred[0] * centred[1]).sum(axis=1)
    return float(np.mean(np.divide(products, scale, out=np.zeros_like(products), where=scale > 0)))
