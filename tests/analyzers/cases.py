"""Evaluations of every task over a table of every kind of column, small enough to check by brute force."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from mldebug_widgets.evaluation.evaluation import Evaluation, evaluate

N_ROWS = 600
START = pd.Timestamp("2021-03-27 12:00", tz="Europe/Berlin")
GRADES = ["low", "mid", "top", "none"]
TASKS = ("binary", "multiclass", "multilabel", "regression")


def mixed_table(n: int = N_ROWS, seed: int = 0) -> pd.DataFrame:
    """Numbers, whole numbers, texts, categories, switches, moments; some of them missing."""
    generator = np.random.default_rng(seed)

    def sometimes(values: Any, share: float = 0.1) -> list[Any]:
        return [None if gone else value for value, gone in zip(values, generator.random(n) < share, strict=True)]

    return pd.DataFrame(
        {
            "weight": generator.normal(size=n),
            "narrow": generator.normal(size=n).astype(np.float32),
            "holes": np.where(generator.random(n) < 0.2, np.nan, generator.gamma(2, size=n)),
            "count": generator.integers(0, 9, n),
            "nullable": pd.array(sometimes(generator.integers(0, 5, n).tolist()), dtype="Int64"),
            "colour": generator.choice(["red", "green", "blue"], n),
            "grade": pd.Categorical(sometimes(generator.choice(GRADES[:3], n)), GRADES),
            "level": pd.Categorical(generator.integers(1, 4, n)),
            "switch": generator.random(n) < 0.4,
            "maybe": pd.array(sometimes((generator.random(n) < 0.5).tolist()), dtype="boolean"),
            "when": START + pd.to_timedelta(generator.integers(0, 3_000_000, n), unit="s"),
            "day": pd.Series(pd.to_datetime(sometimes(pd.date_range("2020-01-01", periods=n).tolist()))),
        }
    )  # fmt: skip


def signal(frame: pd.DataFrame) -> np.ndarray:
    """What the targets and the models hang on."""
    when = (frame["when"] - START).dt.total_seconds().to_numpy() / 3_000_000
    colour = frame["colour"].map({"red": 1.0, "green": 0.0, "blue": -0.5}).to_numpy(dtype=float)
    grade = frame["grade"].astype(object).map({"low": -0.4, "mid": 0.0, "top": 0.4}).fillna(0.1).to_numpy(dtype=float)
    level = frame["level"].astype(object).to_numpy(dtype=float)
    nullable = frame["nullable"].to_numpy(dtype=float, na_value=1.0)
    holes = np.nan_to_num(frame["holes"].to_numpy(dtype=float), nan=1.0)
    maybe = frame["maybe"].to_numpy(dtype=float, na_value=0.5)
    return np.asarray(
        frame["weight"].to_numpy(dtype=float)
        + 0.3 * frame["narrow"].to_numpy(dtype=float) * frame["switch"].to_numpy(dtype=float)
        + 0.2 * frame["count"].to_numpy(dtype=float) - 0.8
        + 0.1 * nullable + colour + grade + 0.2 * level + 0.3 * holes + maybe + when - 2.5
    )  # fmt: skip


def probability(frame: pd.DataFrame) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-1.5 * signal(frame))))


def three_probabilities(frame: pd.DataFrame) -> np.ndarray:
    level = signal(frame)
    powers = np.exp(np.column_stack((-level, 0.4 - np.abs(level), level)))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def two_probabilities(frame: pd.DataFrame) -> np.ndarray:
    first = probability(frame)
    return np.column_stack((first, 0.2 + 0.6 * first**2))


def amount(frame: pd.DataFrame) -> np.ndarray:
    return 10 + 3 * signal(frame)


MODELS = {
    "binary": probability,
    "multiclass": three_probabilities,
    "multilabel": two_probabilities,
    "regression": amount,
}


def targets(task: str, frame: pd.DataFrame, seed: int = 1) -> Any:
    generator = np.random.default_rng(seed)
    n = len(frame)
    if task == "binary":
        return np.where(generator.random(n) < probability(frame), "late", "in time")[:, None].ravel()
    if task == "multiclass":
        drawn = (three_probabilities(frame).cumsum(axis=1) > generator.random((n, 1))).argmax(axis=1)
        return np.array(["a", "b", "c"])[drawn]
    if task == "multilabel":
        return (generator.random((n, 2)) < two_probabilities(frame)).astype(int)
    return amount(frame) + generator.normal(scale=2, size=n)


@cache
def evaluation(task: str, *, splits: bool = True) -> Evaluation:
    """An Evaluation of a known function on the mixed table; its truth is drawn from the same function."""
    frame = mixed_table()
    truth = targets(task, frame)
    if task == "binary":
        truth = (truth == "late").astype(int)
    model, names = MODELS[task], {"binary": ["in time", "late"]}.get(task)
    if not splits:
        return evaluate(model, (frame, truth), task=task, class_names=names)
    parts = {"train": slice(0, 400), "test": slice(400, None)}
    data = {name: (frame[part], truth[part]) for name, part in parts.items()}
    return evaluate(model, data, task=task, class_names=names)
