"""What simple models reach on the same rows and columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.metrics.metric import Metric
from mldebug_widgets.analyzers.metrics.of_task import metrics_of
from mldebug_widgets.analyzers.metrics.scored import ScoredRows, scored_rows
from mldebug_widgets.analyzers.simple_models.answers import with_answers
from mldebug_widgets.analyzers.simple_models.encoding import TableEncoder
from mldebug_widgets.analyzers.simple_models.linear import Link, fit_logistic, fit_ridge
from mldebug_widgets.analyzers.simple_models.plan import Lesson, Plan, plan_fits, plan_prior

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation

Cancelled = Callable[[], bool]
Scores = npt.NDArray[np.float32]

#: Rows that a fitted model answers between two looks at ``cancelled``.
CHUNK_ROWS = 65_536


@dataclass(frozen=True, slots=True)
class Baseline:
    """A simple model's metrics on the primary split.

    ``name`` is "majority class", "mean", "logistic regression" or "ridge regression". ``fitted_on`` says in words which
    rows it learned from ("100,000 of 1,000,000 train rows, seed 0"). ``metrics`` is empty and ``why`` set when it could
    not be fitted.
    """

    name: str
    fitted_on: str
    metrics: tuple[Metric, ...]
    why: str


def baselines(ev: Evaluation, cancelled: Cancelled = lambda: False) -> tuple[Baseline, ...]:
    """Return simple models, judged on the rows of the primary split that the model is judged on.

    The first always gives the same answer: the majority class with the shares of the classes, or the mean. The second
    is a logistic or ridge regression on the raw columns: imputed, scaled, the 20 most frequent categories one-hot, no
    free text. Both learn from the train split, or are cross-fitted where there is none; from at most 100,000 rows,
    which ``Baseline.fitted_on`` states. The user's model and all random states stay untouched.

    Parameters
    ----------
    ev
        The Evaluation.
    cancelled
        Asked between pieces of work; what is not finished when it returns True says so in ``why``.

    Notes
    -----
    A linear baseline that does as well as the model says that the model has found no more than a straight line does.
    It does not say that nothing better could be found.
    """
    names = ("mean", "ridge regression") if ev.task == "regression" else ("majority class", "logistic regression")
    judged = scored_rows(ev, ev.splits[ev.primary])
    if not len(judged):
        return tuple(Baseline(name, "", (), "no row can be judged") for name in names)
    return (
        _judge(ev, names[0], plan_prior(ev, judged.rows), judged, _prior, cancelled),
        _judge(ev, names[1], plan_fits(ev, judged.rows), judged, _linear, cancelled),
    )


Answer = Callable[["Evaluation", Lesson, ScoredRows, Cancelled], Scores | str]


def _judge(ev: Evaluation, name: str, plan: Plan, judged: ScoredRows, answer: Answer, cancelled: Cancelled) -> Baseline:
    scores = np.empty((len(judged), max(_n_outputs(ev), 1)), dtype=np.float32)
    for lesson in plan.lessons:
        answered = "cancelled" if cancelled() else answer(ev, lesson, judged, cancelled)
        if isinstance(answered, str):
            return Baseline(name, plan.fitted_on, (), answered)
        scores[lesson.judged] = answered
    return Baseline(name, plan.fitted_on, metrics_of(ev, with_answers(ev, judged, scores)), "")


def _prior(ev: Evaluation, lesson: Lesson, judged: ScoredRows, cancelled: Cancelled) -> Scores | str:
    if not lesson.learn.size:
        return "no row to learn from"
    level = _targets(ev, lesson.learn).mean(axis=0, dtype=np.float64)
    return np.broadcast_to(level.astype(np.float32), (len(lesson.judged), len(level)))


def _linear(ev: Evaluation, lesson: Lesson, judged: ScoredRows, cancelled: Cancelled) -> Scores | str:
    truth = _targets(ev, lesson.learn)
    if len(truth) < 2:
        return "fewer than two rows to learn from"
    if ev.task in ("binary", "multiclass") and bool(np.all(truth == truth[0])):
        return "only one class in the rows to learn from"
    encoder = TableEncoder(ev.X, ev.features, lesson.learn)
    if not encoder.width:
        return "no column that a linear model could learn from"
    if cancelled():
        return "cancelled"
    matrix = encoder.encode(lesson.learn)
    if ev.task == "regression":
        fitted = fit_ridge(matrix, truth[:, 0])
    else:
        link: Link = "softmax" if ev.task == "multiclass" else "sigmoid"
        stoppable = fit_logistic(matrix, truth, link, cancelled)
        if stoppable is None:
            return "cancelled"
        fitted = stoppable
    rows = judged.rows[lesson.judged]
    scores = np.empty((len(rows), truth.shape[1]), dtype=np.float32)
    for start in range(0, len(rows), CHUNK_ROWS):
        if cancelled():
            return "cancelled"
        scores[start : start + CHUNK_ROWS] = fitted.scores(encoder.encode(rows[start : start + CHUNK_ROWS]))
    return scores


def _n_outputs(ev: Evaluation) -> int:
    return len(ev.classes) if ev.task in ("multiclass", "multilabel") else 1


def _targets(ev: Evaluation, rows: npt.NDArray[np.intp]) -> npt.NDArray[Any]:
    """Return (r, k) what is learned: numbers, or 0 and 1 per class; of two classes only the positive one."""
    if ev.class_codes is None:
        return np.asarray(ev.y[rows].astype(np.float64)[:, None])
    codes = ev.class_codes[rows]
    if ev.task == "multiclass":
        return np.asarray((codes[:, None] == np.arange(len(ev.classes))).astype(np.float32))
    return np.asarray((codes if codes.ndim == 2 else codes[:, None]).astype(np.float32))
