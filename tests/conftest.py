"""What tests in several folders share."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
import torch
from playwright.sync_api import Browser, sync_playwright

from scripts.chromium import HOW_TO_GET_ONE, find_chromium

#: Chromium as root in a machine without GPU, and nothing that asks for the network by itself.
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def pytest_configure() -> None:
    """Hear interrupts as at a terminal: a shell that starts a run in the background lets it ignore them."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests with a browser last: once Playwright runs, this thread's event loop is taken."""
    items.sort(key=lambda item: "browser" in getattr(item, "fixturenames", ()))


@pytest.fixture(scope="module")
def one_thread() -> Iterator[None]:
    """Let torch compute in one thread: for networks as small as those of tests, two wait for each other.

    On a busy machine of two cores they take ten times as long.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole run: Playwright starts only once per process."""
    executable = find_chromium()
    assert executable is not None, HOW_TO_GET_ONE
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=list(CHROMIUM_FLAGS))
        yield chromium
        chromium.close()
