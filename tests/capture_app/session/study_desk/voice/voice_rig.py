"""What the tests of dictation in a session stand on."""

from __future__ import annotations

import math
import wave
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from reading_rig import IMAGES, Rig, preset_study, quiet, some_cases

from capture_app.acquisition import messages as m
from capture_app.session.link import Link
from capture_app.session.reading import Stage
from capture_app.session.settings import Settings
from capture_app.session.speech import SpeechError, TimedWord, Transcript, WordKind
from capture_app.session.study import OpenedStudy, Study
from capture_app.session.study.station_keys import TranscriptionEngine
from capture_app.session.study_desk.dictation_run import StudyDictation
from capture_app.session.study_desk.dictation_sound import Stretch
from capture_app.session.study_desk.parts import StudyAround
from capture_app.session.study_desk.transcript_work import Written
from gaze_core.clocks import ManualClock
from gaze_core.rows import AUDIO_SEGMENT, Rows, join_rows

RATE_HZ = 16_000
HEARD = ("no", "effusion", ".")


def a_study(**dictation: Any) -> Study:
    """The preset reflacx, whose image is dictated and whose text is shown afterwards."""
    study = quiet(preset_study("reflacx"))
    wanted = {"engine": TranscriptionEngine.POCKETSPHINX, "rate_hz": 16_000, **dictation}
    return replace(study, dictation=replace(study.dictation, **wanted))


@dataclass
class Microphone:
    """The acquisition process with a microphone: answers at once, each stretch a file of its own."""

    folder: Path
    clock: ManualClock
    is_plugged_in: bool = True
    is_slow: bool = False  # stretches come in when `deliver` is called
    is_alive: bool = True
    sent: list[m.Message] = field(default_factory=list)
    arriving: list[m.Message] = field(default_factory=list)
    held_back: list[m.Message] = field(default_factory=list)
    trial: int = -1
    since_ns: int = 0
    segments: int = 0
    asked: int = 0

    def __post_init__(self) -> None:
        path = str(self.folder / "case.gazeh5")
        self.arriving.append(m.RecordingStarted(path=path, t_host_ns=0, first_row=0))
        self.say()

    def send(self, message: m.Message) -> None:
        self.sent.append(message)
        if isinstance(message, m.KeepAudio):
            self.end_stretch()
            self.trial, self.since_ns, self.asked = message.trial, self.clock.now_ns(), message.number
            self.say()

    def poll(self) -> list[m.Message]:
        arrived, self.arriving = self.arriving, []
        return arrived

    def end_stretch(self) -> None:
        frames = round((self.clock.now_ns() - self.since_ns) * 1e-9 * RATE_HZ)
        if self.trial >= 0 and self.is_plugged_in and frames:
            row = a_segment(self.folder, self.segments, self.trial, self.since_ns, frames)
            self.segments += 1
            self.pass_on(m.StreamRows(row_type="audio_segment", rows=row))
        self.trial = -1

    def unplug(self) -> None:
        trial = self.trial
        self.end_stretch()
        self.trial, self.is_plugged_in = trial, False
        self.say()

    def plug_in(self) -> None:
        self.is_plugged_in, self.since_ns = True, self.clock.now_ns()
        self.say()

    def say(self) -> None:
        is_kept = self.is_plugged_in and self.trial >= 0
        text = "Desk is heard." if self.is_plugged_in else "There is no microphone. Plug one in."
        self.pass_on(
            m.AudioState(
                is_on=self.is_plugged_in, is_kept=is_kept, level_db=-20.0, device="Desk", text=text,
                asked=self.asked, is_kept_when_asked=True,
            )
        )  # fmt: skip

    def pass_on(self, message: m.Message) -> None:
        (self.held_back if self.is_slow else self.arriving).append(message)

    def deliver(self) -> None:
        self.arriving += self.held_back
        self.held_back.clear()
        self.is_slow = False


def a_segment(folder: Path, segment: int, trial: int, t_first_ns: int, frames: int) -> Rows:
    """Write a sound file and return its row."""
    file = f"case_audio_{segment:03d}.wav"
    with wave.open(str(folder / file), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE_HZ)
        sound.writeframes((np.arange(frames) % 1000).astype("<i2").tobytes())
    return AUDIO_SEGMENT.row(
        segment=segment, trial=trial, t_first_host_ns=t_first_ns, frame_count=frames, rate_hz=RATE_HZ,
        fitted_rate_hz=math.nan, latency_ms=math.nan, device="Desk", file=file, sha256="",
    )  # fmt: skip


@dataclass
class Engine:
    """Speech worked on by hand: a test says when it is done and what came of it."""

    jobs: list[Job] = field(default_factory=list)

    def begin(self, stretches: Sequence[Stretch], text: str | None) -> Job:
        self.jobs.append(Job(tuple(stretches), text))
        return self.jobs[-1]

    @property
    def open_jobs(self) -> list[Job]:
        return [each for each in self.jobs if not each.is_done and not each.is_cancelled]


