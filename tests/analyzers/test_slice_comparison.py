"""Two sets of rows side by side, held against the same numbers worked out with pandas, scikit-learn and scipy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn import metrics

from mldebug_widgets.analyzers.metrics.intervals import wilson
from mldebug_widgets.analyzers.row_metric import metric_names, row_metric, searched_rows
from mldebug_widgets.analyzers.slice_comparison import ComparedFeature, RowComparer, compare_rows, measure_slice
from mldebug_widgets.errors import MldError
from mldebug_widgets.evaluation.evaluation import evaluate
from tests.analyzers.cases import TASKS, evaluation

QUERY = "weight > 0.2 and colour != 'red'"
OTHER = "count >= 4"


def inside(ev: Any, query: str = QUERY, split: str = "test") -> Any:
    rows = np.asarray(ev.splits[split])
    return rows[ev.rows_matching(query)[rows]]


def metric_of(comparison: Any, name: str) -> Any:
    return next(metric for metric in comparison.metrics if metric.name == name)


def feature_of(comparison: Any, name: str) -> ComparedFeature:
    return next(feature for feature in comparison.features if feature.name == name)


class TestCompareRows:
    @pytest.mark.parametrize("task", TASKS)
    def test_both_sides_are_disjoint_and_make_up_the_held_out_rows(self, task: str) -> None:
        ev = evaluation(task)
        comparison = compare_rows(ev, QUERY)
        assert (comparison.split, comparison.n_first) == ("test", len(inside(ev)))
        assert comparison.n_first + comparison.n_second == len(ev.splits["test"])
        assert comparison.n_both == 0
        assert comparison.second_query == ""
        for feature in comparison.features:
            assert feature.first.sum() == comparison.n_first
            assert feature.second.sum() == comparison.n_second

    def test_two_slices_may_share_rows(self) -> None:
        ev = evaluation("binary")
        comparison = compare_rows(ev, QUERY, OTHER, split="all")
        one, two = ev.rows_matching(QUERY), ev.rows_matching(OTHER)
        assert (comparison.n_first, comparison.n_second) == (one.sum(), two.sum())
        assert comparison.n_both == (one & two).sum() > 0
        assert comparison.split == ""

    def test_classification_metrics_are_scikit_learns(self) -> None:
        ev = evaluation("binary")
        comparison = compare_rows(ev, QUERY)
        for side, rows in (("first", inside(ev)), ("second", np.setdiff1d(ev.splits["test"], inside(ev)))):
            truth, scores = np.asarray(ev.class_codes)[rows], ev.scores[rows]
            expected = {
                "roc_auc": metrics.roc_auc_score(truth, scores),
                "accuracy": np.mean(truth == (scores >= 0.5)),
                "recall": metrics.recall_score(truth, scores >= 0.5),
                "positive_share": truth.mean(),
                "mean_score": scores.mean(),
            }
            for name, value in expected.items():
                compared = metric_of(comparison, name)
                assert getattr(compared, side) == pytest.approx(value, abs=1e-6), name
                assert getattr(compared, f"{side}_low") < value < getattr(compared, f"{side}_high"), name
            interval = wilson(int(truth.sum()), len(truth))
            assert getattr(metric_of(comparison, "positive_share"), f"{side}_low") == pytest.approx(interval.low)

    def test_regression_metrics_are_scikit_learns(self) -> None:
        ev = evaluation("regression")
        comparison, rows = compare_rows(ev, QUERY), inside(ev)
        assert metric_of(comparison, "mae").first == pytest.approx(
            metrics.mean_absolute_error(ev.y[rows], ev.scores[rows])
        )
        assert metric_of(comparison, "mean_target").first == pytest.approx(ev.y[rows].mean())
        assert metric_of(comparison, "mean_prediction").first == pytest.approx(ev.scores[rows].mean())

    def test_categories_are_counted_as_pandas_counts_them(self) -> None:
        ev = evaluation("binary")
        comparison = compare_rows(ev, QUERY)
        for name in ("colour", "grade", "level", "switch", "maybe"):
            feature = feature_of(comparison, name)
            values = ev.X.iloc[inside(ev)][name].astype(object).map(str, na_action="ignore").fillna("missing")
            assert dict(zip(feature.labels, feature.first.tolist(), strict=True)) == {
                **dict.fromkeys(feature.labels, 0),
                **values.value_counts().to_dict(),
            }

    def test_numbers_are_counted_as_numpy_counts_them(self) -> None:
        ev = evaluation("binary")
        comparison, rows = compare_rows(ev, QUERY), inside(ev)
        for name in ("weight", "narrow", "holes", "count", "nullable"):
            feature = feature_of(comparison, name)
            values = ev.X.iloc[rows][name].to_numpy(dtype=np.float64, na_value=np.nan)
            present = np.clip(values[~np.isnan(values)], feature.edges[0], feature.edges[-1])
            counts, _ = np.histogram(present, feature.edges)
            n_bins = len(feature.edges) - 1
            assert np.abs(feature.first[:n_bins] - counts).sum() <= 2  # a value on an edge, in floating point
            assert feature.first[n_bins:].tolist() == ([int(np.isnan(values).sum())] if feature.labels else [])

    def test_whole_numbers_of_a_short_range_have_a_bin_each(self) -> None:
        ev = evaluation("binary")
        feature = feature_of(compare_rows(ev, QUERY), "count")
        assert feature.edges.tolist() == [value - 0.5 for value in range(10)]
        counted = np.bincount(ev.X["count"].to_numpy()[inside(ev)], minlength=9)
        assert feature.first.tolist() == counted.tolist()

    def test_features_come_by_total_variation_distance(self) -> None:
        ev = evaluation("binary")
        comparison = compare_rows(ev, "colour == 'red'")
        assert comparison.features[0].name == "colour"
        assert comparison.features[0].distance == pytest.approx(1)
        distances = [feature.distance for feature in comparison.features]
        assert distances == sorted(distances, reverse=True)
        for feature in comparison.features:
            shares = feature.first / feature.first.sum(), feature.second / feature.second.sum()
            assert feature.distance == pytest.approx(np.maximum(shares[0] - shares[1], 0).sum())

    def test_datetimes_texts_and_the_target_have_a_distribution_too(self) -> None:
        frame = pd.DataFrame(
            {
                "day": pd.to_datetime(["2020-01-01", "2020-03-01", None, "2020-05-01"] * 50),
                "note": [None if i == 7 else "x" * (i % 30 + 1) + f" {i:03d}" for i in range(200)],
            }
        )
        ev = evaluate(lambda rows: np.linspace(0, 1, len(rows)), (frame, np.arange(200) % 2))
        comparison = compare_rows(ev, "day > '2020-02-01'")
        days = feature_of(comparison, "day")
        assert days.edges[0] == pd.Timestamp("2020-01-01").timestamp() * 1000
        assert days.first[-1] == 0
        assert days.second[-1] == 50
        lengths = feature_of(comparison, "length of note")
        assert lengths.labels == ("missing",)
        assert lengths.first[-1] + lengths.second[-1] == 1
        assert feature_of(comparison, "target").first.sum() == comparison.n_first

    def test_an_empty_side_has_counts_but_no_distance(self) -> None:
        ev = evaluation("binary")
        comparison = compare_rows(ev, "weight > 1e9")
        assert comparison.n_first == 0
        assert all(np.isnan(feature.distance) for feature in comparison.features)
        assert np.isnan(metric_of(comparison, "accuracy").first)
        assert metric_of(comparison, "accuracy").second > 0
        assert len(comparison.to_frame()) == len(comparison.metrics)

    def test_many_categories_share_the_bin_other(self) -> None:
        frame = pd.DataFrame({"code": [f"c{i % 200:03d}" for i in range(2_000)] + ["often"] * 100})
        ev = evaluate(lambda rows: np.zeros(len(rows)), (frame, np.arange(2_100) % 2))
        feature = compare_rows(ev, "code == 'often'").features[0]
        assert feature.labels[0] == "often"
        assert feature.labels[-1] == "other"
        assert len(feature.labels) == 21
        assert feature.second[-1] == 2_000 - feature.second[1:-1].sum()

    @pytest.mark.parametrize(
        "values",
        [[1.0] * 20, [np.nan] * 20, [np.inf, -np.inf] * 10, [1e300, -1e300] * 10, [1.0, np.inf] + [2.5] * 18],
    )
    def test_odd_numbers_are_all_counted(self, values: list[float]) -> None:
        ev = evaluate(lambda rows: np.zeros(len(rows)), (pd.DataFrame({"a": values}), np.arange(20) % 2))
        feature = feature_of(compare_rows(ev, "row < 10"), "a")
        assert feature.first.sum() == feature.second.sum() == 10

    def test_what_is_kept_between_comparisons_changes_nothing(self) -> None:
        ev = evaluation("multiclass")
        comparer = RowComparer(ev)
        comparer.compare(OTHER)
        again, fresh = comparer.compare(QUERY), compare_rows(ev, QUERY)
        pd.testing.assert_frame_equal(again.to_frame(), fresh.to_frame())
        pd.testing.assert_series_equal(again.distances(), fresh.distances())

    def test_a_split_that_is_not_there_is_named(self) -> None:
        with pytest.raises(MldError) as caught:
            compare_rows(evaluation("binary"), QUERY, split="valid")
        assert caught.value.code == "MLD-W36"
        assert "'train', 'test', 'all'" in caught.value.allowed


class TestMeasureSlice:
    @pytest.mark.parametrize("task", TASKS)
    def test_every_metric_of_the_task_is_measured(self, task: str) -> None:
        ev = evaluation(task)
        for name in metric_names(ev):
            measured = measure_slice(ev, QUERY, metric=name)
            values = row_metric(ev, name).values
            rest = np.setdiff1d(ev.splits["test"], inside(ev))
            assert measured.n == len(inside(ev))
            assert np.flatnonzero(ev.rows_matching(measured.query)).tolist() == sorted(inside(ev))
            assert measured.metric == pytest.approx(np.mean(values[inside(ev)], dtype=float))
            assert measured.rest_metric == pytest.approx(np.mean(values[rest], dtype=float))
            assert measured.effect == pytest.approx(measured.metric - measured.rest_metric)
            everything = values[ev.splits["test"]]
            assert measured.lift == pytest.approx(measured.metric / np.mean(everything, dtype=float))
            assert measured.error_share == pytest.approx(values[inside(ev)].sum() / everything.sum(), rel=1e-5)

    def test_the_interval_of_a_mean_is_welchs(self) -> None:
        ev = evaluation("regression")
        measured = measure_slice(ev, QUERY)
        values = np.abs(ev.scores - ev.y)
        rest = np.setdiff1d(ev.splits["test"], inside(ev))
        interval = stats.ttest_ind(values[inside(ev)], values[rest], equal_var=False).confidence_interval()
        assert (measured.low, measured.high) == pytest.approx((interval.low, interval.high))

    def test_the_interval_of_a_share_is_newcombes(self) -> None:
        # R. G. Newcombe (1998), Statistics in Medicine 17, 873-890, table II: 56/70 and 48/80, method 10.
        errors = np.repeat([1, 0, 1, 0], [56, 14, 48, 32])
        frame = pd.DataFrame({"first": np.repeat([True, False], [70, 80])})
        ev = evaluate(lambda rows: np.zeros(len(rows)), (frame, errors))
        measured = measure_slice(ev, "first")
        assert (measured.metric, measured.rest_metric) == (0.8, 0.6)
        assert (round(measured.low, 4), round(measured.high, 4)) == (0.0524, 0.3339)

    def test_rows_that_cannot_be_judged_count_as_rows_only(self) -> None:
        ev = evaluation("binary")
        values = np.where(np.arange(ev.n) % 3 == 0, np.nan, np.arange(ev.n) % 2).astype(float)
        measured = measure_slice(ev, QUERY, metric=values, split="all")
        assert measured.query == measured.label == QUERY
        rows = np.flatnonzero(ev.rows_matching(QUERY))
        assert measured.n == len(rows)
        assert measured.metric == pytest.approx(np.nanmean(values[rows]))

    @pytest.mark.parametrize("query", ["", "weight > 1e9"])
    def test_without_rows_on_one_side_there_is_no_difference(self, query: str) -> None:
        measured = measure_slice(evaluation("binary"), query)
        assert np.isnan(measured.effect)
        assert measured.share in (0, 1)

    @pytest.mark.parametrize(
        ("metric", "code"),
        [("mae", "MLD-W34"), ([1.0, 2.0], "MLD-W35"), (["a"] * 600, "MLD-W35"), (object(), "MLD-W35")],
    )
    def test_a_metric_that_cannot_be_is_refused(self, metric: Any, code: str) -> None:
        with pytest.raises(MldError) as caught:
            measure_slice(evaluation("binary"), QUERY, metric=metric)
        assert caught.value.code == code


class TestSearchedRows:
    def test_the_query_selects_exactly_the_rows(self) -> None:
        ev = evaluation("binary")
        for split in (None, "train", "test", "all"):
            searched = searched_rows(ev, split)
            np.testing.assert_array_equal(np.flatnonzero(ev.rows_matching(searched.query)), searched.rows)

    def test_one_split_needs_no_query(self) -> None:
        assert searched_rows(evaluation("binary", splits=False)).query == ""
