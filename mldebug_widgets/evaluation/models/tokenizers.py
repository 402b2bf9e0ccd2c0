"""A tokenizer of any make behind one method: text -> token ids, and where in the text each of them stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from mldebug_widgets.errors import MldTypeError, MldValueError, shown

Ids = npt.NDArray[np.int64]

_MAKES = "a function text -> token ids, a Hugging Face tokenizer, or an object with encode(text)"


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """One text as a model reads it.

    Attributes
    ----------
    ids
        (t,) token ids.
    spans
        (t, 2) where each token starts and stops in the text, equal for tokens that stand for no text; None where the
        tokenizer does not say.
    """

    ids: Ids
    spans: npt.NDArray[np.intp] | None


class Tokenizer:
    """The user's tokenizer, checked at every call.

    Attributes
    ----------
    name
        How messages call it.
    pad_id, mask_id
        The ids of the padding and the mask token, where the tokenizer says; else None.
    """

    def __init__(self, tokenizer: Any) -> None:
        self.pad_id = _id_of(tokenizer, "pad_token_id", "pad_id")
        self.mask_id = _id_of(tokenizer, "mask_token_id", "mask_id")
        self.name = str(getattr(tokenizer, "__name__", type(tokenizer).__name__))
        self._call = _reader_of(tokenizer)

    def encode(self, text: str, limit: int | None = None) -> Encoded:
        """Return the ids of ``text``, at most ``limit`` of them where the tokenizer can cut itself.

        Raises
        ------
        MldTypeError, MldValueError
            ``MLD-O100`` when the tokenizer fails or returns no flat list of whole numbers.
        """
        try:
            answer, spans = self._call(text, limit)
        except Exception as error:
            raise MldValueError(
                "MLD-O100", "tokenizer", f"{self.name} failed on {shown(text)} with {type(error).__name__}: {error}",
                "token ids for every text", "Call it on this text yourself to see it fail.",
            ) from error  # fmt: skip
        return Encoded(self._checked(answer), spans)

    def _checked(self, answer: Any) -> Ids:
        if isinstance(answer, torch.Tensor):
            answer = answer.detach().cpu().numpy()
        try:
            ids = np.asarray(answer)
        except ValueError:
            ids = np.asarray([], dtype=object)
        if ids.ndim == 2 and len(ids) == 1:
            ids = ids[0]
        if ids.ndim != 1 or (ids.size and ids.dtype.kind not in "iu"):
            fix = "Return the ids, not the words: [vocabulary[word] for word in words]."
            if hasattr(answer, "keys") and "input_ids" in answer:
                fix = 'Return its ids alone, tokenizer(text)["input_ids"], or pass the Hugging Face tokenizer itself.'
            raise MldTypeError(
                "MLD-O100", "tokenizer", f"{self.name} returned {shown(answer)} for one text",
                "a flat list of whole numbers", fix,
            )  # fmt: skip
        return ids.astype(np.int64)


_Read = Callable[[str, int | None], tuple[Any, npt.NDArray[np.intp] | None]]


def _reader_of(tokenizer: Any) -> _Read:
    if isinstance(tokenizer, str):  # a str has an encode() of another kind
        raise MldTypeError(
            "MLD-O100", "tokenizer", f"got the text {shown(tokenizer)}", _MAKES,
            "Pass the tokenizer itself, for example transformers.AutoTokenizer.from_pretrained(name).",
        )  # fmt: skip
    if callable(tokenizer) and hasattr(tokenizer, "convert_ids_to_tokens"):
        return lambda text, limit: _by_hugging_face(tokenizer, text, limit)
    if callable(getattr(tokenizer, "encode", None)) and not isinstance(tokenizer, type):
        return lambda text, _limit: _by_encode(tokenizer.encode(text))
    if callable(tokenizer) and not isinstance(tokenizer, type):
        return lambda text, _limit: (tokenizer(text), None)
    raise MldTypeError("MLD-O100", "tokenizer", f"got {shown(tokenizer)}", _MAKES, "Pass the function itself.")


def _by_hugging_face(tokenizer: Any, text: str, limit: int | None) -> tuple[Any, npt.NDArray[np.intp] | None]:
    options: dict[str, Any] = {"truncation": True}
    if limit is not None:
        options["max_length"] = limit
    elif getattr(tokenizer, "model_max_length", 0) > 1_000_000:  # no limit is known
        options = {}
    is_fast = bool(getattr(tokenizer, "is_fast", False))
    found = tokenizer(text, return_offsets_mapping=True, **options) if is_fast else tokenizer(text, **options)
    return found["input_ids"], _spans(found["offset_mapping"]) if is_fast else None


def _by_encode(found: Any) -> tuple[Any, npt.NDArray[np.intp] | None]:
    if hasattr(found, "ids"):
        offsets = getattr(found, "offsets", None)
        return found.ids, None if offsets is None else _spans(offsets)
    return found, None


def _spans(offsets: Sequence[Any]) -> npt.NDArray[np.intp]:
    return np.asarray(list(offsets), dtype=np.intp).reshape(-1, 2)


def _id_of(tokenizer: Any, *names: str) -> int | None:
    for name in names:
        value = getattr(tokenizer, name, None)
        if isinstance(value, int | np.integer) and not isinstance(value, bool):
            return int(value)
    return None
