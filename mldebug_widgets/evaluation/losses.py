"""The loss of every row."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional

from mldebug_widgets.evaluation.models.protocol import Array
from mldebug_widgets.evaluation.scores import BLOCK, Floats, ScoreRule, binary_logit, floats
from mldebug_widgets.evaluation.task import Problem


def scores_and_losses(raw: Array, rule: ScoreRule, problem: Problem, y: Array) -> tuple[Floats, Floats, str]:
    """Return the scores, each row's loss (n,) and the loss's name. NaN where the score or the truth is missing.

    Log loss is taken from the logits where the model returned logits, so that it stays finite and still ranks rows
    whose probability rounds to 0. Elsewhere the probability is clipped at the machine epsilon, as scikit-learn does.
    ``raw`` is used up.
    """
    if problem.task == "regression":
        scores = rule.scores(raw)
        difference = scores.astype(np.float64)
        difference -= y
        return scores, np.square(difference, out=difference), "squared error"
    known = problem.codes >= 0
    truth = np.where(known, problem.codes, 0)
    if rule.hard:
        scores = rule.scores(raw)
        loss = 1 - _of_truth(scores, truth)
    else:
        values = floats(raw)
        loss = _clipped_log_loss(values, truth) if rule.link == "none" else _logit_loss(values, rule, truth)
        scores = rule.scores(raw)
    loss[~known] = np.nan
    return scores, (loss.mean(axis=1) if loss.ndim == 2 else loss), "0/1 error" if rule.hard else "log loss"


def _logit_loss(raw: Floats, rule: ScoreRule, truth: Array) -> Floats:
    if rule.link == "sigmoid" or rule.column is not None:
        logits = torch.from_numpy(raw if rule.link == "sigmoid" else binary_logit(raw))
        target = torch.from_numpy(truth).to(logits.dtype)
        return functional.binary_cross_entropy_with_logits(logits, target, reduction="none").numpy()
    loss = torch.empty(len(raw), dtype=torch.from_numpy(raw[:0]).dtype)
    labels = torch.from_numpy(truth.astype(np.int64))
    for start in range(0, len(raw), BLOCK):
        block, wanted = torch.from_numpy(raw[start : start + BLOCK]), labels[start : start + BLOCK]
        known = wanted < raw.shape[1]
        part = functional.cross_entropy(block, torch.where(known, wanted, 0), reduction="none")
        # A class that the model has no column for has probability 0.
        part[~known] = -float(np.log(np.finfo(raw.dtype).eps))
        loss[start : start + BLOCK] = part
    return loss.numpy()


def _of_truth(probabilities: Floats, truth: Array) -> Floats:
    """Return the probability that each row gives to its truth, NaN where any of the row's is missing."""
    if probabilities.shape == truth.shape:
        return np.where(truth == 1, probabilities, 1 - probabilities)
    k = probabilities.shape[1]
    right: Floats = probabilities[np.arange(len(probabilities)), np.minimum(truth, k - 1)]
    right[truth >= k] = 0  # a class that the model has no column for
    right[np.isnan(probabilities).any(axis=1)] = np.nan
    return right


def _clipped_log_loss(probabilities: Floats, truth: Array) -> Floats:
    eps = np.finfo(probabilities.dtype).eps
    right = _of_truth(probabilities, truth)
    np.clip(right, eps, 1 - eps, out=right)
    np.log(right, out=right)
    return np.negative(right, out=right)
