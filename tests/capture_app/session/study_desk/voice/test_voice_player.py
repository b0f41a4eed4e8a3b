"""Playing a dictation: from the right frame, on the loudspeaker of the system, without holding anybody up."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

import numpy as np
import pytest
from voice_rig import RATE_HZ, a_segment

from capture_app.acquisition.audio import SoundDevice, SoundError
from capture_app.session.study_desk.dictation_sound import Stretch, stretch_of
from capture_app.session.study_desk.voice_player import VoicePlayer

WAIT_S = 10.0
SPEAKERS = SoundDevice(
    index=3, name="Speakers", host_api="ALSA", input_channels=0, output_channels=2, default_rate_hz=48_000.0,
    is_default_output=True,
)  # fmt: skip


@dataclass
class FakeSpeaker:
    """A loudspeaker whose time a test moves."""

    output_rate_hz: float = 48_000.0
    devices: tuple[SoundDevice, ...] = (SPEAKERS,)
    problem: str = ""
    refusal: str = ""
    played_s: float = 0.0
    pcm: np.ndarray | None = None
    has_begun: threading.Event = field(default_factory=threading.Event)
    has_ended: threading.Event = field(default_factory=threading.Event)

    def begin(self, heard, played, pcm) -> None:
        assert heard is None
        assert played is SPEAKERS
        if self.refusal:
            raise SoundError(self.refusal)
        self.pcm = pcm
        self.has_begun.set()

    def stop(self) -> None:
        self.has_ended.set()

    def close(self) -> None:
        self.has_ended.set()


class Shop:
    """Hands out loudspeakers."""

    def __init__(self, *speakers: FakeSpeaker) -> None:
        self.speakers, self.rates_hz = list(speakers), []

    def make(self, rate_hz: float) -> FakeSpeaker:
        self.rates_hz.append(rate_hz)
        return self.speakers.pop(0) if self.speakers else FakeSpeaker()


@pytest.fixture
def player():
    made = []

    def make(*speakers: FakeSpeaker) -> VoicePlayer:
        made.append(VoicePlayer(Shop(*speakers).make))
        return made[-1]

    yield make
    for each in made:
        each.close()


def stretches_in(folder, *frames: int) -> list[Stretch]:
    return [
        stretch_of(a_segment(folder, number, 0, number * 10_000_000_000, count)[0], folder)
        for number, count in enumerate(frames)
    ]


def until(holds) -> None:
    """Wait for the thread of the player."""
    until_s = time.monotonic() + WAIT_S
    while not holds():
        assert time.monotonic() < until_s
        threading.Event().wait(0.005)


def test_it_plays_from_the_moment_that_was_asked_for_and_tells_where_it_is(player, tmp_path):
    speaker = FakeSpeaker()
    it = player(speaker)
    (stretch,) = stretches_in(tmp_path, 2 * RATE_HZ)
    it.play([stretch], 500_000_000)
    assert speaker.has_begun.wait(WAIT_S)
    assert len(speaker.pcm) == pytest.approx(1.5 * 48_000, abs=48)
    speaker.played_s = 1.0
    until(lambda: it.position_ns == 1_500_000_000)
    speaker.played_s = 1.6
    assert speaker.has_ended.wait(WAIT_S)
    until(lambda: it.position_ns is None)


def test_the_next_stretch_follows_without_the_pause_between_them(player, tmp_path):
    speaker = FakeSpeaker()
    it = player(speaker)
    stretches = stretches_in(tmp_path, RATE_HZ, RATE_HZ)
    it.play(stretches, 500_000_000)
    assert speaker.has_begun.wait(WAIT_S)
    assert len(speaker.pcm) == pytest.approx(1.5 * 48_000, abs=48)
    speaker.played_s = 0.75
    until(lambda: it.position_ns == 10_250_000_000)


def test_stopping_ends_the_sound_at_once(player, tmp_path):
    speaker = FakeSpeaker()
    it = player(speaker)
    it.play(stretches_in(tmp_path, RATE_HZ), 0)
    assert speaker.has_begun.wait(WAIT_S)
    it.stop()
    assert speaker.has_ended.wait(WAIT_S)
    until(lambda: it.position_ns is None)


def test_another_word_takes_the_place_of_what_plays(player, tmp_path):
    first, second = FakeSpeaker(), FakeSpeaker()
    it = player(first, second)
    stretches = stretches_in(tmp_path, RATE_HZ)
    it.play(stretches, 0)
    assert first.has_begun.wait(WAIT_S)
    it.play(stretches, 750_000_000)
    assert second.has_begun.wait(WAIT_S)
    assert first.has_ended.is_set()
    assert len(second.pcm) == pytest.approx(0.25 * 48_000, abs=48)


def test_a_device_with_a_rate_of_its_own_gets_sound_of_that_rate(player, tmp_path):
    first, second = FakeSpeaker(output_rate_hz=44_100.0), FakeSpeaker(output_rate_hz=44_100.0)
    it = player(first, second)
    it.play(stretches_in(tmp_path, RATE_HZ), 0)
    assert second.has_begun.wait(WAIT_S)
    assert len(second.pcm) == pytest.approx(44_100, abs=50)


def test_a_computer_without_loudspeaker_says_so(player):
    it = player(FakeSpeaker(devices=()))
    it.prepare()
    until(lambda: bool(it.problem))
    assert "no loudspeaker" in it.problem
    assert not it.can_play


def test_a_loudspeaker_that_refuses_is_told_and_the_next_word_is_tried_with_another(player, tmp_path):
    second = FakeSpeaker()
    it = player(FakeSpeaker(refusal="Speakers: it is used by another program."), second)
    it.prepare()
    until(lambda: it.can_play)
    it.play(stretches_in(tmp_path, RATE_HZ), 0)
    until(lambda: "another program" in it.problem)
    until(lambda: it.can_play)
    it.play(stretches_in(tmp_path, RATE_HZ), 0)
    assert second.has_begun.wait(WAIT_S)
    until(lambda: it.problem == "")


def test_a_sound_file_that_is_gone_is_named(player, tmp_path):
    it = player()
    (stretch,) = stretches_in(tmp_path, RATE_HZ)
    stretch.file.unlink()
    it.play([stretch], 0)
    until(lambda: "cannot be read" in it.problem)
    assert stretch.file.name in it.problem


def test_nothing_is_started_before_it_is_needed():
    shop = Shop()
    it = VoicePlayer(shop.make)
    it.stop()
    it.close()
    it.close()
    it.prepare()
    assert shop.rates_hz == []
