"""Evaluation: a model applied to data, computed once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mldebug_widgets.evaluation.data import Table
from mldebug_widgets.evaluation.edits import RowEditor, Scalar
from mldebug_widgets.evaluation.image_facts import image_facts
from mldebug_widgets.evaluation.metadata import read_metadata
from mldebug_widgets.evaluation.models.model import Model
from mldebug_widgets.evaluation.query import rows_matching
from mldebug_widgets.evaluation.query_columns import QueryColumns
from mldebug_widgets.evaluation.schema import Feature, describe_features
from mldebug_widgets.evaluation.scores import Floats
from mldebug_widgets.evaluation.task import Problem, Task
from mldebug_widgets.evaluation.texts import TextInput

Array = npt.NDArray[Any]
_HELD_OUT = ("test", "held-out", "heldout", "held_out", "holdout", "valid", "validation", "val", "dev")
_TRAIN = ("train", "training", "fit")


class Evaluation:
    """A model applied to data: rows, targets, scores and per-row loss. Made by ``mld.evaluate``.

    n rows, p features, k classes.

    Attributes
    ----------
    task
        ``binary``, ``multiclass``, ``multilabel`` or ``regression``; ``task_note`` says how it was inferred.
    X
        (n, p) raw features as the user has them, without the target.
    y
        (n,) truth in the labels of ``classes``; (n, k) of 0 and 1 for multilabel.
    scores
        (n,) probability of the positive class (binary) or prediction (regression); (n, k) probabilities otherwise.
        NaN where the model answered NaN. ``score_note`` says how raw outputs were read as scores.
    predicted
        (n,) predicted label or number; (n, k) of 0 and 1 for multilabel.
    loss
        (n,) loss of each row, NaN where score or truth is missing; ``loss_name`` says which.
    classes, class_names
        Labels in the order of the score columns, and the same as text. Empty for regression.
    class_codes, predicted_codes
        (n,) index into ``classes``, -1 unknown. (n, k) of 0, 1 and -1 for multilabel; None for regression.
    confidence
        (n,) probability of the predicted class; None for regression and multilabel.
    splits, split_of
        Name -> row positions, and for every row the index of its split in ``list(splits)``.
    primary, train, reference
        The split that decides (held-out when there is one), the training split or None, and the split others are
        compared with or None.
    model
        ``.predict(frame) -> scores``; ``.module`` the nn.Module or None; ``.estimator``; ``.can_predict``.
    positive, threshold
        1 and 0.5 for binary, else None.
    metadata
        (n, q) columns about the rows that the model never saw, or None.
    text_input
        Which column of ``X`` holds the texts that the model reads, or None where it reads none.
    """

    def __init__(
        self,
        table: Table,
        model: Model,
        problem: Problem,
        scores: Floats,
        losses: tuple[Floats, str],
        *,
        notes: tuple[str, ...] = (),
        reference: str | None = None,
        images: Any = None,
        texts: Any = None,
        text_input: TextInput | None = None,
        metadata: pd.DataFrame | None = None,
        seed: int = 0,
    ) -> None:
        self._table = table
        self._problem = problem
        self.task: Task = problem.task
        self.task_note = problem.note
        self.X = table.frame
        self.scores = scores
        self.loss, self.loss_name = losses
        self.classes: Array = problem.classes
        self.class_names = problem.names
        self.class_codes: Array | None = None if self.task == "regression" else problem.codes
        self.model = model
        self.model_name = model.name
        self.splits = table.splits
        self.n = len(table.frame)
        self.target_name = table.target.name
        self.notes = notes
        self.score_note = notes[0] if notes else ""
        self.images = images
        self.texts = texts
        self.text_input = text_input
        self.metadata = metadata
        self.seed = seed
        self.primary = _first_of(_HELD_OUT, self.splits, last=True) or next(iter(self.splits))
        self.train = _first_of(_TRAIN, self.splits)
        self.reference = reference or self.train
        self.positive = 1 if self.task == "binary" else None
        self.threshold = 0.5 if self.task == "binary" else None

    def __repr__(self) -> str:
        splits = " / ".join(f"{name} {len(rows):,}" for name, rows in self.splits.items())
        return f"Evaluation({self.model_name}, {self.task}, {self.n:,} rows x {self.X.shape[1]} features, {splits})"

    def __len__(self) -> int:
        return self.n

    @cached_property
    def y(self) -> Array:
        """Truth of every row, in the labels of ``classes`` (see the class)."""
        if self._problem.named and self._problem.codes.ndim == 1:
            return _labels(self.classes, self._problem.codes)
        return self._table.target.values

    @cached_property
    def predicted_codes(self) -> Array | None:
        """Index of the predicted class, -1 where the score is NaN; None for regression."""
        return predicted_codes(self.scores, self.task, self.threshold)

    @cached_property
    def predicted(self) -> Array:
        """Predicted label (classification) or number (regression) of every row."""
        codes = self.predicted_codes
        if codes is None or self.task == "multilabel":
            return self.scores if codes is None else codes
        return _labels(self.classes, codes)

    @cached_property
    def confidence(self) -> Floats | None:
        """Probability of the predicted class; None for regression and multilabel."""
        if self.task == "binary":
            return np.where(self.scores >= self.threshold, self.scores, 1 - self.scores)
        return self.scores.max(axis=1) if self.task == "multiclass" else None

    @cached_property
    def split_of(self) -> Array:
        """Index of each row's split in ``list(splits)``."""
        owner = np.zeros(self.n, np.int8 if len(self.splits) < 128 else np.int16)
        for index, rows in enumerate(self.splits.values()):
            owner[rows] = index
        return owner

    @cached_property
    def features(self) -> tuple[Feature, ...]:
        """One ``Feature`` per column of ``X``."""
        return describe_features(self.X)

    @cached_property
    def metadata_features(self) -> tuple[Feature, ...]:
        """One ``Feature`` per column of ``metadata``."""
        return () if self.metadata is None else describe_features(self.metadata)

    @cached_property
    def image_facts(self) -> pd.DataFrame:
        """(n, 4) mean brightness, height, width and channels of every image."""
        return image_facts(self.images)

    @cached_property
    def text_column(self) -> pd.Series:
        """(n,) ``texts`` as a column."""
        return pd.Series(list(self.texts), index=self.X.index, name="text")

    def with_metadata(self, metadata: Any) -> Evaluation:
        """Return the same evaluation with other ``metadata``, as for ``mld.evaluate``; nothing is computed again."""
        indexes = {next(iter(self.splits)): self.X.index} if len(self.splits) == 1 else {}
        other = copy(self)
        other.metadata = None if metadata is None else read_metadata(metadata, self.splits, indexes)
        other.__dict__.pop("metadata_features", None)
        return other

    def at_threshold(self, threshold: float) -> Evaluation:
        """Return the same binary evaluation with the answers of another threshold; nothing is computed again."""
        other = copy(self)
        other.threshold = threshold
        for name in ("predicted_codes", "predicted", "confidence"):
            other.__dict__.pop(name, None)
        return other

    @property
    def output_label(self) -> str:
        """What the model's one output is, in words."""
        if self.task == "regression":
            return f"predicted {self.target_name}"
        if self.task == "binary":
            return f"probability of {self.target_name} = {self.class_names[1]}"
        return "probability of the predicted class"

    @cached_property
    def _editor(self) -> RowEditor:
        return RowEditor(self.X)

    def predict_frame(self, frame: pd.DataFrame) -> Floats:
        """Return the scores for edited rows with the columns of ``X``; the user's model stays as it was."""
        return self.model.predict(frame)

    def edited_row(self, row: int, edits: Mapping[int, Scalar]) -> pd.DataFrame:
        """Return row ``row`` as a frame of one row with ``edits`` {column position: value} applied.

        Datetimes are given in milliseconds since 1970 UTC, None means missing. Dtypes are kept where they can hold
        the value; an integer column becomes float for 2.5 or for missing.
        """
        return self._editor.edited(row, edits).copy()

    def predict_edited(self, row: int, edits: Mapping[int, Scalar]) -> Floats:
        """Return the scores, (1,) or (1, k), of row ``row`` with ``edits`` applied (see ``edited_row``)."""
        return self.model.predict(self._editor.edited(row, edits))

    def rows_matching(self, query: str) -> npt.NDArray[np.bool_]:
        """Return (n,) True where ``query``, a pandas query over the columns, holds.

        Besides the columns these names are known: row, split, target (also by its own name), predicted, loss,
        confidence, score, text, image_brightness, image_height, image_width, image_channels, and the columns of
        ``metadata``. Where a column has one of these names, the other carries an underscore: ``split_``.
        """
        return rows_matching(query, self.X, QueryColumns(self))


