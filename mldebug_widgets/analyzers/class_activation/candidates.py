"""Which layers keep the places of the image, found by looking at one forward pass.

The pass holds an image and four copies, each changed in a box of its own. A reading of a layer's output is right where
what changed with a box lies in that box; that tells channels from places, class tokens from the grid's, and rolled
windows from others, whatever the shapes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.nn.functional import adaptive_avg_pool2d

from mldebug_widgets.analyzers.class_activation.explained import ExplainedModel
from mldebug_widgets.analyzers.class_activation.layouts import Layout, layouts_of
from mldebug_widgets.analyzers.class_activation.taps import first_tensor

#: Images in the pass that is looked at.
PROBES = 5
_LEAST_LOCAL = 0.1
_PER_EXTRA, _PER_ODDITY = 0.002, 0.05  # of two readings that fit nearly as well the plainer one is taken
_MOST_CANDIDATES = 6
_OF_DEEPEST_GRID = 3
_NO_STEPS = (
    "Dropout",
    "Identity",
    "DropPath",
    "StochasticDepth",
    "Flatten",
    "Softmax",
    "ZeroPad",
    "ReflectionPad",
    "ReplicationPad",
    "ConstantPad",
)


@dataclass(frozen=True, slots=True)
class Found:
    """A layer whose output keeps the places.

    ``name``; its ``layout``; how ``local`` it is (0 to 1); the ``kind`` of module and its number of ``channels``.
    """

    name: str
    layout: Layout
    local: float
    is_block: bool
    kind: str
    channels: int


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
    probes = first.repeat(PROBES, 1, 1, 1).contiguous()
    height, width = model.axes.size
    if not first.is_floating_point():  # such as entries of a palette: other numbers than these may mean nothing
        for at, (rows, columns) in enumerate(_boxes(height, width), start=1):
            probes[at, :, rows, columns] = first.amin() + first.amax() - probes[at, :, rows, columns]
        return model.axes.back(probes)
    spread = first.float().std().clamp_min(0.1)
    pattern = torch.ones(height, width, device=first.device)
    pattern[::2] *= -1  # stripes and a step: edges alone would leave flat areas unchanged
    for at, (rows, columns) in enumerate(_boxes(height, width), start=1):
        change = spread * (1 + pattern[rows, columns])
        probes[at, :, rows, columns] += change.to(probes.dtype)
    return model.axes.back(probes)


def _boxes(height: int, width: int) -> list[tuple[slice, slice]]:
    """Return one box in the middle of each quarter of the image, half as wide and high as the quarter."""
    starts = [(round(size / 8), round(5 * size / 8)) for size in (height, width)]
    sides = [max(1, round(size / 4)) for size in (height, width)]
    return [(slice(top, top + sides[0]), slice(left, left + sides[1])) for top in starts[0] for left in starts[1]]


def _looking(
    name: str, module: nn.Module, model: ExplainedModel, found: dict[str, Found], ran: list[str]
) -> Callable[..., None]:
    def hook(_module: nn.Module, _inputs: Any, output: Any) -> None:
        ran.append(name)
        value = first_tensor(output)
        if value is None or value.numel() == 0:
            return
        seen = {entry.layout.grid for entry in found.values() if entry.layout.is_map}
        best = best_layout(value.detach(), model.axes.size, seen)
        found.pop(name, None)
        if best is not None:
            layout, local = best
            is_block = next(module.children(), None) is not None
            channels = int(value.shape[layout.channel_axis])
            found[name] = Found(name, layout, local, is_block, type(module).__name__, channels)

    return hook


def best_layout(
    value: torch.Tensor, size: tuple[int, int], seen: Collection[tuple[int, int]] = ()
) -> tuple[Layout, float] | None:
    """Return the reading of a probe pass's output that puts what changed where it changed, or None.

    ``seen`` are grids that layers before it had.
    """
    best: tuple[Layout, float] | None = None
    leading = 0.0
    changes: dict[tuple[str, int], torch.Tensor] = {}
    for layout in layouts_of(tuple(value.shape), PROBES, size, seen):
        key = layout.form, layout.channel_axis
        if key not in changes:
            changes[key] = _changes(value, layout)
        local = _locality(layout.spatial(changes[key])[:, 0].numpy(), size)
        odd = (not layout.in_proportion(size)) + (layout.shift > 0)
        plain = local - _PER_EXTRA * (layout.before + layout.after) - _PER_ODDITY * odd
        if local > _LEAST_LOCAL and (best is None or plain > leading + 1e-6):
            best, leading = (layout, local), plain
    return best


def _changes(value: torch.Tensor, layout: Layout) -> torch.Tensor:
    """Return how much each place changed with each box: the layer's output with one channel, and one image fewer."""
    batch = layout.batch_axis
    parts = value.reshape(*value.shape[:batch], PROBES, -1, *value.shape[batch + 1 :])
    changed = parts.narrow(batch, 1, PROBES - 1) - parts.narrow(batch, 0, 1)
    sizes = changed.flatten(batch, batch + 1).float().abs()
    return sizes.mean(layout.channel_axis, keepdim=True).cpu()


def _locality(change: npt.NDArray[np.float32], size: tuple[int, int]) -> float:
    """Return the correlation over the places of what changed with a box and how much of each place it covers."""
    pairs = np.stack([change, _covered(size, change.shape[1:])]).reshape(2, len(change), -1).astype(np.float64)
    pairs -= pairs.mean(2, keepdims=True)
    lengths = np.sqrt((pairs**2).sum(2)).prod(0)
    if not np.isfinite(lengths).all() or (lengths <= 0).any():
        return 0.0
    return float((pairs.prod(0).sum(1) / lengths).mean())


@lru_cache(maxsize=64)
def _covered(size: tuple[int, int], grid: tuple[int, ...]) -> npt.NDArray[np.float32]:
    covered = torch.zeros(PROBES - 1, *size)
    for at, box in enumerate(_boxes(*size)):
        covered[at][box] = 1
    return np.asarray(adaptive_avg_pool2d(covered, (grid[0], grid[1])).numpy())


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
