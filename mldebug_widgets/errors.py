"""Coded errors: every message names the argument, what came, what is allowed and one fix.

A code never changes its meaning, so people can search for it, and tests and documentation can name it.
"""

from __future__ import annotations


class MldError(Exception):
    """Base of every error this package raises on purpose.

    Parameters
    ----------
    code
        Stable identifier such as ``"MLD-D03"``. The letter names the concern: ``D`` data, ``M`` model,
        ``T`` target, ``O`` option, ``Q`` query, ``S`` state or selection, ``X`` export, ``W`` request from a view.
    argument
        The argument (or field) at fault, spelled as the caller wrote it.
    got
        What was received, in words.
    allowed
        What would have been accepted, in words.
    fix
        One concrete thing to do next.
    """

    def __init__(self, code: str, argument: str, got: str, allowed: str, fix: str) -> None:
        self.code = code
        self.argument = argument
        self.got = got
        self.allowed = allowed
        self.fix = fix
        super().__init__(f"{code}: {argument}: {got}. Allowed: {allowed}. {fix}")


class MldValueError(MldError, ValueError):
    """A value of the right type that cannot be used."""


class MldTypeError(MldError, TypeError):
    """A value of a type that cannot be used."""


def type_of(value: object) -> str:
    """Return the type of ``value`` in words: "a list", "an int"."""
    kind = type(value).__name__
    return f"{'an' if kind[0] in 'aeiouAEIOU' else 'a'} {kind}"


def shown(value: object, limit: int = 80) -> str:
    """Return ``value`` in words short enough for a message: its type, and its shape or a clipped repr."""
    kind = type(value).__name__
    shape = getattr(value, "shape", None)
    if isinstance(shape, tuple):
        return f"{kind} of shape {tuple(shape)}"
    try:
        text = " ".join(repr(value).split())
    except Exception:
        return kind
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    return text if isinstance(value, str | int | float | bool | None) else f"{kind} {text}"
