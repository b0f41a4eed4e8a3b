"""A report spoken into the virtual microphone during a session: written down, corrected, its words placed.

The synthesiser says it word by word, so that the onset of each word is known. What the sound server adds is
a constant of the device, which a lab measures (`reading-station timing`); here the first loud frame tells it.
"""

from __future__ import annotations

import logging
import shutil
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from reading_rig import IMAGES, Rig, preset_study, quiet, some_cases

from benchmarks import speech as spoken
from capture_app.session.acquisition_start import start_acquisition
from capture_app.session.dictation_settings import DictationSettings
from capture_app.session.engine import CaptureSession
from capture_app.session.headless import HeadlessRun
from capture_app.session.reading import Stage
from capture_app.session.settings import Settings
from capture_app.session.speech import Sound, read_sound
from capture_app.session.speech.error_rate import word_errors
from capture_app.session.speech.sound import resampled
from capture_app.session.study import OpenedStudy
from capture_app.session.study.station_keys import TranscriptionEngine
from capture_app.session.study_desk.dictation_run import StudyDictation
from capture_app.session.study_desk.parts import StudyAround
from capture_app.session.study_desk.states import TranscriptStage
from gaze_core.clocks import HostClock
from gaze_core.rows import decode_text
from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording

REPORT = "there is a small left pleural effusion period no pneumothorax is seen period"
RATE_HZ = 48_000
LOUD = 300
AHEAD_NS = 500_000_000
_log = logging.getLogger(__name__)

pytestmark = [pytest.mark.processes, pytest.mark.timeout(900)]


class SpokenSession:
    """A reader who looks at an image, dictates it, and corrects the text; real processes, real time."""

    def __init__(self, rig, folder: Path, monkeypatch, reports: list[str]) -> None:
        for name, value in rig.environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("XDG_CONFIG_HOME", str(folder))
        self.rig, self.folder, self.reports = rig, folder, reports
        study = quiet(preset_study("reflacx"), cases=len(reports))
        engine = TranscriptionEngine.POCKETSPHINX
        self.study = replace(study, dictation=replace(study.dictation, engine=engine, rate_hz=RATE_HZ))
        self.reading = Rig(study=self.study, cases=some_cases(len(reports)))
        self.run = StudyDictation(HostClock())
        self.spoken = [spoken.speak_word_by_word(report, seed) for seed, report in enumerate(reports)]
        self.begun_ns: list[int] = []
        self.texts: list[str] = []
        self.feeder: Any = None
        self.is_done = False
        self._until_ns = 0
        self._is_edited = False

    def record(self) -> Path:
        path = self.folder / "spoken.gazeh5"
        settings = replace(Settings(), dictation=DictationSettings(is_on=True))
        self.next_voice()
        self.session = session = CaptureSession(start_acquisition, settings=settings)
        try:
            until_s = time.monotonic() + 40
            while session.link.audio is None and time.monotonic() < until_s:
                session.step()
            assert session.link.audio.is_on, session.link.audio.text
            session.connect_tracker("mock", {})
            self.run.hold(session.link)
            opened = OpenedStudy(
                path=self.folder, folder=self.folder, sha256="", study=self.study, cases=self.reading.cases
            )
            self.run.begin(opened, self.around())
            HeadlessRun(session, progress=self.step, is_stop_wanted=lambda: self.is_done).record(
                path, "R01", 800.0
            )
        finally:
            self.run.close()
            session.close()
        return path

    def around(self) -> StudyAround:
        nothing: Any = None
        return StudyAround(
            now_ns=time.perf_counter_ns(), link=self.session.link, feed=nothing, presentation=nothing,
            geometry=nothing, settings=self.session._settings, trial=self.reading.loop.view.trial,
        )  # fmt: skip

    def next_voice(self) -> None:
        """Hang the voice of the next report on the microphone."""
        sound, _ = self.spoken[len(self.begun_ns)]
        file = self.folder / "voice.raw"
        resampled(sound, RATE_HZ).pcm.astype("<i2").tofile(file)
        self.feeder = self.rig.hang_on("voice", str(file))

    def step(self, _elapsed_s: float, _state: object) -> None:
        for name, rows in self.run.step(self.around(), self.reading.loop.view):
            self.session.link.append(name, rows)
        self.reading.loop.set_transcript_ready(self.run.is_transcript_ready)
        self.act()

    def act(self) -> None:
        view, now_ns = self.reading.loop.view, time.perf_counter_ns()
        kind = getattr(view.screen, "KIND", "")
        if self.reading.loop.stage is not Stage.CASE:
            if len(self.begun_ns) == len(self.reports) and not self._is_edited:
                self.is_done = True
            elif self.reading.loop.stage is Stage.READY:
                self.reading.wait()
                self.reading.keep(self.reading.loop.open_case(self.reading.now_ns, IMAGES))
            else:
                self.reading.step()
        elif kind == "image":
            self.dictate(now_ns)
        elif kind == "transcript":
            self.correct()
        else:
            self.reading.step()

    def dictate(self, now_ns: int) -> None:
        if not self.run.is_voice_recorded and not self._until_ns:
            return
        if not self._until_ns:
            sound, _ = self.spoken[len(self.begun_ns)]
            self.begun_ns.append(now_ns + AHEAD_NS)
            self._until_ns = now_ns + 2 * AHEAD_NS + round(sound.duration_s * 1e9)
            self.feeder.stdin.write(f"{self.begun_ns[-1]}\n")
            self.feeder.stdin.flush()
        elif now_ns > self._until_ns:
            self._until_ns = 0
            self.reading.do("next")

    def correct(self) -> None:
        """Wait for the text, correct it, wait until its words are placed, go on."""
        state = self.run.state
        if state.stage is TranscriptStage.READY and not self._is_edited:
            self.texts.append(state.text)
            report = self.reports[len(self.texts) - 1]
            self.run.edit(spoken.written_of(report).capitalize())
            self._is_edited = True
        elif state.stage is TranscriptStage.READY:
            self._is_edited = False
            self.reading.do("next")
            if len(self.begun_ns) < len(self.reports):
                self.next_voice()
        else:
            assert state.stage is not TranscriptStage.FAILED, state.sentence


