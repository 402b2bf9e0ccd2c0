"""Which words made the model answer so? Attributions of texts, token by token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.trust import TrustLine


@dataclass(frozen=True, slots=True, eq=False)
class AttributedText:
    """One row's text in pieces.

    Attributes
    ----------
    row
        Row position in the Evaluation.
    words
        The text in order, whitespace included in the piece before; joined they give the text as the model read it.
    values
        (len(words),) attribution of each piece; 0 for what the model did not read.
    truth, predicted
        Names; "" where there is none.
    target
        Name of the explained class, or of the output.
    output, baseline_output, delta
        Explained output at the text and at the baseline, and what the sum of ``values`` misses.
    cut
        True when the text is longer than the model takes.
    """

    row: int
    words: tuple[str, ...]
    values: npt.NDArray[np.float32]
    truth: str
    predicted: str
    target: str
    output: float
    baseline_output: float
    delta: float
    cut: bool


@dataclass(frozen=True, slots=True, eq=False)
class TextAttributionsResult:
    """Attributions of some rows' texts by one method."""

    kind: Literal["text_attributions"]
    texts: tuple[AttributedText, ...]
    method: str
    method_label: str
    method_reason: str
    baseline_note: str
    layer: str
    unit: str
    largest: float
    n: int
    trust: dict[str, float | None]
    trust_lines: tuple[TrustLine, ...]
    notes: tuple[str, ...]
    seconds: float
