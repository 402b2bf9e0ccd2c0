"""What was asked for, checked before anything is computed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.arguments import checked_rows
from mldebug_widgets.errors import MldTypeError, MldValueError, shown

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation

Positions = npt.NDArray[np.intp]

#: Standard name -> as it reads on screen: class activation maps, made at a layer.
CAM_METHODS = {
    "gradcam": "Grad-CAM",
    "gradcam++": "Grad-CAM++",
    "hirescam": "HiResCAM",
    "layercam": "LayerCAM",
    "xgradcam": "XGrad-CAM",
    "eigencam": "Eigen-CAM",
    "ablationcam": "Ablation-CAM",
    "scorecam": "Score-CAM",
}
#: The same for methods that attribute to pixels and need no layer.
PIXEL_METHODS = {"integrated_gradients": "Integrated gradients", "saliency": "Saliency", "occlusion": "Occlusion"}
METHODS = {**CAM_METHODS, **PIXEL_METHODS}
BASELINES = ("zero", "mean")


@dataclass(frozen=True, slots=True, eq=False)
class Request:
    """``rows`` (m,), ``targets`` (m,) class positions, and options that are fit to use."""

    rows: Positions
    targets: Positions
    method: str
    layer: str | None
    baseline: str
    n_steps: int
    n_checked: int | None
    seed: int
    notes: tuple[str, ...]


def checked_request(
    ev: Evaluation, rows: Any, *, method: Any, layer: Any, target: Any, baseline: Any, n_steps: Any, n_checked: Any,
    seed: Any, columns: int, allowed: Collection[str] = METHODS,
) -> Request:  # fmt: skip
    """Check what ``mld.gradcam`` documents; ``columns`` are the classes that the model knows."""
    positions = ev_rows(ev, rows)
    targets, notes = checked_targets(ev, positions, target, columns)
    if layer is not None and not isinstance(layer, str):
        raise MldTypeError(
            "MLD-O92", "layer", f"got {shown(layer)}", "the layer's path as text, or None",
            'Pass for example "features.7", as in model.named_modules().',
        )  # fmt: skip
    return Request(
        positions,
        targets,
        _one_of(method, allowed, "MLD-O90", "method"),
        layer,
        _one_of(baseline, BASELINES, "MLD-O99", "baseline"),
        checked_whole(n_steps, "n_steps", 1),
        None if n_checked is None else checked_whole(n_checked, "n_checked", 0),
        ev.seed if seed is None else checked_whole(seed, "seed", 0),
        notes,
    )


def ev_rows(ev: Evaluation, rows: Any) -> Positions:
    """Return ``rows`` (positions, one position, a mask or a query) as positions; at least one."""
    positions = np.flatnonzero(ev.rows_matching(rows)) if isinstance(rows, str) else checked_rows(rows, ev.n)
    if not len(positions):
        got = f"no row matches {rows!r}" if isinstance(rows, str) else "got no rows"
        raise MldValueError("MLD-O96", "rows", got, "at least one row", "Name one, for example ev.loss.argmax().")
    return positions.astype(np.intp, copy=False)


def _one_of(value: Any, allowed: Any, code: str, argument: str) -> str:
    if isinstance(value, str) and value in allowed:
        return value
    kind = MldValueError if isinstance(value, str) else MldTypeError
    raise kind(code, argument, f"got {shown(value)}", "one of " + ", ".join(allowed), "Use one of these names.")


def checked_whole(value: Any, argument: str, least: int) -> int:
    """Return ``value`` as a whole number of at least ``least``."""
    allowed = f"a whole number of at least {least}"
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise MldTypeError("MLD-O97", argument, f"got {shown(value)}", allowed, "Leave it out.")
    if value < least:
        raise MldValueError("MLD-O97", argument, f"got {value}", allowed, "Leave it out.")
    return int(value)


def checked_targets(ev: Evaluation, rows: Positions, target: Any, columns: int) -> tuple[Positions, tuple[str, ...]]:
    """Return the class position to explain for each row, and what must be said about it."""
    if ev.task == "regression":
        if target is not None:
            raise MldValueError(
                "MLD-O94",
                "target",
                f"got {shown(target)} for a regression",
                "None",
                "Leave it out: there is one output.",
            )
        return np.zeros(len(rows), np.intp), ()
    if target is None or (isinstance(target, str) and target == "predicted" and "predicted" not in ev.class_names):
        return _predicted(ev, rows), ()
    if isinstance(target, str) and target == "true" and "true" not in ev.class_names:
        return _true(ev, rows, columns)
    if isinstance(target, str):
        return np.full(len(rows), _named(ev, target, columns), np.intp), ()
    return _positions(ev, rows, target, columns), ()


def _predicted(ev: Evaluation, rows: Positions) -> Positions:
    codes = ev.predicted_codes
    if codes is None or codes.ndim > 1:
        return np.asarray(np.nan_to_num(ev.scores[rows]).argmax(axis=1), np.intp)
    return codes[rows].astype(np.intp).clip(0)


def _true(ev: Evaluation, rows: Positions, columns: int) -> tuple[Positions, tuple[str, ...]]:
    codes = np.asarray(ev.class_codes)
    if codes.ndim > 1:
        raise _no_target("'true' where a row has several labels", ev, columns)
    truth = codes[rows].astype(np.intp)
    unknown = (truth < 0) | (truth >= columns)
    if not unknown.any():
        return truth, ()
    count = f"{int(unknown.sum())} of {len(rows)}"
    note = f"The true class of {count} images is not known: their predicted class is explained."
    return np.where(unknown, _predicted(ev, rows), truth), (note,)


def _named(ev: Evaluation, name: str, columns: int) -> int:
    if name in ev.class_names[:columns]:
        return ev.class_names.index(name)
    raise _no_target(repr(name), ev, columns)


def _positions(ev: Evaluation, rows: Positions, target: Any, columns: int) -> Positions:
    values = np.asarray(target)
    if values.dtype.kind not in "iu" or values.ndim > 1 or values.size not in (1, len(rows)):
        raise MldTypeError(
            "MLD-O94", "target", f"got {shown(target)}",
            f"a class name, its position, one position for each of the {len(rows)} rows, 'predicted' or 'true'",
            "Leave it out for the predicted class.",
        )  # fmt: skip
    outside = values[(values < 0) | (values >= columns)]
    if outside.size:
        raise _no_target(f"class position {int(outside.reshape(-1)[0])}", ev, columns)
    return np.broadcast_to(values.reshape(-1), len(rows)).astype(np.intp)


def _no_target(got: str, ev: Evaluation, columns: int) -> MldValueError:
    names = ", ".join(map(repr, ev.class_names[: min(columns, 8)]))
    more = f" and {columns - 8} more" if columns > 8 else ""
    return MldValueError(
        "MLD-O94", "target", f"got {got}",
        f"one of the model's {columns} classes: {names}{more}; or 0 to {columns - 1}",
        "Leave it out for the predicted class.",
    )  # fmt: skip