@pytest.fixture
def speak(rig, tmp_path, monkeypatch):
    pytest.importorskip("pocketsphinx", reason="pocketsphinx is not installed")
    if shutil.which("espeak-ng") is None:
        pytest.skip("espeak-ng, which speaks the reports, is not installed")
    return lambda reports: SpokenSession(rig, tmp_path, monkeypatch, reports)


def figures(it: SpokenSession) -> tuple[float, np.ndarray, float]:
    """Return word error rate, onset errors in ms and the share of words that were found in the sound."""
    path = it.record()
    with Recording.open(path) as recording:
        words = recording.rows(DatasetKey.WORDS)
        segments = recording.rows(DatasetKey.AUDIO_SEGMENTS)
    assert list(segments["trial"]) == list(range(len(it.reports)))
    errors_ms, wrong, said, kinds = [], 0, 0, []
    for trial, report in enumerate(it.reports):
        sound, onsets_s = it.spoken[trial]
        late_ns = lateness_ns(path, segments[trial], resampled(sound, RATE_HZ), it.begun_ns[trial])
        final = words[(words["trial"] == trial) & (words["version"] == 1)]
        assert [decode_text(each["text"]).lower() for each in final] == spoken_pieces(report)
        true_ns = it.begun_ns[trial] + np.array(onsets_s) * 1e9 + late_ns
        errors_ms += list((final["t_onset_host_ns"] - true_ns) * 1e-6)
        kinds += list(final["kind"])
        first = words[(words["trial"] == trial) & (words["version"] == 0)]
        written = [spoken_name(decode_text(each["text"])) for each in first]
        errors = word_errors(report.split(), written)
        wrong += errors.substituted + errors.missing + errors.added
        said += errors.said
    return wrong / said, np.array(errors_ms), float(np.mean(np.array(kinds) == b"aligned"))


def told(word_error_rate: float, errors_ms: np.ndarray, aligned: float) -> tuple[float, np.ndarray, float]:
    """Say the figures, for the page of the documentation that holds them."""
    sizes_ms = np.abs(errors_ms)
    _log.info(
        "%d words: word error rate %.1f %%, aligned %.1f %%, within 150 ms %.1f %%, median %.1f ms, "
        "95th percentile %.0f ms",
        len(errors_ms), 100 * word_error_rate, 100 * aligned, 100 * np.mean(sizes_ms <= 150),
        np.median(sizes_ms), np.percentile(sizes_ms, 95),
    )  # fmt: skip
    return word_error_rate, errors_ms, aligned


def lateness_ns(path: Path, segment, source: Sound, begun_ns: int) -> float:
    """Return how late the sound comes in, by its first loud frame."""
    heard = read_sound(path.with_name(decode_text(segment["file"])))
    fitted_hz = float(segment["fitted_rate_hz"])
    rate_hz = float(segment["rate_hz"]) if np.isnan(fitted_hz) else fitted_hz
    first_heard, first_said = (
        int(np.argmax(np.abs(each.pcm.astype(int)) > LOUD)) for each in (heard, source)
    )
    t_heard_ns = int(segment["t_first_host_ns"]) + first_heard / rate_hz * 1e9
    return t_heard_ns - (begun_ns + first_said / RATE_HZ * 1e9)


def spoken_pieces(report: str) -> list[str]:
    return spoken.written_of(report).replace(".", " .").replace(",", " ,").replace(":", " :").split()


def spoken_name(piece: str) -> str:
    return {".": "period", ",": "comma", ":": "colon"}.get(piece, piece)


def test_a_spoken_report_is_written_down_and_each_word_of_the_corrected_text_lies_where_it_was_said(speak):
    word_error_rate, errors_ms, aligned = told(*figures(speak([REPORT])))
    assert word_error_rate <= 0.25
    assert aligned >= 0.9
    assert np.mean(np.abs(errors_ms) <= 150) >= 0.95
    assert np.median(np.abs(errors_ms)) <= 30


@pytest.mark.long
def test_reports_that_no_vocabulary_holds_are_written_down_and_aligned_as_well(speak):
    word_error_rate, errors_ms, aligned = told(*figures(speak(spoken.REPORTS[:6])))
    assert word_error_rate <= 0.35
    assert aligned >= 0.9
    assert np.mean(np.abs(errors_ms) <= 150) >= 0.95
    assert np.median(np.abs(errors_ms)) <= 30
