"""Attributions of one text or of texts of one length, in pieces."""

from __future__ import annotations

from collections.abc import Iterator
from math import comb

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.nn import functional

from mldebug_widgets.analyzers.attribution.explained import Explained
from mldebug_widgets.analyzers.attribution.gradients import Gradients, Path, quadrature, zeros_for
from mldebug_widgets.analyzers.attribution.leaves import Batch
from mldebug_widgets.analyzers.attribution.methods import Method
from mldebug_widgets.analyzers.attribution.pieces import PieceSize, is_out_of_memory
from mldebug_widgets.analyzers.text_attribution.net import TokenNet
from mldebug_widgets.analyzers.text_attribution.reading import Floats, Keep, WordMasked, rows_at_once


def follow(
    net: TokenNet, batch: Batch, base: Batch, explained: Explained, method: Method, n_steps: int, found: Floats
) -> Iterator[float]:
    """Write into ``found`` (c, t) the attribution of every token, by gradients summed over its vector."""
    out = zeros_for(batch)
    size = PieceSize(rows_at_once(batch.leaves[0]))
    gradients = Gradients(net, batch, base, explained, size)
    if method.name == "integrated_gradients":
        path = quadrature(n_steps)
        step = max(1, size.rows // max(len(batch), 1))
        for start in range(0, n_steps, step):
            for fraction in gradients.along(_part(path, start, start + step), out):
                yield min(1.0, (start + fraction * step) / n_steps)
    else:
        yield from gradients.at_rows(out, times_input=method.name == "input_x_gradient")
    found[:] = out[0].double().sum(dim=2).cpu().numpy()


def _part(path: Path, start: int, stop: int) -> Path:
    return Path(path.alphas[start:stop], path.weights[start:stop])


def per_piece(tokens: Floats, owner: npt.NDArray[np.intp], n_pieces: int) -> Floats:
    """Return (P,) the sum over the tokens (t,) of each piece; tokens of no piece are left out."""
    values = np.zeros(n_pieces)
    np.add.at(values, owner[owner >= 0], tokens[owner >= 0])
    return values


def occlusion(text: WordMasked, whole: float, found: Floats) -> Iterator[float]:
    """Write how much the output falls when one word alone is left out."""
    p = len(text.pieces)
    outputs = np.full(p, np.nan)
    yield from text.answers(~np.eye(p, dtype=bool), outputs)
    found[:] = whole - outputs


def shapley(text: WordMasked, found: Floats, *, n_samples: int, seed: int) -> Iterator[float]:
    """Write Shapley values of the words: exact where all coalitions are no more than the samples would cost.

    Else the mean over ``n_samples`` random orders (Strumbelj and Kononenko, 2010), each also backwards.
    """
    p = len(text.pieces)
    if not p:
        return
    if 2**p <= n_samples * (p + 1):
        keep = (np.arange(2**p)[:, None] >> np.arange(p)) & 1 == 1
        outputs = np.full(len(keep), np.nan)
        yield from text.answers(keep, outputs)
        found[:] = _exact(keep, outputs)
        return
    orders = _orders(p, n_samples, seed)
    keep = np.zeros((len(orders), p + 1, p), dtype=bool)
    for at in range(p):
        keep[np.arange(len(orders))[:, None], np.arange(at + 1, p + 1), orders[:, [at]]] = True
    outputs = np.full(len(orders) * (p + 1), np.nan)
    yield from text.answers(keep.reshape(-1, p), outputs)
    gains = np.diff(outputs.reshape(len(orders), p + 1), axis=1)
    total = np.zeros(p)
    np.add.at(total, orders.ravel(), gains.ravel())
    found[:] = total / len(orders)


def _orders(p: int, n_samples: int, seed: int) -> npt.NDArray[np.intp]:
    generator = np.random.default_rng(seed)
    orders = generator.random(((n_samples + 1) // 2, p)).argsort(axis=1)
    return np.concatenate([orders, orders[:, ::-1]])[:n_samples]


def _exact(keep: Keep, outputs: Floats) -> Floats:
    p = keep.shape[1]
    sizes = keep.sum(axis=1)
    weights = np.array([1 / (p * comb(p - 1, size)) for size in range(p)])
    values = np.zeros(p)
    for at in range(p):
        without = np.flatnonzero(~keep[:, at])
        values[at] = weights[sizes[without]] @ (outputs[without + (1 << at)] - outputs[without])
    return values


def base_of(batch: Batch, net: TokenNet, owner: npt.NDArray[np.intp], baseline: str, token: int | None) -> Batch:
    """Return one row of vectors without the words: those of ``token``, or zeros; other tokens keep theirs."""
    leaf, ids = batch.leaves[0][:1], batch.parts[0][:1]
    if baseline == "zero" or token is None:
        vectors = torch.zeros_like(leaf)
    else:
        is_word = torch.from_numpy(owner >= 0).to(ids.device)
        vectors = _vectors(net, torch.where(is_word, torch.full_like(ids, token), ids), batch)
    stays = torch.from_numpy(owner < 0).to(ids.device)[None, :, None]
    return Batch([ids], [torch.where(stays, leaf, vectors)])


def _vectors(net: TokenNet, ids: torch.Tensor, known: Batch) -> torch.Tensor:
    """Return the vectors of ``ids``, also where the model refuses what is nothing but padding and its layer does not.

    ``known`` shows whether the layer is given the ids themselves.
    """
    try:
        return net.read(ids).leaves[0]
    except Exception as error:
        layer = net.module.get_submodule(net.layer)
        if is_out_of_memory(error) or not isinstance(layer, nn.Embedding):
            raise
        if not torch.equal(functional.embedding(known.parts[0], layer.weight), known.leaves[0]):
            raise
        return functional.embedding(ids, layer.weight).detach()
