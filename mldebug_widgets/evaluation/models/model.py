"""A model as the analyses see it: raw rows in, scores out."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from torch import nn

from mldebug_widgets.errors import MldValueError
from mldebug_widgets.evaluation.models.preprocessing import Preprocess
from mldebug_widgets.evaluation.models.protocol import Adapter, OpenAdapter
from mldebug_widgets.evaluation.models.run import run
from mldebug_widgets.evaluation.models.tokens import TokenAdapter
from mldebug_widgets.evaluation.scores import ScoreRule


class Model:
    """The user's model behind one method, ``predict``.

    Attributes
    ----------
    name
        Class name of the user's model.
    family
        ``torch``, ``sklearn``, ``callable`` or ``precomputed``.
    module, estimator
        The user's own object, or None.
    opened
        The adapter, where the model can be called on the tensors that it reads itself; else None.
    tokens
        The adapter, where the model reads token ids; else None.
    rule
        How raw answers become scores.
    preprocess
        The user's own step between raw rows and the model, or None.
    can_predict, why_cannot
        Whether edited rows can be asked about, and if not why.
    """

    def __init__(self, adapter: Adapter, rule: ScoreRule, batch_size: int | None) -> None:
        self._adapter = adapter
        self.rule: ScoreRule = rule
        self._batch_size = batch_size
        self.name: str = adapter.name
        self.family: str = adapter.family
        self.module: nn.Module | None = adapter.module
        self.estimator: Any = adapter.estimator
        self.opened: OpenAdapter | None = adapter if isinstance(adapter, OpenAdapter) else None
        self.tokens: TokenAdapter | None = adapter if isinstance(adapter, TokenAdapter) else None
        self.preprocess: Preprocess | None = adapter.preprocess
        self.why_cannot: str = adapter.why_cannot
        self.can_predict: bool = not adapter.why_cannot

    def __repr__(self) -> str:
        return f"Model({self.name}, {self.family})"

    def running(self) -> AbstractContextManager[object]:
        """Return the context in which the user's model may be called: it is as it was afterwards."""
        return self._adapter.running()

    def predict(self, frame: pd.DataFrame) -> npt.NDArray[np.floating[Any]]:
        """Return the scores for raw rows: (n,) probability of the positive class or prediction, or (n, k).

        The user's model and the random states are as they were afterwards.

        Raises
        ------
        MldValueError
            ``MLD-M07`` when the model cannot answer for a table (precomputed predictions, image models).
        """
        return self.rule.scores(self.raw(frame))

    def raw(self, frame: pd.DataFrame) -> npt.NDArray[Any]:
        """Return the model's own outputs for raw rows, (n,) or (n, k), before they are read as scores.

        Raises and preserves as ``predict`` does.
        """
        if self.why_cannot:
            raise MldValueError(
                "MLD-M07", "model", self.why_cannot, "a model that reads the table's columns",
                "Pass the model itself to evaluate().",
            )  # fmt: skip
        with self._adapter.running():
            return run(self._adapter, self._adapter.reader(frame), len(frame), self._batch_size)
