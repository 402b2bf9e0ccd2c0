"""Which raw column each value that a torch model reads came from."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch

from mldebug_widgets.analyzers.attribution.leaves import Net, Tensors
from mldebug_widgets.analyzers.attribution.transformers import sources_of
from mldebug_widgets.analyzers.columns import column_codes
from mldebug_widgets.errors import MldError, MldValueError

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation

Owners = npt.NDArray[np.intp]
Bools = npt.NDArray[np.bool_]

#: Rows in which single cells are replaced, cells tried in each numeric column, rows each is tried in, categories, and
#: columns with missing cells of which one row is among them.
_BASE_ROWS = 16
_NUMBERS = 48
_TRIES = 4
_CATEGORIES = 1_000
_MISSING_COLUMNS = 200
_ROWS_AT_ONCE = 8_192


def owners_of(ev: Evaluation, net: Net, *, leaves: bool) -> Owners | None:
    """Return (D,) the raw column of every value in the net's leaves (or its parts), -1 = no column moves it.

    None where the values are the raw columns themselves. The structure of scikit-learn transformers is read; for
    functions, cells are replaced one at a time to see which values move.

    Raises
    ------
    MldValueError
        ``MLD-O86`` when a value is made from several columns, ``MLD-O87`` when what a row becomes hangs on the rows
        beside it: attributions can then not be summed back.
    """
    known = _KNOWN.setdefault(ev, {})
    if leaves not in known:
        known[leaves] = _owners_of(ev, net, leaves=leaves)
    return known[leaves]


_KNOWN: WeakKeyDictionary[Evaluation, dict[bool, Owners | None]] = WeakKeyDictionary()


def _owners_of(ev: Evaluation, net: Net, *, leaves: bool) -> Owners | None:
    p = ev.X.shape[1]
    preprocess = ev.model.preprocess
    read = _reader(ev, net, leaves=leaves)
    width = read(ev.X.iloc[:1]).shape[1]
    plain = net.is_single and not (leaves and net.embeddings)
    if preprocess is None and plain and width == p:
        return None
    if preprocess is not None and plain:
        sources = sources_of(preprocess.step, [str(label) for label in ev.X.columns], width)
        if sources is not None and len(sources) == width:
            return _single(ev, [np.array(sorted(source), dtype=np.intp) for source in sources])
    return _probed(ev, read)


Read = Callable[[pd.DataFrame], npt.NDArray[np.float64]]


def _reader(ev: Evaluation, net: Net, *, leaves: bool) -> Read:
    def read(frame: pd.DataFrame) -> npt.NDArray[np.float64]:
        assert ev.model.opened is not None
        batch = net.batch(ev.model.opened.inputs_of(frame, np.arange(len(frame))), with_embeddings=leaves)
        tensors = batch.leaves if leaves else batch.parts
        if any(tensor.ndim == 0 or len(tensor) != len(frame) for tensor in tensors):
            raise _beside(ev)
        return _flat(tensors)

    return read


def _flat(tensors: Tensors) -> npt.NDArray[np.float64]:
    flat = torch.cat([tensor.reshape(len(tensor), -1).double() for tensor in tensors], dim=1)
    return np.asarray(flat.cpu().numpy())


def _probed(ev: Evaluation, read: Read) -> Owners:
    base = ev.X.iloc[_base_rows(ev)]
    plain = read(base)
    moved = np.zeros((plain.shape[1], ev.X.shape[1]), dtype=bool)
    for position in range(ev.X.shape[1]):
        donors, into = _pairs(_donors(ev, position), len(base))
        for start in range(0, len(donors), _ROWS_AT_ONCE):
            some, at = donors[start : start + _ROWS_AT_ONCE], into[start : start + _ROWS_AT_ONCE]
            probed = read(_probe(base, ev.X.iloc[:, position], position, some, at))
            if not _same(probed[: len(base)], plain).all():
                raise _beside(ev)
            moved[:, position] |= ~_same(probed[len(base) :], plain[at]).all(axis=0)
    return _single(ev, [np.flatnonzero(row) for row in moved])


def _base_rows(ev: Evaluation) -> npt.NDArray[np.intp]:
    """Return rows in which cells are replaced: some, and some that lack a cell, which may be filled in from others."""
    some = np.random.default_rng(0).choice(ev.n, min(_BASE_ROWS, ev.n), replace=False)
    lacking = [feature.position for feature in ev.features if feature.missing][:_MISSING_COLUMNS]
    missing = [np.flatnonzero(ev.X.iloc[:, at].isna().to_numpy())[:1] for at in lacking]
    return np.unique(np.concatenate([some, *missing])).astype(np.intp)


def _same(left: npt.NDArray[np.float64], right: npt.NDArray[np.float64]) -> Bools:
    return np.asarray(np.isclose(left, right, rtol=1e-5, atol=1e-7, equal_nan=True))


def _pairs(donors: Owners, n_base: int) -> tuple[Owners, Owners]:
    """Return every donor several times over, each time with another base row: one of them may hold the same value.

    Every base row gets two donors at least.
    """
    times = min(n_base, max(_TRIES, -(-2 * n_base // len(donors))))
    into = (np.arange(len(donors))[:, None] + np.arange(times) * n_base // times) % n_base
    return np.repeat(donors, times), into.reshape(-1)


def _donors(ev: Evaluation, position: int) -> npt.NDArray[np.intp]:
    """Return rows whose cells are tried in one column: one per category, and some of the numbers with both ends."""
    column = ev.X.iloc[:, position]
    if ev.features[position].kind in ("categorical", "boolean"):
        _, first = np.unique(column_codes(column)[0], return_index=True)
        return np.asarray(first[:_CATEGORIES], dtype=np.intp)
    chosen = np.random.default_rng(position).choice(ev.n, min(_NUMBERS, ev.n), replace=False)
    missing = np.flatnonzero(column.isna().to_numpy())[:1]
    ends = chosen[:0] if ev.features[position].low is None else _ends(column)
    return np.concatenate([chosen, missing, ends]).astype(np.intp)


def _ends(column: pd.Series) -> npt.NDArray[np.intp]:
    present = np.flatnonzero(column.notna().to_numpy())
    held = column.iloc[present]
    return present[[int(held.argmin()), int(held.argmax())]]


def _probe(base: pd.DataFrame, column: pd.Series, position: int, donors: Owners, into: Owners) -> pd.DataFrame:
    """Return the base rows as they are, and then those of ``into`` with the donors' cells in one column."""
    frame = base.iloc[np.concatenate([np.arange(len(base)), into])].reset_index(drop=True)
    own = base.iloc[:, position]
    cells = pd.concat([own, column.iloc[donors]], ignore_index=True).array
    frame.isetitem(position, cells)
    return frame