def _first_of(names: Sequence[str], splits: Mapping[str, Any], *, last: bool = False) -> str | None:
    for name in names:
        found = [split for split in splits if split.strip().lower() == name]
        if found:
            return found[-1] if last else found[0]
    return None


def _labels(classes: Array, codes: Array) -> Array:
    labels = classes[codes]
    unknown = codes < 0
    if unknown.any():
        labels = labels.astype(object)
        labels[unknown] = None
    return labels


def predicted_codes(scores: Floats, task: Task, threshold: float | None) -> Array | None:
    """Return the index of the predicted class of every row, -1 where the score is NaN; None for regression."""
    if task == "regression":
        return None
    if task == "multiclass":
        codes: Array = scores.argmax(axis=1).astype(np.int16 if scores.shape[1] < 2**15 else np.int32)
        codes[np.isnan(scores).any(axis=1)] = -1
        return codes
    codes = (scores >= (0.5 if threshold is None else threshold)).astype(np.int8)
    codes[np.isnan(scores)] = -1
    return codes


def evaluate(
    model: Any,
    data: Any,
    target: Any = None,
    *,
    preprocess: Any = None,
    task: Any = None,
    class_names: Sequence[Any] | None = None,
    reference: Any = None,
    predictions: Any = None,
    images: Any = None,
    texts: Any = None,
    tokenizer: Any = None,
    metadata: Any = None,
    batch_size: int | None = None,
    device: Any = None,
    seed: int = 0,
) -> Evaluation:
    """Apply a model to data once and keep what every analysis needs: scores, predictions and per-row loss.

    Parameters
    ----------
    model
        An ``nn.Module`` (one logit, k logits, probabilities or a number per row; any device and dtype, compiled or
        scripted), a fitted scikit-learn estimator or pipeline, a function of the raw rows, or None with
        ``predictions=``.
    data
        A DataFrame (pandas, polars, pyarrow) with ``target="column"``; ``(X, y)`` of frames, arrays or tensors; a
        torch ``Dataset`` or ``DataLoader``; or a dict of named splits of these.
    target
        Name of the target column (a list of names for multilabel), or the target values.
    preprocess
        The step between raw rows and the model: a function DataFrame -> tensor or array, or a fitted scikit-learn
        transformer. For a model with several inputs the function returns a tuple of them, passed in order, or a dict,
        which is always passed as keyword arguments: ``model(**inputs)``.
    task
        ``binary``, ``multiclass``, ``multilabel`` or ``regression``; inferred when None.
    class_names
        Names of the classes in the order of the model's columns.
    reference
        Name of the split that others are compared with, or data in the form of ``data`` that becomes the split
        ``reference``.
    predictions
        Predictions computed elsewhere, row-aligned with ``data``; ``model`` is then None.
    images, texts
        Row-aligned images (n, ...) or texts; texts may also name a column of ``data``. A torch model without
        ``preprocess`` reads the images, and the table's columns then only describe the rows. A scikit-learn pipeline
        that begins with a vectorizer reads the texts; so does any model when ``data`` is ``(texts, y)``.
    tokenizer
        For a torch model over token ids, which then reads the texts and no other column: a function text -> token
        ids, or a Hugging Face tokenizer. Texts of one length are answered together, so that none is padded.
    metadata
        Columns about the rows that the model never saw, to slice by: a table aligned with ``data``, or a dict of them
        by split.
    batch_size
        Rows per model call; chosen to fit the cache when None.
    device
        Checked against where the model is; the model is never moved.
    seed
        Seed of everything later that samples.

    Returns
    -------
    Evaluation
        Of n rows: ``X`` (n, p), ``y`` (n,), ``scores`` (n,) or (n, k), ``predicted`` (n,), ``loss`` (n,) and
        ``splits``, the row positions of each. ``score_note`` says how the model's raw output was read, ``loss_name``
        which loss it is. All rows are in it; the model and the data come back as they were.

    Raises
    ------
    MldTypeError, MldValueError
        With a stable code, naming the argument, what came, what is allowed and one fix.

    Notes
    -----
    Which rows the model learned from cannot be seen in the data. Name the splits, "train" and "test" for example: of
    rows without splits nobody can tell whether the model is good or only remembers them.

    Examples
    --------
    >>> ev = mld.evaluate(pipeline, {"train": train, "test": test}, target="late")
    >>> ev = mld.evaluate(network, (X, y), preprocess=to_tensor)  # a torch model over a table
    >>> ev = mld.evaluate(network, (images, labels))  # (n, C, H, W)
    >>> ev = mld.evaluate(None, test, target="late", predictions=probabilities)
    """
    from mldebug_widgets.evaluation.assemble import assemble  # it builds on this module

    return assemble(
        model,
        data,
        target,
        preprocess=preprocess,
        task=task,
        class_names=class_names,
        reference=reference,
        predictions=predictions,
        images=images,
        texts=texts,
        tokenizer=tokenizer,
        metadata=metadata,
        batch_size=batch_size,
        device=device,
        seed=seed,
    )
