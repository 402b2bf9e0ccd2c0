from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import mldebug_widgets as mld
from mldebug_widgets.analyzers.crossfilter import CrossfilterResult, crossfilter
from mldebug_widgets.analyzers.crossfilter_cubes.counting import CHUNK, Counted, CountingCancelled, Metric, joint_counts
from mldebug_widgets.analyzers.crossfilter_cubes.records import BrushedBins
from mldebug_widgets.analyzers.crossfilter_cubes.scales import calendar_scale, number_scale, whole_scale
from mldebug_widgets.errors import MldTypeError, MldValueError

N = 3_000


def table(n: int = N) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    frame = pd.DataFrame(
        {
            "number": rng.normal(size=n),
            "skewed": rng.lognormal(0, 2, n).astype("f4"),
            "month": rng.integers(1, 13, n),
            "many": rng.integers(0, 90_000, n).astype("u4"),
            "nullable": pd.array(rng.integers(0, 50, n), dtype="Int64"),
            "letter": rng.choice([*"abc", 'q"`\\', "", "x y"], n),
            "flag": rng.random(n) < 0.3,
            "when": pd.Timestamp("2013-01-01") + pd.to_timedelta(rng.integers(0, 365 * 86_400, n), unit="s"),
            "town": [f"town {number}" for number in rng.integers(0, 60, n)],
            "constant": 7.0,
            "empty": np.nan,
            "a name, `with` everything\n": rng.normal(size=n),
        }
    )
    frame["zoned"] = frame["when"].dt.tz_localize("UTC").dt.tz_convert("America/New_York")
    frame["story"] = [
        f"a text as long as a sentence is, and then some more of it {'.' * (row % 37)}{row}" for row in range(n)
    ]
    for place, column in enumerate(["number", "nullable", "letter", "when", "story", "town"]):
        frame.loc[rng.random(n) < 0.1 + place / 50, column] = None
    frame.loc[:3, "number"] = [np.inf, -np.inf, 1e300, -0.0]
    return frame


