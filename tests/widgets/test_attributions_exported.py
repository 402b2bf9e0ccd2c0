"""Attributions without a workbench that can be asked: in an exported file, and as a result of their own."""

from __future__ import annotations

import numpy as np
import pytest

import mldebug_widgets as mld
from mldebug_widgets.errors import MldError
from mldebug_widgets.widgets.attributions import AttributionsWidget, widget_of
from mldebug_widgets.widgets.workbench import WorkbenchWidget
from tests.widgets.linear_evaluations import linear_evaluation


class TestExportedFile:
    @pytest.fixture
    def panel(self) -> AttributionsWidget:
        workbench = WorkbenchWidget(linear_evaluation(1_500))
        built = workbench.build_all()["attributions"]
        assert isinstance(built, AttributionsWidget)
        return built

    def test_dots_are_only_of_the_rows_that_the_file_carries(self, panel: AttributionsWidget) -> None:
        session = panel._session
        assert session is not None
        carried = session.carried_rows(include_data=False)
        state = panel.report_state(include_data=False)
        rows = np.frombuffer(state["result"]["dots"]["rows"]["data"], dtype=np.int32)
        assert carried is not None
        assert 0 < len(rows) <= len(carried)
        assert set(rows) <= set(carried)
        assert state["result"]["n_rows"] == 1_500
        assert state["local"]["row"] in carried
        everything = panel.report_state(include_data=True)
        assert everything["result"]["dots"]["rows"]["shape"] == [1_500]

    def test_a_row_that_the_file_does_not_carry_is_left_out(self, panel: AttributionsWidget) -> None:
        session = panel._session
        assert session is not None
        carried = session.carried_rows(include_data=False)
        assert carried is not None
        other = next(row for row in range(1_500) if row not in set(carried))
        session.row = other
        panel.refresh()
        assert panel.report_state(include_data=False)["local"]["row"] == other
        session.row = None
        panel.refresh()
        panel.configure("auto", "row", other, "auto")
        panel.refresh()
        kept = panel.report_state(include_data=False)["local"]
        assert {step["baseline"] for step in kept["steps"]} == {""}
        assert all(step.baseline for step in panel.local.steps)
        panel.local = None
        assert panel.report_state(include_data=False)["local"] is None


class TestAlone:
    def test_a_result_shows_itself(self) -> None:
        result = mld.attributions(linear_evaluation(), [4, 9])
        shown = mld.show(result)
        assert isinstance(shown, AttributionsWidget)
        assert shown.local.row == 4
        assert shown.trust == result.trust_lines
        assert shown.get_state()["result"]["dots"]["rows"]["shape"] == [2]
        assert shown.report_state(include_data=False)["mode"] == "report"

    def test_asks_nobody(self) -> None:
        alone = widget_of(mld.attributions(linear_evaluation(), 4))
        for method, params in (("open_row", [3]), ("compute", ["all"]), ("configure", ["auto", "auto", None, "auto"])):
            with pytest.raises(MldError) as caught:
                getattr(alone, method)(*params)
            assert caught.value.code == "MLD-W65"
