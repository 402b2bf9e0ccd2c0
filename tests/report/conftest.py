"""Opens an exported file as a reader would, from disk and with the network off, and keeps account of what it does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request

#: Addresses that never leave the page.
INSIDE = ("blob:", "data:")

VIOLATIONS = "addEventListener('securitypolicyviolation', (event) => console.error('policy', event.violatedDirective))"


@dataclass
class OpenReport:
    """One opened file."""

    page: Page
    requests: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def assert_quiet(self) -> None:
        """Nothing was asked of the network, nothing was complained about, no hostile text ran."""
        assert self.requests == []
        assert self.problems == []
        assert self.page.evaluate("window.__pwned") is None


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., OpenReport]]:
    """``open_page(path)`` opens any file of this disk with the network off."""
    contexts: list[BrowserContext] = []

    def opened(path: Path, *, color_scheme: str = "light", width: int = 1300) -> OpenReport:
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=color_scheme)
        contexts.append(context)
        context.set_offline(True)
        context.route(lambda url: not url.startswith(("file:", *INSIDE)), lambda route: route.abort())
        context.add_init_script(VIOLATIONS)
        report = OpenReport(context.new_page())
        watch(report, path)
        report.page.goto(path.as_uri())
        return report

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def open_report(open_page: Callable[..., OpenReport]) -> Callable[..., OpenReport]:
    """``open_report(path)`` waits until the workbench is drawn."""

    def opened(path: Path, **options: Any) -> OpenReport:
        report = open_page(path, **options)
        report.page.wait_for_selector("#mld-workbench[data-state]")
        return report

    return opened


def watch(report: OpenReport, path: Path) -> None:
    def asked(request: Request) -> None:
        if request.url != path.as_uri() and not request.url.startswith(INSIDE):
            report.requests.append(request.url)

    page = report.page
    page.on("request", asked)
    page.on("pageerror", lambda error: report.problems.append(str(error)))
    page.on("console", lambda message: report.problems.append(message.text) if message.type in BAD else None)


BAD = ("error", "warning", "assert")
