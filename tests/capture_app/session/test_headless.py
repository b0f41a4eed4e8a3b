"""The session without windows, on a clock that only its own sleep moves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from session_fakes import FakeRun

from capture_app.acquisition import messages as m
from capture_app.session.headless import HeadlessRun, RecordingFailedError, TrackerUnavailableError

OPENED = m.TrackerOpened(info={"rate_hz": 600.0}, rates_hz=[600.0], wants_scene=False, calibrates=False)
FILE = Path("a.gazeh5")


class Script:
    """Moves the clock with every sleep and says what is due after so many sleeps, or as an answer."""

    def __init__(self, run: FakeRun, answers: dict[type[Any], Callable[[], m.Message]]) -> None:
        self.run = run
        self.answers = answers
        self.at_sleep: dict[int, m.Message] = {}
        self.sleeps = 0
        self._answered = 0

    def sleep(self, seconds: float) -> None:
        self.run.clock.advance_ns(round(seconds * 1e9))
        acquisition = self.run.acquisition
        acquisition.deliver(6)
        for message in acquisition.sent[self._answered :]:
            if type(message) in self.answers:
                acquisition.say(self.answers[type(message)]())
        self._answered = len(acquisition.sent)
        self.sleeps += 1
        if self.sleeps in self.at_sleep:
            acquisition.say(self.at_sleep[self.sleeps])

    def record(self, seconds: float = 1.0) -> Any:
        headless = HeadlessRun(self.run.session, clock=self.run.clock, sleep=self.sleep)
        return headless.record(FILE, "R01", seconds)


@pytest.fixture
def script(make_run: Any, gaze: Any) -> Script:
    """Return a script in which everything goes well."""
    run = make_run(gaze.gaze)
    run.session.connect_tracker("mock", {})
    return Script(
        run,
        {
            m.OpenTracker: lambda: OPENED,
            m.StartRecording: lambda: m.RecordingStarted(
                path=str(FILE), t_host_ns=run.clock.now_ns(), first_row=run.acquisition.written
            ),
            m.EndSamples: lambda: m.SamplesEnded(next_row=run.acquisition.written),
            m.StopRecording: lambda: m.RecordingClosed(
                path=str(FILE), reason="asked", samples=600, lost=0, rows={"fixations": 4}
            ),
        },
    )


def test_a_recording_lasts_as_long_as_asked_and_is_closed(script: Script) -> None:
    began_ns = script.run.clock.now_ns()
    result = script.record(1.0)
    assert (result.closed.samples, result.live_fixations) == (600, 4)
    assert 1.0 <= (script.run.clock.now_ns() - began_ns) / 1e9 < 1.3


def test_a_finite_source_ends_the_recording_early(script: Script) -> None:
    script.at_sleep[20] = m.TrackerNotice(t_host_ns=1, kind="finished", text="All is played.", value=0.0)
    script.record(60.0)
    assert script.sleeps < 40


def test_a_tracker_that_cannot_be_opened_is_its_own_error(script: Script) -> None:
    script.answers[m.OpenTracker] = lambda: m.Failed(
        request="OpenTracker", kind="tracker", text="It is not there."
    )
    with pytest.raises(TrackerUnavailableError, match="It is not there"):
        script.record()


def test_a_tracker_that_never_answers_is_given_up(script: Script) -> None:
    del script.answers[m.OpenTracker]
    with pytest.raises(TrackerUnavailableError, match="did not answer within 30 s"):
        script.record()


def test_a_process_that_dies_while_the_tracker_opens_is_named(script: Script) -> None:
    script.run.acquisition.is_alive = False
    with pytest.raises(TrackerUnavailableError, match="ended unexpectedly"):
        script.record()


def test_a_file_that_cannot_be_made_is_a_failed_recording(script: Script) -> None:
    script.answers[m.StartRecording] = lambda: m.Failed(
        request="StartRecording", kind="recording", text="No room."
    )
    with pytest.raises(RecordingFailedError, match="No room"):
        script.record()


def test_a_file_that_is_never_made_is_given_up(script: Script) -> None:
    del script.answers[m.StartRecording]
    with pytest.raises(RecordingFailedError, match="was not made within 30 s"):
        script.record()


def test_a_full_disk_breaks_the_recording_off(script: Script) -> None:
    script.at_sleep[30] = m.Failed(request="", kind="recording", text="The disk is full.")
    with pytest.raises(RecordingFailedError, match="The disk is full"):
        script.record(60.0)
    assert script.sleeps < 40


def test_a_file_that_closed_by_itself_ends_the_run_at_once(script: Script) -> None:
    script.at_sleep[30] = m.RecordingClosed(path=str(FILE), reason="tracker failed", samples=90, lost=0)
    assert script.record(60.0).closed.reason == "tracker failed"
    assert script.sleeps < 40


def test_a_close_that_is_never_confirmed_names_the_way_out(script: Script) -> None:
    del script.answers[m.StopRecording]
    with pytest.raises(RecordingFailedError, match="reading-station recover"):
        script.record()
