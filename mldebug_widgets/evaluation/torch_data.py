"""torch Datasets, DataLoaders and iterators of batches -> (X, y), each item read exactly once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch.utils.data import DataLoader, Dataset, IterableDataset, RandomSampler, SequentialSampler, TensorDataset

from mldebug_widgets.errors import MldError, MldTypeError, MldValueError, shown
from mldebug_widgets.evaluation.frames import tensor_to_numpy
from mldebug_widgets.evaluation.preserve import preserved

_READ_BATCH = 1024
_ITEMS = "(x, y) pairs of tensors, numbers or text, or dicts with target= naming one of their keys"


def read_torch(data: Any, target: str | None, argument: str) -> tuple[Any, Any]:
    """Read a ``Dataset``, a ``DataLoader`` or an iterator of (x, y) batches into (X, y).

    A loader that shuffles or drops the last batch is read in the order of its dataset and to the end, so that row
    ``i`` is ``dataset[i]`` and no row is left out. Loaders with a sampler of their own are read as they come. Items
    that are dicts of single values become the columns of a frame.
    """
    if isinstance(data, TensorDataset):
        if len(data.tensors) != 2:
            raise _not_a_pair(f"a TensorDataset of {len(data.tensors)} tensors", argument)
        return data.tensors[0], data.tensors[1]
    generators: list[torch.Generator] = []
    source: Any = data
    if isinstance(data, Dataset):
        source = DataLoader(data, batch_size=_READ_BATCH)
    elif isinstance(data, DataLoader):
        generators = [g for g in (data.generator, getattr(data.sampler, "generator", None)) if g is not None]
        in_order = isinstance(data.sampler, RandomSampler | SequentialSampler) and data.batch_size is not None
        if in_order and not isinstance(data.dataset, IterableDataset):
            source = _in_order(data)
    with preserved(generators=generators):
        return _drain(source, target, argument)


def _in_order(loader: DataLoader[Any]) -> DataLoader[Any]:
    return DataLoader(
        loader.dataset,
        loader.batch_size,
        shuffle=False,
        num_workers=loader.num_workers,
        collate_fn=loader.collate_fn,
        worker_init_fn=loader.worker_init_fn,
        multiprocessing_context=loader.multiprocessing_context,
        drop_last=False,
    )


def _not_a_pair(got: str, argument: str) -> MldTypeError:
    return MldTypeError("MLD-D11", argument, f"its items are {got}", _ITEMS, "Wrap it so that they are.")


def _batches(source: Any, argument: str) -> Iterator[Any]:
    """Iterate, and say how far it came when the user's own reading code fails."""
    done = 0
    try:
        for batch in source:
            yield batch
            done += 1
    except MldError:
        raise
    except Exception as error:
        raise MldValueError(
            "MLD-D12",
            argument,
            f"reading it failed after {done} batches with {type(error).__name__}: {shown(str(error), 300)}",
            f"items that are {_ITEMS}, all of one shape",
            f"Try next(iter(DataLoader({argument}, batch_size=2))) on its own.",
        ) from error


def _drain(source: Any, target: str | None, argument: str) -> tuple[Any, Any]:
    inputs: dict[str, list[Any]] = {}
    targets: list[Any] = []
    for batch in _batches(source, argument):
        columns, y = _columns_and_target(batch, target, argument)
        if targets and columns.keys() != inputs.keys():
            raise _not_a_pair(f"dicts with different keys: {sorted(columns)} after {sorted(inputs)}", argument)
        for name, values in columns.items():
            inputs.setdefault(name, []).append(values)
        targets.append(y)
    if not targets:
        raise MldValueError("MLD-D02", argument, "it yields no rows", "at least 2 rows", "Iterators are read once.")
    y = _joined(targets, argument)
    if "" in inputs:
        x = _joined(inputs[""], argument)
        return (pd.DataFrame({"text": x}) if x.dtype == object else x), y
    frame = pd.DataFrame({name: _column(_joined(parts, argument), name, argument) for name, parts in inputs.items()})
    return frame, y


def _columns_and_target(batch: Any, target: str | None, argument: str) -> tuple[dict[str, Any], Any]:
    """Split one batch into its inputs by column name ("" where it is one tensor) and its targets."""
    if isinstance(batch, Mapping) and target is not None:
        if target not in batch:
            raise MldValueError(
                "MLD-T03", "target", f"the items of {argument} have no key {target!r}", f"one of {list(batch)[:8]}",
                "Name the key that holds the target.",
            )  # fmt: skip
        parts = {str(name): _part(values, argument) for name, values in batch.items()}
        y = parts.pop(target)
    elif isinstance(batch, list | tuple) and len(batch) == 2:
        parts, y = {"": _part(batch[0], argument)}, _part(batch[1], argument)
    else:
        size = f" of {len(batch)}" if isinstance(batch, list | tuple | Mapping) else ""
        raise _not_a_pair(f"{type(batch).__name__}{size}", argument)
    lengths = {len(values) for values in (*parts.values(), y)}
    if len(lengths) != 1:
        raise MldValueError(
            "MLD-D04", argument, f"a batch holds parts of {sorted(lengths)} rows", "one target per input",
            "Check the collate function.",
        )  # fmt: skip
    return parts, y


def _part(values: Any, argument: str) -> Any:
    if isinstance(values, np.ndarray):
        values = torch.as_tensor(values)
    if isinstance(values, torch.Tensor) and values.ndim:
        return values.detach().cpu()
    if isinstance(values, list | tuple) and all(isinstance(value, str) for value in values):
        return np.asarray(values, dtype=object)
    raise _not_a_pair(f"batches with {shown(values)}", argument)


def _joined(parts: list[Any], argument: str) -> Any:
    if isinstance(parts[0], np.ndarray):
        return np.concatenate(parts)
    try:
        return torch.cat(parts)
    except (RuntimeError, TypeError) as error:
        shapes = sorted({str(tuple(part.shape[1:])) for part in parts})[:3]
        raise MldValueError(
            "MLD-D13", argument, f"its items have different shapes: {', '.join(shapes)}", "one shape",
            "Resize or pad them.",
        ) from error  # fmt: skip


def _column(values: Any, name: str, argument: str) -> Any:
    if isinstance(values, torch.Tensor):
        values = tensor_to_numpy(values)
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim != 1:
        raise MldValueError(
            "MLD-D13", argument, f"{name!r} has shape {values.shape[1:]} per item", "one value per key",
            "Pass (x, y) items instead of dicts for inputs of several dimensions.",
        )  # fmt: skip
    return values
