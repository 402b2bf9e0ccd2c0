"""What would the model answer for this row with other values, and which real row is nearest with another answer?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Scalar = float | str | bool | None


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """The model's answer for one row: ``scores`` (k,) class probabilities, or (1,) for binary (positive class) and regression.

    ``predicted`` is the answer as text (class name or number). ``output`` is the one number the view follows: the
    probability of the positive class (binary), of the originally predicted class (multiclass), or the prediction.
    """

    scores: npt.NDArray[np.float32]
    predicted: str
    output: float | None


@dataclass(frozen=True, slots=True, eq=False)
class NearestRow:
    """The nearest real row that gets another answer (classification), or whose prediction differs by at least one
    standard deviation of all predictions (regression). ``row`` is None when there is none; ``why`` then says why.

    ``values`` are that row's values by feature position; ``distance`` is the mean over features of |difference| / range
    (numeric, datetime) or 0/1 (others): Gower's distance.
    """

    row: int | None
    distance: float | None
    values: tuple[Scalar, ...]
    predicted: str
    output: float | None
    searched: int
    why: str


@dataclass(frozen=True, slots=True, eq=False)
class WhatifResult:
    """One row opened for editing: its values by feature position (datetimes as ms), its truth, and the model's answer."""

    kind: Literal["whatif"]
    row: int
    split: str
    values: tuple[Scalar, ...]
    truth: str
    prediction: Prediction
    output_label: str
