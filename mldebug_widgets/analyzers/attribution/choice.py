"""Which method suits a model, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.attribution.engine import net_of, read_batch
from mldebug_widgets.analyzers.attribution.explained import Explained
from mldebug_widgets.analyzers.attribution.gradients import Gradients
from mldebug_widgets.analyzers.attribution.methods import METHODS, Method
from mldebug_widgets.analyzers.attribution.pieces import PieceSize, is_out_of_memory
from mldebug_widgets.analyzers.attribution.raw_columns import owners_of
from mldebug_widgets.errors import MldError, MldValueError

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation

#: Columns for which all coalitions fit what Kernel SHAP takes of its own accord.
EXACT_COLUMNS = 11


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """A method, why it was taken ("" when the person chose it), and how what the model reads maps to raw columns."""

    method: Method
    reason: str
    owners: npt.NDArray[np.intp] | None
    notes: tuple[str, ...]


def choose_method(ev: Evaluation, name: str) -> Choice:
    """Return the method of that name, or for "auto" the one that suits the model.

    Raises
    ------
    MldValueError
        ``MLD-O85`` when a gradient method was asked for and no gradient reaches what the model reads; ``MLD-O86`` and
        ``MLD-O87`` when attributions cannot be summed back to the raw columns.
    """
    if name != "auto" and not METHODS[name].gradients:
        return Choice(METHODS[name], "", None, ())
    try:
        owners = _followed(ev, name)
    except MldError as error:
        if name != "auto":
            raise
        return Choice(METHODS["kernel_shap"], f"{_kernel_reason(ev)}: {error.got}", None, ())
    notes = () if owners is None else ("Summed back to raw columns from what the model reads.",)
    if name != "auto":
        return Choice(METHODS[name], "", owners, notes)
    return Choice(METHODS["integrated_gradients"], "gradients reach what this torch model reads", owners, notes)


def _kernel_reason(ev: Evaluation) -> str:
    p = ev.X.shape[1]
    return f"exact over all coalitions of {p} columns" if p <= EXACT_COLUMNS else f"estimated for {p} columns"


def _followed(ev: Evaluation, name: str) -> npt.NDArray[np.intp] | None:
    """Return the owners of the leaves, after one backward pass that shows whether gradients arrive."""
    if ev.model.family != "torch":
        raise _no_gradients(name, f"{ev.model_name} is no torch module, so it has no gradients")
    with ev.model.running():
        why, error = _why_not_followed(ev)
        if why:
            raise _no_gradients(name, why) from error
        return owners_of(ev, net_of(ev), leaves=True)


def _why_not_followed(ev: Evaluation) -> tuple[str, MldError | None]:
    """Return why no gradient arrives at what the model reads, or "", and the error that says so if there was one."""
    net = net_of(ev)
    rows = read_batch(ev, net, ev.X.iloc[:1])
    if any(part.ndim == 0 or len(part) != 1 for part in rows.parts):
        shapes = ", ".join(str(tuple(part.shape)) for part in rows.parts)
        return f"what {ev.model_name} reads of one row has the shapes {shapes}, not one entry per row", None
    if not rows.leaves:
        return f"{ev.model_name} reads whole numbers, and has no embedding layer to follow gradients to", None
    target = np.zeros(len(rows), dtype=np.intp)
    explained = Explained(ev.model.rule, target, "predicted value")
    try:
        reached = Gradients(net, rows, rows, explained, PieceSize(1)).reached()
    except MldError as error:
        if error.code != "MLD-O85":
            raise
        return error.got, error
    except Exception as error:
        if is_out_of_memory(error):
            PieceSize(1).halve(error)
        raise
    return ("" if reached else f"no gradient of {ev.model_name}'s output reaches its inputs"), None


def _no_gradients(name: str, why: str) -> MldValueError:
    return MldValueError(
        "MLD-O85", "method", why if name == "auto" else f"{name} follows gradients, and {why}",
        ", ".join(method.name for method in METHODS.values() if not method.gradients),
        'Pass method="kernel_shap", or leave it out.',
    )  # fmt: skip
