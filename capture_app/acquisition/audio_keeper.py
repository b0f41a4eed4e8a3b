"""Which part of what a microphone hears is kept: that of a recording, while a case is read."""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable
from typing import Final

import numpy as np

from capture_app.acquisition.audio.dictation import Dictation
from capture_app.acquisition.audio.messages import BlockHeard
from capture_app.acquisition.audio.microphone import Microphone
from capture_app.acquisition.services import RecorderPort
from gaze_core.rows import Rows, decode_text
from recordings_schema.layout import DatasetKey

SOURCE: Final = "audio"
ASKED: Final = "asked"
TRIALS: Final = "trials"
_OPENED: Final = ("open", "resumed")
_log = logging.getLogger(__name__)


class AudioKeeper:
    """Follows the recorder and its trials; all but `late_rows` belongs to one thread.

    Without trials all of a recording is kept. From the first trial on, what is said between two trials or
    during a pause is not. `keep` puts another rule in the place of this one.

    Parameters
    ----------
    recorder
        Where the rows go.
    tell_segment
        Takes each AUDIO_SEGMENT row as well, in the thread of the sound.
    """

    def __init__(self, recorder: RecorderPort, tell_segment: Callable[[Rows], None] | None = None) -> None:
        self._recorder = recorder
        self._tell_segment = tell_segment
        self._is_by_request = False  # kept as `keep` says, not as the trials do
        self._microphone: Microphone | None = None
        self._missing = ""  # why there is no microphone although one is wanted
        self._dictation: Dictation | None = None
        self._started_ns: int | None = None  # of the recording that is followed
        self._next_segment = 0
        self._trial = -1
        self._is_between = False
        self._is_broken = False
        self._has_told_loss = False
        self._late: list[tuple[DatasetKey, Rows]] = []
        self._late_lock = threading.Lock()

    @property
    def is_kept(self) -> bool:
        """Whether sound goes into a file now."""
        return self._dictation is not None and self._dictation.is_kept

    @property
    def is_by_request(self) -> bool:
        """Whether sound is kept only where it was asked for."""
        return self._is_by_request

    def keep(self, rule: str, trial: int, *, is_kept: bool) -> None:
        """Keep sound by this rule from now on; see `messages.KeepAudio`."""
        self.follow()
        was_by_request, self._is_by_request = self._is_by_request, rule == ASKED
        if self._is_by_request:
            self.end_stretch()
            self._is_between, self._trial = not is_kept, trial
        elif was_by_request:
            self.end_stretch()
            self._is_between = self._started_ns is not None  # the rest of this recording is not the study's

    def use(self, microphone: Microphone | None, missing: str = "") -> None:
        """Take the sound of this microphone from now on; None: of none, for the reason given."""
        self.end()
        self._microphone, self._missing = microphone, missing
        self._is_broken = False
        if self._started_ns is not None:
            self._tell_begin()

    def hear(self, block: BlockHeard) -> None:
        """Take a block of sound."""
        self.follow()
        if self._started_ns is None or self._is_between or self._is_broken:
            return
        dictation = self._dictation or self._new_dictation()
        if dictation is not None:
            self._guarded(lambda: self._write(dictation, block))

    def take_trial(self, trial: int, state: str, t_host_ns: int) -> None:
        """Take what has become of a trial: each has its own stretches."""
        self.follow()
        if self._is_by_request:
            return
        dictation = self._dictation
        self._is_between = state not in _OPENED
        if self._is_between:
            self.end_stretch()
            return
        self._trial = trial
        if dictation is not None:
            self._guarded(lambda: dictation.open_trial(trial, t_host_ns))

    def follow(self) -> None:
        """Take note of a recording that has begun or ended."""
        recorder = self._recorder
        started_ns = recorder.started_host_ns if recorder.is_recording else None
        if started_ns == self._started_ns:
            return
        self.end()
        self._started_ns = started_ns
        self._next_segment, self._trial = 0, -1
        self._is_broken = self._has_told_loss = False
        self._is_between = self._is_by_request  # nobody has asked for sound of this recording
        if started_ns is not None:
            self.late_rows()  # of the recording before, which was closed without them
            self._tell_begin()

    def end_stretch(self) -> None:
        """End the stretch that is open; the next block that is to be kept begins another."""
        dictation = self._dictation
        if dictation is not None:
            self._guarded(dictation.end)

    def end(self) -> None:
        """End the stretch that is open, and have done with this microphone in this recording."""
        self.end_stretch()
        if self._dictation is not None:
            self._next_segment = self._dictation.next_segment
            self._dictation = None

    def late_rows(self) -> list[tuple[DatasetKey, Rows]]:
        """Return the rows that came after the recorder took any, once; in any thread."""
        with self._late_lock:
            rows, self._late = self._late, []
            return rows

    def _new_dictation(self) -> Dictation | None:
        microphone, path = self._microphone, self._recorder.path
        if microphone is None or path is None:
            return None
        self._dictation = Dictation(
            path,
            device=microphone.device.full_name,
            rate_hz=microphone.rate_hz,
            latency_ms=microphone.latency_ms,
            emit=self._emit,
            first_segment=self._next_segment,
        )
        return self._dictation

    def _write(self, dictation: Dictation, block: BlockHeard) -> None:
        if block.is_after_loss and dictation.is_kept:
            dictation.end()
            if not self._has_told_loss:
                self._has_told_loss = True
                self._recorder.event(
                    "audio_gap",
                    "Sound was lost because the computer was too busy; the dictation goes on in another "
                    "file. Close other programs.",
                    source=SOURCE,
                )
        dictation.hear(np.asarray(block.rows["level"]), block.t_host_ns, self._trial)

    def _guarded(self, write: Callable[[], None]) -> None:
        """Write; where the disk fails the sound ends there, and nothing else does."""
        try:
            write()
        except OSError as err:
            _log.exception("The dictation cannot be written")
            self._is_broken = True
            dictation = self._dictation
            if dictation is not None:
                dictation.break_off()
            text = (
                f"The dictation cannot be written any more ({err.strerror or err}). What was said until then "
                "is kept, and the gaze is recorded on. Make room on the disk, then switch dictation off and "
                "on again."
            )
            self._recorder.event("audio_not_written", text, source=SOURCE)

    def _emit(self, key: DatasetKey, rows: Rows) -> None:
        if key is DatasetKey.AUDIO_SEGMENTS and self._tell_segment is not None:
            self._tell_segment(rows)
        if not self._recorder.append(key, rows):
            with self._late_lock:
                self._late.append((key, rows))

    def _tell_begin(self) -> None:
        microphone = self._microphone
        if microphone is None:
            if self._missing:
                text = f"No dictation is recorded. {self._missing} The gaze is recorded all the same."
                self._recorder.event("audio_missing", text, source=SOURCE)
            return
        latency = (
            f"its measured latency of {microphone.latency_ms:.2f} ms is taken off"
            if math.isfinite(microphone.latency_ms)
            else "its latency is not measured"
        )
        words = (
            f"{microphone.device.full_name} is recorded at {microphone.rate_hz:.0f} Hz; {latency}.",
            *microphone.warnings,
        )
        self._recorder.event("audio_started", " ".join(words), source=SOURCE)


def trial_changes(rows: Rows) -> list[tuple[int, str, int]]:
    """Return number, state and time of TRIAL rows."""
    return [(int(row["trial"]), decode_text(row["state"]), int(row["t_host_ns"])) for row in rows]
