"""Which layers keep the places of the image, found by looking at one forward pass.

The pass holds an image and four copies, each with another corner changed. A reading of a layer's output is right where
what changed with a corner lies in that corner; that tells channels from places, class tokens from the grid's, and
rolled windows from others, whatever the shapes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from mldebug_widgets.analyzers.class_activation.explained import ExplainedModel
from mldebug_widgets.analyzers.class_activation.layouts import Layout, layouts_of
from mldebug_widgets.analyzers.class_activation.taps import first_tensor

_PROBES = 5
_LEAST_LOCAL = 0.05  # what a corner changes lies in that corner by this much more than a quarter of it would
_MOST_CANDIDATES = 6
_OF_DEEPEST_GRID = 3
_NO_STEPS = ("Dropout", "Identity", "DropPath", "StochasticDepth", "Flatten", "Softmax")


@dataclass(frozen=True, slots=True)
class Found:
    """A layer whose output keeps the places: ``name``, its ``layout``, and how local it is (0 to 1)."""

    name: str
    layout: Layout
    local: float
    is_block: bool


def spatial_layers(model: ExplainedModel, images: torch.Tensor) -> tuple[list[Found], tuple[str, ...]]:
    """Return the layers that keep the places, in the order of the pass, and the names of all that ran.

    ``images`` (1, ...) is one image as the model reads it. Call it inside ``model.running()``.
    """
    if model.net is None:
        return [], ()
    found: dict[str, Found] = {}
    ran: list[str] = []
    handles = []
    try:
        for name, module in model.net.named_modules():
            if name and not isinstance(module, torch.jit.ScriptModule):
                handles.append(module.register_forward_hook(_looking(name, module, model, found, ran)))
        with torch.no_grad():
            model.answer(_probes(model, images))
    finally:
        for handle in handles:
            handle.remove()
    return list(found.values()), tuple(dict.fromkeys(ran))


def _probes(model: ExplainedModel, images: torch.Tensor) -> torch.Tensor:
    first = model.axes.first(images[:1])
    probes = first.repeat(_PROBES, 1, 1, 1).contiguous()
    height, width = model.axes.size
    spread = first.float().std().clamp_min(0.1)
    pattern = torch.ones(height, width, device=first.device)
    pattern[::2] *= -1  # stripes and a step: edges alone would leave flat areas unchanged
    for at, (rows, columns) in enumerate(_corners(height, width), start=1):
        change = spread * (1 + pattern[rows, columns])
        probes[at, :, rows, columns] += change.to(probes.dtype)
    return model.axes.back(probes)


def _corners(height: int, width: int) -> list[tuple[slice, slice]]:
    halves = [(slice(0, size // 2), slice(size - size // 2, size)) for size in (height, width)]
    return [(rows, columns) for rows in halves[0] for columns in halves[1]]


def _looking(
    name: str, module: nn.Module, model: ExplainedModel, found: dict[str, Found], ran: list[str]
) -> Callable[..., None]:
    def hook(_module: nn.Module, _inputs: Any, output: Any) -> None:
        ran.append(name)
        value = first_tensor(output)
        if value is None or value.numel() == 0:
            return
        best = best_layout(value.detach(), model.axes.size)
        found.pop(name, None)
        if best is not None:
            found[name] = Found(name, best[0], best[1], next(module.children(), None) is not None)

    return hook


def best_layout(value: torch.Tensor, size: tuple[int, int]) -> tuple[Layout, float] | None:
    """Return the reading of a probe pass's output that puts what changed where it changed, or None."""
    best: tuple[Layout, float] | None = None
    for layout in layouts_of(tuple(value.shape), _PROBES, size):
        local = _locality(layout.spatial(value))
        if local > (_LEAST_LOCAL if best is None else best[1] + 1e-6):
            best = layout, local
    return best


def _locality(spatial: torch.Tensor) -> float:
    """Return the share of each corner's change that lies in the corner: 1 all of it, 0 as much as anywhere."""
    if len(spatial) != _PROBES:
        return 0.0
    change = (spatial[1:] - spatial[:1]).float().abs().mean(1)
    total = change.sum((1, 2))
    if not bool(torch.isfinite(total).all()) or bool((total <= 0).any()):
        return 0.0
    corners = _corners(*change.shape[1:])
    inside = torch.stack([change[at][corner].mean() for at, corner in enumerate(corners)])
    return float(((inside / change.mean((1, 2)) - 1) / 3).mean())


def shortlist(model: ExplainedModel, found: list[Found]) -> list[Found]:
    """Return up to six layers worth a closer look, deepest first: the last of each grid, and blocks of the deepest."""
    modules = dict(model.net.named_modules()) if model.net is not None else {}
    kept = [entry for entry in _distinct(found) if _is_step(modules[entry.name], entry)]
    grids: dict[tuple[int, int], list[Found]] = {}
    for entry in reversed(kept):
        grids.setdefault(entry.layout.grid, []).append(entry)
    chosen: list[Found] = []
    for entries in grids.values():
        blocks = [entry for entry in entries[1:] if entry.is_block] or entries[1:]
        alone = len(grids) == 1
        more = _MOST_CANDIDATES - 1 if alone else (_OF_DEEPEST_GRID - 1 if not chosen else 0)
        chosen += [entries[0], *blocks[:more]]
    return chosen[:_MOST_CANDIDATES]


def _is_step(module: nn.Module, entry: Found) -> bool:
    kind = type(module).__name__
    if kind.startswith(_NO_STEPS) or entry.layout.form == "windows":
        return False
    if "token" in entry.layout.form or entry.layout.form == "sequence first":
        return entry.is_block or "Norm" in kind
    return True


def _distinct(found: list[Found]) -> list[Found]:
    """Drop containers whose output is that of the block inside: the outer name is kept."""
    names = {entry.name for entry in found}
    return [entry for entry in found if entry.name.rpartition(".")[0] not in names or not _last_of(entry, found)]


def _last_of(entry: Found, found: list[Found]) -> bool:
    parent = entry.name.rpartition(".")[0]
    at = next(index for index, other in enumerate(found) if other.name == entry.name)
    following = found[at + 1 :]
    return bool(following) and following[0].name == parent and following[0].layout == entry.layout
