"""Which columns of an Evaluation give predicates: features, texts, images, answers and metadata."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from mldebug_widgets.analyzers.slice_vocabulary.categories import category_entries, coded_categories, flag_entries
from mldebug_widgets.analyzers.slice_vocabulary.field import Entry, Named, Plan
from mldebug_widgets.analyzers.slice_vocabulary.moments import duration_entries, moment_entries
from mldebug_widgets.analyzers.slice_vocabulary.numbers import number_entries
from mldebug_widgets.analyzers.slice_vocabulary.texts import text_entries
from mldebug_widgets.evaluation.image_facts import FACTS
from mldebug_widgets.evaluation.query_columns import QueryColumns
from mldebug_widgets.evaluation.query_names import written_name
from mldebug_widgets.evaluation.schema import Feature, describe_features

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation

#: The true and the predicted class together are the error itself, so that no slice may name both.
_ANSWERS = 0

ONLY_WHEN_NAMED = "an answer restates the metric; name it in columns= to slice by it too"


@dataclass(frozen=True, slots=True)
class Source:
    """One column that predicates can be made of.

    ``name`` is what ``columns=`` calls it, ``left_out`` why it takes part only when it is asked for ("" when it always
    does), ``is_arrow`` whether its values are Arrow's, and ``entries`` makes its predicates (or says why there are
    none: ``Unusable``).
    """

    name: str
    left_out: str
    is_arrow: bool
    entries: Callable[[Plan], Sequence[Entry]]


def sources_of(ev: Evaluation) -> tuple[Source, ...]:
    """Return every column that predicates can be made of, features first."""
    names = QueryColumns(ev)
    found = [
        _column_source(ev.X.iloc[:, feature.position], feature, feature.name, name, feature.position)
        for feature, name in zip(ev.features, names.features, strict=True)
    ]
    if "text" in names.roles:
        name = names.roles["text"]
        found.append(Source(name, "", False, partial(_texts, ev, _named(name, name, -1))))
    if "image_height" in names.roles:
        found += (Source(names.roles[fact], "", False, partial(_image_fact, ev, fact, names)) for fact in FACTS)
    found += _answers(ev, names)
    if ev.metadata is not None:
        for feature, name in zip(ev.metadata_features, names.metadata, strict=True):
            shown = name if name.rstrip("_") == feature.name else feature.name
            found.append(_column_source(ev.metadata.iloc[:, feature.position], feature, shown, name, -1))
    return tuple(found)


def _named(column: str, name: str, feature: int) -> Named:
    shown = " ".join(column.split()) or "(no name)"
    written = written_name(name)
    return Named(shown, written, written, feature)


def _column_source(column: pd.Series, feature: Feature, shown: str, name: str, position: int) -> Source:
    is_arrow = isinstance(column.dtype, pd.ArrowDtype)
    return Source(shown, "", is_arrow, partial(column_entries, column, feature, _named(shown, name, position)))


def column_entries(column: pd.Series, feature: Feature, named: Named, plan: Plan) -> tuple[Entry, ...]:
    """Return the predicates of one column of a table.

    Raises
    ------
    Unusable
        When there are none.
    """
    if pd.api.types.is_timedelta64_dtype(column.dtype):
        return duration_entries(column, named, plan)
    if feature.kind == "numeric":
        return number_entries(column, feature, named, plan)
    if feature.kind == "boolean":
        return flag_entries(column, named, plan)
    if feature.kind == "datetime":
        return moment_entries(column, named, plan)
    if feature.kind == "text":
        return text_entries(column, named, plan)
    return category_entries(column, named, plan)


def _texts(ev: Evaluation, named: Named, plan: Plan) -> tuple[Entry, ...]:
    return text_entries(ev.text_column, named, plan)


def _image_fact(ev: Evaluation, fact: str, names: QueryColumns, plan: Plan) -> tuple[Entry, ...]:
    column = ev.image_facts[fact]
    (feature,) = describe_features(column.to_frame())
    return number_entries(column, feature, _named(fact.replace("_", " "), names.roles[fact], -1), plan)


def _answers(ev: Evaluation, names: QueryColumns) -> list[Source]:
    """Return the true and the predicted answer; for regression only the true one.

    Only the predicted one of more than two classes takes part unasked. Given the truth, a classifier is wrong where it
    gives another answer, and the rarer of two answers nearly always holds most of the errors: such slices restate
    recall and precision, and hide all others.
    """
    if "target" not in names.roles:
        return []
    target = _named(ev.target_name, names.roles["target"], -1)
    if ev.class_codes is None:
        return [Source(names.roles["target"], ONLY_WHEN_NAMED, False, partial(_number_target, ev, target))]
    of_two = ONLY_WHEN_NAMED if ev.task == "binary" else ""
    predicted = _named("predicted", names.roles["predicted"], -1)
    return [
        Source(names.roles["target"], ONLY_WHEN_NAMED, False, partial(_classes, ev, "class_codes", target)),
        Source(names.roles["predicted"], of_two, False, partial(_classes, ev, "predicted_codes", predicted)),
    ]


def _number_target(ev: Evaluation, named: Named, plan: Plan) -> tuple[Entry, ...]:
    column = pd.Series(ev.y)
    (feature,) = describe_features(column.to_frame())
    return number_entries(column, feature, named, plan)


def _classes(ev: Evaluation, codes: str, named: Named, plan: Plan) -> tuple[Entry, ...]:
    of_rows: npt.NDArray[Any] = np.asarray(getattr(ev, codes))[plan.rows]
    return coded_categories(of_rows, list(ev.classes), named, plan, group=_ANSWERS, missing_is_predicate=False)
