"""Every predicate's query selects exactly the rows of its codes, in our language and in pandas' own."""

from __future__ import annotations

import datetime
import warnings
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import mldebug_widgets as mld
from mldebug_widgets.analyzers.slice_vocabulary.vocabulary import Vocabulary, build_vocabulary
from mldebug_widgets.evaluation.evaluation import Evaluation

N = 60
NAMES = (
    "x", "two words", "class", "None", "True", "and", "split", "split_", "row", "target", "loss", "sin", "inf", "index",
    "a`b", "`", "``", "it's", 'say "x"', "line\nbreak", "tab\tname", "back\\slash", "#", "a#b", "@x", "a.b", "a-b",
    "a b", "a_MINUS_b c", "a MINUS_b", "é", "é b", "ﬁ", "名前", "名 前", "🙂", "", " ", "__proto__",
    "__pd_eval_local_x",
    "BACKTICK_QUOTED_STRING_a_b", "quoted_name_0_", "column_3", 0, -1, 1.5, np.nan, True, "x0", "<b>", "{", "a|b & c",
)  # fmt: skip
TEXTS = (
    "", " ", "Rome", "rome", "it's", 'say "x"', "`", "a`b`", "\\", "\\'", "ends\\", "new\nline", "\0", "\ud800", "é",
    "名",
    "🙂", "a & b", "not", "1", "True", "nan", "@x", "#c", "İı ſK", "straße", "x" * 400,
)  # fmt: skip
MOMENTS = st.datetimes(datetime.datetime(1700, 1, 1), datetime.datetime(2250, 1, 1))
FLOATS = st.one_of(
    st.floats(width=32), st.sampled_from([0.1, 0.2, 0.30000001192092896, -0.0, np.inf, -np.inf, 1e-320, 3e38, 1.0, 2.0])
)
WHOLE = st.one_of(st.integers(-3, 3), st.integers(-(2**31), 2**31 - 1))


def column_of(values: st.SearchStrategy[Any], dtype: Any) -> st.SearchStrategy[pd.Series]:
    """Columns of N values, some of them missing where the dtype has missing values, few of them distinct or many."""

    def made(drawn: list[Any], picks: list[int], missing: int) -> pd.Series:
        rng = np.random.default_rng(picks)
        cells = [drawn[pick] for pick in rng.integers(0, len(drawn), N)]
        can_miss = not (isinstance(dtype, str) and dtype in ("int8", "int64", "uint64", "uint8", "bool"))
        if can_miss:
            cells = [None if gone else cell for gone, cell in zip(rng.random(N) < missing / 10, cells, strict=True)]
        if dtype is object:
            return pd.Series(np.array([*cells, None], object)[:-1], dtype=object)
        return pd.Series(pd.array(cells, dtype=dtype))

    return st.builds(
        made, st.lists(values, min_size=1, max_size=40), st.lists(st.integers(0, 99), min_size=1, max_size=2),
        st.sampled_from([0, 0, 3, 10]),
    )  # fmt: skip


def categorical(values: st.SearchStrategy[Any], *, ordered: bool = False) -> st.SearchStrategy[pd.Series]:
    return column_of(values, object).map(lambda column: pd.Series(pd.Categorical(column, ordered=ordered)))


