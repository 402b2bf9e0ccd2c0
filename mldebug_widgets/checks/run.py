"""Runs every check of the package and ranks what they find."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from mldebug_widgets.analyzers.arguments import checked_evaluation
from mldebug_widgets.analyzers.explaining import explain_some
from mldebug_widgets.analyzers.overview import Baseline, OverviewResult
from mldebug_widgets.checks.check import Check, Subject
from mldebug_widgets.checks.finding import CheckOutcome, Finding, FindingsResult

if TYPE_CHECKING:
    from mldebug_widgets.evaluation.evaluation import Evaluation

_RANK = {"critical": 0, "warning": 1, "info": 2}


def findings(ev: Evaluation) -> FindingsResult:
    """Return what is wrong, worst first, and which checks passed or could not tell.

    Parameters
    ----------
    ev
        The Evaluation.

    Returns
    -------
    FindingsResult
        A sequence of ``Finding``, ranked by severity and then by how far beyond the check's limit it is. Each has a
        stable ``code``, ``severity`` ("critical", "warning", "info"), ``title``, ``text`` with its numbers, ``advice``,
        ``evidence`` and ``to_code()``. ``to_frame()`` also lists the checks that passed or could not tell, with why.

    Raises
    ------
    MldTypeError
        MLD-O61 when ``ev`` is no Evaluation.

    Notes
    -----
    Checks look for known faults on all rows. An empty list says that none of these was found, not that the model is
    right. Intervals and limits take rows for independent draws.

    Where no explanation of the model's answers has been made, a small one is, within a few seconds, for ``MLD109`` to
    judge; that check cannot tell when the time is too short. No other check calls the model.

    Examples
    --------
    >>> found = mld.findings(ev)
    >>> found.to_frame()[["code", "outcome", "title"]]
    >>> for finding in found:
    ...     print(finding.title, finding.text, finding.advice)
    """
    explain_some(checked_evaluation(ev))
    return find(ev)


def find(
    ev: Evaluation,
    *,
    overview: OverviewResult | None = None,
    baselines: tuple[Baseline, ...] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> FindingsResult:
    """Return the findings, with results that the caller already has, and a way to stop.

    A check that has not run when ``cancelled`` turns True is reported as one that cannot tell.
    """
    checked_evaluation(ev)
    started = time.perf_counter()
    subject = Subject(ev, overview=overview, baselines=baselines, cancelled=cancelled)
    results = [_outcome(check, subject) for check in all_checks()]
    return _ranked(results, time.perf_counter() - started)


def judged_again(ev: Evaluation, found: FindingsResult, code: str) -> FindingsResult:
    """Return ``found`` with what the check ``code`` says now; the others keep what they said."""
    (check,) = (check for check in all_checks() if check.code == code)
    result = _outcome(check, Subject(ev))
    entries: list[Finding | CheckOutcome] = [*found.findings, *found.outcomes]
    return _ranked([*(entry for entry in entries if entry.code != code), result], found.seconds)


def _ranked(results: Sequence[Finding | CheckOutcome], seconds: float) -> FindingsResult:
    found = [result for result in results if isinstance(result, Finding)]
    return FindingsResult(
        kind="findings",
        findings=tuple(sorted(found, key=lambda finding: (_RANK[finding.severity], -finding.score))),
        outcomes=tuple(
            sorted((entry for entry in results if isinstance(entry, CheckOutcome)), key=lambda entry: entry.code)
        ),
        seconds=seconds,
    )


@cache
def all_checks() -> tuple[Check, ...]:
    """Return one instance of every check defined in this package's modules, by code."""
    package = __name__.rpartition(".")[0]
    modules = [import_module(f"{package}.{module.name}") for module in iter_modules(import_module(package).__path__)]
    classes = {
        member
        for module in modules
        for _, member in inspect.getmembers(module, inspect.isclass)
        if issubclass(member, Check) and not inspect.isabstract(member)
    }
    return tuple(sorted((found() for found in classes), key=lambda check: check.code))


def _outcome(check: Check, subject: Subject) -> Finding | CheckOutcome:
    if subject.cancelled():
        return check.cannot_tell("cancelled before it ran")
    try:
        return check.run(subject)
    except Exception as error:
        # One check that trips over unusual data must not hide what the others found.
        return check.cannot_tell(f"the check failed: {type(error).__name__}: {error}")
