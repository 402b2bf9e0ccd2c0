"""Which word each token belongs to: by the tokenizer's offsets, else by asking it for the beginnings of the text."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.text_attribution.segments import segments
from mldebug_widgets.evaluation.models.tokenizers import Encoded
from mldebug_widgets.evaluation.models.tokens import TokenAdapter

Owners = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Aligned:
    """A text in pieces, with the tokens that stand for them.

    Attributes
    ----------
    pieces
        Joined they are the text.
    ids
        (t,) token ids as the model reads them.
    owner
        (t,) position of the piece that each token belongs to; -1 for tokens that stand for no text.
    cut
        Whether the model reads less than the whole text.
    """

    pieces: tuple[str, ...]
    ids: npt.NDArray[np.int64]
    owner: Owners
    cut: bool


def aligned(text: str, tokens: TokenAdapter) -> Aligned | None:
    """Return the words of ``text`` with their tokens, or None when tokens cannot be told apart by word."""
    encoded = tokens.encode(text)
    if not len(encoded.ids):
        return Aligned(segments(text), np.array([tokens.empty_id]), np.array([-1]), False)
    if encoded.spans is not None:
        return _by_spans(text, encoded)
    return _by_beginnings(text, encoded, tokens)


def _by_spans(text: str, encoded: Encoded) -> Aligned:
    """Merge the words that one token covers, and give every token to its word."""
    assert encoded.spans is not None
    words = segments(text)
    ends = np.cumsum([len(word) for word in words])
    first = np.searchsorted(ends, encoded.spans[:, 0], "right")
    last = np.searchsorted(ends, np.maximum(encoded.spans[:, 1] - 1, encoded.spans[:, 0]), "right")
    stands = encoded.spans[:, 1] > encoded.spans[:, 0]
    # A token's own white space is not a word that it covers: " good" belongs to "good".
    for at in np.flatnonzero(stands & (last > first)):
        start, stop = encoded.spans[at]
        lead = len(text[start:stop]) - len(text[start:stop].lstrip())
        first[at] = min(np.searchsorted(ends, start + lead, "right"), last[at])
    joined = np.zeros(len(words), dtype=bool)
    for start, stop in zip(first[stands], last[stands], strict=True):
        joined[start + 1 : stop + 1] = True
    owner_of_word = np.cumsum(~joined) - 1
    pieces = _merged(words, joined)
    owner = np.full(len(stands), -1)
    owner[stands] = owner_of_word[first[stands]]
    read_to = int(encoded.spans[:, 1].max(initial=0))
    return Aligned(pieces, encoded.ids, owner.astype(np.intp), read_to < len(text.rstrip()) and bool(stands.any()))


def _by_beginnings(text: str, encoded: Encoded, tokens: TokenAdapter) -> Aligned | None:
    """Ask for the ids of every beginning of the text that ends with a word: the ids that are added are the word's."""
    words = segments(text)
    ids = encoded.ids
    nothing = tokens.encode("").ids
    pad = tokens.pad_id
    head, tail = _frame_of(ids, nothing, pad)
    body = ids[head : len(ids) - tail]
    ends = np.cumsum([len(word) for word in words])
    counts = np.full(len(words), -1)
    for at, end in enumerate(ends):
        found = tokens.encode(text[:end]).ids
        lead, rest = _frame_of(found, nothing, pad)
        beginning = found[lead : len(found) - rest]
        if len(beginning) <= len(body) and np.array_equal(beginning, body[: len(beginning)]):
            counts[at] = len(beginning)
    if not words:
        return Aligned((), ids, np.full(len(ids), -1), False)
    if counts[-1] != len(body) or (len(body) > 1 and len(words) > 1 and np.sum(counts >= 0) == 1):
        return None
    unread = words[int(np.argmax(counts == len(body))) + 1 :]
    is_full = len(tokens.encode(f"{text} {text}").ids) == len(ids)
    cut = is_full and any(character.isalnum() for word in unread for character in word)
    pieces, owner = _owners(words, counts, len(ids), head)
    return Aligned(pieces, ids, owner, cut)


def _owners(words: tuple[str, ...], counts: Owners, n_ids: int, head: int) -> tuple[tuple[str, ...], Owners]:
    """Merge the words that have no tokens of their own into one piece, and say whose each token is."""
    known = counts >= 0
    joined = np.concatenate([[False], ~known[:-1]])
    pieces = _merged(words, joined)
    owner = np.full(n_ids, -1, dtype=np.intp)
    start = 0
    for piece, stop in enumerate(counts[known]):
        owner[head + start : head + max(stop, start)] = piece
        start = max(stop, start)
    return pieces, owner


def _frame_of(ids: npt.NDArray[np.int64], nothing: npt.NDArray[np.int64], pad: int | None) -> tuple[int, int]:
    """Return how many tokens before and after the text's own come with every text."""
    padding = pad if pad is not None else (int(nothing[-1]) if len(nothing) > 1 else None)
    tail = 0
    while padding is not None and tail < len(ids) and ids[-1 - tail] == padding:
        tail += 1
    frame = nothing[: len(nothing) - _trailing(nothing, padding)]
    head = 0
    while head < min(len(frame), len(ids) - tail) and ids[head] == frame[head]:
        head += 1
    closing = 0
    limit = min(len(frame) - head, len(ids) - tail - head)
    while closing < limit and ids[len(ids) - 1 - tail - closing] == frame[-1 - closing]:
        closing += 1
    return head, tail + closing


def _trailing(ids: npt.NDArray[np.int64], padding: int | None) -> int:
    count = 0
    while padding is not None and count < len(ids) and ids[-1 - count] == padding:
        count += 1
    return count


def _merged(words: tuple[str, ...], joined: npt.NDArray[np.bool_]) -> tuple[str, ...]:
    pieces: list[str] = []
    for word, joins in zip(words, joined, strict=True):
        if joins:
            pieces[-1] += word
        else:
            pieces.append(word)
    return tuple(pieces)
