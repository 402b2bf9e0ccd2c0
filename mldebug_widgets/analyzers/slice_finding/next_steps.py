"""What to do about a slice: a feature, more rows, labels, drift, or the model, which is never called here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.slice_finding.neighbours import LabelNeighbours
from mldebug_widgets.analyzers.slice_finding.result import NextStep, Slice
from mldebug_widgets.analyzers.slice_finding.unseen import unseen_values
from mldebug_widgets.analyzers.slice_vocabulary.predicate import Predicate
from mldebug_widgets.errors import MldError

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation

Positions = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]

#: A slice is rare in training when its share there is at most this part of its share in the searched rows.
RARE = 0.5

#: Values that training never saw matter from this share of the slice's rows on, and when they are this much more
#: frequent than in the rest.
FEWEST_UNSEEN = 0.05
UNSEEN_RATIO = 2.0

#: Labels are in doubt when they disagree with their neighbours this much more often than elsewhere.
DISAGREEMENT_RATIO = 1.5

STANDARD_ERRORS = 3.0

#: Chance must explain a difference in counts less often than this.
LEVEL = 0.01

_NOTHING = NextStep(
    "nothing", "The model is no more wrong here than elsewhere: nothing to mend. Compare with the rest to see why."
)
_CONFIRM = NextStep(
    "confirm",
    "The rows held back do not show this difference beyond chance, so do not act on it yet. Search more rows, or fewer "
    "columns, and see whether it comes back.",
)


def next_steps(ev: Evaluation, found: Slice) -> tuple[NextStep, ...]:
    """Return what to do about one slice (see ``Advisor``)."""
    return Advisor(ev).about(found)


class Advisor:
    """Says what to do about slices of one Evaluation.

    The questions are those of the debugging guides, in their order: does training have such rows, are there values
    that training never saw, can the labels be trusted? Only what can be answered is said.

    Parameters
    ----------
    ev
        The Evaluation.
    cancelled
        Asked between pieces of work; when it says True the answer is what is known so far.
    """

    def __init__(self, ev: Evaluation, cancelled: Callable[[], bool] = lambda: False) -> None:
        self._ev = ev
        self._cancelled = cancelled
        self._unseen: dict[str, list[tuple[str, Mask]]] = {}
        self._neighbours: LabelNeighbours | None = None

    def about(self, found: Slice) -> tuple[NextStep, ...]:
        """Return the steps that the numbers suggest; "model" when none of the others does."""
        if 0 <= found.metric <= found.rest_metric:
            return (_NOTHING,)
        split = self._held_out_split(found)
        steps: list[NextStep | None] = [_CONFIRM if found.confirmed is False else self._feature(found)]
        if split is not None and found.size:
            steps += [self._collect(found, split), self._drift(found, split)]
        steps.append(self._relabel(found))
        suggested = tuple(step for step in steps if step is not None)
        return suggested or (self._model(found, compared=split is not None),)

    def _held_out_split(self, found: Slice) -> str | None:
        """Return the split of the slice's rows when there is a train split to compare it with."""
        ev = self._ev
        owners = np.unique(ev.split_of[found.rows])
        if ev.train is None or len(owners) != 1:
            return None
        split = list(ev.splits)[int(owners[0])]
        return None if split == ev.train else split

    def _feature(self, found: Slice) -> NextStep | None:
        known = [feature.name for feature in self._ev.metadata_features]
        names = [
            name
            for name in known
            if any(predicate.feature < 0 and _is_of(predicate, name) for predicate in found.predicates)
        ]
        if not names:
            return None
        one = len(names) == 1
        return NextStep(
            "feature",
            f"The model does not see {_listed(names)}: {'it is' if one else 'they are'} in the metadata. Give "
            f"{'it' if one else 'them'} to the model as {'a feature' if one else 'features'}, if known when it must "
            "answer, and compare.",
        )

    def _collect(self, found: Slice, split: str) -> NextStep | None:
        ev = self._ev
        try:
            inside = ev.rows_matching(" and ".join(predicate.query for predicate in found.predicates))
        except MldError:  # conditions on columns that were given for the search alone
            return None
        learned, searched = len(ev.splits[str(ev.train)]), len(ev.splits[split])
        known = int(np.count_nonzero(inside[ev.splits[str(ev.train)]]))
        if known / learned > RARE * found.size / searched or not _fewer(known, learned, found.size, searched):
            return None
        return NextStep(
            "collect",
            f"Training has {known:,} such rows ({known / learned:.2%}), the {split} rows have {found.size:,} "
            f"({found.size / searched:.2%}): collect more of them, or give them more weight in training.",
        )

    def _drift(self, found: Slice, split: str) -> NextStep | None:
        if split not in self._unseen:
            self._unseen[split] = unseen_values(self._ev, split, self._cancelled)
        inside = np.isin(self._ev.splits[split], found.rows)
        worst: tuple[float, float, str] | None = None
        for name, unseen in self._unseen[split]:
            share, elsewhere = float(unseen[inside].mean()), float(unseen[~inside].mean()) if not inside.all() else 0.0
            if share >= max(FEWEST_UNSEEN, UNSEEN_RATIO * elsewhere) and (worst is None or share > worst[0]):
                worst = (share, elsewhere, name)
        if worst is None:
            return None
        share, elsewhere, name = worst
        return NextStep(
            "drift",
            f"{share:.0%} of its rows have values of {name} that training never saw ({elsewhere:.1%} elsewhere): "
            "the data have moved. Train on recent rows, or keep the model from answering there.",
        )

    def _relabel(self, found: Slice) -> NextStep | None:
        if self._neighbours is None:
            self._neighbours = LabelNeighbours(self._ev, self._cancelled)
        counted = self._neighbours.compare(found.rows)
        if counted is None:
            return None
        beyond = counted.count - counted.expected
        if counted.count < DISAGREEMENT_RATIO * counted.expected or beyond < STANDARD_ERRORS * counted.error:
            return None
        looked = "" if counted.n == found.size else f" of {counted.n:,} looked at (seed {self._ev.seed})"
        return NextStep(
            "relabel",
            f"{counted.count:,}{looked} have another label than nearly all rows like them; "
            f"{counted.expected:.0f} would be usual for these labels: check them before changing the model.",
        )

    def _model(self, found: Slice, *, compared: bool) -> NextStep:
        names = list(dict.fromkeys(predicate.column for predicate in found.predicates if predicate.feature >= 0))
        told = "a feature that tells more about these rows"
        if names:
            told = f"a feature that says more about {_listed(names)}"
        known = "Training has rows like these, so it" if compared else "It"
        return NextStep(
            "model", f"{known} is up to the model: give these rows more weight in the loss, or {told}, and try again."
        )


def _is_of(predicate: Predicate, name: str) -> bool:
    """Return whether a condition is on a column or on a part of it, such as its hour."""
    return predicate.column == name or predicate.column.endswith(f" of {name}")


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _fewer(some: int, n: int, others: int, n_others: int) -> bool:
    """Return whether ``some`` of ``n`` is a smaller share than ``others`` of ``n_others`` beyond chance."""
    from scipy.stats import hypergeom

    return bool(hypergeom.cdf(some, n + n_others, some + others, n) < LEVEL)
