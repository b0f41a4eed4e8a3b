"""Dictation in the acquisition process: what is kept of a microphone, and what the app is told of it."""

from __future__ import annotations

import errno
import threading
import wave

import numpy as np
import pytest
from audio_fakes import BLUETOOTH, DESK, START_NS, FakeMicrophone, FakeRecorder

from capture_app.acquisition import messages as m
from capture_app.acquisition.audio import dictation
from capture_app.acquisition.audio.wav_file import WavWriter, sha256_of
from capture_app.acquisition.audio_service import FIRST_RETRY_NS, LEVEL_EVERY_NS, AudioService
from capture_app.acquisition.services import ServiceParts
from gaze_core.clocks import ManualClock
from gaze_core.rows import TRIAL, decode_text
from recordings_schema.layout import DatasetKey

WAIT_S = 10.0


class Bench:
    """The service with a microphone, a recorder and a clock that a test moves."""

    def __init__(self, folder, **microphone) -> None:
        self.clock = ManualClock(START_NS)
        self.recorder = FakeRecorder(folder)
        self.microphone = FakeMicrophone(**microphone)
        self.sent: list[m.Message] = []
        parts = ServiceParts(clock=self.clock, send=self.sent.append, recorder=self.recorder, tracker=None)
        self.service = AudioService(parts, make_sound=self.microphone.make)

    def start(self, **values) -> None:
        wanted = {"device": "", "rate_hz": 48_000.0, "latencies_ms": {}, **values}
        self.service.handle(m.StartAudio(**wanted))
        self.settle()

    def settle(self) -> None:
        """Wait until the thread of the sound has done all it was given."""
        self.service.step()
        is_done = threading.Event()
        self.service._jobs.put(is_done.set)
        assert is_done.wait(WAIT_S)

    def speak(self, seconds: float, **values) -> None:
        self.microphone.speak(seconds, **values)
        self.settle()

    def trial(self, number: int, state: str) -> None:
        t_host_ns = self.microphone.true_ns(self.microphone.frames)
        self.service.take_rows(DatasetKey.TRIALS, TRIAL.row(t_host_ns=t_host_ns, trial=number, state=state))

    def segments(self) -> np.ndarray:
        return self.recorder.of(DatasetKey.AUDIO_SEGMENTS)

    @property
    def state(self) -> m.AudioState:
        return [each for each in self.sent if isinstance(each, m.AudioState)][-1]

    @property
    def folder(self):
        return self.recorder.path.parent


@pytest.fixture
def bench(tmp_path):
    made = []

    def make(**microphone) -> Bench:
        made.append(Bench(tmp_path, **microphone))
        return made[-1]

    yield make
    for each in made:
        each.service.close()


def test_a_recording_keeps_what_is_said_while_it_runs_and_nothing_else(bench):
    it = bench()
    it.start()
    it.speak(1.0)
    assert list(it.folder.iterdir()) == []
    it.recorder.start()
    it.speak(3.0, level=2000)
    it.recorder.close()
    it.speak(1.0)
    (row,) = it.segments()
    assert decode_text(row["file"]) == "case_audio_000.wav"
    assert [path.name for path in it.folder.iterdir()] == ["case_audio_000.wav"]
    with wave.open(str(it.folder / "case_audio_000.wav")) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (48_000, 1, 2)
        pcm = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    assert len(pcm) == row["frame_count"] == 144_000
    assert set(pcm) == {2000}
    assert decode_text(row["sha256"]) == sha256_of(it.folder / "case_audio_000.wav")
    assert decode_text(row["device"]) == DESK.full_name


