"""Raw model outputs -> scores that mean the same for every family, and the loss of each row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

from mldebug_widgets.evaluation.models.protocol import Adapter, Array
from mldebug_widgets.evaluation.task import Problem, Task, _columns_mismatch

Link = Literal["none", "sigmoid", "softmax", "labels"]
Floats = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class ScoreRule:
    """How raw outputs become scores. Decided once on all rows, then used for every edited row too.

    ``link`` what is applied to the raw output; ``column`` the column kept of two (binary), else None;
    ``classes`` labels in column order; ``pad`` columns to add for classes the model does not know; ``note`` in words.
    """

    task: Task
    link: Link
    column: int | None
    classes: Array
    pad: int
    note: str

    def scores(self, raw: Array) -> Floats:
        """Return (n,) probabilities of the positive class or predictions, or (n, k) class probabilities."""
        if self.link == "labels":
            return _scores_of_labels(raw, self.classes, self.task)
        values = _floats(raw)
        if self.link == "sigmoid":
            return _numpy(torch.sigmoid(torch.from_numpy(values)))
        if self.link == "softmax" and self.column is not None:
            return _numpy(torch.sigmoid(torch.from_numpy(_logit(values))))
        if self.link == "softmax":
            values = _numpy(torch.softmax(torch.from_numpy(values), dim=1))
        if self.column is not None:
            return np.ascontiguousarray(values[:, self.column])
        if self.pad:
            return np.hstack([values, np.zeros((len(values), self.pad), values.dtype)])
        return values


def decide_scores(raw: Array, problem: Problem, adapter: Adapter) -> ScoreRule:
    """Look at all raw outputs and decide how they are read as scores."""
    task, k = problem.task, len(problem.classes)
    columns = 1 if raw.ndim == 1 else raw.shape[1]

    def rule(link: Link, note: str, column: int | None = None, pad: int = 0) -> ScoreRule:
        return ScoreRule(task, link, column, problem.classes, pad, note)

    if task == "regression":
        return rule("none", "predictions as the model returns them")
    if adapter.output == "label" or raw.dtype.kind in "OSUb" or (task == "multiclass" and columns == 1):
        return _label_rule(rule("labels", "labels only: scores are 0 or 1"), raw, problem)
    if task == "multilabel" or (task == "binary" and columns == 1):
        if adapter.output != "decision" and _within_unit(raw):
            return rule("none", "outputs lie in 0..1 and are read as probabilities")
        return rule("sigmoid", "outputs are read as logits: a sigmoid was applied")
    pad = k - columns
    column = 1 if task == "binary" else None
    if adapter.output == "probability":
        return rule("none", "probabilities as the model returns them", column, pad)
    if _rows_sum_to_one(raw):
        return rule("none", "rows are non-negative and sum to 1: read as probabilities", column, pad)
    return rule("softmax", "outputs are read as logits: a softmax was applied", column, pad)


def _label_rule(rule: ScoreRule, raw: Array, problem: Problem) -> ScoreRule:
    if raw.ndim == 1 and problem.task == "multiclass" and raw.dtype.kind in "biuf":
        known = np.isin(raw[~np.isnan(raw)] if raw.dtype.kind == "f" else raw, problem.classes)
        if not known.all():
            raise _columns_mismatch(raw, f"one column per class ({len(problem.classes)}), or predicted labels")
    return rule


def _within_unit(raw: Array) -> bool:
    low, high = np.nanmin(raw, initial=0.0), np.nanmax(raw, initial=1.0)
    return bool(low >= 0 and high <= 1)


def _rows_sum_to_one(raw: Array) -> bool:
    if np.nanmin(raw, initial=0.0) < 0:
        return False
    total = raw.sum(axis=1)
    # Wide enough for probabilities that came from a half precision softmax.
    return bool(np.all((np.abs(total - 1) < 0.01) | np.isnan(total)))


def _floats(raw: Array) -> Floats:
    return raw if raw.dtype in (np.float32, np.float64) else raw.astype(np.float32)


def _numpy(tensor: torch.Tensor) -> Floats:
    return tensor.numpy()


def _logit(values: Floats) -> Floats:
    return np.asarray(values[:, 1] - values[:, 0])


def _scores_of_labels(raw: Array, classes: Array, task: Task) -> Floats:
    if raw.ndim == 2:
        return raw.astype(np.float32)
    place = {label: at for at, label in enumerate(classes.tolist())}
    text = {str(label): at for label, at in place.items()}
    codes = np.array([place.get(label, text.get(str(label), -1)) for label in raw.tolist()])
    if task == "binary":
        return np.where(codes < 0, np.nan, codes).astype(np.float32)
    scores = np.zeros((len(raw), len(classes)), np.float32)
    scores[np.arange(len(raw)), codes] = 1
    scores[codes < 0] = np.nan
    return scores


def row_losses(raw: Array, scores: Floats, problem: Problem, rule: ScoreRule, y: Array) -> tuple[Floats, str]:
    """Return each row's loss (n,) and its name. NaN where the score or the truth is missing.

    Log loss is taken from the logits where the model returned logits, so that it stays finite and ranks rows whose
    probability rounds to 0; elsewhere the probability is clipped at the machine epsilon, as scikit-learn does.
    """
    if problem.task == "regression":
        difference = scores.astype(np.float64)
        difference -= y
        return np.square(difference, out=difference), "squared error"
    codes = problem.codes
    known = codes >= 0
    if rule.link == "labels":
        return _error_losses(scores, codes, known), "0/1 error"
    truth = np.where(known, codes, 0)
    if rule.link == "sigmoid" or (rule.link == "softmax" and rule.column is not None):
        logits = torch.from_numpy(_floats(raw) if rule.link == "sigmoid" else _logit(_floats(raw)))
        target = torch.from_numpy(truth).to(logits.dtype)
        loss = _numpy(functional.binary_cross_entropy_with_logits(logits, target, reduction="none"))
    elif rule.link == "softmax":
        loss = _softmax_loss(_floats(raw), truth)
    else:
        loss = _clipped_log_loss(scores, truth)
    loss[~known] = np.nan
    return (loss.mean(axis=1) if loss.ndim == 2 else loss), "log loss"


def _softmax_loss(raw: Floats, truth: Array) -> Floats:
    logits = torch.from_numpy(raw)
    inside = torch.from_numpy(truth.astype(np.int64))
    known = inside < raw.shape[1]
    loss = functional.cross_entropy(logits, torch.where(known, inside, 0), reduction="none")
    # A class that the model does not know has probability 0.
    loss[~known] = -float(np.log(np.finfo(raw.dtype).eps))
    return _numpy(loss)


def _clipped_log_loss(scores: Floats, truth: Array) -> Floats:
    eps = np.finfo(scores.dtype).eps
    if scores.shape == truth.shape:
        right = np.where(truth == 1, scores, 1 - scores)
    else:
        right = scores[np.arange(len(scores)), truth]
    return np.asarray(-np.log(np.clip(right, eps, 1 - eps)))


def _error_losses(scores: Floats, codes: Array, known: Array) -> Floats:
    if scores.shape == codes.shape:
        wrong = (scores != codes).astype(np.float32)
    else:
        wrong = 1 - scores[np.arange(len(scores)), np.where(known, codes, 0)]
    wrong[~known | (np.isnan(scores) if scores.shape == codes.shape else np.isnan(scores[:, 0]))] = np.nan
    return np.asarray(wrong.mean(axis=1) if wrong.ndim == 2 else wrong)
