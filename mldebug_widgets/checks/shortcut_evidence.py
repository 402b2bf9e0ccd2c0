"""What speaks for a shortcut in one explanation: where the mass lies, and why that place carries no meaning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation

Positions = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Suspicion:
    """A place that takes much of an explanation and seems to carry no meaning.

    Attributes
    ----------
    what
        The place: "The top left corner", "record", "the word ~~".
    share
        Share of the mass that lies there, 0 to 1.
    expected
        Share it would have if mass were spread evenly.
    title, text
        The sentence with the number, and the evidence.
    strong
        True where there is evidence beyond the place itself.
    query
        Pandas query of the rows that it is about, or "".
    feature
        Position of the column, or None.
    rows
        Positions of the rows that it is about, where no query says so; None where it is about no rows.
    """

    what: str
    share: float
    expected: float
    title: str
    text: str
    strong: bool
    query: str = ""
    feature: int | None = None
    rows: Positions | None = None


def judged(ev: Evaluation, rows: Positions) -> npt.NDArray[np.bool_]:
    """Return (m,) True for rows of the split that decides."""
    return np.isin(rows, ev.splits[ev.primary])


def drawn_alike(ev: Evaluation, rows: Positions, *, sampled: bool) -> bool:
    """Tell whether ``rows`` stand for the deciding split: a sample that nobody chose, or all of it."""
    return sampled or bool(np.isin(ev.splits[ev.primary], rows).all())
