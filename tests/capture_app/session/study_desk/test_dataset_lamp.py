"""What the operator is told of a reading that was tried in the study's formats."""

from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from capture_app.session.study_desk.dataset_lamp import DatasetLamp, state_of
from capture_app.session.study_desk.dataset_messages import GrowingCase, TrialAnswer
from recordings_schema.formats.memory_sink import TriedFormat

VALID = TriedFormat(name="reflacx", problem="")
NOTED = TriedFormat(name="egd", problem="", notes=("No text was dictated.",))
MISSING = TriedFormat(name="gazesearch", problem="Nothing was dictated.")


@pytest.mark.parametrize(
    ("tried", "is_done", "level", "text"),
    [
        ((VALID,), True, "good", "Case C1: valid for reflacx."),
        ((VALID,), False, "good", "Case C1 so far: valid for reflacx."),
        ((VALID, NOTED), True, "attention", "Case C1: valid for reflacx, egd. No text was dictated."),
        ((VALID, MISSING), False, "attention",
         "Case C1 so far: valid for reflacx. gazesearch: Nothing was dictated."),
        ((MISSING,), True, "bad", "Case C1: gazesearch: Nothing was dictated."),
    ],
)  # fmt: skip
def test_the_sentence_says_valid_or_what_is_missing(
    tried: tuple[TriedFormat, ...], is_done: bool, level: str, text: str
) -> None:
    state = state_of("C1", TrialAnswer(tried=tried), is_done=is_done)
    assert (state.level, state.text) == (level, text)


def test_a_case_that_could_not_be_tried_is_told_as_that() -> None:
    state = state_of("C1", TrialAnswer(problem="The file is damaged."), is_done=True)
    assert state.level == "attention"
    assert state.text == "Case C1: not tried in the study's formats. The file is damaged."


class HeldWorker:
    """Answers when it is let; remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[GrowingCase] = []
        self.lets = threading.Semaphore(0)
        self.has_begun, self.has_closed = threading.Semaphore(0), threading.Event()
        self.is_broken = False

    def answer(self, case: GrowingCase) -> TrialAnswer:
        self.asked.append(case)
        self.has_begun.release()
        self.lets.acquire(timeout=10)
        if self.is_broken or self.has_closed.is_set():
            raise EOFError
        return TrialAnswer(tried=(VALID,))

    def close(self) -> None:
        self.has_closed.set()
        self.lets.release()


def study_feeding(*formats: str) -> Any:
    return SimpleNamespace(study=SimpleNamespace(datasets=SimpleNamespace(formats=formats)))


def begun() -> tuple[DatasetLamp, HeldWorker, threading.Thread]:
    worker = HeldWorker()
    lamp = DatasetLamp(lambda _opened, _path: worker)
    lamp.begin(study_feeding("reflacx"), Path("a.gazeh5"))
    (thread,) = (each for each in threading.enumerate() if each.name == "dataset lamp")
    return lamp, worker, thread


def test_nobody_waits_and_of_what_is_asked_meanwhile_only_the_newest_is_tried() -> None:
    lamp, worker, thread = begun()
    lamp.ask("C1", 1, 10, is_done=False)
    assert lamp.state.text == "Case C1: being tried in the study's formats."
    assert worker.has_begun.acquire(timeout=10)
    lamp.ask("C1", 1, 20, is_done=False)
    lamp.ask("C1", 1, 30, is_done=True)
    worker.lets.release()
    assert worker.has_begun.acquire(timeout=10)
    assert [case.shown_host_ns for case in worker.asked] == [10, 30]
    lamp.close()
    thread.join(10)
    assert not thread.is_alive()
    assert worker.has_closed.is_set()


def test_a_worker_that_breaks_is_told_once_and_the_session_goes_on() -> None:
    lamp, worker, thread = begun()
    worker.is_broken = True
    worker.lets.release()
    lamp.ask("C1", 1, 10, is_done=True)
    thread.join(10)
    assert lamp.state.level == "attention"
    assert lamp.state.text.startswith("Cases are no longer tried in the study's formats")
    lamp.ask("C2", 2, 20, is_done=True)
    assert len(worker.asked) == 1
