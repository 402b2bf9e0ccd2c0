"""A simple model's answers in place of the user's model's, so that the same metrics judge both."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.metrics.scored import ScoredRows

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation


def with_answers(ev: Evaluation, judged: ScoredRows, scores: npt.NDArray[Any]) -> ScoredRows:
    """Return ``judged`` with other scores, and the predictions and losses that follow from them.

    Parameters
    ----------
    ev
        The Evaluation that ``judged`` comes from.
    judged
        s rows.
    scores
        (s, k) probabilities per class or label, (s, 1) of the positive class or predictions.
    """
    if ev.task == "regression":
        return replace(judged, scores=scores[:, 0], predicted=scores[:, 0].astype(np.float64))
    tiny = np.finfo(np.float32).eps
    if ev.task == "multiclass":
        of_truth = scores[np.arange(len(scores)), judged.truth]
        predicted = scores.argmax(axis=1)
        return replace(judged, scores=scores, predicted=predicted, loss=-np.log(np.clip(of_truth, tiny, 1)))
    truth = judged.truth if judged.truth.ndim == 2 else judged.truth[:, None]
    of_truth = np.where(truth > 0, scores, 1 - scores)
    loss = -np.log(np.clip(of_truth, tiny, 1)).mean(axis=1)
    flat = scores if ev.task == "multilabel" else scores[:, 0]
    return replace(judged, scores=flat, predicted=(flat >= 0.5).astype(np.int8), loss=loss)
