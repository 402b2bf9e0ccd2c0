"""Run a model over all rows in batches, once: progress, shape checks, and which rows failed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from mldebug_widgets.errors import MldError, MldTypeError, MldValueError, shown
from mldebug_widgets.evaluation.models.protocol import Adapter, Array, RowReader, to_array

_BAR_AFTER = 0.5  # seconds: a bar that only flashes tells nobody anything


def run(adapter: Adapter, read: RowReader, n: int, batch_size: int | None = None, *, progress: bool = False) -> Array:
    """Return the raw outputs for rows 0 to ``n``, (n,) or (n, k).

    Raises
    ------
    MldTypeError
        ``MLD-M02`` when the model returns no array.
    MldValueError
        ``MLD-M03`` when the shape is not one row per row; ``MLD-M04`` when the model itself fails, with the rows in
        the message and the model's own error as ``__cause__``.
    """
    size = batch_size or adapter.batch_size
    outputs: Array | None = None
    steps: Iterator[int] = iter(range(0, n, size))
    if progress and n > size:
        steps = _with_bar(range(0, n, size), n, size)
    for start in steps:
        stop = min(start + size, n)
        batch = _checked(_called(read, start, stop), start, stop, adapter)
        if outputs is None:
            if stop == n:
                return batch.copy()
            outputs = np.empty((n, *batch.shape[1:]), batch.dtype)
        if batch.shape[1:] != outputs.shape[1:]:
            raise MldValueError(
                "MLD-M03",
                "model",
                f"it returned {batch.shape[1:]} values per row for rows {start} to {stop - 1}, "
                f"and {outputs.shape[1:]} before",
                "the same number of columns for every batch",
                "Make the output independent of the batch.",
            )
        if outputs.dtype != batch.dtype:
            outputs = outputs.astype(np.result_type(outputs, batch))
        outputs[start:stop] = batch
    if outputs is None:
        raise MldValueError("MLD-D02", "frame", "no rows", "at least one row", "Pass some rows.")
    return outputs


def _called(read: RowReader, start: int, stop: int) -> Any:
    try:
        return read(start, stop)
    except MldError:
        raise
    except Exception as error:
        first, last = _failing_rows(read, start, stop)
        rows = f"row {first}" if first == last else f"rows {first} to {last}"
        raise MldValueError(
            "MLD-M04",
            "model",
            f"it failed on {rows} with {type(error).__name__}: {error}",
            "a model that answers for every row",
            "Look at these rows, or call the model on them yourself; the original error is above.",
        ) from error


def _failing_rows(read: RowReader, start: int, stop: int) -> tuple[int, int]:
    """Return the first row that fails alone, or the whole batch when it is not one row's fault."""

    def fails(first: int, last: int) -> bool:
        try:
            read(first, last)
        except Exception:
            return True
        return False

    if fails(start, start + 1):
        return (start, start) if stop - start > 1 and not fails(stop - 1, stop) else (start, stop - 1)
    low, high = start + 1, stop
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if fails(low, middle) else (middle, high)
    return (low, low) if fails(low, high) else (start, stop - 1)


def _checked(output: Any, start: int, stop: int, adapter: Adapter) -> Array:
    array = to_array(output)
    rows = stop - start
    if array is None:
        raise MldTypeError(
            "MLD-M02",
            "model",
            f"{adapter.name} returned {_parts(output)}",
            "one tensor or array of shape (rows,) or (rows, classes)",
            "Wrap the model in a function that returns the one output to debug.",
        )
    if array.ndim == 0 and rows == 1:
        array = array.reshape(1)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim not in (1, 2) or len(array) != rows:
        raise MldValueError(
            "MLD-M03",
            "model",
            f"{adapter.name} returned shape {array.shape} for {rows} rows (rows {start} to {stop - 1})",
            f"shape ({rows},) or ({rows}, classes)",
            "Return one prediction, or one score per class, for every row.",
        )
    return array


def _parts(output: Any) -> str:
    if isinstance(output, tuple):
        return f"a tuple of {len(output)}"
    if isinstance(output, dict):
        return f"a dict with keys {list(output)[:5]}"
    return shown(output)


def _with_bar(steps: range, n: int, size: int) -> Iterator[int]:
    started = time.monotonic()
    bar: Any = None
    try:
        for start in steps:
            if bar is None and time.monotonic() - started > _BAR_AFTER:
                from tqdm.auto import tqdm

                bar = tqdm(total=n, initial=start, unit=" rows", unit_scale=True, desc="Predicting", leave=False)
            yield start
            if bar is not None:
                bar.update(min(size, n - start))
    finally:
        if bar is not None:
            bar.close()
