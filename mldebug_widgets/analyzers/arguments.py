"""Row and threshold arguments, checked once for all analyzers."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from mldebug_widgets.errors import MldTypeError, MldValueError, type_of
from mldebug_widgets.evaluation.evaluation import Evaluation

Positions = npt.NDArray[np.intp]


class _OfSplit(Protocol):
    @property
    def split(self) -> str:
        """Name of the split."""


Entry = TypeVar("Entry", bound=_OfSplit)


def checked_evaluation(ev: Any) -> Evaluation:
    """Return ``ev`` if it is an Evaluation: the most natural mistake is to pass the model or the workbench."""
    if not isinstance(ev, Evaluation):
        raise MldTypeError(
            "MLD-O61",
            "ev",
            f"got {type_of(ev)}",
            "an Evaluation",
            "Make one with mld.evaluate(model, data, target); a workbench has it as workbench.evaluation.",
        )
    return ev


def checked_row(row: Any, n_rows: int, argument: str = "row") -> int:
    """Return ``row`` as a position in the Evaluation."""
    allowed = f"a whole number from 0 to {n_rows - 1}"
    if isinstance(row, bool | np.bool_):
        raise MldTypeError("MLD-S50", argument, f"got {row!r}", allowed, "Pass the row's position.")
    try:
        position = operator.index(row)
    except TypeError as error:
        raise MldTypeError("MLD-S50", argument, f"got {type_of(row)}", allowed, "Pass the row's position.") from error
    if not 0 <= position < n_rows:
        fix = "Positions count from 0 in the order of evaluate(data), not by the frame's index."
        raise MldValueError("MLD-S51", argument, f"got {position}", allowed, fix)
    return position


def checked_rows(rows: Any, n_rows: int, argument: str = "rows") -> Positions:
    """Return ``rows`` (positions, one position, or a boolean mask over all rows) as positions in the given order."""
    if isinstance(rows, int | np.integer) and not isinstance(rows, bool):
        return np.array([checked_row(rows, n_rows, argument)], dtype=np.intp)
    values = np.asarray(rows)
    if values.dtype == np.bool_:
        return _from_mask(values, n_rows, argument)
    allowed = f"positions from 0 to {n_rows - 1}, or a boolean mask of {n_rows} rows"
    if values.size and values.dtype.kind not in "iu":
        raise MldTypeError("MLD-S52", argument, f"got values of dtype {values.dtype}", allowed, "Pass whole numbers.")
    if values.ndim != 1:
        raise MldValueError("MLD-S53", argument, f"got shape {values.shape}", allowed, "Pass a flat sequence.")
    outside = values[(values < 0) | (values >= n_rows)] if values.size else values
    if outside.size:
        fix = "Positions count from 0 in the order of evaluate(data), not by the frame's index."
        raise MldValueError("MLD-S51", argument, f"got {int(outside[0])}", allowed, fix)
    return np.ascontiguousarray(values, dtype=np.intp)  # torch takes no ev.loss.argsort()[::-1]


def _from_mask(mask: npt.NDArray[np.bool_], n_rows: int, argument: str) -> Positions:
    if mask.shape != (n_rows,):
        raise MldValueError(
            "MLD-S54", argument, f"got a mask of shape {mask.shape}", f"a mask of shape ({n_rows},)",
            "Build the mask from the Evaluation's own rows, for example ev.loss > 1.",
        )  # fmt: skip
    return np.flatnonzero(mask)


def checked_threshold(threshold: Any, task: str) -> float:
    """Return ``threshold`` as a number from 0 to 1, for a binary task."""
    if task != "binary":
        raise MldValueError(
            "MLD-O50", "threshold", f"got {threshold!r} for a {task} task", "None",
            "Leave it out: only a model with two classes has a threshold.",
        )  # fmt: skip
    if isinstance(threshold, bool) or not isinstance(threshold, int | float | np.integer | np.floating):
        got = f"got {type_of(threshold)}"
        raise MldTypeError("MLD-O51", "threshold", got, "a number from 0 to 1", "Pass for example 0.5.")
    if not 0 <= threshold <= 1:
        raise MldValueError("MLD-O52", "threshold", f"got {threshold}", "a number from 0 to 1", "Pass for example 0.5.")
    return float(threshold)


def named_split(entries: Sequence[Entry], name: str) -> Entry:
    """Return the part of a result that belongs to the split of that name."""
    for entry in entries:
        if entry.split == name:
            return entry
    known = ", ".join(repr(entry.split) for entry in entries)
    raise MldValueError("MLD-O59", "split", f"got {name!r}", f"one of {known}", "Use the name of one of the splits.")
