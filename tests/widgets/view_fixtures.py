"""What views are given, written by Python for the view tests.

``python -m tests.widgets.view_fixtures`` writes them; ``test_view_fixtures.py`` says whether they are fresh.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import binomtest
from sklearn import metrics

import mldebug_widgets as mld
from mldebug_widgets.analyzers.builder_columns import BuilderColumn, builder_columns
from mldebug_widgets.analyzers.crossfilter import CrossfilterResult
from mldebug_widgets.analyzers.crossfilter_cubes.records import BrushedBins
from mldebug_widgets.analyzers.error_heatmap import error_heatmap
from mldebug_widgets.analyzers.slice_comparison import compare_rows, measure_slice
from mldebug_widgets.widgets.attributions import AttributionsWidget
from mldebug_widgets.widgets.base import ViewWidget
from mldebug_widgets.widgets.crossfilter import CrossfilterWidget
from mldebug_widgets.widgets.gradcam import GradCamWidget
from mldebug_widgets.widgets.performance import PerformanceWidget
from mldebug_widgets.widgets.sensitivity import SensitivityWidget
from mldebug_widgets.widgets.slices import SlicesWidget
from mldebug_widgets.widgets.text_attributions import TextAttributionsWidget
from mldebug_widgets.widgets.whatif import WhatifWidget
from mldebug_widgets.widgets.workbench import WorkbenchWidget
from mldebug_widgets.wire import encode
from tests.widgets.image_evaluations import images_evaluation
from tests.widgets.text_evaluations import texts_evaluation

VIEWS = Path(__file__).parents[2] / "js" / "views"
HOSTILE = "<img src=x onerror=alert(1)>"
THRESHOLDS = (0.0, 0.137, 0.5, 0.501, 0.9, 1.0)
EDITS = ({}, {"0": 71.5}, {"0": 30, "3": "Rome"}, {"1": None, "2": True})


def table(n: int = 400) -> pd.DataFrame:
    """Return a mixed table whose values are round, so that no platform writes them differently."""
    rng = np.random.default_rng(7)
    return pd.DataFrame(
        {
            "age": rng.integers(18, 90, n).astype(float),
            "income": np.where(rng.random(n) < 0.2, np.nan, rng.integers(10, 200, n) * 500.0),
            "member": rng.random(n) < 0.5,
            HOSTILE: pd.Categorical(rng.choice(["Oslo", "Rome", "Lima"], n)),
            "joined": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, n), unit="D"),
            "note": [f"note {row}" for row in range(n)],
        }
    )


def probability(frame: pd.DataFrame) -> Any:
    """Answer as a user's function would: from age, city and membership."""
    steps = (frame["age"] - 50) / 10 + (frame[HOSTILE] == "Oslo") - 0.5 * frame["member"].astype(float)
    return 1 / (1 + np.exp(-steps.to_numpy(dtype=float)))


def three_classes(frame: pd.DataFrame) -> Any:
    """Answer with three class probabilities."""
    late = probability(frame)
    return np.stack([late / 2, late / 2, 1 - late], axis=1)


def binary_evaluation() -> Any:
    frame = table()
    truth = np.where(np.random.default_rng(1).random(len(frame)) < probability(frame), "yes", "no")
    parts = {name: (frame.iloc[rows], truth[rows]) for name, rows in _halves(len(frame)).items()}
    return mld.evaluate(probability, parts)


def multiclass_evaluation() -> Any:
    frame = table()
    truth = np.random.default_rng(2).choice(["a", "b", HOSTILE], len(frame))
    return mld.evaluate(three_classes, (frame, truth), class_names=["a", "b", HOSTILE])


def regression_evaluation() -> Any:
    frame = table()
    actual = 100 * probability(frame) + np.random.default_rng(3).normal(0, 8, len(frame)).round(3)
    return mld.evaluate(lambda rows: 100 * probability(rows), (frame, actual), task="regression")


