"""Where did the model look? Class activation maps and pixel attributions of images."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch

from mldebug_widgets.analyzers.arguments import checked_evaluation
from mldebug_widgets.analyzers.class_activation.explained import ExplainedModel
from mldebug_widgets.analyzers.class_activation.making import Made, made_steps
from mldebug_widgets.analyzers.class_activation.pictures import Pictures, pictures_of
from mldebug_widgets.analyzers.class_activation.request import METHODS, PIXEL_METHODS, checked_request
from mldebug_widgets.analyzers.class_activation.scaling import over_pictures
from mldebug_widgets.analyzers.class_activation.steps import Batches, Progress, Step, Steps, drained
from mldebug_widgets.analyzers.class_activation.survey import Ranked
from mldebug_widgets.analyzers.class_activation.trusting import Trust, trust_steps
from mldebug_widgets.analyzers.trust import TrustLine

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation


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
    complaints
        (m,) what speaks against each image's map, "" where nothing does.
    unit
        What ``output`` is: "score before softmax", "log-odds", "probability", "predicted value".
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
    complaints: tuple[str, ...]
    unit: str
    notes: tuple[str, ...]
    seconds: float

    def to_frame(self) -> pd.DataFrame:
        """Return one line per image: row, explained class, output, probability, loss, and how much of it is bright."""
        names = [self.class_names[at] for at in self.target] if self.class_names else [""] * len(self.rows)
        pixels = self.sizes.prod(axis=1)
        bright = (self.maps > 0.5).sum(axis=(1, 2)) / pixels
        columns = {"target": names, "output": self.output, "probability": self.probability, "loss": self.loss,
                   "bright_share": bright, "suspicious": self.suspicious.astype(bool)}  # fmt: skip
        return pd.DataFrame(columns, index=pd.Index(self.rows, name="row"))

    def __repr__(self) -> str:
        where = f" at {self.layer}" if self.layer else ""
        return f"GradCamResult({len(self.rows)} images, {self.method_label}{where})"


def gradcam(
    ev: Evaluation,
    rows: Any,
    *,
    method: str = "gradcam",
    layer: str | None = None,
    target: Any = None,
    baseline: str = "zero",
    n_steps: int = 50,
    normalization: Any = None,
    n_checked: int | None = None,
    internal_batch_size: int | None = None,
    seed: int | None = None,
    cancelled: Callable[[], bool] | None = None,
    progress: Progress | None = None,
) -> GradCamResult:
    """Return where in the images the model looked."""
    responsive = cancelled is not None or progress is not None
    steps = gradcam_steps(
        ev,
        rows,
        method=method,
        layer=layer,
        target=target,
        baseline=baseline,
        n_steps=n_steps,
        normalization=normalization,
        n_checked=n_checked,
        internal_batch_size=internal_batch_size,
        seed=seed,
        responsive=responsive,
    )
    return drained(steps, cancelled, progress)


def gradcam_steps(
    ev: Evaluation,
    rows: Any,
    *,
    method: str = "gradcam",
    layer: str | None = None,
    target: Any = None,
    baseline: str = "zero",
    n_steps: int = 50,
    normalization: Any = None,
    n_checked: int | None = None,
    internal_batch_size: int | None = None,
    seed: int | None = None,
    responsive: bool = True,
) -> Steps[GradCamResult]:
    """Do what ``gradcam`` does in pieces: yields a ``Step`` after each, returns the result.

    Between the pieces the user's model is as it was, so a kernel may do other things there.
    """
    started = time.perf_counter()
    checked_evaluation(ev)
    model = ExplainedModel(ev)
    request = checked_request(
        ev,
        rows,
        method=method,
        layer=layer,
        target=target,
        baseline=baseline,
        n_steps=n_steps,
        n_checked=n_checked,
        seed=seed,
        columns=model.columns(),
    )
    batches = Batches(internal_batch_size, responsive=responsive)
    yield Step("Reading the images", 0.0)
    shown = pictures_of(ev.images, request.rows, normalization)
    made = yield from made_steps(ev, model, request, batches)
    trust = yield from trust_steps(model, made, batches)
    return _result(ev, model, made, trust, shown, time.perf_counter() - started)


def _result(
    ev: Evaluation, model: ExplainedModel, made: Made, trust: Trust, shown: Pictures, seconds: float
) -> GradCamResult:
    request = made.request
    pixels = request.method in PIXEL_METHODS
    raw = np.nan_to_num(made.maps.values, nan=0, posinf=0, neginf=0)
    raw = raw if pixels else raw.clip(0)
    targets = torch.from_numpy(request.targets)
    return GradCamResult(
        kind="gradcam",
        maps=over_pictures(raw, shown.sizes, shown.images.shape[1:3], pixels=pixels),
        raw=raw,
        images=shown.images,
        sizes=shown.sizes,
        rows=request.rows,
        target=request.targets,
        class_names=ev.class_names,
        truth=_codes(ev.class_codes, request.rows),
        predicted=_codes(ev.predicted_codes, request.rows),
        output=model.explained(made.maps.raw, targets).float().numpy(),
        probability=model.probability(made.maps.raw, targets).float().numpy(),
        loss=ev.loss[request.rows].astype(np.float32),
        method=request.method,
        method_label=METHODS[request.method],
        layer=made.layer.name if made.layer else "",
        layers=tuple(_candidate(entry) for entry in made.survey.ranked),
        layer_reason=made.reason,
        trust={line.name: line.value for line in trust.lines},
        trust_lines=trust.lines,
        suspicious=np.array([bool(text) for text in trust.complaints], np.uint8),
        complaints=trust.complaints,
        unit=model.unit,
        notes=(*made.notes, *shown.notes),
        seconds=seconds,
    )


def _codes(codes: Any, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    values = None if codes is None else np.asarray(codes)
    if values is None or values.ndim > 1:
        return np.full(len(rows), -1, np.intp)
    return values[rows].astype(np.intp)


def _candidate(entry: Ranked) -> LayerCandidate:
    found = entry.found
    grid = found.layout.grid
    label = f"{found.name} · {grid[0]} x {grid[1]}"
    return LayerCandidate(found.name, label, grid, found.layout.how, entry.score, entry.reason)
