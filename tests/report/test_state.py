"""The saved state: it survives JSON and comes back the same, and a changed one is refused before anything moves."""

from __future__ import annotations

import json
import zlib
from base64 import b64encode
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import mldebug_widgets as mld
from mldebug_widgets.errors import MldError
from mldebug_widgets.report import state
from tests.report.payloads import PAYLOADS
from tests.report.workbenches import N, table, workbench

PANELS = ("overview", "performance", "slices", "rows", "whatif")

selections = st.one_of(
    st.just({"kind": "all"}),
    st.lists(st.integers(0, N - 1), min_size=1, max_size=20, unique=True).map(
        lambda rows: {"kind": "rows", "rows": sorted(rows)}
    ),
    st.fixed_dictionaries(
        {
            "kind": st.just("cell"),
            "truth": st.integers(0, 1),
            "predicted": st.integers(0, 1),
            "split": st.sampled_from(["train", "test"]),
            "threshold": st.floats(0, 1),
        }
    ),
    st.sampled_from(["age > 40", "city == 'Oslo' and member", "loss > 1", "predicted == 'yes'"]).map(
        lambda query: {"kind": "query", "query": query}
    ),
    st.fixed_dictionaries(
        {"kind": st.just("range"), "field": st.just("loss"), "low": st.floats(0, 1), "high": st.floats(1, 5)}
    ),
)

EDITS = {
    "0": st.floats(18, 90),
    "1": st.one_of(st.none(), st.floats(0, 1e6)),
    "2": st.booleans(),
    "3": st.sampled_from(["Oslo", "Rome", "Lima"]),
    "4": st.text(max_size=50).filter(lambda text: text.isprintable()),
}

states = st.fixed_dictionaries(
    {
        "version": st.just(state.VERSION),
        "panel": st.sampled_from(PANELS),
        "selection": selections,
        "slices": st.dictionaries(
            st.text(min_size=1, max_size=20).filter(lambda name: name.isprintable() and name == name.strip()),
            st.sampled_from(["age > 40", "city == 'Oslo' and member", "predicted == 'yes'"]),
            max_size=4,
        ),
        "threshold": st.floats(0, 1),
        "row": st.integers(0, N - 1),
        "edits": st.fixed_dictionaries({}, optional=EDITS),
        "sort": st.fixed_dictionaries(
            {"key": st.sampled_from(["loss", "feature:0", "feature:3", "row"]), "ascending": st.booleans()}
        ),
        "query": st.sampled_from(["", "age > 30", "city in ['Oslo', 'Rome']"]),
        "panels": st.fixed_dictionaries(
            {}, optional={"performance": st.fixed_dictionaries({"split": st.sampled_from(["train", "test"])})}
        ),
    }
)


@pytest.fixture(scope="module")
def two() -> tuple[Any, Any]:
    return workbench(), workbench()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(saved=states)
def test_a_state_comes_back_the_same(two: tuple[Any, Any], saved: dict[str, Any]) -> None:
    first, second = two
    state.restore(first.widget, saved)
    collected = first.state()
    for name in ("version", "panel", "slices", "threshold", "row", "edits", "sort", "query"):
        assert collected[name] == saved[name]
    assert collected["panels"].items() >= saved["panels"].items()
    assert list(collected["slices"]) == list(saved["slices"])
    assert collected["selection"].items() >= saved["selection"].items()
    travelled = json.loads(json.dumps(collected, allow_nan=False))
    state.restore(second.widget, travelled)
    assert second.state() == collected
    np.testing.assert_array_equal(second.selection.rows, first.selection.rows)


@pytest.mark.parametrize("share", [0.02, 0.5, 0.97])
def test_any_number_of_rows_chosen_in_python_comes_back(two: tuple[Any, Any], share: float) -> None:
    first, second = two
    mask = np.random.default_rng(1).random(N) < share
    first.select(mask, label="a mask")
    saved = json.loads(json.dumps(first.state()))
    assert len(json.dumps(saved)) < 20_000
    state.restore(second.widget, saved)
    np.testing.assert_array_equal(second.selection.rows, np.flatnonzero(mask))
    assert second.selection.label == "a mask"


