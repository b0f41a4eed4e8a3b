"""What windows may ask of a session with a study. Everything may be refused with a `SessionError`."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from capture_app.session.reading import AnswerValue, Event, Shape
from capture_app.session.study import OpenedStudy
from capture_app.session.study_desk.states import StartForm, StartPlan, StudyDeskState


class ReaderActs(Protocol):
    """What the reader does on the screens of a case."""

    def answer(self, value: AnswerValue) -> None:
        """Answer the question of this screen, instead of before; a search ends by its answer."""

    def toggle_label(self, label: str) -> None:
        """Choose a label, or take it back."""

    def draw(self, shape: Shape) -> None:
        """Draw a shape; its number is the next free one."""

    def change_shape(self, number: int, shape: Shape) -> None:
        """Give a shape another place, labels or certainty."""

    def remove_shape(self, number: int) -> None:
        """Remove a shape."""

    def next(self) -> None:
        """Go on to the next screen; from the last one the case is committed."""

    def back(self) -> None:
        """Go back to the screen before."""

    def jump(self, screen: str) -> None:
        """Go to a screen of this case that was shown before."""

    def set_aside_by_reader(self, reason: str) -> None:
        """Leave this case out, with one of the reasons of its last screen; a spare takes its place."""

    def recalibrate_by_reader(self) -> None:
        """Ask, at the end of a case, for a calibration before the next."""

    def end_break(self) -> None:
        """The reader is back."""

    def pass_over(self) -> None:
        """The space bar: go on without a drift check that waits too long."""

    def edit_transcript(self, text: str) -> None:
        """Take the text as the reader left it; it is aligned to the sound again."""

    def play_from(self, word: int) -> None:
        """Play the dictation from a word, an index into `TranscriptState.words`."""

    def stop_playing(self) -> None:
        """Stop playing; nothing happens where nothing plays."""


class StudyDeskPort(ReaderActs, Protocol):
    """A session with a study, as the windows lead it."""

    @property
    def state(self) -> StudyDeskState | None:
        """What is to be shown; None while no study is open."""

    def open(self, path: Path, checked: OpenedStudy | None = None) -> None:
        """Open a study, by its file or its folder; one that was just checked is not read again."""

    def close_study(self) -> None:
        """Put the study away; refused while a session runs."""

    def plan(self, reader: str, period: int | None = None) -> StartPlan:
        """Return what a reader would do now; touches the disk, but not for long."""

    def start(self, form: StartForm) -> None:
        """Begin the session and its recording; `StudyDeskState.preparing` says what it takes time for."""

    def pause(self) -> None:
        """Let the open case rest; gaze is recorded on."""

    def go_on(self) -> None:
        """Go on with the case that rests."""

    def start_break(self) -> None:
        """Close the block with a short validation, then begin a break."""

    def skip(self, reason: str) -> None:
        """Leave out the open or next case; a spare takes its place."""

    def calibrate(self) -> None:
        """Calibrate now, as the study plans it; an open case rests meanwhile."""

    def go_on_uncalibrated(self, reason: str) -> None:
        """Read on without a calibration that was due."""

    def measure_baseline(self) -> None:
        """Measure the pupil's baseline (again), between two cases."""

    def check_drift(self) -> None:
        """Make a drift check now, between two cases."""

    def decide_interrupted(self, choice: Event) -> None:
        """Continue, restart or skip the case that was interrupted."""

    def decide_practice(self, event: Event, reason: str) -> None:
        """Allow another round of practice, or end practice."""

    def tell_reader(self, text: str) -> None:
        """Show the reader a message on screens that measure nothing; "" takes it back."""

    def note(self, text: str) -> None:
        """Keep a note with the data."""

    def leave(self) -> None:
        """End the session: closing validation where gaze was read, then close, verify, copy, report."""

    def leave_now(self) -> None:
        """End the session without a closing validation."""