def test_the_first_frame_has_the_time_at_which_it_was_spoken_once_the_latency_is_known(bench):
    it = bench()
    it.start(latencies_ms={DESK.full_name: 7.0, "another": 99.0})
    it.recorder.start()
    it.speak(60.0)
    it.recorder.close()
    (row,) = it.segments()
    assert row["latency_ms"] == 7.0
    assert abs(int(row["t_first_host_ns"]) - it.microphone.true_ns(0)) < 300_000
    assert row["fitted_rate_hz"] == pytest.approx(48_000 * (1 + 40e-6), rel=3e-6)
    sync = it.recorder.of(DatasetKey.AUDIO_SYNC)
    assert list(sync["frame"]) == list(range(479, 60 * 48_000, 480))


def test_a_device_that_was_not_measured_has_no_latency_taken_off(bench):
    it = bench()
    it.start()
    it.recorder.start()
    it.speak(2.0)
    it.recorder.close()
    (row,) = it.segments()
    assert np.isnan(row["latency_ms"])
    assert "not measured" in dict(it.recorder.told)["audio_started"]


def test_a_pause_begins_another_file_and_what_is_said_meanwhile_is_not_kept(bench):
    it = bench()
    it.start()
    it.recorder.start()
    it.speak(0.5)
    it.trial(0, "open")
    it.speak(1.0)
    it.trial(0, "paused")
    it.speak(5.0)
    it.trial(0, "resumed")
    it.speak(2.0)
    it.trial(0, "done")
    it.speak(3.0)
    it.trial(1, "open")
    it.speak(1.0)
    it.recorder.close()
    rows = it.segments()
    assert list(rows["segment"]) == [0, 1, 2]
    assert list(rows["trial"]) == [0, 0, 1]
    assert list(rows["frame_count"]) == [72_000, 96_000, 48_000]
    sync = it.recorder.of(DatasetKey.AUDIO_SYNC)
    assert [int((sync["segment"] == number).sum()) for number in range(3)] == [150, 200, 100]


def test_a_hole_in_the_sound_begins_another_file_and_is_told_once(bench):
    it = bench()
    it.start()
    it.recorder.start()
    it.speak(1.0)
    it.speak(1.0, is_after_loss=True)
    it.speak(1.0, is_after_loss=True)
    it.recorder.close()
    assert list(it.segments()["frame_count"]) == [48_000] * 3
    assert [kind for kind, _ in it.recorder.told] == ["audio_started", "audio_gap"]


def test_a_long_dictation_goes_on_in_another_file_without_a_gap(bench, monkeypatch):
    monkeypatch.setattr(dictation, "LONGEST_STRETCH_S", 1.0)
    it = bench()
    it.start()
    it.recorder.start()
    it.speak(2.5)
    it.recorder.close()
    assert list(it.segments()["frame_count"]) == [48_000, 48_000, 24_000]


def test_what_lies_on_the_disk_is_never_older_than_a_quarter_second(bench):
    it = bench()
    it.start()
    it.recorder.start()
    for _ in range(20):
        it.speak(0.24)
        with wave.open(str(it.folder / "case_audio_000.wav")) as file:
            assert file.getnframes() >= it.microphone.frames - 0.25 * 48_000


def test_a_microphone_unplugged_in_a_sentence_leaves_what_was_said(bench):
    it = bench()
    it.start()
    it.recorder.start()
    it.speak(2.0)
    it.microphone.problem = "Desk delivered nothing for 1.5 s; it may have been unplugged."
    it.settle()
    (row,) = it.segments()
    assert row["frame_count"] == 96_000
    assert [kind for kind, _ in it.recorder.told] == ["audio_started", "audio_lost"]
    assert it.microphone.is_stopped
    assert not it.state.is_on
    assert "unplugged" in it.state.text
    assert it.recorder.is_recording


@pytest.mark.parametrize(
    ("microphone", "words"),
    [
        ({"devices": ()}, "There is no microphone."),
        ({"devices": (), "problem": "The PortAudio library cannot be loaded."}, "PortAudio"),
        ({"refusal": "Desk: it is used by another program."}, "another program"),
    ],
)
def test_without_a_microphone_the_gaze_is_recorded_and_a_sentence_says_so(bench, microphone, words):
    it = bench(**microphone)
    it.start()
    assert not it.state.is_on
    assert words in it.state.text
    it.recorder.start()
    it.settle()
    it.recorder.close()
    assert len(it.segments()) == 0
    kind, text = it.recorder.told[-1]
    assert kind == "audio_missing"
    assert words in text
    assert it.microphone.is_stopped


