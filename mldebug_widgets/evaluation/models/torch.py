"""torch modules: on any device, in any dtype, compiled or scripted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from torch import nn

from mldebug_widgets.errors import MldTypeError, MldValueError
from mldebug_widgets.evaluation.data import Table
from mldebug_widgets.evaluation.frames import tensor_to_numpy
from mldebug_widgets.evaluation.models.last_step import ends_unbounded
from mldebug_widgets.evaluation.models.misfit import first_layer, misfit
from mldebug_widgets.evaluation.models.preprocessing import Preprocess
from mldebug_widgets.evaluation.models.protocol import Array, OutputKind, RowReader
from mldebug_widgets.evaluation.numbers import numeric_reader
from mldebug_widgets.evaluation.preserve import preserved

_LAZY = nn.parameter.UninitializedParameter | nn.parameter.UninitializedBuffer
_INPUT_ROWS = 64  # images or sequences per batch
_INPUT_VALUES = 262_144  # values per batch: a megabyte stays in the cache with what the first layers make of it


class TorchAdapter:
    """An ``nn.Module`` on a table of numbers, behind the user's ``preprocess``, or on images and sequences."""

    family = "torch"
    estimator: Any = None
    output: OutputKind = "unknown"
    classes: Array | None = None
    notes: tuple[str, ...] = ()
    output_names: tuple[str, ...] = ()

    def __init__(self, module: nn.Module, preprocess: Preprocess | None, table: Table, device: torch.device) -> None:
        self.module: nn.Module | None = module
        self.name = _name_of(module)
        self._net = module
        self.preprocess = preprocess
        self._inputs = table.inputs if preprocess is None else None
        self._device = device
        self._dtype = _float_dtype(module)
        self._reads_integers = _starts_with_embedding(module)
        self.why_cannot = "" if self._inputs is None else "the model reads images or sequences, not the table's columns"
        self.batch_size = _INPUT_ROWS
        if self._inputs is None:
            self.batch_size = _rows_per_batch(table.frame.shape[1], device)
            if preprocess is None:
                _check_readable(table.frame)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Keep the module, and have it answer as it would in use: evaluation mode, no gradients."""
        modules = () if self.preprocess is None else self.preprocess.modules
        with preserved(self._net, *modules), torch.no_grad():
            if any(getattr(module, "training", False) for module in self._net.modules()):
                self._net.eval()
            yield

    def returns_logits(self, frame: pd.DataFrame) -> bool:
        """Return whether the model ends in a linear layer, found by following one small output back."""
        with self.running(), torch.enable_grad():
            inputs = _with_gradients(self._prepare(frame)(0, min(2, len(frame))))
            try:
                return ends_unbounded(self.answer(inputs))
            except Exception:  # the model answers without gradients, which is all that is asked of it
                return False

    def reader(self, frame: pd.DataFrame) -> RowReader:
        """Return a function that answers for a range of rows of ``frame``."""
        prepare = self._prepare(frame)

        def read(start: int, stop: int) -> Any:
            output = self.answer(prepare(start, stop))
            return tensor_to_numpy(output) if isinstance(output, torch.Tensor) else output

        return read

    def inputs_of(self, frame: pd.DataFrame, rows: npt.NDArray[np.intp]) -> Any:
        """Return what the module is given for these rows of ``frame``."""
        if self._inputs is not None:
            return self._as_input(self._inputs[torch.from_numpy(rows)])
        return self._prepare(frame.iloc[rows])(0, len(rows))

    def answer(self, inputs: Any) -> Any:
        """Return the module's raw answer to ``inputs``; a dict is passed as keyword arguments, a tuple in order."""
        try:
            if isinstance(inputs, dict):
                return self._net(**inputs)
            return self._net(*inputs) if isinstance(inputs, tuple) else self._net(inputs)
        except Exception as error:
            explained = misfit(error, self._net, inputs, given_by="preprocess" if self.preprocess else "data")
            if explained is None:
                raise
            raise explained from error

    def _prepare(self, frame: pd.DataFrame) -> RowReader:
        if self._inputs is not None:
            inputs = self._inputs
            return lambda start, stop: self._as_input(inputs[start:stop].clone())
        if self.preprocess is not None:
            preprocess = self.preprocess
            return lambda start, stop: self._as_inputs(preprocess(frame.iloc[start:stop]))
        numbers = numeric_reader(frame, self._numpy_dtype())
        if numbers is None:
            raise _not_numeric(frame)
        return lambda start, stop: self._as_input(torch.from_numpy(numbers(start, stop)))

    def _numpy_dtype(self) -> type[np.generic]:
        if self._reads_integers:
            return np.int64
        return np.float64 if self._dtype == torch.float64 else np.float32

    def _as_inputs(self, prepared: Any) -> Any:
        if isinstance(prepared, dict):
            return {name: self._as_inputs(part) for name, part in prepared.items()}
        if isinstance(prepared, list | tuple):
            return tuple(self._as_inputs(part) for part in prepared)
        if hasattr(prepared, "toarray"):
            prepared = prepared.toarray()
        if isinstance(prepared, pd.DataFrame | pd.Series):
            prepared = prepared.to_numpy()
        if isinstance(prepared, np.ndarray):
            if prepared.dtype.kind not in "biuf":
                raise _bad_preprocess(f"an array of {prepared.dtype}")
            prepared = torch.from_numpy(np.array(prepared, order="C"))
        if not isinstance(prepared, torch.Tensor):
            raise _bad_preprocess(type(prepared).__name__)
        # A copy: the tensor may be one that preprocess keeps, and the module may write into what it reads.
        copied = prepared.detach().clone()
        if copied.is_floating_point():
            return copied.to(self._dtype).to(self._device)  # in this order: some devices know no float64
        return copied.to(self._device)

    def _as_input(self, values: torch.Tensor) -> torch.Tensor:
        if self._reads_integers:
            return values.to(torch.long).to(self._device)
        return values.to(self._dtype).to(self._device)


