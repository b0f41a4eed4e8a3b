"""Follows a journal as it grows: whole frames with what they say about cases and sound files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from capture_app.session.reading import Subject
from gaze_core.rows import decode_text
from recordings_schema.journal import Frame, FrameKind, FrameReader, JournalHeader
from recordings_schema.layout import DatasetKey

PART_BYTES: Final = 4 * 2**20
"""A part is ended behind the frame that reaches this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedCase:
    """A case whose last row lies in the journal."""

    case_id: str
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedSound:
    """A sound file that was closed."""

    name: str  # beside the recording
    sha256: str  # "" where it could not be read again


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalPart:
    """Some whole frames that follow those before. `case` is the one that they end with, if any."""

    first_byte: int
    content: bytes
    case: FinishedCase | None
    sounds: tuple[ClosedSound, ...]

    @property
    def end_byte(self) -> int:
        """Where the next part begins."""
        return self.first_byte + len(self.content)


class JournalFollower:
    """Reads a journal from its beginning, part by part. One thread.

    The file is opened for each part alone: on Windows a journal that somebody holds open cannot be put away.
    """

    def __init__(self, journal: Path) -> None:
        self._journal = journal
        self._frames: FrameReader | None = None
        self._keys: tuple[DatasetKey, ...] = ()
        self._dtypes: dict[DatasetKey, np.dtype[np.void]] = {}
        self._attempts: dict[int, int] = {}  # by trial

    def next_part(self) -> JournalPart | None:
        """Return the next whole frames, None where there are no new ones.

        Raises
        ------
        OSError
            If the journal cannot be read; `FileNotFoundError` once the recording is closed.
        RecordingError
            If its header cannot be understood.
        """
        with self._journal.open("rb") as file:
            if self._frames is None:
                self._frames = FrameReader(file)
            else:
                self._frames.go_on(file)
            first_byte = self._frames.usable_bytes
            case, sounds = self._read_frames(self._frames, first_byte)
            file.seek(first_byte)
            content = file.read(self._frames.usable_bytes - first_byte)
        if not content:
            return None
        return JournalPart(first_byte=first_byte, content=content, case=case, sounds=tuple(sounds))

    def _read_frames(
        self, frames: FrameReader, first_byte: int
    ) -> tuple[FinishedCase | None, list[ClosedSound]]:
        sounds: list[ClosedSound] = []
        while frames.usable_bytes - first_byte < PART_BYTES and (frame := frames.next()) is not None:
            if frame.kind is FrameKind.HEADER:
                header = JournalHeader.from_bytes(frame.payload)
                self._keys, self._dtypes = tuple(header.dtypes), header.dtypes
            elif frame.kind is FrameKind.ROWS and frame.dataset < len(self._keys):
                case = self._take_rows(frame, sounds)
                if case is not None:
                    return case, sounds
        return None, sounds

    def _take_rows(self, frame: Frame, sounds: list[ClosedSound]) -> FinishedCase | None:
        key = self._keys[frame.dataset]
        if key not in (DatasetKey.JUDGEMENTS, DatasetKey.TRIALS, DatasetKey.AUDIO_SEGMENTS):
            return None
        rows = np.frombuffer(frame.payload, self._dtypes[key])
        found = None
        for row in rows:
            if key is DatasetKey.JUDGEMENTS and row["subject"] == Subject.CASE.value.encode("ascii"):
                self._attempts[int(row["number"])] = int(row["attempt"])
            elif key is DatasetKey.TRIALS and row["state"] == b"done":
                attempt = self._attempts.get(int(row["trial"]), -1)
                found = FinishedCase(case_id=decode_text(row["case_id"]), attempt=attempt)
            elif key is DatasetKey.AUDIO_SEGMENTS:
                name, sha256 = decode_text(row["file"]), decode_text(row["sha256"])
                sounds.append(ClosedSound(name=Path(name).name, sha256=sha256))
        return found
