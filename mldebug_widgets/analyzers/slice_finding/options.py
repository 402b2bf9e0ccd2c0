"""The arguments of a slice search, checked once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from mldebug_widgets.errors import MldTypeError, MldValueError, shown
from mldebug_widgets.evaluation.evaluation import Evaluation

Objective = Literal["sliceline", "mean_difference"]
Direction = Literal["worse", "better", "difference"]

#: Where few rows are searched a slice still has this many.
FEWEST_ROWS = 20

#: Where many are searched it has this share of them.
SMALLEST_SHARE = 0.002

#: Quantile bins of a number: fewer where few rows would only add candidates that nothing can confirm, and where many
#: columns would make too many of them.
MOST_BINS = 16
FEWEST_BINS = 4
ROWS_PER_BIN = 150
BINS_OF_MANY = 10
MANY_COLUMNS = 12

MOST_SLICES = 1_000
MOST_PREDICATES = 6


def bins_of(n: int, n_ordered: int) -> int:
    """Return the number of quantile bins of each of ``n_ordered`` columns where the search sees ``n`` rows."""
    most = MOST_BINS if n_ordered <= MANY_COLUMNS else BINS_OF_MANY
    return int(np.clip(n // ROWS_PER_BIN, FEWEST_BINS, most))


@dataclass(frozen=True, slots=True)
class Options:
    """Checked options; ``min_rows`` None means that the number of rows decides."""

    k: int = 10
    max_predicates: int = 3
    min_rows: int | None = None
    alpha: float = 0.95
    objective: Objective = "sliceline"
    direction: Direction = "worse"
    merge: bool = True
    fold: bool = True
    confirm: bool = True
    tree: bool = False
    seed: int = 0

    def rows_of(self, n: int) -> int:
        """Return the fewest rows of a slice where the search sees ``n`` rows."""
        return max(FEWEST_ROWS, math.ceil(SMALLEST_SHARE * n)) if self.min_rows is None else self.min_rows

    @property
    def score_in_words(self) -> str:
        """The objective with its parameters."""
        if self.objective == "mean_difference":
            return "mean inside minus mean of all"
        return f"SliceLine score, alpha {self.alpha:g}"


def checked_options(
    *,
    k: Any,
    max_predicates: Any,
    min_rows: Any,
    alpha: Any,
    objective: Any,
    direction: Any,
    flags: dict[str, Any],
    seed: Any,
) -> Options:
    """Return the options of ``find_slices``.

    Raises
    ------
    MldTypeError, MldValueError
        ``MLD-O62`` k, ``MLD-O63`` max_predicates, ``MLD-O64`` min_rows, ``MLD-O65`` alpha, ``MLD-O66`` objective,
        ``MLD-O67`` direction, ``MLD-O68`` a switch that is not True or False, ``MLD-O69`` seed.
    """
    for name, value in flags.items():
        if not isinstance(value, bool | np.bool_):
            raise MldTypeError("MLD-O68", name, f"got {shown(value)}", "True or False", f"Pass {name}=True.")
    return Options(
        k=_whole("MLD-O62", "k", k, 1, MOST_SLICES, "10"),
        max_predicates=_whole("MLD-O63", "max_predicates", max_predicates, 1, MOST_PREDICATES, "3"),
        min_rows=None if min_rows is None else _whole("MLD-O64", "min_rows", min_rows, 1, None, "50"),
        alpha=_alpha(alpha),
        objective=_one_of("MLD-O66", "objective", objective, get_args(Objective)),
        direction=_one_of("MLD-O67", "direction", direction, get_args(Direction)),
        seed=_whole("MLD-O69", "seed", seed, 0, None, "0"),
        **{name: bool(value) for name, value in flags.items()},
    )


def checked_other(ev: Evaluation, other: Any, direction: Direction) -> Evaluation | None:
    """Return the Evaluation to compare with: given with direction "difference", and only then.

    Raises
    ------
    MldTypeError, MldValueError
        ``MLD-O70`` when it is missing or not wanted, ``MLD-O71`` when its rows are not those of ``ev``.
    """
    if direction != "difference":
        if other is None:
            return None
        fix = 'Pass direction="difference" with it, or leave it out.'
        raise MldValueError("MLD-O70", "other", f"got one with direction={direction!r}", "None", fix)
    fix = "Evaluate the second model on the same data and pass that."
    if not isinstance(other, Evaluation):
        raise MldTypeError("MLD-O70", "other", f"got {shown(other)}", "an Evaluation of the same rows", fix)
    if other.n != ev.n or other.task != ev.task:
        allowed = f"a {ev.task} Evaluation of the same {ev.n:,} rows"
        raise MldValueError("MLD-O71", "other", f"got a {other.task} one of {other.n:,} rows", allowed, fix)
    if not _same_truth(ev, other):
        raise MldValueError("MLD-O71", "other", "its targets differ", "an Evaluation of the same rows in order", fix)
    return other


def _same_truth(ev: Evaluation, other: Evaluation) -> bool:
    mine, theirs = np.asarray(ev.y), np.asarray(other.y)
    if mine.shape != theirs.shape:
        return False
    same = (mine == theirs) | ((mine != mine) & (theirs != theirs))
    return bool(np.all(same))


def _whole(code: str, argument: str, value: Any, low: int, high: int | None, example: str) -> int:
    allowed = f"a whole number from {low}" + ("" if high is None else f" to {high:,}")
    fix = f"Pass for example {argument}={example}."
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise MldTypeError(code, argument, f"got {shown(value)}", allowed, fix)
    if value < low or (high is not None and value > high):
        raise MldValueError(code, argument, f"got {value}", allowed, fix)
    return int(value)


def _alpha(alpha: Any) -> float:
    allowed, fix = "a number above 0, up to 1", "Pass for example alpha=0.95; a smaller one prefers larger slices."
    if isinstance(alpha, bool) or not isinstance(alpha, int | float | np.integer | np.floating):
        raise MldTypeError("MLD-O65", "alpha", f"got {shown(alpha)}", allowed, fix)
    if not 0 < alpha <= 1:
        raise MldValueError("MLD-O65", "alpha", f"got {alpha}", allowed, fix)
    return float(alpha)


def _one_of(code: str, argument: str, value: Any, allowed: tuple[str, ...]) -> Any:
    if not isinstance(value, str) or value not in allowed:
        words = " or ".join(repr(name) for name in allowed)
        raise MldValueError(code, argument, f"got {shown(value)}", words, f"Pass {argument}={allowed[0]!r}.")
    return value
