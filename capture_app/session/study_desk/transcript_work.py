"""Work on speech in the background: stretches are written down, or a text is aligned to them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from capture_app.session.speech import (
    EngineChoice,
    SpeechError,
    SpeechJob,
    Transcript,
    Vocabulary,
)
from capture_app.session.speech.study_words import vocabulary_of_study
from capture_app.session.study import Study
from capture_app.session.study_desk.dictation_sound import JoinedSound, Stretch, join_stretches

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Written:
    """What came of the work."""

    transcript: Transcript
    host_ns: Callable[[float], int]  # host time of a moment of the sound, in seconds


class TranscriptWork(Protocol):
    """One piece of work under way."""

    @property
    def is_done(self) -> bool:
        """Whether `result` may be asked for."""

    def result(self) -> Written:
        """Return what came of it, once it is done. Raises `SpeechError`."""

    def cancel(self) -> None:
        """Give it up; idempotent, returns at once."""


BeginWork: TypeAlias = Callable[[Sequence[Stretch], "str | None"], TranscriptWork]
"""Begins to write stretches down, or, with a text, to align it to them."""


class SpeechBench:
    """Begins work with the engine and the vocabulary of a study.

    Parameters
    ----------
    study
        Whose words are expected.
    choice
        The engine; alignment is always pocketsphinx's.
    """

    def __init__(self, study: Study, choice: EngineChoice) -> None:
        self._study = study
        self._choice = choice
        self._vocabulary: Vocabulary | None = None
        self._lock = threading.Lock()

    def begin(self, stretches: Sequence[Stretch], text: str | None) -> TranscriptWork:
        """Begin work; returns at once."""
        return SpeechWork(tuple(stretches), text, self.vocabulary, self._choice)

    def vocabulary(self) -> Vocabulary:
        """Return the words of the study, made once; in any thread. Raises `SpeechError`."""
        with self._lock:
            if self._vocabulary is None:
                self._vocabulary = vocabulary_of_study(self._study)
            return self._vocabulary


class SpeechWork:
    """Work in a thread, which waits for a process of the engine; see `SpeechJob`."""

    def __init__(
        self,
        stretches: tuple[Stretch, ...],
        text: str | None,
        vocabulary: Callable[[], Vocabulary],
        choice: EngineChoice,
    ) -> None:
        self._request = (stretches, text, vocabulary, choice)
        self._written: Written | None = None
        self._problem: SpeechError | None = None
        self._job: SpeechJob | None = None
        self._is_cancelled = False
        self._lock = threading.Lock()  # over making and cancelling the job
        self._thread = threading.Thread(target=self._work, name="transcript", daemon=True)
        self._thread.start()

    @property
    def is_done(self) -> bool:
        """Whether `result` may be asked for."""
        return not self._thread.is_alive()

    def result(self) -> Written:
        """Return what came of it, once it is done.

        Raises
        ------
        SpeechError
            If it could not be done.
        """
        if self._problem is not None:
            raise self._problem
        if self._written is None:
            raise SpeechError("The dictation was not worked on to its end. Its sound is untouched.")
        return self._written

    def cancel(self) -> None:
        """Give it up; idempotent, returns at once."""
        with self._lock:
            self._is_cancelled = True
            if self._job is not None:
                self._job.cancel()

    def _work(self) -> None:
        try:
            self._written = self._do()
        except SpeechError as err:
            self._problem = err
        except Exception:  # noqa: BLE001  # the top of the thread: the reader goes on, and may type the text
            _log.exception("A dictation could not be worked on")
            self._problem = SpeechError(
                "A mistake in the program stopped the work on this dictation. Its sound is untouched; "
                "type the text. Details are in the log."
            )

    def _do(self) -> Written | None:
        stretches, text, vocabulary, choice = self._request
        joined: JoinedSound = join_stretches(stretches)
        words = vocabulary()
        with self._lock:
            if self._is_cancelled:
                return None
            job = self._job = SpeechJob(joined.sound, words, choice, text=text)
        transcript = job.result()
        return None if transcript is None else Written(transcript, joined.host_ns)
