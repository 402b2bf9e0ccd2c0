"""The threads of a search: they wait while it is asked whether anybody wants the answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError, ThreadPoolExecutor

import pytest

from mldebug_widgets.analyzers.slice_search.workers import Workers

SECONDS = 20


class Asked:
    """Answers only when it is let, as one who makes way for others does."""

    def __init__(self) -> None:
        self.asked, self.answer = threading.Event(), threading.Event()
        self.unwanted = False

    def __call__(self) -> bool:
        self.asked.set()
        assert self.answer.wait(SECONDS)
        return self.unwanted


class Tasks:
    """Tasks without an end, until told, and how many were begun."""

    def __init__(self) -> None:
        self.begun = 0
        self.over = threading.Event()

    def __iter__(self) -> Iterator[int]:
        while not self.over.is_set():
            self.begun += 1
            yield self.begun


def test_no_task_begins_until_the_answer_comes() -> None:
    asked, tasks = Asked(), Tasks()
    workers = Workers(asked, lambda _done: None)
    with ThreadPoolExecutor(1) as search:
        running = search.submit(workers.run, lambda _task: time.sleep(0.001), tasks)
        assert asked.asked.wait(SECONDS)
        # Each thread may have looked before the question was asked.
        began = tasks.begun
        time.sleep(0.2)
        assert tasks.begun <= began + workers.threads
        asked.answer.set()
        until = time.monotonic() + SECONDS
        while tasks.begun <= began + workers.threads and time.monotonic() < until:
            time.sleep(0.005)
        assert tasks.begun > began + workers.threads
        tasks.over.set()
        running.result(SECONDS)


def test_an_answer_that_ends_the_work_ends_the_threads_that_wait_for_it() -> None:
    asked, tasks = Asked(), Tasks()
    workers = Workers(asked, lambda _done: None)
    with ThreadPoolExecutor(1) as search:
        running = search.submit(workers.run, lambda _task: None, tasks)
        assert asked.asked.wait(SECONDS)
        asked.unwanted = True
        asked.answer.set()
        with pytest.raises(CancelledError):
            running.result(SECONDS)


def test_a_question_that_fails_ends_the_threads_too() -> None:
    tasks = Tasks()

    def failing() -> bool:
        raise ValueError("nobody knows")

    workers = Workers(failing, lambda _done: None)
    with ThreadPoolExecutor(1) as search, pytest.raises(ValueError, match="nobody knows"):
        search.submit(workers.run, lambda _task: None, tasks).result(SECONDS)
