"""Models and datasets that do what they should not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.utils.data import Dataset


class Output(nn.Module):
    """A model that returns whatever it is told to."""

    def __init__(self, answer: Callable[[torch.Tensor], Any]) -> None:
        super().__init__()
        self.answer = answer

    def forward(self, x: torch.Tensor) -> Any:
        return self.answer(x)


class Triples(Dataset[Any]):
    def __len__(self) -> int:
        return 4

    def __getitem__(self, index: int) -> tuple[int, int, int]:
        return index, index, index


class Broken(Triples):
    def __getitem__(self, index: int) -> Any:
        raise OSError("file is gone")


class Ragged(Triples):
    def __getitem__(self, index: int) -> Any:
        return torch.zeros(1, 2 if index < 2 else 3), 0
