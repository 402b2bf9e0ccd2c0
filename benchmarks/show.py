"""show() on 1,000,000 rows: time until the headline metrics are on screen, and the largest message.

The floor is one bare batched forward pass over the same tensor plus scikit-learn computing the same metrics once.
Both run in one kernel, in a real JupyterLab; the browser says when the metrics are painted.
"""

from __future__ import annotations

import time

from playwright.sync_api import Browser

from benchmarks.report import Line
from tests.browser.lab import LabServer, open_notebook

PREPARE = """
import time, torch, numpy as np, sys
sys.path.insert(0, {root!r})
from benchmarks import million
import sklearn.metrics as metrics
import mldebug_widgets as mld
mld.show, mld.evaluate
from ipykernel.comm.comm import BaseComm as Comm
sizes = []
publish = Comm.publish_msg
def counted(self, msg_type, data=None, metadata=None, buffers=None, **keys):
    import json
    sizes.append(len(json.dumps(data, default=str)) + sum(len(memoryview(b).cast("B")) for b in buffers or ()))
    return publish(self, msg_type, data=data, metadata=metadata, buffers=buffers, **keys)
Comm.publish_msg = counted
frame = million.frame()
model = million.model()
"""

FLOOR = """
x = torch.from_numpy(frame.drop(columns=million.TARGET).to_numpy(np.float32))
y = frame[million.TARGET].to_numpy()
def floor():
    start = time.perf_counter()
    with torch.inference_mode():
        scores = torch.cat([model(part) for part in x.split(65536)]).squeeze(1).sigmoid().numpy()
    forward = time.perf_counter() - start
    predicted = scores >= 0.5
    metrics.roc_auc_score(y, scores); metrics.average_precision_score(y, scores); metrics.log_loss(y, scores)
    metrics.accuracy_score(y, predicted); metrics.balanced_accuracy_score(y, predicted); metrics.f1_score(y, predicted)
    metrics.recall_score(y, predicted); metrics.precision_score(y, predicted); metrics.brier_score_loss(y, scores)
    return forward, time.perf_counter() - start
floor()
floors = [floor() for _ in range(3)]
auc = metrics.roc_auc_score(y, torch.cat([model(part) for part in x.split(65536)]).squeeze(1).detach().numpy())
"""

SHOW = """
started = time.time()
workbench = mld.show(model, frame, target=million.TARGET)
workbench
"""


def run(browser: Browser, server: LabServer, root: str) -> list[Line]:
    """Measure floor and workbench in one kernel, after a warm-up on a small table."""
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    notebook = open_notebook(page, server, "bench_show.ipynb", [SHOW])
    notebook.execute(PREPARE.format(root=root))
    notebook.execute("small = million.frame(20_000); mld.show(model, small, target=million.TARGET)")
    notebook.execute("mld.show(model, frame, target=million.TARGET).widget.worker.submit(lambda job: None).result()")
    notebook.execute(FLOOR)
    notebook.execute("del x")
    page.evaluate("void jupyterapp.commands.execute('notebook:run-all-cells')")
    page.locator(".tiles .tile").first.wait_for(timeout=120_000)
    on_screen = time.time() - notebook.python("started")
    notebook.execute("workbench.widget.worker.submit(lambda job: None).result()")
    floors = notebook.python("floors")
    floor = sorted(total for _, total in floors)[1]
    measured_auc = notebook.python(
        "next(m.value for m in workbench.widget.views['overview'].result.splits[0].metrics if m.name == 'roc_auc')"
    )
    assert abs(measured_auc - notebook.python("float(auc)")) < 1e-6, "parity: ROC AUC differs from scikit-learn's"
    for panel in ("performance", "rows", "whatif"):
        notebook.execute(f"workbench.widget.panel = {panel!r}")
    page.wait_for_timeout(3000)
    largest = notebook.python("max(sizes)")
    page.close()
    return [
        Line(
            "show() to headline metrics on screen, 1,000,000 x 20",
            f"{on_screen:.2f} s",
            f"forward + scikit-learn metrics {floor:.2f} s",
            on_screen / floor,
            2.0,
        ),
        Line("largest message at 1,000,000 rows", f"{largest / 1e6:.2f} MB", "", largest / 1e6, 5.0, " MB"),
    ]
