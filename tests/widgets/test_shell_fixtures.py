"""The fixtures of the shell's view tests are what Python writes today."""

from __future__ import annotations

import json

import pytest

from tests.widgets.shell_fixtures import SHELL_FIXTURES
from tests.widgets.test_view_fixtures import assert_same
from tests.widgets.view_fixtures import VIEWS


@pytest.mark.parametrize("name", SHELL_FIXTURES)
def test_a_fixture_is_fresh(name: str) -> None:
    committed = json.loads((VIEWS / name / "fixture.json").read_text(encoding="utf-8"))
    today = json.loads(json.dumps(SHELL_FIXTURES[name](), allow_nan=False))
    assert_same(today, committed)
