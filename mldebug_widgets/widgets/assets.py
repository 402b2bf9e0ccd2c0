"""Finds the built front end: one self-contained ESM file per view under ``static/``."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from mldebug_widgets.errors import MldError

STATIC = Path(__file__).parent.parent / "static"


class MissingFrontEndError(MldError, RuntimeError):
    """The package was installed from a checkout whose front end has not been built."""


@cache
def module_text(stem: str) -> str:
    """Return the ESM text of the view ``stem``.

    Raises
    ------
    MissingFrontEndError
        When the file is not there. The analyses work without it; only pictures need it.
    """
    path = STATIC / f"{stem}.js"
    if not path.is_file():
        raise MissingFrontEndError(
            "MLD-X20",
            "show",
            f"the front end of the {stem} view is not built",
            "an installed wheel, or a checkout after `make build`",
            "Run `make build` in the checkout, or `pip install mldebug-widgets`.",
        )
    return path.read_text(encoding="utf-8")
