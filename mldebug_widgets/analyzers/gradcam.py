"""Where did the model look? Class activation maps and pixel attributions of images."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch

from mldebug_widgets.analyzers.arguments import checked_evaluation
from mldebug_widgets.analyzers.class_activation.explained import ExplainedModel
from mldebug_widgets.analyzers.class_activation.making import Made, made_steps
from mldebug_widgets.analyzers.class_activation.pictures import Pictures, pictures_of, same_picture
from mldebug_widgets.analyzers.class_activation.request import (
    METHODS,
    PIXEL_METHODS,
    Request,
    checked_request,
    checked_whole,
)
from mldebug_widgets.analyzers.class_activation.scaling import over_pictures
from mldebug_widgets.analyzers.class_activation.steps import Batches, Progress, Step, Steps, drained
from mldebug_widgets.analyzers.class_activation.survey import Ranked
from mldebug_widgets.analyzers.class_activation.swapping import Swap, swap_steps
from mldebug_widgets.analyzers.class_activation.trusting import Trust, trust_steps
from mldebug_widgets.analyzers.explanations import remember
from mldebug_widgets.analyzers.trust import TrustLine

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation

#: Images by which it is judged whether the pictures are what the model reads.
_LOOKED_AT = 4


@dataclass(frozen=True, slots=True, eq=False)
class LayerCandidate:
    """A layer that maps can be made at.

    Attributes
    ----------
    name
        Its path in the module: ``features.7``.
    label
        The path, what the layer is, and its output: ``features.7 ReLU · 64 channels, 14 x 14``.
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
    swaps
        Whether the answer depends on what is in the corners and edges that take much of the maps, tested by swapping;
        None where that was not tested.
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
    swaps: tuple[Swap, ...] | None
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
    """Return where in the images the model looked: class activation maps, or attributions to pixels.

    Parameters
    ----------
    ev
        An Evaluation of a torch model (or a function) over images. The model reads ``images=`` or what ``preprocess=``
        makes of the rows; (C, H, W), (H, W, C) and (H, W) are told apart by their shape.
    rows
        Row positions, one position, a boolean mask over all rows, or a query.
    method
        At a layer: "gradcam", "gradcam++", "hirescam", "layercam", "xgradcam", "eigencam" (no class is in it),
        "ablationcam", "scorecam" (one pass per channel and image). At the pixels: "integrated_gradients", "saliency",
        "occlusion".
    layer
        The layer's path as in ``module.named_modules()``. By default the best of up to six by a deletion test (of up
        to four where one pass takes many operations), made once per Evaluation; ``layer_reason`` says why.
    target
        A class name or its position, one position per row, "predicted" or "true". By default the predicted class.
    baseline
        What stands for "nothing there" in integrated gradients and occlusion: "zero" or "mean" (the image's own mean
        colour).
    n_steps
        Points on the way from the baseline, for integrated gradients.
    normalization
        (mean, std), each a number or one per channel, as the images were normalised with, to show them as they were.
        By default the usual ones are tried; ``notes`` says what was found.
    n_checked
        On how many of the images the trust checks are made, 0 for none (nor are corners and edges swapped). By default
        2 to 16: fewer where the images are large, and where one pass takes many operations.
    internal_batch_size
        Images per pass. By default found, and halved when the device runs out of memory.
    seed
        Of the random orders, noise and weights in the checks; by default the Evaluation's.
    cancelled
        Asked between pieces, which aim at less than 100 ms; when it says True,
        ``concurrent.futures.CancelledError`` is raised.
    progress
        Called with what is being done and how far it is (0 to 1).

    Returns
    -------
    GradCamResult
        ``maps`` (m, H, W), each from 0 to 1 at its image's resolution: sizes are not comparable between images.
        ``suspicious`` (m,) marks maps that fail a check, ``trust_lines`` has the checks.
        Where a method cannot be used at all (a scripted module, a function, no layer that keeps the places, no
        gradient) the maps are made by occlusion instead, which ``method`` and ``notes`` say.

    Raises
    ------
    MldValueError, MldTypeError
        MLD-O90 method, MLD-O91 no model to ask, MLD-O92 no such layer, MLD-O93 a layer that does not keep the places,
        MLD-O94 target, MLD-O95 no images, MLD-O96 no rows, MLD-O97 numbers and memory, MLD-O98 a layer without
        gradient, MLD-O99 baseline and normalization; and the codes of rows.

    Notes
    -----
    Grad-CAM is Selvaraju et al., ICCV 2017; the other sources stand with each method. Maps at a layer are bilinearly
    enlarged, so a bright place is as coarse as the layer's grid. A map shows what the score reacts to, not why, and not
    that the model would be right to; the checks can show that a map deserves no belief, never that it deserves it.

    Examples
    --------
    >>> maps = mld.gradcam(ev, ev.loss.argsort()[::-1][:24])
    >>> maps.layer, maps.layer_reason
    """
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
    size = None if internal_batch_size is None else checked_whole(internal_batch_size, "internal_batch_size", 1)
    batches = Batches(size, responsive=responsive)
    yield Step("Reading the images", 0.0)
    shown = _pictures(ev, model, request, normalization)
    made = yield from made_steps(ev, model, request, batches)
    trust = yield from trust_steps(model, made, batches)
    result = _result(ev, model, made, trust, shown, time.perf_counter() - started)
    if request.n_checked != 0:
        swaps = yield from swap_steps(ev, model, result, batches)
        result = replace(result, swaps=swaps, seconds=time.perf_counter() - started)
    remember(ev, result)
    return result


def _pictures(ev: Evaluation, model: ExplainedModel, request: Request, normalization: Any) -> Pictures:
    """Return the user's images, or what the model reads where there are none or they show something else."""
    note = "The pictures are what the model reads."
    if ev.images is not None:
        looked_at = request.rows[:_LOOKED_AT]
        with model.running():
            read = model.axes.first(model.inputs(looked_at))
        shown = pictures_of(ev.images, request.rows, normalization)
        first = Pictures(shown.images[: len(looked_at)], shown.sizes[: len(looked_at)], ())
        if same_picture(first, read):
            return shown if (shown.sizes == model.axes.size).all() else _stretched(shown, model.axes.size)
        note = "The pictures are what the model reads: images= shows something else (cropped, turned)."
    with model.running():
        shown = pictures_of(model.inputs(request.rows), np.arange(len(request.rows)), normalization)
    return Pictures(shown.images, shown.sizes, (note, *shown.notes))


def _stretched(shown: Pictures, size: tuple[int, int]) -> Pictures:
    note = f"The model reads the images at {size[0]} x {size[1]}; its maps are stretched over the pictures."
    return Pictures(shown.images, shown.sizes, (note, *shown.notes))


def _result(
    ev: Evaluation, model: ExplainedModel, made: Made, trust: Trust, shown: Pictures, seconds: float
) -> GradCamResult:
    request = made.request
    pixels = request.method in PIXEL_METHODS
    known = np.isfinite(made.maps.values).all((1, 2), keepdims=True)
    raw = np.where(known, made.maps.values, np.float32(0))
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
        swaps=None,
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
    channels = f"{found.channels:,} channel{'s' * (found.channels != 1)}"
    label = f"{found.name} {found.kind} · {channels}, {grid[0]} x {grid[1]}"
    return LayerCandidate(found.name, label, grid, found.layout.how, entry.score, entry.reason)