@dataclass
class Job:
    """Work on speech that a test finishes."""

    stretches: tuple[Stretch, ...]
    text: str | None
    is_done: bool = False
    is_cancelled: bool = False
    outcome: Written | SpeechError | None = None

    def result(self) -> Written:
        if isinstance(self.outcome, SpeechError):
            raise self.outcome
        assert self.outcome is not None
        return self.outcome

    def cancel(self) -> None:
        self.is_cancelled = True

    def fail(self, text: str) -> None:
        self.is_done, self.outcome = True, SpeechError(text)

    def finish(self, words: Sequence[str] = HEARD) -> None:
        """Words of half a second each, from the first frame of the first stretch on."""
        kind = WordKind.RECOGNISED if self.text is None else WordKind.ALIGNED
        timed = tuple(
            TimedWord(text=word, t_start_s=n * 0.5, t_end_s=n * 0.5 + 0.4, kind=kind, score=0.9)
            for n, word in enumerate(words)
        )
        transcript = Transcript(words=timed, unknown_words=(), engine="hand 1.0", sound_s=3.0)
        first_ns = self.stretches[0].t_first_host_ns
        self.is_done, self.outcome = True, Written(transcript, lambda t_s: first_ns + round(t_s * 1e9))


@dataclass
class Loudspeaker:
    """Notes what it is asked to play."""

    can_play: bool = True
    problem: str = ""
    position_ns: int | None = None
    played: list[tuple[tuple[Stretch, ...], int]] = field(default_factory=list)
    is_closed: bool = False

    def prepare(self) -> None:
        pass

    def play(self, stretches: Sequence[Stretch], t_from_host_ns: int) -> None:
        self.played.append((tuple(stretches), t_from_host_ns))
        self.position_ns = t_from_host_ns

    def stop(self) -> None:
        self.position_ns = None

    def close(self) -> None:
        self.is_closed = True


class VoiceRig:
    """A reader who reads and dictates; `frame` is what a session does between two pictures."""

    def __init__(
        self,
        folder: Path,
        *,
        study: Study | None = None,
        earlier_rows: Sequence[Any] = (),
        earlier: Sequence[Path] = (),
        settings: Settings | None = None,
    ) -> None:
        self.study = a_study() if study is None else study
        self.reading = Rig(study=self.study, cases=some_cases(3), earlier=earlier_rows)
        self.clock = ManualClock(self.reading.now_ns)
        self.microphone = Microphone(folder, self.clock)
        self.link = Link(self.microphone)
        self.engine, self.loudspeaker = Engine(), Loudspeaker()
        self.run = StudyDictation(self.clock, begin_work=self.engine.begin, player=self.loudspeaker)
        self.settings = Settings() if settings is None else settings
        self.rows: list[tuple[str, Rows]] = []
        self.opened = OpenedStudy(
            path=folder / "s.gazestudy", folder=folder, sha256="0" * 64, study=self.study,
            cases=self.reading.cases,
        )  # fmt: skip
        self.link.poll()
        self.run.hold(self.link)
        self.run.begin(self.opened, self.around, earlier)

    @property
    def around(self) -> StudyAround:
        nothing: Any = None
        return StudyAround(
            now_ns=self.clock.now_ns(), link=self.link, feed=nothing, presentation=nothing, geometry=nothing,
            settings=self.settings, trial=self.reading.loop.view.trial,
        )  # fmt: skip

    @property
    def state(self) -> Any:
        return self.run.state

    @property
    def view(self) -> Any:
        return self.reading.loop.view

    def frame(self, seconds: float = 0.0) -> None:
        """Let time go by, then do what is due."""
        self.reading.now_ns = max(self.reading.now_ns, self.clock.now_ns()) + round(seconds * 1e9)
        self.clock.advance_ns(self.reading.now_ns - self.clock.now_ns())
        for _ in range(2):  # what the acquisition process answers arrives with the next picture
            self.link.poll()
            self.rows += self.run.step(self.around, self.view)
        self.reading.loop.set_transcript_ready(self.run.is_transcript_ready)

    def do(self, action: str, *arguments: object) -> None:
        self.reading.do(action, *arguments)
        self.frame()

    def to_image(self) -> None:
        """Go on until a dictated image is before the reader."""
        for _ in range(300):
            screen = self.view.screen
            is_there = self.view.is_presented and self.reading.loop.stage is Stage.CASE
            if is_there and getattr(screen, "is_dictated", False):
                return
            if self.reading.loop.stage is Stage.READY:
                self.reading.wait()
                self.reading.keep(self.reading.loop.open_case(self.reading.now_ns, IMAGES))
            else:
                self.reading.step()
            self.frame()
        raise AssertionError(f"no image comes: {self.view}")

    def dictate(self, seconds: float = 3.0) -> None:
        """Dictate one image and leave it."""
        self.to_image()
        self.frame()
        self.frame(seconds)
        self.do("next")

    def to_transcript(self) -> None:
        """Go on until the text of the open case is before the reader."""
        for _ in range(300):
            if self.view.is_presented and getattr(self.view.screen, "KIND", "") == "transcript":
                return
            self.reading.step()
            self.frame()
        raise AssertionError(f"no transcript comes: {self.view}")

    def of(self, row_type: str) -> Any:
        found = [rows for name, rows in self.rows if name == row_type]
        return join_rows(found) if found else np.zeros(0, [("trial", "<i4")])

    def texts(self) -> dict[str, str]:
        """The ANSWER rows by name."""
        return {bytes(row["name"]).decode(): bytes(row["value"]).decode() for row in self.of("answer")}

    def events(self) -> list[str]:
        return [bytes(row["kind"]).decode() for row in self.of("event")]