def classified(n: int = N) -> Any:
    rng = np.random.default_rng(6)
    frame = table(n)
    truth = (rng.random(n) < 0.4).astype(int)
    wrong = rng.random(n) < 0.1 + 0.4 * (frame["month"] > 9)
    scores = np.where(wrong, 1 - truth, truth) * 0.5 + rng.random(n) * 0.49
    halves = {"train": slice(0, n // 2), "test": slice(n // 2, n)}
    return mld.evaluate(
        None,
        {name: (frame[rows], truth[rows]) for name, rows in halves.items()},
        predictions={name: scores[rows] for name, rows in halves.items()},
    )


def regressed(n: int = N) -> Any:
    rng = np.random.default_rng(7)
    actual = rng.normal(size=n)
    return mld.evaluate(None, (table(n), actual), predictions=actual + rng.normal(size=n), task="regression")


@pytest.fixture(scope="module")
def evaluation() -> Any:
    return classified()


@pytest.fixture(scope="module")
def result(evaluation: Any) -> CrossfilterResult:
    return crossfilter(evaluation, split="all")


def place(result: CrossfilterResult, name: str) -> int:
    return [dimension.name for dimension in result.dimensions].index(name)


def bins_of(result: CrossfilterResult) -> pd.DataFrame:
    """Return the bin of every row in every dimension, by dimension."""
    return pd.DataFrame({index: column.codes for index, column in enumerate(result.table.columns)})


def is_wrong(evaluation: Any) -> Any:
    return (np.asarray(evaluation.class_codes) != np.asarray(evaluation.predicted_codes)).astype(float)


def inside(bins: pd.DataFrame, brushes: list[BrushedBins], but: int = -1) -> Any:
    mask = np.ones(len(bins), bool)
    for brush in brushes:
        if brush.dimension != but:
            mask &= bins[brush.dimension].between(brush.first, brush.last).to_numpy()
    return mask


@pytest.mark.parametrize("make", [classified, regressed])
def test_every_step_of_a_brush_is_what_pandas_groups(make: Any) -> None:
    evaluation = make()
    result = crossfilter(evaluation, split="all")
    bins = bins_of(result)
    values = (
        np.abs(np.asarray(evaluation.scores) - evaluation.y)
        if evaluation.task == "regression"
        else is_wrong(evaluation)
    )
    active = place(result, "month")
    fixed = [BrushedBins(place(result, "number"), 5, 14), BrushedBins(place(result, "letter"), 1, 2)]
    cube = result.cube(active, fixed)
    offset = 0
    for index, dimension in enumerate(result.dimensions):
        size = len(dimension.labels)
        for first, last in [(0, 0), (3, 7), (0, 11), (9, 11)]:
            shown = slice(offset, offset + size)
            counts = cube.counts[last + 1, shown] - cube.counts[first, shown]
            errors = cube.errors[last + 1, shown] - cube.errors[first, shown]
            rows = inside(bins, [*fixed, BrushedBins(active, first, last)], but=index if index != active else -1)
            grouped = pd.Series(values[rows]).groupby(bins[index][rows].to_numpy())
            wanted = grouped.agg(["size", "sum"]).reindex(range(size), fill_value=0)
            np.testing.assert_array_equal(counts, wanted["size"])
            np.testing.assert_allclose(errors, wanted["sum"], rtol=1e-5, atol=1e-3)
        offset += size
    assert cube.counts.shape == (len(result.dimensions[active].labels) + 1, offset)


def test_histograms_are_what_pandas_counts(evaluation: Any, result: CrossfilterResult) -> None:
    month = result.dimensions[place(result, "month")]
    grouped = pd.Series(is_wrong(evaluation)).groupby(evaluation.X["month"].to_numpy()).agg(["size", "sum"])
    assert month.labels == tuple(str(number) for number in range(1, 13))
    np.testing.assert_array_equal(month.counts, grouped["size"])
    np.testing.assert_array_equal(month.errors, grouped["sum"])
    assert result.overall == pytest.approx(is_wrong(evaluation).mean())
    for dimension in result.dimensions:
        assert dimension.counts.sum() == evaluation.n
        assert dimension.has_missing == (dimension.labels[-1] == "missing")


def test_a_numeric_bin_holds_what_lies_between_its_edges(evaluation: Any, result: CrossfilterResult) -> None:
    number = result.dimensions[place(result, "number")]
    values = evaluation.X["number"].to_numpy()
    assert len(number.labels) <= 41
    assert number.labels[0].startswith("up to ")
    assert number.labels[-2].endswith(" and more")
    edges = number.edges.copy()
    edges[0], edges[-1] = -np.inf, np.inf
    for index in range(len(edges) - 1):
        upper = values <= np.inf if index == len(edges) - 2 else values < edges[index + 1]
        assert number.counts[index] == np.count_nonzero((values >= edges[index]) & upper)
    assert number.counts[-1] == np.isnan(values).sum()


@pytest.mark.parametrize("binary", [True, False])
def test_many_chunks_add_up(binary: bool) -> None:
    rng = np.random.default_rng(3)
    n = 2 * CHUNK + 1_234
    first, second = rng.integers(0, 9, n).astype(np.uint8), rng.integers(0, 30, n).astype(np.uint8)
    values = (rng.random(n) < 0.2 if binary else rng.normal(size=n)).astype(np.float32)
    mask = rng.random(n) < 0.5
    everything, some = joint_counts(first, 9, [Counted(second, 30), Counted(second, 30, mask)], Metric(values, binary))
    for found, kept in ((everything, np.ones(n, bool)), (some, mask)):
        counts, sums = np.zeros((9, 30)), np.zeros((9, 30))
        np.add.at(counts, (first[kept], second[kept]), 1)
        np.add.at(sums, (first[kept], second[kept]), values[kept].astype(float))
        np.testing.assert_array_equal(found.counts, counts)
        np.testing.assert_allclose(found.errors, sums, atol=1e-9)


def test_every_query_selects_exactly_its_brush(evaluation: Any, result: CrossfilterResult) -> None:
    rng = np.random.default_rng(1)
    for index, dimension in enumerate(result.dimensions):
        assert dimension.selectable.all(), dimension.name
        for _ in range(12):
            first, last = np.sort(rng.integers(0, len(dimension.labels), 2)).tolist()
            brushes = [BrushedBins(index, first, last)]
            query = result.query(brushes)
            wanted = result.table.mask(result.brushed(brushes))
            np.testing.assert_array_equal(evaluation.rows_matching(query), wanted, err_msg=query)


def test_brushes_on_several_columns_and_a_split_are_one_query(evaluation: Any) -> None:
    result = crossfilter(evaluation)
    assert (result.split, result.n) == ("test", N // 2)
    brushes = [BrushedBins(place(result, "month"), 8, 11), BrushedBins(place(result, "letter"), 0, 1)]
    rows = np.flatnonzero(evaluation.rows_matching(result.query(brushes)))
    frame = evaluation.X.iloc[N // 2 :]
    two = frame["letter"].value_counts(sort=False).sort_values(ascending=False, kind="stable").index[:2]
    assert set(result.dimensions[brushes[1].dimension].labels[:2]) <= {*two, "(blank)"}
    np.testing.assert_array_equal(rows, N // 2 + np.flatnonzero((frame["month"] >= 9) & frame["letter"].isin(two)))
    assert result.selected_by(brushes).n == len(rows)
    assert result.words(brushes[:1]) == "month 9 and more"
    assert result.query([]) == 'split == "test"' or result.query([]) == "split == 'test'"


def test_a_whole_brush_is_no_condition(evaluation: Any, result: CrossfilterResult) -> None:
    month = place(result, "month")
    assert result.query([BrushedBins(month, 0, 11)]) == ""
    number = result.dimensions[place(result, "number")]
    all_present = [BrushedBins(place(result, "number"), 0, len(number.labels) - 2)]
    assert result.query(all_present) == "number.notna()"


COLUMNS = {
    "float64": (st.floats(allow_nan=True), "f8"),
    "float32": (st.floats(width=32), "f4"),
    "float16": (st.floats(width=16), "f2"),
    "int64": (st.integers(-(2**63), 2**63 - 1), "i8"),
    "uint64": (st.integers(0, 2**64 - 1), "u8"),
    "int8": (st.integers(-128, 127), "i1"),
    "whole": (st.integers(-30, 60).map(float), "f8"),
    "Int32": (st.none() | st.integers(-1000, 1000), "Int32"),
    "boolean": (st.none() | st.booleans(), "boolean"),
    "bool": (st.booleans(), "bool"),
    "text": (st.none() | st.text(max_size=4), "object"),
    "category": (st.sampled_from(["a", "b", "`", "'\"\\"]), "category"),
    "moment": (st.datetimes(min_value=pd.Timestamp("1970-01-02"), max_value=pd.Timestamp("2200-01-01")), "M8[us]"),
}


@pytest.mark.parametrize("name", COLUMNS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_queries_are_exact_for_hostile_columns(name: str, data: st.DataObject) -> None:
    strategy, dtype = COLUMNS[name]
    values = data.draw(st.lists(strategy, min_size=2, max_size=60))
    frame = pd.DataFrame({"column": pd.Series(values, dtype=dtype)})
    scores = np.linspace(0, 1, len(frame))
    evaluation = mld.evaluate(None, (frame, np.zeros(len(frame), int)), predictions=scores, task="binary")
    result = crossfilter(evaluation)
    dimension = result.dimensions[0]
    first, last = sorted(data.draw(st.lists(st.integers(0, len(dimension.labels) - 1), min_size=2, max_size=2)))
    if not dimension.selectable.all():
        return
    brushes = [BrushedBins(0, first, last)]
    query = result.query(brushes)
    np.testing.assert_array_equal(
        evaluation.rows_matching(query), result.table.mask(result.brushed(brushes)), err_msg=query
    )
    assert dimension.counts.sum() == len(frame)


@given(st.floats(-1e12, 1e12), st.floats(1e-6, 1e12))
def test_round_bins_hold_the_range(low: float, width: float) -> None:
    high = low + width
    assume(high - low > 1e-8 * abs(low))
    scale = number_scale(low, high, 40)
    assert scale is not None
    edges = scale.edges()
    assert 1 <= scale.size <= 40
    rounding = 1e-9 * scale.step + 4 * np.spacing(max(abs(low), abs(high)))
    assert edges[0] <= low + rounding
    assert edges[-1] >= high - rounding
    assert scale.size >= 14


@given(st.integers(-(2**63), 2**63 - 1), st.integers(0, 2**63))
def test_whole_bins_hold_the_range(low: int, width: int) -> None:
    start, step, size = whole_scale(low, low + width, 40)
    assert start <= low
    assert low + width < start + step * size
    assert 1 <= size <= 40
    assert size >= 8 or step == 1


@given(st.integers(0, 10**10), st.integers(0, 10**10))
def test_calendar_bins_hold_the_range(low: int, width: int) -> None:
    start, step, size, _ = calendar_scale(low, low + width, 1, 40)
    assert start <= low
    assert low + width < start + step * size
    assert 1 <= size <= 40


def test_what_tells_most_stands_first(result: CrossfilterResult) -> None:
    assert result.dimensions[0].name == "month"
    roles = [dimension.role for dimension in result.dimensions]
    assert roles[-4:] == ["target", "prediction", "prediction", "loss"]
    assert set(roles[:-4]) == {"feature"}


def test_selected_rows_fill_every_histogram(evaluation: Any) -> None:
    result = crossfilter(evaluation)
    rows = np.array([0, 5, N // 2, N // 2 + 7, N - 1])
    selected = result.selected_rows(rows)
    assert selected.n == 3
    offset = 0
    for column in result.table.columns:
        wanted = np.bincount(column.codes[rows[2:] - N // 2], minlength=column.size)
        np.testing.assert_array_equal(selected.counts[offset : offset + column.size], wanted)
        offset += column.size


def test_a_file_carries_the_joint_counts_of_every_two_columns(evaluation: Any) -> None:
    result = crossfilter(evaluation).for_file()
    assert max(len(dimension.labels) for dimension in result.dimensions) <= 24
    assert result.dimensions[0].counts.sum() == result.n
    rows = np.arange(0, N, 50)
    pairs = result.pairs(rows)
    bins, wrong = bins_of(result), is_wrong(evaluation)[N // 2 :]
    sizes = [len(dimension.labels) for dimension in result.dimensions]
    at = 0
    for first in range(len(sizes)):
        for second in range(first + 1, len(sizes)):
            shape = (sizes[first], sizes[second])
            part = slice(at, at + shape[0] * shape[1])
            wanted = np.zeros(shape)
            np.add.at(wanted, (bins[first], bins[second]), 1)
            np.testing.assert_array_equal(pairs.counts[part].reshape(shape), wanted)
            sums = np.zeros(shape)
            np.add.at(sums, (bins[first], bins[second]), wrong)
            np.testing.assert_array_equal(pairs.errors[part].reshape(shape), sums)
            at = part.stop
    assert at == len(pairs.counts) == len(pairs.errors)
    np.testing.assert_array_equal(pairs.rows, rows[rows >= N // 2])
    np.testing.assert_array_equal(pairs.bins, bins.to_numpy()[pairs.rows - N // 2])


def test_coarser_bins_have_exact_queries_too(evaluation: Any, result: CrossfilterResult) -> None:
    coarse = result.for_file()
    for index, dimension in enumerate(coarse.dimensions):
        for first, last in [(0, 0), (1, 3), (len(dimension.labels) - 1, len(dimension.labels) - 1)]:
            if last < len(dimension.labels) and first < len(dimension.labels):
                brushes = [BrushedBins(index, first, last)]
                found = evaluation.rows_matching(coarse.query(brushes))
                np.testing.assert_array_equal(found, coarse.table.mask(coarse.brushed(brushes)))


@pytest.mark.parametrize(
    ("frame", "labels"),
    [
        (pd.DataFrame({"x": [3.5]}), ("3.5",)),
        (pd.DataFrame({"x": [np.nan]}), ("missing",)),
        (pd.DataFrame({"x": [np.inf]}), ("any value",)),
        (pd.DataFrame({"x": ["only"]}), ("only",)),
        (pd.DataFrame({"x": pd.to_datetime(["2020-02-29"])}), ("2020-02-29 00:00:00 to 2020-02-29 00:00:01",)),
    ],
)
def test_one_row(frame: pd.DataFrame, labels: tuple[str, ...]) -> None:
    splits = {"train": (pd.concat([frame, frame]), np.array([0, 1])), "test": (frame, np.array([1]))}
    evaluation = mld.evaluate(None, splits, predictions={"train": np.array([0.1, 0.2]), "test": np.array([0.2])})
    result = crossfilter(evaluation)
    assert result.n == 1
    assert result.dimensions[0].labels == labels
    assert result.cube(0).counts[-1].sum() == len(result.dimensions)
    assert result.overall == 1


def test_rows_without_a_metric_count_as_rows() -> None:
    scores = np.array([0.1, np.nan, 0.9, 0.8])
    evaluation = mld.evaluate(None, (pd.DataFrame({"x": range(4)}), np.array([0, 1, 1, 0])), predictions=scores)
    result = crossfilter(evaluation)
    assert (result.n, result.unknown) == (4, 1)
    assert result.overall == pytest.approx(1 / 3)
    assert result.dimensions[place(result, "predicted")].labels[-1] == "missing"


def test_columns_that_no_query_compares_exactly_are_shown_and_not_brushed() -> None:
    objects = pd.DataFrame(
        {"mixed": pd.Series([1, 2.5, None, 4], dtype=object), "length": pd.to_timedelta([1, 2, 3, 4])}
    )
    evaluation = mld.evaluate(None, (objects, np.array([0, 1, 1, 0])), predictions=np.array([0.1, 0.2, 0.3, 0.4]))
    result = crossfilter(evaluation)
    assert not result.dimensions[place(result, "mixed")].selectable.any()
    with pytest.raises(MldValueError, match="MLD-O77"):
        result.query([BrushedBins(place(result, "mixed"), 0, 0)])


@pytest.mark.parametrize(
    ("brushes", "code"),
    [
        ([BrushedBins(99, 0, 0)], "MLD-O77"),
        ([BrushedBins(-1, 0, 0)], "MLD-O77"),
        ([BrushedBins(0, 5, 4)], "MLD-O77"),
        ([BrushedBins(0, 0, 500)], "MLD-O77"),
        ([BrushedBins(0, 0, 0), BrushedBins(0, 2, 3)], "MLD-O78"),
        ([BrushedBins(0, True, 0)], "MLD-O76"),
        ([BrushedBins(0, 0.5, 1)], "MLD-O76"),  # type: ignore[arg-type]
        (["month"], "MLD-O76"),
    ],
)
def test_impossible_brushes(result: CrossfilterResult, brushes: list[Any], code: str) -> None:
    with pytest.raises((MldTypeError, MldValueError), match=code):
        result.query(brushes)


def test_an_active_dimension_is_not_fixed(result: CrossfilterResult) -> None:
    with pytest.raises(MldValueError, match="MLD-O78"):
        result.cube(0, [BrushedBins(0, 0, 1)])
    with pytest.raises(MldValueError, match="MLD-O77"):
        result.cube(400)


def test_counting_stops_when_it_is_not_wanted(evaluation: Any, result: CrossfilterResult) -> None:
    with pytest.raises(CountingCancelled):
        crossfilter(evaluation, cancelled=lambda: True)
    with pytest.raises(CountingCancelled):
        result.cube(0, cancelled=lambda: True)


def test_the_frame_has_every_bin(result: CrossfilterResult) -> None:
    frame = result.to_frame()
    assert len(frame) == sum(len(dimension.labels) for dimension in result.dimensions)
    assert frame["rows"].sum() == result.n * len(result.dimensions)
    assert "histograms of 3,000 rows, error" in repr(result)
