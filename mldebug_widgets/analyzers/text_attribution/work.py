"""The steps of ``text_attributions``: check, choose, read the texts in words, compute in pieces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from torch import nn

from mldebug_widgets.analyzers.arguments import checked_rows
from mldebug_widgets.analyzers.attribution.explained import Explained, explained_output
from mldebug_widgets.analyzers.attribution.gradients import Gradients
from mldebug_widgets.analyzers.attribution.methods import Method, checked_count
from mldebug_widgets.analyzers.attribution.pieces import PieceSize
from mldebug_widgets.analyzers.text_attribution.alignment import Aligned, aligned
from mldebug_widgets.analyzers.text_attribution.computing import base_of, follow, occlusion, per_piece, shapley
from mldebug_widgets.analyzers.text_attribution.methods import METHODS, checked_baseline, choose_method, layer_of
from mldebug_widgets.analyzers.text_attribution.net import TokenNet
from mldebug_widgets.analyzers.text_attribution.reading import Floats, PlainText, TokenText, WordMasked
from mldebug_widgets.analyzers.text_attribution.segments import segments
from mldebug_widgets.errors import MldError, MldValueError
from mldebug_widgets.evaluation.texts import texts_of

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation

Positions = npt.NDArray[np.intp]

#: Texts of rows that nobody chose.
DEFAULT_ROWS = 20


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """The arguments of ``text_attributions`` as they came."""

    rows: Any = None
    method: Any = "auto"
    target: Any = None
    baseline: Any = "auto"
    layer: Any = None
    n_samples: Any = None
    seed: Any = None
    n_steps: Any = 50
    trust: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """The arguments of ``text_attributions``, checked and filled in; ``tokens`` per row, or None for plain texts."""

    rows: Positions
    method: Method
    reason: str
    layer: str
    baseline: str
    baseline_id: int | None
    explained: Explained
    n_samples: int
    n_steps: int
    seed: int
    texts: tuple[str, ...]
    tokens: tuple[Aligned, ...] | None
    notes: tuple[str, ...]


class ReadText:
    """One row's text in words, and what the work finds out about it."""

    def __init__(self, masked: WordMasked, *, cut: bool) -> None:
        self.masked = masked
        self.cut = cut
        self.values: Floats = np.zeros(len(masked.pieces))
        self.output = float("nan")
        self.baseline_output = float("nan")


def plan_of(ev: Evaluation, asked: Asked) -> Plan:
    """Check the arguments and choose what they leave open."""
    if ev.text_input is None:
        raise MldValueError(
            "MLD-O103", "ev", f"{ev.model_name} reads no texts here", "an Evaluation made with texts",
            'Pass evaluate(..., texts="column"), with tokenizer= for a torch model over token ids.',
        )  # fmt: skip
    if not ev.model.can_predict:
        raise MldValueError(
            "MLD-M07", "model", ev.model.why_cannot, "a model that can be asked", "Pass the model itself to evaluate()."
        )
    rows, notes = _rows(ev, asked.rows)
    layer, why_not = layer_of(ev, asked.layer)
    method, reason = choose_method(ev, asked.method, layer, why_not)
    column = ev.text_input.column
    texts = tuple(texts_of(ev.X.iloc[rows], column))
    tokens = _aligned(ev, texts) if layer else None
    if layer and tokens is None:
        got = f"the ids of {_named(ev)} cannot be matched with the words of the texts"
        if method.gradients and asked.method != "auto":
            raise MldValueError(
                "MLD-O109", "method", f"got {asked.method!r}, and {got}", "auto, occlusion, shapley_value_sampling",
                "Pass a tokenizer that gives offsets, or that reads a text from left to right.",
            )  # fmt: skip
        method, reason = (METHODS["occlusion"], got) if method.gradients else (method, reason)
        notes = (*notes, f"Words are taken out of the text, because {got}.")
        layer = ""
    explained = explained_output(ev, rows, asked.target)
    if method.gradients and tokens:
        method, reason = _followed(ev, asked.method, method, reason, layer, tokens[0], explained)
    pad, mask = _special_ids(ev)
    baseline = checked_baseline(asked.baseline, layer, pad, mask)
    return Plan(
        rows=rows,
        method=method,
        reason=reason,
        layer=layer,
        baseline=baseline,
        baseline_id={"padding": pad, "mask": mask}.get(baseline),
        explained=explained,
        n_samples=25 if asked.n_samples is None else checked_count(asked.n_samples, "n_samples", 2),
        n_steps=checked_count(asked.n_steps, "n_steps", 1),
        seed=ev.seed if asked.seed is None else checked_count(asked.seed, "seed", 0),
        texts=texts,
        tokens=tokens,
        notes=notes,
    )


def _followed(
    ev: Evaluation, asked: Any, method: Method, reason: str, layer: str, text: Aligned, explained: Explained
) -> tuple[Method, str]:
    """Return the method with its reason, or occlusion for "auto" where no gradient arrives at the layer.

    One backward pass of one text shows it.
    """
    assert ev.model.tokens is not None
    why, cause = f"no gradient of {ev.model_name}'s output reaches {layer!r}", None
    with ev.model.running():
        net = TokenNet(ev.model.tokens, layer)
        batch = net.read(ev.model.tokens.tensor_of([text.ids]))
        one = replace(explained, target=explained.target[:1])
        try:
            if Gradients(net, batch, batch, one, PieceSize(1)).reached():
                return method, reason
        except MldError as error:
            if error.code != "MLD-O85":
                raise
            why, cause = error.got, error
    if asked == "auto":
        return METHODS["occlusion"], why
    raise MldValueError(
        "MLD-O105", "method", f"got {asked!r}: {why}", "auto, occlusion, shapley_value_sampling",
        'Leave it out for "auto".',
    ) from cause  # fmt: skip


