"""The rows that can be judged: those with a finite score and a known target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation

Positions = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class ScoredRows:
    """Row-aligned arrays of the rows that can be judged.

    Attributes
    ----------
    n
        Rows asked for, judged or not.
    rows
        (s,) positions in the Evaluation of the rows that can be judged.
    truth, predicted
        (s,) class codes (binary, multiclass), (s, k) of 0 and 1 (multilabel) or (s,) numbers (regression).
    scores
        (s,) or (s, k), as in the Evaluation.
    loss
        (s,) per-row loss.
    """

    n: int
    rows: Positions
    truth: npt.NDArray[Any]
    predicted: npt.NDArray[Any]
    scores: npt.NDArray[Any]
    loss: npt.NDArray[Any]

    def __len__(self) -> int:
        return len(self.rows)


def scored_rows(ev: Evaluation, rows: npt.ArrayLike, *, threshold: float | None = None) -> ScoredRows:
    """Return those of ``rows`` that can be judged.

    Parameters
    ----------
    rows
        Positions in the Evaluation.
    threshold
        Binary only: call a row positive when its score is at least this, instead of the Evaluation's own threshold.
    """
    asked = np.asarray(rows, dtype=np.intp)
    truth, scores = _truth(ev, asked), ev.scores[asked]
    judged = _in_every_column(truth >= 0 if truth.dtype.kind in "iub" else np.isfinite(truth))
    judged = judged & _in_every_column(np.isfinite(scores))
    if judged.all():
        kept = asked
    else:
        kept, truth, scores = asked[judged], truth[judged], scores[judged]
    return ScoredRows(len(asked), kept, truth, _predicted(ev, kept, scores, threshold), scores, ev.loss[kept])


def split_rows(ev: Evaluation, split: str, within: npt.NDArray[np.intp] | None = None) -> Positions:
    """Return the positions of a split, only those that are also in ``within`` where it is given."""
    rows = np.asarray(ev.splits[split], dtype=np.intp)
    if within is None:
        return rows
    wanted = np.zeros(ev.n, dtype=np.bool_)
    wanted[within] = True
    return rows[wanted[rows]]


def called_positive(scores: npt.NDArray[Any], threshold: float) -> npt.NDArray[np.bool_]:
    """Return whether each score reaches the threshold, compared in the precision of the scores."""
    reached: npt.NDArray[np.bool_] = scores >= scores.dtype.type(threshold)
    return reached


def _truth(ev: Evaluation, rows: Positions) -> npt.NDArray[Any]:
    if ev.class_codes is not None:
        return ev.class_codes[rows]
    return ev.y[rows].astype(np.float64, copy=False)


def _in_every_column(holds: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    return holds if holds.ndim == 1 else np.asarray(holds.all(axis=1))


def _predicted(ev: Evaluation, rows: Positions, scores: npt.NDArray[Any], threshold: float | None) -> npt.NDArray[Any]:
    if ev.task == "binary" and threshold is not None:
        return called_positive(scores, threshold).astype(np.int8)
    return scores if ev.predicted_codes is None else ev.predicted_codes[rows]
