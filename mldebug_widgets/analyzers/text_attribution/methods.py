"""The methods for texts by their standard names, and which of them suits a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from mldebug_widgets.analyzers.attribution.methods import METHODS as TABLE_METHODS
from mldebug_widgets.analyzers.attribution.methods import Method
from mldebug_widgets.errors import MldTypeError, MldValueError, shown

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation

METHODS = {
    **{name: TABLE_METHODS[name] for name in ("integrated_gradients", "input_x_gradient", "saliency")},
    "occlusion": Method("occlusion", "Occlusion", False, False, True),
    "shapley_value_sampling": TABLE_METHODS["shapley_value_sampling"],
}
BASELINES = ("auto", "padding", "mask", "zero")


def layer_of(ev: Evaluation, layer: Any = None) -> tuple[str, str]:
    """Return the name of the embedding layer, or "" and why there is none to follow gradients to.

    Raises
    ------
    MldValueError, MldTypeError
        ``MLD-O106`` when ``layer`` is given and is not in the model.
    """
    tokens = ev.model.tokens
    module = None if tokens is None else tokens.module
    if tokens is None or module is None:
        return "", f"{ev.model_name} is asked with texts, and gives no gradients"
    if isinstance(module, torch.jit.ScriptModule):
        return "", f"{ev.model_name} is scripted, and a scripted module cannot be looked into"
    if layer is None:
        why = "" if tokens.embedding_name else f"no embedding of {ev.model_name} is given the token ids themselves"
        return tokens.embedding_name, why
    names = [name for name, _ in getattr(module, "_orig_mod", module).named_modules() if name]
    if not isinstance(layer, str):
        raise MldTypeError(
            "MLD-O106", "layer", f"got {shown(layer)}", "the name of a layer", "Leave it out to have it found."
        )
    if layer not in names:
        raise MldValueError(
            "MLD-O106", "layer", f"got {layer!r}", f"one of {', '.join(map(repr, names[:8]))}", "Name one of them."
        )
    return layer, ""


def choose_method(ev: Evaluation, method: Any, layer: str, why_not: str) -> tuple[Method, str]:
    """Return the method of that name, or for "auto" the one that suits the model with the reason.

    Raises
    ------
    MldValueError, MldTypeError
        ``MLD-O105`` when there is no such method, or the model gives no gradients for it.
    """
    names = applicable(layer)
    allowed = ", ".join(("auto", *names))
    if not isinstance(method, str):
        raise MldTypeError("MLD-O105", "method", f"got {shown(method)}", allowed, 'Leave it out for "auto".')
    if method == "auto":
        if layer:
            return METHODS["integrated_gradients"], f"gradients reach the embedding {layer!r}"
        return METHODS["occlusion"], why_not
    method = "occlusion" if method == "feature_ablation" else method
    if method not in names:
        got = f"got {method!r}: {why_not}" if method in METHODS else f"got {method!r}"
        raise MldValueError("MLD-O105", "method", got, allowed, 'Leave it out for "auto".')
    return METHODS[method], ""


def applicable(layer: str) -> tuple[str, ...]:
    """Return the names of the methods that a model with that embedding layer ("" for none) can be asked for."""
    return tuple(name for name, method in METHODS.items() if layer or not method.gradients)


def checked_baseline(baseline: Any, layer: str, pad_id: int | None, mask_id: int | None) -> str:
    """Return which baseline is meant: "padding", "mask", "zero", or "removed" where words are taken out of texts.

    Raises
    ------
    MldValueError
        ``MLD-O107`` when the tokenizer has no such token, or words can only be taken out.
    """
    if not layer:
        if baseline != "auto":
            raise MldValueError(
                "MLD-O107", "baseline", f"got {baseline!r} for a model without token vectors", "auto",
                "Leave it out: words are taken out of the text.",
            )  # fmt: skip
        return "removed"
    known = {"padding": pad_id is not None, "mask": mask_id is not None, "zero": True}
    if baseline == "auto":
        return "padding" if known["padding"] else "zero"
    if not known.get(baseline) if isinstance(baseline, str) else True:
        allowed = ", ".join(("auto", *(name for name, there in known.items() if there)))
        raise MldValueError("MLD-O107", "baseline", f"got {shown(baseline)}", allowed, "Leave it out.")
    return str(baseline)
