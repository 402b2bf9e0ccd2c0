"""The one number of the model's answer that is explained, for each row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import torch

from mldebug_widgets.errors import MldTypeError, MldValueError, shown
from mldebug_widgets.evaluation.scores import ScoreRule

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation

Positions = npt.NDArray[np.intp]
Unit = Literal["log-odds", "score before softmax", "probability", "predicted value"]


@dataclass(frozen=True, slots=True, eq=False)
class Explained:
    """What is explained: raw outputs in, one number per row out.

    Attributes
    ----------
    rule
        How the model's raw outputs become scores; its link says what they are.
    target
        (m,) explained class position of each asked row; zeros for regression.
    unit
        What the number is.
    """

    rule: ScoreRule
    target: Positions
    unit: Unit

    def of(self, raw: npt.NDArray[Any], target: Positions) -> npt.NDArray[np.float64]:
        """Return (r,) the explained number of each row of ``raw`` (r,) or (r, k)."""
        values = np.asarray(self.rule.scores(raw) if self.rule.link == "labels" else raw, dtype=np.float64)
        if values.ndim == 2:
            return np.asarray(values[np.arange(len(values)), target])
        if self.rule.task != "binary":
            return values
        return np.where(target == 0, (0.0 if self.rule.link == "sigmoid" else 1.0) - values, values)

    def of_tensor(self, raw: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        """Return (r,) the explained number as part of the graph."""
        if raw.ndim == 2 and raw.shape[1] > 1:
            return raw.gather(1, target[:, None]).squeeze(1)
        values = raw.reshape(len(raw))
        if self.rule.task != "binary":
            return values
        sign = (2 * target - 1).to(values.dtype)
        return values * sign if self.rule.link == "sigmoid" else values * sign + (1 - target)


def explained_output(ev: Evaluation, rows: Positions, target: Any) -> Explained:
    """Return what is explained for ``rows`` and ``target`` (see ``mld.attributions``)."""
    return Explained(ev.model.rule, checked_target(ev, rows, target), _unit(ev))


def _unit(ev: Evaluation) -> Unit:
    link = ev.model.rule.link
    if ev.task == "regression":
        return "predicted value"
    if link == "sigmoid":
        return "log-odds"
    return "score before softmax" if link == "softmax" else "probability"


def checked_target(ev: Evaluation, rows: Positions, target: Any) -> Positions:
    """Return (m,) class positions for None, "predicted", "true", a class name or label, a position, or one per row."""
    if ev.task == "regression":
        return _of_regression(len(rows), target)
    k = len(ev.classes)
    if target is None and ev.task == "binary":
        return np.ones(len(rows), dtype=np.intp)
    if isinstance(target, str) and target in ("predicted", "true") and target not in ev.class_names:
        return _from_codes(ev, rows, target)
    if target is None:
        return _from_codes(ev, rows, "predicted")
    if not isinstance(target, str) and np.ndim(target) == 1:
        return _one_per_row(ev, rows, target)
    return np.full(len(rows), _class_position(ev, target, k), dtype=np.intp)


def _of_regression(m: int, target: Any) -> Positions:
    if target is not None and not (type(target) is int and target == 0):
        raise MldValueError(
            "MLD-O82", "target", f"got {shown(target)} for a regression", "None", "Leave it out: there is one output."
        )
    return np.zeros(m, dtype=np.intp)


def _from_codes(ev: Evaluation, rows: Positions, which: str) -> Positions:
    if ev.task == "multilabel":
        scores = np.nan_to_num(ev.scores[rows])
        if which == "true":
            raise MldValueError(
                "MLD-O82", "target", "got 'true' for several labels per row", "one label, or one position per row",
                f"Pass for example target={ev.class_names[0]!r}.",
            )  # fmt: skip
        return np.full(len(rows), int(scores.mean(axis=0).argmax()), dtype=np.intp)
    codes = ev.predicted_codes if which == "predicted" else ev.class_codes
    chosen = np.zeros(len(rows), dtype=np.intp) if codes is None else codes[rows].astype(np.intp)
    return np.maximum(chosen, 0)


def _one_per_row(ev: Evaluation, rows: Positions, target: Any) -> Positions:
    values = np.asarray(target)
    k = len(ev.classes)
    if len(values) != len(rows) or values.dtype.kind not in "iu":
        raise MldValueError(
            "MLD-O82", "target", f"got {shown(values)} of {values.dtype} for {len(rows)} rows",
            f"{len(rows)} whole numbers from 0 to {k - 1}", "Pass one class position per row, or one class for all.",
        )  # fmt: skip
    outside = values[(values < 0) | (values >= k)]
    if outside.size:
        _class_position(ev, int(outside[0]), k)
    return values.astype(np.intp)


def _class_position(ev: Evaluation, target: Any, k: int) -> int:
    names = [str(name) for name in ev.class_names]
    if isinstance(target, str) and target in names:
        return names.index(target)
    is_number = isinstance(target, int | np.integer) and not isinstance(target, bool)
    if is_number and 0 <= target < k:
        return int(target)
    allowed = f"a class position from 0 to {k - 1}, one of {', '.join(map(repr, names[:8]))}, 'predicted' or 'true'"
    if not is_number and not isinstance(target, str):
        raise MldTypeError("MLD-O82", "target", f"got {shown(target)}", allowed, "Leave it out.")
    raise MldValueError("MLD-O82", "target", f"got {target!r}: the model has {k} classes", allowed, "Leave it out.")