def test_show_takes_a_state() -> None:
    saved = {"version": 1, "panel": "rows", "selection": {"kind": "query", "query": "age > 60"}, "row": 7}
    frame = table()
    again = mld.show(lambda rows: rows["age"].to_numpy() / 100, frame, "late", state=saved)
    np.testing.assert_array_equal(again.selection.rows, np.flatnonzero(frame["age"] > 60))
    assert (again.widget.panel, again.widget.row) == ("rows", 7)


def test_a_threshold_counts_before_the_selection_that_depends_on_it() -> None:
    bench = workbench()
    state.restore(
        bench.widget,
        {"version": 1, "threshold": 0.9, "selection": {"kind": "query", "query": "predicted == 'yes'"}},
    )
    np.testing.assert_array_equal(bench.selection.rows, np.flatnonzero(np.asarray(bench.evaluation.scores) >= 0.9))


def packed(size: int, fill: int = 0) -> str:
    return b64encode(zlib.compress(bytes([fill]) * size)).decode()


REFUSALS: list[tuple[Any, str]] = [
    (None, "MLD-S30"),
    ("{}", "MLD-S30"),
    ([1], "MLD-S30"),
    ({}, "MLD-S31"),
    ({"version": 2}, "MLD-S31"),
    ({"version": "1"}, "MLD-S31"),
    ({"version": True}, "MLD-S31"),
    ({"version": 1, "model": "x"}, "MLD-S32"),
    ({"version": 1, "__proto__": {}}, "MLD-S32"),
    ({"version": 1, 3: "x"}, "MLD-S32"),
    ({"version": 1, "panel": "nowhere"}, "MLD-S33"),
    ({"version": 1, "panel": ["rows"]}, "MLD-S33"),
    ({"version": 1, "selection": "age > 3"}, "MLD-S34"),
    ({"version": 1, "selection": {"kind": "nonsense"}}, "MLD-S11"),
    ({"version": 1, "selection": {"kind": "rows", "rows": [N]}}, "MLD-S13"),
    ({"version": 1, "selection": {"kind": "rows", "rows": "all"}}, "MLD-S12"),
    ({"version": 1, "selection": {"kind": "cell", "truth": 7, "predicted": 0}}, "MLD-S18"),
    ({"version": 1, "threshold": 1.5}, "MLD-S35"),
    ({"version": 1, "threshold": float("nan")}, "MLD-S35"),
    ({"version": 1, "threshold": "0.5"}, "MLD-S35"),
    ({"version": 1, "threshold": True}, "MLD-S35"),
    ({"version": 1, "row": N}, "MLD-S36"),
    ({"version": 1, "row": -1}, "MLD-S36"),
    ({"version": 1, "row": 1.0}, "MLD-S36"),
    ({"version": 1, "row": True}, "MLD-S36"),
    ({"version": 1, "row": 10**400}, "MLD-S36"),
    ({"version": 1, "row": 1, "edits": [1]}, "MLD-S37"),
    ({"version": 1, "edits": {"0": 30}}, "MLD-S38"),
    ({"version": 1, "row": 1, "edits": {"99": 30}}, "MLD-W20"),
    ({"version": 1, "row": 1, "edits": {"constructor": 30}}, "MLD-W20"),
    ({"version": 1, "row": 1, "edits": {"0": "old"}}, "MLD-W23"),
    ({"version": 1, "row": 1, "edits": {"0": float("inf")}}, "MLD-W23"),
    ({"version": 1, "row": 1, "edits": {"0": None}}, "MLD-W22"),
    ({"version": 1, "row": 1, "edits": {"2": 1}}, "MLD-W23"),
    ({"version": 1, "row": 1, "edits": {"3": "Atlantis"}}, "MLD-W25"),
    ({"version": 1, "sort": "loss"}, "MLD-S40"),
    ({"version": 1, "sort": {"key": "loss"}}, "MLD-S40"),
    ({"version": 1, "sort": {"key": "loss", "ascending": 1}}, "MLD-S40"),
    ({"version": 1, "sort": {"key": "feature:99", "ascending": True}}, "MLD-S40"),
    ({"version": 1, "query": 3}, "MLD-S41"),
    ({"version": 1, "query": "x" * 10_001}, "MLD-S41"),
    ({"version": 1, "panels": []}, "MLD-S45"),
    ({"version": 1, "panels": {"performance": "train"}}, "MLD-S45"),
    ({"version": 1, "panels": {"__proto__": {}}}, "MLD-S45"),
    ({"version": 1, "panels": {"performance": {"split": "tomorrow"}}}, "MLD-S46"),
    ({"version": 1, "row": 3, "panels": {"performance": {"split": ["train"]}}}, "MLD-S46"),
    ({"version": 1, "panels": {"performance": {"result": None}}}, "MLD-S46"),
    ({"version": 1, "panels": {"rows": {"sort": "row"}}}, "MLD-S46"),
    ({"version": 1, "slices": ["age > 3"]}, "MLD-S43"),
    ({"version": 1, "slices": {f"slice {i}": "age > 3" for i in range(101)}}, "MLD-S44"),
    ({"version": 1, "slices": {"": "age > 3"}}, "MLD-S21"),
    ({"version": 1, "slices": {"a": ""}}, "MLD-S22"),
    ({"version": 1, "slices": {"a": ["age > 3"]}}, "MLD-S22"),
    ({"version": 1, "slices": {"a": "height > 3"}}, "MLD-Q02"),
    ({"version": 1, "selection": {"kind": "rows", "mask": "%%%"}}, "MLD-S42"),
    ({"version": 1, "selection": {"kind": "rows", "mask": 3}}, "MLD-S42"),
    ({"version": 1, "selection": {"kind": "rows", "mask": "é"}}, "MLD-S42"),
    ({"version": 1, "selection": {"kind": "rows", "mask": packed(1)}}, "MLD-S42"),
    ({"version": 1, "selection": {"kind": "rows", "mask": packed(10**7)}}, "MLD-S42"),
]


