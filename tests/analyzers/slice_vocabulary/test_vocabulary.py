"""What enters the vocabulary, what is left out and said so, and that only discovery rows decide."""

from __future__ import annotations

import datetime
from concurrent.futures import CancelledError
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

import mldebug_widgets as mld
from mldebug_widgets.analyzers.slice_search.coded import CodedColumn
from mldebug_widgets.analyzers.slice_vocabulary.vocabulary import Vocabulary, build_vocabulary, resolve_columns
from mldebug_widgets.errors import MldError
from mldebug_widgets.evaluation.evaluation import Evaluation

N = 2000
RNG = np.random.default_rng(0)
WORDS = np.array(["fine", "late", "refund", "thanks", "order"])


def evaluation(table: Any, y: Any = None, **options: Any) -> Evaluation:
    n = len(table)
    truth = np.arange(n) % 2 if y is None else y
    return mld.evaluate(None, (table, truth), predictions=np.linspace(0, 1, n), **options)


def vocabulary_of(ev: Evaluation, values: Any = None, **options: Any) -> Vocabulary:
    metric = np.zeros(ev.n) if values is None else np.asarray(values, np.float64)
    return build_vocabulary(ev, np.arange(ev.n), metric, **options)


def column(vocabulary: Vocabulary, name: str) -> tuple[int, CodedColumn]:
    return next((at, coded) for at, coded in enumerate(vocabulary.columns) if coded.name == name)


def labels(vocabulary: Vocabulary, name: str) -> list[str]:
    at, coded = column(vocabulary, name)
    return [vocabulary.predicate(at, (code,)).label for code in np.flatnonzero(coded.usable).tolist()]


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    gone = RNG.random(N) < 0.2
    return pd.DataFrame(
        {
            "price": RNG.permutation(N) / 2,
            "month": RNG.integers(1, 13, N),
            "carrier": RNG.choice(["EV", "MQ", "UA"], N, p=[0.5, 0.3, 0.2]),
            "gust": np.where(gone, np.nan, RNG.normal(size=N)),
            "member": RNG.random(N) < 0.5,
            "size": pd.Categorical(RNG.choice(["S", "M", "L"], N), ["S", "M", "L"], ordered=True),
            "scheduled": pd.date_range("2024-03-01", periods=N, freq="h"),
            "review": [" ".join(RNG.choice(WORDS, 12)) + f" number {row} " + "x" * (row % 90) for row in range(N)],
        }
    )


def test_the_words_of_every_kind(table: pd.DataFrame) -> None:
    vocabulary = vocabulary_of(evaluation(table), columns=[*table.columns, "target"], bins=4)
    assert labels(vocabulary, "month")[:2] == ["month = 1", "month = 2"]
    assert labels(vocabulary, "carrier") == ["carrier = EV", "carrier = MQ", "carrier = UA"]
    assert labels(vocabulary, "price") == ["price <= 250", "250 < price <= 500", "500 < price <= 750", "price > 750"]
    assert labels(vocabulary, "gust")[-1] == "gust missing"
    assert labels(vocabulary, "member") == ["member is false", "member is true"]
    assert labels(vocabulary, "weekday of scheduled")[-1] == "weekday of scheduled = Sun"
    assert labels(vocabulary, "target") == ["target = 0", "target = 1"]
    month, coded = column(vocabulary, "month")
    run = vocabulary.predicate(month, (5, 6, 7))
    assert (run.label, run.query, run.feature) == ("month in 6..8", "6 <= month <= 8", 1)
    assert vocabulary.predicate(month, (0, 1)).label == "month <= 2"
    assert (coded.merging, coded.ordered, coded.codes.itemsize) == ("runs", 12, 1)
    carrier, coded = column(vocabulary, "carrier")
    assert vocabulary.predicate(carrier, (0, 1)).label == "carrier in {EV, MQ}"
    assert coded.merging == "sets"
    size, coded = column(vocabulary, "size")
    assert (vocabulary.predicate(size, (1, 2)).query, coded.merging) == ('size in ["M", "L"]', "runs")
    weekday, _ = column(vocabulary, "weekday of scheduled")
    assert vocabulary.predicate(weekday, (0, 1, 2)).query == "0 <= scheduled.dt.day_of_week <= 2"


