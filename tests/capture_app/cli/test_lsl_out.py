"""Our LSL streams from the command line."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from capture_app.acquisition import messages as m
from capture_app.cli.exits import CommandError, ExitCode
from capture_app.cli.lsl_out import LslOut, lsl_out_of, wait_for_streams, with_streams
from capture_app.session.settings import Settings
from capture_app.session.signal_settings import OutletSettings


class FakeSession:
    """Answers after some steps, or never."""

    def __init__(self, answer: m.StreamsOffered | None, after: int) -> None:
        self.link = SimpleNamespace(streams=None)
        self.steps = 0
        self._answer = answer
        self._after = after

    def step(self) -> None:
        self.steps += 1
        if self.steps == self._after:
            self.link.streams = self._answer


def offered(text: str, *, is_on: bool) -> m.StreamsOffered:
    return m.StreamsOffered(is_on=is_on, has_consumers=False, text=text)


def no_pause(_seconds: float) -> None:
    """Time passes at once."""


def test_streams_are_on_only_where_they_are_asked_for() -> None:
    assert lsl_out_of(is_wanted=False, session_id=None, is_network_allowed=False) is None
    assert with_streams(Settings(), None) == Settings()
    wanted = lsl_out_of(is_wanted=True, session_id="lab", is_network_allowed=True)
    outlet = with_streams(Settings(), wanted).outlet
    assert outlet == OutletSettings(is_on=True, is_network_allowed=True, session_id="lab")


def test_name_and_session_are_those_of_the_settings_and_the_network_is_not() -> None:
    settings = Settings(outlet=OutletSettings(name="Room", session_id="eeg", is_network_allowed=True))
    outlet = with_streams(settings, LslOut(session_id=None, is_network_allowed=False)).outlet
    assert outlet == OutletSettings(is_on=True, name="Room", session_id="eeg")


@pytest.mark.parametrize(("session_id", "is_network_allowed"), [("lab", False), (None, True)])
def test_how_without_whether_is_a_wrong_command_line(session_id, is_network_allowed) -> None:
    with pytest.raises(CommandError, match="Give --lsl-out too") as refused:
        lsl_out_of(is_wanted=False, session_id=session_id, is_network_allowed=is_network_allowed)
    assert refused.value.code is ExitCode.USAGE


def test_what_is_offered_is_said_before_the_recording_begins(capsys) -> None:
    session = FakeSession(offered("Offered on this computer.", is_on=True), after=3)
    wait_for_streams(session, no_pause)
    assert session.steps == 3
    assert capsys.readouterr().err == "Offered on this computer.\n"


def test_streams_that_are_refused_end_the_command_with_their_sentence() -> None:
    session = FakeSession(offered("No LSL streams are offered. Install pylsl.", is_on=False), after=1)
    with pytest.raises(CommandError, match="Install pylsl") as refused:
        wait_for_streams(session, no_pause)
    assert refused.value.code is ExitCode.INPUT


def test_streams_that_never_come_are_not_waited_for_without_end() -> None:
    with pytest.raises(CommandError, match="not ready within 20 s"):
        wait_for_streams(FakeSession(None, after=0), no_pause)
