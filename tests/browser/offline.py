"""An exported file as its reader meets it: opened from disk with the network off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize

WINDOW: ViewportSize = {"width": 1_300, "height": 1_400}


@contextmanager
def opened_offline(browser: Browser, file: Path, window: ViewportSize = WINDOW) -> Iterator[Page]:
    """Open ``file``; afterwards, fail when the page asked for anything but itself or wrote an error to the console."""
    context = browser.new_context(offline=True, viewport=window)
    page = context.new_page()
    requests: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    try:
        page.goto(file.as_uri())
        yield page
        assert [url for url in requests if not url.startswith(("data:", "blob:"))] == [file.as_uri()]
        assert errors == []
    finally:
        context.close()
