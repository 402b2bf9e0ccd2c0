"""What an exported file holds, in words: people decide by them whom they send it to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import mldebug_widgets

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation


@dataclass(frozen=True, slots=True)
class Contents:
    """What stands at the head of an exported file.

    Attributes
    ----------
    title
        The model's name.
    facts
        Where the file comes from: package and version, time, rows, seed.
    holds
        Which of the user's data went into it.
    """

    title: str
    facts: tuple[str, ...]
    holds: str


def describe(evaluation: Evaluation, *, rows_held: int, opened: int | None) -> Contents:
    """Return the words about a file made of ``evaluation`` now.

    Parameters
    ----------
    evaluation
        What was debugged.
    rows_held
        How many raw rows, those with the highest loss, the file carries.
    opened
        The row under What-if, whose values the file carries too.
    """
    now = datetime.now(UTC)
    facts = (
        f"mldebug_widgets {mldebug_widgets.__version__}",
        f"{now:%Y-%m-%d %H:%M} UTC",
        f"model {evaluation.model_name}",
        f"{evaluation.n:,} rows, {evaluation.X.shape[1]:,} features",
        f"seed {evaluation.seed}",
    )
    return Contents(evaluation.model_name, facts, _holds(evaluation.n, rows_held, opened))


def _holds(n: int, rows_held: int, opened: int | None) -> str:
    aggregates = "This file holds aggregates (metrics, counts, curves; each feature's range, categories and histogram)"
    if rows_held >= n:
        return f"{aggregates} and all {n:,} rows with their values."
    opened_row = "" if opened is None else f", row {opened:,} as opened in What-if among them or beside them"
    return f"{aggregates} and the values of {rows_held:,} of {n:,} rows: those with the highest loss{opened_row}."
