"""A dictation being written down or aligned in the background: started, asked how it goes, cancelled."""

from __future__ import annotations

import logging
import multiprocessing
import threading
from typing import Final

from capture_app.session.speech import messages as m
from capture_app.session.speech import speech_process
from capture_app.session.speech.engine import EngineChoice
from capture_app.session.speech.errors import EngineFailedError, EngineMissingError, SpeechError
from capture_app.session.speech.sound import Sound
from capture_app.session.speech.vocabulary import Vocabulary
from capture_app.session.speech.words import Transcript
from gaze_core.frames import MAX_FRAME_BYTES, FrameError

START_ALLOWANCE_S: Final = 60.0
TIME_ALLOWANCE: Final = 6.0
"""Seconds a second of sound may take; a slow computer takes half of one, and shares its processors."""

_END_TIMEOUT_S: Final = 5.0
_log = logging.getLogger(__name__)


class SpeechJob:
    """One dictation in a process of its own; the constructor returns at once.

    Parameters
    ----------
    sound
        Of any rate.
    vocabulary
        What may be said.
    choice
        The engine; alignment is always pocketsphinx's.
    text
        A text to align; None to write the sound down.
    timeout_s
        After so long the engine counts as hung and is ended; None: by the length of the sound.
    """

    def __init__(
        self,
        sound: Sound,
        vocabulary: Vocabulary,
        choice: EngineChoice,
        *,
        text: str | None = None,
        timeout_s: float | None = None,
    ) -> None:
        allowed_s = START_ALLOWANCE_S + TIME_ALLOWANCE * sound.duration_s
        self._timeout_s = allowed_s if timeout_s is None else timeout_s
        self._request = (sound, vocabulary, choice, text)
        self._transcript: Transcript | None = None
        self._problem: SpeechError | None = None
        self._is_cancelled = False
        self._is_late = False
        self._is_closed = False
        context = multiprocessing.get_context("spawn")
        self._connection, self._child_end = context.Pipe()
        self._process = context.Process(
            target=speech_process.run, args=(self._child_end,), name="speech", daemon=True
        )
        self._lock = threading.Lock()  # over starting and ending the process
        self._thread = threading.Thread(target=self.run, name="speech-job", daemon=True)
        self._thread.start()

    @property
    def is_done(self) -> bool:
        """Whether `result` returns at once."""
        return not self._thread.is_alive()

    @property
    def pid(self) -> int | None:
        """Id of the process; None before it was started."""
        return self._process.pid

    def cancel(self) -> None:
        """End the work now; `result` then raises. Idempotent."""
        self._is_cancelled = True
        self._kill()

    def result(self, timeout_s: float | None = None) -> Transcript | None:
        """Return the words; None where they are not there within `timeout_s`.

        Raises
        ------
        SpeechError
            If it could not be done, the engine crashed or hung, or the job was cancelled.
        """
        self._thread.join(timeout_s)
        if self._thread.is_alive():
            return None
        if self._problem is not None:
            raise self._problem
        return self._transcript

    def run(self) -> None:
        """Do the work; what the job's thread does."""
        watchdog = threading.Timer(self._timeout_s, self._give_up)
        watchdog.daemon = True
        try:
            with self._lock:
                if not self._is_cancelled:
                    self._process.start()
            self._child_end.close()
            watchdog.start()
            self._take(self._converse())
        except (EOFError, OSError):
            self._problem = self._why_it_ended()
        except (FrameError, KeyError, TypeError, ValueError):
            _log.exception("The answer of the engine for speech cannot be understood")
            self._problem = EngineFailedError("The engine for speech gave no usable answer. Try again.")
        finally:
            watchdog.cancel()
            self._end()

    def _converse(self) -> m.SpeechMessage:
        if self._is_cancelled:
            raise EOFError
        sound, vocabulary, choice, text = self._request
        # Blocks until the other side has taken all of it; the watchdog's kill ends that as well.
        self._connection.send_bytes(m.CODEC.encode(m.call_of(sound, vocabulary, choice, text)))
        return m.CODEC.decode(self._connection.recv_bytes(MAX_FRAME_BYTES))

    def _take(self, answer: m.SpeechMessage) -> None:
        if isinstance(answer, m.SpeechDone):
            self._transcript = m.transcript_of(answer)
        elif isinstance(answer, m.SpeechFailed):
            if answer.details:
                _log.error("The engine for speech failed:\n%s", answer.details)
            kind = EngineMissingError if answer.is_engine_missing else EngineFailedError
            self._problem = kind(answer.text)

    def _give_up(self) -> None:
        self._is_late = True
        self._kill()

    def _kill(self) -> None:
        with self._lock:
            if self._process.pid is not None and not self._is_closed:
                self._process.kill()

    def _why_it_ended(self) -> SpeechError:
        if self._is_cancelled:
            return EngineFailedError("Writing this dictation down was cancelled. Its sound is untouched.")
        if self._is_late:
            return EngineFailedError(
                f"The engine for speech gave no answer for {self._timeout_s:.0f} s and was ended. "
                "The sound is untouched; try again when the computer has less to do, or type the text."
            )
        return EngineFailedError(
            "The engine for speech ended by itself. The sound is untouched; try again, or type the text."
        )

    def _end(self) -> None:
        with self._lock:
            if self._process.pid is not None:
                self._process.join(_END_TIMEOUT_S)
                if self._process.is_alive():
                    self._process.kill()
                    self._process.join()
            self._is_closed = True
            self._connection.close()
