"""How large is what is sent and saved: each view's module, and the exported page with the time it takes to open."""

from __future__ import annotations

import time
from pathlib import Path

from playwright.sync_api import Browser

from benchmarks.report import Line

ROOT = Path(__file__).parent.parent
STATIC = ROOT / "mldebug_widgets" / "static"
REPORT = ROOT / "reports" / "quickstart.html"


def run(browser: Browser) -> list[Line]:
    """Measure the modules, and the report if ``make demo`` has written it."""
    modules = {path.stem: path.stat().st_size for path in STATIC.glob("*.js") if path.stem != "report"}
    name, size = max(modules.items(), key=lambda item: item[1])
    lines = [Line("largest view module", f"{name} {size / 1e3:.0f} KB", "", size / 1e3, 120, " KB")]
    if REPORT.is_file():
        size = REPORT.stat().st_size
        seconds = opening_seconds(browser)
        lines.append(Line("reports/quickstart.html", f"{size / 1e6:.2f} MB", "", size / 1e6, 3, " MB"))
        lines.append(Line("quickstart.html from disk to first panel", f"{seconds:.2f} s", "", seconds, 2, " s"))
    return lines


def opening_seconds(browser: Browser) -> float:
    """Return the median time from opening the page with the network off until its metrics are painted."""
    times = []
    for _ in range(5):
        context = browser.new_context(offline=True)
        page = context.new_page()
        started = time.perf_counter()
        page.goto(REPORT.as_uri(), wait_until="commit")
        page.locator(".tiles .tile").first.wait_for()
        times.append(time.perf_counter() - started)
        context.close()
    return sorted(times)[2]
