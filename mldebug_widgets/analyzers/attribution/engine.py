"""Attributions of some rows by one method: what ``mld.attributions`` and its checks both run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch

from mldebug_widgets.analyzers.attribution.deeplift import deeplift
from mldebug_widgets.analyzers.attribution.explained import Explained
from mldebug_widgets.analyzers.attribution.gradients import Gradients, Path, quadrature, random_path, zeros_for
from mldebug_widgets.analyzers.attribution.leaves import Batch, Net, Tensors
from mldebug_widgets.analyzers.attribution.masked_tensors import masked_tensors
from mldebug_widgets.analyzers.attribution.masking import Masked, masked_frames
from mldebug_widgets.analyzers.attribution.methods import Method
from mldebug_widgets.analyzers.attribution.missing import Jumps, missing_values
from mldebug_widgets.analyzers.attribution.perturbation import (
    feature_ablation,
    kernel_shap,
    lime,
    shapley_value_sampling,
)
from mldebug_widgets.analyzers.attribution.pieces import PieceSize, at_once

if TYPE_CHECKING:
    from torch import nn

    from mldebug_widgets.evaluation.evaluation import Evaluation

Floats = npt.NDArray[np.float64]

#: Rows whose inputs are made at once.
BLOCK_ROWS = 8_192
_PIECE_VALUES = 262_144  # input values per model call: a megabyte stays in the cache
_PREDICTED_ROWS = 8_192


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """What is computed: rows of cells, what is explained of them, from which baselines, and how.

    ``frame`` (m, p) and ``baselines`` (b, p) hold raw cells; ``owners`` (D,) says for every value that the model reads
    which raw column it came from (-1: from none), or None where they are the raw columns themselves.
    """

    frame: pd.DataFrame
    baselines: pd.DataFrame
    explained: Explained
    method: Method
    owners: npt.NDArray[np.intp] | None
    n_steps: int
    n_samples: int
    seed: int


class Found:
    """What the work fills: values (m, p), the rows' outputs (m,) and the baseline's for each row's target (m,).

    ``jumps`` (m,) says which rows hold values, or lack those of a baseline, to which no gradient leads.
    """

    def __init__(self, task: Task) -> None:
        m = len(task.frame)
        self.jumps: npt.NDArray[np.bool_] = np.zeros(m, dtype=bool)
        self.values: Floats = np.zeros((m, task.frame.shape[1]))
        self.whole: Floats = np.full(m, np.nan)
        self.empty: Floats = np.full(m, np.nan)


def work(ev: Evaluation, task: Task, found: Found, module: nn.Module | None = None) -> Iterator[float]:
    """Fill ``found`` in pieces, yielding the share done; to be advanced inside ``running()`` only.

    ``module`` is called instead of the user's own: a copy with other weights.
    """
    if task.method.gradients:
        return _follow(ev, task, found, module)
    return _perturb(ev, task, found, module)


def masked_model(ev: Evaluation, task: Task, module: nn.Module | None = None) -> Masked:
    """Return what answers for the task's rows with masked cells."""
    net = net_of(ev, module) if ev.model.family == "torch" else None
    read = masked_tensors(ev, net, task.frame, task.baselines) or masked_frames(ev, task.frame, task.baselines)
    return Masked(read, task.explained, task.frame.shape[1], len(task.baselines), PieceSize(_PREDICTED_ROWS))


def _perturb(ev: Evaluation, task: Task, found: Found, module: nn.Module | None) -> Iterator[float]:
    masked = masked_model(ev, task, module)
    found.whole[:] = masked.whole()
    found.empty[:] = masked.empty()
    name = task.method.name
    if name == "feature_ablation":
        yield from feature_ablation(masked, found.whole, found.values)
    elif name == "kernel_shap":
        yield from kernel_shap(masked, found.whole, found.empty, found.values, n_samples=task.n_samples, seed=task.seed)
    elif name == "lime":
        yield from lime(masked, found.values, n_samples=task.n_samples, seed=task.seed)
    else:
        yield from shapley_value_sampling(masked, found.values, n_samples=task.n_samples, seed=task.seed)


def read_batch(ev: Evaluation, net: Net, frame: pd.DataFrame) -> Batch:
    """Return the rows of ``frame`` as the model reads them."""
    assert ev.model.opened is not None
    return net.batch(ev.model.opened.inputs_of(frame, np.arange(len(frame))))


def net_of(ev: Evaluation, module: nn.Module | None = None) -> Net:
    """Return the model, or ``module`` in its place, as something that is called on tensors."""
    assert ev.model.opened is not None
    own = module or ev.model.module
    assert own is not None
    return Net(own, ev.model.opened.inputs_of(ev.X.iloc[:1], np.arange(1)))


