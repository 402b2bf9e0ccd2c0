"""Which rows a simple model learns from, and which it is judged on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.simple_models.encoding import expected_width

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation

Positions = npt.NDArray[np.intp]

MOST_ROWS = 100_000
FEWEST_ROWS = 1_000

#: Matrix cells, and multiplications of one pass, that a fit may need: one pass then stays below about 100 ms.
_MOST_CELLS = 20_000_000
_MOST_PRODUCTS = 250_000_000

FOLDS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """Rows to learn from, and where among the judged rows the answers go."""

    learn: Positions
    judged: Positions


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """Lessons that together judge every row once, and in words what was learned from."""

    lessons: tuple[Lesson, ...]
    fitted_on: str


def plan_prior(ev: Evaluation, judged: Positions) -> Plan:
    """Return how the prior is learned: from all train rows, else from the judged rows themselves.

    It is a mean and cannot remember single rows, so judging it on what it has seen flatters it by next to nothing.
    """
    everywhere = np.arange(len(judged))
    if not has_train(ev):
        return Plan((Lesson(judged, everywhere),), f"the same {len(judged):,} rows that it is judged on")
    known = train_rows(ev)
    return Plan((Lesson(known, everywhere),), f"all {len(known):,} {ev.train} rows")


def plan_fits(ev: Evaluation, judged: Positions) -> Plan:
    """Return how simple models are fitted so that no row is judged by a model that has seen it.

    With a train split beside the judged one, they learn there. Otherwise they are cross-fitted: each fifth of the
    judged rows is answered by a model fitted on the other four.

    Parameters
    ----------
    ev
        The Evaluation.
    judged
        Positions of the rows to be judged; their target is known.
    """
    if has_train(ev):
        known = train_rows(ev)
        learn = _at_most(ev, known)
        some = f"{len(learn):,} of {len(known):,}" if len(learn) < len(known) else f"all {len(known):,}"
        seed = f", seed {ev.seed}" if len(learn) < len(known) else ""
        return Plan((Lesson(learn, np.arange(len(judged))),), f"{some} {ev.train} rows{seed}")
    folds = np.array_split(np.random.default_rng(ev.seed).permutation(len(judged)), min(FOLDS, len(judged)))
    lessons = []
    for fold in folds:
        others = np.ones(len(judged), dtype=np.bool_)
        others[fold] = False
        lessons.append(Lesson(_at_most(ev, judged[others]), np.sort(fold)))
    each = max((len(lesson.learn) for lesson in lessons), default=0)
    return Plan(
        tuple(lessons),
        f"{len(lessons)} times {each:,} of the same {len(judged):,} rows, each time judged on others, seed {ev.seed}",
    )


def has_train(ev: Evaluation) -> bool:
    """Return whether there is a train split beside the judged one."""
    return ev.train is not None and ev.train != ev.primary


def train_rows(ev: Evaluation) -> Positions:
    """Return the train rows whose target is known."""
    rows = np.asarray(ev.splits[ev.train or ev.primary], dtype=np.intp)
    truth = ev.y[rows] if ev.class_codes is None else ev.class_codes[rows]
    known = np.isfinite(truth) if ev.class_codes is None else truth >= 0
    return rows[known if known.ndim == 1 else known.all(axis=1)]


def _at_most(ev: Evaluation, rows: Positions) -> Positions:
    width = max(expected_width(ev.features), 1)
    outputs = max(len(ev.classes), 1)
    most = min(MOST_ROWS, _MOST_CELLS // width, _MOST_PRODUCTS // (width * outputs))
    most = max(most, FEWEST_ROWS)
    if len(rows) <= most:
        return rows
    return np.sort(np.random.default_rng(ev.seed).choice(rows, most, replace=False))
