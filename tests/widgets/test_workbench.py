"""The workbench in the kernel: panels are built when opened, and the browser can only ask."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pandas as pd
import pytest

import mldebug_widgets as mld
from mldebug_widgets.widgets.workbench import CHUNK_BYTES

N = 400


@pytest.fixture
def workbench() -> Any:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.standard_normal(N), "b": rng.standard_normal(N)})
    frame["answer"] = (frame["a"] + rng.standard_normal(N) > 0).astype(int)

    def model(rows: pd.DataFrame) -> Any:
        return 1 / (1 + np.exp(-rows["a"].to_numpy()))

    return mld.show(model, frame, target="answer")


def finished(workbench: Any) -> None:
    workbench.widget.worker.submit(lambda _job: None).result(60)


def entry(workbench: Any, identifier: str) -> dict[str, Any]:
    return next(entry for entry in workbench.widget.panels if entry["id"] == identifier)


def test_only_the_first_panel_is_built_at_first(workbench: Any) -> None:
    assert list(workbench.widget.views) == ["overview"]
    assert entry(workbench, "rows")["state"] == "unbuilt"
    workbench.widget.panel = "rows"
    assert entry(workbench, "rows")["state"] == "ready"
    assert entry(workbench, "rows")["reference"] == workbench.widget.views["rows"].reference


def test_baselines_and_findings_follow_the_headline(workbench: Any) -> None:
    finished(workbench)
    overview = workbench.widget.views["overview"]
    assert overview.result.baselines
    assert overview.findings is not None
    assert workbench.widget.status["state"] == "idle"


def test_a_panel_that_fails_says_so_and_leaves_the_others_alone(
    workbench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_workbench: Any) -> Any:
        raise RuntimeError("broken on purpose")

    panel = workbench.widget._available["rows"]
    monkeypatch.setitem(
        workbench.widget._available, "rows", type(panel)("rows", "Rows", "Narrow", 40, fail, panel.applies)
    )
    workbench.widget.panel = "rows"
    assert entry(workbench, "rows")["state"] == "failed"
    assert "broken on purpose" in entry(workbench, "rows")["error"]["message"]
    workbench.widget.panel = "overview"
    assert entry(workbench, "overview")["state"] == "ready"


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ({"panel": "nowhere"}, "panel"),
        ({"row": N}, "row"),
        ({"row": -1}, "row"),
        ({"threshold": 1.5}, "threshold"),
        ({"threshold": None}, "threshold"),
        ({"selection": {"kind": "rows", "rows": [N]}}, "selection"),
        ({"selection": {"kind": "nonsense"}}, "selection"),
        ({"title": "<script>"}, "title"),
        ({"_esm": "export default {}"}, "_esm"),
        ({"panels": []}, "panels"),
        ({"mode": "report"}, "mode"),
    ],
)
def test_the_browser_cannot_write_what_is_impossible_or_not_its_own(
    workbench: Any, sent: dict[str, Any], name: str
) -> None:
    finished(workbench)
    before = getattr(workbench.widget, name)
    workbench.widget.set_state(sent)
    assert getattr(workbench.widget, name) == before


def test_a_selection_asked_in_the_browser_is_the_selection_in_python(workbench: Any) -> None:
    workbench.widget.set_state({"selection": {"kind": "rows", "rows": [3, 1], "label": "", "n": None, "token": 5}})
    assert workbench.selection.rows.tolist() == [3, 1]
    assert workbench.widget.selection["n"] == 2
    assert workbench.widget.selection["token"] == 5


def test_a_selection_made_in_python_reaches_the_pages_of_rows(workbench: Any) -> None:
    workbench.widget.panel = "rows"
    workbench.selection = "a > 1"
    page = workbench.widget.views["rows"].page(0, 10, "loss", False)
    assert page.total == len(workbench.selection) == int((workbench.evaluation.X["a"] > 1).sum())


def test_another_threshold_changes_the_answers_in_rows_and_in_python(workbench: Any) -> None:
    workbench.widget.panel = "rows"
    rows = workbench.widget.views["rows"]
    version = rows.version
    workbench.widget.set_state({"threshold": 0.9})
    assert rows.version > version
    page = rows.page(0, N, "row", True)
    predicted = page.values[[column.key for column in page.columns].index("predicted")].texts
    assert [text == "1" for text in predicted] == (workbench.evaluation.scores >= 0.9).tolist()
    assert np.sum(workbench.evaluation.predicted) == np.sum(workbench.evaluation.scores >= 0.9)


def test_an_exported_file_arrives_in_chunks(workbench: Any) -> None:
    content = bytes(range(256)) * (CHUNK_BYTES // 256 + 9)
    workbench.widget.exporter = lambda _format, _include_data: ("x.html", content)
    # Playwright leaves an event loop on the main thread, which would never turn here.
    with ThreadPoolExecutor(1) as pool:
        described = pool.submit(lambda: workbench.widget.export_bytes("html").result(60)).result(60)
    pieces = [workbench.widget.export_chunk(index).tobytes() for index in range(described["n_chunks"])]
    assert b"".join(pieces) == content
    assert described["size"] == len(content)


def test_an_exported_file_carries_rows_of_the_selection_too(workbench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mldebug_widgets.widgets.rows.EXPORTED_ROWS", 40)
    workbench.widget.panel = "rows"
    rows = workbench.widget.views["rows"]
    by_loss = np.argsort(-workbench.evaluation.loss, kind="stable")
    assert rows.exported_rows(include_data=False).tolist() == by_loss[:40].tolist()

    best = np.sort(by_loss[-100:])
    workbench.select(best)
    carried = rows.exported_rows(include_data=False)
    assert len(carried) == len(set(carried.tolist())) == 40
    assert set(by_loss[-100:-80].tolist()) | set(by_loss[:20].tolist()) == set(carried.tolist())
    assert workbench.widget.report_state(include_data=False)["selection"]["rows"] == sorted(by_loss[-100:-80].tolist())
    assert workbench.widget.selection["n"] == 100


def test_the_overview_follows_the_threshold_when_it_is_looked_at(workbench: Any) -> None:
    finished(workbench)
    overview = workbench.widget.views["overview"]
    workbench.widget.panel = "performance"
    workbench.widget.set_state({"threshold": 0.9})
    assert overview.result.threshold == 0.5
    workbench.widget.panel = "overview"
    finished(workbench)
    fresh = mld.overview(workbench.evaluation)
    assert overview.result.threshold == fresh.threshold == 0.9
    assert overview.result.metric("recall") == fresh.metric("recall")
    assert overview.result.baselines
    assert overview.findings is not None


def test_a_confusion_cell_follows_the_threshold(workbench: Any) -> None:
    cell = {"kind": "cell", "truth": 1, "predicted": 0, "split": None, "threshold": 0.5, "token": 1}
    workbench.widget.set_state({"selection": {**cell, "label": "", "n": None}})
    before = len(workbench.selection)
    workbench.widget.set_state({"threshold": 0.9})
    scores, truth = workbench.evaluation.scores, np.asarray(workbench.evaluation.y) == 1
    np.testing.assert_array_equal(workbench.selection.rows, np.flatnonzero(truth & (scores < 0.9)))
    assert len(workbench.selection) > before
    assert "at 0.9" in workbench.selection.label


@pytest.mark.parametrize("call", [mld.overview, mld.performance, mld.findings, lambda it: mld.sensitivity(it, 0)])
def test_an_analysis_of_something_else_says_where_an_evaluation_comes_from(workbench: Any, call: Any) -> None:
    with pytest.raises(TypeError, match=r"MLD-O61.*workbench\.evaluation"):
        call(workbench)
