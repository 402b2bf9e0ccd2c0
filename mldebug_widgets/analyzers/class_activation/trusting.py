"""How far maps can be believed: each check on a few of the images, with a number, a verdict and a word."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch

from mldebug_widgets.analyzers.class_activation.deleting import Subjects, areas, curves, random_orders, times_better
from mldebug_widgets.analyzers.class_activation.effort import is_heavy, tested_on
from mldebug_widgets.analyzers.class_activation.explained import ExplainedModel
from mldebug_widgets.analyzers.class_activation.making import Made, made_at
from mldebug_widgets.analyzers.class_activation.pixels import baseline_of
from mldebug_widgets.analyzers.class_activation.randomising import randomised, rank_correlation
from mldebug_widgets.analyzers.class_activation.request import PIXEL_METHODS
from mldebug_widgets.analyzers.class_activation.scaling import enlarged
from mldebug_widgets.analyzers.class_activation.steps import Batches, Steps
from mldebug_widgets.analyzers.trust import IMAGE, TrustLine, checked, unchecked

Floats = npt.NDArray[np.float32]
#: The order in which the checks are shown; where no image has a map only the first is made.
_NAMES = ("convergence_delta", "infidelity", "deletion", "insertion", "randomisation", "max_sensitivity")
#: What a check that failed says against every map, the worst first; deletion speaks for each image.
_AGAINST = {
    "convergence_delta": "The attributions do not sum to the output.",
    "randomisation": "The map hardly depends on the model's last layers.",
    "infidelity": "The attributions do not predict what hiding parts does to the answer.",
    "max_sensitivity": "Noise that nobody sees changes the map.",
    "insertion": "Bringing bright parts back is no better than random.",
}
_COSTLY = frozenset({"occlusion", "ablationcam", "scorecam", "integrated_gradients"})
#: Up to here, or from here on, a check is good; maps are coarser than columns, and their limits wider.
_BEATS = 1.1
_MOST_DELTA = 0.05
_MOST_INFIDELITY = 0.5
_MOST_SENSITIVITY = 0.5
_MOST_CORRELATION = 0.5
_CELLS = 14  # pixel attributions are judged in cells of this grid: single pixels would only add noise
_NOISE = 0.02
#: Draws where one pass is quick, and where it takes long.
_ORDERS, _ORDERS_WHEN_HEAVY = 2, 1
_DRAWS, _DRAWS_WHEN_HEAVY = 4, 2
_SHUFFLES, _SHUFFLES_WHEN_HEAVY = 3, 1
_HIDINGS, _HIDINGS_WHEN_HEAVY = 24, 8


@dataclass(frozen=True, slots=True, eq=False)
class Trust:
    """The lines of all checks, and for each image (m,) what speaks against its map, "" where nothing does."""

    lines: tuple[TrustLine, ...]
    complaints: tuple[str, ...]


def trust_steps(model: ExplainedModel, made: Made, batches: Batches) -> Steps[Trust]:
    """Check the maps of ``made`` on ``request.n_checked`` of its images."""
    request = made.request
    usable = np.flatnonzero(np.isfinite(made.maps.values).all((1, 2)) & made.maps.values.any((1, 2)))
    wanted = tested_on(model.axes.size, made.survey.operations) if request.n_checked is None else request.n_checked
    chosen = usable[np.unique(np.linspace(0, len(usable) - 1, min(wanted, len(usable))).astype(np.intp))]
    if not len(chosen):
        why = "not asked for" if wanted == 0 else "no image has a map"
        lines = [_converges(made)] + [unchecked(name, why) for name in _NAMES[1:]]
        return Trust(tuple(lines), _complaints(made, {}, lines))
    part = _Part(model, made, chosen, batches)
    deletion, insertion, per_image = yield from part.deletion_and_insertion()
    lines = [
        _converges(made),
        (yield from part.infidelity()),
        deletion,
        insertion,
        (yield from part.randomisation()),
        (yield from part.sensitivity()),
    ]
    ratios = dict(zip(chosen.tolist(), per_image.tolist(), strict=True))
    return Trust(tuple(lines), _complaints(made, ratios, lines))


class _Part:
    """The images that are checked, and what is known of them."""

    def __init__(self, model: ExplainedModel, made: Made, chosen: npt.NDArray[np.intp], batches: Batches) -> None:
        self.model, self.made, self.batches = model, made, batches
        self.rng = np.random.default_rng(made.request.seed)
        self.request = replace(made.request, rows=made.request.rows[chosen], targets=made.request.targets[chosen])
        self.subjects = Subjects(self.request.rows, self.request.targets)
        self.values = made.maps.values[chosen]
        self.heavy = is_heavy(made.survey.operations)
        self.on = f"{len(chosen)} of {len(made.request.rows)} images, seed {made.request.seed}"

    def _order(self) -> Floats:
        """Return the places of the maps, the highest to go first."""
        if self.request.method not in PIXEL_METHODS:
            return self.values
        cells = tuple(min(_CELLS, length) for length in self.values.shape[1:])
        strength = torch.from_numpy(self.values if self.request.method != "saliency" else np.abs(self.values))
        return enlarged(strength, (cells[0], cells[1])).numpy()

    def deletion_and_insertion(self) -> Steps[tuple[TrustLine, TrustLine, npt.NDArray[np.float64]]]:
        """Compare the areas under the answer, while deleting and while bringing back by the map, with random order.

        The third value is the first comparison for each image. One random curve serves both: read backwards it is that
        of bringing back in the reverse order.
        """
        order = self._order()
        drawn = _ORDERS_WHEN_HEAVY if self.heavy else _ORDERS
        chance = [random_orders(len(order), order.shape[1:], self.rng) for _ in range(drawn)]
        gone = yield from curves(self.model, self.subjects, [order, *chance], self.batches)
        back = yield from curves(self.model, self.subjects, [order], self.batches, insert=True)
        deletion, insertion = areas(gone), areas(np.concatenate([back, gone[1:, :, ::-1]]))
        faster = times_better(deletion[0], deletion[1:].mean(0))
        sooner = times_better(insertion[1:].mean(0), insertion[0])
        return self._beats("deletion", faster), self._beats("insertion", sooner), faster

    def _beats(self, name: str, ratios: npt.NDArray[np.float64]) -> TrustLine:
        known = ratios[np.isfinite(ratios)]
        if not len(known):
            return unchecked(name, "the answers hardly change when the whole image is deleted")
        value = float(np.exp(np.log(known).mean()))
        return _line(name, value, value >= _BEATS, self.on)

    def randomisation(self) -> Steps[TrustLine]:
        """Rank correlation of the maps with those of copies whose last layers are randomised."""
        name = "randomisation"
        if self.request.method in _COSTLY - {"integrated_gradients"}:
            return unchecked(name, "takes as many passes as the maps themselves")
        if self.values[0].size < 9:
            return unchecked(name, "the map has too few cells to rank")
        values = []
        why = ""
        for _shuffle in range(_SHUFFLES_WHEN_HEAVY if self.heavy else _SHUFFLES):
            with self.model.running():
                copy, why = randomised(self.model, self.made.survey.ran, self.rng)
            if copy is None:
                return unchecked(name, why)
            changed = yield from made_at(copy, self.request, self.made.layer, self.batches)
            if changed is None or not np.isfinite(changed).all():
                return unchecked(name, "the randomised copy gives no map")
            values.append(rank_correlation(self.values, changed))
        value = float(np.mean(values))
        return _line(name, value, abs(value) < _MOST_CORRELATION, f"{why}; {self.on}")

    def sensitivity(self) -> Steps[TrustLine]:
        """Largest change of the map under noise that nobody sees, as a share of the map (Yeh et al., 2019)."""
        name = "max_sensitivity"
        if self.request.method in _COSTLY:
            return unchecked(name, f"takes {_DRAWS} times as many passes as the maps themselves")
        worst = np.zeros(len(self.values))
        size = np.linalg.norm(self.values.reshape(len(self.values), -1), axis=1)
        for draw in range(_DRAWS_WHEN_HEAVY if self.heavy else _DRAWS):
            noisy = self.model.changed(noise=_noise(int(self.rng.integers(2**31)) + draw))
            moved = yield from made_at(noisy, self.request, self.made.layer, self.batches)
            if moved is None:
                return unchecked(name, "the method gives no map under noise")
            step = np.linalg.norm((moved - self.values).reshape(len(moved), -1), axis=1)
            worst = np.maximum(worst, step / size)
        value = float(worst.mean())
        return _line(name, value, value < _MOST_SENSITIVITY, f"noise of 2% of the images' range; {self.on}")

    def infidelity(self) -> Steps[TrustLine]:
        """Share of the answer's changes, when parts are hidden, that the attributions do not foretell (Yeh et al.)."""
        name, method = "infidelity", self.request.method
        if method not in ("integrated_gradients", "occlusion"):
            return unchecked(name, "only for attributions in the output's own unit", applies=False)
        hidings = _HIDINGS_WHEN_HEAVY if self.heavy else _HIDINGS
        rows, targets = np.repeat(self.request.rows, hidings), np.repeat(self.request.targets, hidings)
        cells = (self.rng.random((len(rows), 7, 7)) < 0.3).astype(np.float32)
        hidden = enlarged(torch.from_numpy(cells), self.model.axes.size) > 0.5
        foretold = (torch.from_numpy(self.values).repeat_interleave(hidings, 0) * hidden).sum((1, 2)).numpy()

        def fall(start: int, stop: int) -> Floats:
            model = self.model
            with model.running(), torch.no_grad():
                images = model.axes.first(model.inputs(rows[start:stop]))
                chosen = torch.from_numpy(targets[start:stop]).to(images.device)
                mask = hidden[start:stop].unsqueeze(1).to(images.device)
                edited = torch.where(mask, baseline_of(images, self.request.baseline), images)
                both = [model.explained(model.answer(model.axes.back(part)), chosen) for part in (images, edited)]
                return np.asarray((both[0] - both[1]).float().cpu().numpy())

        falls = np.concatenate((yield from self.batches.over(len(rows), fall, "Hiding parts at random")))
        value = _unforetold(foretold.reshape(-1, hidings), falls.reshape(-1, hidings))
        if value is None:
            return unchecked(name, "the answers do not change when parts are hidden")
        return _line(name, value, value < _MOST_INFIDELITY, self.on)


