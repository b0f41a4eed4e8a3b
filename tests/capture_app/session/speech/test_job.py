from __future__ import annotations

import os
import signal
import sys
import time

import numpy as np
import pytest

from capture_app.session.speech import (
    EngineChoice,
    EngineFailedError,
    EngineMissingError,
    EngineName,
    Sound,
    SpeechJob,
    shipped_vocabulary,
)

pytestmark = pytest.mark.processes

MINUTE = Sound(np.random.default_rng(1).normal(0, 3000, 60 * 16_000).astype(np.int16), 16_000)


def started(job: SpeechJob) -> int:
    """Wait until the process of a job runs, and return its id."""
    deadline_s = time.monotonic() + 20
    while job.pid is None and time.monotonic() < deadline_s:
        time.sleep(0.005)
    assert job.pid is not None
    return job.pid


def test_a_text_is_aligned_in_the_background(engine: None, spoken_report: tuple[Sound, list[float]]) -> None:
    job = SpeechJob(spoken_report[0], shipped_vocabulary(), EngineChoice(), text="There is an effusion.")

    transcript = job.result()

    assert job.is_done
    assert transcript is not None
    assert transcript.text == "There is an effusion."


def test_an_engine_that_is_not_there_is_told_apart(tmp_path: object) -> None:
    choice = EngineChoice(name=EngineName.FASTER_WHISPER, model_folder=str(tmp_path))

    with pytest.raises(EngineMissingError, match="is no model"):
        SpeechJob(MINUTE, shipped_vocabulary(), choice).result()


def test_an_engine_that_crashes_costs_its_process_and_nothing_else() -> None:
    job = SpeechJob(MINUTE, shipped_vocabulary(), EngineChoice())
    os.kill(started(job), signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)

    with pytest.raises(EngineFailedError, match="ended by itself"):
        job.result()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot halt a process")
def test_an_engine_that_hangs_is_ended_after_its_time() -> None:
    job = SpeechJob(MINUTE, shipped_vocabulary(), EngineChoice(), timeout_s=1.0)
    os.kill(started(job), signal.SIGSTOP)

    with pytest.raises(EngineFailedError, match="gave no answer for 1 s"):
        job.result()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has classes of priority instead")
def test_an_engine_makes_way_for_whatever_else_runs() -> None:
    own = os.getpriority(os.PRIO_PROCESS, 0)
    job = SpeechJob(MINUTE, shipped_vocabulary(), EngineChoice())
    pid, deadline_s = started(job), time.monotonic() + 20
    while os.getpriority(os.PRIO_PROCESS, pid) <= own and not job.is_done and time.monotonic() < deadline_s:
        time.sleep(0.005)

    assert os.getpriority(os.PRIO_PROCESS, pid) == min(own + 10, 19)
    job.cancel()


def test_a_job_can_be_cancelled_at_any_time() -> None:
    job = SpeechJob(MINUTE, shipped_vocabulary(), EngineChoice())

    assert job.result(timeout_s=0.0) is None
    job.cancel()
    job.cancel()

    with pytest.raises(EngineFailedError, match="cancelled"):
        job.result()
