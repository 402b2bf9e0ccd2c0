"""How the answer for a row moves when one feature moves (ICE), and on average (PDP)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from mldebug_widgets.analyzers.arguments import checked_evaluation, checked_row, checked_rows
from mldebug_widgets.analyzers.columns import Scalar
from mldebug_widgets.analyzers.followed import Followed, followed_output
from mldebug_widgets.analyzers.grids import Grid, feature_grid, moved_rows
from mldebug_widgets.errors import MldTypeError, MldValueError, type_of

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation
    from mldebug_widgets.evaluation.schema import Feature

Positions = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class FeatureCurve:
    """One feature's curves: the grid it was moved over and the model's output at each point.

    ``grid`` (g,) numbers (milliseconds for datetimes, index into ``labels`` for categories and booleans),
    ``labels`` category texts in grid order (empty for numeric and datetime), a None label is "missing";
    ``ice_lines`` (m, g) one line per row, ``pdp_line`` (g,) their mean, ``span`` max minus min of the mean line.
    """

    feature: str
    position: int
    kind: str
    grid: npt.NDArray[np.float64]
    labels: tuple[str | None, ...]
    ice_lines: npt.NDArray[np.float32]
    pdp_line: npt.NDArray[np.float32]
    span: float

    @property
    def values(self) -> npt.NDArray[Any]:
        """(g,) the grid as a person reads it: numbers, datetimes (UTC), or texts with None for missing."""
        if self.labels:
            return np.array(self.labels, dtype=object)
        return self.grid.astype("datetime64[ms]") if self.kind == "datetime" else self.grid


@dataclass(frozen=True, slots=True, eq=False)
class SensitivityResult:
    """ICE and PDP of the rows ``rows`` (m,). ``output`` (m,) is the model's answer for the unchanged rows.

    ``output_label`` says what is plotted ("probability of late", "predicted price").
    """

    kind: Literal["sensitivity"]
    rows: npt.NDArray[np.int32]
    output_label: str
    output: npt.NDArray[np.float32]
    curves: tuple[FeatureCurve, ...]
    computed_on: str

    @property
    def grid(self) -> dict[str, npt.NDArray[Any]]:
        """{feature: (g,) values}: numbers, datetimes, or category texts with None for missing."""
        return {curve.feature: curve.values for curve in self.curves}

    @property
    def ice(self) -> dict[str, npt.NDArray[np.float32]]:
        """{feature: (m, g) one line per row}."""
        return {curve.feature: curve.ice_lines for curve in self.curves}

    @property
    def pdp(self) -> dict[str, npt.NDArray[np.float32]]:
        """{feature: (g,) mean of the lines}."""
        return {curve.feature: curve.pdp_line for curve in self.curves}

    @property
    def range(self) -> pd.Series:
        """How far the mean line goes up and down, by feature, largest first."""
        spans = pd.Series({curve.feature: curve.span for curve in self.curves}, dtype="float64", name="range")
        return spans.sort_values(ascending=False, kind="stable")

    def to_frame(self) -> pd.DataFrame:
        """Return a DataFrame with columns feature, value, row and output: every point of every line."""
        frames = [
            pd.DataFrame(
                {
                    "feature": curve.feature,
                    "value": np.tile(curve.values.astype(object), len(self.rows)),
                    "row": np.repeat(self.rows, len(curve.grid)),
                    "output": curve.ice_lines.reshape(-1),
                }
            )
            for curve in self.curves
        ]
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()

    def __repr__(self) -> str:
        leading = ", ".join(f"{name} {span:.3g}" for name, span in self.range.head(3).items())
        return f"SensitivityResult({self.output_label}, {self.computed_on}; range: {leading})"


#: Rows sent to the model at once.
CHUNK_ROWS = 65_536

MOST_GRID_VALUES = 1_000


def sensitivity(
    ev: Evaluation, row: Any, *, features: Sequence[str | int] | None = None, grid: int = 50
) -> SensitivityResult:
    """Return how the model's answer for one or more rows moves when each feature alone is moved.

    Parameters
    ----------
    ev
        The Evaluation.
    row
        Position of a row, several positions, or a boolean mask over all rows.
    features
        Names or positions of the features to move; by default all but free text and columns without any value.
    grid
        Values per feature: equal steps over the range seen in the data, or the most frequent categories.

    Returns
    -------
    SensitivityResult
        ``ice`` one line per row (Goldstein et al., 2015), ``pdp`` their mean, the partial dependence when ``row`` is
        all rows (Friedman, 2001).

    Raises
    ------
    MldValueError, MldTypeError
        MLD-S50 to S54 for rows, MLD-O55 to O57 for features and grid; the model's own codes when it cannot answer.

    Notes
    -----
    Features are moved alone, so some points are rows that could not exist; what the model says there may mean little.
    It shows what the model does, not what the world would do.
    """
    checked_evaluation(ev)
    rows = checked_rows(row, ev.n, "row")
    if not rows.size:
        raise MldValueError("MLD-O57", "row", "got no row", "at least one row", "Pass a position, for example 0.")
    size = _checked_size(grid)
    grids = [made for feature in _chosen(ev, features) if (made := _grid_of(ev, feature, size)) is not None]
    followed = followed_output(ev, rows)
    lines = _lines(ev, ev.X, rows, grids, followed)
    return SensitivityResult(
        kind="sensitivity",
        rows=rows.astype(np.int32),
        output_label=followed.label,
        output=followed.of(ev.scores[rows]),
        curves=tuple(_curve(made, line) for made, line in zip(grids, lines, strict=True)),
        computed_on=f"{len(rows):,} of {ev.n:,} rows, {len(grids)} of {len(ev.features)} features, "
        f"at most {size} values each",
    )


def edited_curve(
    ev: Evaluation, row: int, position: int, edits: Mapping[int, Scalar], *, grid: int = 50
) -> FeatureCurve:
    """Return the curve of the feature at ``position`` for ``row`` with its other ``edits`` applied.

    Raises
    ------
    MldValueError, MldTypeError
        MLD-S50, S51 for the row, MLD-O55 for a feature that does not exist, MLD-O58 for one that cannot be moved.
    """
    at = checked_row(row, ev.n)
    (feature,) = _chosen(ev, [position])
    made = _grid_of(ev, feature, _checked_size(grid))
    if made is None:
        raise MldValueError(
            "MLD-O58", "position", f"{feature.name!r} has no values to move over", "a feature that is not free text",
            "Edit its value instead.",
        )  # fmt: skip
    frame = ev.edited_row(at, {other: value for other, value in edits.items() if other != position})
    (line,) = _lines(ev, frame, np.zeros(1, dtype=np.intp), [made], followed_output(ev, np.array([at])))
    return _curve(made, line)


def _lines(
    ev: Evaluation, frame: pd.DataFrame, rows: Positions, grids: Sequence[Grid], followed: Followed
) -> list[npt.NDArray[np.float32]]:
    """Return (m, g) outputs per grid, with as few calls to the model as ``CHUNK_ROWS`` allows."""
    lines = [np.empty((len(rows), len(grid.points)), dtype=np.float32) for grid in grids]
    for batch in _batches(len(rows), [len(grid.points) for grid in grids]):
        moved = moved_rows(frame, [(rows[part], grids[at]) for at, part in batch])
        outputs = followed.of(ev.predict_frame(moved))
        start = 0
        for at, part in batch:
            block = lines[at][part]
            block[:] = outputs[start : start + block.size].reshape(block.shape)
            start += block.size
    return lines


def _batches(n_rows: int, grid_sizes: Sequence[int]) -> Iterator[list[tuple[int, slice]]]:
    """Yield lists of (grid, part of the rows) that hold at most ``CHUNK_ROWS`` moved rows together."""
    batch: list[tuple[int, slice]] = []
    filled = 0
    for at, size in enumerate(grid_sizes):
        step = max(1, CHUNK_ROWS // size)
        for start in range(0, n_rows, step):
            part = slice(start, min(start + step, n_rows))
            held = (part.stop - part.start) * size
            if batch and filled + held > CHUNK_ROWS:
                yield batch
                batch, filled = [], 0
            batch.append((at, part))
            filled += held
    if batch:
        yield batch


def _curve(grid: Grid, lines: npt.NDArray[np.float32]) -> FeatureCurve:
    mean = lines.mean(axis=0, dtype=np.float64).astype(np.float32)
    return FeatureCurve(
        feature=grid.feature.name,
        position=grid.feature.position,
        kind=grid.feature.kind,
        grid=grid.points,
        labels=grid.labels,
        ice_lines=lines,
        pdp_line=mean,
        span=float(mean.max() - mean.min()),
    )


def _grid_of(ev: Evaluation, feature: Feature, size: int) -> Grid | None:
    return feature_grid(ev.X.iloc[:, feature.position], feature, size)


def _chosen(ev: Evaluation, features: Sequence[str | int] | None) -> list[Feature]:
    if features is None:
        return list(ev.features)
    if isinstance(features, str):
        features = [features]
    by_name = {feature.name: feature for feature in ev.features}
    chosen = []
    for wanted in features:
        if isinstance(wanted, int | np.integer) and not isinstance(wanted, bool) and 0 <= wanted < len(ev.features):
            chosen.append(ev.features[wanted])
        elif isinstance(wanted, str) and wanted in by_name:
            chosen.append(by_name[wanted])
        else:
            raise MldValueError(
                "MLD-O55", "features", f"got {wanted!r}", f"names or positions of the {len(ev.features)} features",
                "See [feature.name for feature in ev.features].",
            )  # fmt: skip
    return chosen


def _checked_size(grid: Any) -> int:
    allowed = f"a whole number from 2 to {MOST_GRID_VALUES:,}"
    if isinstance(grid, bool) or not isinstance(grid, int | np.integer):
        raise MldTypeError("MLD-O56", "grid", f"got {type_of(grid)}", allowed, "Pass for example 50.")
    if not 2 <= grid <= MOST_GRID_VALUES:
        raise MldValueError("MLD-O56", "grid", f"got {grid}", allowed, "Pass for example 50.")
    return int(grid)
