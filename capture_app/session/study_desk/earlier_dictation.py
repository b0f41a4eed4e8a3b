"""What earlier recordings of a session folder hold of an attempt that is gone on with: its text and sound."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np

from capture_app.session.dictation_files import dictation_rows
from capture_app.session.reading import Event, ReadingError, Subject
from capture_app.session.reading.answer_codec import PieceCollector
from capture_app.session.study_desk.dictation_sound import Stretch, stretch_of
from capture_app.session.study_desk.states import TranscriptWord
from capture_app.session.study_desk.transcript_text import ANSWER_PREFIX, PlacedText
from gaze_core.rows import Rows, decode_text
from recordings_schema.errors import RecordingError
from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording

SAME_CLOCK_NS: Final = 10_000_000_000
"""Wall and host clock of two recordings keep this close while the computer is not started anew."""

AttemptKey: TypeAlias = tuple[str, int]
"""Case and attempt."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierDictation:
    """The dictation of one attempt in the recordings before this one."""

    text: PlacedText | None  # the last version; None where nothing was written down or typed
    stretches: tuple[Stretch, ...]
    is_same_clock: bool  # its host times mean the same now: the computer was not started anew


class EarlierDictations:
    """Reads earlier recordings in a thread; until it is done nothing is known of them."""

    def __init__(self, recordings: Sequence[Path]) -> None:
        self._found: Mapping[AttemptKey, EarlierDictation] = {}
        self._is_read = False
        self._thread = threading.Thread(
            target=self._read, args=(tuple(recordings),), name="earlier-dictations", daemon=True
        )
        self._thread.start()

    @property
    def is_read(self) -> bool:
        """Whether `of` knows all there is."""
        return self._is_read

    def of(self, key: AttemptKey) -> EarlierDictation | None:
        """Return what is known of an attempt."""
        return self._found.get(key)

    def _read(self, recordings: Sequence[Path]) -> None:
        try:
            self._found = read_earlier(recordings, time.time_ns() - time.perf_counter_ns())
        except Exception:  # noqa: BLE001  # the top of the thread: the session goes on without it
            _log.exception("Earlier dictations could not be read")
        finally:
            self._is_read = True


def read_earlier(recordings: Sequence[Path], wall_minus_host_ns: int) -> dict[AttemptKey, EarlierDictation]:
    """Return what recordings hold of their dictations by attempt; one that cannot be read is left out.

    Parameters
    ----------
    recordings
        Files, oldest first.
    wall_minus_host_ns
        How far the wall clock is before the host clock now.
    """
    found: dict[AttemptKey, EarlierDictation] = {}
    for path in recordings:
        try:
            with Recording.open(path) as recording:
                for key, each in _read_recording(recording, path, wall_minus_host_ns).items():
                    found[key] = _joined(found.get(key), each)
        except (RecordingError, ReadingError, OSError, ValueError, KeyError) as err:
            _log.warning("The dictations in %s cannot be read: %s", path.name, err)
    return found


def _read_recording(
    recording: Recording, path: Path, wall_minus_host_ns: int
) -> dict[AttemptKey, EarlierDictation]:
    session = recording.metadata.session
    offset_ns = session.started_wall_ns - session.started_host_ns
    is_same_clock = abs(offset_ns - wall_minus_host_ns) < SAME_CLOCK_NS
    segments = dictation_rows(recording, path)
    answers, words = recording.rows(DatasetKey.ANSWERS), recording.rows(DatasetKey.WORDS)
    found = {}
    for trial, key in _attempts(recording.rows(DatasetKey.JUDGEMENTS)).items():
        stretches = tuple(stretch_of(row, path.parent) for row in segments[segments["trial"] == trial])
        text = _last_text(answers[answers["trial"] == trial], words[words["trial"] == trial])
        if stretches or text is not None:
            found[key] = EarlierDictation(text=text, stretches=stretches, is_same_clock=is_same_clock)
    return found


def _joined(before: EarlierDictation | None, after: EarlierDictation) -> EarlierDictation:
    """Return two recordings of one attempt together."""
    if before is None:
        return after
    return EarlierDictation(
        text=after.text or before.text,
        stretches=(*before.stretches, *after.stretches),
        is_same_clock=before.is_same_clock and after.is_same_clock,
    )


def _attempts(judgements: Rows) -> dict[int, AttemptKey]:
    """Return case and attempt of each trial."""
    found = {}
    for row in judgements[judgements["subject"] == Subject.QUOTA.value.encode()]:
        figures = json.loads(decode_text(row["figures"]))
        if figures.get("event") == Event.OPENING.value:
            found[int(row["number"])] = (str(figures["case_id"]), int(row["attempt"]))
    return found


def _last_text(answers: Rows, words: Rows) -> PlacedText | None:
    pieces = PieceCollector()
    texts: dict[int, str] = {}
    for row in answers:
        whole = pieces.take(decode_text(row["screen"]), decode_text(row["name"]), decode_text(row["value"]))
        if whole is not None and whole[0].startswith(ANSWER_PREFIX) and isinstance(whole[1], str):
            texts[int(whole[0][len(ANSWER_PREFIX) :])] = whole[1]
    if not texts:
        return None
    version = max(texts)
    placed = words[words["version"] == version]
    return PlacedText(version=version, text=texts[version], words=_words(placed, texts[version]))


def _words(rows: Rows, text: str) -> tuple[TranscriptWord, ...]:
    placed, letter = [], 0
    for row in rows[np.argsort(rows["index"], kind="stable")]:
        word = decode_text(row["text"])
        letter = max(text.find(word, letter), letter)
        placed.append(
            TranscriptWord(
                text=word,
                first_letter=letter,
                t_onset_host_ns=int(row["t_onset_host_ns"]),
                t_offset_host_ns=int(row["t_offset_host_ns"]),
                kind=decode_text(row["kind"]),
                score=float(row["score"]),
            )
        )
        letter += len(word)
    return tuple(placed)
