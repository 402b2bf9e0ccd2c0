"""What happens to the answer when parts of an image are deleted, or brought back, in the order of a map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from mldebug_widgets.analyzers.class_activation.explained import ExplainedModel
from mldebug_widgets.analyzers.class_activation.scaling import enlarged
from mldebug_widgets.analyzers.class_activation.steps import Batches, Steps

Floats = npt.NDArray[np.float32]
#: Shares of the pixels that are gone at each step. They mirror each other, so that bringing back in a random order is
#: deleting in the reverse order, and one random curve serves both.
SHARES = (0.05, 0.2, 0.5, 0.8, 0.95)
#: Enough to tell layers apart.
FIRST_SHARES = SHARES[:3]
_LEAST_FALL = 0.01  # an answer that falls by less than this when the whole image goes says nothing about its parts
_NEVER_ZERO = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class Subjects:
    """The images that a test is made on: their ``rows``, and the classes explained, ``targets``."""

    rows: npt.NDArray[np.intp]
    targets: npt.NDArray[np.intp]


def curves(model: ExplainedModel, subjects: Subjects, orders: list[Floats], batches: Batches,
           *, insert: bool = False, shares: Sequence[float] = SHARES) -> Steps[npt.NDArray[np.float64]]:  # fmt: skip
    """Return (orders, m, points) the probability of the target after 0, each of ``shares``, and all of the pixels.

    Each of ``orders`` is (m, h, w): the highest places go first. Deleted pixels take their image's mean colour.
    """
    m, size = len(subjects.rows), model.axes.size
    ranks = torch.stack([_ranks(order, size) for order in orders])
    levels = torch.tensor(shares)
    with model.running():
        images = model.axes.first(model.inputs(subjects.rows))
        whole, blank = (
            _probability(model, images, subjects.targets),
            _probability(model, _mean(images), subjects.targets),
        )

    def answered(start: int, stop: int) -> npt.NDArray[np.float32]:
        order, image, step = np.unravel_index(np.arange(start, stop), (len(orders), m, len(shares)))
        gone = ranks[order, image] < levels[step].reshape(-1, 1, 1)
        gone = (~gone if insert else gone).unsqueeze(1).to(images.device)
        with model.running():
            chosen = images[torch.from_numpy(image)]
            return _probability(model, torch.where(gone, _mean(chosen), chosen), subjects.targets[image])

    doing = "Bringing the brightest parts back" if insert else "Deleting the brightest parts"
    parts = yield from batches.over(len(orders) * m * len(shares), answered, doing)
    inner = np.concatenate(parts).reshape(len(orders), m, len(shares)).astype(np.float64)
    first, last = (blank, whole) if insert else (whole, blank)
    ends = [np.broadcast_to(end, (len(orders), m))[..., None] for end in (first, last)]
    return np.concatenate([ends[0], inner, ends[1]], axis=2)


def areas(values: npt.NDArray[np.float64], shares: Sequence[float] = SHARES) -> npt.NDArray[np.float64]:
    """Return (orders, m) the area under each curve above the lowest answer seen for the image, as a share.

    NaN for images whose answer hardly moves at all.
    """
    low = values.min(axis=(0, 2), keepdims=True)
    span = values.max(axis=(0, 2), keepdims=True) - low
    scaled = np.where(span > _LEAST_FALL, (values - low) / np.where(span > 0, span, 1), np.nan)
    return np.asarray(np.trapezoid(scaled, np.array((0.0, *shares, 1.0)), axis=2))


def times_better(smaller: npt.NDArray[np.float64], larger: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return how many times ``smaller`` goes into ``larger``, areas that may be zero."""
    return (larger + _NEVER_ZERO) / (smaller + _NEVER_ZERO)


def random_orders(m: int, grid: tuple[int, ...], rng: np.random.Generator) -> Floats:
    """Return (m, h, w) random places on the same grid as a map, so that only the order differs."""
    return rng.random((m, *grid), dtype=np.float32)


def _ranks(order: Floats, size: tuple[int, int]) -> torch.Tensor:
    """Return (m, H, W) each pixel's place in the order, 0 for the first and 1 for the last."""
    flat = enlarged(torch.from_numpy(np.ascontiguousarray(order)), size).reshape(len(order), -1)
    places = flat.argsort(dim=1, descending=True, stable=True).argsort(dim=1)
    return (places.float() / flat.shape[1]).reshape(len(order), *size)


def _mean(images: torch.Tensor) -> torch.Tensor:
    return images.float().mean((2, 3), keepdim=True).to(images.dtype).expand_as(images)


def _probability(model: ExplainedModel, images: torch.Tensor, targets: npt.NDArray[np.intp]) -> Floats:
    with torch.no_grad():
        raw = model.answer(model.axes.back(images))
        chosen = torch.from_numpy(np.ascontiguousarray(targets)).to(raw.device)
        return np.asarray(model.probability(raw, chosen).float().cpu().numpy())
