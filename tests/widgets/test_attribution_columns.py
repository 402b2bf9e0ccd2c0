"""The curve of a dependence plot, for columns of every kind."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import mldebug_widgets as mld
from mldebug_widgets.widgets.attribution_columns import MOST_CATEGORIES, Column, curve_of, rounded
from mldebug_widgets.widgets.attribution_summary import FeatureAttributions, cell_text, row_of, summary_of

N = 240


@pytest.fixture(scope="module")
def evaluation() -> Any:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "nothing": np.full(N, np.nan),
            "always": np.full(N, 5.0),
            "gaps": np.where(np.arange(N) % 3 == 0, np.nan, rng.normal(size=N)),
            "many": [f"code {at % 60:02}" for at in range(N)],
            "when": pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(N), "D"),
            "flag": np.arange(N) % 4 == 0,
        }
    )

    def model(rows: pd.DataFrame) -> np.ndarray[Any, Any]:
        days = (rows["when"] - pd.Timestamp("2024-01-01")).dt.days.to_numpy() / N
        codes = rows["many"].str[-2:].astype(int).to_numpy() / 60
        gaps = rows["gaps"].fillna(2.0).to_numpy()
        return np.asarray(3 * rows["flag"].to_numpy(float) + days + codes + gaps, dtype=float)

    return mld.evaluate(model, (frame, model(frame) + rng.normal(size=N)), task="regression")


@pytest.fixture(scope="module")
def result(evaluation: Any) -> Any:
    return mld.attributions(evaluation, method="feature_ablation", trust=False)


@pytest.fixture(scope="module")
def features(result: Any) -> dict[str, FeatureAttributions]:
    return {feature.name: feature for feature in summary_of(result).features}


def values_of(result: Any, name: str) -> np.ndarray[Any, Any]:
    return np.asarray(result.values[:, result.features.index(name)], dtype=float)


def test_a_column_without_values_has_no_curve_and_says_what_missing_does(
    features: dict[str, FeatureAttributions], result: Any
) -> None:
    curve = features["nothing"].curve
    assert (len(curve.x), curve.n_missing) == (0, N)
    assert curve.missing_mean == pytest.approx(values_of(result, "nothing").mean())


def test_a_constant_column_is_one_point(features: dict[str, FeatureAttributions]) -> None:
    curve = features["always"].curve
    assert curve.x.tolist() == [5.0]
    assert curve.count.tolist() == [N]
    assert curve.n_missing == 0


def test_whole_numbers_of_few_values_have_a_mean_for_each() -> None:
    rng = np.random.default_rng(0)
    month, size = rng.integers(1, 13, 300), rng.normal(size=300)
    frame = pd.DataFrame({"month": month, "size": size, "code": rng.integers(0, 900, 300)})
    ev = mld.evaluate(lambda rows: (rows["month"] * rows["size"]).to_numpy(), (frame, size), task="regression")
    found = mld.attributions(ev, method="feature_ablation", trust=False)
    drawn = {feature.name: feature for feature in summary_of(found).features}
    assert {name: feature.whole for name, feature in drawn.items()} == {"month": True, "size": False, "code": True}
    curve = drawn["month"].curve
    assert curve.x.tolist() == list(range(1, 13))
    own = values_of(found, "month")
    np.testing.assert_allclose(curve.mean, [own[month == each].mean() for each in range(1, 13)])


def test_of_few_rows_the_curve_has_fewer_bins() -> None:
    x = np.linspace(0, 1, 46)
    curve = curve_of(Column(x, "numeric", ()), x)
    assert len(curve.x) == 4
    assert curve.count.min() >= 10


def test_rounding_is_as_exact_as_a_plot() -> None:
    x = np.random.default_rng(0).normal(size=1_000)
    near = rounded(x, x.min(), x.max())
    assert np.abs(near - x).max() <= np.ptp(x) / 500 + 1e-12
    assert len(np.unique(near)) <= 250
    assert rounded(np.array([2.0, 2.0]), 2.0, 2.0).tolist() == [2.0, 2.0]


def test_rows_without_a_value_are_counted_apart(features: dict[str, FeatureAttributions], result: Any) -> None:
    curve, own = features["gaps"].curve, values_of(result, "gaps")
    missing = result.cells["gaps"].isna().to_numpy()
    assert curve.n_missing == missing.sum() == N // 3
    assert curve.missing_mean == pytest.approx(own[missing].mean())
    assert int(curve.count.sum()) == N - N // 3
    assert np.average(curve.mean, weights=curve.count) == pytest.approx(own[~missing].mean())


def test_many_categories_are_the_most_frequent_and_the_others(
    features: dict[str, FeatureAttributions], result: Any
) -> None:
    feature = features["many"]
    assert len(feature.labels) == MOST_CATEGORIES + 1
    assert feature.labels[-1] == f"{60 - MOST_CATEGORIES} others"
    assert int(feature.curve.count.sum()) == N
    first = (result.cells["many"] == feature.labels[0]).to_numpy()
    assert feature.curve.mean[0] == pytest.approx(values_of(result, "many")[first].mean())


def test_moments_and_flags_keep_their_kind(features: dict[str, FeatureAttributions]) -> None:
    assert features["when"].kind == "datetime"
    assert features["when"].labels == ()
    assert np.all(np.diff(features["when"].curve.x) > 0)
    assert features["flag"].labels == ("False", "True")
    assert features["flag"].curve.mean[1] - features["flag"].curve.mean[0] == pytest.approx(3, abs=1e-4)


def test_a_row_of_many_columns_has_all_its_steps() -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(30, 40)), columns=[f"c{at}" for at in range(40)])
    ev = mld.evaluate(lambda rows: rows.sum(axis=1).to_numpy(), (frame, frame.sum(axis=1)), task="regression")
    found = mld.attributions(ev, [3], method="feature_ablation", trust=False)
    row = row_of(found, 0, "")
    assert (len(row.steps), row.n_others, row.others) == (40, 0, 0)
    assert [step.value for step in row.steps] == sorted(found.values[0].tolist(), key=abs, reverse=True)
    assert all(step.cell == cell_text(frame.at[3, step.name]) for step in row.steps)
