"""How does the answer for a row move when one feature moves (ICE), and on average (PDP)?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True, eq=False)
class FeatureCurve:
    """One feature's curves: the grid it was moved over and the model's output at each point.

    ``grid`` (g,) numbers (milliseconds for datetimes, index into ``labels`` for categories and booleans),
    ``labels`` category texts in grid order (empty for numeric and datetime), a None label is "missing";
    ``ice`` (m, g) one line per row, ``pdp`` (g,) their mean, ``span`` max minus min of the mean line.
    """

    feature: str
    position: int
    kind: str
    grid: npt.NDArray[np.float64]
    labels: tuple[str | None, ...]
    ice_lines: npt.NDArray[np.float32]
    pdp_line: npt.NDArray[np.float32]
    span: float


@dataclass(frozen=True, slots=True, eq=False)
class SensitivityResult:
    """ICE and PDP of the rows ``rows`` (m,). ``output`` (m,) is the model's answer for the unchanged rows.

    ``output_label`` says what is plotted ("probability of late", "predicted price").
    """

    kind: Literal["sensitivity"]
    rows: npt.NDArray[np.int32]
    output_label: str
    output: npt.NDArray[np.float32]
    curves: tuple[FeatureCurve, ...]
    computed_on: str

