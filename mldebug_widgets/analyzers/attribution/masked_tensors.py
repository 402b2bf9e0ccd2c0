"""Masking what a torch model reads instead of the user's table: the same answers without a frame per piece."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch

from mldebug_widgets.analyzers.attribution.leaves import Net, Tensors, tensors_in
from mldebug_widgets.analyzers.attribution.masking import Keep, Positions, Reader
from mldebug_widgets.analyzers.attribution.raw_columns import owners_of
from mldebug_widgets.errors import MldError

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation

#: Values of all rows as the model reads them: what may be held at once.
MOST_VALUES = 50_000_000


def masked_tensors(ev: Evaluation, net: Net | None, frame: pd.DataFrame, baselines: pd.DataFrame) -> Reader | None:
    """Return a reader that masks tensors; None for other models, and where values are made from several columns."""
    if net is None or ev.model.opened is None:
        return None
    try:
        owners = owners_of(ev, net, leaves=False)
    except MldError:
        return None
    rows = tensors_in(ev.model.opened.inputs_of(frame, np.arange(len(frame))))
    bases = tensors_in(ev.model.opened.inputs_of(baselines, np.arange(len(baselines))))
    if sum(part.numel() for part in rows) > MOST_VALUES:
        return None
    return _Tensors(net, rows, bases, owners)


class _Tensors:
    def __init__(self, net: Net, rows: Tensors, bases: Tensors, owners: npt.NDArray[np.intp] | None) -> None:
        self._net = net
        self._rows = rows
        self._bases = bases
        self._owners: list[torch.Tensor | None] = [None] * len(rows)
        if owners is not None:
            widths = [part[0].numel() for part in rows]
            split = np.split(owners, np.cumsum(widths)[:-1])
            self._owners = [torch.from_numpy(some).to(part.device) for some, part in zip(split, rows, strict=True)]

    def __call__(self, at: Positions, keep: Keep, baseline: int) -> npt.NDArray[Any]:
        """Return the raw outputs, as ``Reader`` says."""
        device = self._rows[0].device
        chosen, kept = torch.from_numpy(at).to(device), torch.from_numpy(keep).to(device)
        parts = [
            torch.where(_spread(kept, owners, part), part[chosen], base[baseline])
            for part, base, owners in zip(self._rows, self._bases, self._owners, strict=True)
        ]
        with torch.no_grad():
            raw = self._net.call(parts)
        return np.asarray((raw[:, 0] if raw.ndim == 2 and raw.shape[1] == 1 else raw).double().cpu().numpy())


def _spread(keep: torch.Tensor, owners: torch.Tensor | None, part: torch.Tensor) -> torch.Tensor:
    """Return the mask of raw columns (r, p) as a mask of the values made from them; those of no column are kept."""
    if owners is None:
        return keep
    mask = keep[:, owners.clamp(min=0)] | (owners < 0)
    return mask.reshape(len(keep), *part.shape[1:])
