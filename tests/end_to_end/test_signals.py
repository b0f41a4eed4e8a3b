"""Signals and triggers through the whole chain: a pseudo terminal stands for the cable."""

from __future__ import annotations

import json
import os
import select
import sys
import threading
from collections.abc import Iterator

import numpy as np
import pytest

from capture_app.session.engine import CaptureSession
from capture_app.session.port import ScreenFacts
from capture_app.session.settings import Settings
from capture_app.session.signal_settings import SignalSettings
from capture_app.session.station import facts_of
from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording
from recordings_schema.validate import validate

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(sys.platform == "win32", reason="pseudo terminals are not known there"),
]
FACTS = ScreenFacts(
    name="screen", width_px=1920, height_px=1080, width_mm=528.0, height_mm=297.0, refresh_hz=60.0
)
SHOWN, CLEARED = 21, 22
LATE_MS = 20.0


class Cable:
    """What is plugged in: sends bytes, and keeps every byte that comes out of the port."""

    def __init__(self) -> None:
        self._device, self._other = os.openpty()
        self.name = os.ttyname(self._other)
        self.received: list[int] = []
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def send(self, *values: int) -> None:
        os.write(self._device, bytes(values))

    def close(self) -> None:
        """Pull it out; closing twice is closing once."""
        if not self._is_over.is_set():
            self._is_over.set()
            self._thread.join(5.0)
            os.close(self._device)
            os.close(self._other)

    def _listen(self) -> None:
        while not self._is_over.is_set():
            ready, _, _ = select.select([self._device], [], [], 0.02)
            if ready:
                self.received += os.read(self._device, 64)


@pytest.fixture
def cable() -> Iterator[Cable]:
    cable = Cable()
    yield cable
    cable.close()


def test_bytes_come_into_the_recording_and_each_image_sends_its_trigger(
    start_reading, pictures, cable, tmp_path
):
    path = tmp_path / "signals.gazeh5"
    reading = start_reading(FACTS)
    session: CaptureSession = reading.session
    session.apply_settings(
        Settings(
            signals=SignalSettings(
                port_in=cable.name, port_out=cable.name, code_image_shown=SHOWN, code_cleared=CLEARED
            )
        )
    )
    reading.until(lambda: session.link.signals is not None and session.link.signals.is_out_open)
    session.show_folder(pictures)
    reading.connect("mock", rate_hz="600")
    reading.begin(path)
    reading.show_case(0)
    cable.send(5)
    reading.until(lambda: any(each.kind == "signal" for each in session.link.sentences))
    cable.send(6, 7)
    reading.show_case(1)
    reading.until(lambda: len([code for code in cable.received if code == SHOWN]) == 2)
    reading.end()

    with Recording.open(path) as recording:
        signals = recording.rows(DatasetKey.EXTERNAL_SIGNALS)
        triggers = recording.rows(DatasetKey.TRIGGERS)
        viewport = recording.rows(DatasetKey.VIEWPORT)
        gaze = recording.rows(DatasetKey.GAZE)
        facts = dict(facts_of(recording))
    assert (facts["Signals of other devices"], facts["Triggers"]) == ("3", str(len(triggers)))
    assert signals["value"].tolist() == [5, 6, 7]
    assert set(signals["source"].tolist()) == {cable.name.encode()}
    inside = (signals["t_host_ns"] > gaze["t_host_ns"][0]) & (signals["t_host_ns"] < gaze["t_host_ns"][-1])
    assert inside.all()

    assert [code for code in cable.received if code] == triggers["code"].tolist()
    shown = viewport[(viewport["cause"] == b"show") & (viewport["t_presented_host_ns"] > 0)]
    of_images = triggers[triggers["cause"] == b"show"]
    assert of_images["code"].tolist() == [SHOWN, SHOWN]
    assert np.isin(of_images["t_onset_host_ns"], shown["t_presented_host_ns"]).all()
    assert of_images["trial"].tolist() == [0, 1]
    assert (triggers["t_onset_host_ns"] <= triggers["t_before_host_ns"]).all()
    assert (triggers["t_before_host_ns"] <= triggers["t_after_host_ns"]).all()
    assert [finding for finding in validate(path) if finding.severity.name == "ERROR"] == []


def test_a_cable_pulled_out_in_the_middle_costs_no_sample_and_is_told(
    start_reading, pictures, cable, tmp_path
):
    path = tmp_path / "pulled.gazeh5"
    link_name = tmp_path / "trigger-box"  # what the system would name the device again
    link_name.symlink_to(cable.name)
    reading = start_reading(FACTS)
    session: CaptureSession = reading.session
    session.apply_settings(Settings(signals=SignalSettings(port_in=str(link_name))))
    reading.until(lambda: session.link.signals is not None and session.link.signals.is_in_open)
    reading.connect("mock", rate_hz="600")
    reading.begin(path)
    cable.close()
    link_name.unlink()
    reading.until(lambda: not session.link.signals.is_in_open)
    assert reading.state.verdict.word == "signal port closed"
    other = Cable()
    link_name.symlink_to(other.name)
    reading.until(lambda: session.link.signals.is_in_open)
    other.send(9)
    reading.until(lambda: any(each.text.startswith("Signal 9") for each in session.link.sentences))
    reading.end()
    other.close()

    with Recording.open(path) as recording:
        signals = recording.rows(DatasetKey.EXTERNAL_SIGNALS)
        kinds = [bytes(kind) for kind in recording.rows(DatasetKey.EVENTS)["kind"]]
        gaze = recording.rows(DatasetKey.GAZE)
    assert signals["change"].tolist() == [b"connection_restored", b"value_changed"]
    assert signals["value"].tolist() == [-1, 9]
    assert {b"signal_port_lost", b"signal_port_restored"} <= set(kinds)
    assert (np.diff(gaze["seq"]) == 1).all()


def test_the_command_line_sends_triggers_and_says_what_they_took(run_command, pictures, cable, tmp_path):
    path = tmp_path / "by-command.gazeh5"
    said = run_command(
        *("record", "--tracker", "mock", "--rate", "300", "--seconds", "3", "--out", str(path)),
        *("--images", str(pictures), "--trigger-out", cable.name, "--json"),
    )
    assert said.code == 0, said.err
    answer = json.loads(said.out)
    assert answer["rows"]["triggers"] == len([code for code in cable.received if code])
    assert any("triggers left" in note for note in answer["notes"])


def test_the_command_line_refuses_a_port_that_is_not_there(run_command, tmp_path):
    said = run_command(
        *("record", "--tracker", "mock", "--seconds", "1", "--out", str(tmp_path / "no.gazeh5")),
        *("--signal-in", "/dev/not-plugged-in"),
    )
    assert said.code == 3
    assert "There is no serial port /dev/not-plugged-in. Plug the device in" in said.err
    assert not (tmp_path / "no.gazeh5").exists()
