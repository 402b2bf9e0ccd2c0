"""``python -m benchmarks``: runs every benchmark and prints one table."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from benchmarks import (
    attributions,
    brush,
    confirmation,
    cubes,
    drag,
    gradcam,
    memory,
    show,
    sizes,
    slices,
    startup,
)
from benchmarks.report import keep, table
from scripts.chromium import HOW_TO_GET_ONE, find_chromium
from tests.browser.lab import running_lab
from tests.conftest import CHROMIUM_FLAGS

ROOT = Path(__file__).parent.parent


def main() -> int:
    """Return 0 when every number is within its limit."""
    executable = find_chromium()
    if executable is None:
        print(HOW_TO_GET_ONE)
        return 1
    lines = startup.run() + memory.run() + slices.run() + confirmation.run() + cubes.run()
    lines += attributions.run() + gradcam.run()
    with (
        tempfile.TemporaryDirectory() as folder,
        running_lab(Path(folder)) as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=executable, args=list(CHROMIUM_FLAGS))
        lines += sizes.run(browser)
        lines += drag.run(browser, server, ROOT)
        lines += show.run(browser, server, str(ROOT))
        lines += brush.run(browser, server, str(ROOT))
        browser.close()
    print(table(lines))
    keep(lines)
    return 0 if all(line.holds for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