def performance_fixture() -> dict[str, Any]:
    binary = binary_evaluation()
    return {
        "binary": traits(PerformanceWidget(mld.performance(binary))),
        "multiclass": traits(PerformanceWidget(mld.performance(multiclass_evaluation()))),
        "regression": traits(PerformanceWidget(mld.performance(regression_evaluation()))),
        "expected": [_by_sklearn(binary, threshold) for threshold in THRESHOLDS],
    }


def whatif_fixture() -> dict[str, Any]:
    evaluation = binary_evaluation()
    widget = WhatifWidget(evaluation)
    widget.row = 3
    return {
        "live": traits(widget),
        "report": {**traits(widget), **_plain(widget.report_state(include_data=False))},
        "answers": [{"edits": edits, "prediction": _plain(encode(widget.predict(3, edits)))} for edits in EDITS],
        "curves": {str(position): _plain(encode(widget.curve(3, position, {}))) for position in (0, 3)},
        "nearest": _plain(encode(widget.nearest(3, {}).result(timeout=30))),
    }


def sensitivity_fixture() -> dict[str, Any]:
    evaluation = binary_evaluation()
    return {
        "one": traits(SensitivityWidget(mld.sensitivity(evaluation, 3, grid=12))),
        "many": traits(SensitivityWidget(mld.sensitivity(evaluation, [1, 5, 9], grid=12))),
    }


def crossfilter_fixture() -> dict[str, Any]:
    """Return strips, a cube of each, and what pandas counts under some brushes."""
    evaluation = binary_evaluation()
    live = mld.crossfilter(evaluation, split="all")
    file = live.for_file()
    rows = np.arange(0, evaluation.n, 7)
    active = next(place for place, dimension in enumerate(live.dimensions) if dimension.name == HOSTILE)
    fixed = BrushedBins(next(place for place, dimension in enumerate(live.dimensions) if dimension.name == "age"), 2, 9)
    encoded = {
        "cube": live.cube(active),
        "fixed_cube": live.cube(active, [fixed]),
        "file_cubes": [file.cube(place) for place in (0, active, len(file.dimensions) - 1)],
        "selected": live.selected_by([BrushedBins(active, 1, 1)]),
    }
    return {
        "live": traits(CrossfilterWidget(live)),
        "report": {
            **traits(CrossfilterWidget(file)),
            "mode": "report",
            "embedded": _plain(encode(file.pairs(rows))),
        },
        **{name: _plain(encode(value)) for name, value in encoded.items()},
        "expected": [
            {"range": [first, last], "fixed": with_fixed, **_by_pandas(live, active, (first, last), fixed, with_fixed)}
            for first, last in ((0, 0), (1, 2), (0, 2))
            for with_fixed in (False, True)
        ],
        "carried": {str(bin): rows[file.table.columns[active].codes[rows] == bin].tolist() for bin in (0, 2)},
    }


def _by_pandas(
    result: CrossfilterResult, active: int, bins: tuple[int, int], fixed: BrushedBins, with_fixed: bool
) -> dict[str, Any]:
    """Return rows and errors per bin of every dimension under a brush, its own left out."""
    codes = [pd.Series(column.codes) for column in result.table.columns]
    wrong = pd.Series(result.table.metric.values.astype(float))
    brushes = {active: bins} | ({fixed.dimension: (fixed.first, fixed.last)} if with_fixed else {})
    counts, errors = [], []
    for place, column in enumerate(codes):
        kept = pd.Series(True, index=column.index)
        for dimension, (first, last) in brushes.items():
            if dimension != place:
                kept &= codes[dimension].between(first, last)
        grouped = wrong[kept].groupby(column[kept]).agg(["size", "sum"])
        grouped = grouped.reindex(range(len(result.dimensions[place].labels)), fill_value=0)
        counts += grouped["size"].astype(int).tolist()
        errors += grouped["sum"].tolist()
    return {"counts": counts, "errors": errors}