def _unforetold(foretold: Floats, falls: Floats) -> float | None:
    """Return the mean squared error of the best multiple of what was foretold, as a share of the mean square."""
    scale = (foretold * falls).sum(1) / np.maximum((foretold**2).sum(1), 1e-12)
    total = (falls**2).sum(1)
    known = total > 0
    if not known.any():
        return None
    left = ((falls - scale[:, None] * foretold) ** 2).sum(1)
    return float((left[known] / total[known]).mean())


class _noise:  # noqa: N801 - a function with a seed
    """Uniform noise of 2% of the images' range, the same at every call."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def __call__(self, images: torch.Tensor) -> torch.Tensor:
        if not images.is_floating_point():
            return images
        generator = torch.Generator().manual_seed(self._seed)
        drawn = torch.rand(images.shape, generator=generator).to(images) * 2 - 1
        return images + drawn * _NOISE * (images.amax() - images.amin())


def _converges(made: Made) -> TrustLine:
    name = "convergence_delta"
    if made.delta is None or made.difference is None:
        return unchecked(name, "only integrated gradients promise it", applies=False)
    total = float(np.nansum(np.abs(made.difference)))
    if total == 0:
        return unchecked(name, "the answers do not differ from the baseline's")
    value = float(np.nansum(np.abs(made.delta)) / total)
    return _line(name, value, value < _MOST_DELTA, "all images", f"try n_steps above {made.request.n_steps}")


def _line(name: str, value: float, good: bool, on: str, advice: str = "") -> TrustLine:
    return checked(name, value, IMAGE, good=good, advice=advice, detail=on)


def _complaints(made: Made, ratios: dict[int, float], lines: list[TrustLine]) -> tuple[str, ...]:
    bad = {line.name for line in lines if line.verdict == "bad"}
    overall = next((against for name, against in _AGAINST.items() if name in bad), "")
    found = []
    for at, values in enumerate(made.maps.values):
        if not np.isfinite(values).all():
            found.append("No map: its pixels or the model's answer hold NaN.")
        elif not (values > 0).any():
            found.append("The map is empty: nothing here speaks for the class.")
        elif ratios.get(at, 2.0) < 1:
            found.append("Deleting its bright parts changes the answer no faster than random parts.")
        elif "deletion" in bad and at not in ratios:
            found.append("On the images checked, deleting bright parts was no better than random.")
        else:
            found.append(overall)
    return tuple(found)
