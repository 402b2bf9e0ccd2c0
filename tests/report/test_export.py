"""A whole workbench as a file: it works offline, holds what it says and no more, and changes nothing live."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect

import mldebug_widgets as mld
from mldebug_widgets.errors import MldError, MldValueError
from mldebug_widgets.report.exporting import as_bytes
from tests.report.conftest import OpenReport
from tests.report.payloads import PAYLOADS
from tests.report.workbenches import COLUMNS, N, workbench

Opener = Callable[..., OpenReport]

MODEL_ID = re.compile(r"[0-9a-f]{32}")
STATE_MIMETYPE = "application/vnd.jupyter.widget-state+json"


@pytest.fixture(scope="module")
def bench() -> Any:
    return workbench()


def saved_models(path: Path) -> dict[str, Any]:
    """Return the widget models that an exported file holds, as its reader parses them."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        models = json.loads(text)["metadata"]["widgets"][STATE_MIMETYPE]["state"]
    else:
        found = re.search(r'<script type="application/json" id="mld-content">(.*?)</script>', text, re.DOTALL)
        assert found is not None
        models = json.loads(found[1])["state"]["state"]
    assert isinstance(models, dict)
    return models


def numbers_in(models: dict[str, Any]) -> np.ndarray[Any, Any]:
    """Return every number in the models: in JSON, and in buffers read as any of the types that arrays have."""
    found = [np.fromiter(plain_numbers(models), dtype=np.float64)]
    for model in models.values():
        for buffer in model.get("buffers", []):
            content = b64decode(buffer["data"])
            for dtype in ("<f4", "<f8"):
                usable = len(content) - len(content) % np.dtype(dtype).itemsize
                with np.errstate(all="ignore"):
                    found.append(np.frombuffer(content[:usable], dtype=dtype).astype(np.float64))
    return np.concatenate(found)


def plain_numbers(value: Any) -> Any:
    if isinstance(value, dict):
        for item in value.values():
            yield from plain_numbers(item)
    elif isinstance(value, list):
        for item in value:
            yield from plain_numbers(item)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield float(value)


