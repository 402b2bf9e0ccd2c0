"""Values as they stand in a query, read back exactly, and as they stand in a label, short."""

from __future__ import annotations

from typing import Any

import numpy as np

_LONGEST_LITERAL = 300
_LONGEST_WORD = 40
_MOST_NAMED = 5


def literal_of(value: Any) -> str | None:
    """Return ``value`` as a literal that reads back as the same value; None where a query has no such literal."""
    if isinstance(value, bool | np.bool_):
        return str(bool(value))
    if isinstance(value, int | np.integer):
        return str(int(value))
    if isinstance(value, float | np.floating):
        return repr(float(value)) if np.isfinite(value) else None
    if isinstance(value, str) and len(value) <= _LONGEST_LITERAL and not has_surrogate(value):
        return f'"{"".join(map(_escaped, value))}"'
    return None


def has_surrogate(text: str) -> bool:
    """Tell whether a text holds half a character (a lone surrogate), which pandas cannot look for."""
    return not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text)


def _escaped(char: str) -> str:
    """Return one character of a text literal.

    Pandas splits a query at backticks and quotes before Python reads it, and takes a backslash before a quote as an
    escape even where it is itself escaped, so these are written as numbers.
    """
    if char not in '\\"`' and char.isprintable():
        return char
    number = ord(char)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def word_of(value: Any) -> str:
    """Return a category as a person reads it, in one line."""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        value = int(value)
    text = " ".join(str(value).split()) or "(blank)"
    return text if len(text) <= _LONGEST_WORD else text[: _LONGEST_WORD - 1] + "…"


def set_of_words(words: list[str]) -> str:
    """Return ``{EV, MQ}``; where there are many, the first few and how many more."""
    named = words if len(words) <= _MOST_NAMED + 1 else [*words[:_MOST_NAMED], f"+{len(words) - _MOST_NAMED} more"]
    return "{" + ", ".join(named) + "}"
