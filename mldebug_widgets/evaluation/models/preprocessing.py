"""``preprocess=``: the user's own step between raw rows and the model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
from torch import nn

from mldebug_widgets.errors import MldTypeError, MldValueError, shown
from mldebug_widgets.evaluation.frames import Form, as_form


class PreprocessFailed(Exception):
    """The user's step raised; what it raised is the ``__cause__``."""


class Preprocess:
    """A user's function or fitted transformer, called on rows in the make that the data came in.

    Attributes
    ----------
    step, name
        The user's own object, and its name for messages.
    modules
        The torch modules that it reaches.
    """

    def __init__(self, step: Any, form: Form) -> None:
        transforms = hasattr(step, "transform") and not isinstance(step, pd.DataFrame | pd.Series)
        self.step: Any = step
        self.name = str(getattr(step, "__name__", type(step).__name__))
        self._step: Callable[[Any], Any] = step.transform if transforms else step
        self._form: Form = form
        if isinstance(step, type) or not callable(self._step):
            raise MldTypeError(
                "MLD-O06",
                "preprocess",
                f"got {shown(step)}",
                "a function DataFrame -> tensor, or a fitted scikit-learn transformer",
                "Pass the function or the fitted object itself.",
            )
        self.modules = modules_behind(step)

    def __call__(self, rows: pd.DataFrame) -> Any:
        """Return what the user's step makes of ``rows``; it gets a copy, so it may write into it."""
        try:
            prepared = self._step(as_form(rows.copy(), self._form))
        except Exception as error:
            raise PreprocessFailed from error
        shape = getattr(prepared, "shape", None)
        if isinstance(shape, tuple) and len(shape) and shape[0] != len(rows):
            raise MldValueError(
                "MLD-O06",
                "preprocess",
                f"it returned {shape[0]} rows for {len(rows)}",
                "one row for every row it gets",
                "Keep all rows in preprocess, and fill missing values rather than dropping them.",
            )
        return prepared


def modules_behind(function: Any) -> tuple[nn.Module, ...]:
    """Return the torch modules that a user's function reaches: itself, its owner, its closure and its globals.

    They are called through the function, so they too must come back as they were.
    """
    owner = getattr(function, "__self__", function)
    plain = getattr(function, "__func__", function)
    code = getattr(plain, "__code__", None)
    reached = [function, owner, *getattr(owner, "__dict__", {}).values()]
    reached += [_contents(cell) for cell in getattr(plain, "__closure__", None) or ()]
    reached += [plain.__globals__.get(name) for name in (() if code is None else code.co_names)]
    return tuple({id(value): value for value in reached if isinstance(value, nn.Module)}.values())


def _contents(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # the variable has not been assigned yet
        return None
