"""What do several layers of a network say about the same images? All of them from one forward pass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.arguments import checked_evaluation
from mldebug_widgets.analyzers.class_activation.explained import ExplainedModel
from mldebug_widgets.analyzers.class_activation.making import maps_at_layers
from mldebug_widgets.analyzers.class_activation.request import checked_request, checked_whole
from mldebug_widgets.analyzers.class_activation.steps import Batches, drained
from mldebug_widgets.analyzers.class_activation.weighting import WEIGHTINGS

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation


def layer_maps(
    ev: Evaluation,
    rows: Any,
    layers: Sequence[str] | str,
    *,
    method: str = "gradcam",
    target: Any = None,
    internal_batch_size: int | None = None,
) -> dict[str, npt.NDArray[np.float32]]:
    """Return the maps at several layers from one forward and one backward pass, to compare what they look at.

    Parameters
    ----------
    ev, rows, target, internal_batch_size
        As for ``gradcam``.
    layers
        Paths as in ``module.named_modules()``, each of a layer that keeps the places.
    method
        One of those that need one pass: "gradcam", "gradcam++", "hirescam", "layercam", "xgradcam", "eigencam".

    Returns
    -------
    dict
        By layer (m, h, w) on the layer's own grid, not below zero and not scaled: what one layer gives can be compared
        between images, but not with what another layer gives.

    Raises
    ------
    MldValueError, MldTypeError
        As ``gradcam``.

    Notes
    -----
    There are no trust checks and no choice of a layer: ``gradcam`` makes both, for one layer.

    Examples
    --------
    >>> maps = mld.layer_maps(ev, [0, 1], ["layer2", "layer4"])
    >>> maps["layer4"].shape
    """
    checked_evaluation(ev)
    model = ExplainedModel(ev)
    request = checked_request(
        ev,
        rows,
        method=method,
        layer=None,
        target=target,
        baseline="zero",
        n_steps=1,
        n_checked=0,
        seed=None,
        columns=model.columns(),
        allowed=WEIGHTINGS,
    )
    size = None if internal_batch_size is None else checked_whole(internal_batch_size, "internal_batch_size", 1)
    names = [layers] if isinstance(layers, str) else layers
    steps = maps_at_layers(ev, model, request, names, Batches(size, responsive=False))
    return {name: maps.clip(0) for name, maps in drained(steps, None, None).items()}
