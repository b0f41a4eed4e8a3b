"""The dictation of one case in one recording: its stretches, the versions of its text, what is still due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from capture_app.session.reading import NamedRows
from capture_app.session.speech import SpeechError
from capture_app.session.study_desk.dictation_sound import Stretch
from capture_app.session.study_desk.states import TranscriptStage, TranscriptWord
from capture_app.session.study_desk.transcript_text import (
    PlacedText,
    answer_rows,
    carried_words,
    joined_text,
    placed_words,
    word_rows,
)
from capture_app.session.study_desk.transcript_work import BeginWork, TranscriptWork, Written
from gaze_core.rows import EVENT

ALIGN_AFTER_NS: Final = 2_000_000_000
"""An edited text is aligned once it rests so long, or its screen was left: not at every pause of a finger."""

_TOLD: Final = ("transcript_failed", "transcript_missing")
_EVENT_TEXT_BYTES: Final = EVENT.dtype["text"].itemsize


@dataclass(frozen=True, slots=True, kw_only=True)
class VoicePlace:
    """Which case a dictation belongs to."""

    trial: int
    attempt: int
    case_id: str
    screen: str  # whose answers hold the text


@dataclass(slots=True)
class CaseVoice:
    """The dictation of one case. One thread; rows for the recording pile up in `rows`."""

    place: VoicePlace
    is_written: bool = False  # the study has dictations written down
    stretches: list[Stretch] = field(default_factory=list)
    kept_ns: int = 0  # so long the voice was kept before the stretch that is kept now
    stage: TranscriptStage = TranscriptStage.NONE
    sentence: str = ""
    text: PlacedText = field(default_factory=lambda: PlacedText(version=0, text=""))
    has_begun: bool = False  # the voice was kept, or should have been
    is_keeping: bool = False  # kept now, or the last stretch has not come in
    is_left: bool = False  # the dictated screen was left
    is_settled: bool = True  # nothing is edited at this moment: the edited text may be aligned at once
    rows: list[NamedRows] = field(default_factory=list)
    work: TranscriptWork | None = None
    _news: list[tuple[int, str]] = field(default_factory=list)  # for the operator
    _written: int = 0  # stretches that were written down
    _edited_ns: int | None = None  # the text waits for being aligned since then
    _aligned_version: int = -1  # that the work aligns; -1: it writes down
    _has_version_0: bool = False

    @property
    def is_waiting(self) -> bool:
        """Whether something of the dictation is still to be written down, so that the text is not there."""
        return self.has_begun and self.stage is TranscriptStage.WAITING

    @property
    def is_unfinished(self) -> bool:
        """Whether anything is under way or due."""
        return self.is_waiting or self.work is not None or self._edited_ns is not None

    @property
    def words(self) -> tuple[TranscriptWord, ...]:
        """The words of the text that are placed in the sound."""
        return self.text.words

    def begin(self) -> None:
        """The dictated screen is before the reader."""
        self.has_begun = self.is_keeping = True
        self.is_left = False
        if self.is_written:
            self.stage, self.sentence = TranscriptStage.WAITING, "The dictation is being recorded."

    def due_work(self, now_ns: int, begin: BeginWork) -> None:
        """Begin what is due, where nothing is under way."""
        if self.work is not None or self.is_keeping or not self.is_left or not self.is_written:
            return
        if len(self.stretches) > self._written:
            self._aligned_version = -1
            self.sentence = "The dictation is being written down."
            self.work = begin(self.stretches[self._written :], None)
        elif self._edited_ns is not None and (self.is_settled or now_ns - self._edited_ns >= ALIGN_AFTER_NS):
            self._edited_ns = None
            self._aligned_version = self.text.version
            self.work = begin(self.stretches, self.text.text)

    def close_without_sound(self, why: str) -> None:
        """Say how it stands where the screen was left and nothing is to be written down.

        Parameters
        ----------
        why
            Why nothing was recorded; "" where nothing went wrong.
        """
        if not self.is_waiting or self.is_keeping or self.work is not None:
            return
        if len(self.stretches) > self._written:
            return
        if self.text.text:
            self.stage = TranscriptStage.READY if self._edited_ns is None else TranscriptStage.ALIGNING
            self.sentence = ""
        elif why:
            self.stage = TranscriptStage.FAILED
            self.sentence = "No voice was recorded. Tell the operator, or type the text."
        else:
            self.stage, self.sentence = TranscriptStage.NONE, "Nothing was dictated. The text can be typed."

    def edit(self, text: str, now_ns: int) -> None:
        """Take an edited text.

        Raises
        ------
        ReadingError
            If it is too long to be kept.
        """
        if text == self.text.text:
            return
        edited = PlacedText(version=self.text.version + 1, text=text, words=carried_words(self.text, text))
        rows = answer_rows(now_ns, *self._where, self.place.screen, edited)
        self._begin_versions(now_ns)
        self.rows.append(rows)
        self.text = edited
        if self.work is not None and self._aligned_version >= 0:
            self.work.cancel()  # of a text that is no longer the last
            self.work = None
        if self.is_written and self.stretches:
            self._edited_ns = now_ns
            self.stage, self.sentence = TranscriptStage.ALIGNING, "The words are being put at their times."
        else:
            self.stage, self.sentence = TranscriptStage.READY, ""

    def take_result(self, now_ns: int) -> None:
        """Take what the work has come to, where it is done."""
        work = self.work
        if work is None or not work.is_done:
            return
        self.work = None
        try:
            written = work.result()
        except SpeechError as err:
            self._take_failure(now_ns, str(err))
            return
        if self._aligned_version >= 0:
            self._take_alignment(written)
        else:
            self._take_transcript(now_ns, written)

    def give_up(self, now_ns: int) -> None:
        """Leave what is unfinished to be done after the session."""
        if self.work is not None:
            self.work.cancel()
            self.work = None
        if not self.is_unfinished:
            return
        what = "is not written down" if self.is_waiting else "has an edited text that is not aligned"
        self._edited_ns = None
        self._event(
            now_ns,
            "transcript_missing",
            f"The dictation of case {self.place.case_id} {what}: the session ended before. Do it with "
            "`reading-station transcribe` and its sound files.",
        )
        self.stage, self.sentence = TranscriptStage.FAILED, "The session ended before it was done."

    def adopt(self, text: PlacedText | None, stretches: Sequence[Stretch], *, is_playable: bool) -> None:
        """Take what an earlier recording of the same attempt holds, before anything was dictated here.

        Parameters
        ----------
        text
            The last version there; None where nothing was written down or typed yet.
        stretches
            Its sound.
        is_playable
            Its times are of the same host clock; else the sound stays with that recording.
        """
        if is_playable:
            self.stretches[:0] = stretches
        if text is not None:
            kept = text if is_playable else PlacedText(version=text.version, text=text.text)
            self._has_version_0, self._written, self.text = True, len(self.stretches), kept
            self.stage = TranscriptStage.READY
            self.rows.append(word_rows(*self._where, kept))
        elif self.stretches and self.is_written:
            self.has_begun, self.stage = True, TranscriptStage.WAITING
            self.sentence = "The dictation is being written down."
        if stretches and not is_playable:
            self.sentence = "What was dictated before the computer was started anew cannot be played here."

    def take_rows(self) -> list[NamedRows]:
        """Return the rows since the last call."""
        rows, self.rows = self.rows, []
        return rows

    def take_news(self) -> list[tuple[int, str]]:
        """Return times and sentences for the operator since the last call."""
        news, self._news = self._news, []
        return news

    @property
    def _where(self) -> tuple[int, int]:
        return self.place.trial, self.place.attempt

    def _take_transcript(self, now_ns: int, written: Written) -> None:
        self._written = len(self.stretches)
        transcript = written.transcript
        words = placed_words(transcript.text, transcript.words, written.host_ns)
        if not words:
            self._say_nothing_heard(transcript.sound_s)
            return
        version = self.text.version + 1 if self._has_version_0 else 0
        self.text = joined_text(self.text, transcript.text, words, version)
        self._has_version_0 = True
        self.stage, self.sentence = TranscriptStage.READY, ""
        self.rows.append(word_rows(*self._where, self.text))
        self.rows.append(answer_rows(now_ns, *self._where, self.place.screen, self.text))
        self._event(now_ns, "transcript", f"Version {version} is written by {transcript.engine}.")

    def _take_alignment(self, written: Written) -> None:
        if self._aligned_version == self.text.version:
            words = placed_words(self.text.text, written.transcript.words, written.host_ns)
            self.text = PlacedText(version=self.text.version, text=self.text.text, words=words)
            self.rows.append(word_rows(*self._where, self.text))
            self.stage, self.sentence = TranscriptStage.READY, ""

    def _take_failure(self, now_ns: int, why: str) -> None:
        if self._aligned_version >= 0:
            self.stage = TranscriptStage.READY
            self.sentence = f"The text is kept; its words could not be put at their times. {why}"
            self._event(now_ns, "transcript_unaligned", f"Case {self.place.case_id}: {why}")
            return
        self._written = len(self.stretches)
        self.stage = TranscriptStage.FAILED
        self.sentence = f"{why} The text can be typed."
        self._event(now_ns, "transcript_failed", f"Case {self.place.case_id}: {why}")

    def _say_nothing_heard(self, sound_s: float) -> None:
        if self.text.text:
            self.stage, self.sentence = TranscriptStage.READY, ""
            return
        self.stage = TranscriptStage.NONE
        self.sentence = f"No words were heard in {sound_s:.0f} s of sound. The text can be typed."

    def _begin_versions(self, now_ns: int) -> None:
        """Have version 0 in the rows before the first edit, where nothing was recognised."""
        if not self._has_version_0:
            self._has_version_0 = True
            self.rows.append(answer_rows(now_ns, *self._where, self.place.screen, self.text))

    def _event(self, now_ns: int, kind: str, text: str) -> None:
        if kind in _TOLD:
            self._news.append((now_ns, text))
        encoded = text.encode()[:_EVENT_TEXT_BYTES].decode(errors="ignore")
        row = EVENT.row(t_host_ns=now_ns, kind=kind, source="app", trial=self.place.trial, text=encoded)
        self.rows.append(((EVENT.name, row),))
