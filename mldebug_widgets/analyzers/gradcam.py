"""Where did the model look? Class activation maps and pixel attributions of images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.trust import TrustLine


@dataclass(frozen=True, slots=True, eq=False)
class LayerCandidate:
    """A layer that maps can be made at.

    Attributes
    ----------
    name
        Its path in the module: ``features.7``.
    label
        The path and the grid: ``features.7 · 14 x 14``.
    grid
        (height, width) of its spatial output.
    how
        How the grid was found: "channels first", "channels last", "tokens after 1 class token", and the like.
    score
        Deletion test: how many times faster the score falls than in random order; None where it was not tested.
    reason
        Why it is or is not the first choice.
    """

    name: str
    label: str
    grid: tuple[int, ...]
    how: str
    score: float | None
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class GradCamResult:
    """Maps of m images.

    Attributes
    ----------
    maps
        (m, H, W) float32 in 0..1 at the image's resolution.
    raw
        (m, h, w) the map's numbers at the layer's resolution, before scaling.
    images
        (m, H, W, 3) uint8, as a person sees them (de-normalised); all padded to one size, ``sizes`` says which part.
    sizes
        (m, 2) height and width of each image within ``images`` and ``maps``.
    rows, target
        (m,) row positions, explained class.
    class_names
        Names of the classes.
    truth, predicted
        (m,) class positions, -1 = unknown.
    output
        (m,) explained output (before softmax where that is known).
    probability
        (m,) probability of the explained class.
    loss
        (m,) per-row loss.
    method, method_label
        Standard name, and as it reads on screen.
    layer, layers
        The layer used ("" for pixel methods), and all candidates, best first.
    layer_reason
        Why this layer.
    trust, trust_lines
        Over these images together.
    suspicious
        (m,) 1 where a check failed for the image, so that the picture says so.
    notes, seconds
        What a reader must know; how long it took.
    """

    kind: Literal["gradcam"]
    maps: npt.NDArray[np.float32]
    raw: npt.NDArray[np.float32]
    images: npt.NDArray[np.uint8]
    sizes: npt.NDArray[np.int32]
    rows: npt.NDArray[np.intp]
    target: npt.NDArray[np.intp]
    class_names: tuple[str, ...]
    truth: npt.NDArray[np.intp]
    predicted: npt.NDArray[np.intp]
    output: npt.NDArray[np.float32]
    probability: npt.NDArray[np.float32]
    loss: npt.NDArray[np.float32]
    method: str
    method_label: str
    layer: str
    layers: tuple[LayerCandidate, ...]
    layer_reason: str
    trust: dict[str, float | None]
    trust_lines: tuple[TrustLine, ...]
    suspicious: npt.NDArray[np.uint8]
    notes: tuple[str, ...]
    seconds: float
