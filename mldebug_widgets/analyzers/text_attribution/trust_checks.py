"""How far attributions of texts can be believed: the checks of tables, with words in place of columns."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import torch

from mldebug_widgets.analyzers.attribution.leaves import Batch
from mldebug_widgets.analyzers.attribution.pieces import is_out_of_memory
from mldebug_widgets.analyzers.attribution.trust_checks import randomised_copy, rank_correlation
from mldebug_widgets.analyzers.attribution.trust_lines import line_of
from mldebug_widgets.analyzers.text_attribution.computing import follow, per_piece
from mldebug_widgets.analyzers.text_attribution.reading import Floats, TokenText
from mldebug_widgets.analyzers.text_attribution.work import Plan, ReadText, compute
from mldebug_widgets.analyzers.trust import NAMES, TEXT, TrustLine, unchecked

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation

CHECKED_TEXTS = 5
_MASKS = 32
_NOISE = 0.02
_ORDERS = 10
_CUTS = 20
#: Random copies; those of a small model differ so much that few of them say little.
_COPIES, _COPIES_WHEN_SMALL, _SMALL = 3, 8, 1_000_000
_FEWEST_RANKED = 3

Check = Generator[float, None, list[TrustLine]]
"""Yields the share done; its return value are the lines."""


class Trusted:
    """The lines that the checks add."""

    def __init__(self) -> None:
        self.lines: list[TrustLine] = []

    def numbers(self) -> dict[str, float | None]:
        """Return name of the check -> number, None where it was not checked."""
        return {line.name: line.value for line in self.lines}

    def add(self, line: TrustLine) -> None:
        """Add a line."""
        self.lines.append(line)


def trust_of(ev: Evaluation, plan: Plan, found: list[ReadText], trusted: Trusted, *, checks: bool) -> Iterator[float]:
    """Add the lines of all checks, yielding the share done; to be advanced inside ``running()`` only."""
    trusted.add(_sums_up(plan, found))
    if not checks:
        for name in NAMES[1:]:
            trusted.add(unchecked(name, "not asked for"))
        return
    places = [
        at for at, text in enumerate(found) if len(text.values) and np.isfinite([*text.values, text.output]).all()
    ]
    places = places[:CHECKED_TEXTS]
    some = [found[at] for at in places]
    work = (
        _infidelity(plan, some),
        _max_sensitivity(plan, some),
        _deletion_and_insertion(plan, some),
        _randomisation(ev, plan, places, some),
    )
    for done, check in enumerate(work):
        while True:
            try:
                fraction = next(check)
            except StopIteration as end:
                for line in end.value:
                    trusted.add(line)
                break
            yield (done + fraction) / len(work)


def _sums_up(plan: Plan, found: list[ReadText]) -> TrustLine:
    if not plan.method.completeness:
        return unchecked("convergence_delta", f"{plan.method.label} does not promise it", applies=False)
    moved = np.array([text.output - text.baseline_output for text in found])
    missed = np.abs(np.array([text.values.sum() for text in found]) - moved)
    if not np.isfinite(missed).any():
        return unchecked("convergence_delta", "the model's answers are NaN")
    total = float(np.nanmean(np.abs(moved)))
    if total == 0:
        return unchecked("convergence_delta", "the answer is the baseline's for every text", applies=False)
    return line_of("convergence_delta", float(np.nanmean(missed)) / total, TEXT)


def _infidelity(plan: Plan, some: list[ReadText]) -> Check:
    """Infidelity of Yeh et al. (2019) for random subsets of words, over the mean square of the change."""
    if not plan.method.uses_baseline:
        return [unchecked("infidelity", f"{plan.method.label} is not in units of the answer", applies=False)]
    generator = np.random.default_rng(plan.seed)
    missed, moved = 0.0, 0.0
    for done, text in enumerate(some):
        keep = generator.random((_MASKS, len(text.values))) < 0.5
        outputs = np.full(_MASKS, np.nan)
        yield from _shares(text.masked.answers(keep, outputs), done, len(some))
        change = text.output - outputs
        missed += float(np.sum(((~keep) @ text.values - change) ** 2))
        moved += float(np.sum(change**2))
    if not moved > 0:
        return [unchecked("infidelity", "leaving out words does not move the answer", applies=False)]
    return [line_of("infidelity", missed / moved, TEXT)]


def _max_sensitivity(plan: Plan, some: list[ReadText]) -> Check:
    """Max-sensitivity of Yeh et al. (2019): how far the attributions move with noise on the tokens' vectors."""
    if not plan.method.gradients:
        return [unchecked("max_sensitivity", "words do not move a little", applies=False)]
    generator = torch.Generator().manual_seed(plan.seed)
    moved = []
    for done, text in enumerate(some):
        masked = text.masked
        if not isinstance(masked, TokenText) or not np.linalg.norm(text.values) > 0:
            continue
        leaf = masked.batch.leaves[0]
        noise = (2 * torch.rand(leaf.shape, generator=generator) - 1).to(leaf) * _NOISE * leaf.std()
        found = np.zeros(leaf.shape[:2])
        batch = Batch(masked.batch.parts, [leaf + noise])
        work = follow(masked.net, batch, masked.base, masked.explained, plan.method, plan.n_steps, found)
        yield from _shares(work, done, len(some))
        values = per_piece(found[0], masked.owner, len(text.values))
        moved.append(np.linalg.norm(values - text.values) / np.linalg.norm(text.values))
    if not moved:
        return [unchecked("max_sensitivity", "all attributions are 0", applies=False)]
    return [line_of("max_sensitivity", float(np.mean(moved)), TEXT)]


