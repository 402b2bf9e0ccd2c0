"""Attributions without a workbench that can be asked: in an exported file, and as a result of their own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import mldebug_widgets as mld
from mldebug_widgets.errors import MldError
from mldebug_widgets.widgets.attribution_summary import MOST_DOTS_IN_FILE, summary_of
from mldebug_widgets.widgets.attributions import AttributionsWidget, widget_of
from mldebug_widgets.widgets.workbench import WorkbenchWidget
from tests.widgets.linear_evaluations import linear_evaluation


def dots_of(state: dict[str, Any]) -> dict[str, Any]:
    """Return the drawn rows of a panel's state in a file."""
    arrays = state["result"]["dots"]
    return {name: np.frombuffer(one["data"], dtype=one["dtype"]).reshape(one["shape"]) for name, one in arrays.items()}


class TestExportedFile:
    @pytest.fixture
    def panel(self) -> AttributionsWidget:
        workbench = WorkbenchWidget(linear_evaluation(1_500))
        built = workbench.build_all()["attributions"]
        assert isinstance(built, AttributionsWidget)
        return built

    def test_its_dots_are_those_of_the_panel(self, panel: AttributionsWidget) -> None:
        live = summary_of(panel.result).dots
        dots = dots_of(panel.report_state(include_data=False))
        assert len(dots["rows"]) >= MOST_DOTS_IN_FILE
        same = np.isin(live.rows, dots["rows"])
        np.testing.assert_array_equal(dots["rows"], live.rows[same])
        np.testing.assert_allclose(dots["values"], live.values[same])
        np.testing.assert_array_equal(dots["levels"], live.levels[same])

    def test_numbers_of_rows_that_it_does_not_carry_are_only_as_exact_as_a_plot(
        self, panel: AttributionsWidget
    ) -> None:
        session = panel._session
        assert session is not None
        carried = session.carried_rows(include_data=False)
        assert carried is not None
        state = panel.report_state(include_data=False)
        dots, held = dots_of(state), np.isin(dots_of(state)["rows"], carried)
        assert 0 < held.sum() < len(held)
        np.testing.assert_array_equal(dots["rounded"], ~held)
        for at, feature in enumerate(state["result"]["features"]):
            raw = session.evaluation.X[feature["name"]].to_numpy()[dots["rows"]]
            shown = feature["origin"] + dots["x"][:, at]
            if feature["kind"] == "numeric" and len(np.unique(raw)) > 1_000:
                np.testing.assert_allclose(shown[held], raw[held], atol=1e-6)
                assert not np.isin(shown[~held], raw).any()
                assert np.abs(shown - raw).max() <= np.ptp(raw) / 250
        everything = dots_of(panel.report_state(include_data=True))
        assert len(everything["rows"]) == 1_500
        assert not everything["rounded"].any()

    def test_carried_rows_are_dots_where_many_are_attributed(self) -> None:
        workbench = WorkbenchWidget(linear_evaluation(5_000))
        panel = workbench.build_all()["attributions"]
        assert isinstance(panel, AttributionsWidget)
        assert len(panel.result.rows) == 5_000
        carried = workbench.carried_rows(include_data=False)
        assert carried is not None
        rows = dots_of(panel.report_state(include_data=False))["rows"]
        assert np.isin(carried, rows).all()
        assert MOST_DOTS_IN_FILE < len(rows) <= MOST_DOTS_IN_FILE + 200

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
