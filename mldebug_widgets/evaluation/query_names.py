"""How columns are named in a query, so that ``DataFrame.query`` finds them too."""

from __future__ import annotations

import keyword
import tokenize
import unicodedata
from collections import Counter
from collections.abc import Collection, Hashable, Sequence
from functools import lru_cache
from token import tok_name

import pandas as pd

#: What pandas puts before a name that it has turned into an identifier, and before a variable of the caller.
_RESERVED_BY_PANDAS = ("BACKTICK_QUOTED_STRING_", "__pd_eval_local_")
#: What pandas reads as a number, whatever columns there are.
_NUMBERS_OF_PANDAS = ("inf", "Inf")


def written_name(name: str) -> str:
    """Return ``name`` as it stands in a query: bare where it can be, in backticks elsewhere."""
    return name if _is_identifier(name) else f"`{name}`"


def query_names(labels: Sequence[Hashable], prefix: str = "column") -> tuple[str, ...]:
    """Return one name per column by which a query can find it.

    That is the label as text, except where ``DataFrame.query`` cannot read the label even in backticks (a backtick
    or a line break in it, two labels that pandas reads as one): such a column is called by its position,
    ``column_3``.
    """
    texts = tuple(str(label) for label in labels)
    if all(map(_is_identifier, texts)):
        return texts
    as_read = [_as_pandas_reads(text) for text in texts]
    times = Counter(as_read)
    taken = set(texts)
    names = []
    for position, (text, read) in enumerate(zip(texts, as_read, strict=True)):
        if not _is_identifier(text) and (read is None or times[read] > 1):
            text = free_name(f"{prefix}_{position}", taken)
            taken.add(text)
        names.append(text)
    return tuple(names)


def free_name(name: str, taken: Collection[str]) -> str:
    """Return ``name``, with as many underscores behind it as it takes to be in ``taken`` no more."""
    while name in taken:
        name += "_"
    return name


def _is_identifier(name: str) -> bool:
    """Tell whether a name needs no backticks: Python reads it as itself, and pandas gives it no meaning."""
    return (
        name.isidentifier()
        and not keyword.iskeyword(name)
        and not name.startswith(_RESERVED_BY_PANDAS)
        and name not in _NUMBERS_OF_PANDAS
        and (name.isascii() or unicodedata.normalize("NFKC", name) == name)
    )


def _as_pandas_reads(name: str) -> str | None:
    """Return the identifier that pandas makes of a name in backticks, None where it cannot read the name.

    Only used to see which names become one; that pandas writes ``_MINUS_`` for a minus is its own affair.
    """
    if name.isidentifier() and not keyword.iskeyword(name):
        return name if _is_identifier(name) else None
    if not name or not all(map(_is_readable, name)):
        return None
    return _RESERVED_BY_PANDAS[0] + "".join(map(_as_pandas_writes, name))


@lru_cache(maxsize=4096)
def _as_pandas_writes(char: str) -> str:
    if char == " ":
        return "_"
    kind = tokenize.EXACT_TOKEN_TYPES.get(char)
    return f"_{tok_name[kind]}_" if kind is not None else char


def _is_readable(char: str) -> bool:
    if char == " " or (char.isascii() and (char.isalnum() or char == "_")):
        return True
    # All letters beyond ASCII are treated alike, so that one of them is asked about.
    return _pandas_reads("é" if char.isalnum() else char)


@lru_cache(maxsize=4096)
def _pandas_reads(char: str) -> bool:
    """Ask pandas whether it finds a column with this character in its name; what it reads differs by version."""
    if char in "`\n\r\0" or not char.isprintable():
        return False
    name = f"a{char}b c"
    try:
        return len(pd.DataFrame({name: [1, 2]}).query(f"`{name}` == 2", engine="python")) == 1
    except Exception:  # it stumbles in many ways, and any of them means no
        return False
