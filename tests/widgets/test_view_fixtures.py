"""The fixtures of the view tests are what Python writes today."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import pytest

from tests.widgets.view_fixtures import FIXTURES, VIEWS


def assert_same(found: Any, wanted: Any, path: str = "$") -> None:
    """Compare structure exactly and numbers to what processors agree on: deletion tests break ties by rounding."""
    if isinstance(wanted, dict) and "dtype" in wanted and "shape" in wanted:
        assert (found["dtype"], found["shape"]) == (wanted["dtype"], wanted["shape"]), path
        np.testing.assert_allclose(decoded(found), decoded(wanted), rtol=1e-3, atol=1e-4, err_msg=path)
    elif isinstance(wanted, dict):
        assert found.keys() == wanted.keys(), path
        for key in wanted:
            assert_same(found[key], wanted[key], f"{path}.{key}")
    elif isinstance(wanted, list):
        assert len(found) == len(wanted), path
        for index, item in enumerate(wanted):
            assert_same(found[index], item, f"{path}[{index}]")
    elif isinstance(wanted, float):
        assert found == pytest.approx(wanted, rel=1e-3, abs=1e-4), path
    else:
        assert found == wanted, path


def decoded(record: dict[str, Any]) -> Any:
    return np.frombuffer(base64.b64decode(record["data"]), dtype=f"<{record['dtype']}")


@pytest.mark.parametrize("name", FIXTURES)
def test_a_fixture_is_fresh(name: str) -> None:
    committed = json.loads((VIEWS / name / "fixture.json").read_text(encoding="utf-8"))
    today = json.loads(json.dumps(FIXTURES[name](), allow_nan=False))
    assert_same(today, committed)
