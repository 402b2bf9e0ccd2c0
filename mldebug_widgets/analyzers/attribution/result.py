"""What ``mld.attributions`` returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from mldebug_widgets.analyzers.arguments import checked_rows
from mldebug_widgets.analyzers.attribution.levels import Levels
from mldebug_widgets.analyzers.attribution.views import (
    AttributionComparison,
    Dependence,
    comparison_of,
    dependence_of,
)
from mldebug_widgets.analyzers.trust import TrustLine


@dataclass(frozen=True, slots=True, eq=False)
class AttributionsResult:
    """Attributions of m rows over p raw columns.

    Attributes
    ----------
    values
        (m, p) attribution of each raw column, in ``unit``; for methods with completeness a row sums to
        ``output - baseline_output`` up to ``delta``.
    rows
        (m,) row positions in the Evaluation.
    features
        (p,) names of the raw columns.
    target
        (m,) explained class position in ``class_names``; zeros for regression.
    class_names
        Names of the classes; empty for regression.
    method, method_label, method_reason
        Standard name, as it reads on screen, and why it was chosen ("" when the person chose it).
    baseline, baseline_note
        "mean", "median", "zero", "row", "background", and what that means here in words.
    baseline_values
        (p,) the baseline's cells as text; empty for a background sample.
    output, baseline_output
        (m,) explained output at the row and at the baseline.
    delta
        (m,) sum of the attributions minus (output - baseline output); NaN for methods without completeness.
    unit
        What is explained: "log-odds", "score before softmax", "probability", "predicted value".
    mean_abs
        (p,) mean absolute attribution over the rows: the global bars.
    order
        (p,) columns by ``mean_abs``, largest first.
    levels
        ``levels.of()`` (m, p), or ``levels.of(positions)``: each cell's place among the column's values, 0 to 1;
        NaN = missing or no order: the beeswarm's colour.
    n, sampled, seed
        Rows the Evaluation has, whether ``rows`` is a sample of those asked for, and its seed.
    trust
        Name of a check -> number, None where it was not checked.
    trust_lines
        The same in words.
    notes
        What a reader must know (fallbacks, columns summed back by probing, and the like).
    seconds
        How long it took.
    cells
        (m, p) the rows' raw cells.
    """

    kind: Literal["attributions"]
    values: npt.NDArray[np.float32]
    rows: npt.NDArray[np.intp]
    features: tuple[str, ...]
    target: npt.NDArray[np.intp]
    class_names: tuple[str, ...]
    method: str
    method_label: str
    method_reason: str
    baseline: str
    baseline_note: str
    baseline_values: tuple[str, ...]
    output: npt.NDArray[np.float32]
    baseline_output: npt.NDArray[np.float32]
    delta: npt.NDArray[np.float32]
    unit: str
    mean_abs: npt.NDArray[np.float32]
    order: npt.NDArray[np.intp]
    levels: Levels = field(metadata={"wire": False})
    n: int
    sampled: bool
    seed: int
    trust: dict[str, float | None]
    trust_lines: tuple[TrustLine, ...]
    notes: tuple[str, ...]
    seconds: float = field(default=0.0)
    cells: pd.DataFrame = field(default_factory=pd.DataFrame, metadata={"wire": False})

    def to_frame(self) -> pd.DataFrame:
        """Return a DataFrame with columns row, feature, value (the cell), attribution: one line per cell."""
        m, p = self.values.shape
        cells = self.cells.to_numpy(dtype=object) if len(self.cells) else np.full((m, p), None)
        return pd.DataFrame(
            {
                "row": np.repeat(self.rows, p),
                "feature": np.tile(np.array(self.features, dtype=object), m),
                "value": cells.reshape(-1),
                "attribution": self.values.reshape(-1),
            }
        )

    def dependence(self, feature: str | int) -> Dependence:
        """Return how the attribution of one column hangs on its value, over the explained rows.

        Raises
        ------
        MldValueError
            ``MLD-O88`` when there is no such column.
        """
        return dependence_of(self.cells, self.features, self.values, feature)

    def compare(self, rows: Any) -> AttributionComparison:
        """Return how the attributions of some of the explained rows differ from those of the other explained rows.

        ``rows`` are row positions in the Evaluation or a boolean mask over all its rows; those that were not explained
        do not count.

        Raises
        ------
        MldValueError
            ``MLD-O89`` when none of these rows was explained, or all of them were.
        """
        chosen = np.isin(self.rows, checked_rows(rows, self.n))
        return comparison_of(self.features, self.values, chosen)

    def __repr__(self) -> str:
        leading = ", ".join(f"{self.features[at]} {self.mean_abs[at]:.3g}" for at in self.order[:3])
        return (
            f"AttributionsResult({self.method_label} of {len(self.rows):,} of {self.n:,} rows in {self.unit}, "
            f"baseline {self.baseline}; mean size: {leading})"
        )
