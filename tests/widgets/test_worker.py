"""The worker: one piece after another, progress, cancellation, and no thread left when idle."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor
from typing import Any

import pytest

from mldebug_widgets.widgets.worker import Job, Worker, afterwards


def on_a_fresh_thread(work: Callable[[], Any]) -> Any:
    """Run ``work`` where no event loop runs: Playwright leaves one on the main thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result(30)


def quiet(_text: str, _fraction: float | None) -> None:
    return None


def test_pieces_run_in_order_and_give_their_values() -> None:
    worker = Worker(quiet)
    order: list[int] = []
    futures = [worker.submit(lambda _job, number=number: order.append(number) or number) for number in range(5)]
    assert [future.result(5) for future in futures] == list(range(5))
    assert order == list(range(5))


def test_a_failure_stays_in_its_future() -> None:
    worker = Worker(quiet)
    failed = worker.submit(lambda _job: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        failed.result(5)
    assert worker.submit(lambda _job: "alive").result(5) == "alive"


def test_cancel_stops_the_running_piece_and_drops_the_waiting_ones() -> None:
    started = threading.Event()
    worker = Worker(quiet)

    def until_cancelled(job: Job) -> None:
        started.set()
        while True:
            job.progress("working", 0.5)

    running, waiting = worker.submit(until_cancelled), worker.submit(lambda _job: "never")
    assert started.wait(5)
    assert worker.cancel()
    for future in (running, waiting):
        with pytest.raises(CancelledError):
            future.result(5)
    assert worker.submit(lambda _job: "next").result(5) == "next"


def test_nothing_that_waits_runs_after_cancel_however_threads_take_turns() -> None:
    interval, done = sys.getswitchinterval(), threading.Event()

    def keep_busy() -> None:
        while not done.is_set():
            sum(range(100))

    def until_cancelled(job: Job) -> None:
        while True:
            job.progress("working", 0.5)

    busy = [threading.Thread(target=keep_busy, daemon=True) for _ in range(3)]
    sys.setswitchinterval(1e-5)
    try:
        for thread in busy:
            thread.start()
        for _ in range(40):
            worker = Worker(quiet)
            submitted = worker.submit(until_cancelled), worker.submit(lambda _job: "never")
            assert worker.cancel()
            for future in submitted:
                with pytest.raises(CancelledError):
                    future.result(5)
    finally:
        sys.setswitchinterval(interval)
        done.set()
        for thread in busy:
            thread.join()


def test_progress_is_told_and_ends_with_idle() -> None:
    told: list[tuple[str, float | None]] = []
    idle = threading.Event()

    def listen(text: str, fraction: float | None) -> None:
        told.append((text, fraction))
        if not text:
            idle.set()

    Worker(listen).submit(lambda job: job.progress("half", 0.5)).result(5)
    assert idle.wait(5)
    assert told == [("half", 0.5), ("", None)]


def test_an_idle_worker_keeps_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Worker, "IDLE_SECONDS", 0.01)
    worker = Worker(quiet)
    worker.submit(lambda _job: None).result(5)
    for thread in threading.enumerate():
        if thread.name == "mldebug-worker":
            thread.join(5)
    assert "mldebug-worker" not in {thread.name for thread in threading.enumerate()}
    assert worker.submit(lambda _job: "again").result(5) == "again"


def test_ending_cancels_and_waits_for_the_piece_under_way() -> None:
    worker = Worker(quiet)
    began, ended = threading.Event(), threading.Event()

    def long(job: Job) -> None:
        began.set()
        while not job.cancelled():
            threading.Event().wait(0.01)
        ended.set()

    running, waiting = worker.submit(long), worker.submit(lambda _job: None)
    assert began.wait(5)
    worker.end(patience=5)
    assert ended.is_set()
    assert running.done()
    assert waiting.cancelled()


def test_ending_an_idle_worker_does_not_wait_for_it_to_tire() -> None:
    worker = Worker(quiet)
    worker.submit(lambda _job: None).result(5)
    began = time.monotonic()
    worker.end(patience=60)
    assert time.monotonic() - began < 1


