"""Small models whose attributions are known, or that captum can be asked about directly."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import nn

from mldebug_widgets.evaluation.evaluation import Evaluation, evaluate

P = 6
CLASSES = 3


def table(n: int = 40, p: int = P, seed: int = 0) -> pd.DataFrame:
    values = np.random.default_rng(seed).normal(size=(n, p)).astype(np.float32)
    return pd.DataFrame(values, columns=[f"x{at}" for at in range(p)])


def network(outputs: int = CLASSES, p: int = P, seed: int = 0) -> nn.Sequential:
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(p, 16), nn.ReLU(), nn.Linear(16, 16), nn.Tanh(), nn.Linear(16, outputs)).eval()


def classes(n: int = 40, k: int = CLASSES) -> np.ndarray:
    return np.arange(n) % k


def of_network(outputs: int = CLASSES, **options: Any) -> Evaluation:
    frame = table()
    truth = classes(len(frame), max(outputs, 2))
    return evaluate(network(outputs), (frame, truth), **options)


def tensors(ev: Evaluation) -> tuple[torch.Tensor, torch.Tensor]:
    """The rows and their mean as the network reads them."""
    x = torch.tensor(ev.X.to_numpy())
    return x, torch.tensor(ev.X.to_numpy().astype(np.float64).mean(axis=0, keepdims=True), dtype=torch.float32)


WEIGHTS = np.array([2.0, -1.0, 0.5, 0.0, 3.0, -0.25])


def linear(frame: pd.DataFrame) -> np.ndarray:
    return np.asarray(frame.to_numpy(dtype=np.float64) @ WEIGHTS + 1.0)


def linear_module() -> nn.Linear:
    module = nn.Linear(P, 1)
    with torch.no_grad():
        module.weight.copy_(torch.tensor(WEIGHTS, dtype=torch.float32)[None])
        module.bias.fill_(1.0)
    return module


class Mixed(nn.Module):
    """Numbers and a category with an embedding, as a dict of inputs."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(3, 4)
        self.head = nn.Sequential(nn.Linear(9, 8), nn.ReLU(), nn.Linear(8, 1))

    def forward(self, numbers: torch.Tensor, colour: torch.Tensor) -> torch.Tensor:
        return self.head(torch.cat([numbers, self.embedding(colour)], dim=1))


def mixed_inputs(frame: pd.DataFrame) -> dict[str, torch.Tensor]:
    """Two numbers, three indicators of ``level`` and the code of ``colour``."""
    levels = np.stack([frame["level"].astype(int).to_numpy() == level for level in (1, 2, 3)], axis=1)
    numbers = np.concatenate([frame[["weight", "count"]].to_numpy(dtype=np.float32), levels], axis=1)
    codes = frame["colour"].map({"red": 0, "green": 1, "blue": 2}).to_numpy(dtype=np.int64)
    return {"numbers": torch.tensor(numbers, dtype=torch.float32), "colour": torch.tensor(codes)}
