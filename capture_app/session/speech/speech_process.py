"""The process that holds an engine for one call: what crashes or hangs in it ends with it."""

from __future__ import annotations

import signal
import traceback
from multiprocessing.connection import Connection

from capture_app.acquisition.platform_tuning import lower_priority
from capture_app.session.speech import messages as m
from capture_app.session.speech.alignment import align_text
from capture_app.session.speech.engine import EngineChoice, EngineName, SpeechEngine
from capture_app.session.speech.errors import EngineMissingError, SpeechError
from capture_app.session.speech.pocketsphinx_engine import PocketsphinxEngine
from capture_app.session.speech.whisper_engine import WhisperEngine
from gaze_core.frames import MAX_FRAME_BYTES


def run(connection: Connection) -> None:
    """Answer one call; the target of the process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's, which ends this process
    lower_priority()
    try:
        call = m.CODEC.decode(connection.recv_bytes(MAX_FRAME_BYTES))
        if isinstance(call, m.SpeechCall):
            connection.send_bytes(m.CODEC.encode(answer(call)))
    except (EOFError, OSError):
        return  # whoever called is gone


def answer(call: m.SpeechCall) -> m.SpeechMessage:
    """Do what is asked, here and now; never raises."""
    try:
        sound, vocabulary = m.sound_of(call), m.vocabulary_of(call)
        if call.is_alignment:
            return m.done_of(align_text(call.text, sound, vocabulary))
        return m.done_of(make_engine(m.choice_of(call)).transcribe(sound, vocabulary))
    except SpeechError as err:
        return m.SpeechFailed(
            text=str(err), is_engine_missing=isinstance(err, EngineMissingError), details=""
        )
    except Exception:  # noqa: BLE001  # the top of the process: the parent logs it and says a sentence
        return m.SpeechFailed(
            text="A mistake in the program, or in the engine for speech, stopped the work on this dictation. "
            "Its sound is untouched; details are in the log.",
            is_engine_missing=False,
            details=traceback.format_exc(),
        )


def make_engine(choice: EngineChoice) -> SpeechEngine:
    """Return an engine; whether it is installed shows when it is used."""
    if choice.name is EngineName.POCKETSPHINX:
        return PocketsphinxEngine()
    return WhisperEngine(choice.model_folder)
