"""The session without windows, on a clock that only its own sleep moves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from session_fakes import FakeRun

from capture_app.acquisition import messages as m
from capture_app.session.cases import cases_of_images
from capture_app.session.headless import (
    SHORTEST_TURN_S,
    HeadlessRun,
    NoImageError,
    RecordingFailedError,
    StoppedEarlyError,
    TrackerUnavailableError,
)

OPENED = m.TrackerOpened(info={"rate_hz": 600.0}, rates_hz=[600.0], wants_scene=False, calibrates=False)
FILE = Path("a.gazeh5")


class Script:
    """Moves the clock with every sleep and says what is due after so many sleeps, or as an answer."""

    def __init__(self, run: FakeRun, answers: dict[type[Any], Callable[[], m.Message]]) -> None:
        self.run = run
        self.answers = answers
        self.at_sleep: dict[int, m.Message] = {}
        self.sleeps = 0
        self.stop_after_sleeps = 10**9
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
        headless = HeadlessRun(
            self.run.session,
            clock=self.run.clock,
            sleep=self.sleep,
            is_stop_wanted=lambda: self.sleeps >= self.stop_after_sleeps,
        )
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


def shown_ms(script: Script) -> list[int]:
    """Return how long each trial was open, in whole ms."""
    trials = script.run.acquisition.appended("trial")
    opened = trials["t_host_ns"][trials["state"] == b"open"]
    ended = trials["t_host_ns"][trials["state"] == b"done"]
    return [round(float(ns) / 1e6) for ns in ended - opened]


def decoded(script: Script) -> None:
    """Wait for the thread that decodes: the clock of the test stands still meanwhile."""
    while script.run.session.shown_since_host_ns is None:
        script.run.step(advance_ns=0)


def test_cases_are_shown_in_turn_and_share_the_time(script: Script, make_image: Any) -> None:
    images = [make_image(f"{number}.png") for number in range(3)]
    script.run.session.show_cases(cases_of_images(images))
    decoded(script)
    result = script.record(6.0)
    assert (result.unreadable, result.cases_left) == ((), 0)
    assert len(shown_ms(script)) == 3
    assert all(1500 < shown < 2500 for shown in shown_ms(script))


def test_a_case_is_shown_for_a_second_at_least_and_the_rest_is_told(script: Script, make_image: Any) -> None:
    images = [make_image(f"{number}.png") for number in range(6)]
    script.run.session.show_cases(cases_of_images(images))
    decoded(script)
    result = script.record(2.5)
    assert min(shown_ms(script)[:-1]) >= SHORTEST_TURN_S * 1000 - 20
    assert result.cases_left == 6 - len(shown_ms(script)) > 0


def test_without_an_image_that_can_be_shown_nothing_is_recorded(script: Script, tmp_path: Path) -> None:
    junk = tmp_path / "nopix.dcm"
    junk.write_bytes(b"junk")
    script.run.session.show_cases(cases_of_images([junk, tmp_path / "gone.png"]))
    with pytest.raises(NoImageError, match=r"nothing was recorded.*nopix\.dcm"):
        script.record()
    assert not script.run.acquisition.all_sent(m.StartRecording)


def test_images_that_cannot_be_shown_beside_others_are_told_at_the_end(
    script: Script, make_image: Any, tmp_path: Path
) -> None:
    junk = tmp_path / "nopix.dcm"
    junk.write_bytes(b"junk")
    script.run.session.show_cases(cases_of_images([junk, make_image("a.png")]))
    decoded(script)
    result = script.record(1.0)
    assert len(result.unreadable) == 1
    assert result.unreadable[0].startswith("Case nopix: ")


def test_whoever_stops_early_has_a_recording_that_is_closed(script: Script) -> None:
    script.stop_after_sleeps = 60
    result = script.record(60.0)
    assert result.is_stopped_early
    assert script.run.acquisition.all_sent(m.StopRecording)
    assert script.sleeps < 80


def test_whoever_stops_before_the_tracker_is_open_has_no_recording(script: Script) -> None:
    del script.answers[m.OpenTracker]
    script.stop_after_sleeps = 5
    with pytest.raises(StoppedEarlyError, match="before anything was recorded"):
        script.record()
    assert not script.run.acquisition.all_sent(m.StartRecording)
