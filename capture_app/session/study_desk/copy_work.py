"""Copies the journal of one recording, part by part, and says in a manifest which case ends where."""

from __future__ import annotations

import errno
import hashlib
import time
from collections import deque
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from capture_app.session.privacy.date_shift import shift_days, shifted_date
from capture_app.session.study import OpenedStudy
from capture_app.session.study_desk.copy_follow import ClosedSound, FinishedCase, JournalFollower, JournalPart
from capture_app.session.study_desk.copy_place import (
    CopyPlace,
    add_lines,
    append_checked,
    copy_checked,
    place_for,
    prepare,
)
from capture_app.session.study_desk.copy_whole import copy_session, uncopied_sessions
from recordings_schema.findings import Severity
from recordings_schema.paths import journal_path
from recordings_schema.validate import validate


class CopyWork:
    """What is copied of one recording while it runs. One thread; it may be interrupted and called again.

    Parameters
    ----------
    opened
        The study, which names the second place.
    recording
        The recording.
    wall_clock_ns
        The wall clock, for the manifest.
    """

    def __init__(
        self, opened: OpenedStudy, recording: Path, *, wall_clock_ns: Callable[[], int] = time.time_ns
    ) -> None:
        self.copied: list[FinishedCase] = []  # in the order of the recording
        self.is_given_up = False  # set from another thread: nothing further is begun
        self._opened, self._recording = opened, recording
        self._wall_clock_ns = wall_clock_ns
        self._place: CopyPlace | None = None
        self._part: JournalPart | None = None  # read, and not copied yet
        self._sounds: deque[ClosedSound] = deque()  # closed, and not copied yet
        self._copied_sounds: list[dict[str, Any]] = []  # since the case before
        self._backlog: list[Path] | None = None  # earlier sessions to be copied; None: not looked for
        self._begin_anew()

    def prepare(self) -> None:
        """Make the folders at the second place.

        Raises
        ------
        OSError
            If it cannot be written.
        """
        if self._place is None:
            place = place_for(self._opened, self._recording)
            prepare(place, self._opened)
            self._place = place

    def copy_up_to(self, case: FinishedCase) -> bool:
        """Copy what is on the disk until a case is in the copy; False where it has not reached the disk yet.

        Raises
        ------
        FileNotFoundError
            If the recording is closed already, or the second place is away.
        OSError
            If a copy fails. What was copied before stays, and another call goes on from there.
        """
        self.prepare()
        while case not in self.copied:
            if self.is_given_up:
                return False
            if self._part is None:
                self._part = self._follower.next_part()
            if self._part is None:
                return False
            self._copy_part(self._part)
            self._part = None
        return True

    def catch_up(self) -> bool:
        """Copy one earlier session of the reader that is not whole at the second place; False where none is.

        Raises
        ------
        OSError
            If a copy fails.
        """
        if self._backlog is None:
            self._backlog = uncopied_sessions(self._opened, self._recording)
        if not self._backlog:
            return False
        earlier = self._backlog[0]
        is_sound = all(finding.severity is not Severity.ERROR for finding in validate(earlier))
        copy_session(self._opened, earlier, self._stop_when_given_up, is_sound=is_sound)
        self._backlog.pop(0)
        return True

    @property
    def is_recording_closed(self) -> bool:
        """Whether the journal is gone: what is left is copied with the whole recording."""
        return not journal_path(self._recording).exists()

    def _stop_when_given_up(self, _done: int, _total: int) -> None:
        if self.is_given_up:
            raise InterruptedError(errno.EINTR, "the session ends")

    def _begin_anew(self) -> None:
        self.copied.clear()
        self._follower = JournalFollower(journal_path(self._recording))
        self._part = None
        self._range = hashlib.sha256()  # since the case before
        self._range_first_byte = 0
        self._hashed_bytes = 0
        self._sounds.clear()
        self._copied_sounds = []

    def _copy_part(self, part: JournalPart) -> None:
        place = self._place
        if place is None:
            return
        try:
            append_checked(place.journal, part.first_byte, part.content)
        except FileNotFoundError:
            if place.folder.is_dir():  # the drive is there, and what was copied is not: all anew
                self._begin_anew()
            raise
        if self._hashed_bytes < part.end_byte:
            self._range.update(part.content)
            self._hashed_bytes = part.end_byte
            self._sounds.extend(part.sounds)
        while self._sounds:
            self._copy_sound(place, self._sounds[0])
            self._sounds.popleft()
        if part.case is not None:
            add_lines(place.manifest, [self._line(part.case, part.end_byte)])
            self.copied.append(part.case)
            self._range, self._range_first_byte = hashlib.sha256(), part.end_byte
            self._copied_sounds = []

    def _copy_sound(self, place: CopyPlace, sound: ClosedSound) -> None:
        source = self._recording.with_name(sound.name)
        if not source.is_file():
            self._copied_sounds.append({"file": sound.name, "sha256": "", "is_missing": True})
            return
        sha256 = copy_checked(source, place.folder / sound.name, lambda _: None)
        entry: dict[str, Any] = {"file": sound.name, "sha256": sha256}
        if sound.sha256 and sound.sha256 != sha256:
            entry["is_changed"] = True  # since it was closed: the recording says another checksum
        self._copied_sounds.append(entry)

    def _line(self, case: FinishedCase, end_byte: int) -> dict[str, Any]:
        return {
            "case_id": case.case_id,
            "attempt": case.attempt,
            "file": journal_path(self._recording).name,
            "first_byte": self._range_first_byte,
            "end_byte": end_byte,
            "sha256": self._range.hexdigest(),
            "sounds": self._copied_sounds,
            "copied": self._when(),
        }

    def _when(self) -> str:
        """Return when the copy was made: the day as it may leave the folder, and no time with a moved day."""
        reader = self._recording.parents[2].name
        now = datetime.fromtimestamp(self._wall_clock_ns() / 1e9, timezone.utc)
        if shift_days(self._opened, reader) == 0:
            return f"{now:%Y-%m-%dT%H:%M:%SZ}"
        return shifted_date(self._opened, reader, now.date()).isoformat()
