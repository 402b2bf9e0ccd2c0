"""torch Datasets, DataLoaders and iterators of batches -> (X, y), each item read exactly once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset, IterableDataset, RandomSampler, SequentialSampler, TensorDataset

from mldebug_widgets.errors import MldError, MldTypeError, MldValueError, shown
from mldebug_widgets.evaluation.preserve import preserved

_READ_BATCH = 1024
_PAIR = "(x, y) pairs"


def read_torch(data: Any, argument: str) -> tuple[torch.Tensor, Any]:
    """Read a ``Dataset``, a ``DataLoader`` or an iterator of (x, y) batches into (X, y).

    A loader that shuffles or drops the last batch is read in the order of its dataset and to the end, so that row
    ``i`` is ``dataset[i]`` and no row is left out. Loaders with a sampler of their own are read as they come.
    """
    if isinstance(data, TensorDataset):
        if len(data.tensors) != 2:
            raise _no_pair(f"a TensorDataset of {len(data.tensors)} tensors", argument)
        return data.tensors[0], data.tensors[1]
    generators: list[torch.Generator] = []
    source: Any = data
    if isinstance(data, Dataset):
        source = _in_order(data, None)
    elif isinstance(data, DataLoader):
        generators = [g for g in (data.generator, getattr(data.sampler, "generator", None)) if g is not None]
        if isinstance(data.sampler, RandomSampler | SequentialSampler) and data.batch_size is not None:
            source = _in_order(data.dataset, data)
    with preserved(generators=generators):
        return _drain(iter(source), argument)


def _in_order(dataset: Any, loader: DataLoader[Any] | None) -> DataLoader[Any]:
    if loader is None:
        iterable = isinstance(dataset, IterableDataset)
        return DataLoader(dataset, batch_size=_READ_BATCH) if iterable else DataLoader(dataset, _READ_BATCH, False)
    return DataLoader(
        dataset,
        loader.batch_size,
        shuffle=False,
        num_workers=loader.num_workers,
        collate_fn=loader.collate_fn,
        worker_init_fn=loader.worker_init_fn,
        multiprocessing_context=loader.multiprocessing_context,
        drop_last=False,
    )


def _no_pair(got: str, argument: str) -> MldTypeError:
    return MldTypeError(
        "MLD-D11", argument, f"its items are {got}", _PAIR, "Wrap it so that each item is one input and one target."
    )


def _drain(batches: Iterator[Any], argument: str) -> tuple[torch.Tensor, Any]:
    inputs: list[torch.Tensor] = []
    targets: list[torch.Tensor] = []
    start = 0
    while True:
        try:
            batch = next(batches)
        except StopIteration:
            break
        except MldError:
            raise
        except Exception as error:
            raise MldValueError(
                "MLD-D12",
                argument,
                f"reading it failed after {start} rows with {type(error).__name__}: {error}",
                f"a Dataset whose items are {_PAIR} of tensors or numbers of one shape",
                f"Try next(iter(DataLoader({argument}, batch_size=2))) on its own.",
            ) from error
        x, y = _pair(batch, argument)
        inputs.append(x)
        targets.append(y)
        start += len(x)
    if not inputs:
        raise MldValueError(
            "MLD-D02", argument, "it yields no rows", "at least 2 rows", "An iterator can be read once."
        )
    return _joined(inputs, argument), _joined(targets, argument)


def _pair(batch: Any, argument: str) -> tuple[torch.Tensor, torch.Tensor]:
    if not isinstance(batch, list | tuple) or len(batch) != 2:
        size = f" of {len(batch)}" if isinstance(batch, list | tuple | dict) else ""
        raise _no_pair(f"{type(batch).__name__}{size}", argument)
    x, y = (torch.as_tensor(part) if isinstance(part, np.ndarray) else part for part in batch)
    if not isinstance(x, torch.Tensor) or not isinstance(y, torch.Tensor):
        wrong = x if not isinstance(x, torch.Tensor) else y
        raise _no_pair(f"pairs with {shown(wrong)}", argument)
    if x.ndim == 0 or y.ndim == 0 or len(x) != len(y):
        raise MldValueError(
            "MLD-D04", argument, f"a batch of {tuple(x.shape)} inputs and {tuple(y.shape)} targets",
            "one target per input", "Check the collate function.",
        )  # fmt: skip
    return x.detach().cpu(), y.detach().cpu()


def _joined(parts: list[torch.Tensor], argument: str) -> torch.Tensor:
    try:
        return torch.cat(parts)
    except RuntimeError as error:
        shapes = sorted({tuple(part.shape[1:]) for part in parts})[:3]
        raise MldValueError(
            "MLD-D13", argument, f"its items have different shapes: {shapes}", "one shape", "Resize or pad them."
        ) from error
