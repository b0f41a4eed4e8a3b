"""The measurement on a virtual sound device finds delays that are known exactly, to within 1 ms.

The device adds a delay of its own, the buffers of the sound server, another one each time it is opened. So
the delays change while it is open: every fourth click has none, and what the others take beyond it is
compared with what was put in.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import numpy as np
import pytest
from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication

from capture_app.acquisition.audio import SoundClient
from capture_app.gui.reader_window import ReaderWindow
from capture_app.gui.timing_window import PatchFlipper
from capture_app.session.port import ScreenFacts
from capture_app.session.settings import Settings
from capture_app.session.timing_audio import SoundChoice
from capture_app.session.timing_constants import TimingConstants
from capture_app.session.timing_onset import PatchFlip, PatchRun, measure_onset

RATE_HZ = 48_000
TOLERANCE_MS = 1.0
DELAYS_MS = (0.0, 20.0, 35.5, 80.0)
FLIPS = 6 * len(DELAYS_MS)

pytestmark = [pytest.mark.processes, pytest.mark.timeout(180)]


def run_command(rig, *arguments: str) -> dict:
    command = [sys.executable, "-m", "capture_app", "timing", "--json", *arguments]
    done = subprocess.run(
        command,
        env={**os.environ, **rig.environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_command_finds_known_delays_of_the_cable(rig):
    rig.hang_on("cable", *(str(round(delay_ms * RATE_HZ / 1000)) for delay_ms in DELAYS_MS))
    document = run_command(rig, "--only", "audio", "--seconds", "2")
    openings_ms = [np.array(trips, float) for trips in document["round_trips_ms"]]
    assert [len(trips_ms) for trips_ms in openings_ms] == [8, 8, 8]
    groups_ms = [trips_ms.reshape(-1, len(DELAYS_MS)) for trips_ms in openings_ms]
    # The device's own delay is another one at each opening, and a busy sound server changes it in between:
    # against a delay that did not stay the same nothing can be compared.
    steady_ms = [group for group in groups_ms if np.ptp(group[:, 0]) <= TOLERANCE_MS]
    assert steady_ms, groups_ms
    errors_ms = [group - group[:, 0].mean() - np.array(DELAYS_MS) for group in steady_ms]
    assert min(np.abs(error).max() for error in errors_ms) <= TOLERANCE_MS, errors_ms


@pytest.mark.long
def test_the_latency_of_a_cable_is_stored_with_what_is_not_known_of_it(rig):
    rig.hang_on("cable", "0")
    document = run_command(rig, "--only", "audio", "--seconds", "2")
    found = {each["name"]: each for each in document["constants"]}
    both = found["audio_round_trip"]
    assert both["count"] == 24
    assert both["mean"] == pytest.approx(20.0, abs=15.0)  # buffers of the sound server and of its client
    halves = found["audio_input_latency"]["mean"] + found["audio_output_latency"]["mean"]
    assert halves == pytest.approx(both["mean"])
    assert found["audio_input_latency"]["systematic"] >= both["mean"] / 2 - 1e-9


@pytest.mark.long
def test_without_a_cable_the_command_says_so_and_ends_well(rig):
    rig.hang_on("cut", "0")
    document = run_command(rig, "--only", "audio", "--seconds", "2")
    assert document["constants"] == []
    assert "0 of 24 clicks came back" in document["unmeasured"][0]["why"]


BASE_MS = 100.0
"""The photodiode is told of a change that has happened, and needs some blocks to draw its edge ahead."""


def test_known_delays_of_light_are_found_on_the_patch_of_the_real_window(rig, qapp, monkeypatch):
    for name, value in rig.environment.items():
        monkeypatch.setenv(name, value)
    diode = rig.hang_on("photodiode")
    window = ReaderWindow()
    window.resize(800, 600)

    def light_up(flip: PatchFlip) -> None:
        delay_ms = BASE_MS + DELAYS_MS[len(flipper.flips) % len(DELAYS_MS)]
        diode.stdin.write(f"{flip.t_presented_host_ns + round(delay_ms * 1e6)} {int(flip.is_bright)}\n")
        diode.stdin.flush()

    flipper = PatchFlipper(window, Settings(), FLIPS, light_up)

    def flip_patch() -> PatchRun:
        window.show()
        flipper.begin()
        wait_until_over(qapp, flipper)
        facts = ScreenFacts(name="screen", width_px=800, height_px=600)
        return PatchRun(flips=tuple(flipper.flips), facts=facts, is_complete=True)

    sound = SoundClient()
    try:
        findings = measure_onset(sound, SoundChoice(), flip_patch, TimingConstants(), time.sleep)
    finally:
        sound.close()
        window.hide()
        window.deleteLater()
    latencies_ms = np.array([flip.latency_ms for flip in findings.flips], float)
    assert len(latencies_ms) == FLIPS
    groups_ms = [latencies_ms[(np.arange(FLIPS) + 1) % len(DELAYS_MS) == k] for k in range(len(DELAYS_MS))]
    means_ms = np.array([group.mean() for group in groups_ms])
    assert means_ms - means_ms[0] == pytest.approx(np.array(DELAYS_MS), abs=TOLERANCE_MS)
    assert [group.std() < TOLERANCE_MS for group in groups_ms] == [True] * len(DELAYS_MS)


def wait_until_over(qapp: QApplication, flipper: PatchFlipper) -> None:
    loop = QEventLoop()
    flipper.finished.connect(loop.quit)
    loop.exec()
