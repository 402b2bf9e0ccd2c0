"""What is set on the Attributions panel is part of the workbench's state."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from mldebug_widgets.errors import MldError
from mldebug_widgets.report.state import collect, restore
from mldebug_widgets.widgets.attributions import CHOICES, AttributionsWidget
from mldebug_widgets.widgets.workbench import WorkbenchWidget
from tests.widgets.test_attributions import opened
from tests.widgets.view_fixtures import binary_evaluation


def test_what_is_set_comes_back_with_the_workbenchs_state() -> None:
    workbench, panel = opened(binary_evaluation())
    panel.configure(method="feature_ablation", baseline="row", baseline_row=3, target="0")
    saved = json.loads(json.dumps(collect(workbench)))
    again = WorkbenchWidget(binary_evaluation())
    restore(again, saved)
    found = again.views["attributions"]
    assert isinstance(found, AttributionsWidget)
    assert {name: found.settings[name] for name in CHOICES} == {
        "method": "feature_ablation", "baseline": "row", "baseline_row": 3, "target": "0"
    }  # fmt: skip
    assert found.result.method == "feature_ablation"
    np.testing.assert_allclose(found.result.values, panel.result.values)


@pytest.mark.parametrize("wrong", [{"method": "guess"}, {"baseline_row": 3}, {"target": 1}, {"colour": "red"}])
def test_what_cannot_be_set_is_refused_and_changes_nothing(wrong: dict[str, Any]) -> None:
    workbench, panel = opened(binary_evaluation())
    saved = collect(workbench)
    with pytest.raises(MldError):
        restore(workbench, {**saved, "panels": {"attributions": {**panel.choices(), **wrong}}})
    assert collect(workbench) == saved