def _single(ev: Evaluation, found: list[Owners]) -> Owners:
    mixed = next((columns for columns in found if len(columns) > 1), None)
    if mixed is not None:
        names = [repr(ev.features[at].name) for at in mixed[:4]]
        raise MldValueError(
            "MLD-O86", _argument(ev), f"{_step_name(ev)} makes one of its values from {len(mixed)} columns: "
            f"{', '.join(names)}{' and others' if len(mixed) > len(names) else ''}",
            "values made from one raw column each, for methods that follow gradients",
            'Pass method="kernel_shap", which asks the model about raw columns.',
        )  # fmt: skip
    return np.array([columns[0] if len(columns) else -1 for columns in found], dtype=np.intp)


def _beside(ev: Evaluation) -> MldError:
    return MldValueError(
        "MLD-O87", _argument(ev), f"{_step_name(ev)} makes other values of the same row when other rows are beside it",
        "a step that treats every row alone, such as one that was fitted before",
        "Compute what it needs (means, categories) once on the training rows.",
    )  # fmt: skip


def _argument(ev: Evaluation) -> str:
    return "model" if ev.model.preprocess is None else "preprocess"


def _step_name(ev: Evaluation) -> str:
    return ev.model_name if ev.model.preprocess is None else ev.model.preprocess.name
