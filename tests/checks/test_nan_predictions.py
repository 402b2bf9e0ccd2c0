"""MLD107 fires on answers that are not finite, and says what these rows have in common."""

from __future__ import annotations

import numpy as np
import pytest

from tests.checks.planted import found, passed, table, whole

CODE = "MLD107"


def test_fires_and_names_the_feature_whose_missing_values_explain_it() -> None:
    frame = table(1_000)
    gone = frame["holes"].isna().to_numpy()
    finding = found(CODE, whole(frame, np.arange(1_000) % 2, np.where(gone, np.nan, 0.3), task="binary"))
    assert finding.severity == "critical"
    assert "100% of them have no value in holes, against 0%" in finding.text
    assert finding.advice.startswith("Impute holes")
    assert finding.panel == "rows"
    np.testing.assert_array_equal(finding.evidence, np.flatnonzero(gone))


def test_a_few_rows_are_a_warning_without_a_false_reason() -> None:
    frame = table(1_000)
    scores = np.full((1_000, 3), 1 / 3)
    scores[[5, 17, 400], 1] = np.nan
    finding = found(CODE, whole(frame, np.arange(1_000) % 3, scores, task="multiclass"))
    assert finding.severity == "warning"
    assert "3 of 1,000 rows" in finding.title
    assert "no value in" not in finding.text


def test_a_feature_that_is_missing_everywhere_explains_nothing() -> None:
    frame = table(1_000)
    frame.loc[20:, "holes"] = np.nan
    scores = np.full(1_000, 0.4)
    scores[500:600] = np.nan
    assert "no value in" not in found(CODE, whole(frame, np.arange(1_000) % 2, scores, task="binary")).text


@pytest.mark.parametrize("value", [np.inf, -np.inf])
def test_infinite_numbers_count(value: float) -> None:
    frame, predictions = table(100), np.arange(100.0)
    predictions[7] = value
    assert found(CODE, whole(frame, np.arange(100.0), predictions, task="regression")).evidence.tolist() == [7]


def test_stays_quiet_when_all_are_finite() -> None:
    assert passed(CODE, whole(table(100), np.arange(100.0), np.arange(100.0), task="regression"))
