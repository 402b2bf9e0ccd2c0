"""A small table and a model whose faults are known, as the cells of a notebook."""

from __future__ import annotations

SETUP = """
import numpy as np
import pandas as pd
import torch
from torch import nn

import mldebug_widgets as mld

rng = np.random.default_rng(0)
n = 3_000
table = pd.DataFrame({
    "hour": rng.uniform(5, 23, n).round(2),
    "distance": rng.integers(100, 2_500, n),
    "temp": np.where(rng.random(n) < 0.1, np.nan, rng.normal(55, 15, n).round(1)),
    "weekend": rng.random(n) < 2 / 7,
    "carrier": pd.Categorical(rng.choice(["AA", "B6", "DL", "UA"], n)),
})
logit = 0.35 * (table["hour"] - 15) + 0.9 * (table["carrier"] == "B6") - 0.6 * table["weekend"]
table["late"] = np.where(rng.random(n) < 1 / (1 + np.exp(-logit)), "late", "on time")
splits = {"train": table[:2_000], "test": table[2_000:].reset_index(drop=True)}


def preprocess(rows):
    columns = [rows[name].to_numpy(np.float32) for name in ("hour", "distance", "temp", "weekend")]
    columns.append(rows["carrier"].array.codes)
    x = np.nan_to_num(np.stack(columns, axis=1, dtype=np.float32), nan=55.0)
    return torch.from_numpy((x - [14, 1_300, 55, 0.3, 1.5]).astype(np.float32) / np.float32([5, 700, 15, 0.5, 1.1]))


torch.manual_seed(0)
model = nn.Sequential(nn.Linear(5, 16), nn.ReLU(), nn.Linear(16, 1))
x, y = preprocess(splits["train"]), torch.tensor((splits["train"]["late"] == "on time").to_numpy(np.float32))
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
for _ in range(150):
    optimizer.zero_grad()
    nn.functional.binary_cross_entropy_with_logits(model(x)[:, 0], y).backward()
    optimizer.step()
"""

SHOW = """
workbench = mld.show(model, splits, target="late", preprocess=preprocess)
workbench
"""

CELLS = (SETUP, SHOW)
