"""Raw model outputs -> scores that mean the same for every family of models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch

from mldebug_widgets.evaluation.classes import columns_mismatch
from mldebug_widgets.evaluation.models.protocol import Adapter, Array
from mldebug_widgets.evaluation.task import Problem, Task

Link = Literal["none", "sigmoid", "softmax", "labels"]
Floats = npt.NDArray[Any]
BLOCK = 65_536  # rows per step where a whole-table temporary would double the memory
_HALF_PRECISION = 0.01  # how far probabilities that came through half precision may miss a sum of 1


@dataclass(frozen=True, slots=True, eq=False)
class ScoreRule:
    """How raw outputs become scores. Decided once on all rows, then used for every edited row too.

    ``link`` what is applied to the raw output; ``column`` the column kept of two (binary), else None;
    ``classes`` labels in column order; ``pad`` columns to add for classes the model does not know; ``hard`` True when
    outputs are labels, not probabilities; ``note`` in words.
    """

    task: Task
    link: Link
    column: int | None
    classes: Array
    pad: int
    hard: bool
    note: str

    def scores(self, raw: Array) -> Floats:
        """Return (n,) probabilities of the positive class or predictions, or (n, k) class probabilities.

        ``raw`` is used up: where the result has its shape it may be written into it.
        """
        if self.link == "labels":
            return _scores_of_labels(raw, self.classes, self.task)
        values = floats(raw)
        if self.link == "sigmoid":
            return torch.from_numpy(values).sigmoid_().numpy()
        if self.link == "softmax" and self.column is not None:
            return torch.from_numpy(binary_logit(values)).sigmoid_().numpy()
        if self.link == "softmax":
            _softmax_inplace(values)
        if self.column is not None:
            return np.ascontiguousarray(values[:, self.column])
        if self.pad:
            return np.hstack([values, np.zeros((len(values), self.pad), values.dtype)])
        return values


def decide_scores(raw: Array, problem: Problem, adapter: Adapter, frame: pd.DataFrame) -> ScoreRule:
    """Look at all raw outputs and decide how they are read as scores."""
    task, k = problem.task, len(problem.classes)
    columns = 1 if raw.ndim == 1 else raw.shape[1]

    def rule(link: Link, note: str, *, column: int | None = None, pad: int = 0, hard: bool = False) -> ScoreRule:
        return ScoreRule(task, link, column, problem.classes, pad, hard, note)

    if task == "regression":
        return rule("none", "Predictions are taken as the model returns them.")
    labels_note = "The model returns labels only: scores are 0 or 1, and the loss counts errors."
    if raw.ndim == 1 and (adapter.output == "label" or raw.dtype.kind in "OSUbiu" or task == "multiclass"):
        _check_labels(raw, problem)
        return rule("labels", labels_note, hard=True)
    if task == "multilabel" or columns == 1:
        if _within_unit(raw) and not adapter.returns_logits(frame):
            hard = bool(np.all((raw == 0) | (raw == 1) | (raw != raw)))
            return rule("none", labels_note if hard else "Outputs lie in 0..1: read as probabilities.", hard=hard)
        return rule("sigmoid", "Outputs are read as logits: a sigmoid was applied.")
    pad = k - columns
    column = 1 if task == "binary" else None
    if adapter.output == "probability":
        return rule("none", "Probabilities are taken as the model returns them.", column=column, pad=pad)
    if rows_sum_to_one(raw):
        return rule("none", "Rows sum to 1: read as probabilities.", column=column, pad=pad)
    return rule("softmax", "Outputs are read as logits: a softmax was applied.", column=column, pad=pad)


def _check_labels(raw: Array, problem: Problem) -> None:
    """Refuse numbers that are no labels of the target, such as one score per row for several classes."""
    if raw.dtype.kind in "biuf":
        known = np.isin(raw, np.asarray(problem.classes.tolist()))
        if problem.named:
            known = np.isin(raw, np.arange(len(problem.classes)))
        if raw.dtype.kind == "f":
            known |= np.isnan(raw)
        if not known.all():
            raise columns_mismatch(raw, f"one column per class ({len(problem.classes)}), or predicted labels")


def _within_unit(raw: Array) -> bool:
    return bool(np.nanmin(raw, initial=0.0) >= 0 and np.nanmax(raw, initial=1.0) <= 1)


def rows_sum_to_one(raw: Array) -> bool:
    """Tell whether every row of ``raw`` (n, k) is a distribution; rows with NaN do not count."""
    if np.nanmin(raw, initial=0.0) < 0:
        return False
    total = raw.sum(axis=1)
    return bool(np.all((np.abs(total - 1) < _HALF_PRECISION) | np.isnan(total)))


def floats(raw: Array) -> Floats:
    """Return ``raw`` in the precision the model gave, and as float32 where it gave something else."""
    return raw if raw.dtype in (np.float32, np.float64) else raw.astype(np.float32)


def binary_logit(values: Floats) -> Floats:
    """Return the logit of the second of two columns: softmax over two is the sigmoid of their difference."""
    return np.asarray(values[:, 1] - values[:, 0])


def _softmax_inplace(values: Floats) -> None:
    rows = torch.from_numpy(values)
    for start in range(0, len(rows), BLOCK):
        rows[start : start + BLOCK] = rows[start : start + BLOCK].softmax(dim=1)


def _scores_of_labels(raw: Array, classes: Array, task: Task) -> Floats:
    codes = _codes_of_labels(raw, classes)
    if task == "binary":
        return np.where(codes < 0, np.nan, codes).astype(np.float32)
    scores = np.zeros((len(raw), len(classes)), np.float32)
    scores[np.arange(len(raw)), codes] = 1
    scores[codes < 0] = np.nan
    return scores


def _codes_of_labels(raw: Array, classes: Array) -> Array:
    """Return each label's place in ``classes``: by value, by text, or by being the place itself; -1 if nowhere."""
    place: dict[Any, int] = {str(label): at for at, label in enumerate(classes.tolist())}
    place.update({label: at for at, label in enumerate(classes.tolist())})
    if raw.dtype.kind in "iu" and classes.dtype.kind == "O":
        place.update({at: place.get(at, at) for at in range(len(classes))})
    where, labels = pd.factorize(raw)
    codes = [place.get(label, place.get(str(label), -1)) for label in labels.tolist()]
    table: Array = np.asarray([*codes, -1], dtype=np.int32)
    return np.asarray(table[where])
