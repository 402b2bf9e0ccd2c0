"""Texts in words, and the model's explained output when only some of the words are there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt
import torch

from mldebug_widgets.analyzers.attribution.explained import Explained
from mldebug_widgets.analyzers.attribution.leaves import Batch
from mldebug_widgets.analyzers.attribution.pieces import PieceSize, chunks
from mldebug_widgets.analyzers.text_attribution.net import TokenNet

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation

Floats = npt.NDArray[np.float64]
Keep = npt.NDArray[np.bool_]

_VALUES_AT_ONCE = 131_072  # of what the layers read: a piece stays well below 100 ms on one core
_TEXTS_AT_ONCE = 128


class WordMasked(Protocol):
    """One text whose words can be left out."""

    @property
    def pieces(self) -> tuple[str, ...]:
        """The text in words."""
        ...

    def answers(self, keep: Keep, out: Floats) -> Iterator[float]:
        """Write into ``out`` (q,) the explained output with the words of each row of ``keep`` (q, P)."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class TokenText:
    """A text as vectors: a word is left out by giving its tokens the baseline's vectors."""

    pieces: tuple[str, ...]
    net: TokenNet
    batch: Batch
    base: Batch
    owner: npt.NDArray[np.intp]
    explained: Explained

    def answers(self, keep: Keep, out: Floats) -> Iterator[float]:
        """Write the explained output for each row of ``keep``."""
        leaf, base, ids = self.batch.leaves[0], self.base.leaves[0], self.batch.parts[0]
        size = PieceSize(rows_at_once(leaf))
        target = torch.from_numpy(self.explained.target).to(ids.device)

        def write(start: int, stop: int) -> None:
            kept = np.concatenate([keep[start:stop], np.ones((stop - start, 1), dtype=bool)], axis=1)
            tokens = torch.from_numpy(kept[:, self.owner]).to(ids.device)[..., None]
            with torch.no_grad():
                raw = self.net.call_on([ids.repeat(stop - start, 1)], [torch.where(tokens, leaf, base)])
                out[start:stop] = self.explained.of_tensor(raw, target.repeat(stop - start)).double().cpu().numpy()

        return chunks(len(keep), 1, size, write)


@dataclass(frozen=True, slots=True, eq=False)
class PlainText:
    """A text as it is: a word is left out by taking it out of the text."""

    pieces: tuple[str, ...]
    ev: Evaluation
    row: int
    explained: Explained

    def answers(self, keep: Keep, out: Floats) -> Iterator[float]:
        """Write the explained output for each row of ``keep``."""
        assert self.ev.text_input is not None
        column = self.ev.text_input.column

        def write(start: int, stop: int) -> None:
            texts = ["".join(np.array(self.pieces, dtype=object)[row]) for row in keep[start:stop]]
            frame = self.ev.X.iloc[np.full(stop - start, self.row)].reset_index(drop=True)
            frame[frame.columns[column]] = texts
            raw = self.ev.model.raw(frame)
            out[start:stop] = self.explained.of(raw, np.repeat(self.explained.target, stop - start))

        return chunks(len(keep), 1, PieceSize(_TEXTS_AT_ONCE), write)


def rows_at_once(leaf: torch.Tensor) -> int:
    """Return how many texts like ``leaf`` (c, t, d) are evaluated at once."""
    return int(np.clip(_VALUES_AT_ONCE // max(leaf[0].numel(), 1), 1, 4_096))
