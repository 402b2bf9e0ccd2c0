"""A small explanation of each kind that a model can have, made where nobody has asked for one yet."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import CancelledError
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.attributions import attributions
from mldebug_widgets.analyzers.class_activation.explained import ExplainedModel
from mldebug_widgets.analyzers.class_activation.steps import Batches, drained
from mldebug_widgets.analyzers.class_activation.swapping import swap_steps
from mldebug_widgets.analyzers.explanations import explanations, remember
from mldebug_widgets.analyzers.gradcam import gradcam
from mldebug_widgets.analyzers.text_attributions import text_attributions
from mldebug_widgets.errors import MldError
from mldebug_widgets.evaluation.evaluation import Evaluation

#: All of it together.
MOST_SECONDS = 5.0

#: Rows of the deciding split, and as many of the others; texts; images with the highest loss, and others.
TABLE_ROWS, TEXTS, WORST_IMAGES, OTHER_IMAGES = 400, 60, 24, 24

#: Others are drawn from these many answers: a class that is read from a mark has no loss, and few images of a sample.
MOST_ANSWERS, IMAGES_OF_ANSWER = 12, 6
N_STEPS = 20


def explain_some(ev: Evaluation, seconds: float | None = None) -> None:
    """Explain a few rows, unless something has been explained; it stays so where the time is too short.

    ``seconds`` of time, ``MOST_SECONDS`` without.
    The model is called on the calling thread. Attributions of a sample of rows (integrated gradients, or feature
    ablation where gradients do not reach the columns), of texts, and Grad-CAM; nothing of this is checked for trust.
    Maps, also those made before, are tested for what corners and edges do to the answer.
    """
    end = time.monotonic() + (MOST_SECONDS if seconds is None else seconds)
    jobs = [] if explanations(ev) else [(_table, _explain_table), (_texts, _explain_texts), (_images, _explain_images)]
    for applies, explain in (*jobs, (_untested, _swap)):
        if applies(ev):
            try:
                explain(ev, lambda: time.monotonic() > end)
            except (MldError, CancelledError):
                continue  # What cannot be explained, or not in time, is not judged; asking for it says why.


def _table(ev: Evaluation) -> bool:
    return ev.X.shape[1] > 1 and ev.model.can_predict and ev.text_input is None


def _texts(ev: Evaluation) -> bool:
    return ev.texts is not None


def _images(ev: Evaluation) -> bool:
    return ev.images is not None and ev.model.module is not None


def _untested(ev: Evaluation) -> bool:
    return any(result.kind == "gradcam" and result.swaps is None for result in explanations(ev))


def _explain_table(ev: Evaluation, late: Callable[[], bool]) -> None:
    rows = np.concatenate([_drawn(ev, ev.splits[ev.primary], TABLE_ROWS), _drawn(ev, _others(ev), TABLE_ROWS)])
    # One class for all rows: only then do the attributions of different rows speak of the same thing.
    target = _largest_class(ev) if ev.task == "multiclass" else None
    method = "feature_ablation" if ev.model.module is None else "auto"
    result = attributions(ev, np.sort(rows), method=method, target=target, n_steps=N_STEPS, trust=False, cancelled=late)
    remember(ev, replace(result, sampled=True))


def _explain_texts(ev: Evaluation, late: Callable[[], bool]) -> None:
    text_attributions(ev, _drawn(ev, ev.splits[ev.primary], TEXTS), n_steps=N_STEPS, trust=False, cancelled=late)


def _explain_images(ev: Evaluation, late: Callable[[], bool]) -> None:
    rows = np.asarray(ev.splits[ev.primary])
    worst = rows[np.argsort(-np.nan_to_num(ev.loss[rows]), kind="stable")[:WORST_IMAGES]]
    others = _of_every_answer(ev, np.setdiff1d(rows, worst))
    # HiResCAM: where a layer is flattened before the last, Grad-CAM's averaged gradients lose the place.
    gradcam(ev, np.concatenate([worst, others]), method="hirescam", n_checked=0, cancelled=late)


def _swap(ev: Evaluation, late: Callable[[], bool]) -> None:
    (maps,) = (result for result in explanations(ev) if result.kind == "gradcam")
    steps = swap_steps(ev, ExplainedModel(ev), maps, Batches(None, responsive=True))
    remember(ev, replace(maps, swaps=drained(steps, late, None)))


def _of_every_answer(ev: Evaluation, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    codes = ev.predicted_codes
    if codes is None or codes.ndim > 1:
        return _drawn(ev, rows, OTHER_IMAGES)
    answers = np.unique(codes[rows])
    if not 2 <= len(answers) <= MOST_ANSWERS:
        return _drawn(ev, rows, OTHER_IMAGES)
    return np.concatenate([_drawn(ev, rows[codes[rows] == answer], IMAGES_OF_ANSWER) for answer in answers])


def _drawn(ev: Evaluation, rows: npt.NDArray[np.intp], count: int) -> npt.NDArray[np.intp]:
    rows = np.asarray(rows, dtype=np.intp)
    if len(rows) <= count:
        return rows
    return np.random.default_rng(ev.seed).choice(rows, count, replace=False)


def _others(ev: Evaluation) -> npt.NDArray[np.intp]:
    rows = ev.splits[ev.train] if ev.train is not None and ev.train != ev.primary else ()
    return np.asarray(rows, dtype=np.intp)


def _largest_class(ev: Evaluation) -> int:
    codes = np.asarray(ev.class_codes)[ev.splits[ev.primary]]
    return int(np.bincount(codes[codes >= 0], minlength=1).argmax())
