"""Datasets, loaders and iterators are read once, in order, to the end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch.utils.data import (
    ConcatDataset,
    DataLoader,
    Dataset,
    IterableDataset,
    Subset,
    SubsetRandomSampler,
    TensorDataset,
)

from mldebug_widgets.evaluation.data import read_data
from tests.evaluation.snapshots import random_state

N = 23
X = torch.arange(N * 3.0).reshape(N, 3)
Y = torch.arange(N) % 2


class Pairs(Dataset[Any]):
    """A map-style dataset that counts its reads."""

    def __init__(self) -> None:
        self.reads = 0

    def __len__(self) -> int:
        return N

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        self.reads += 1
        return X[index], int(Y[index])


class Stream(IterableDataset[Any]):
    """An iterable dataset of unknown length."""

    def __iter__(self) -> Iterator[Any]:
        yield from zip(X, Y, strict=True)


SOURCES: dict[str, Any] = {
    "TensorDataset": lambda: TensorDataset(X, Y),
    "Dataset": Pairs,
    "Subset": lambda: Subset(Pairs(), range(N)),
    "ConcatDataset": lambda: ConcatDataset([TensorDataset(X[:9], Y[:9]), TensorDataset(X[9:], Y[9:])]),
    "IterableDataset": Stream,
    "loader": lambda: DataLoader(Pairs(), batch_size=4),
    "shuffled loader": lambda: DataLoader(Pairs(), batch_size=4, shuffle=True),
    "loader that drops the last": lambda: DataLoader(Pairs(), batch_size=4, drop_last=True),
    "loader with workers": lambda: DataLoader(Pairs(), batch_size=4, num_workers=2),
    "loader of an iterable": lambda: DataLoader(Stream(), batch_size=5),
    "loader without batches of its own": lambda: DataLoader([(X[:10], Y[:10]), (X[10:], Y[10:])], batch_size=None),
    "generator": lambda: ((X[i : i + 7], Y[i : i + 7]) for i in range(0, N, 7)),
    "generator of arrays": lambda: ((X[i : i + 7].numpy(), Y[i : i + 7].numpy()) for i in range(0, N, 7)),
}


@pytest.mark.parametrize("source", SOURCES)
def test_rows_come_in_the_order_of_the_dataset_and_all_of_them(source: str) -> None:
    before = random_state()
    table = read_data(SOURCES[source]())
    np.testing.assert_array_equal(table.frame.to_numpy(), X.numpy())
    np.testing.assert_array_equal(table.target.values, Y.numpy())
    assert random_state() == before


def test_every_item_is_read_once() -> None:
    dataset = Pairs()
    read_data(DataLoader(dataset, batch_size=4, shuffle=True))
    assert dataset.reads == N


def test_a_loaders_own_generator_comes_back() -> None:
    generator = torch.Generator().manual_seed(5)
    loader = DataLoader(Pairs(), batch_size=4, sampler=SubsetRandomSampler(range(N), generator), generator=generator)
    before = generator.get_state().numpy().tobytes()
    table = read_data(loader)
    assert sorted(table.frame["x0"]) == X[:, 0].tolist()
    assert generator.get_state().numpy().tobytes() == before


def test_images_stay_tensors() -> None:
    images = torch.rand(10, 3, 4, 4)
    table = read_data(DataLoader(TensorDataset(images, Y[:10]), batch_size=3))
    assert table.inputs is not None
    np.testing.assert_array_equal(table.inputs.numpy(), images.numpy())
    assert table.frame.shape == (10, 0)


def test_text_items_become_a_text_column() -> None:
    items = [("good film", "pos"), ("bad film", "neg"), ("great", "pos")]
    table = read_data(DataLoader(items, batch_size=2))  # type: ignore[arg-type]
    assert table.frame["text"].tolist() == ["good film", "bad film", "great"]
    assert table.target.values.tolist() == ["pos", "neg", "pos"]


def test_dict_items_become_columns() -> None:
    items = [{"age": i, "city": "Rome" if i % 2 else "Oslo", "late": i % 2} for i in range(N)]
    table = read_data(DataLoader(items, batch_size=4), "late")  # type: ignore[arg-type]
    assert list(table.frame.columns) == ["age", "city"]
    assert table.frame["age"].tolist() == list(range(N))
    np.testing.assert_array_equal(table.target.values, np.arange(N) % 2)


def test_splits_of_loaders() -> None:
    table = read_data({"train": DataLoader(Pairs(), batch_size=4, shuffle=True), "test": TensorDataset(X, Y)})
    np.testing.assert_array_equal(table.frame.to_numpy(), np.tile(X.numpy(), (2, 1)))


def test_splits_of_images_are_stacked() -> None:
    images = torch.rand(6, 1, 2, 2)
    table = read_data({"train": (images[:4], Y[:4]), "test": (images[4:], Y[4:6])})
    assert table.inputs is not None
    np.testing.assert_array_equal(table.inputs.numpy(), images.numpy())
    assert {name: rows.tolist() for name, rows in table.splits.items()} == {"train": [0, 1, 2, 3], "test": [4, 5]}
