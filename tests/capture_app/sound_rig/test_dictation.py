"""Clicks at known host times, heard through the virtual microphone, land on the gaze clock."""

from __future__ import annotations

import os
import signal
import time
import wave
from dataclasses import replace

import numpy as np
import pytest

from capture_app.session.acquisition_start import start_acquisition
from capture_app.session.dictation_files import dictation_rows, validate_with_dictation
from capture_app.session.dictation_settings import DictationSettings
from capture_app.session.engine import CaptureSession
from capture_app.session.headless import HeadlessRun, RecordingFailedError
from capture_app.session.settings import Settings
from capture_app.session.station import Station
from gaze_core.rows import decode_text
from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording

SPREAD_MS = 1.0
AHEAD_NS = 100_000_000
CLICK_EVERY_NS = 250_000_000

pytestmark = [pytest.mark.processes, pytest.mark.timeout(120)]


class Clicks:
    """Has the level step ever so often, up and down, and keeps when."""

    def __init__(self, feeder) -> None:
        self._feeder = feeder
        self.times_ns: list[int] = []

    def step(self, *_: object) -> None:
        now_ns = time.perf_counter_ns()
        if not self.times_ns or now_ns + AHEAD_NS - self.times_ns[-1] >= CLICK_EVERY_NS:
            self.times_ns.append(now_ns + AHEAD_NS)
            self._feeder.stdin.write(f"{self.times_ns[-1]} {len(self.times_ns) % 2}\n")
            self._feeder.stdin.flush()


@pytest.fixture
def session(rig, tmp_path, monkeypatch):
    """A session whose dictation is on, and hears the virtual microphone."""
    for name, value in rig.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    opened = []

    def begin() -> CaptureSession:
        settings = replace(Settings(), dictation=DictationSettings(is_on=True))
        opened.append(CaptureSession(start_acquisition, settings=settings))
        until_s = time.monotonic() + 40
        while opened[-1].link.audio is None and time.monotonic() < until_s:
            opened[-1].step()
        assert opened[-1].link.audio.is_on, opened[-1].link.audio.text
        opened[-1].connect_tracker("mock", {})
        return opened[-1]

    yield begin
    for each in opened:
        each.close()


def test_clicks_through_the_microphone_land_within_a_millisecond_after_the_fit(rig, session, tmp_path):
    clicks = Clicks(rig.hang_on("photodiode"))
    HeadlessRun(session(), progress=clicks.step).record(tmp_path / "clicks.gazeh5", "R01", 6.0)
    segment, sync, pcm = dictation_of(tmp_path / "clicks.gazeh5")
    assert len(pcm) == segment["frame_count"] == sync["frame"][-1] + 1
    edges = np.flatnonzero(np.abs(np.diff(pcm)) > 6000) + 1
    edges = edges[np.diff(edges, prepend=-48_000) > 1000]
    heard_ns = int(segment["t_first_host_ns"]) + edges / rate_of(segment) * 1e9
    nearest = np.abs(heard_ns[:, None] - np.array(clicks.times_ns)[None, :]).argmin(axis=1)
    late_ms = (heard_ns - np.array(clicks.times_ns)[nearest]) * 1e-6
    assert len(late_ms) >= 15
    assert np.ptp(late_ms) < SPREAD_MS
    assert abs(late_ms.mean()) < 60.0  # the buffers of the sound server, a constant of the device


@pytest.mark.long
@pytest.mark.skipif(os.name != "posix", reason="the virtual sound device is a matter of Linux")
def test_a_microphone_that_goes_silent_in_a_sentence_costs_the_rest_of_the_sound_alone(
    rig, session, tmp_path
):
    """With PortAudio the stop of a device that delivers nothing never returns; the recording closes."""
    clicks = Clicks(rig.hang_on("photodiode"))

    def unplug(elapsed_s: float, _state: object) -> None:
        if elapsed_s > 2.0:
            rig.take_off()
        else:
            clicks.step()

    began_s = time.monotonic()
    running = session()
    result = HeadlessRun(running, progress=unplug).record(tmp_path / "cut.gazeh5", "R01", 7.0)
    assert time.monotonic() - began_s < 40
    assert result.closed.samples > 6 * 600
    assert "unplugged" in running.link.last_sentence("audio_lost")
    segment, _, pcm = dictation_of(tmp_path / "cut.gazeh5")
    assert 1.5 < len(pcm) / segment["rate_hz"] < 4.0
    findings = validate_with_dictation(tmp_path / "cut.gazeh5")
    assert [each for each in findings if each.where == "/audio/segments"] == []


@pytest.mark.skipif(os.name != "posix", reason="the virtual sound device is a matter of Linux")
def test_a_kill_in_a_sentence_costs_a_quarter_of_a_second_and_recovery_mends_the_rest(rig, session, tmp_path):
    clicks = Clicks(rig.hang_on("photodiode"))
    running = session()
    path = tmp_path / "killed.gazeh5"
    killed_ns = []

    def kill(elapsed_s: float, _state: object) -> None:
        clicks.step()
        if elapsed_s > 3.0 and not killed_ns:
            killed_ns.append(time.perf_counter_ns())
            os.kill(running._link._acquisition.pid, signal.SIGKILL)

    with pytest.raises(RecordingFailedError):
        HeadlessRun(running, progress=kill).record(path, "R01", 20.0)
    outcome = Station().recover(path)
    assert outcome.is_recovered
    assert "killed_audio_000.wav was cut off" in outcome.summary
    with Recording.open(path) as recording:
        (segment,) = dictation_rows(recording, path)
    with wave.open(str(tmp_path / "killed_audio_000.wav")) as file:
        assert file.getnframes() == segment["frame_count"]
    end_ns = int(segment["t_first_host_ns"]) + int(segment["frame_count"]) / rate_of(segment) * 1e9
    assert (killed_ns[0] - end_ns) * 1e-9 < 0.25 + 0.1  # and what the sound server still held


def dictation_of(path):
    """Return the one segment of a recording, its sync rows, and its sound."""
    with Recording.open(path) as recording:
        (segment,) = recording.rows(DatasetKey.AUDIO_SEGMENTS)
        sync = recording.rows(DatasetKey.AUDIO_SYNC)
    with wave.open(str(path.with_name(decode_text(segment["file"])))) as file:
        return segment, sync, np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(int)


def rate_of(segment) -> float:
    fitted_hz = float(segment["fitted_rate_hz"])
    return float(segment["rate_hz"]) if np.isnan(fitted_hz) else fitted_hz
