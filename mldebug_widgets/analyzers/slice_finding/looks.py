"""Whether long work is still wanted, who wants to know how far it is, and whose turn it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from threading import Lock

Progress = Callable[[str, float | None], None]

_WAIT_SECONDS = 0.05


class Looks:
    """What long work looks at: ``cancelled()`` says whether it is unwanted, ``progress`` who listens, if anybody."""

    def __init__(self, cancelled: Callable[[], bool] | None = None, progress: Progress | None = None) -> None:
        self.cancelled = cancelled or (lambda: False)
        self.progress = progress

    def tell(self, doing: str) -> None:
        """Say what is being done to whoever listens."""
        if self.progress is not None:
            self.progress(doing, None)

    def adding(self, words: str) -> Looks:
        """Return the same, with ``words`` behind whatever is told."""
        tell = self.progress
        return self if tell is None else Looks(self.cancelled, lambda doing, part: tell(f"{doing}, {words}", part))

    def look(self) -> None:
        """Raise ``CancelledError`` when the work is no longer wanted."""
        if self.cancelled():
            raise CancelledError


class Turn:
    """A lock whose wait can be cancelled."""

    def __init__(self) -> None:
        self._lock = Lock()

    @contextmanager
    def taken(self, cancelled: Callable[[], bool]) -> Iterator[None]:
        """Hold the lock; raise ``CancelledError`` when no longer wanted before it is free."""
        while not self._lock.acquire(timeout=_WAIT_SECONDS):
            if cancelled():
                raise CancelledError
        try:
            yield
        finally:
            self._lock.release()