def test_without_merging_there_are_only_equality_and_quantile_bins(table: pd.DataFrame) -> None:
    step = (table["price"] > 613).to_numpy(float)
    classic = vocabulary_of(evaluation(table), step, merge=False)
    assert {coded.merging for coded in classic.columns} == {"none"}
    assert column(classic, "price")[1].size == 10
    merged = labels(vocabulary_of(evaluation(table), step), "price")
    assert any(f"{cut} <" in label for label in merged for cut in (605, 610, 612, 613, 615, 620))


def test_only_discovery_rows_decide(table: pd.DataFrame) -> None:
    discovery = np.arange(N) % 2 == 0
    values = RNG.random(N)
    swapped = table.copy()
    swapped.loc[~discovery, "price"] = -1e6
    swapped.loc[~discovery, "carrier"] = "UA"
    swapped.loc[~discovery, "review"] = "complaint complaint"
    swapped.loc[~discovery, "scheduled"] = pd.Timestamp("1990-01-01")
    others = np.where(discovery, values, -5.0)
    options: dict[str, Any] = {"discovery": discovery, "min_rows": 30}
    first = vocabulary_of(evaluation(table), values, **options)
    second = vocabulary_of(evaluation(swapped), others, **options)
    for name in ("price", "carrier", "scheduled"):
        assert labels(first, name) == labels(second, name)
    words = [[c.name for c in vocabulary.columns if c.name.startswith('"')] for vocabulary in (first, second)]
    assert words[0] == words[1] != []
    _, coded = column(second, "price")
    assert (coded.codes[~discovery] == 0).all()


def test_rare_categories_are_no_predicates() -> None:
    common = ["a"] * 900 + ["b"] * 80
    frame = pd.DataFrame({"c": common + [f"rare{row % 10}" for row in range(20)]})
    vocabulary = vocabulary_of(evaluation(frame), min_rows=50)
    at, coded = column(vocabulary, "c")
    assert labels(vocabulary, "c") == ["c = a", "c = b"]
    assert coded.usable.tolist() == [True, True, False]
    assert int(vocabulary.mask(at, (2,)).sum()) == 20


def test_a_hundred_thousand_categories_become_two_hundred() -> None:
    n = 300_000
    frame = pd.DataFrame({"id": pd.Categorical.from_codes(np.arange(n) % 100_000, [f"u{k}" for k in range(100_000)])})
    frame.loc[:9_999, "id"] = "u7"
    vocabulary = vocabulary_of(evaluation(frame))
    _, coded = column(vocabulary, "id")
    assert (coded.size, coded.codes.itemsize) == (201, 1)
    assert labels(vocabulary, "id")[0] == "id = u7"
    assert "category" in dict(vocabulary_of(evaluation(frame), min_rows=20_000).skipped)["id"]


def test_telling_words_come_first_and_count_whole_words(table: pd.DataFrame) -> None:
    held = table["review"].str.contains(r"\brefund\b", regex=True).to_numpy()
    vocabulary = vocabulary_of(evaluation(table), held & (RNG.random(N) < 0.8), min_rows=20)
    words = [coded.name for coded in vocabulary.columns if coded.name.startswith('"')]
    assert words[0] == '"refund" in review'
    at, _ = column(vocabulary, words[0])
    np.testing.assert_array_equal(vocabulary.mask(at, (1,)), held)
    assert vocabulary.predicate(at, (0,)).label == 'review lacks "refund"'
    assert not any("number" in word for word in words), "a word that every text holds tells nothing apart"


def test_texts_and_images_beside_the_table() -> None:
    images = torch.rand(200, 3, 8, 6) * (torch.arange(200) / 200)[:, None, None, None]
    texts = ["short" if row % 2 else "a much longer text" for row in range(200)]
    ev = evaluation(pd.DataFrame({"x": np.arange(200.0)}), images=images.numpy(), texts=texts)
    vocabulary = vocabulary_of(ev, np.arange(200.0))
    at, _ = column(vocabulary, "image brightness")
    darkest = vocabulary.mask(at, (0,))
    expected = images.mean(dim=(1, 2, 3)).numpy()
    assert expected[darkest].max() < expected[~darkest].min()
    np.testing.assert_array_equal(ev.rows_matching(vocabulary.predicate(at, (0,)).query), darkest)
    assert ("image_height", "it has only one value") in vocabulary.skipped
    assert ev.rows_matching("image_height == 8 and image_width == 6 and image_channels == 3").all()
    at, _ = column(vocabulary, "length of text")
    assert vocabulary.predicate(at, (0,)).query == "text.str.len() <= 10"


