"""Property tests run without a deadline: a busy machine must not make a right answer fail."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