def _follow(ev: Evaluation, task: Task, found: Found, module: nn.Module | None) -> Iterator[float]:
    net = net_of(ev, module)
    base = read_batch(ev, net, task.baselines)
    width = sum(leaf[0].numel() for leaf in base.leaves)
    size = PieceSize(int(np.clip(_PIECE_VALUES // max(width, 1), 512, 8_192)))
    m = len(task.frame)
    path = _path_of(task, m)
    for start in range(0, m, BLOCK_ROWS):
        stop = min(start + BLOCK_ROWS, m)
        batch = read_batch(ev, net, task.frame.iloc[start:stop])
        target = task.explained.target[start:stop]
        explained = Explained(task.explained.rule, target, task.explained.unit)
        found.whole[start:stop] = _outputs(net, batch, explained, size)
        found.empty[start:stop] = _baseline_outputs(net, base, explained, size)
        out = zeros_for(batch)
        part = None if path is None else path.rows(start, stop)
        for fraction in _gradients(task, net, batch, base, explained, size, part, out):
            yield (start + fraction * (stop - start)) / m
        found.values[start:stop] = to_columns(out, task.owners, task.frame.shape[1])
        for _ in _jumps(task, net, batch, base, explained, size, found, start):
            yield stop / m
    found.values[np.isnan(found.whole)] = np.nan


def _jumps(
    task: Task, net: Net, batch: Batch, base: Batch, explained: Explained, size: PieceSize, found: Found, start: int
) -> Iterator[float]:
    """Add what cells that rows or baselines lack do to the answer, and mark the rows where that is so."""
    stop = start + len(batch)
    absent, lacking = missing_values(net, batch), missing_values(net, base)
    if not task.method.uses_baseline:
        found.jumps[start:stop] = absent.any(axis=1)
        return
    found.jumps[start:stop] = np.where(absent, ~lacking.all(axis=0), lacking.any(axis=0)).any(axis=1)
    if found.jumps[start:stop].any():
        owners = np.arange(task.frame.shape[1]) if task.owners is None else task.owners
        jumps = Jumps(net, explained, size, owners, task.frame.shape[1])
        yield from jumps.add(batch, base, absent, lacking, found.values[start:stop])


def _path_of(task: Task, m: int) -> Path | None:
    if task.method.name == "integrated_gradients":
        return quadrature(task.n_steps)
    if task.method.name == "gradient_shap":
        return random_path(m, task.n_samples, len(task.baselines), task.seed)
    return None


def _gradients(
    task: Task, net: Net, batch: Batch, base: Batch, explained: Explained, size: PieceSize, path: Path | None,
    out: Tensors,
) -> Iterator[float]:  # fmt: skip
    if task.method.name == "deeplift":
        yield from _averaged(base, out, lambda one: deeplift(net, batch, one, explained, size, out))
    elif path is None:
        yield from Gradients(net, batch, base, explained, size).at_rows(
            out, times_input=task.method.name == "input_x_gradient"
        )
    elif path.chosen is not None:
        yield from Gradients(net, batch, base, explained, size).along(path, out)
    else:
        yield from _averaged(base, out, lambda one: Gradients(net, batch, one, explained, size).along(path, out))


def _averaged(base: Batch, out: Tensors, add: Callable[[Batch], Iterator[float]]) -> Iterator[float]:
    """Add up what ``add`` gives for every baseline, and divide by their number."""
    for at in range(len(base)):
        for fraction in add(base.rows(at, at + 1)):
            yield (at + fraction) / len(base)
    for one in out:
        one /= len(base)


def _outputs(net: Net, batch: Batch, explained: Explained, size: PieceSize) -> Floats:
    """Return (c,) the explained output of the rows."""
    outputs = np.empty(len(batch))
    target = torch.from_numpy(explained.target).to(batch.parts[0].device)

    def write(start: int, stop: int) -> None:
        with torch.no_grad():
            raw = net.call(batch.rows(start, stop).parts)
            outputs[start:stop] = explained.of_tensor(raw, target[start:stop]).double().cpu().numpy()

    at_once(len(batch), size, write)
    return outputs


def _baseline_outputs(net: Net, base: Batch, explained: Explained, size: PieceSize) -> Floats:
    """Return (c,) the mean output over the baselines, for each row's target."""
    targets, where = np.unique(explained.target, return_inverse=True)
    means = [
        _outputs(net, base, replace(explained, target=np.full(len(base), target)), size).mean() for target in targets
    ]
    return np.asarray(means)[where]


def to_columns(out: Tensors, owners: npt.NDArray[np.intp] | None, p: int) -> Floats:
    """Return (c, p) the attributions of what the model reads, summed back to the raw columns they came from."""
    flat = torch.cat([one.reshape(len(one), -1).double() for one in out], dim=1).cpu().numpy()
    if owners is None:
        return np.asarray(flat)
    values = np.zeros((len(flat), p))
    known = owners >= 0
    np.add.at(values.T, owners[known], flat.T[known])
    return values
