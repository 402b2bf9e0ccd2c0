"""Images whose answer is known: a coloured square on grey, and a network that weighs the three colours."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import nn

import mldebug_widgets as mld

CLASSES = ("red", "green", "<b>blue</b>")
SIDE = 24
SQUARE = 8


class Colours(nn.Module):
    """Three layers whose weights are written down: how red, green and blue is the image somewhere?"""

    def __init__(self) -> None:
        super().__init__()
        self.near = nn.Conv2d(3, 3, 3, padding=1)
        self.far = nn.Conv2d(3, 3, 3, stride=2, padding=1)
        self.head = nn.Linear(3, 3)
        with torch.no_grad():
            for layer in (self.near, self.far):
                layer.weight.zero_()
                layer.bias.zero_()
                for colour in range(3):
                    layer.weight[colour, colour] = 1 / 9
            self.near.bias.fill_(-0.3)
            self.head.weight.copy_(30 * torch.eye(3))
            self.head.bias.zero_()

    def forward(self, images: torch.Tensor) -> Any:
        near = torch.relu(self.near(images))
        return self.head(torch.relu(self.far(near)).mean((2, 3)))


def squares(n: int = 40) -> tuple[torch.Tensor, np.ndarray[Any, Any]]:
    """Return (n, 3, 24, 24) images with one coloured square each, and their classes; every fifth class is wrong."""
    rng = np.random.default_rng(5)
    images = np.full((n, 3, SIDE, SIDE), 0.25, np.float32)
    colours = np.arange(n) % 3
    for image, colour in zip(images, colours, strict=True):
        top, left = rng.integers(0, SIDE - SQUARE, 2)
        image[colour, top : top + SQUARE, left : left + SQUARE] = 1
    truth = np.where(np.arange(n) % 5 == 4, (colours + 1) % 3, colours)
    return torch.from_numpy(images), np.asarray(truth)


def images_evaluation(n: int = 40, model: Any = None) -> Any:
    """Return an Evaluation of images alone, without a table."""
    images, truth = squares(n)
    return mld.evaluate(Colours() if model is None else model, (images, truth), class_names=list(CLASSES))
