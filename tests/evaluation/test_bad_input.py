"""Bad input: each case is a TypeError or ValueError with a stable code that names the argument, what came and a fix."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse
import torch
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.preprocessing import StandardScaler
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from mldebug_widgets.errors import MldError, MldTypeError, MldValueError
from mldebug_widgets.evaluation.evaluation import evaluate
from mldebug_widgets.evaluation.query import rows_matching
from tests.evaluation.faulty import Broken, Output, Ragged, Triples

N = 20
rng = np.random.default_rng(0)
X = pd.DataFrame(rng.normal(size=(N, 3)), columns=["a", "b", "c"])
Y = pd.Series(np.arange(N) % 2, name="y")
TABLE = X.assign(y=Y)
MIXED = TABLE.assign(city="Rome", when=pd.Timestamp("2020"))
NET = nn.Linear(3, 1)
FITTED = LogisticRegression().fit(X, Y)


@dataclass(frozen=True)
class Case:
    """A call, and what the error must say."""

    name: str
    call: Callable[[], Any]
    error: type[MldError]
    code: str
    says: str


def value(name: str, call: Callable[[], Any], code: str, says: str) -> Case:
    return Case(name, call, MldValueError, code, says)


def kind(name: str, call: Callable[[], Any], code: str, says: str) -> Case:
    return Case(name, call, MldTypeError, code, says)


def _answering(answer: Callable[[torch.Tensor], Any], **options: Any) -> Callable[[], Any]:
    return lambda: evaluate(Output(answer), TABLE, "y", **options)


def asking(**options: Any) -> Callable[[], Any]:
    return lambda: evaluate(NET, TABLE, "y", **options)


def _multi_index(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.set_axis(pd.MultiIndex.from_product([["top"], frame.columns]), axis=1)


def _uneven() -> Iterator[Any]:
    yield torch.zeros(2, 3), torch.zeros(3)


def _meta() -> nn.Module:
    return nn.Linear(3, 1, device="meta")


DATA = [
    kind("no table", lambda: evaluate(NET, 5), "MLD-D01", "data: got 5"),
    kind("text", lambda: evaluate(NET, "train.csv", "y"), "MLD-D01", "data: got 'train.csv'"),
    kind("None", lambda: evaluate(NET, None), "MLD-D01", "data: got None"),
    kind("lazy polars", lambda: evaluate(NET, pl.LazyFrame(TABLE), "y"), "MLD-D01", r"data: .*\.collect\(\)"),
    kind("sparse", lambda: evaluate(NET, (scipy.sparse.eye(N).tocsr(), Y)), "MLD-D01", r"data\[0\]: got csr"),
    kind("complex", lambda: evaluate(NET, (X.to_numpy() * 1j, Y)), "MLD-D01", r"data\[0\]: got complex"),
    kind("columns as splits", lambda: evaluate(NET, {"a": [1, 2], "y": [0, 1]}, "y"), "MLD-D01", "data.*DataFrame"),
    kind("nested splits", lambda: evaluate(NET, {"a": {"b": TABLE}}, "y"), "MLD-D01", r"data\['a'\]: got dict"),
    value("empty frame", lambda: evaluate(NET, TABLE[:0], "y"), "MLD-D02", "data: got no rows"),
    value("empty arrays", lambda: evaluate(NET, (np.empty((0, 3)), np.empty(0))), "MLD-D02", "data: got no rows"),
    value("empty dict", lambda: evaluate(NET, {}, "y"), "MLD-D02", "data: got an empty dict"),
    value("empty split", lambda: evaluate(NET, {"a": TABLE, "b": TABLE[:0]}, "y"), "MLD-D02", r"data\['b'\]: no rows"),
    value("empty generator", lambda: evaluate(NET, iter(())), "MLD-D02", "data: it yields no rows"),
    value("one row", lambda: evaluate(NET, TABLE[:1], "y"), "MLD-D03", "data: got 1 row"),
    value("lengths", lambda: evaluate(NET, (X, Y[:7])), "MLD-D04", "target: 7 targets for 20 rows"),
    value("lengths of arrays", lambda: evaluate(NET, X.to_numpy(), Y[:7].to_numpy()), "MLD-D04", "7 targets for 20"),
    value("lengths in a batch", lambda: evaluate(NET, _uneven()), "MLD-D04", r"data: .*\[2, 3\] rows"),
    value(
        "duplicate columns", lambda: evaluate(NET, TABLE.set_axis(list("aacy"), axis=1), "y"), "MLD-D05", "data: .*'a'"
    ),
    value(
        "duplicate pyarrow columns",
        lambda: evaluate(NET, pa.table([[1, 2], [3, 4], [0, 1]], names=["a", "a", "y"]), "y"),
        "MLD-D05",
        "data: column names occur more than once: 'a'",
    ),
    value("columns equal as text", lambda: evaluate(NET, (X.set_axis([1, "1", 2], axis=1), Y)), "MLD-D05", "'1'"),
    value("MultiIndex columns", lambda: evaluate(NET, (_multi_index(X), Y)), "MLD-D06", r"data\[0\]: .*2 levels"),
    kind("triple", lambda: evaluate(NET, (X, Y, Y)), "MLD-D07", "data: got a tuple of 3"),
    kind("list of two", lambda: evaluate(NET, [X, Y]), "MLD-D07", "data: got a list of 2"),
    value("no features", lambda: evaluate(NET, TABLE[["y"]], "y"), "MLD-D08", "data: no feature columns"),
    kind("split name", lambda: evaluate(NET, {1: TABLE}, "y"), "MLD-D09", "data: the split name 1"),
    kind("blank split name", lambda: evaluate(NET, {" ": TABLE}, "y"), "MLD-D09", "data: the split name ' '"),
    value(
        "split lacks a column",
        lambda: evaluate(NET, {"a": TABLE, "b": TABLE.drop(columns="c")}, "y"),
        "MLD-D10",
        r"data\['b'\]: lacks \['c'\]",
    ),
    value(
        "split with another column",
        lambda: evaluate(NET, {"a": TABLE, "b": TABLE.assign(z=1)}, "y"),
        "MLD-D10",
        r"data\['b'\]: has other columns \['z'\]",
    ),
    value(
        "splits of other image sizes",
        lambda: evaluate(NET, {"a": (torch.zeros(2, 1, 3), [0, 1]), "b": (torch.zeros(2, 1, 4), [0, 1])}),
        "MLD-D10",
        r"data\['b'\]: inputs of shape \(1, 4\)",
    ),
    kind("triples in a dataset", lambda: evaluate(NET, Triples()), "MLD-D11", "data: its items are list of 3"),
    kind(
        "dataset of inputs only",
        lambda: evaluate(NET, TensorDataset(torch.zeros(4, 3))),
        "MLD-D11",
        "TensorDataset of 1",
    ),
    kind("dict items without target", lambda: evaluate(NET, DataLoader([{"a": 1}] * 4)), "MLD-D11", "dict of 1"),
    value("dataset that fails", lambda: evaluate(NET, Broken()), "MLD-D12", "data: reading it failed.*file is gone"),
    value("ragged items", lambda: evaluate(NET, Ragged()), "MLD-D12", "data: reading it failed"),
    value(
        "ragged batches",
        lambda: evaluate(NET, DataLoader(Ragged(), batch_size=2)),
        "MLD-D13",
        "data: .*different shapes",
    ),
    value("ragged lists", lambda: evaluate(NET, ([[1, 2], [3]], [0, 1])), "MLD-D13", r"data\[0\]: lists of different"),
    value(
        "0-d array", lambda: evaluate(NET, (np.array(3.0), [0, 1])), "MLD-D13", r"data\[0\]: got an array of shape \(\)"
    ),
    kind("text for torch", lambda: evaluate(NET, MIXED, "y"), "MLD-D14", "data: .*'city'.*preprocess="),
    value(
        "lost columns",
        lambda: evaluate(FITTED, TABLE.drop(columns="b"), "y"),
        "MLD-D15",
        r"data: LogisticRegression .*'b'",
    ),
    value("images too few", asking(images=[1, 2]), "MLD-D16", "images: 2 images for 20 rows"),
    kind("texts as one text", asking(texts="abc"), "MLD-D16", "texts: got 'abc'"),
    value("missing column", lambda: evaluate(NET, TABLE.assign(b=np.nan), "y"), "MLD-D17", "data: every value .*'b'"),
    value("images for scikit-learn", lambda: evaluate(FITTED, (np.zeros((N, 2, 3)), Y)), "MLD-D13", "data: .*20, 2, 3"),
]

TARGET = [
    kind("target of a wrong type", lambda: evaluate(NET, X, 3.5), "MLD-T01", "target: the target is 3.5"),
    kind("complex target", lambda: evaluate(NET, (X, Y.to_numpy() * 1j)), "MLD-T01", "target is complex"),
    kind("no target", lambda: evaluate(NET, TABLE), "MLD-T02", "target: data is a table and no target"),
    kind("pair without y", lambda: evaluate(NET, (X, None)), "MLD-T02", "target: data has no y"),
    kind("array without y", lambda: evaluate(NET, X.to_numpy()), "MLD-T02", "target: data has no y"),
    kind("name for an array", lambda: evaluate(NET, X.to_numpy(), "y"), "MLD-T02", r"target: got 'y'.*pass \(X, y\)"),
    kind("pair and values", lambda: evaluate(NET, (X, Y), Y), "MLD-T02", "target: got Series"),
    kind("dataset and values", lambda: evaluate(NET, Triples(), Y), "MLD-T02", "target: got Series"),
    value(
        "missing target column", lambda: evaluate(NET, TABLE, "late"), "MLD-T03", "target: data has no column 'late'"
    ),
    value("missing target in a list", lambda: evaluate(NET, TABLE, ["a", "q"]), "MLD-T03", "no column 'q'"),
    value("missing key", lambda: evaluate(NET, DataLoader([{"a": 1}] * 4), "y"), "MLD-T03", "target: .*no key 'y'"),
    value("all-missing target", lambda: evaluate(NET, TABLE.assign(y=np.nan), "y"), "MLD-T04", "target: every value"),
    value(
        "one class", lambda: evaluate(NET, TABLE.assign(y="late"), "y"), "MLD-T05", "target: .*one class only: 'late'"
    ),
    value(
        "binary of three", lambda: evaluate(NET, (X, np.arange(N) % 3), task="binary"), "MLD-T05", "target: 3 classes"
    ),
    value("target of 3 dimensions", lambda: evaluate(NET, (X, np.zeros((N, 2, 2)))), "MLD-T06", r"shape \(20, 2, 2\)"),
    value("ragged target", lambda: evaluate(NET, (X, [[1], [1, 2]] * 10)), "MLD-T06", "items differ in length"),
    value("several outputs", lambda: evaluate(NET, (X, X.to_numpy())), "MLD-T06", "target: regression with a target"),
    value("multilabel of one", asking(task="multilabel"), "MLD-T06", "target: multilabel with"),
    value(
        "too many columns", lambda: evaluate(nn.Linear(3, 5), (X, list("abcd") * 5)), "MLD-T07", "returned 5 columns"
    ),
    value("too few columns", lambda: evaluate(nn.Linear(3, 2), (X, np.arange(N) % 4)), "MLD-T07", "returned 2 columns"),
    value(
        "labels beyond",
        lambda: evaluate(nn.Linear(3, 3), (X, np.arange(N) % 3 + 7), task="multilabel"),
        "MLD-T06",
        "target",
    ),
    value("one score for classes", lambda: evaluate(NET, (X, list("abcd") * 5)), "MLD-T07", "returned 1 column"),
    kind("labels of several types", lambda: evaluate(NET, (X, ["a", 1] * 10)), "MLD-T08", "target: labels"),
    kind(
        "regression on text", lambda: evaluate(NET, (X, list("abcd") * 5), task="regression"), "MLD-T08", "target: regr"
    ),
    value("unknown labels", lambda: evaluate(FITTED, (X, [0, 1, 2, 3] * 5)), "MLD-T09", r"target: .*\[2, 3\]"),
]

MODEL = [
    kind("no model", lambda: evaluate(object(), TABLE, "y"), "MLD-M01", "model: got object"),
    kind("a class", lambda: evaluate(LogisticRegression, TABLE, "y"), "MLD-M01", "model: got .*fitted object"),
    kind("a module class", lambda: evaluate(nn.Linear, TABLE, "y"), "MLD-M01", "model: got .*fitted object"),
    kind("text", lambda: evaluate("model.pt", TABLE, "y"), "MLD-M01", "model: got 'model.pt'"),
    kind(
        "dict output",
        _answering(lambda x: {"logits": x}),
        "MLD-M02",
        r"model: Output returned a dict with keys \['logits'\]",
    ),
    kind("tuple output", _answering(lambda x: (x, x)), "MLD-M02", "model: Output returned a tuple of 2"),
    kind("no output", _answering(lambda x: None), "MLD-M02", "model: Output returned None"),
    kind("text output", lambda: evaluate(lambda rows: "late", TABLE, "y"), "MLD-M02", "model: .*'late'"),
    value("too few rows", _answering(lambda x: x[1:]), "MLD-M03", r"model: .*shape \(19, 3\) for 20 rows"),
    value("one value", _answering(lambda x: x.sum()), "MLD-M03", r"model: .*shape \(\) for 20 rows"),
    value("maps per row", _answering(lambda x: x[:, :, None].repeat(1, 1, 3)), "MLD-M03", r"model: .*\(20, 3, 3\)"),
    value("batches that differ", _answering(lambda x: x[:, : len(x)], batch_size=18), "MLD-M03", "model: .*row 18"),
    value("fails", lambda: evaluate(nn.Linear(9, 1), TABLE, "y"), "MLD-M04", "model: it failed on rows 0 to 19"),
    value("lazy layers", lambda: evaluate(nn.LazyLinear(1), TABLE, "y"), "MLD-M05", "model: it has lazy layers"),
    value("meta device", lambda: evaluate(_meta(), TABLE, "y"), "MLD-M05", "model: it is on the meta device"),
    value(
        "not fitted",
        lambda: evaluate(LinearRegression(), TABLE, "y"),
        "MLD-M06",
        "model: .*LinearRegression.* not fitted",
    ),
]

OPTION = [
    value("unknown task", asking(task="ranking"), "MLD-O01", "task: got 'ranking'"),
    kind("task of a wrong type", asking(task=2), "MLD-O01", "task: got 2"),
    kind("names as text", asking(class_names="ab"), "MLD-O02", "class_names: got 'ab'"),
    value("one name", asking(class_names=["a"]), "MLD-O02", "class_names: got"),
    value("names twice", asking(class_names=["a", "a"]), "MLD-O02", "class_names: got"),
    value("too many names", lambda: evaluate(FITTED, TABLE, "y", class_names=list("abc")), "MLD-O02", "3 names"),
    value(
        "other names", lambda: evaluate(NET, (X, list("abcd") * 5), class_names=["x", "y"]), "MLD-O02", "class_names"
    ),
    value("batch of none", asking(batch_size=0), "MLD-O03", "batch_size: got 0"),
    kind("batch of a half", asking(batch_size=0.5), "MLD-O03", "batch_size: got 0.5"),
    kind("batch of True", asking(batch_size=True), "MLD-O03", "batch_size: got True"),
    value("no such device", asking(device="gpu0"), "MLD-O04", "device: 'gpu0'"),
    value("another device", asking(device="meta"), "MLD-O04", "device: .*'cpu'.*never moved"),
    value("device of a function", lambda: evaluate(len, TABLE, "y", device="cpu"), "MLD-O04", "device: got 'cpu'"),
    value("negative seed", asking(seed=-1), "MLD-O05", "seed: got -1"),
    kind("text as seed", asking(seed="1"), "MLD-O05", "seed: got '1'"),
    kind("preprocess that is none", asking(preprocess=X), "MLD-O06", "preprocess: got DataFrame"),
    kind("preprocess as a class", asking(preprocess=StandardScaler), "MLD-O06", "preprocess: got"),
    kind(
        "text from preprocess",
        lambda: evaluate(NET, MIXED, "y", preprocess=lambda r: r[["city"]]),
        "MLD-O06",
        "preproc",
    ),
    kind(
        "None from preprocess", lambda: evaluate(NET, MIXED, "y", preprocess=lambda r: None), "MLD-O06", "returned None"
    ),
    value("rows lost by preprocess", asking(preprocess=lambda r: r[1:]), "MLD-O06", "19 rows for 20"),
    value(
        "preprocess not fitted",
        asking(preprocess=make_column_transformer((StandardScaler(), ["a"]))),
        "MLD-M06",
        "preprocess: .*ColumnTransformer.* not fitted",
    ),
    value("no predictions", lambda: evaluate(None, TABLE, "y"), "MLD-O07", "model: got None and no predictions"),
    value("model and predictions", asking(predictions=Y), "MLD-O07", "predictions: .*model"),
    value(
        "preprocess and predictions",
        lambda: evaluate(None, TABLE, "y", predictions=Y, preprocess=len),
        "MLD-O07",
        "predictions: given together with preprocess",
    ),
    value(
        "too few predictions", lambda: evaluate(None, TABLE, "y", predictions=Y[:3]), "MLD-O07", "3 predictions for 20"
    ),
    value(
        "other splits",
        lambda: evaluate(None, TABLE, "y", predictions={"a": Y}),
        "MLD-O07",
        r"predictions: splits \['a'\]",
    ),
    kind(
        "a function as predictions", lambda: evaluate(None, TABLE, "y", predictions=len), "MLD-O07", "predictions: got"
    ),
    value(
        "unknown split", lambda: evaluate(NET, {"a": TABLE}, "y", reference="b"), "MLD-O08", "reference: .*no split 'b'"
    ),
    value(
        "reference twice",
        lambda: evaluate(NET, {"reference": TABLE}, "y", reference=TABLE),
        "MLD-O08",
        "reference: got data, and data already has",
    ),
    value(
        "failing preprocess",
        asking(preprocess=lambda rows: rows["gone"]),
        "MLD-O09",
        "preprocess: it failed on rows 0 to 19 with KeyError",
    ),
]

QUERY = [
    kind("query of a wrong type", lambda: rows_matching(3, X, {}), "MLD-Q01", "query: got 3"),  # type: ignore[arg-type]
    value("query syntax", lambda: rows_matching("a >", X, {}), "MLD-Q01", "query: 'a >' cannot be read"),
    value("open backtick", lambda: rows_matching("`a > 1", X, {}), "MLD-Q01", "query: .*backtick"),
    value("long query", lambda: rows_matching("a > 1 or " * 20_000, X, {}), "MLD-Q01", "query: 180000 characters"),
    value("deep query", lambda: rows_matching("(" * 500 + "a" + ")" * 500, X, {}), "MLD-Q01", "query: "),
    value("unknown column", lambda: rows_matching("aa > 1", X, {}), "MLD-Q02", "query: .*'aa'.*Did you mean 'a'"),
    value("code", lambda: rows_matching("a.map(print)", X, {}), "MLD-Q03", "query: 'a.map"),
    value("arithmetic", lambda: rows_matching("a + 1 > b", X, {}), "MLD-Q03", r"query: 'a \+ 1'"),
    value("text with a number", lambda: rows_matching("a > 'x'", X, {}), "MLD-Q04", "query: 'a' .*cannot be compared"),
    value("number as condition", lambda: rows_matching("a", X, {}), "MLD-Q04", "query: 'a' is float64"),
    value("bad pattern", lambda: rows_matching("city.str.contains('(')", MIXED, {}), "MLD-Q04", "query: .*contains"),
]

PREDICTIONS = [
    value(
        "asking stored predictions",
        lambda: evaluate(None, TABLE, "y", predictions=Y).predict_frame(X),
        "MLD-M07",
        "model: the predictions were computed before",
    ),
    value("no rows", lambda: evaluate(NET, TABLE, "y").predict_frame(X[:0]), "MLD-D02", "frame: no rows"),
    kind(
        "text in an edited frame",
        lambda: evaluate(NET, TABLE, "y").predict_frame(X.assign(a="x")),
        "MLD-D14",
        "data: .*'a'",
    ),
    value("row out of range", lambda: evaluate(NET, TABLE, "y").predict_edited(20, {}), "MLD-W30", "row: got 20"),
    value(
        "column out of range", lambda: evaluate(NET, TABLE, "y").predict_edited(0, {3: 1}), "MLD-W31", "edits: column 3"
    ),
    kind("text for a number", lambda: evaluate(NET, TABLE, "y").predict_edited(0, {0: "x"}), "MLD-W32", "edits: 'x'"),
]

CASES = [*DATA, *TARGET, *MODEL, *OPTION, *QUERY, *PREDICTIONS]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code} {case.name}")
def test_bad_input(case: Case) -> None:
    with pytest.raises(case.error, match=case.says) as info:
        case.call()
    error = info.value
    assert error.code == case.code
    assert str(error) == f"{error.code}: {error.argument}: {error.got}. Allowed: {error.allowed}. {error.fix}"
    assert all((error.argument, error.got, error.allowed, error.fix))
    assert len(str(error)) < 1000


def test_there_are_enough_cases_and_each_is_another() -> None:
    assert len(CASES) >= 80
    assert len({case.name for case in CASES}) >= len(CASES) - 2


@pytest.mark.parametrize(
    ("call", "cause"),
    [
        (lambda: evaluate(nn.Linear(9, 1), TABLE, "y"), RuntimeError),
        (lambda: evaluate(NET, Broken()), OSError),
        (asking(preprocess=lambda rows: rows["gone"]), KeyError),
        (lambda: evaluate(LinearRegression(), TABLE, "y"), Exception),
        (lambda: rows_matching("a > 'x'", X, {}), TypeError),
    ],
)
def test_the_original_error_is_chained(call: Callable[[], Any], cause: type[Exception]) -> None:
    with pytest.raises(MldError) as info:
        call()
    assert isinstance(info.value.__cause__, cause)


def test_an_argument_whose_repr_fails_still_gets_its_error() -> None:
    class Unprintable:
        def __repr__(self) -> str:
            raise RuntimeError("no repr")

    with pytest.raises(MldTypeError, match="MLD-M01: model: got Unprintable"):
        evaluate(Unprintable(), TABLE, "y")
