"""Every column that a query can name, under which name: features, what the Evaluation adds, metadata."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from mldebug_widgets.evaluation.image_facts import FACTS
from mldebug_widgets.evaluation.query_names import free_name, query_names, written_name

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation


class QueryColumns(Mapping[str, pd.Series]):
    """What a query can name besides the features' own names, computed only when it does.

    Where a feature has the name already, the name carries an underscore: ``split_``.

    Attributes
    ----------
    features, metadata
        The name in a query of every column of ``Evaluation.X`` and ``Evaluation.metadata``: its own, or ``column_3``
        (counted through both) where ``DataFrame.query`` cannot read that, even in backticks.
    roles
        What the Evaluation adds -> its name in a query: row, split, target, predicted, loss, confidence, score, text,
        image_brightness, image_height, image_width and image_channels, as far as there are such.
    """

    def __init__(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        labels = [str(label) for label in evaluation.X.columns]
        taken = {*labels}
        makers: dict[str, Callable[[], Any]] = {}
        self.roles: dict[str, str] = {}
        for role in _roles(evaluation):
            self.roles[role] = free_name(role, taken)
            makers[self.roles[role]] = partial(_values_of, evaluation, role)
            taken.add(self.roles[role])
        own = evaluation.target_name
        if "target" in self.roles and own not in taken and query_names([*labels, own])[-1] == own:
            makers[own] = makers[self.roles["target"]]
            self.roles["target"] = own
            taken.add(own)
        extra = []
        for label in () if evaluation.metadata is None else evaluation.metadata.columns:
            extra.append(free_name(str(label), taken))
            taken.add(extra[-1])
        names = query_names([*labels, *extra])
        self.features, self.metadata = names[: len(labels)], names[len(labels) :]
        for position, (name, label) in enumerate(zip(self.features, labels, strict=True)):
            if name != label:
                makers[name] = partial(_feature, evaluation, position)
        for position, name in enumerate(self.metadata):
            makers[name] = partial(_metadata, evaluation, position)
        self._makers = makers

    def __getitem__(self, name: str) -> pd.Series:
        values = self._makers[name]()
        if not isinstance(values, pd.Series):
            values = pd.Series(values, dtype=values.dtype)  # named, or objects would be looked through for text
        return values.set_axis(self._evaluation.X.index).rename(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)

    def written(self, role: str) -> str:
        """Return how a query writes the column of ``role``, in backticks where it needs them."""
        return written_name(self.roles[role])

    def frame(self) -> pd.DataFrame:
        """Return one table with every name; its index is the row position. The features are not copied."""
        evaluation = self._evaluation
        features = evaluation.X.copy(deep=False)
        features.columns = pd.Index(self.features, dtype=object)
        features.index = pd.RangeIndex(evaluation.n)
        added = (self[name].set_axis(features.index) for name in self if name not in self.features)
        return pd.concat([features, *added], axis=1)


def sliceable_frame(evaluation: Evaluation) -> pd.DataFrame:
    """Return the table for which ``DataFrame.query`` and ``Evaluation.rows_matching`` agree.

    It holds the features, what the Evaluation knows of the rows (split, target, predicted, ...) and the metadata; the
    index is the row position.
    """
    return QueryColumns(evaluation).frame()


def _roles(evaluation: Evaluation) -> tuple[str, ...]:
    task = evaluation.task
    roles = ["row", "split", *(() if task == "multilabel" else ("target", "predicted")), "loss"]
    if task in ("binary", "multiclass"):
        roles.append("confidence")
    if task in ("binary", "regression"):
        roles.append("score")
    if evaluation.texts is not None:
        roles.append("text")
    if evaluation.images is not None:
        roles += FACTS
    return tuple(roles)


def _values_of(evaluation: Evaluation, role: str) -> Any:
    if role == "row":
        return np.arange(evaluation.n)
    if role == "split":
        return pd.Categorical.from_codes(evaluation.split_of, categories=list(evaluation.splits))
    if role == "score":
        return evaluation.scores
    if role == "target":
        return evaluation.y
    if role == "text":
        return evaluation.text_column
    if role in FACTS:
        return evaluation.image_facts[role]
    return getattr(evaluation, role)


def _feature(evaluation: Evaluation, position: int) -> Any:
    return evaluation.X.iloc[:, position]


def _metadata(evaluation: Evaluation, position: int) -> Any:
    assert evaluation.metadata is not None, "only names of metadata lead here"
    return evaluation.metadata.iloc[:, position]