def raw_rows_in(path: Path) -> set[int]:
    """Return the rows whose text stands anywhere in the file."""
    return {int(row) for row in re.findall(r"raw text of row (\d{5})", path.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("suffix", ["html", "ipynb"])
def test_a_file_holds_at_most_200_raw_rows_and_says_so(bench: Any, tmp_path: Path, suffix: str) -> None:
    path = bench.export(tmp_path / f"report.{suffix}")
    rows = raw_rows_in(path)
    highest = np.argsort(-np.asarray(bench.evaluation.loss), kind="stable")[:150]
    assert set(highest.tolist()) <= rows
    assert len(rows) <= 200
    assert f"198 of {N:,} rows with the highest loss" in path.read_text(encoding="utf-8")
    assert re.search(r"1,\d{3} rows are dots in Attributions", path.read_text(encoding="utf-8"))
    ages = bench.evaluation.X["age"].to_numpy()
    numbers = np.unique(numbers_in(saved_models(path)))
    present = {row for row in range(N) if np.isin(ages[row], numbers) or np.isin(np.float32(ages[row]), numbers)}
    extremes = {int(np.argmin(ages)), int(np.argmax(ages))}
    assert set(highest.tolist()) <= present, "the test must be able to see a raw value"
    assert present - rows <= extremes


@pytest.mark.parametrize("suffix", ["html", "ipynb"])
def test_include_data_widens_it_and_says_so(bench: Any, tmp_path: Path, suffix: str) -> None:
    path = bench.export(tmp_path / f"report.{suffix}", include_data=True)
    assert raw_rows_in(path) == set(range(N))
    assert f"all {N:,} rows with their values" in path.read_text(encoding="utf-8")


def test_the_live_workbench_is_as_it_was(tmp_path: Path) -> None:
    bench = workbench()
    bench.widget.build_all()
    bench.select("age > 60")
    bench.widget.row = 12
    bench.export(tmp_path / "first.html")
    before = {panel: view.get_state() for panel, view in bench.widget.views.items()} | {"": bench.widget.get_state()}
    bench.export(tmp_path / "second.html")
    bench.export(tmp_path / "second.ipynb", include_data=True)
    after = {panel: view.get_state() for panel, view in bench.widget.views.items()} | {"": bench.widget.get_state()}
    assert after == before
    assert bench.widget.mode == "live"
    assert all(view.mode == "live" for view in bench.widget.views.values())


def test_every_widget_in_the_file_is_in_report_mode(bench: Any, tmp_path: Path) -> None:
    models = saved_models(bench.export(tmp_path / "report.html"))
    views = [model["state"] for model in models.values() if model["model_module"] == "anywidget"]
    # The workbench, its panels, and the strip of histograms that stands in one of them.
    assert len(views) == 2 + len(bench.widget.panels)
    assert {view["mode"] for view in views} == {"report"}


def test_every_reference_in_the_file_is_kept(bench: Any, tmp_path: Path) -> None:
    models = saved_models(bench.export(tmp_path / "report.html"))
    references = set(re.findall(r"IPY_MODEL_([0-9a-f]+)", json.dumps(models)))
    assert references <= set(models)
    assert len(models) > 20


def test_slices_are_in_the_file_with_what_can_be_looked_at(tmp_path: Path) -> None:
    bench = workbench()
    bench.save_slice("old", "age > 80")
    bench.select("age > 80", label="old")
    models = saved_models(bench.export(tmp_path / "report.html"))
    saved = models[bench.widget.views["slices"].model_id]["state"]
    listed = [slice["query"] for slice in saved["result"]["slices"]]
    assert listed == [slice.query for slice in bench.widget.views["slices"].result]
    assert set(saved["embedded"]["comparisons"]) == {*listed, "age > 80"}
    assert saved["embedded"]["heatmap"]["x"] in COLUMNS
    carried = np.sort(bench.widget.views["rows"].exported_rows(include_data=False))
    rows = carried[bench.evaluation.X["age"].to_numpy()[carried] > 80].tolist()
    assert saved["embedded"]["carried"]["age > 80"] == rows
    shell = models[bench.widget.model_id]["state"]
    assert shell["saved_slices"] == [{"name": "old", "query": "age > 80", "n": len(bench.selection), "rows": rows}]
    assert "slices with conditions that name values and words of the data" in shell["contents"]


def test_slices_of_a_moved_threshold_are_searched_again_for_the_file(tmp_path: Path) -> None:
    bench = workbench()
    bench.widget.panel = "slices"
    bench.widget.worker.submit(lambda _job: None).result(60)
    bench.widget.threshold = 0.9
    models = saved_models(bench.export(tmp_path / "report.html"))
    saved = models[bench.widget.views["slices"].model_id]["state"]
    test = bench.evaluation.splits["test"]
    wrong = (np.asarray(bench.evaluation.scores)[test] >= 0.9) != (np.asarray(bench.evaluation.y)[test] == "yes")
    assert saved["result"]["overall"] == pytest.approx(wrong.mean())
    assert not saved["stale"]


def test_findings_are_in_the_file_although_they_were_still_being_computed(tmp_path: Path) -> None:
    bench = workbench()
    models = saved_models(bench.export(tmp_path / "report.html"))
    overview = models[bench.widget.views["overview"].model_id]["state"]
    assert overview["findings"] is not None
    assert overview["result"]["baselines"]


def test_what_a_notebook_without_widgets_shows(bench: Any, tmp_path: Path) -> None:
    bench.export(tmp_path / "report.html")
    data, _ = bench._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    for mimetype in ("text/html", "text/plain"):
        assert "ByAge" in data[mimetype]
        assert "ROC AUC" in data[mimetype]
        assert "MLD1" in data[mimetype] or "No findings" in data[mimetype]
    assert "<script" not in data["text/html"]


def test_a_file_is_not_replaced_without_overwrite(bench: Any, tmp_path: Path) -> None:
    path = bench.export(tmp_path / "report.html")
    with pytest.raises(MldError, match="MLD-X36"):
        bench.export(path)
    bench.export(str(path), overwrite=True)


@pytest.mark.parametrize("options", [{"include_data": 1}, {"include_data": "yes"}, {"overwrite": None}])
def test_flags_are_true_or_false(bench: Any, tmp_path: Path, options: dict[str, Any]) -> None:
    with pytest.raises(MldError, match="MLD-X39") as caught:
        bench.export(tmp_path / "report.html", **options)
    assert caught.value.argument in options
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("title", "name"),
    [("ByAge", "ByAge.html"), ("../../etc/passwd", "etc-passwd.html"), ("", "workbench.html"), ("é<b>", "b.html")],
)
def test_the_suggested_name_is_a_plain_file_name(bench: Any, title: str, name: str, monkeypatch: Any) -> None:
    monkeypatch.setattr(bench.widget.evaluation, "model_name", title, raising=False)
    assert as_bytes(bench.widget, "html", include_data=False)[0] == name


def open_panel(report: OpenReport, label: str) -> None:
    report.page.get_by_role("navigation", name="Panels").get_by_role("button", name=label).click()
    report.page.get_by_role("heading", name=label, exact=True).wait_for()


def test_it_works_offline_and_asks_for_nothing(bench: Any, tmp_path: Path, open_report: Opener) -> None:
    bench.widget.row = 12
    path = bench.export(tmp_path / "report.html")
    assert path.stat().st_size < 3_000_000
    report = open_report(path)
    page = report.page
    for part in ("ByAge", f"{N:,} rows", "seed 0", f"mldebug_widgets {mld.__version__}"):
        assert page.locator("header").get_by_text(part).first.is_visible()
    page.locator("#mld-workbench").get_by_text(f"198 of {N:,} rows with the highest loss").wait_for()
    for panel in bench.widget.panels:
        open_panel(report, panel["label"])
        if panel["id"] in ("performance", "whatif"):
            page.locator(".bqplot").first.wait_for()
    report.assert_quiet()


def test_selection_sorting_and_threshold_are_alive_offline(bench: Any, tmp_path: Path, open_report: Opener) -> None:
    evaluation = bench.evaluation
    report = open_report(bench.export(tmp_path / "report.html"))
    page = report.page
    open_panel(report, "Performance")
    page.locator('[data-cell="0-1"]').click()
    test = np.asarray(evaluation.splits["test"])
    called, truth = np.asarray(evaluation.scores)[test] >= 0.5, np.asarray(evaluation.y)[test]
    wrong = int(np.sum(called & (truth == "no")))
    page.get_by_text(f"{wrong:,} rows").first.wait_for()

    open_panel(report, "Rows")
    rows = np.argsort(-np.asarray(evaluation.loss), kind="stable")[:198]
    carried = np.isin(rows, test[called & (truth == "no")])
    grid = page.get_by_role("grid")
    expect(grid).to_have_attribute("aria-rowcount", str(int(carried.sum()) + 1))
    page.get_by_role("button", name="Clear the selection").click()
    expect(grid).to_have_attribute("aria-rowcount", "199")
    page.get_by_role("columnheader", name="age").click()
    youngest = rows[np.argmin(evaluation.X["age"].to_numpy()[rows])]
    oldest = rows[np.argmax(evaluation.X["age"].to_numpy()[rows])]
    expect(grid.get_by_role("row").nth(1)).to_contain_text(re.compile(f"{youngest:,}|{oldest:,}"))

    open_panel(report, "Performance")
    threshold = page.get_by_label("Threshold, 0 to 1")
    threshold.fill("0.8")
    threshold.press("Enter")
    called = np.asarray(evaluation.scores)[test] >= 0.8
    accuracy = float(np.mean(called == (truth == "yes")))
    expect(page.locator("dl").filter(has_text="Accuracy").first).to_contain_text(f"{accuracy:.3f}")
    expect(page.locator('[data-cell="0-1"]')).to_contain_text(f"{int(np.sum(called & (truth == 'no'))):,}")
    report.assert_quiet()


def test_whatif_moves_on_the_models_own_curve_offline(bench: Any, tmp_path: Path, open_report: Opener) -> None:
    bench.widget.row = 12
    report = open_report(bench.export(tmp_path / "report.html"))
    page = report.page
    open_panel(report, "What-if")
    slider = page.get_by_role("slider").first
    slider.press("End")
    evaluation = bench.evaluation
    oldest = evaluation.X.iloc[[12]].assign(age=evaluation.X["age"].max())
    expected = float(evaluation.model.predict(oldest)[0])
    expect(page.get_by_text(f"{expected:.3f}").first).to_be_visible()
    expect(page.get_by_text("one feature at a time").first).to_be_visible()
    report.assert_quiet()


def test_a_file_shows_the_worst_row_where_no_row_was_open(tmp_path: Path, open_report: Opener) -> None:
    bench = workbench()
    report = open_report(bench.export(tmp_path / "report.html"))
    open_panel(report, "What-if")
    test = np.asarray(bench.evaluation.splits["test"])
    worst = int(test[np.argmax(np.asarray(bench.evaluation.loss)[test])])
    expect(report.page.get_by_text(f"Row {worst:,} of test").first).to_be_visible()
    assert bench.widget.row is None
    report.assert_quiet()


def test_a_panel_whose_model_refuses_says_why_and_the_others_are_there(
    bench: Any, tmp_path: Path, open_report: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: Any) -> Any:
        raise MldValueError("MLD-M99", "model", "it failed at row 3", "a model that answers", "Repair it.")

    whatif = bench.widget.build_all()["whatif"]
    monkeypatch.setattr(whatif, "report_state", refuse)
    report = open_report(bench.export(tmp_path / "report.html"))
    report.page.get_by_role("navigation", name="Panels").get_by_role("button", name="What-if").click()
    expect(report.page.get_by_text("it failed at row 3").first).to_be_visible()
    open_panel(report, "Rows")
    report.assert_quiet()


@pytest.mark.parametrize("task", ["regression", "multiclass", "multilabel", "predictions"])
def test_every_task_is_drawn(task: str, tmp_path: Path, open_report: Opener) -> None:
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"a": rng.normal(size=400), "when": pd.date_range("2026-01-01", periods=400, freq="h")})
    slope = frame["a"].to_numpy()
    several = 1 / (1 + np.exp(-np.stack([slope, -slope, slope / 2], axis=1)))
    bench = {
        "regression": lambda: mld.show(
            lambda rows: rows["a"].to_numpy() * 2, (frame, slope * 2 + rng.normal(size=400))
        ),
        "multiclass": lambda: mld.show(
            lambda rows: several[: len(rows)] / several[: len(rows)].sum(axis=1, keepdims=True),
            (frame, rng.choice(["x", "y", "z"], 400)),
        ),
        "multilabel": lambda: mld.show(
            lambda rows: several[: len(rows)], (frame, rng.integers(0, 2, (400, 3))), task="multilabel"
        ),
        "predictions": lambda: mld.show(None, (frame, slope + 1), predictions=slope),
    }[task]()
    report = open_report(bench.export(tmp_path / "report.html"))
    for panel in bench.widget.panels:
        open_panel(report, panel["label"])
        if (task, panel["id"]) == ("regression", "performance"):
            report.page.locator(".bqplot image").first.wait_for()
    report.assert_quiet()


def test_hostile_names_and_values_stay_text(tmp_path: Path, open_report: Opener) -> None:
    """Column names, categories, class names, the model's name: in every panel, in light DOM and shadow DOM."""
    columns = tuple(f"{payload} {name}" for payload, name in zip(PAYLOADS, COLUMNS, strict=False))
    bench = workbench(columns, PAYLOADS)
    bench.widget.row = 3
    path = bench.export(tmp_path / "report.html")
    report = open_report(path)
    for panel in bench.widget.panels:
        open_panel(report, panel["label"])
        report.page.wait_for_timeout(200)
    report.assert_quiet()


@pytest.mark.parametrize(
    "columns",
    [
        ("__proto__", "constructor", "toString", "hasOwnProperty", "length"),
        ("", "valueOf", " ", "__defineGetter__", "0"),
    ],
)
def test_names_that_mean_something_to_javascript(columns: tuple[str, ...], tmp_path: Path, open_report: Opener) -> None:
    bench = workbench(columns, columns)
    bench.widget.row = 3
    report = open_report(bench.export(tmp_path / "report.html"))
    for panel in bench.widget.panels:
        open_panel(report, panel["label"])
    report.assert_quiet()
