"""Dictation: a microphone beside the gaze, on the same clock, kept while a recording runs.

One thread opens the device, takes what it hears and writes it; the device itself is held by a process of its
own (`capture_app.acquisition.audio`). Nothing of it can hold up the gaze: a device or a disk that hangs costs
the sound alone.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from typing import Final

import numpy as np

from capture_app.acquisition import messages as m
from capture_app.acquisition.audio.errors import SoundError
from capture_app.acquisition.audio.level import SILENCE_DB, peak_db
from capture_app.acquisition.audio.messages import BlockHeard
from capture_app.acquisition.audio.microphone import MakeSound, Microphone, open_microphone, sound_process
from capture_app.acquisition.audio_keeper import SOURCE, AudioKeeper, trial_changes
from capture_app.acquisition.services import ServiceParts, StreamTap
from gaze_core.rows import Rows
from recordings_schema.layout import DatasetKey

LEVEL_EVERY_NS: Final = 100_000_000
CLOSE_TIMEOUT_S: Final = 4.0
"""At the close only the checksum of the last stretch is still to be made; what takes longer is given up."""

_END_TIMEOUT_S: Final = 0.9
_OFF: Final = "Dictation is off."
_log = logging.getLogger(__name__)


class AudioService:
    """Answers `StartAudio` and `StopAudio`; no device is touched before the first `StartAudio`."""

    handles: tuple[type[m.Message], ...] = (m.StartAudio, m.StopAudio)

    def __init__(self, parts: ServiceParts, *, make_sound: MakeSound = sound_process) -> None:
        self._parts = parts
        self._make_sound = make_sound
        self._keeper = AudioKeeper(parts.recorder)
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._microphone: Microphone | None = None
        self._number = 0  # of the microphone: blocks of an earlier one are not taken
        self._text = _OFF
        self._level_db = SILENCE_DB  # loudest since it was told
        self._told: m.AudioState | None = None
        self._told_ns = 0
        self._was_recording = False

    @property
    def tap(self) -> StreamTap:
        """The service sees the trials itself."""
        return self

    def handle(self, message: m.Message) -> None:
        """Begin to listen, to another microphone, or no longer."""
        if isinstance(message, m.StartAudio):
            self._begin_thread()
            self._jobs.put(lambda: self._start(message))
        elif isinstance(message, m.StopAudio):
            if self._thread is None:
                self._tell()
            else:
                self._jobs.put(self._stop)

    def tracker_changed(self, info: object) -> None:
        """Nothing: the microphone is nobody's tracker."""

    def step(self) -> None:
        """Tell how loud it is, and notice a microphone that is gone and a recording that began or ended."""
        if self._thread is None:
            return
        is_recording = self._parts.recorder.is_recording
        if is_recording != self._was_recording:
            self._was_recording = is_recording
            self._jobs.put(self._keeper.follow)
        microphone = self._microphone
        if microphone is not None and microphone.sound.problem:
            self._microphone = None
            self._jobs.put(lambda: self._lose(microphone))
        now_ns = self._parts.clock.now_ns()
        if microphone is not None and now_ns - self._told_ns >= LEVEL_EVERY_NS:
            self._told_ns = now_ns
            self._tell()

    def close(self) -> None:
        """Let go of the microphone; what hangs ends with its process."""
        if self._thread is not None:
            self._jobs.put(self._stop)
            self._jobs.put(None)
            self._thread.join(_END_TIMEOUT_S)
            if self._thread.is_alive() and self._microphone is not None:
                _log.warning("The microphone does not stop in time; its process is left to end by itself")

    def take_samples(self, gaze: Rows) -> None:
        """Nothing: the sound has its own times."""

    def take_rows(self, key: DatasetKey, rows: Rows) -> None:
        """Take note of trials that open, pause and end."""
        if key is DatasetKey.TRIALS and self._thread is not None:
            for trial, state, t_host_ns in trial_changes(rows):
                self._jobs.put(
                    lambda trial=trial, state=state, t_ns=t_host_ns: self._keeper.take_trial(  # type: ignore[misc]
                        trial, state, t_ns
                    )
                )

    def _begin_thread(self) -> None:
        if self._thread is None:
            self._parts.recorder.at_close(self._last_rows)
            self._thread = threading.Thread(target=self._work, name="dictation", daemon=True)
            self._thread.start()

    # in the recorder's thread

    def _last_rows(self) -> list[tuple[DatasetKey, Rows]]:
        if self._thread is None:
            return []
        has_ended = threading.Event()
        self._jobs.put(self._keeper.follow)
        self._jobs.put(has_ended.set)
        if not has_ended.wait(CLOSE_TIMEOUT_S):
            _log.error(
                "The end of the dictation did not reach the disk in time; the recording closes without"
            )
        return self._keeper.late_rows()

    # in the thread of the sound

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job()
            except Exception as err:  # noqa: BLE001  # the top of the thread: the app is told, gaze goes on
                _log.exception("The dictation failed")
                self._text = f"Dictation failed unexpectedly ({err}). Switch it off and on again."
                self._tell()

    def _start(self, message: m.StartAudio) -> None:
        self._let_go()
        self._number += 1
        number = self._number
        try:
            microphone = open_microphone(
                message.device,
                message.rate_hz,
                message.latencies_ms,
                lambda block: self._jobs.put(lambda: self._hear(number, block)),
                self._make_sound,
            )
        except SoundError as err:
            self._text = str(err)
            self._keeper.use(None, self._text)
            self._tell()
            return
        self._text = " ".join((f"{microphone.device.full_name} is heard.", *microphone.warnings))
        self._keeper.use(microphone)
        self._microphone = microphone
        self._tell()

    def _stop(self) -> None:
        self._let_go()
        self._keeper.use(None)
        self._text = _OFF
        self._tell()

    def _lose(self, microphone: Microphone) -> None:
        """Take note of a microphone that delivers nothing any more."""
        self._keeper.end()
        text = (
            f"{microphone.sound.problem} What was said until then is kept, and the gaze is recorded on. Plug "
            "the microphone in again, then switch dictation off and on."
        )
        self._keeper.use(None)
        self._parts.recorder.event("audio_lost", text, source=SOURCE)
        self._text = text
        microphone.stop()
        self._tell()

    def _let_go(self) -> None:
        microphone, self._microphone = self._microphone, None
        if microphone is not None:
            self._keeper.end()
            microphone.stop()

    def _hear(self, number: int, block: BlockHeard) -> None:
        if number != self._number:
            return
        self._level_db = max(self._level_db, peak_db(np.asarray(block.rows["level"])))
        self._keeper.hear(block)

    def _tell(self) -> None:
        """Tell the app how it stands."""
        microphone = self._microphone
        level_db, self._level_db = self._level_db, SILENCE_DB
        self._parts.send(
            m.AudioState(
                is_on=microphone is not None,
                is_kept=microphone is not None and self._keeper.is_kept,
                level_db=level_db if microphone is not None else SILENCE_DB,
                device="" if microphone is None else microphone.device.full_name,
                text=self._text,
            )
        )
