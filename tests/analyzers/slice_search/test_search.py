"""The search against every candidate written out, on tables that try to break it."""

from __future__ import annotations

import _thread
import signal
import threading
import time
from concurrent.futures import CancelledError
from itertools import combinations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mldebug_widgets.analyzers.slice_search import boxes, cells, counting, covering, search
from mldebug_widgets.analyzers.slice_search.coded import CodedColumn
from mldebug_widgets.analyzers.slice_search.objective import MeanDifference, SliceLine
from mldebug_widgets.analyzers.slice_search.search import SliceSearch
from mldebug_widgets.analyzers.slice_search.sums import ComplexSums, PackedSums, SeparateSums
from tests.analyzers.slice_search.exhaustive import candidates, ranked
from tests.analyzers.slice_search.problems import OBJECTIVES, agree, evidence, expected_score, problems


def check_against_all(problem, objective, k, evident):
    columns, values, max_predicates, min_rows = problem
    found = SliceSearch(columns, values, objective=objective, max_predicates=max_predicates, min_rows=min_rows).top(
        k, evident
    )
    truth = candidates(columns, values, max_predicates, min_rows)
    scores = {key: expected_score(objective, values, *truth[key]) for key in truth}
    agree(found.ranked, truth, scores, k)
    agree(found.evident, truth, {key: evidence(values, *truth[key]) for key in truth}, evident)
    assert found.exhausted == (len(truth) <= k)
    assert found.n_searched >= len(truth)


@given(problems(), st.sampled_from(OBJECTIVES), st.integers(0, 12), st.integers(0, 8))
@settings(max_examples=150)
def test_best_candidates_are_those_of_an_exhaustive_search(problem, objective, k, evident):
    check_against_all(problem, objective, k, evident)


@pytest.mark.parametrize("tiny", [-1.98633175e-57, 5e-324, -3e-14])
@pytest.mark.parametrize("row", [4, 5, 6])
@pytest.mark.parametrize("largest", [search.LARGEST_TABLE, 8])
def test_values_that_only_rounding_tells_apart_do_not_order_the_codes(monkeypatch, tiny, row, largest):
    monkeypatch.setattr(search, "LARGEST_TABLE", largest)
    constant = CodedColumn("column", np.zeros(8, dtype=np.uint8), 1, np.array([True]), "none", 0, -1)
    codes = np.array([0, 0, 0, 0, 0, 1, 2, 3], dtype=np.uint8)
    merged = CodedColumn("column", codes, 4, np.ones(4, dtype=bool), "sets", 0, -1)
    values = np.zeros(8)
    values[7], values[row] = -1.0, tiny
    check_against_all(([constant, constant, constant, merged], values, 1, 1), SliceLine(0.95), 3, 3)


@pytest.mark.parametrize(
    "setting",
    [
        pytest.param((search, "LARGEST_TABLE", 8), id="tables too large to count as a whole"),
        pytest.param((search, "_FEWER", 10**6), id="rows never folded"),
        pytest.param((search, "_FEWER", 0), id="rows always folded"),
        pytest.param((counting, "PIECE", 7), id="pieces of seven rows"),
        pytest.param((counting, "_SPARSE", 2.0), id="rows always picked out"),
        pytest.param((covering, "_TOGETHER", 1), id="one table at a time"),
        pytest.param((covering, "_MOST_TUPLES", 0), id="tables counted as they come"),
        pytest.param((boxes, "_SMALL_TABLE", 0), id="no tables looked at together"),
        pytest.param((boxes, "_TOGETHER", 1), id="one small table at a time"),
    ],
)
@given(problems(), st.sampled_from(OBJECTIVES), st.integers(1, 6))
@settings(max_examples=25)
def test_answer_does_not_depend_on_how_it_is_counted(setting, problem, objective, k):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(*setting)
        check_against_all(problem, objective, k, 3)


@pytest.mark.parametrize(
    "sums",
    [
        pytest.param(ComplexSums, id="as real values"),
        pytest.param(lambda sizes, totals: SeparateSums(sizes, totals, torch.device("cpu")), id="as a graphics card"),
    ],
)
@given(problems(), st.sampled_from(OBJECTIVES), st.integers(1, 6))
@settings(max_examples=25)
def test_answer_does_not_depend_on_how_it_is_added_up(sums, problem, objective, k):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PackedSums, "can_hold", lambda n, totals: False)
        patch.setattr(search, "ComplexSums", sums)
        check_against_all(problem, objective, k, 3)


