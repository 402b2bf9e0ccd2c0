"""The steps of ``evaluate``: check, read, predict once, decide the task, score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import torch

from mldebug_widgets.errors import MldTypeError, MldValueError, shown
from mldebug_widgets.evaluation.data import Table, read_data
from mldebug_widgets.evaluation.evaluation import Evaluation
from mldebug_widgets.evaluation.losses import scores_and_losses
from mldebug_widgets.evaluation.metadata import indexes_of, read_metadata
from mldebug_widgets.evaluation.models.adapt import adapt_model
from mldebug_widgets.evaluation.models.model import Model
from mldebug_widgets.evaluation.models.run import run
from mldebug_widgets.evaluation.scores import decide_scores
from mldebug_widgets.evaluation.task import check_task, infer_problem
from mldebug_widgets.evaluation.texts import as_named_texts, reads_texts_alone, with_text_input


def assemble(
    model: Any,
    data: Any,
    target: Any,
    *,
    preprocess: Any,
    task: Any,
    class_names: Any,
    reference: Any,
    predictions: Any,
    images: Any,
    texts: Any,
    tokenizer: Any,
    metadata: Any,
    batch_size: Any,
    device: Any,
    seed: Any,
) -> Evaluation:
    """Do what ``evaluate`` documents."""
    asked_task = check_task(task)
    names = _check_class_names(class_names)
    size = _check_whole(batch_size, "batch_size", 1) if batch_size is not None else None
    seed = _check_whole(seed, "seed", 0)
    make = None
    if preprocess is None or tokenizer is not None:  # a person's own step is handed what the person passed
        data, make = as_named_texts(data, are_texts=reads_texts_alone(tokenizer, model))
    table, compared_with = _read(data, target, reference)
    table = _with_images(table, images)
    known = _read_metadata(metadata, data, table, reference)
    if not isinstance(texts, str):
        texts = _aligned(texts, "texts", len(table.frame))
    table, texts, text_input = with_text_input(table, texts, tokenizer, model, make)
    adapter = adapt_model(
        model,
        table,
        preprocess=preprocess,
        predictions=predictions,
        device=device,
        tokenizer=tokenizer,
        text_input=text_input,
    )
    with adapter.running():
        raw = run(adapter, adapter.reader(table.frame), len(table.frame), size, progress=True)
    if raw.dtype.kind == "O":
        raw = _plain_objects(raw)
    problem = infer_problem(table.target, raw, adapter, asked_task, names)
    rule = decide_scores(raw, problem, adapter, table.frame)
    scores, loss, loss_name = scores_and_losses(raw, rule, problem, table.target.values)
    return Evaluation(
        table,
        Model(adapter, rule, size),
        problem,
        scores,
        (loss, loss_name),
        notes=(rule.note, *adapter.notes),
        reference=compared_with,
        images=images if images is not None else table.inputs,
        texts=texts,
        text_input=text_input,
        metadata=known,
        seed=seed,
    )


def _read(data: Any, target: Any, reference: Any) -> tuple[Table, str | None]:
    if reference is None or isinstance(reference, str):
        table = read_data(data, target)
        if reference is not None and reference not in table.splits:
            raise MldValueError(
                "MLD-O08",
                "reference",
                f"there is no split {reference!r}",
                f"one of {list(table.splits)}, or data",
                "Name a split, or pass the reference rows themselves.",
            )
        return table, reference
    splits = dict(data) if isinstance(data, dict) else {"data": data}
    if "reference" in splits:
        raise MldValueError(
            "MLD-O08",
            "reference",
            "got data, and data already has a split of that name",
            "the name of a split, or data beside splits of other names",
            'Pass reference="reference".',
        )
    return read_data({"reference": reference, **splits}, target), "reference"


def _read_metadata(metadata: Any, data: Any, table: Table, reference: Any) -> pd.DataFrame | None:
    if metadata is None:
        return None
    if reference is not None and not isinstance(reference, str) and not isinstance(data, dict):
        data = {"data": data}
        metadata = metadata if isinstance(metadata, dict) else {"data": metadata}
    return read_metadata(metadata, table.splits, indexes_of(data, table.splits))


def _check_class_names(names: Any) -> Sequence[Any] | None:
    if names is None:
        return None
    if isinstance(names, np.ndarray):
        names = names.tolist()
    if isinstance(names, str) or not isinstance(names, Sequence):
        raise MldTypeError("MLD-O02", "class_names", f"got {shown(names)}", "a list of names", "Pass a list of text.")
    if len({str(name) for name in names}) < len(names) or len(names) < 2:
        raise MldValueError(
            "MLD-O02",
            "class_names",
            f"got {list(names)[:6]}",
            "at least two names, each once",
            "Name every class once.",
        )
    return names


def _check_whole(value: Any, argument: str, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise MldTypeError(
            "MLD-O03" if argument == "batch_size" else "MLD-O05",
            argument,
            f"got {shown(value)}",
            f"a whole number of at least {least}",
            "Leave it out.",
        )
    if value < least:
        raise MldValueError(
            "MLD-O03" if argument == "batch_size" else "MLD-O05",
            argument,
            f"got {value}",
            f"a whole number of at least {least}",
            "Leave it out.",
        )
    return int(value)


def _aligned(values: Any, argument: str, n: int) -> Any:
    if values is None:
        return None
    if isinstance(values, str) or not hasattr(values, "__len__"):
        raise MldTypeError("MLD-D16", argument, f"got {shown(values)}", "one per row of data", "Pass a list or array.")
    if len(values) != n:
        raise MldValueError(
            "MLD-D16", argument, f"{len(values)} {argument} for {n} rows", "one per row of data", "Align them."
        )
    return values


def _with_images(table: Table, images: Any) -> Table:
    if _aligned(images, "images", len(table.frame)) is None:
        return table
    if isinstance(images, np.ndarray):
        images = torch.as_tensor(images)
    return replace(table, inputs=images) if isinstance(images, torch.Tensor) else table


def _plain_objects(raw: Any) -> Any:
    """Return object outputs as numbers where that is what they hold."""
    try:
        return raw.astype(np.float64)
    except (TypeError, ValueError):
        return raw
