"""torch modules over token ids: the model reads a column of texts through the user's tokenizer."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from torch import nn

from mldebug_widgets.errors import MldValueError, shown
from mldebug_widgets.evaluation.data import Table
from mldebug_widgets.evaluation.frames import tensor_to_numpy
from mldebug_widgets.evaluation.models.last_step import ends_unbounded
from mldebug_widgets.evaluation.models.preprocessing import Preprocess
from mldebug_widgets.evaluation.models.protocol import Array, OutputKind, RowReader
from mldebug_widgets.evaluation.models.tokenizers import Encoded, Tokenizer
from mldebug_widgets.evaluation.models.torch import TorchAdapter
from mldebug_widgets.evaluation.texts import TextColumn, texts_of

_TOKENS_AT_ONCE = 32_768


class TokenAdapter:
    """An ``nn.Module`` that reads token ids (rows, tokens). Texts of one length are answered together, unpadded.

    Attributes
    ----------
    tokenizer
        The user's own.
    embedding, embedding_name
        The layer that is given the ids, and its name in the module; None and "" where none was seen.
    limit
        How many tokens the model takes, as far as its position embedding says; else None.
    empty_id
        What the model is given for a text without a token.
    """

    family = "torch"
    estimator: Any = None
    output: OutputKind = "unknown"
    classes: Array | None = None
    output_names: tuple[str, ...] = ()
    preprocess: Preprocess | None = None
    batch_size = 4_096
    why_cannot = ""

    def __init__(self, module: nn.Module, tokenizer: Any, column: int, table: Table, device: torch.device) -> None:
        self.module: nn.Module | None = module
        self.tokenizer = Tokenizer(tokenizer)
        self.pad_id: int | None = self.tokenizer.pad_id
        self._torch = TorchAdapter(module, TextColumn(column, "list"), table, device)
        self.name = self._torch.name
        self._net = module
        self._device = device
        self._column = column
        self._names = _names_of_ids(module)
        self.limit = _position_limit(module)
        self._frame = table.frame
        self._encoded = self._encode_all(texts_of(table.frame, column))
        example = next((encoded.ids for encoded in self._encoded if len(encoded.ids)), np.zeros(1, np.int64))
        self.embedding_name, self.embedding = self._embedding_given(example)
        padding = getattr(self.embedding, "padding_idx", None)
        self.pad_id = self.pad_id if padding is None else int(padding)
        self.empty_id = self.pad_id or 0
        self._check_ids()
        self.notes = self._notes()

    def running(self) -> AbstractContextManager[object]:
        """Keep the module, and have it answer as it would in use: evaluation mode, no gradients."""
        return self._torch.running()

    def returns_logits(self, frame: pd.DataFrame) -> bool:
        """Return whether the model ends in a linear layer, found by following one small output back."""
        with self.running(), torch.enable_grad(), self._started_graph():
            try:
                return ends_unbounded(self.call(self.tensor_of([self._ids(self._encoded[0])])))
            except Exception:  # the model answers without gradients, which is all that is asked of it
                return False

    def reader(self, frame: pd.DataFrame) -> RowReader:
        """Return a function that answers for a range of rows of ``frame``."""
        encoded = self._encoded if frame is self._frame else self._encode_all(texts_of(frame, self._column))
        ids = [self._ids(one) for one in encoded]
        lengths = np.array([len(one) for one in ids])

        def read(start: int, stop: int) -> Any:
            found: Array | None = None
            for rows in _of_one_length(lengths[start:stop]):
                output = self.call(self.tensor_of([ids[start + row] for row in rows]))
                if not isinstance(output, torch.Tensor) or output.ndim == 0 or len(output) != len(rows):
                    return output
                answers = tensor_to_numpy(output)
                found = np.empty((stop - start, *answers.shape[1:]), answers.dtype) if found is None else found
                found[rows] = answers
            return found

        return read

    def encode(self, text: str) -> Encoded:
        """Return ``text`` as the model reads it: cut to ``limit``, with one padding token when it is empty."""
        return self._cut(self.tokenizer.encode(text, self.limit))

    def tensor_of(self, ids: Sequence[npt.NDArray[np.int64]]) -> torch.Tensor:
        """Return (c, t) ids of texts of one length, where the model is."""
        return torch.from_numpy(np.stack(ids)).to(self._device)

    def call(self, ids: torch.Tensor, module: nn.Module | None = None) -> Any:
        """Return the raw answer of the model, or of ``module`` in its place, to ids (c, t)."""
        net = self._net if module is None else module
        masks = {"attention_mask": self._is_read(ids)} if "attention_mask" in self._names else {}
        output = net(input_ids=ids, **masks) if "input_ids" in self._names else net(ids, **masks)
        return (
            output["logits"] if isinstance(output, dict) and "logits" in output else getattr(output, "logits", output)
        )

    def _is_read(self, ids: torch.Tensor) -> torch.Tensor:
        """Return 0 for the padding behind a text and 1 for everything else, as Hugging Face's attention masks."""
        if self.pad_id is None:
            return torch.ones_like(ids)
        padding = (ids == self.pad_id).long().flip(1).cumprod(1).flip(1)
        return torch.where(padding.all(dim=1, keepdim=True), 1, 1 - padding)  # a text without a word is read as it is

    def _ids(self, encoded: Encoded) -> npt.NDArray[np.int64]:
        return encoded.ids if len(encoded.ids) else np.array([self.empty_id])

    def _encode_all(self, texts: Sequence[str]) -> list[Encoded]:
        return [self.encode(text) for text in texts]

    def _cut(self, encoded: Encoded) -> Encoded:
        if self.limit is None or len(encoded.ids) <= self.limit:
            return encoded
        spans = encoded.spans
        return Encoded(encoded.ids[: self.limit], None if spans is None else spans[: self.limit])

    def _embedding_given(self, ids: npt.NDArray[np.int64]) -> tuple[str, nn.Module | None]:
        """Return the embedding that is called with the ids themselves: others are given positions or types."""
        if isinstance(self._net, torch.jit.ScriptModule):
            return "", None
        wanted = self.tensor_of([ids])
        given: list[nn.Module] = []

        def look(module: nn.Module, inputs: tuple[Any, ...]) -> None:
            if inputs and isinstance(inputs[0], torch.Tensor) and torch.equal(inputs[0], wanted):
                given.append(module)

        named = {id(module): name for name, module in getattr(self._net, "_orig_mod", self._net).named_modules()}
        with self.running():
            for module in self._net.modules():
                if isinstance(module, nn.Embedding | nn.EmbeddingBag):
                    module.register_forward_pre_hook(look)
            with suppress(Exception):  # what fails here fails again when the rows are predicted, and is named there
                self.call(wanted)
        return (named[id(given[0])], given[0]) if given else ("", None)

    @contextmanager
    def _started_graph(self) -> Iterator[None]:
        """Have a frozen model start a graph; to be used inside ``running()``, which takes the hook away."""
        if self.embedding is not None:
            self.embedding.register_forward_hook(lambda _module, _inputs, output: output.detach().requires_grad_() * 1)
        yield

    def _check_ids(self) -> None:
        size = getattr(self.embedding, "num_embeddings", None)
        if size is None:
            return
        for row, encoded in enumerate(self._encoded):
            outside = encoded.ids[(encoded.ids < 0) | (encoded.ids >= size)]
            if outside.size:
                text = shown(texts_of(self._frame, self._column)[row])
                raise MldValueError(
                    "MLD-O101", "tokenizer",
                    f"{self.tokenizer.name} gives id {int(outside[0])} for {text} (row {row}), and the model's "
                    f"embedding {self.embedding_name!r} knows {size:,} ids",
                    f"ids from 0 to {size - 1}", "Pass the tokenizer that the model was trained with.",
                )  # fmt: skip

    def _notes(self) -> tuple[str, ...]:
        notes = []
        empty = sum(not len(encoded.ids) for encoded in self._encoded)
        if empty:
            notes.append(f"{empty:,} texts have no token; the model was given id {self.empty_id} for each.")
        if self.limit is not None:
            notes.append(f"Longer texts are cut to {self.limit:,} tokens, which is what the model has positions for.")
        return tuple(notes)


