"""Which slices are folded, on tables where it is known what is behind the errors."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from mldebug_widgets.analyzers.slice_finding.folding import Folding, critical_values, in_order_of_evidence
from mldebug_widgets.analyzers.slice_finding.masks import Conjunction, RowMasks, count
from mldebug_widgets.analyzers.slice_search.coded import CodedColumn

Codes = npt.NDArray[np.uint8]


def coded(codes: Codes, size: int = 4) -> CodedColumn:
    return CodedColumn("c", codes, size, np.ones(size, bool), "none", 0)


def table(n: int, columns: int, seed: int) -> list[CodedColumn]:
    rng = np.random.default_rng(seed)
    return [coded(rng.integers(0, 4, n).astype(np.uint8)) for _ in range(columns)]


def all_conjunctions(columns: list[CodedColumn], most: int = 3) -> list[Conjunction]:
    return [
        tuple(zip(chosen, ((code,) for code in codes), strict=True))
        for size in range(1, most + 1)
        for chosen in itertools.combinations(range(len(columns)), size)
        for codes in itertools.product(range(4), repeat=size)
    ]


def members(columns: list[CodedColumn], conjunction: Conjunction) -> npt.NDArray[np.bool_]:
    return np.logical_and.reduce([np.isin(columns[at].codes, codes) for at, codes in conjunction])


def folded(columns: list[CodedColumn], values: npt.NDArray[np.float64], most: int = 60) -> Folding:
    masks = RowMasks(columns)
    found = []
    for conjunction in all_conjunctions(columns):
        inside = members(columns, conjunction)
        if inside.sum() >= 20:
            found.append((conjunction, int(inside.sum()), float(values[inside].sum())))
    folding = Folding(masks, values, critical_values(columns))
    for conjunction in in_order_of_evidence(found, len(values), float(values.mean()))[:most]:
        folding.offer(conjunction)
    return folding


@given(st.integers(1, 200), st.integers(0, 1_000))
@settings(max_examples=60, deadline=None)
def test_packed_rows_are_the_rows(n: int, seed: int) -> None:
    columns = table(n, 3, seed)
    masks = RowMasks(columns)
    for conjunction in all_conjunctions(columns)[:: 1 + seed % 7]:
        expected = np.flatnonzero(members(columns, conjunction))
        bits = masks.bits(conjunction)
        assert masks.rows(bits).tolist() == expected.tolist()
        assert count(bits) == expected.size


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("scale", [1.0, 7.5])
def test_one_planted_conjunction_stays_and_takes_its_relatives_in(seed: int, scale: float) -> None:
    columns = table(20_000, 5, seed)
    planted: Conjunction = ((0, (1,)), (2, (3,)))
    rng = np.random.default_rng(seed + 100)
    wrong = rng.random(20_000) < np.where(members(columns, planted), 0.4, 0.1)
    values = wrong * scale if scale == 1 else wrong * rng.exponential(scale, 20_000)
    folding = folded(columns, values.astype(float))
    assert folding.kept[0].conjunction == planted
    reasons = dict(folding.kept[0].folded)
    assert reasons[((0, (1,)),)] == "explained by it"
    children = [conjunction for conjunction in reasons if set(planted) < set(conjunction)]
    assert children
    assert {reasons[child] for child in children} == {"adds nothing"}


def test_the_same_rows_under_another_name_are_folded() -> None:
    columns = table(5_000, 2, 0)
    columns.append(coded((columns[0].codes + 1).astype(np.uint8) % 4))
    values = (np.random.default_rng(1).random(5_000) < np.where(columns[0].codes == 2, 0.5, 0.1)).astype(float)
    folding = folded(columns, values)
    assert folding.kept[0].conjunction == ((0, (2,)),)
    assert (((2, (3,)),), "same rows") in folding.kept[0].folded


def test_a_child_that_is_clearly_worse_is_kept_beside_its_parent() -> None:
    columns = table(20_000, 3, 0)
    parent, child = columns[0].codes == 1, (columns[0].codes == 1) & (columns[1].codes == 0)
    chance = np.where(child, 0.6, np.where(parent, 0.35, 0.1))
    folding = folded(columns, (np.random.default_rng(2).random(20_000) < chance).astype(float))
    kept = [distinct.conjunction for distinct in folding.kept]
    assert {kept[0], kept[1]} == {((0, (1,)),), ((0, (1,)), (1, (0,)))}


def test_two_independent_faults_are_two_slices() -> None:
    columns = table(20_000, 4, 0)
    chance = 0.1 + 0.2 * (columns[0].codes == 1) + 0.2 * (columns[1].codes == 2)
    folding = folded(columns, (np.random.default_rng(3).random(20_000) < chance).astype(float))
    assert {distinct.conjunction for distinct in folding.kept[:2]} == {((0, (1,)),), ((1, (2,)),)}


def test_what_is_left_is_the_stratified_excess() -> None:
    """Against the Mantel-Haenszel statistic, stratum by stratum."""
    columns = table(3_000, 3, 5)
    wrong = np.random.default_rng(4).random(3_000) < np.where(columns[0].codes == 1, 0.5, 0.2)
    folding = Folding(RowMasks(columns), wrong.astype(float), np.full(3, 3.0))
    folding.offer(((0, (1,)),))
    inside = members(columns, ((1, (2,)),))
    stratum = columns[0].codes == 1
    excess = variance = 0.0
    for rows in (stratum, ~stratum):
        distribution = stats.hypergeom(rows.sum(), wrong[rows].sum(), (inside & rows).sum())
        excess += (wrong & inside & rows).sum() - distribution.mean()
        variance += distribution.var()
    left, errors = folding._left(np.flatnonzero(inside))
    assert left == pytest.approx(excess)
    assert errors == pytest.approx(excess / np.sqrt(variance))
    assert folding.remaining[stratum].mean() == pytest.approx(0, abs=1e-12)


def test_nothing_is_kept_where_nothing_is_worse_than_average() -> None:
    columns = table(500, 2, 0)
    assert folded(columns, np.ones(500)).kept == []
    assert folded(columns, np.zeros(500)).kept == []
