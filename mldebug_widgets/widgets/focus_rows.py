"""The rows in focus, highest loss first: which one a panel opens by itself, and which come before and after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from mldebug_widgets.widgets.workbench import WorkbenchWidget

Rows = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class RowPlace:
    """Where a row stands among the rows in focus: ``at`` (from 0; None when it is not among them) of ``total``.

    ``rows`` names them in words, ``by_loss`` tells that they are in the order of their loss.
    """

    at: int | None
    total: int
    rows: str
    by_loss: bool


def row_in_focus(session: WorkbenchWidget) -> tuple[int | None, str]:
    """Return the open row, else the first of those in focus, and how it was chosen."""
    if session.row is not None:
        return session.row, "open under What-if"
    found = _in_focus(session)
    if not len(found.rows):
        return None, ""
    return found.first, f"the {'highest loss' if found.by_loss else 'first row'}{found.of}"


def place_of(session: WorkbenchWidget, row: int) -> RowPlace:
    """Return where ``row`` stands among the rows in focus."""
    found = _in_focus(session)
    inside = bool((found.rows == row).any())
    return RowPlace(found.before(row).size if inside else None, len(found.rows), found.words, found.by_loss)


def neighbour(session: WorkbenchWidget, by: int) -> int | None:
    """Return the row before (-1) or after (1) the one that is open; the first one when that is not in focus."""
    row, _ = row_in_focus(session)
    found = _in_focus(session)
    if row is None or not len(found.rows):
        return None
    if not (found.rows == row).any():
        return found.first if by > 0 else None
    return found.last_of(found.before(row)) if by < 0 else found.first_of(found.after(row))


@dataclass(frozen=True, slots=True, eq=False)
class _InFocus:
    """(s,) rows with their losses, minus infinity where none is known; ties go by position."""

    rows: Rows
    losses: npt.NDArray[np.float64]
    by_loss: bool
    words: str
    of: str

    @property
    def first(self) -> int | None:
        return self.first_of(np.arange(len(self.rows)))

    def before(self, row: int) -> Rows:
        """Return places of the rows before ``row``, which is one of them."""
        loss = self.losses[self.rows == row][0]
        return np.flatnonzero((self.losses > loss) | ((self.losses == loss) & (self.rows < row)))

    def after(self, row: int) -> Rows:
        loss = self.losses[self.rows == row][0]
        return np.flatnonzero((self.losses < loss) | ((self.losses == loss) & (self.rows > row)))

    def first_of(self, places: Rows) -> int | None:
        if not places.size:
            return None
        return int(self.rows[places][self.losses[places] == self.losses[places].max()].min())

    def last_of(self, places: Rows) -> int | None:
        if not places.size:
            return None
        return int(self.rows[places][self.losses[places] == self.losses[places].min()].max())


def _in_focus(session: WorkbenchWidget) -> _InFocus:
    evaluation = session.evaluation
    narrowed = not session.selected.is_everything and len(session.selected) > 0
    rows: Any = session.selected.rows if narrowed else evaluation.splits[evaluation.primary]
    rows = np.asarray(rows, dtype=np.intp)
    losses = np.nan_to_num(np.asarray(evaluation.loss, dtype=np.float64)[rows], nan=-np.inf)
    split = f"{evaluation.primary} " if len(evaluation.splits) > 1 else ""
    return _InFocus(
        rows=rows,
        losses=losses,
        by_loss=bool(np.isfinite(losses).any()),
        words="in the selection" if narrowed else f"{split}rows",
        of=" of the selection" if narrowed else "",
    )
