"""Clicks at known host times, heard through the virtual microphone, land on the gaze clock."""

from __future__ import annotations

import time
import wave
from dataclasses import replace

import numpy as np
import pytest

from capture_app.session.acquisition_start import start_acquisition
from capture_app.session.dictation_settings import DictationSettings
from capture_app.session.engine import CaptureSession
from capture_app.session.headless import HeadlessRun
from capture_app.session.settings import Settings
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


def test_clicks_through_the_microphone_land_within_a_millisecond_after_the_fit(rig, tmp_path, monkeypatch):
    for name, value in rig.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    clicks = Clicks(rig.hang_on("photodiode"))
    settings = replace(Settings(), dictation=DictationSettings(is_on=True))
    session = CaptureSession(start_acquisition, settings=settings)
    try:
        until_s = time.monotonic() + 40
        while session.link.audio is None and time.monotonic() < until_s:
            session.step()
        assert session.link.audio.is_on, session.link.audio.text
        session.connect_tracker("mock", {})
        HeadlessRun(session, progress=clicks.step).record(tmp_path / "clicks.gazeh5", "R01", 6.0)
    finally:
        session.close()
    with Recording.open(tmp_path / "clicks.gazeh5") as recording:
        (segment,) = recording.rows(DatasetKey.AUDIO_SEGMENTS)
        sync = recording.rows(DatasetKey.AUDIO_SYNC)
    with wave.open(str(tmp_path / decode_text(segment["file"]))) as file:
        pcm = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(int)
    assert len(pcm) == segment["frame_count"] == sync["frame"][-1] + 1
    edges = np.flatnonzero(np.abs(np.diff(pcm)) > 6000) + 1
    edges = edges[np.diff(edges, prepend=-48_000) > 1000]
    heard_ns = int(segment["t_first_host_ns"]) + edges / rate_of(segment) * 1e9
    nearest = np.abs(heard_ns[:, None] - np.array(clicks.times_ns)[None, :]).argmin(axis=1)
    late_ms = (heard_ns - np.array(clicks.times_ns)[nearest]) * 1e-6
    assert len(late_ms) >= 15
    assert np.ptp(late_ms) < SPREAD_MS
    assert abs(late_ms.mean()) < 60.0  # the buffers of the sound server, a constant of the device


def rate_of(segment) -> float:
    fitted_hz = float(segment["fitted_rate_hz"])
    return float(segment["rate_hz"]) if np.isnan(fitted_hz) else fitted_hz
