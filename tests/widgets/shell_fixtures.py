"""What the overview, findings and rows views are given, written by Python for the view tests.

``python -m tests.widgets.shell_fixtures`` writes them; ``test_shell_fixtures.py`` says whether they are fresh.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from sklearn import metrics

import mldebug_widgets as mld
from mldebug_widgets.analyzers.overview import baselines, overview, with_baselines
from mldebug_widgets.analyzers.rows import RowTable
from mldebug_widgets.wire import encode
from tests.widgets.view_fixtures import VIEWS, binary_evaluation, multiclass_evaluation

PAGE_ROWS = 30


def overview_fixture() -> dict[str, Any]:
    evaluation = binary_evaluation()
    result = with_baselines(overview(evaluation), baselines(evaluation))
    rows = np.asarray(evaluation.splits["test"])
    truth, scores = np.asarray(evaluation.y)[rows] == "yes", np.asarray(evaluation.scores)[rows]
    return {
        "traits": {
            "result": plain(encode(replace(result, seconds=1.0))),
            "findings": plain(encode(replace(mld.findings(evaluation), seconds=1.0))),
        },
        "expected": {
            "ROC AUC": metrics.roc_auc_score(truth, scores),
            "Accuracy": metrics.accuracy_score(truth, scores >= 0.5),
            "Log loss": metrics.log_loss(truth, scores),
            "Brier score": metrics.brier_score_loss(truth, scores),
        },
    }


def findings_fixture() -> dict[str, Any]:
    """Return the findings about answers that have nothing to do with the truth."""
    return {"traits": {"result": plain(encode(replace(mld.findings(multiclass_evaluation()), seconds=1.0)))}}


def rows_fixture() -> dict[str, Any]:
    """Return the first page, and what it must show, worked out from the Evaluation without the table."""
    evaluation = binary_evaluation()
    table = RowTable(evaluation)
    worst = np.argsort(-np.asarray(evaluation.loss), kind="stable")[:PAGE_ROWS]
    return {
        "traits": {"columns": plain(encode(table.columns)), "sort": "loss", "ascending": False, "query": ""},
        "page": plain(encode(table.page(start=0, count=PAGE_ROWS))),
        "expected": {
            "rows": worst.tolist(),
            "target": [str(answer) for answer in np.asarray(evaluation.y)[worst]],
            "predicted": [str(answer) for answer in np.asarray(evaluation.predicted)[worst]],
            "income_missing": evaluation.X["income"].isna().to_numpy()[worst].tolist(),
            "joined": evaluation.X["joined"].dt.strftime("%Y-%m-%d").to_numpy()[worst].tolist(),
            "loss": np.asarray(evaluation.loss, dtype=float)[worst].tolist(),
        },
    }


SHELL_FIXTURES = {"overview": overview_fixture, "findings": findings_fixture, "rows": rows_fixture}


def plain(value: Any) -> Any:
    """Return ``value`` with the bytes of arrays as base64 text, as in an exported file."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def write() -> None:
    for name, make in SHELL_FIXTURES.items():
        path = VIEWS / name / "fixture.json"
        path.write_text(json.dumps(make(), indent=1, sort_keys=True, allow_nan=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
