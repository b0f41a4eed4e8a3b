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
from dataclasses import dataclass
from typing import Final

import numpy as np

from capture_app.acquisition import messages as m
from capture_app.acquisition.audio.errors import NoSoundSystemError, SoundError
from capture_app.acquisition.audio.level import SILENCE_DB, peak_db
from capture_app.acquisition.audio.messages import BlockHeard
from capture_app.acquisition.audio.microphone import MakeSound, Microphone, open_microphone, sound_process
from capture_app.acquisition.audio_keeper import SOURCE, AudioKeeper, trial_changes
from capture_app.acquisition.services import ServiceParts, StreamTap
from gaze_core.rows import AUDIO_SEGMENT, Rows
from recordings_schema.layout import DatasetKey

LEVEL_EVERY_NS: Final = 100_000_000
CLOSE_TIMEOUT_S: Final = 4.0
"""At the close only the checksum of the last stretch is still to be made; what takes longer is given up."""

FIRST_RETRY_NS: Final = 3_000_000_000
LONGEST_RETRY_NS: Final = 30_000_000_000
"""A microphone that is missing or lost is looked for after 3 s, 6 s ... and then every half a minute: each
look starts a process."""

_END_TIMEOUT_S: Final = 0.9
_OFF: Final = "Dictation is off."
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Retry:
    """A microphone that is to be looked for again."""

    request: m.StartAudio
    number: int  # of the microphone it replaces
    due_ns: int
    wait_ns: int


class AudioService:
    """Answers `StartAudio`, `StopAudio` and `KeepAudio`; no device is touched before the first `StartAudio`.

    A microphone that cannot be heard, or not any longer, is looked for again until it is there.
    """

    handles: tuple[type[m.Message], ...] = (m.StartAudio, m.StopAudio, m.KeepAudio)

    def __init__(self, parts: ServiceParts, *, make_sound: MakeSound = sound_process) -> None:
        self._parts = parts
        self._make_sound = make_sound
        self._keeper = AudioKeeper(parts.recorder, self._tell_segment)
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._microphone: Microphone | None = None
        self._request: m.StartAudio | None = None
        self._retry: _Retry | None = None
        self._asked = 0
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
        elif isinstance(message, m.KeepAudio):
            self._begin_thread()
            self._jobs.put(lambda: self._keep(message))

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
        retry = self._retry
        if retry is not None and now_ns >= retry.due_ns:
            self._retry = None
            self._jobs.put(lambda: self._try_again(retry))
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
        self._request = message
        try:
            microphone = self._open(message)
        except SoundError as err:
            self._text = str(err)
            if not isinstance(err, NoSoundSystemError):
                self._text += " It is looked for again by itself."
                self._look_again(FIRST_RETRY_NS)
            self._keeper.use(None, self._text)
            self._tell()
            return
        self._use(microphone, "is heard")

    def _open(self, request: m.StartAudio) -> Microphone:
        self._number += 1
        number = self._number
        return open_microphone(
            request.device,
            request.rate_hz,
            request.latencies_ms,
            lambda block: self._jobs.put(lambda: self._hear(number, block)),
            self._make_sound,
        )

    def _use(self, microphone: Microphone, verb: str) -> None:
        self._text = " ".join((f"{microphone.device.full_name} {verb}.", *microphone.warnings))
        self._keeper.use(microphone)
        self._microphone = microphone
        self._tell()

    def _look_again(self, wait_ns: int) -> None:
        if self._request is not None:
            due_ns = self._parts.clock.now_ns() + wait_ns
            self._retry = _Retry(request=self._request, number=self._number, due_ns=due_ns, wait_ns=wait_ns)

    def _try_again(self, retry: _Retry) -> None:
        """Look for a microphone that was missing or lost; what was said of it stays until it is there."""
        if retry.number != self._number:
            return  # another one was asked for meanwhile, or none
        try:
            microphone = self._open(retry.request)
        except SoundError as err:
            _log.info("The microphone is still missing: %s", err)
            self._look_again(min(2 * retry.wait_ns, LONGEST_RETRY_NS))
            return
        self._use(microphone, "is heard again")

    def _keep(self, message: m.KeepAudio) -> None:
        self._keeper.keep(message.rule, message.trial, is_kept=message.is_kept)
        self._asked = message.number
        self._tell()

    def _tell_segment(self, rows: Rows) -> None:
        self._parts.send(m.StreamRows(row_type=AUDIO_SEGMENT.name, rows=rows))

    def _stop(self) -> None:
        self._let_go()
        self._request = None
        self._keeper.use(None)
        self._text = _OFF
        self._tell()

    def _lose(self, microphone: Microphone) -> None:
        """Take note of a microphone that delivers nothing any more."""
        self._keeper.end()
        text = (
            f"{microphone.sound.problem} What was said until then is kept, and the gaze is recorded on. Plug "
            "the microphone in again; it is then heard by itself, within half a minute."
        )
        self._keeper.use(None)
        self._look_again(FIRST_RETRY_NS)
        self._parts.recorder.event("audio_lost", text, source=SOURCE)
        self._text = text
        microphone.stop()
        self._tell()

    def _let_go(self) -> None:
        self._retry = None
        self._number += 1  # a look for the one before leads to nothing
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
                asked=self._asked,
                is_kept_when_asked=self._keeper.is_by_request,
            )
        )
