"""Which input columns each output column of a fitted scikit-learn transformer is made from, read from its structure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

Sources = list[frozenset[int]]
"""For every output column the positions of the input columns that it is made from."""


def sources_of(transformer: Any, columns: Sequence[str], n_out: int | None = None) -> Sources | None:
    """Return the sources of every output of ``transformer``, fitted on ``columns``; None where that is not known.

    ``n_out`` is how many outputs it has, where that is known.
    """
    from sklearn.base import OneToOneFeatureMixin
    from sklearn.compose import ColumnTransformer
    from sklearn.feature_selection import SelectorMixin
    from sklearn.pipeline import FeatureUnion, Pipeline
    from sklearn.preprocessing import Normalizer, OneHotEncoder, PolynomialFeatures

    n = len(columns)
    if _passes_through(transformer):
        return _each(range(n))
    if isinstance(transformer, ColumnTransformer):
        return _of_column_transformer(transformer, columns)
    if isinstance(transformer, Pipeline):
        return _of_pipeline(transformer, columns)
    if isinstance(transformer, FeatureUnion):
        return _joined([sources_of(step, columns) for _, step in transformer.transformer_list])
    if isinstance(transformer, SelectorMixin):
        return _each(transformer.get_support(indices=True).tolist())
    if isinstance(transformer, OneHotEncoder):
        widths = getattr(transformer, "_n_features_outs", None)
        return None if widths is None else _each(np.repeat(np.arange(n), widths).tolist())
    if isinstance(transformer, PolynomialFeatures):
        return [frozenset(np.flatnonzero(row).tolist()) for row in transformer.powers_]
    if isinstance(transformer, OneToOneFeatureMixin) and not isinstance(transformer, Normalizer):
        return _each(range(n))
    return _of_imputer(transformer, n) or _of_one_column(n, n_out)


def _passes_through(transformer: Any) -> bool:
    from sklearn.preprocessing import FunctionTransformer

    if isinstance(transformer, FunctionTransformer):
        return transformer.func is None
    return transformer is None or (isinstance(transformer, str) and transformer == "passthrough")


def _each(positions: Any) -> Sources:
    return [frozenset({int(position)}) for position in positions]


def _joined(parts: Sequence[Sources | None]) -> Sources | None:
    joined: Sources = []
    for part in parts:
        if part is None:
            return None
        joined += part
    return joined


def _of_one_column(n: int, n_out: int | None) -> Sources | None:
    """Whatever a transformer does with one column, its outputs come from that column."""
    return [frozenset({0})] * n_out if n == 1 and n_out is not None else None


def _of_imputer(transformer: Any, n: int) -> Sources | None:
    from sklearn.impute import MissingIndicator, SimpleImputer

    if isinstance(transformer, MissingIndicator):
        return _each(transformer.features_.tolist())
    if not isinstance(transformer, SimpleImputer):
        return None
    empty = [isinstance(value, float) and np.isnan(value) for value in transformer.statistics_]
    if any(empty) and not transformer.keep_empty_features:
        return None
    return _each(range(n)) + (_each(transformer.indicator_.features_.tolist()) if transformer.add_indicator else [])


def _of_pipeline(pipeline: Any, columns: Sequence[str]) -> Sources | None:
    reached = _each(range(len(columns)))
    for _, step in pipeline.steps:
        names = [str(at) for at in range(len(reached))]
        sources = sources_of(step, columns if step is pipeline.steps[0][1] else names)
        if sources is None:
            return None
        reached = [frozenset().union(*(reached[at] for at in source)) for source in sources]
    return reached


def _of_column_transformer(transformer: Any, columns: Sequence[str]) -> Sources | None:
    names = [str(name) for name in getattr(transformer, "feature_names_in_", columns)]
    own = {name: at for at, name in enumerate(columns)}
    outputs: dict[int, frozenset[int]] = {}
    for name, step, chosen in transformer.transformers_:
        where = range(*transformer.output_indices_[name].indices(10**9))
        if not len(where):
            continue
        positions = _positions(chosen, names)
        if positions is None or any(names[at] not in own for at in positions):
            return None
        sources = sources_of(step, [names[at] for at in positions], len(where))
        if sources is None or len(sources) != len(where):
            return None
        for out, source in zip(where, sources, strict=True):
            outputs[out] = frozenset(own[names[positions[at]]] for at in source)
    return [outputs[at] for at in range(len(outputs))] if sorted(outputs) == list(range(len(outputs))) else None


def _positions(chosen: Any, names: list[str]) -> list[int] | None:
    """Return the positions of the columns that a ColumnTransformer names in one of its many ways."""
    if isinstance(chosen, str):
        return [names.index(chosen)] if chosen in names else None
    if isinstance(chosen, int | np.integer):
        return [int(chosen) % len(names)]
    if isinstance(chosen, slice):
        if any(isinstance(end, str) for end in (chosen.start, chosen.stop)):
            return None
        return list(range(len(names)))[chosen]
    values = list(chosen)
    if values and all(isinstance(value, bool | np.bool_) for value in values):
        return [int(at) for at in np.flatnonzero(values)]
    found = [_positions(value, names) for value in values]
    return None if any(one is None for one in found) else [one[0] for one in found if one is not None]