def _of_one_length(lengths: npt.NDArray[np.intp]) -> Iterator[npt.NDArray[np.intp]]:
    """Yield positions of texts of one length, so few at a time that they stay in the cache."""
    for length in np.unique(lengths):
        rows = np.flatnonzero(lengths == length)
        step = max(1, _TOKENS_AT_ONCE // max(int(length), 1))
        for start in range(0, len(rows), step):
            yield rows[start : start + step]


def _names_of_ids(module: nn.Module) -> tuple[str, ...]:
    """Return what is passed by name as to Hugging Face's models; ids that are not among it are the one argument."""
    try:
        parameters = inspect.signature(module.forward).parameters
    except (TypeError, ValueError):
        return ()
    return tuple(name for name in ("input_ids", "attention_mask") if name in parameters)


def _position_limit(module: nn.Module) -> int | None:
    if isinstance(module, torch.jit.ScriptModule):
        return None
    limits = [
        one.num_embeddings - (0 if one.padding_idx is None else one.padding_idx + 1)
        for name, one in module.named_modules()
        if isinstance(one, nn.Embedding) and _counts_positions(name.rpartition(".")[2].lower())
    ]
    return min(limits) if limits else None


def _counts_positions(name: str) -> bool:
    return "pos" in name or name == "wpe"  # as GPT-2 calls it