def slices_fixture() -> dict[str, Any]:
    """Return a search and what is asked about it, and how many rows the conditions of the builder find."""
    evaluation = binary_evaluation()
    # The plain exact search over plain columns: what is merged or folded may change without a change for the view.
    plain: dict[str, Any] = {"columns": ["age", "member", HOSTILE], "merge": False, "fold": False}
    found = mld.find_slices(evaluation, k=3, max_predicates=2, split="all", tree=True, **plain)
    result = replace(found, seconds=0.1)
    listed = builder_columns(evaluation)
    first = result[0].query
    answers = {
        "columns": listed,
        "measure": measure_slice(evaluation, first, split="all"),
        "comparison": compare_rows(evaluation, first, split="all"),
        "heatmap": error_heatmap(evaluation, "age", "income", split="all"),
    }
    queries = [query for column in listed for query in _builder_queries(column)]
    return {
        "alone": traits(SlicesWidget(result)),
        **{name: _plain(encode(answer)) for name, answer in answers.items()},
        "found": {query: int(evaluation.rows_matching(query).sum()) for query in queries},
    }


def attributions_fixture() -> dict[str, Any]:
    """Return the panel with a selection, the same as an exported file holds it, and views of results alone."""
    evaluation = binary_evaluation()
    session = WorkbenchWidget(evaluation)
    session.select("age > 70")
    session.panel = "attributions"
    panel = session.views["attributions"]
    assert isinstance(panel, AttributionsWidget)
    panel.result = replace(panel.result, seconds=0.1)
    session.open_panel("rows")
    several = replace(mld.attributions(multiclass_evaluation(), [1, 5, 9], method="lime", trust=False), seconds=0.1)
    live = {**traits(panel), "workbench": ""}
    return {
        "live": live,
        "report": {**live, **_plain(panel.report_state(include_data=False))},
        "alone": traits(AttributionsWidget(several)),
        "one": traits(AttributionsWidget(replace(mld.attributions(evaluation, 3), seconds=0.1))),
    }


def _builder_queries(column: BuilderColumn) -> Iterator[str]:
    """Yield conditions on a column in the words of the builder."""
    name, literals = column.query_name, [value.query_literal for value in column.values[:2]]
    if column.missing:
        yield f"{name}.isna()"
    if column.kind == "text":
        yield f'{name}.str.contains("note 1", regex=False, na=False)'
    if literals:
        yield f"{name} == {literals[0]}"
    if len(literals) == 2:
        yield f"not ({name} in [{', '.join(literals)}])"
    if column.kind == "numeric":
        yield f"30 <= {name} <= 60.5"
        yield f"{name} > 30"
    if column.kind == "datetime":
        yield f'{name} >= "2020-06-01" and {name} <= "2021-03-04 05:06"'


def gradcam_fixture() -> dict[str, Any]:
    """Return the panel, its answers, and what stands alone and in a file; seconds are no part of it."""
    workbench = WorkbenchWidget(images_evaluation())
    panel = GradCamWidget(session=workbench)
    true_class = {"method": "gradcam", "layer": "", "target": "true"}
    answers = {
        "pictures": panel.pictures(0),
        "maps": panel.maps("first", 0, "gradcam", "", "predicted").result(),
        "beside": panel.maps("second", 0, **true_class).result(),
        "checks": panel.checks("first", 0, "gradcam", "", "predicted").result(),
    }
    assert panel.result is not None
    alone = replace(panel.result, seconds=0.1)
    thumbnails = workbench.open_panel("rows").thumbnails([0, 4, 9])
    panel.settings = {**panel.settings, "beside": true_class}
    live = {**traits(panel), "workbench": ""}
    report = {**live, **_plain(panel.report_state(include_data=False))}
    fixture = {
        "live": live,
        "alone": traits(GradCamWidget(alone)),
        "report": report,
        "thumbnails": _plain(encode(thumbnails)),
        **{name: _plain(encode(answer)) for name, answer in answers.items()},
    }
    for page in (fixture["maps"], fixture["beside"], report["embedded"], report["embedded_beside"]):
        page["seconds"] = 0.1
    return fixture


