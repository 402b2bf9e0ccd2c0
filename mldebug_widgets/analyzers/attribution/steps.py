"""The steps of ``attributions``: check, choose, compute in pieces, check how far it holds."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mldebug_widgets.analyzers.arguments import checked_evaluation, checked_rows
from mldebug_widgets.analyzers.attribution.baselines import Baseline, baseline_of
from mldebug_widgets.analyzers.attribution.choice import Choice, choose_method
from mldebug_widgets.analyzers.attribution.engine import Found, Task, work
from mldebug_widgets.analyzers.attribution.explained import explained_output
from mldebug_widgets.analyzers.attribution.levels import levels_of
from mldebug_widgets.analyzers.attribution.methods import Method, checked_count, checked_method, default_samples
from mldebug_widgets.analyzers.attribution.pieces import Step, guarded
from mldebug_widgets.analyzers.attribution.result import AttributionsResult
from mldebug_widgets.analyzers.attribution.trust_checks import trust_checks
from mldebug_widgets.analyzers.trust import NAMES, TrustLine, unchecked
from mldebug_widgets.errors import MldValueError

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation

Positions = npt.NDArray[np.intp]

#: Rows that a model evaluates for a sample of rows that nobody chose: with gradients, and without.
GRADIENT_BUDGET = 1_000_000
BUDGET = 200_000
FEWEST_ROWS = 20
#: Share of such a budget that is spent to learn how fast the model is.
PROBE = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """The arguments of ``attributions`` as they came.

    With ``seconds``, the rows that nobody chose are so few that they take about so long: half of them, a quarter ...
    """

    rows: Any = None
    method: str = "auto"
    target: Any = None
    baseline: Any = "auto"
    n_samples: int | None = None
    seed: int | None = None
    n_steps: int = 50
    trust: bool = True
    seconds: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """The arguments of ``attributions``, checked and filled in."""

    rows: Positions
    sampled: bool
    choice: Choice
    baseline: Baseline
    task: Task
    per_row: int


def steps_of(ev: Evaluation, asked: Asked) -> Generator[Step, None, AttributionsResult]:
    """Compute attributions in steps; the return value is the result."""
    started = time.perf_counter()
    plan = plan_of(checked_evaluation(ev), asked)
    if asked.rows is None and asked.seconds is not None:
        plan = yield from _within(ev, plan, asked.seconds)
    found = Found(plan.task)
    doing = plan.choice.method.label.lower()
    pieces = (Step(doing, fraction) for fraction in work(ev, plan.task, found))
    yield from guarded(ev.model.running, pieces)
    lines: list[TrustLine] = []
    if asked.trust:
        checks = trust_checks(ev, plan.task, found, plan.per_row, lines)
        yield from guarded(ev.model.running, (Step("checking how far it holds", done) for done in checks))
    else:
        lines += [unchecked(name, "trust=False") for name in NAMES]
    return _result(ev, plan, found, tuple(lines), time.perf_counter() - started)


def plan_of(ev: Evaluation, asked: Asked) -> Plan:
    """Check the arguments and choose what they leave open."""
    if not ev.model.can_predict:
        raise MldValueError(
            "MLD-M07", "model", ev.model.why_cannot, "a model that reads the table's columns",
            "For images use mld.gradcam, for texts mld.text_attributions; else pass the model itself to evaluate().",
        )  # fmt: skip
    seed = ev.seed if asked.seed is None else checked_count(asked.seed, "seed", 0)
    n_steps = checked_count(asked.n_steps, "n_steps", 1)
    choice = choose_method(ev, checked_method(asked.method))
    method = choice.method
    samples = default_samples(method, ev.X.shape[1])
    if asked.n_samples is not None:
        samples = checked_count(asked.n_samples, "n_samples", 2)
    baseline = baseline_of(ev, asked.baseline, method.name, seed)
    per_row = _cost(method.name, samples, n_steps, ev.X.shape[1])
    if method.name != "gradient_shap":  # it draws from the baselines
        per_row *= len(baseline.frame)
    rows, sampled = _rows(ev, asked.rows, per_row, _budget(method), seed)
    explained = explained_output(ev, rows, asked.target)
    task = Task(ev.X.iloc[rows], baseline.frame, explained, method, choice.owners, n_steps, samples, seed)
    return Plan(rows, sampled, choice, baseline, task, per_row)


def _budget(method: Method) -> int:
    return GRADIENT_BUDGET if method.gradients else BUDGET


def _cost(method: str, n_samples: int, n_steps: int, p: int) -> int:
    """Return how many rows the model evaluates for one row and one baseline."""
    if method == "kernel_shap":
        return min(n_samples, 1 << min(p, 30))
    per_sample = {"integrated_gradients": n_steps, "feature_ablation": p, "shapley_value_sampling": n_samples * p}
    return max(1, per_sample.get(method, n_samples))


def _rows(ev: Evaluation, rows: Any, per_row: int, budget: int, seed: int) -> tuple[Positions, bool]:
    if rows is None:
        most = max(FEWEST_ROWS, budget // per_row)
        if most >= ev.n:
            return np.arange(ev.n), False
        return np.sort(np.random.default_rng(seed).choice(ev.n, most, replace=False)), True
    chosen = np.flatnonzero(ev.rows_matching(rows)) if isinstance(rows, str) else checked_rows(rows, ev.n)
    if not chosen.size:
        raise MldValueError("MLD-O84", "rows", "got no row", "at least one row", "Pass a position, for example 0.")
    return chosen, False


def _within(ev: Evaluation, plan: Plan, seconds: float) -> Generator[Step, None, Plan]:
    """Halve the rows until they take about ``seconds`` at most, judged by the time that a few of them take."""
    few = max(1, int(PROBE * _budget(plan.choice.method)) // plan.per_row)
    if len(plan.rows) <= max(few, FEWEST_ROWS):
        return plan
    probe = _part_of(ev, plan, few).task
    began = time.perf_counter()
    yield from guarded(ev.model.running, (Step("timing the model", None) for _ in work(ev, probe, Found(probe))))
    each, count = (time.perf_counter() - began) / few, len(plan.rows)
    while count * each > seconds and count > FEWEST_ROWS:
        count = max(FEWEST_ROWS, count // 2)
    return plan if count == len(plan.rows) else _part_of(ev, plan, count)


def _part_of(ev: Evaluation, plan: Plan, count: int) -> Plan:
    """Return the plan for a random ``count`` of its rows."""
    task = plan.task
    kept = np.sort(np.random.default_rng(task.seed).choice(len(plan.rows), count, replace=False))
    rows = plan.rows[kept]
    explained = replace(task.explained, target=task.explained.target[kept])
    return replace(plan, rows=rows, sampled=True, task=replace(task, frame=ev.X.iloc[rows], explained=explained))


def _jumps_note(method: Method, n_rows: int, of: int) -> str:
    rows = f"{n_rows:,} of {of:,} rows"
    if not method.uses_baseline:
        return f"{rows}: the model itself fills in what is missing. No gradient leads there, so the part of it is 0."
    return (
        f"{rows}: the model itself fills in what they or a baseline lack. No gradient leads there: the part of such a "
        "cell is the jump of the answer when it goes missing, which several share by their Shapley values."
    )


def _result(
    ev: Evaluation, plan: Plan, found: Found, lines: tuple[TrustLine, ...], seconds: float
) -> AttributionsResult:
    method = plan.choice.method
    values = found.values.astype(np.float32)
    missing = found.values.sum(axis=1) - (found.whole - found.empty)
    unknown = ~np.isfinite(found.values).all(axis=1)
    mean_abs = np.abs(found.values[~unknown]).sum(axis=0) / max(int((~unknown).sum()), 1)
    notes = list(plan.choice.notes)
    if plan.sampled:
        notes.append(f"{len(plan.rows):,} of {ev.n:,} rows, seed {plan.task.seed}.")
    if (found.jumps & ~unknown).any():
        notes.append(_jumps_note(method, int((found.jumps & ~unknown).sum()), len(values)))
    if unknown.any():
        notes.append(f"NaN in {unknown.sum():,} of {len(values):,} rows, which the means leave out.")
    return AttributionsResult(
        kind="attributions",
        values=values,
        rows=plan.rows,
        features=tuple(feature.name for feature in ev.features),
        target=plan.task.explained.target,
        class_names=tuple(str(name) for name in ev.class_names),
        method=method.name,
        method_label=method.label,
        method_reason=plan.choice.reason,
        baseline=plan.baseline.name,
        baseline_note=plan.baseline.note,
        baseline_values=plan.baseline.texts,
        output=found.whole.astype(np.float32),
        baseline_output=found.empty.astype(np.float32),
        delta=(missing if method.completeness else np.full(len(values), np.nan)).astype(np.float32),
        unit=plan.task.explained.unit,
        mean_abs=mean_abs.astype(np.float32),
        order=np.argsort(-mean_abs, kind="stable"),
        levels=levels_of(ev, plan.task.frame),
        n=ev.n,
        sampled=plan.sampled,
        seed=plan.task.seed,
        trust={line.name: line.value for line in lines},
        trust_lines=lines,
        notes=tuple(notes),
        seconds=seconds,
        cells=plan.task.frame,
    )