texts = st.sampled_from(TEXTS)
columns = st.one_of(
    column_of(FLOATS, "float64"),
    column_of(FLOATS, "float32"),
    column_of(FLOATS, "Float32"),
    column_of(FLOATS, "Float64"),
    column_of(FLOATS, "float[pyarrow]"),
    column_of(FLOATS, "double[pyarrow]"),
    column_of(st.integers(-(2**63), 2**63 - 1) | WHOLE, "int64"),
    column_of(st.integers(0, 2**64 - 1) | st.integers(0, 9), "uint64"),
    column_of(st.integers(-128, 127), "int8"),
    column_of(st.integers(-(2**63), 2**63 - 1) | WHOLE, "Int64"),
    column_of(WHOLE, "int64[pyarrow]"),
    column_of(st.integers(0, 255), "uint8[pyarrow]"),
    column_of(WHOLE.map(float), "float64"),
    column_of(WHOLE, pd.SparseDtype("float64")),
    column_of(WHOLE, object),
    column_of(st.sampled_from([Decimal("0.1"), Decimal("2")]), object),
    column_of(st.booleans(), "bool"),
    column_of(st.booleans(), "boolean"),
    column_of(st.booleans(), "bool[pyarrow]"),
    column_of(st.booleans(), object),
    column_of(texts.filter(lambda text: "\ud800" not in text), "str"),
    column_of(texts, object),
    column_of(texts.filter(lambda text: "\ud800" not in text), "string"),
    column_of(texts.filter(lambda text: "\ud800" not in text), "string[pyarrow]"),
    column_of(st.text(max_size=20).filter(lambda text: text.isprintable()), "str"),
    column_of(st.one_of(texts, WHOLE, st.booleans(), FLOATS), object),
    column_of(st.sampled_from([[1], {}, (1, 2), b"x"]), object),
    categorical(texts),
    categorical(texts, ordered=True),
    categorical(st.integers(0, 9)),
    categorical(st.floats(-1, 1)),
    categorical(st.sampled_from([pd.Timestamp("2020-01-01"), pd.Timestamp("2021-01-01")])),
    column_of(MOMENTS, "datetime64[ns]"),
    column_of(MOMENTS, "datetime64[s]"),
    column_of(MOMENTS, "datetime64[us, UTC]"),
    column_of(MOMENTS, "datetime64[ns, Europe/Rome]"),
    column_of(MOMENTS, "timestamp[us][pyarrow]"),
    column_of(MOMENTS, "timestamp[ms, tz=America/New_York][pyarrow]"),
    column_of(MOMENTS.map(lambda moment: moment.date()), "date32[pyarrow]"),
    column_of(MOMENTS.map(lambda moment: moment.date()), object),
    column_of(st.timedeltas(datetime.timedelta(-900), datetime.timedelta(900)), "timedelta64[ns]"),
    column_of(st.timedeltas(datetime.timedelta(0), datetime.timedelta(hours=1)), "timedelta64[s]"),
    column_of(MOMENTS.map(lambda moment: pd.Period(moment, "M")), "period[M]"),
)


@st.composite
def tables(draw: st.DrawFn) -> pd.DataFrame:
    """Tables of one to four columns of hostile dtypes under hostile names."""
    labels = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique_by=str))
    table = pd.concat([draw(columns) for _ in labels], axis=1)
    table.columns = pd.Index(labels, dtype=object)
    return table


def an_evaluation(table: pd.DataFrame, metadata: pd.DataFrame | None = None) -> Evaluation:
    rng = np.random.default_rng(0)
    return mld.evaluate(
        None, (table, rng.integers(0, 2, len(table))), predictions=rng.random(len(table)), metadata=metadata
    )


def assert_exact(ev: Evaluation, vocabulary: Vocabulary, rows: np.ndarray, choices: list[int]) -> None:
    """Compare every code, and some merged ones, with what the two query languages select."""
    frame = vocabulary.frame
    for position, column in enumerate(vocabulary.columns):
        assert int(column.codes.max()) < column.size
        usable = np.flatnonzero(column.usable).tolist()
        chosen: list[tuple[int, ...]] = [(code,) for code in usable]
        if column.merging == "runs":
            ends = sorted(choice % column.ordered for choice in choices)
            chosen += [tuple(range(ends[0], ends[-1] + 1)), tuple(range(column.ordered))]
        elif column.merging == "sets":
            chosen += [tuple(sorted({usable[choice % len(usable)] for choice in choices})), tuple(usable)]
        for codes in chosen:
            predicate = vocabulary.predicate(position, codes)
            expected = vocabulary.mask(position, codes)
            assert "\n" not in predicate.label
            np.testing.assert_array_equal(ev.rows_matching(predicate.query)[rows], expected, err_msg=predicate.query)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found = frame.query(predicate.query).index
            np.testing.assert_array_equal(np.isin(rows, found), expected, err_msg=predicate.query)


@settings(max_examples=70, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(tables(), st.booleans(), st.lists(st.integers(0, 300), min_size=2, max_size=3), st.booleans())
def test_queries_select_exactly_the_coded_rows(
    table: pd.DataFrame, merge: bool, choices: list[int], all_rows: bool
) -> None:
    ev = an_evaluation(table)
    rows = np.arange(N) if all_rows else np.flatnonzero(np.arange(N) % 3)
    values = np.random.default_rng(1).normal(size=len(rows))
    discovery = None if all_rows else np.arange(len(rows)) % 2 == 0
    vocabulary = build_vocabulary(ev, rows, values, discovery=discovery, merge=merge, min_rows=1, bins=5)
    assert_exact(ev, vocabulary, rows, choices)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tables(), tables())
def test_metadata_is_as_exact(table: pd.DataFrame, metadata: pd.DataFrame) -> None:
    ev = an_evaluation(table, metadata)
    vocabulary = build_vocabulary(ev, np.arange(N), np.arange(N, dtype=np.float64), bins=4)
    assert_exact(ev, vocabulary, np.arange(N), [0, 2])
