"""A small mixed table with a model on it, for tests that need a whole workbench."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

import mldebug_widgets as mld

N = 3_000
N_TRAIN = 1_000

COLUMNS = ("age", "income", "member", "city", "note")


class ByAge:
    """A model whose answer depends on age and city, as users write them: a plain callable on the frame."""

    def __init__(self, columns: Sequence[str] = COLUMNS) -> None:
        self.age, self.city = columns[0], columns[3]

    def __call__(self, frame: pd.DataFrame) -> Any:
        far = (frame[self.city] == "Oslo").to_numpy(dtype=float)
        return 1 / (1 + np.exp(-(frame[self.age].to_numpy(dtype=float) - 50) / 10 - far))


def table(columns: Sequence[str] = COLUMNS, cities: Sequence[str] = ("Oslo", "Rome", "Lima")) -> pd.DataFrame:
    """Return a frame with numbers, booleans, categories, missing values and a text that names each row."""
    rng = np.random.default_rng(4)
    age = rng.uniform(18, 90, N)
    income = rng.lognormal(10, 1, N)
    income[rng.random(N) < 0.1] = np.nan
    values = (
        age,
        income,
        rng.random(N) < 0.5,
        rng.choice(cities, N),
        [f"raw text of row {row:05d}" for row in range(N)],
    )
    frame = pd.DataFrame(dict(zip(columns, values, strict=True)))
    frame["late"] = np.where(age + rng.normal(0, 15, N) > 50, "yes", "no")
    return frame


def workbench(columns: Sequence[str] = COLUMNS, cities: Sequence[str] = ("Oslo", "Rome", "Lima")) -> Any:
    """Return ``show(model, data)`` over ``table``, split into train and test rows."""
    frame = table(columns, cities)
    parts = {"train": frame.iloc[:N_TRAIN], "test": frame.iloc[N_TRAIN:]}
    return mld.show(ByAge(columns), parts, target="late")