def _deletion_and_insertion(plan: Plan, some: list[ReadText]) -> Check:
    """How much more the answer moves in the order of the attributions than in random orders (Petsiuk et al., 2018)."""
    names = ("deletion", "insertion")
    ranked = [text for text in some if len(text.values) >= _FEWEST_RANKED]
    if not ranked:
        return [unchecked(name, "the texts have too few words to order", applies=False) for name in names]
    generator = np.random.default_rng(plan.seed)
    areas = np.zeros((2, 1 + _ORDERS))
    for done, text in enumerate(ranked):
        p = len(text.values)
        cuts = np.unique(np.linspace(1, p - 1, min(_CUTS, p - 1)).round().astype(int))
        orders = [np.argsort(-np.abs(text.values), kind="stable"), *(generator.permutation(p) for _ in range(_ORDERS))]
        first = np.stack([order.argsort()[None, :] < cuts[:, None] for order in orders])
        keep = np.concatenate([~first, first]).reshape(-1, p)
        outputs = np.full(len(keep), np.nan)
        yield from _shares(text.masked.answers(keep, outputs), done, len(ranked))
        per_order = outputs.reshape(2, len(orders), -1)
        ends = np.array([text.output, text.baseline_output])
        areas += np.abs(per_order - ends[:, None, None]).mean(axis=2)
    return [_gain(name, area) for name, area in zip(names, areas, strict=True)]


def _gain(name: str, areas: Floats) -> TrustLine:
    random = float(areas[1:].mean())
    if not np.isfinite(random):
        return unchecked(name, "the model was not asked for a text without words")
    if random == 0:
        return unchecked(name, "leaving out words does not move the answer", applies=False)
    return line_of(name, float(areas[0]) / random, TEXT)


def _randomisation(ev: Evaluation, plan: Plan, places: list[int], some: list[ReadText]) -> Check:
    """Rank correlation with the attributions of copies whose last layers are random (Adebayo et al., 2018)."""
    module = ev.model.module
    if plan.tokens is None or module is None:
        return [unchecked("randomisation", "only token models with a known embedding are copied", applies=False)]
    ranked = [at for at, text in enumerate(some) if len(text.values) >= _FEWEST_RANKED]
    if not ranked:
        return [unchecked("randomisation", "the texts have too few words to rank", applies=False)]
    few = _some(plan, [places[at] for at in ranked])
    generator = torch.Generator().manual_seed(plan.seed)
    copies = _COPIES_WHEN_SMALL if sum(weight.numel() for weight in module.parameters()) < _SMALL else _COPIES
    total = 0.0
    for draw in range(copies):
        try:
            other = randomised_copy(module, generator)
        except Exception as error:
            if is_out_of_memory(error):
                raise
            return [unchecked("randomisation", f"the model cannot be copied ({type(error).__name__})")]
        if other is None:
            return [unchecked("randomisation", "the model has no weights that can be randomised", applies=False)]
        found: list[ReadText] = []
        for piece in compute(ev, few, other):
            if isinstance(piece, float):
                yield (draw + piece) / copies
            else:
                found = piece
        pairs = [(some[at].values[None], text.values[None]) for at, text in zip(ranked, found, strict=True)]
        total += float(np.mean([rank_correlation(left, right) for left, right in pairs]))
    return [line_of("randomisation", total / copies, TEXT)]


def _some(plan: Plan, places: list[int]) -> Plan:
    return replace(
        plan,
        rows=plan.rows[places],
        explained=replace(plan.explained, target=plan.explained.target[places]),
        texts=tuple(plan.texts[at] for at in places),
        tokens=None if plan.tokens is None else tuple(plan.tokens[at] for at in places),
    )


def _shares(work: Iterator[float], done: int, of: int) -> Iterator[float]:
    return ((done + fraction) / of for fraction in work)