def test_a_microphone_by_radio_is_used_with_a_warning(bench):
    it = bench(devices=(DESK, BLUETOOTH))
    it.start()
    assert it.state.is_on
    assert "Bluetooth" in it.state.text
    it.recorder.start()
    it.settle()
    assert "Bluetooth" in dict(it.recorder.told)["audio_started"]


def test_a_disk_that_is_full_ends_the_sound_alone_and_what_was_written_stays_whole(bench, monkeypatch):
    it = bench()
    it.start()
    it.recorder.start()
    it.speak(1.0)
    write = WavWriter.write

    def refuse(self, pcm):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(WavWriter, "write", refuse)
    it.speak(1.0)
    monkeypatch.setattr(WavWriter, "write", write)
    it.speak(1.0)  # until it is switched off and on nothing more is tried
    it.recorder.close()
    (row,) = it.segments()
    assert row["frame_count"] == 48_000
    assert decode_text(row["sha256"]) == sha256_of(it.folder / "case_audio_000.wav")
    kinds = [kind for kind, _ in it.recorder.told]
    assert kinds == ["audio_started", "audio_not_written"]
    assert "No space left" in it.recorder.told[-1][1]


def test_the_level_is_told_ten_times_a_second(bench):
    it = bench()
    it.start()
    it.speak(0.1, level=16_384)
    it.clock.advance_ns(LEVEL_EVERY_NS)
    it.service.step()
    assert it.state.level_db == pytest.approx(-6.02, abs=0.01)
    assert not it.state.is_kept
    it.recorder.start()
    it.speak(0.1, level=0)
    it.clock.advance_ns(LEVEL_EVERY_NS)
    it.service.step()
    assert it.state.is_kept
    count = len(it.sent)
    it.service.step()
    assert len(it.sent) == count


def test_another_microphone_in_a_recording_goes_on_with_the_numbers(bench):
    it = bench(devices=(DESK, BLUETOOTH))
    it.start(device="Desk")
    it.recorder.start()
    it.speak(1.0)
    it.start(device="AirPods")
    it.speak(1.0)
    it.service.handle(m.StopAudio())
    it.settle()
    rows = it.segments()
    assert list(rows["segment"]) == [0, 1]
    assert [decode_text(name) for name in rows["device"]] == [DESK.full_name, BLUETOOTH.full_name]
    assert not it.state.is_on


def test_a_sound_process_that_hangs_does_not_hold_up_the_close(bench, monkeypatch):
    monkeypatch.setattr("capture_app.acquisition.audio_service.CLOSE_TIMEOUT_S", 0.05)
    it = bench()
    it.start()
    it.recorder.start()
    it.speak(1.0)
    release = threading.Event()
    it.service._jobs.put(lambda: release.wait(WAIT_S) and None)
    try:
        it.recorder.close()
    finally:
        release.set()
    assert len(it.segments()) == 0  # the recording closes without; its sync rows lead to the file
    it.settle()
    assert (it.folder / "case_audio_000.wav").is_file()


def ask(it: Bench, number: int, trial: int, *, is_kept: bool, rule: str = "asked") -> None:
    it.service.handle(m.KeepAudio(number=number, rule=rule, is_kept=is_kept, trial=trial))
    it.settle()