def _with_gradients(inputs: Any) -> Any:
    """Return the inputs as part of a graph, because a frozen model would not start one."""
    if isinstance(inputs, torch.Tensor):
        return inputs.detach().requires_grad_().clone() if inputs.is_floating_point() else inputs
    if isinstance(inputs, dict):
        return {name: _with_gradients(part) for name, part in inputs.items()}
    return tuple(_with_gradients(part) for part in inputs)


def _rows_per_batch(n_features: int, device: torch.device) -> int:
    if device.type != "cpu":
        return 65_536
    return int(np.clip(2 ** int(np.log2(_INPUT_VALUES / max(n_features, 1))), 512, 8192))


def _bad_preprocess(got: str) -> MldTypeError:
    return MldTypeError(
        "MLD-O06",
        "preprocess",
        f"it returned {got}",
        "a numeric tensor or array, a tuple of them for forward's arguments in order, or a dict of them by name",
        "Encode text and dates as numbers in preprocess.",
    )


def _float_dtype(module: nn.Module) -> torch.dtype:
    for tensor in (*module.parameters(), *module.buffers()):
        if tensor.is_floating_point():
            return tensor.dtype
    return torch.float32


def _starts_with_embedding(module: nn.Module) -> bool:
    return isinstance(first_layer(module), nn.Embedding | nn.EmbeddingBag)


def _name_of(module: nn.Module) -> str:
    """Return the name of the user's own class, also when the module was compiled or scripted."""
    return str(getattr(module, "original_name", type(getattr(module, "_orig_mod", module)).__name__))


def _check_readable(frame: pd.DataFrame) -> None:
    """Refuse what would fail on the first batch, or answer NaN for every row."""
    if numeric_reader(frame.iloc[:1]) is None and numeric_reader(frame) is None:
        raise _not_numeric(frame)
    suspects = np.flatnonzero(frame.iloc[:1].isna().to_numpy()[0])
    empty = [str(frame.columns[at]) for at in suspects if bool(frame.iloc[:, at].isna().all())]
    if empty:
        raise MldValueError(
            "MLD-D17",
            "data",
            f"every value is missing in {', '.join(map(repr, empty[:5]))}, so every prediction would be NaN",
            "columns that hold values, or preprocess= that fills them",
            "Drop or fill these columns.",
        )


def _not_numeric(frame: pd.DataFrame) -> MldTypeError:
    wrong = [f"{label!r} ({frame[label].dtype})" for label in frame.columns if numeric_reader(frame[[label]]) is None]
    return MldTypeError(
        "MLD-D14",
        "data",
        f"a torch model reads numbers, and these columns are none: {', '.join(wrong[:5])}",
        "numeric and boolean columns, or preprocess=",
        "Pass preprocess=, a function DataFrame -> tensor or a fitted scikit-learn transformer.",
    )


def module_device(module: nn.Module, asked: Any) -> torch.device:
    """Return where the module is, after checking it against the ``device=`` asked for.

    Raises
    ------
    MldValueError
        ``MLD-O04`` when the device does not exist or the model is elsewhere (the user's model is never moved),
        ``MLD-M05`` when its parameters are not initialised or on the meta device.
    """
    tensors = [*module.parameters(), *module.buffers()]
    if any(isinstance(tensor, _LAZY) for tensor in tensors):
        raise MldValueError(
            "MLD-M05", "model", "it has lazy layers without parameters", "an initialised model", "Run one batch first."
        )
    home = tensors[0].device if tensors else None
    if home is not None and home.type == "meta":
        raise MldValueError("MLD-M05", "model", "it is on the meta device", "a model with values", "Load its weights.")
    if asked is None:
        return home or torch.device("cpu")
    try:
        device = torch.device(asked)
        torch.empty(0, device=device)
    except Exception as error:
        raise MldValueError(
            "MLD-O04", "device", f"{asked!r} cannot be used here: {error}", "a device of this machine", 'Try "cpu".'
        ) from error
    if home is not None and (home.type != device.type or device.index not in (None, home.index)):
        raise MldValueError(
            "MLD-O04",
            "device",
            f"{str(device)!r} was asked for and the model is on {str(home)!r}",
            f"{str(home)!r}: your model is never moved",
            f"Leave device out, or call model.to({str(device)!r}) first.",
        )
    return home or device
