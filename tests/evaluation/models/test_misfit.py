"""Inputs that do not fit a torch model: the error says what to pass."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

from mldebug_widgets.errors import MldError
from mldebug_widgets.evaluation.evaluation import evaluate

IMAGES = np.random.default_rng(0).random((30, 8, 8)).astype(np.float32)
FLAT = pd.DataFrame(IMAGES.reshape(30, 64)).rename(columns="p{}".format)
Y = np.arange(30) % 3


def convolutional() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3))


def refused(model: nn.Module, data: Any = (FLAT, Y), **options: Any) -> MldError:
    with pytest.raises(MldError) as caught:
        evaluate(model, data, **options)
    return caught.value


@pytest.mark.parametrize(
    ("data", "options", "given"),
    [
        ((FLAT, Y), {}, "(30, 64)"),
        ((FLAT.to_numpy(), Y), {}, "(30, 64)"),
        ((FLAT, Y), {"images": list(IMAGES)}, "(30, 64)"),  # a list is for looking at, and not what the model is given
        ((FLAT, Y), {"images": IMAGES}, "(30, 8, 8)"),
        ((FLAT, Y), {"images": IMAGES[..., None]}, "(30, 8, 8, 1)"),
    ],
    ids=["a frame", "an array", "a list of images", "no channels", "channels last"],
)
def test_a_model_of_images_says_what_to_pass(data: Any, options: dict[str, Any], given: str) -> None:
    error = refused(convolutional(), data, **options)
    assert (error.code, error.argument) == ("MLD-M04", "model")
    assert error.got == f"it begins with Conv2d, which reads (n, 1, height, width), and it was given {given}"
    assert "images=" in str(error)
    assert "preprocess=" in str(error)
    assert isinstance(error.__cause__, RuntimeError)


def test_images_beside_a_flat_table_are_read() -> None:
    assert evaluate(convolutional(), (FLAT, Y), images=IMAGES[:, None]).n == 30


def test_what_preprocess_returned_is_not_blamed_on_the_data() -> None:
    error = refused(convolutional(), preprocess=lambda rows: rows.to_numpy())
    assert "Return a tensor (n, 1, height, width) from preprocess." in str(error)
    assert "images=" not in str(error)


class Reshaping(nn.Module):
    """Makes images of flat rows itself; what fails is something else."""

    def __init__(self) -> None:
        super().__init__()
        self.inside = convolutional()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        raise RuntimeError("the weights are gone" if self.inside(x.reshape(-1, 1, 8, 8)).shape[1] == 3 else "")


def test_another_failure_of_a_model_of_images_stays_its_own() -> None:
    assert "the weights are gone" in refused(Reshaping()).got


class Named(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(64, 3)

    def forward(self, numbers: torch.Tensor, scale: float = 1.0) -> torch.Tensor:
        if scale == 0:
            raise TypeError("a scale of 0")
        return self.layer(numbers * scale)


def by_name(name: str) -> Any:
    return lambda rows: {name: torch.tensor(rows.to_numpy())}


def test_a_dict_is_passed_as_keyword_arguments() -> None:
    assert evaluate(Named(), (FLAT, Y), preprocess=by_name("numbers")).n == 30
    error = refused(Named(), preprocess=by_name("batch"))
    assert (error.code, error.argument) == ("MLD-O06", "preprocess")
    assert "a dict of 'batch', which are passed as keyword arguments" in error.got
    assert "takes numbers, scale" in error.got
    assert isinstance(error.__cause__, TypeError)


def test_a_type_error_of_the_model_itself_stays_its_own() -> None:
    def zero(rows: pd.DataFrame) -> dict[str, torch.Tensor]:
        return {"numbers": torch.tensor(rows.to_numpy()), "scale": torch.zeros(())}

    error = refused(Named(), preprocess=zero)
    assert (error.code, error.argument) == ("MLD-M04", "model")
    assert "a scale of 0" in error.got
