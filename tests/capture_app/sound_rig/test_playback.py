"""A dictation played on the virtual loudspeaker is heard there, from the moment that was asked for."""

from __future__ import annotations

import time
import wave

import numpy as np
import pytest

from capture_app.acquisition.audio import SoundClient, choose_device
from capture_app.session.study_desk.dictation_sound import Stretch
from capture_app.session.study_desk.voice_player import VoicePlayer

RATE_HZ = 48_000
LEVEL = 8_000
WAIT_S = 30.0

pytestmark = [pytest.mark.processes, pytest.mark.timeout(120)]


def until(holds) -> None:
    until_s = time.monotonic() + WAIT_S
    while not holds():
        assert time.monotonic() < until_s
        time.sleep(0.005)  # another process plays in real time


def test_a_word_is_heard_and_the_quiet_before_it_is_not(rig, tmp_path, monkeypatch):
    for name, value in rig.environment.items():
        monkeypatch.setenv(name, value)
    rig.hang_on("cable", "0")
    sound = np.zeros(4 * RATE_HZ, "<i2")
    sound[3 * RATE_HZ :: 96] = LEVEL  # two seconds of quiet are passed over, one is played, then clicks
    with wave.open(str(tmp_path / "case_audio_000.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(sound.tobytes())
    stretch = Stretch(
        file=tmp_path / "case_audio_000.wav", t_first_host_ns=0, frame_count=len(sound), rate_hz=RATE_HZ,
        true_rate_hz=RATE_HZ,
    )  # fmt: skip
    listener, player = SoundClient(), VoicePlayer()
    try:
        listener.begin(choose_device(listener.devices, "input"), None, np.zeros(0, np.int16))
        player.prepare()
        until(lambda: player.can_play or player.problem)
        assert player.problem == ""
        player.play([stretch], 2_000_000_000)
        until(lambda: (player.position_ns or 0) > 3_500_000_000)
        until(lambda: player.position_ns is None)
        assert player.problem == ""
        heard = listener.end()
    finally:
        player.close()
        listener.close()
    loud = np.flatnonzero(np.abs(heard.pcm.astype(int)) > LEVEL // 2)
    assert (loud[-1] - loud[0]) / RATE_HZ == pytest.approx(1.0, abs=0.1)