def _rows(ev: Evaluation, rows: Any) -> tuple[Positions, tuple[str, ...]]:
    if rows is None:
        held = np.asarray(ev.splits[ev.primary])
        order = np.argsort(-np.nan_to_num(ev.loss[held], nan=-np.inf), kind="stable")[:DEFAULT_ROWS]
        note = f"The {len(order)} rows of {ev.primary} with the highest loss." if len(order) < ev.n else ""
        return held[order], (note,) if note else ()
    chosen = np.flatnonzero(ev.rows_matching(rows)) if isinstance(rows, str) else checked_rows(rows, ev.n)
    if not chosen.size:
        raise MldValueError("MLD-O108", "rows", "got no row", "at least one row", "Pass a position, for example 0.")
    return chosen, ()


def _aligned(ev: Evaluation, texts: Sequence[str]) -> tuple[Aligned, ...] | None:
    assert ev.model.tokens is not None
    found = []
    for text in texts:
        one = aligned(text, ev.model.tokens)
        if one is None:
            return None
        found.append(one)
    return tuple(found)


def _named(ev: Evaluation) -> str:
    return "" if ev.model.tokens is None else ev.model.tokens.tokenizer.name


def _special_ids(ev: Evaluation) -> tuple[int | None, int | None]:
    tokens = ev.model.tokens
    return (None, None) if tokens is None else (tokens.pad_id, tokens.tokenizer.mask_id)


def compute(ev: Evaluation, plan: Plan, module: nn.Module | None = None) -> Iterator[float | list[ReadText]]:
    """Yield the share done after each piece, and last the texts with their attributions.

    To be advanced inside ``running()`` only. ``module`` is called instead of the user's own by token models.
    """
    found: list[ReadText | None] = [None] * len(plan.rows)
    done = 0
    for places in _groups(plan):
        work = _plain(ev, plan, places, found) if plan.tokens is None else _tokens(ev, plan, places, found, module)
        for fraction in work:
            yield (done + fraction * len(places)) / len(plan.rows)
        done += len(places)
    yield [one for one in found if one is not None]


def _groups(plan: Plan) -> list[list[int]]:
    """Return positions of texts that are computed together: those of one length with the same special tokens."""
    if plan.tokens is None or not plan.method.gradients:
        return [[at] for at in range(len(plan.rows))]
    groups: dict[tuple[int, bytes, bytes], list[int]] = {}
    for at, one in enumerate(plan.tokens):
        special = one.owner < 0
        groups.setdefault((len(one.ids), special.tobytes(), one.ids[special].tobytes()), []).append(at)
    return list(groups.values())


def _explained(plan: Plan, places: list[int]) -> Explained:
    return replace(plan.explained, target=plan.explained.target[places])


def _plain(ev: Evaluation, plan: Plan, places: list[int], found: list[ReadText | None]) -> Iterator[float]:
    at = places[0]
    pieces = segments(plan.texts[at])
    text = ReadText(PlainText(pieces, ev, int(plan.rows[at]), _explained(plan, places)), cut=False)
    yield from _mask(plan, text, with_baseline=plan.method.completeness)
    found[at] = text


def _tokens(
    ev: Evaluation, plan: Plan, places: list[int], found: list[ReadText | None], module: nn.Module | None
) -> Iterator[float]:
    assert ev.model.tokens is not None
    assert plan.tokens is not None
    adapter = ev.model.tokens
    net = TokenNet(adapter, plan.layer, module)
    batch = net.read(adapter.tensor_of([plan.tokens[at].ids for at in places]))
    base = base_of(batch, net, plan.tokens[places[0]].owner, plan.baseline, plan.baseline_id)
    texts = []
    for row, at in enumerate(places):
        one, own = plan.tokens[at], batch.rows(row, row + 1)
        text = TokenText(one.pieces, net, own, base, one.owner, _explained(plan, [at]))
        texts.append(ReadText(text, cut=one.cut))
        found[at] = texts[-1]
    if not plan.method.gradients:
        yield from _mask(plan, texts[0], with_baseline=True)
        return
    per_token = np.zeros(batch.parts[0].shape)
    yield from follow(net, batch, base, _explained(plan, places), plan.method, plan.n_steps, per_token)
    for row, (at, read) in enumerate(zip(places, texts, strict=True)):
        read.values = per_piece(per_token[row], plan.tokens[at].owner, len(read.masked.pieces))
        for _ in _ends(read, with_baseline=True):
            pass


def _mask(plan: Plan, text: ReadText, *, with_baseline: bool) -> Iterator[float]:
    yield from (0.0 for _ in _ends(text, with_baseline=with_baseline))
    if plan.method.name == "occlusion":
        yield from occlusion(text.masked, text.output, text.values)
    else:
        yield from shapley(text.masked, text.values, n_samples=plan.n_samples, seed=plan.seed)


def _ends(text: ReadText, *, with_baseline: bool) -> Iterator[float]:
    """Find the output for the whole text, and without all words."""
    p = len(text.masked.pieces)
    outputs = np.full(2, np.nan)
    keep = np.stack([np.ones(p, dtype=bool), np.zeros(p, dtype=bool)])
    yield from text.masked.answers(keep[: 1 + with_baseline], outputs[: 1 + with_baseline])
    text.output, text.baseline_output = outputs.tolist()
