"""What an exported file holds, in words: people decide by them whom they send it to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import mldebug_widgets

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation

#: What a file holds of all rows, whatever rows it carries.
_AGGREGATES = (
    "This file holds aggregates (metrics, counts, curves; each column's range, categories and histogram, alone and in "
    "pairs; slices with conditions that name values and words of the data, and each column's histogram inside them)"
)


@dataclass(frozen=True, slots=True)
class Contents:
    """What stands at the head of an exported file.

    Attributes
    ----------
    title
        The model's name.
    facts
        Where the file comes from: rows, seed, package and version, time.
    holds
        Which of the user's data went into it.
    """

    title: str
    facts: tuple[str, ...]
    holds: str


def describe(
    evaluation: Evaluation,
    *,
    rows_held: int,
    selected_held: int | None,
    opened: int | None,
    pictures: int = 0,
    dots: int = 0,
) -> Contents:
    """Return the words about a file made of ``evaluation`` now.

    Parameters
    ----------
    evaluation
        What was debugged.
    rows_held
        How many raw rows, those with the highest loss, the file carries.
    selected_held
        How many of them are selected, None without a selection.
    opened
        The row under What-if, whose values the file carries too, with those of the nearest row with another answer.
    pictures
        How many of the rows' images the file carries.
    dots
        How many rows are dots in Attributions.
    """
    now = datetime.now(UTC)
    facts = (
        f"{evaluation.n:,} rows",
        f"seed {evaluation.seed}",
        f"written by mldebug_widgets {mldebug_widgets.__version__}",
        f"{now:%Y-%m-%d %H:%M} UTC",
    )
    holds = _holds(evaluation.n, rows_held, selected_held, opened)
    if pictures:
        holds += f" It holds pictures of {pictures:,} of them."
    if dots and rows_held < evaluation.n:
        holds += (
            f" {dots:,} rows are dots in Attributions: what their columns added to the answer, their categories, and "
            "their numbers as exactly as a plot shows them."
        )
    return Contents(evaluation.model_name, facts, holds)


def _holds(n: int, rows_held: int, selected_held: int | None, opened: int | None) -> str:
    if rows_held >= n:
        return f"{_AGGREGATES} and all {n:,} rows with their values."
    if rows_held == 0:
        return f"{_AGGREGATES} and the values of no row."
    whatif = "" if opened is None else f", and of row {opened:,} under What-if with its nearest row of another answer"
    selected = "" if selected_held is None else f", overall and within the selection ({selected_held:,} of them)"
    return f"{_AGGREGATES} and the values of the {rows_held:,} of {n:,} rows with the highest loss{selected}{whatif}."