def test_work_ends_before_the_interpreter_does() -> None:
    script = """
import threading, time
from mldebug_widgets.widgets.worker import Worker
began = threading.Event()
def work(job):
    began.set()
    while not job.cancelled():
        time.sleep(0.01)
    print("cancelled", flush=True)
worker = Worker(lambda text, fraction: None)
worker.submit(work)
began.wait()
"""
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "cancelled\n", "")


def test_what_comes_afterwards_runs_on_the_thread_that_asked_and_leaves_it_free() -> None:
    release = threading.Event()
    worker = Worker(quiet)

    async def ask() -> tuple[int, int]:
        before = worker.submit(lambda _job: release.wait(5))
        later = afterwards(before, threading.get_ident)
        # The event loop turns while the worker is busy: this line runs before the work has ended.
        await asyncio.sleep(0)
        release.set()
        return await asyncio.wrap_future(later), threading.get_ident()

    ran_on, asked_on = on_a_fresh_thread(lambda: asyncio.run(ask()))
    assert ran_on == asked_on


def test_without_an_event_loop_the_caller_waits() -> None:
    order: list[str] = []
    worker = Worker(quiet)
    before = worker.submit(lambda _job: order.append("before"))
    later = on_a_fresh_thread(lambda: afterwards(before, lambda: order.append("after") or "value"))
    assert later.result(0) == "value"
    assert order == ["before", "after"]


class Looking:
    """Work that counts how often it has looked whether it is wanted, until it is ended."""

    def __init__(self) -> None:
        self.looks = 0
        self.ended = threading.Event()

    def __call__(self, job: Job) -> None:
        while not self.ended.is_set() and not job.cancelled():
            self.looks += 1

    def looks_within(self, seconds: float) -> int:
        before = self.looks
        time.sleep(seconds)
        return self.looks - before

    def goes_on(self) -> bool:
        before, until = self.looks, time.monotonic() + 20
        while self.looks <= before + 1 and time.monotonic() < until:
            time.sleep(0.005)
        return self.looks > before + 1


@pytest.fixture
def looking() -> Iterator[tuple[Worker, Looking]]:
    worker, work = Worker(quiet), Looking()
    worker.submit(work)
    assert work.goes_on()
    yield worker, work
    work.ended.set()
    worker.end(patience=20)


class TestMakingWay:
    def test_work_rests_at_its_next_look_and_goes_on_afterwards(
        self, looking: tuple[Worker, Looking], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("mldebug_widgets.widgets.worker.LONGEST_SECONDS", 600.0)
        worker, work = looking
        with worker.making_way():
            # It may have been between its look and its count.
            assert work.looks_within(0.2) <= 1
        assert work.goes_on()

    def test_it_rests_between_pieces_that_follow_at_once(
        self, looking: tuple[Worker, Looking], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("mldebug_widgets.widgets.worker.PAUSE_SECONDS", 600.0)
        worker, work = looking
        with worker.making_way():
            pass
        assert work.looks_within(0.2) <= 1
        with worker.making_way():
            monkeypatch.setattr("mldebug_widgets.widgets.worker.PAUSE_SECONDS", 0.0)
        assert work.goes_on()

    @pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
    def test_an_error_and_an_interrupt_end_the_rest(
        self, error: type[BaseException], looking: tuple[Worker, Looking], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("mldebug_widgets.widgets.worker.LONGEST_SECONDS", 600.0)
        worker, work = looking
        with pytest.raises(error), worker.making_way():
            raise error
        assert work.goes_on()

    def test_what_waits_for_the_work_itself_does_not_wait_for_ever(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("mldebug_widgets.widgets.worker.LONGEST_SECONDS", 0.3)
        worker = Worker(quiet)
        with worker.making_way():
            assert worker.submit(lambda job: job.cancelled()).result(20) is False

    def test_work_at_rest_can_be_cancelled(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("mldebug_widgets.widgets.worker.LONGEST_SECONDS", 600.0)
        worker, began = Worker(quiet), threading.Event()

        def work(job: Job) -> bool:
            began.set()
            return job.cancelled()

        with worker.making_way():
            running = worker.submit(work)
            assert began.wait(20)
            assert worker.cancel()
            assert running.result(20) is True