def text_attributions_fixture() -> dict[str, Any]:
    """Return the panel with two methods, the same as an exported file holds it, and a result alone."""
    session = WorkbenchWidget(texts_evaluation())
    session.panel = "text_attributions"
    panel = session.views["text_attributions"]
    assert isinstance(panel, TextAttributionsWidget)
    panel.configure(["integrated_gradients", "occlusion"], "1")
    panel.results = tuple(replace(result, seconds=0.1) for result in panel.results)
    panel.result = panel.results[0]
    session.open_panel("rows")
    live = {**traits(panel), "workbench": ""}
    alone = replace(mld.text_attributions(texts_evaluation(), [0, 3, 6]), seconds=0.1)
    return {
        "live": live,
        "report": {**live, **_plain(panel.report_state(include_data=False))},
        "alone": traits(TextAttributionsWidget(alone)),
    }


FIXTURES = {
    "gradcam": gradcam_fixture,
    "performance": performance_fixture,
    "whatif": whatif_fixture,
    "sensitivity": sensitivity_fixture,
    "crossfilter": crossfilter_fixture,
    "slices": slices_fixture,
    "attributions": attributions_fixture,
    "text_attributions": text_attributions_fixture,
}


def traits(widget: ViewWidget) -> dict[str, Any]:
    """Return the synced state of ``widget`` as an exported file holds it, with names instead of random ids."""
    state = widget.get_state()
    own = {name: value for name, value in state.items() if not name.startswith("_") and name in widget.trait_names()}
    for name in ("layout", "tabbable", "tooltip"):
        own.pop(name, None)
    for name in own.keys() & {"figures", "marks"}:
        own[name] = {key: f"IPY_MODEL_{key}" for key in own[name]}
    plain: dict[str, Any] = _plain(own)
    return plain


def _halves(n: int) -> dict[str, slice]:
    return {"train": slice(0, n // 2), "test": slice(n // 2, n)}


def _plain(value: Any) -> Any:
    """Return ``value`` with the bytes of arrays as base64 text, as in a notebook file."""
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode()
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _by_sklearn(evaluation: Any, threshold: float) -> dict[str, Any]:
    """Return what scikit-learn and SciPy say about the held-out rows at ``threshold``."""
    rows = np.asarray(evaluation.splits["test"])
    truth = np.asarray(evaluation.y)[rows] == "yes"
    called = np.asarray(evaluation.scores)[rows] >= threshold
    (tn, fp), (fn, tp) = metrics.confusion_matrix(truth, called, labels=[False, True]).tolist()
    shares = {
        "accuracy": (tp + tn, len(rows)),
        "recall": (tp, tp + fn),
        "precision": (tp, tp + fp),
        "specificity": (tn, tn + fp),
    }
    return {
        "threshold": threshold,
        "counts": {"tp": tp, "fp": fp, "fn": fn, "tn": tn},
        "f1": metrics.f1_score(truth, called, zero_division=0),
        "rates": {name: _rate(*share) for name, share in shares.items()},
        "checked": {
            "accuracy": metrics.accuracy_score(truth, called),
            "recall": metrics.recall_score(truth, called),
        },
    }


def _rate(successes: int, n: int) -> dict[str, float | None]:
    if n == 0:
        return {"value": None, "low": None, "high": None}
    low, high = binomtest(successes, n).proportion_ci(method="wilson")
    return {"value": successes / n, "low": low, "high": high}


def write() -> None:
    for name, make in FIXTURES.items():
        path = VIEWS / name / "fixture.json"
        path.write_text(json.dumps(make(), indent=1, sort_keys=True, allow_nan=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