def test_a_study_keeps_what_it_asks_for_and_each_stretch_has_its_trial(bench):
    it = bench()
    ask(it, 1, -1, is_kept=False)
    it.start()
    it.recorder.start()
    it.trial(0, "open")
    it.speak(1.0)
    ask(it, 2, 0, is_kept=True)
    it.speak(2.0)
    it.trial(0, "done")  # a study decides by its screens, not by the trials
    it.speak(0.5)
    ask(it, 3, -1, is_kept=False)
    it.speak(5.0)
    ask(it, 4, 3, is_kept=True)
    it.speak(1.0)
    it.recorder.close()
    rows = it.segments()
    assert list(rows["trial"]) == [0, 3]
    assert list(rows["frame_count"]) == [120_000, 48_000]


def test_a_stretch_is_told_before_the_answer_to_the_request_that_ended_it(bench):
    it = bench()
    it.start()
    it.recorder.start()
    ask(it, 1, 4, is_kept=True)
    it.speak(1.0)
    ask(it, 2, -1, is_kept=False)
    (told,) = [place for place, each in enumerate(it.sent) if isinstance(each, m.StreamRows)]
    assert it.sent[told].row_type == "audio_segment"
    assert it.sent[told].rows["trial"][0] == 4
    answers = [
        place for place, each in enumerate(it.sent) if isinstance(each, m.AudioState) and each.asked == 2
    ]
    assert told < answers[0]
    assert it.state.is_kept_when_asked
    assert not it.state.is_kept


def test_a_study_that_is_over_leaves_the_usual_rule_to_the_next_recording(bench):
    it = bench()
    it.start()
    it.recorder.start()
    ask(it, 1, -1, is_kept=False)
    it.speak(1.0)
    ask(it, 2, -1, is_kept=False, rule="trials")
    it.speak(3.0)
    it.recorder.close()
    assert len(it.segments()) == 0
    it.recorder.start(START_NS + 60_000_000_000)
    it.speak(2.0)
    it.recorder.close()
    assert list(it.segments()["frame_count"]) == [96_000]


def test_the_next_recording_keeps_nothing_before_the_study_asks_for_it(bench):
    it = bench()
    it.start()
    ask(it, 1, 0, is_kept=True)
    it.recorder.start()
    it.speak(1.0)
    assert len(it.segments()) == 0


def test_a_lost_microphone_is_heard_again_by_itself_and_the_sentence_goes_on_in_another_file(bench):
    it = bench()
    it.start()
    it.recorder.start()
    ask(it, 1, 2, is_kept=True)
    it.speak(1.0)
    it.microphone.problem = "Desk delivered nothing for 1.5 s; it may have been unplugged."
    it.settle()
    it.microphone.refusal = "There is no microphone."
    it.clock.advance_ns(FIRST_RETRY_NS)
    it.settle()
    assert not it.state.is_on
    it.microphone.problem = it.microphone.refusal = ""
    it.clock.advance_ns(FIRST_RETRY_NS)
    it.settle()
    assert not it.state.is_on  # each look waits twice as long as the one before
    it.clock.advance_ns(FIRST_RETRY_NS)
    it.settle()
    assert it.state.is_on
    assert "heard again" in it.state.text
    it.speak(2.0)
    it.recorder.close()
    assert list(it.segments()["frame_count"]) == [48_000, 96_000]
    assert list(it.segments()["trial"]) == [2, 2]
    assert [kind for kind, _ in it.recorder.told] == ["audio_started", "audio_lost", "audio_started"]


def test_a_microphone_that_is_no_longer_wanted_is_not_looked_for(bench):
    it = bench(refusal="Desk: it is used by another program.")
    it.start()
    it.service.handle(m.StopAudio())
    it.settle()
    it.microphone.refusal = ""
    it.clock.advance_ns(10 * FIRST_RETRY_NS)
    it.settle()
    it.settle()
    assert not it.state.is_on


def test_where_sound_cannot_be_used_at_all_nothing_is_looked_for(bench):
    it = bench(devices=(), problem="The PortAudio library cannot be loaded.")
    it.start()
    it.microphone.devices, it.microphone.problem = (DESK,), ""
    it.clock.advance_ns(10 * FIRST_RETRY_NS)
    it.settle()
    it.settle()
    assert not it.state.is_on