@given(problems(), st.integers(1, 12))
@settings(max_examples=60)
def test_ties_go_to_more_rows_then_fewer_columns_then_columns_and_codes_in_order(problem, k):
    columns, values, max_predicates, min_rows = problem
    whole = np.round(np.abs(values))
    searching = SliceSearch(columns, whole, objective=SliceLine(0.95), max_predicates=max_predicates, min_rows=min_rows)
    truth = candidates(columns, whole, max_predicates, min_rows)
    size = np.array([truth[key][0] for key in truth], dtype=np.int64)
    total = np.array([truth[key][1] for key in truth])
    score = SliceLine(0.95).score(size, total, searching.population)
    expected = ranked(truth, dict(zip(truth, score.tolist(), strict=True)))[:k]
    assert [(found.columns, found.codes) for found in searching.top(k).ranked] == expected


def random_problem(seed: int, mergings: tuple[str, ...]):
    """A table with codes that are no predicates, columns of one group, and a slice that stands out."""
    rng = np.random.default_rng(seed)
    n, d = int(rng.integers(40, 200)), int(rng.integers(3, 6))
    columns = []
    for position in range(d):
        size = int(rng.integers(2, 5))
        codes = rng.integers(0, size, n, dtype=np.uint8)
        usable = rng.random(size) < 0.8
        group = 0 if rng.random() < 0.2 else -1
        columns.append(CodedColumn(f"column {position}", codes, size, usable, str(rng.choice(mergings)), size, group))
    # What stands out is sometimes made of codes that are no predicates.
    inside = np.logical_and.reduce([column.codes == rng.integers(0, column.size) for column in columns[:3]])
    values = np.where(rng.random(n) < np.where(inside, 0.9, 0.1), 1.0, 0.0)
    if seed % 2:
        values = rng.exponential(1.0, n) * (1 + 3 * inside) - seed % 3
    return columns, values, int(rng.integers(2, 5)), int(rng.integers(1, 8))


@pytest.mark.parametrize(
    ("mergings", "cost"),
    [
        pytest.param(("none",), np.inf, id="cells, pair by pair"),
        pytest.param(("none",), 0.0, id="cells, all triples at once"),
        pytest.param(("none", "runs", "sets"), 0.0, id="boxes"),
    ],
)
@pytest.mark.parametrize("objective", OBJECTIVES)
def test_slices_that_stand_out(monkeypatch, mergings, cost, objective):
    monkeypatch.setattr(cells, "_IN_BLOCKS", cost)
    for seed in range(20 if len(mergings) == 1 else 6):
        check_against_all(random_problem(seed, mergings), objective, 1 + seed % 4, seed % 3)


def table(n: int, d: int, size: int, merging: str, seed: int = 0) -> list[CodedColumn]:
    rng = np.random.default_rng(seed)
    usable = np.ones(size, dtype=bool)
    return [
        CodedColumn(f"column {position}", rng.integers(0, size, n, dtype=np.uint8), size, usable, merging, size)
        for position in range(d)
    ]


@pytest.mark.parametrize("cost", [0.0, np.inf])
def test_same_rows_with_real_values_are_a_tie_however_they_were_added_up(monkeypatch, cost):
    """One slice under seven names: in each column alone, in each pair, in all three."""
    monkeypatch.setattr(cells, "_IN_BLOCKS", cost)
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 4, 40_000, dtype=np.uint8)
    columns = [CodedColumn(name, codes, 4, np.ones(4, dtype=bool), "none", 4) for name in "abc"]
    values = rng.exponential(1.0, len(codes)) + 3 * (codes == 2)
    found = SliceSearch(columns, values, objective=SliceLine(0.95), max_predicates=3, min_rows=9_000).top(7)
    expected = [columns for width in (1, 2, 3) for columns in combinations(range(3), width)]
    assert [candidate.columns for candidate in found.ranked] == expected


@pytest.mark.parametrize("merging", ["none", "runs", "sets"])
def test_evidence_of_slices_of_all_sizes(merging):
    """From 30 rows to half of all: the square root of the size is replaced by several chords."""
    columns = table(3_000, 3, 4, merging)
    first, second, third = (column.codes for column in columns)
    rng = np.random.default_rng(7)
    values = rng.random(3_000) + 2.0 * (first == 1) * (second == 2) * (third == 3) + 0.5 * (second >= 2)
    check_against_all((columns, values, 3, 30), SliceLine(0.95), 20, 20)


@pytest.mark.parametrize("merging", ["none", "runs", "sets"])
@pytest.mark.parametrize("values", [0.0, 1.0])
def test_no_errors_and_all_errors_are_ordered_by_size(merging, values):
    columns = table(500, 3, 4, merging)
    found = SliceSearch(columns, np.full(500, values), objective=SliceLine(0.95), max_predicates=2, min_rows=5).top(5)
    sizes = [candidate.size for candidate in found.ranked]
    assert sizes == sorted(sizes, reverse=True)
    assert all(np.isfinite(candidate.score) for candidate in found.ranked)