@pytest.mark.parametrize(("saved", "code"), REFUSALS)
def test_a_changed_state_is_refused_and_nothing_moves(two: tuple[Any, Any], saved: Any, code: str) -> None:
    bench, _ = two
    before = bench.state()
    with pytest.raises(MldError) as caught:
        state.restore(bench.widget, saved)
    assert caught.value.code == code
    assert caught.value.argument
    assert caught.value.fix
    assert bench.state() == before


@pytest.mark.parametrize("query", ["__import__('os').system('x')", "@age > 3", "age.__class__", "age >", *PAYLOADS])
def test_a_query_in_a_state_is_no_code(two: tuple[Any, Any], query: str) -> None:
    bench, _ = two
    for saved in (
        {"version": 1, "query": query},
        {"version": 1, "selection": {"kind": "query", "query": query}},
        {"version": 1, "slices": {"saved": query}},
    ):
        with pytest.raises(MldError):
            state.restore(bench.widget, saved)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    saved=st.dictionaries(
        st.sampled_from(
            ["version", "panel", "selection", "slices", "threshold", "row", "edits", "sort", "query", "panels", "kind"]
        ),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
            max_leaves=6,
        ),
    )
)
def test_any_json_is_restored_or_refused_with_a_code(two: tuple[Any, Any], saved: dict[str, Any]) -> None:
    bench, _ = two
    with suppress(MldError):
        state.restore(bench.widget, saved | {"version": 1})