def test_answers_are_never_combined_and_unasked_only_one_of_three_classes_takes_part() -> None:
    frame = pd.DataFrame({"x": np.arange(100.0)})
    two = vocabulary_of(evaluation(frame))
    assert [coded.name for coded in two.columns] == ["x"]
    assert {name for name, why in two.skipped if "columns=" in why} == {"target", "predicted"}
    three = mld.evaluate(None, (frame, np.arange(100) % 3), predictions=np.eye(3)[np.arange(100) % 3])
    assert [coded.name for coded in vocabulary_of(three).columns] == ["x", "predicted"]
    classes = vocabulary_of(three, columns=["target", "predicted"]).columns
    assert [coded.group for coded in classes] == [0, 0]
    ev = evaluation(frame, np.linspace(0, 9, 100))
    assert [coded.name for coded in vocabulary_of(ev).columns] == ["x"]
    assert [coded.name for coded in vocabulary_of(ev, columns=["target"]).columns] == ["target"]


def test_metadata_is_searched_under_its_own_names() -> None:
    frame = pd.DataFrame({"x": np.arange(100.0), "city": ["a", "b"] * 50})
    ev = evaluation(frame, metadata=pd.DataFrame({"city": ["c", "d", "c", "c"] * 25, "store": np.arange(100) // 50}))
    vocabulary = vocabulary_of(ev, columns=["city_", "store"])
    assert [coded.name for coded in vocabulary.columns] == ["city_", "store"]
    assert vocabulary.predicate(0, (1,)).query == 'city_ == "d"'
    assert vocabulary.predicate(0, (1,)).feature == -1
    given = vocabulary_of(evaluation(frame), metadata=pd.DataFrame({"shift": ["day", "night"] * 50}))
    at, _ = column(given, "shift")
    assert len(given.frame.query(given.predicate(at, (0,)).query)) == 50


def test_what_cannot_be_coded_is_named_with_the_reason() -> None:
    frame = pd.DataFrame(
        {
            "decimal": [Decimal(row) for row in range(50)],
            "date": [datetime.date(2024, 1, 1 + row % 28) for row in range(50)],
            "constant": 1,
            "nothing": np.nan,
            "one flag": True,
            "same text": "equal and long enough to be a text, " * 3,
            "period": pd.period_range("2020-01", periods=5, freq="M").repeat(10),
        }
    )
    vocabulary = vocabulary_of(evaluation(frame), columns=list(frame.columns))
    assert vocabulary.columns == ()
    reasons = dict(vocabulary.skipped)
    assert set(reasons) == set(frame.columns)
    assert "number" in reasons["decimal"]
    assert "to_datetime" in reasons["date"]


def test_columns_can_be_chosen_and_are_checked(table: pd.DataFrame) -> None:
    ev = evaluation(table)
    assert resolve_columns(ev, ["month", "target"]) == {"month", "target"}
    assert resolve_columns(ev, None) == set(table.columns), "answers of two classes only when they are named"
    with pytest.raises(MldError, match=r"MLD-D20: columns: there is no column 'mnth'.*Did you mean 'month'"):
        resolve_columns(ev, ["mnth"])
    with pytest.raises(MldError, match="MLD-D20: columns: got 'month'"):
        resolve_columns(ev, "month")


def test_arrow_columns_come_first_so_that_pandas_can_join_them() -> None:
    values = [1, 2, 3, None, 5, 6] * 10
    frame = pd.DataFrame({"n": pd.array(values, "Int64"), "a": pd.array(values, "int64[pyarrow]")})
    vocabulary = vocabulary_of(evaluation(frame))
    first, second = vocabulary.predicate(0, (0, 1)), vocabulary.predicate(1, (0, 1))
    assert (first.column, second.column) == ("a", "n")
    assert len(vocabulary.frame.query(f"{first.query} and {second.query}")) == 20


def test_edges_are_placed_on_a_sample_and_that_is_said() -> None:
    frame = pd.DataFrame({"x": RNG.random(60_000)})
    vocabulary = vocabulary_of(evaluation(frame))
    assert vocabulary.notes == ("Bin edges were placed on 50,000 of 60,000 rows, drawn at random.",)
    assert len(vocabulary.columns[0].codes) == 60_000


def test_it_stops_when_nobody_waits(table: pd.DataFrame) -> None:
    looks = iter([False, False, False])
    with pytest.raises(CancelledError):
        vocabulary_of(evaluation(table), cancelled=lambda: next(looks, True))
