"""Ports named on the command line go before those of the settings, and have to be there."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from capture_app.acquisition.messages import SignalsReady
from capture_app.cli.exits import CommandError, ExitCode
from capture_app.cli.signal_ports import SignalPorts, signal_notes, wait_for_ports, with_ports
from capture_app.session.settings import Settings
from capture_app.session.signal_news import SignalNews
from capture_app.session.signal_settings import OutletSettings, SignalSettings
from gaze_core.rows import TRIGGER

STORED = Settings(signals=SignalSettings(port_in="COM3", baud=9600, code_image_shown=9))
CLOSED = "COM4 is used by another program. Close that program."


class FakeSession:
    """A session whose answer arrives with the third step, or never."""

    def __init__(self, answer: SignalsReady | None) -> None:
        self.link = SimpleNamespace(signals=None, signal_news=SignalNews())
        self._answer = answer
        self.steps = 0

    def step(self) -> None:
        self.steps += 1
        if self.steps == 3:
            self.link.signals = self._answer


def no_sleep(_seconds: float) -> None:
    """Wait for nothing."""


def test_what_is_not_said_is_as_the_settings_have_it():
    assert with_ports(STORED, SignalPorts()) == STORED
    signals = with_ports(STORED, SignalPorts(port_out="COM4", kind_out="rts", pulse_ms=5.0)).signals
    assert (signals.port_in, signals.port_out, signals.baud) == ("COM3", "COM4", 9600)
    assert (signals.kind_out, signals.pulse_ms, signals.code_image_shown) == ("rts", 5.0, 9)


def test_an_empty_name_leaves_a_port_of_the_settings_out():
    ports = SignalPorts(port_in="")
    assert with_ports(STORED, ports).signals.port_in == ""
    assert not ports.is_port_named


def test_what_cannot_stand_is_refused():
    with pytest.raises(CommandError, match="A pulse lasts between") as caught:
        with_ports(STORED, SignalPorts(pulse_ms=float("nan")))
    assert caught.value.code is ExitCode.USAGE


@pytest.mark.parametrize(
    ("ports", "words"),
    [
        (SignalPorts(kind_in="lines"), "--signal-as .* Give --signal-in too"),
        (SignalPorts(kind_out="rts"), "--trigger-as .* Give --trigger-out too"),
        (SignalPorts(pulse_ms=5.0), "--pulse-ms .* Give --trigger-out too"),
        (SignalPorts(baud=9600), "--baud .* Give --signal-in or --trigger-out too"),
    ],
)
def test_what_is_said_of_a_port_that_nobody_named_is_refused(ports, words):
    with pytest.raises(CommandError, match=words) as caught:
        with_ports(Settings(), ports)
    assert caught.value.code is ExitCode.USAGE


def test_a_session_that_lsl_cannot_have_is_no_matter_of_the_ports():
    settings = replace(STORED, outlet=OutletSettings(is_on=True, session_id="room 4"))
    assert with_ports(settings, SignalPorts(baud=19200)).signals.baud == 19200


def test_open_ports_are_waited_for_and_told(capsys):
    session = FakeSession(SignalsReady(is_in_open=True, is_out_open=False, text="Signals come in from COM3."))
    wait_for_ports(session, STORED, no_sleep)
    assert capsys.readouterr().err == "Signals come in from COM3.\n"
    assert session.steps == 3


def test_a_port_that_cannot_be_opened_ends_the_command():
    session = FakeSession(SignalsReady(is_in_open=True, is_out_open=False, text=CLOSED))
    settings = with_ports(STORED, SignalPorts(port_out="COM4"))
    with pytest.raises(CommandError, match="COM4 is used by another program") as caught:
        wait_for_ports(session, settings, no_sleep)
    assert caught.value.code is ExitCode.INPUT


def test_silence_ends_the_command():
    with pytest.raises(CommandError, match="were not ready within 20 s"):
        wait_for_ports(FakeSession(None), STORED, no_sleep)


def test_triggers_and_a_port_closed_at_the_end_are_noted():
    session = FakeSession(None)
    assert signal_notes(session, STORED) == []
    session.link.signal_news.triggers(TRIGGER.row(t_onset_host_ns=0, t_after_host_ns=2_000_000))
    session.link.signals = SignalsReady(is_in_open=False, is_out_open=False, text=CLOSED)
    trigger, port = signal_notes(session, STORED)
    assert trigger.startswith("1 trigger left 2.0 ms")
    assert port == f"At the end a signal port was closed. {CLOSED}"
