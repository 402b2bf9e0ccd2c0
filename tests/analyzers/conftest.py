"""What tests of analyzers share: no deadline on a busy machine, and pieces of work that no clock decides."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
import torch
from hypothesis import settings

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture
def even_pieces(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Look after every piece, and let no piece be larger or smaller because of the time it took."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # tiny networks, many passes: threads would only wait for one another
    pieces = "mldebug_widgets.analyzers.attribution.pieces"
    monkeypatch.setattr(f"{pieces}.PIECE_SECONDS", 0.0)
    monkeypatch.setattr(f"{pieces}.SLOW_SECONDS", math.inf)
    monkeypatch.setattr("mldebug_widgets.analyzers.class_activation.steps.Batches._adapt", lambda *_: None)
    yield
    torch.set_num_threads(threads)
