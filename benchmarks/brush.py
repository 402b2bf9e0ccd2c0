"""A brush in a real browser: from the pointer's event to the painted histograms, 1,000,000 rows x 20 of them.

The mouse is moved by the browser's own input, step by step, across one histogram of a strip in JupyterLab. What the
page sends to the server while the button is down is counted; the rows that the strip shows at the end of the drag must
be those that the query finds.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Locator, Page, WebSocket

from benchmarks.report import Line
from tests.browser.lab import LabServer, Notebook, open_notebook

MOVES = 240
ROUNDS = 3
#: Two frames.
LIMIT_MS = 33.0

CELLS = [
    "import sys; sys.path.insert(0, {root!r})\nfrom benchmarks.cubes import strip\nresult = strip()",
    "import mldebug_widgets as mld\nview = mld.show(result)\nview",
]

#: Notes for every pointer event how long after it the page was painted.
WATCH = """
() => {
  window.brushTimes = [];
  window.addEventListener("pointermove", (event) => {
    if (event.buttons === 0) return;
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => window.brushTimes.push(performance.now() - event.timeStamp);
      channel.port2.postMessage(null);
    });
  }, true);
}
"""


def run(browser: Browser, server: LabServer, root: str) -> list[Line]:
    """Drag several times and return the 95th percentile and the number of messages sent meanwhile."""
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    sent: list[Any] = []
    page.on("websocket", lambda socket: _note_frames(socket, sent))
    notebook = open_notebook(page, server, "bench_brush.ipynb", [cell.format(root=root) for cell in CELLS])
    notebook.run_all()
    show_all = page.get_by_role("button", name="All 20 columns")
    show_all.click()
    assert page.locator(".histogram canvas").count() == 20, "not all histograms are drawn"
    page.evaluate(WATCH)
    slowest, messages = [], 0
    for turn in range(ROUNDS):
        canvas = page.locator(".histogram canvas").nth(turn)
        times, sent_meanwhile = drag(page, canvas, sent)
        check_parity(page, notebook)
        slowest.append(float(np.percentile(times, 95)))
        messages += sent_meanwhile
    page.close()
    p95 = sorted(slowest)[ROUNDS // 2]
    case = "brush to repaint, 1,000,000 rows x 20 histograms"
    return [
        Line(f"{case}, p95", f"{p95:.1f} ms", "two frames", p95, LIMIT_MS, " ms"),
        Line(f"{case}, messages while dragging", str(messages), "none", float(messages), 0, ""),
    ]


def _note_frames(socket: WebSocket, sent: list[Any]) -> None:
    # Playwright marks the handlers that it is given, which a bound method of a list does not take.
    socket.on("framesent", lambda frame: sent.append(frame))


def drag(page: Page, canvas: Locator, sent: list[Any]) -> tuple[list[float], int]:
    """Drag over a histogram and back; return milliseconds per move and how many messages the page sent meanwhile."""
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 2, middle)
    page.wait_for_timeout(1500)  # the cube is counted while the pointer rests
    page.evaluate("window.brushTimes = []")
    before = len(sent)
    page.mouse.down()
    for step in range(MOVES):
        share = abs(((step / 60) % 2) - 1)
        page.mouse.move(box["x"] + 2 + (1 - share) * (box["width"] - 4), middle)
    page.mouse.move(box["x"] + box["width"] * 0.6, middle)
    page.wait_for_timeout(200)
    during = len(sent) - before
    times: list[float] = page.evaluate("window.brushTimes")
    assert len(times) > MOVES / 3, f"only {len(times)} of {MOVES} moves were painted"
    return times, during


def check_parity(page: Page, notebook: Notebook) -> None:
    """Let the brush go: the rows that the strip showed before must be those that its query finds."""
    shown = page.locator(".foot [role=status]").inner_text()
    page.mouse.up()
    notebook.wait_for_python("view.selected is not None and len(view.selected.brushes) > 0", True)
    page.wait_for_timeout(500)
    found = notebook.python("int(result.table.mask(result.brushed(view.selected.brushes)).sum())")
    said = int(re.sub(r"\D", "", shown.split(" of ")[0]))
    assert said == found, f"parity: the strip showed {said} rows, the query finds {found}"
    page.get_by_role("button", name="Show all rows").click()
    notebook.wait_for_python("view.selected is None", True)
