"""What a place without widgets shows: true, readable, static text and HTML, built without any script."""

from __future__ import annotations

from html import escape
from typing import Any

MOST_TABLE_ROWS = 50


def static_text(result: Any) -> str:
    """Return a result as plain text."""
    return repr(result)


def static_html(result: Any) -> str:
    """Return a result as HTML that holds no script; every text in it is escaped."""
    frame = result.to_frame() if hasattr(result, "to_frame") else None
    table = "" if frame is None else frame.head(MOST_TABLE_ROWS).to_html(border=0, escape=True)
    return f"<div><p>{escape(repr(result))}</p>{table}</div>"
