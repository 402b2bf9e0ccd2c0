"""What the tests of checks share."""

from __future__ import annotations

import pytest

from mldebug_widgets.analyzers import explaining


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let explanations take the time that a busy machine needs."""
    monkeypatch.setattr(explaining, "MOST_SECONDS", 300.0)
