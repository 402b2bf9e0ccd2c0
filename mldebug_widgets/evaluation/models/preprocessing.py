"""``preprocess=``: the user's own step between raw rows and the model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
from torch import nn

from mldebug_widgets.errors import MldTypeError, MldValueError, shown
from mldebug_widgets.evaluation.frames import Form, as_form


class Preprocess:
    """A user's function or fitted transformer, called on rows in the make that the data came in."""

    def __init__(self, step: Any, form: Form) -> None:
        self._step: Callable[[Any], Any] = step.transform if hasattr(step, "transform") else step
        self._form: Form = form
        self.modules = modules_behind(step)
        if not callable(self._step):
            raise MldTypeError(
                "MLD-O06",
                "preprocess",
                f"got {shown(step)}",
                "a function DataFrame -> tensor, or a fitted scikit-learn transformer",
                "Pass the function itself, not its result.",
            )
        check_fitted(step, "preprocess")

    def __call__(self, rows: pd.DataFrame) -> Any:
        """Return what the user's step makes of ``rows``; it gets a copy, so it may write into it."""
        return self._step(as_form(rows.copy(), self._form))


def check_fitted(estimator: Any, argument: str) -> None:
    """Refuse a scikit-learn estimator that has not been fitted."""
    from sklearn.base import BaseEstimator
    from sklearn.exceptions import NotFittedError
    from sklearn.utils.validation import check_is_fitted

    if not isinstance(estimator, BaseEstimator):
        return
    try:
        check_is_fitted(estimator)
    except NotFittedError as error:
        raise MldValueError(
            "MLD-M06",
            argument,
            f"{type(estimator).__name__} is not fitted",
            "a fitted estimator",
            "Call its .fit(X, y) on the training rows first.",
        ) from error


def modules_behind(function: Any) -> tuple[nn.Module, ...]:
    """Return the torch modules that a user's function reaches: itself, its owner, its closure and its globals.

    They are called through the function, so they too must come back as they were.
    """
    found: dict[int, nn.Module] = {}

    def note(value: Any) -> None:
        if isinstance(value, nn.Module):
            found[id(value)] = value

    owner = getattr(function, "__self__", function)
    note(function)
    note(owner)
    for value in getattr(owner, "__dict__", {}).values():
        note(value)
    plain = getattr(function, "__func__", function)
    for cell in getattr(plain, "__closure__", None) or ():
        try:
            note(cell.cell_contents)
        except ValueError:
            continue
    code = getattr(plain, "__code__", None)
    for name in () if code is None else code.co_names:
        note(plain.__globals__.get(name))
    return tuple(found.values())
