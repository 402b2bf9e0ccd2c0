"""The one number of the model's answer that what-if and sensitivity follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation


@dataclass(frozen=True, slots=True)
class Followed:
    """Which of the model's scores is followed, and what it is in words."""

    column: int
    label: str

    def of(self, scores: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
        """Return the followed number of each row of ``scores`` (r,) or (r, k)."""
        chosen = scores if scores.ndim == 1 else scores[:, self.column]
        return np.asarray(chosen, dtype=np.float32)


def followed_output(ev: Evaluation, rows: npt.NDArray[np.intp]) -> Followed:
    """Return what is followed when ``rows`` are moved.

    Binary: the probability of the positive class. Regression: the prediction. Several classes: the probability of the
    class that most of these rows are predicted to be. Several labels: that of the label with the highest mean score.
    """
    codes = ev.predicted_codes
    if codes is None or ev.task == "binary":
        return Followed(0, ev.output_label)
    if ev.task == "multiclass":
        known = codes[rows][codes[rows] >= 0]
        column = int(np.bincount(known, minlength=len(ev.classes)).argmax())
        return Followed(column, f"probability of {ev.target_name} = {ev.class_names[column]}")
    column = int(np.nan_to_num(ev.scores[rows]).mean(axis=0).argmax())
    return Followed(column, f"probability of {ev.class_names[column]}")
