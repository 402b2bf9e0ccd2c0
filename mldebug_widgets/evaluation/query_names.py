"""How columns are named in a query, so that ``DataFrame.query`` finds them too."""

from __future__ import annotations

import keyword
import re
from collections.abc import Collection, Hashable, Sequence
from functools import lru_cache

import pandas as pd

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)
_RESERVED_BY_PANDAS = "BACKTICK_QUOTED_STRING_"


def written_name(name: str) -> str:
    """Return ``name`` as it stands in a query: bare where it can be, in backticks elsewhere."""
    return name if _is_plain(name) else f"`{name}`"


def query_names(labels: Sequence[Hashable], prefix: str = "column") -> tuple[str, ...]:
    """Return one name per column by which a query can find it.

    That is the label as text, except where ``DataFrame.query`` cannot read the label even in backticks (a backtick
    or a line break in it, two labels that pandas reads as one): such a column is called by its position,
    ``column_3``.
    """
    texts = tuple(str(label) for label in labels)
    odd = tuple(text for text in texts if not _is_plain(text))
    readable = _readable(odd, tuple(text for text in texts if text.startswith(_RESERVED_BY_PANDAS))) if odd else odd
    taken = set(texts)
    names = []
    for position, text in enumerate(texts):
        if not _is_plain(text) and text not in readable:
            text = free_name(f"{prefix}_{position}", taken)
            taken.add(text)
        names.append(text)
    return tuple(names)


def free_name(name: str, taken: Collection[str]) -> str:
    """Return ``name``, with as many underscores behind it as it takes to be in ``taken`` no more."""
    while name in taken:
        name += "_"
    return name


def _is_plain(name: str) -> bool:
    return (
        _PLAIN.fullmatch(name) is not None and not keyword.iskeyword(name) and not name.startswith(_RESERVED_BY_PANDAS)
    )


@lru_cache(maxsize=64)
def _readable(odd: tuple[str, ...], besides: tuple[str, ...]) -> frozenset[str]:
    """Return which of ``odd`` pandas reads in backticks; pandas itself is asked, as its rules are its own."""
    columns = list(dict.fromkeys((*odd, *besides)))
    frame = pd.DataFrame([range(len(columns))], columns=columns)
    numbers = {name: number for number, name in enumerate(columns)}

    def found(names: Sequence[str]) -> list[str]:
        query = " and ".join(f"`{name}` == {numbers[name]}" for name in names)
        try:
            if len(frame.query(query, engine="python")) == 1:
                return list(names)
        except Exception:  # whatever pandas stumbles on: it cannot read one of the names
            pass
        middle = len(names) // 2
        return [*found(names[:middle]), *found(names[middle:])] if middle else []

    return frozenset(name for name in found([name for name in odd if _can_be_quoted(name)]))


def _can_be_quoted(name: str) -> bool:
    return bool(name) and "`" not in name and "\n" not in name and "\r" not in name
