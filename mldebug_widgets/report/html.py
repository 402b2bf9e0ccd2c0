"""The offline page: Jupyter's saved widget state and all the code that draws it, in one file that asks for nothing.

The page may run exactly the scripts that were put into it: its content-security policy names their hashes and forbids
everything else, network included. ``blob:`` is there because anywidget imports each view from such an address.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any

from mldebug_widgets.report.document import Document
from mldebug_widgets.report.frontend import inline_script, module_script, modules_of
from mldebug_widgets.report.summary import summary_html
from mldebug_widgets.widgets.assets import module_text

_STYLE = Path(__file__).with_name("page.css")


def html_page(document: Document) -> str:
    """Return the page. Every text from data or model is escaped; parts are joined, never substituted into."""
    modules = modules_of(document.widget_state["state"].values())
    scripts = [("", inline_script(module_text("report")))]
    scripts += [(f' data-module="{escape(name)}"', module_script(name)) for name in modules]
    contents = document.contents
    return "".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
            f'<meta http-equiv="Content-Security-Policy" content="{escape(_policy(code for _, code in scripts))}">\n',
            '<meta name="referrer" content="no-referrer">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            '<link rel="icon" href="data:,">\n',
            f"<title>{escape(contents.title)}: workbench</title>\n",
            f"<style>\n{_STYLE.read_text(encoding='utf-8')}</style>\n</head>\n",
            '<body data-jp-theme-light="true">\n<main class="mld-page">\n<header class="mld-head">\n',
            f"<h1>{escape(contents.title)}</h1>\n<p>{escape(' · '.join(contents.facts))}</p>\n",
            '<button type="button" id="mld-theme" hidden></button>\n</header>\n',
            f'<div class="mld-static" id="mld-static">\n<p>{escape(contents.holds)}</p>\n',
            f"{summary_html(document.overview, document.findings)}\n</div>\n",
            '<div class="mld-place" id="mld-workbench"></div>\n</main>\n',
            # The page's own script comes first, so that theme and static part are settled before anything is seen.
            *(f"<script{attribute}>{code}</script>\n" for attribute, code in scripts),
            '<script type="application/json" id="mld-content">',
            embedded_json({"root": document.root, "state": document.widget_state}),
            "</script>\n",
            "</body>\n</html>\n",
        ]
    )


def embedded_json(value: Any) -> str:
    """Return ``value`` as JSON that can stand inside a script element of any page."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _policy(codes: Iterable[str]) -> str:
    hashes = " ".join(f"'sha256-{b64encode(sha256(code.encode()).digest()).decode()}'" for code in codes)
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src {hashes} blob:",
            "style-src 'unsafe-inline'",
            "img-src data: blob:",
            "font-src data:",
            "connect-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )
