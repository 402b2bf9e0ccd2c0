"""A what-if drag in a real browser: from the input event to the painted prediction, against a bare echo widget.

The quickstart's notebook is run, so the model, its ``preprocess`` and the table are the real ones. The floor is an
anywidget on the same page that sends a number to the kernel and paints it when it comes back.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import numpy as np
from playwright.sync_api import Browser, Page

from benchmarks.report import Line
from tests.browser.lab import LabServer, Notebook, open_notebook

DRAGS = 200
ROUNDS = 3
FLOOD = 1000
FEATURE = "departure"

ECHO = """
import anywidget
class Echo(anywidget.AnyWidget):
    _esm = '''
    export default { render({ model, el }) {
      const slider = document.createElement("input");
      slider.type = "range"; slider.step = "any"; slider.className = "echo-slider";
      const shown = document.createElement("span"); shown.className = "echo-shown";
      slider.oninput = () => model.send({ value: slider.value });
      model.on("msg:custom", (message) => { shown.textContent = message.value; });
      el.append(slider, shown);
    } };
    '''
    def __init__(self):
        super().__init__()
        self.on_msg(lambda widget, content, buffers: widget.send(content))
echo = Echo()
echo
"""

#: Finds an element through open shadow roots.
DEEP = """
window.deep = (selector, root = document) => {
  const found = root.querySelector(selector);
  if (found) return found;
  for (const element of root.querySelectorAll("*")) {
    const inner = element.shadowRoot && window.deep(selector, element.shadowRoot);
    if (inner) return inner;
  }
  return null;
};
"""

#: Moves a slider step by step; each step waits until its answer is painted. Returns milliseconds per step.
TIMED = """
async ([low, high, count, kind]) => {
  const painted = () => new Promise((done) => requestAnimationFrame(() => {
    const channel = new MessageChannel(); channel.port1.onmessage = done; channel.port2.postMessage(null);
  }));
  const slider = deep(kind === "echo" ? ".echo-slider" : `input[type=range][aria-label="${kind}"]`);
  const target = kind === "echo" ? deep(".echo-shown") : deep(".answer");
  const answered = () => new Promise((done, fail) => {
    let asked = false;
    const clock = setTimeout(() => fail(new Error("no answer within 5 s")), 5000);
    const observer = new MutationObserver(() => {
      if (kind !== "echo") {
        if (target.getAttribute("aria-busy") === "true") { asked = true; return; }
        if (!asked) return;
      }
      observer.disconnect(); clearTimeout(clock); done();
    });
    observer.observe(target, { attributes: true, childList: true, characterData: true, subtree: true });
  });
  const times = [];
  for (let step = 0; step < count; step++) {
    const waiting = answered();
    slider.value = String(low + (high - low) * ((step * 0.618) % 1));
    const started = performance.now();
    slider.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
    await waiting; await painted();
    times.push(performance.now() - started);
    await new Promise((next) => setTimeout(next, 16));
  }
  return times;
}
"""

#: Moves the slider as fast as a hand could not, without waiting for answers, and returns the last position.
FLOODED = """
async ([low, high, count, label]) => {
  const slider = deep(`input[type=range][aria-label="${label}"]`);
  for (let step = 0; step < count; step++) {
    slider.value = String(low + (high - low) * ((step * 0.618) % 1));
    slider.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
    if (step % 5 === 0) await new Promise((next) => setTimeout(next, 2));
  }
}
"""


def run(browser: Browser, server: LabServer, root: Path) -> list[Line]:
    """Measure drags and echoes alternately on one page, after checking that a flood ends on the last position."""
    page = browser.new_page(viewport={"width": 1400, "height": 1600})
    notebook = open_notebook(page, server, "bench_drag.ipynb", [*quickstart_cells(root), ECHO])
    notebook.run_all()
    notebook.execute("workbench.widget.worker.submit(lambda job: None).result()")
    notebook.execute("workbench.widget.row = 100; workbench.widget.panel = 'whatif'")
    page.locator(f'input[type=range][aria-label="{FEATURE}"]').wait_for()
    position = notebook.python(f"list(workbench.evaluation.X.columns).index({FEATURE!r})")
    low, high = notebook.python(
        f"[workbench.evaluation.features[{position}].low, workbench.evaluation.features[{position}].high]"
    )
    page.evaluate(DEEP)
    flood(page, notebook, (low, high), position)
    ratios = []
    for _ in range(ROUNDS):
        echo = percentile95(page, low, high, "echo")
        ours = percentile95(page, low, high, FEATURE)
        ratios.append((ours / echo, ours, echo))
    page.close()
    ratio, ours, echo = sorted(ratios)[ROUNDS // 2]
    return [
        Line("what-if drag, input to painted prediction, p95", f"{ours:.1f} ms", f"bare echo {echo:.1f} ms", ratio, 2.0)
    ]


def flood(page: Page, notebook: Notebook, seen: tuple[float, float], position: int) -> None:
    """1,000 drags end on the value that the model gives for the last position."""
    page.evaluate(FLOODED, [*seen, FLOOD, FEATURE])
    page.locator(".answer[aria-busy=false]").wait_for()
    page.wait_for_timeout(500)
    edits = notebook.python("dict(workbench.widget.views['whatif'].edits)")
    expected = notebook.python(
        f"float(workbench.evaluation.predict_edited(100, {{{position}: {edits[str(position)]}}})[0])"
    )
    shown = float(page.locator(".answer .number").inner_text())
    assert abs(shown - expected) <= 5.1e-4, f"parity: the screen says {shown}, the model {expected}"
    last = seen[0] + (seen[1] - seen[0]) * (((FLOOD - 1) * 0.618) % 1)
    assert abs(edits[str(position)] - last) < (seen[1] - seen[0]) / 100, "parity: not the last position"


def percentile95(page: Page, low: float, high: float, kind: str) -> float:
    times: Any = page.evaluate(TIMED, [low, high, DRAGS, kind])
    return float(np.percentile(times[DRAGS // 10 :], 95))


def quickstart_cells(root: Path) -> list[str]:
    """Return the code cells of the quickstart up to the workbench."""
    cells = [
        cell.source
        for cell in nbformat.read(root / "notebooks" / "quickstart.ipynb", 4).cells
        if cell.cell_type == "code"
    ]
    last = next(index for index, source in enumerate(cells) if "mld.show(" in source)
    return cells[: last + 1]
