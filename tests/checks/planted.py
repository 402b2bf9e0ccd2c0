"""Evaluations with one known fault each, made of precomputed predictions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from mldebug_widgets.checks.check import Subject
from mldebug_widgets.checks.finding import CheckOutcome, Finding
from mldebug_widgets.checks.run import all_checks
from mldebug_widgets.evaluation.evaluation import Evaluation, evaluate

N_TRAIN, N_TEST = 1_200, 800


def table(n: int = N_TRAIN + N_TEST, seed: int = 100) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "x1": generator.normal(size=n),
            "x2": generator.normal(size=n),
            "colour": generator.choice(["red", "green", "blue"], n),
            "holes": np.where(generator.random(n) < 0.1, np.nan, generator.normal(size=n)),
        }
    )


def split(
    frame: pd.DataFrame, truth: Any, predictions: Any, *, task: str, at: int = N_TRAIN, **options: Any
) -> Evaluation:
    """The first ``at`` rows are train, the others test."""
    truth, predictions = np.asarray(truth), np.asarray(predictions)
    return evaluate(
        None,
        {"train": (frame[:at], truth[:at]), "test": (frame[at:], truth[at:])},
        predictions={"train": predictions[:at], "test": predictions[at:]},
        task=task,
        **options,
    )


def whole(frame: pd.DataFrame, truth: Any, predictions: Any, *, task: str, **options: Any) -> Evaluation:
    """One split only."""
    return evaluate(None, (frame, np.asarray(truth)), predictions=np.asarray(predictions), task=task, **options)


def sigmoid(level: Any) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-np.asarray(level))))


def drawn(probability: np.ndarray, seed: int = 1) -> np.ndarray:
    return (np.random.default_rng(seed).random(len(probability)) < probability).astype(int)


def outcome(code: str, ev: Evaluation) -> Finding | CheckOutcome:
    """Run one check."""
    (check,) = [check for check in all_checks() if check.code == code]
    return check.run(Subject(ev))


def found(code: str, ev: Evaluation) -> Finding:
    """Run one check that must fire, and look whether its Finding is fit to be read and reproduced."""
    result = outcome(code, ev)
    assert isinstance(result, Finding), result
    assert result.code == code
    assert any(character.isdigit() for character in result.title), "a finding has a number in its title"
    assert (
        result.title[0].isupper()
        or result.title[0].isdigit()
        or result.title.split()[0] in {feature.name for feature in ev.features}
    )
    assert not result.title.endswith(".")
    assert result.text.endswith(".")
    assert result.advice.endswith(".")
    assert result.panel in {
        "overview",
        "performance",
        "rows",
        "slices",
        "whatif",
        "attributions",
        "text_attributions",
        "gradcam",
    }
    assert result.score == result.score
    exec(compile(result.to_code(), code, "exec"), {"ev": ev})
    return result


def passed(code: str, ev: Evaluation) -> str:
    result = outcome(code, ev)
    assert isinstance(result, CheckOutcome), result
    assert result.outcome == "passed", result
    return result.why


def unknown(code: str, ev: Evaluation) -> str:
    result = outcome(code, ev)
    assert isinstance(result, CheckOutcome), result
    assert result.outcome == "cannot tell", result
    return result.why
