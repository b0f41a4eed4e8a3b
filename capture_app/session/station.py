"""Trackers, disks and files outside a session: `capture_app.session.port.StationPort`."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

from capture_app.session.dictation_files import (
    dictation_words,
    mend_dictation,
    validate_with_dictation,
)
from capture_app.session.microphones import list_microphones, try_microphone
from capture_app.session.port import (
    MicrophoneChoice,
    RecordingSummary,
    RecoveryOutcome,
    SerialPortChoice,
    SessionError,
    TrackerChoice,
    TrackerOption,
    UnfinishedRecording,
)
from capture_app.session.settings import Settings
from drivers.registry import DriverSpec, known_drivers, probe_driver
from drivers.serial_port import SerialPortError, list_serial_ports
from recordings_schema.errors import RecordingError
from recordings_schema.layout import DatasetKey
from recordings_schema.lock import is_locked
from recordings_schema.paths import journal_path
from recordings_schema.reader import Recording
from recordings_schema.reader import RecordingSummary as StoredSummary
from recordings_schema.recover import find_unfinished, recover

_LINES: Final = (
    ("Signals of other devices", DatasetKey.EXTERNAL_SIGNALS),
    ("Triggers", DatasetKey.TRIGGERS),
)


class Station:
    """This computer as a reading station."""

    def trackers(self) -> tuple[TrackerChoice, ...]:
        """Return the trackers known; touches no device and no network."""
        return tuple(_choice(spec) for spec in known_drivers() if not spec.needs_stream)

    def drivers(self) -> tuple[TrackerChoice, ...]:
        """Return all drivers known, with those that play a file as if it were a tracker."""
        return tuple(_choice(spec) for spec in known_drivers())

    def unfinished_recordings(self, folder: Path) -> tuple[UnfinishedRecording, ...]:
        """Return the recordings in `folder` that were not closed."""
        if not folder.is_dir():
            return ()
        return tuple(_unfinished(path) for path in find_unfinished(folder))

    def recover(self, path: Path) -> RecoveryOutcome:
        """Rebuild a recording from its journal."""
        try:
            report = recover(path)
        except RecordingError as err:
            return RecoveryOutcome(path=path, is_recovered=False, summary=str(err))
        sentences = (*report.sentences(), *mend_dictation(report.path, path))
        return RecoveryOutcome(path=report.path, is_recovered=True, summary=" ".join(sentences))

    def describe_recording(self, path: Path) -> RecordingSummary:
        """Return what a recording holds.

        Raises
        ------
        SessionError
            If it cannot be read.
        """
        try:
            with Recording.open(path) as recording:
                facts = facts_of(recording)
            findings = tuple(
                f"{finding.what} {finding.remedy}".strip() for finding in validate_with_dictation(path)
            )
        except RecordingError as err:
            raise SessionError(str(err)) from err
        return RecordingSummary(path=path, facts=facts, findings=findings)

    def serial_ports(self) -> tuple[SerialPortChoice, ...]:
        """Return the serial ports there are.

        Raises
        ------
        SessionError
            If they cannot be listed.
        """
        try:
            found = list_serial_ports()
        except SerialPortError as err:
            raise SessionError(str(err)) from err
        return tuple(SerialPortChoice(name=port.name, description=port.description) for port in found)

    def microphones(self) -> tuple[MicrophoneChoice, ...]:
        """Return the microphones there are.

        Raises
        ------
        SessionError
            If they cannot be listed.
        """
        return list_microphones()

    def try_microphone(self, name: str, rate_hz: float, tell_level: Callable[[float], None]) -> str:
        """Hear a microphone for some seconds; return a sentence on how loud it was.

        Raises
        ------
        SessionError
            If it cannot be heard.
        """
        return try_microphone(name, rate_hz, tell_level)


def is_being_recorded(path: Path) -> bool:
    """Whether somebody alive records or recovers the file right now."""
    return is_locked(journal_path(path))


def facts_of(recording: Recording) -> tuple[tuple[str, str], ...]:
    """Return the facts of a recording as pairs of words, for people."""
    summary, screen = recording.summary(), recording.screen
    size, distance = _viewing_words(recording)
    counts = summary.row_counts
    started = datetime.fromtimestamp(recording.metadata.session.started_wall_ns / 1e9)  # the lab's own time
    missing = "not counted" if summary.samples_missing < 0 else str(summary.samples_missing)
    return (
        ("File", summary.path.name),
        ("Session", summary.session_id),
        ("Study", summary.study or "not named"),
        ("Reader", summary.pseudonym),
        ("Begun", f"{started:%Y-%m-%d %H:%M:%S}"),
        ("Length", _duration_words(summary.duration_s)),
        ("State", _state_words(summary)),
        (
            "Tracker",
            f"{summary.tracker}, {summary.rate_hz:g} Hz{', simulated' if summary.is_simulated else ''}",
        ),
        ("Screen", size),
        ("Distance", distance),
        ("Onset latency", screen.onset_latency),
        ("Samples", str(counts.get(DatasetKey.GAZE, 0))),
        ("Samples that never arrived", missing),
        ("Samples lost by this program", str(summary.samples_dropped)),
        ("Images", str(counts.get(DatasetKey.IMAGES, 0))),
        ("Viewport changes", str(counts.get(DatasetKey.VIEWPORT, 0))),
        ("Live events", str(counts.get(DatasetKey.FIXATIONS, 0))),
        *((name, str(counts[key])) for name, key in _LINES if counts.get(key)),
        *((("Dictation", words),) if (words := dictation_words(recording)) else ()),
        ("Format version", _version_words(summary)),
    )


def _version_words(summary: StoredSummary) -> str:
    read_as = f", read as {summary.format_version}" if summary.stored_version < summary.format_version else ""
    return f"{summary.stored_version}{read_as}"


def _duration_words(duration_s: float) -> str:
    minutes, seconds = divmod(round(duration_s), 60)
    return f"{minutes}:{seconds:02d} min" if duration_s >= 60 else f"{duration_s:.1f} s"


def _state_words(summary: StoredSummary) -> str:
    if summary.is_finished:
        return f"{'recovered' if summary.is_recovered else 'closed'}: {summary.reason}"
    if is_being_recorded(summary.path):
        return "being recorded"
    return "unfinished: recover it before use"


def _viewing_words(recording: Recording) -> tuple[str, str]:
    """Return the screen and the distance to it, with what was assumed of them."""
    screen = recording.screen
    size = f"{screen.width_px} x {screen.height_px} px, {screen.width_mm:.0f} x {screen.height_mm:.0f} mm"
    distance = f"{screen.distance_mm:.0f} mm"
    if not recording.metadata.settings.settings.get("screen_size", "").startswith("assumed"):
        return size, distance
    is_default = screen.distance_mm == Settings().distance_mm
    return f"{size} (assumed, not measured)", f"{distance} (assumed)" if is_default else distance


def _unfinished(path: Path) -> UnfinishedRecording:
    journal = journal_path(path)
    sizes = [item.stat().st_size for item in (path, journal) if item.exists()]
    newest_s = max(item.stat().st_mtime for item in (path, journal) if item.exists())
    moment = datetime.fromtimestamp(newest_s)  # the lab's own time
    return UnfinishedRecording(path=path, started=f"{moment:%d %b %Y, %H:%M}", size_bytes=max(sizes))


def _choice(spec: DriverSpec) -> TrackerChoice:
    availability = probe_driver(spec)
    reason = "" if availability.is_usable else f"{availability.reason} {availability.remedy}".strip()
    return TrackerChoice(
        name=spec.name,
        title=_title(spec.summary),
        is_usable=availability.is_usable,
        is_simulated=spec.is_simulated,
        reason=reason,
        options=tuple(
            TrackerOption(name=option.name, title=option.name, default=option.default, doc=option.summary)
            for option in spec.options
        ),
        can_search=spec.find is not None,
        can_be_hosted=spec.can_be_hosted,
    )


def _title(summary: str) -> str:
    """Return what a driver's trackers are called where there is room for a few words only."""
    return re.split(r"[,(;]", summary, maxsplit=1)[0].strip()
