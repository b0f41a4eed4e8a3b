"""The sound files beside a recording: are they as they were closed, and what does a cut-off one hold."""

from __future__ import annotations

import math
import wave
from pathlib import Path
from typing import Final

import numpy as np

from capture_app.acquisition.audio.dictation import beside, first_frame
from capture_app.acquisition.audio.takes import BlockTimes
from capture_app.acquisition.audio.wav_file import mend_wav, sha256_of
from gaze_core.rows import AUDIO_SEGMENT, Rows, decode_text, join_rows
from recordings_schema.errors import RecordingError
from recordings_schema.findings import Finding, error, warning
from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording
from recordings_schema.validate import validate

WHERE: Final = "/audio/segments"
_OPENED: Final = (b"open", b"resumed")


def validate_with_dictation(path: Path) -> list[Finding]:
    """Return the findings of a recording and of the sound files beside it."""
    findings = validate(path)
    try:
        with Recording.open(path) as recording:
            return [*findings, *dictation_findings_of(recording, path)]
    except RecordingError:
        return findings  # which say that it cannot be opened


def dictation_findings_of(recording: Recording, path: Path) -> list[Finding]:
    """Return what is wrong with the sound files of an open recording at `path`."""
    findings = [
        each for row in recording.rows(DatasetKey.AUDIO_SEGMENTS) for each in _segment_findings(row, path)
    ]
    for segment in _cut_off_segments(recording):
        file = beside(path, segment)
        if file.is_file():
            findings.append(
                warning(
                    WHERE,
                    f"The dictation {file.name} was cut off, so the recording has no entry for it.",
                    "It can be heard, and /audio/sync has its times; nothing tells whether it was changed.",
                )
            )
        else:
            findings.append(_missing(file))
    return findings


def dictation_rows(recording: Recording, path: Path) -> Rows:
    """Return the AUDIO_SEGMENT rows of an open recording at `path`, also of what was cut off.

    The latter name no device, take no latency off, and end where the file does.
    """
    stored = recording.rows(DatasetKey.AUDIO_SEGMENTS)
    rebuilt = [
        row
        for segment in _cut_off_segments(recording)
        if (row := _rebuilt_row(recording, beside(path, segment), segment)) is not None
    ]
    return join_rows([stored, *rebuilt])


def mend_dictation(recovered: Path, original: Path) -> tuple[str, ...]:
    """Mend the sound files of a recording that was cut off; return a sentence for each.

    Parameters
    ----------
    recovered
        The recording as recovery left it.
    original
        The name under which it was recorded, which its sound files bear; or its journal.
    """
    name = original.with_suffix("") if original.suffix == ".journal" else original
    try:
        with Recording.open(recovered) as recording:
            files = [beside(name, segment) for segment in _cut_off_segments(recording)]
    except RecordingError:
        files = []
    sentences = []
    for file in files:
        try:
            mend_wav(file)
            frames, rate_hz = _length(file)
        except FileNotFoundError:
            sentences.append(f"The dictation {file.name} is missing.")
        except (OSError, wave.Error, EOFError) as err:
            reason = (err.strerror if isinstance(err, OSError) else "") or "it is damaged"
            sentences.append(f"The dictation {file.name} could not be put right ({reason}).")
        else:
            sentences.append(
                f"The dictation {file.name} was cut off; it was put right and holds {frames / rate_hz:.1f} s."
            )
    return tuple(sentences)


def dictation_words(recording: Recording) -> str:
    """Return the dictation of a recording in a few words, "" where it has none."""
    rows = recording.rows(DatasetKey.AUDIO_SEGMENTS)
    cut_off = len(_cut_off_segments(recording))
    if not len(rows) and not cut_off:
        return ""
    seconds = float((rows["frame_count"] / rows["rate_hz"]).sum()) if len(rows) else 0.0
    count = len(rows) + cut_off
    words = f"{count} file{'' if count == 1 else 's'}, {seconds:.1f} s"
    return f"{words}, {cut_off} of them cut off" if cut_off else words


def _segment_findings(row: np.void, path: Path) -> list[Finding]:
    name, checksum = decode_text(row["file"]), decode_text(row["sha256"])
    file = path.with_name(Path(name).name)  # beside the recording, whatever a damaged row may say
    if not file.is_file():
        return [_missing(file)]
    if not checksum:
        return [
            warning(
                WHERE,
                f"The dictation {name} has no checksum: it could not be read again when it was closed.",
                "Listen to it before it is used.",
            )
        ]
    try:
        is_same = sha256_of(file) == checksum
    except OSError as err:
        return [error(WHERE, f"The dictation {name} cannot be read ({err.strerror}).", "Check the disk.")]
    if is_same:
        return []
    return [
        error(
            WHERE,
            f"The dictation {name} is not as it was when it was closed: its checksum is another.",
            "Take it from a copy that was made before.",
        )
    ]


def _missing(file: Path) -> Finding:
    return error(
        WHERE,
        f"The dictation {file.name} is missing.",
        "Put it back beside the recording, under that very name.",
    )


def _cut_off_segments(recording: Recording) -> list[int]:
    """Return the segments that have times but no entry."""
    timed = np.unique(recording.rows(DatasetKey.AUDIO_SYNC)["segment"])
    entered = recording.rows(DatasetKey.AUDIO_SEGMENTS)["segment"]
    return [int(segment) for segment in np.setdiff1d(timed, entered) if segment >= 0]


def _rebuilt_row(recording: Recording, file: Path, segment: int) -> Rows | None:
    sync = recording.rows(DatasetKey.AUDIO_SYNC)
    try:
        frames, rate_hz = _length(file)
        checksum = sha256_of(file)
    except (OSError, wave.Error, EOFError):
        return None
    times = BlockTimes(sync=sync[sync["segment"] == segment], nominal_rate_hz=float(rate_hz))
    t_first_ns, fitted_rate_hz = first_frame(times)
    row: Rows = AUDIO_SEGMENT.row(
        segment=segment,
        trial=_trial_at(recording, int(times.sync["t_host_ns"][-1])),
        t_first_host_ns=t_first_ns,
        frame_count=frames,
        rate_hz=float(rate_hz),
        fitted_rate_hz=fitted_rate_hz,
        latency_ms=math.nan,
        device="",
        file=file.name,
        sha256=checksum,
    )
    return row


def _trial_at(recording: Recording, t_host_ns: int) -> int:
    """Return the trial that was last opened at a time, -1 where none was; between trials nothing is kept."""
    trials = recording.rows(DatasetKey.TRIALS)
    opened = trials[(trials["t_host_ns"] <= t_host_ns) & np.isin(trials["state"], _OPENED)]
    return int(opened["trial"][-1]) if len(opened) else -1


def _length(file: Path) -> tuple[int, int]:
    with wave.open(str(file), "rb") as sound:
        return sound.getnframes(), sound.getframerate()