def test_nothing_is_large_enough():
    columns = table(50, 3, 4, "runs")
    found = SliceSearch(columns, np.ones(50), objective=SliceLine(0.95), max_predicates=3, min_rows=51).top(5, 5)
    assert (found.ranked, found.evident, found.n_searched, found.exhausted) == ((), (), 0, True)


def test_a_constant_column_has_no_predicate():
    constant = CodedColumn("constant", np.zeros(20, dtype=np.uint8), 1, np.ones(1, dtype=bool), "runs", 1)
    search_it = SliceSearch([constant], np.arange(20.0), objective=MeanDifference(), max_predicates=1, min_rows=1)
    assert search_it.top(3).ranked == ()


def test_more_columns_than_rows():
    columns = table(12, 25, 3, "none")
    values = np.random.default_rng(1).random(12)
    check_against_all((columns, values, 2, 2), SliceLine(0.95), 10, 10)


def test_columns_of_many_codes():
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 300, 900).astype(np.uint16)
    wide = CodedColumn("wide", codes, 300, np.ones(300, dtype=bool), "none", 0)
    values = (rng.random(900) < 0.1).astype(float)
    check_against_all(([wide, *table(900, 1, 3, "sets")], values, 2, 2), SliceLine(0.95), 10, 10)


@pytest.mark.filterwarnings("error")
def test_read_only_arrays_are_searched_as_they_are():
    columns = table(300, 3, 4, "none")
    values = np.random.default_rng(6).random(300)
    for array in (values, *(column.codes for column in columns)):
        array.flags.writeable = False
    check_against_all((columns, values, 2, 2), SliceLine(0.95), 10, 10)


def test_calling_again_with_a_larger_k_continues_the_same_list():
    searching = SliceSearch(
        table(2_000, 5, 5, "none"),
        np.random.default_rng(2).random(2_000),
        objective=SliceLine(0.95),
        max_predicates=3,
        min_rows=10,
    )
    few, many = searching.top(5), searching.top(25)
    names = [(candidate.columns, candidate.codes) for candidate in many.ranked]
    assert names[:5] == [(candidate.columns, candidate.codes) for candidate in few.ranked]
    assert len(names) == 25


def test_unpruned_search_finds_the_same():
    columns = table(3_000, 6, 5, "none")
    values = np.random.default_rng(3).exponential(1.0, 3_000)
    answers = []
    for pruned in (True, False):
        searching = SliceSearch(
            columns, values, objective=SliceLine(0.95), max_predicates=3, min_rows=20, pruned=pruned
        )
        answers.append([(found.columns, found.codes, found.size) for found in searching.top(10).ranked])
    assert answers[0] == answers[1]


def long_search(**options) -> SliceSearch:
    """A search of many seconds: merged, six predicates, nothing to find."""
    values = np.random.default_rng(4).random(50_000)
    columns = table(50_000, 14, 12, "runs")
    return SliceSearch(columns, values, objective=SliceLine(0.95), max_predicates=6, min_rows=50, **options)


def test_cancelling_stops_within_300_ms():
    asked: list[float] = []

    def cancelled() -> bool:
        if time.perf_counter() - started > 0.5:
            asked.append(time.perf_counter())
        return bool(asked)

    started = time.perf_counter()
    with pytest.raises(CancelledError):
        long_search(cancelled=cancelled).top(10, 10)
    assert time.perf_counter() - asked[0] < 0.3


def test_an_interrupt_stops_within_300_ms_and_leaves_no_thread():
    before = threading.active_count()
    interrupted: list[float] = []

    def interrupt() -> None:
        interrupted.append(time.perf_counter())
        _thread.interrupt_main()

    signal.signal(signal.SIGINT, signal.default_int_handler)
    searching = long_search()
    timer = threading.Timer(0.5, interrupt)
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        searching.top(10, 10)
    assert time.perf_counter() - interrupted[0] < 0.3
    timer.join()
    assert threading.active_count() == before


def test_progress_rises_to_at_most_one():
    told: list[float] = []
    values = np.random.default_rng(5).random(20_000)
    columns = table(20_000, 12, 12, "runs")
    SliceSearch(columns, values, objective=SliceLine(0.95), max_predicates=3, min_rows=100, progress=told.append).top(
        10, 10
    )
    assert told == sorted(told)
    assert all(0 <= done <= 1 for done in told)
