"""Run a model over all rows in batches, once: progress, shape checks, and which rows failed."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import torch

from mldebug_widgets.errors import MldError, MldTypeError, MldValueError, shown
from mldebug_widgets.evaluation.models.preprocessing import PreprocessFailed
from mldebug_widgets.evaluation.models.protocol import Adapter, Array, RowReader, to_array

_BAR_AFTER = 0.5  # seconds: a bar that only flashes tells nobody anything


def run(adapter: Adapter, read: RowReader, n: int, batch_size: int | None = None, *, progress: bool = False) -> Array:
    """Return the raw outputs for rows 0 to ``n``, (n,) or (n, k).

    Raises
    ------
    MldTypeError
        ``MLD-M02`` when the model returns no array.
    MldValueError
        ``MLD-M03`` when the shape is not one row per row; ``MLD-M04`` when the model itself fails and ``MLD-O09``
        when ``preprocess`` does, with the rows in the message and the original error as ``__cause__``.
    """
    size = batch_size or adapter.batch_size
    outputs: Array | None = None
    start = 0
    with _Bar(n, shown=progress) as bar:
        while start < n:
            stop = min(start + size, n)
            try:
                batch = _checked(_called(read, start, stop), start, stop, adapter)
            except torch.OutOfMemoryError as error:
                size = _smaller(size, batch_size, error)
                continue
            if outputs is None and stop == n:
                return batch.copy()
            outputs = _stored(outputs, batch, start, n)
            start = stop
            bar.reached(stop)
    if outputs is None:
        raise MldValueError("MLD-D02", "frame", "no rows", "at least one row", "Pass some rows.")
    return outputs


def _smaller(size: int, asked: int | None, error: Exception) -> int:
    if asked is None and size > 1:
        return size // 2
    raise MldValueError(
        "MLD-M08",
        "batch_size",
        f"the device has no memory for {size} rows at once",
        "a batch that fits the device",
        f"Pass batch_size={max(size // 4, 1)}, or leave it out to have it found.",
    ) from error


def _stored(outputs: Array | None, batch: Array, start: int, n: int) -> Array:
    """Write one batch into the outputs of all rows, making or widening them where needed."""
    if outputs is None:
        outputs = np.empty((n, *batch.shape[1:]), batch.dtype)
    if batch.shape[1:] != outputs.shape[1:]:
        raise MldValueError(
            "MLD-M03",
            "model",
            f"it returned {batch.shape[1:]} values per row for the batch at row {start}, {outputs.shape[1:]} before",
            "the same number of columns for every batch",
            "Make the output independent of the batch.",
        )
    if outputs.dtype != batch.dtype:
        outputs = outputs.astype(np.result_type(outputs, batch))
    outputs[start : start + len(batch)] = batch
    return outputs


def _called(read: RowReader, start: int, stop: int) -> Any:
    try:
        return read(start, stop)
    except (MldError, torch.OutOfMemoryError):
        raise
    except PreprocessFailed as failure:
        raise _failed("MLD-O09", "preprocess", read, start, stop, failure.__cause__ or failure) from failure.__cause__
    except Exception as error:
        raise _failed("MLD-M04", "model", read, start, stop, error) from error


def _failed(code: str, argument: str, read: RowReader, start: int, stop: int, error: BaseException) -> MldValueError:
    if any(kind.__name__ == "NotFittedError" for kind in type(error).__mro__):
        got = str(error).partition(".")[0]
        return MldValueError("MLD-M06", argument, got, "a fitted estimator", "Fit it on the training rows first.")
    first, last = _failing_rows(read, start, stop)
    rows = f"row {first}" if first == last else f"rows {first} to {last}"
    return MldValueError(
        code,
        argument,
        f"it failed on {rows} with {type(error).__name__}: {shown(str(error), 300)}",
        "an answer for every row",
        f"Call the {argument} on these rows yourself to see it fail; its own error is shown above this one.",
    )


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


class _Bar:
    """A progress bar in the notebook or terminal, once the work has lasted long enough to be worth one."""

    def __init__(self, n: int, *, shown: bool) -> None:
        self._n = n
        self._shown = shown
        self._started = time.monotonic()
        self._bar: Any = None

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def reached(self, done: int) -> None:
        """Show that ``done`` rows are predicted."""
        if self._bar is not None:
            self._bar.update(done - self._bar.n)
        elif self._shown and time.monotonic() - self._started > _BAR_AFTER:
            from tqdm.auto import tqdm

            self._bar = tqdm(total=self._n, initial=done, unit=" rows", unit_scale=True, desc="Predicting", leave=False)
