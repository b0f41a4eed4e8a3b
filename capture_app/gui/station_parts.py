"""What the strip of the start page says about tracker, monitors and disk."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from PySide6.QtCore import QCoreApplication

from capture_app.gui import words
from capture_app.gui.start_page import StationPart
from capture_app.session.port import ScreenFacts, TrackerChoice
from capture_app.session.settings import Settings
from capture_app.session.tracker_search import problem_with

_LITTLE_DISK_BYTES: Final = 10_000_000_000
_TOO_LITTLE_DISK_BYTES: Final = 1_000_000_000


def station_parts(
    settings: Settings, trackers: tuple[TrackerChoice, ...], facts: ScreenFacts, monitor_count: int
) -> tuple[StationPart, ...]:
    """Return the parts in the order of the strip."""
    free = free_bytes(settings.folder_for_recordings())
    return (
        tracker_part(settings, trackers),
        monitor_part(facts, monitor_count),
        disk_part(settings.folder_for_recordings(), free),
    )


def tracker_part(settings: Settings, trackers: tuple[TrackerChoice, ...]) -> StationPart:
    """Return whether the chosen tracker can be used here."""
    title = _tr("Tracker")
    known = {choice.name: choice for choice in trackers}
    choice = known.get(settings.tracker)
    if choice is None:
        tip = _tr("The tracker {0} is not known to this program; choose another one.").format(
            settings.tracker
        )
        return StationPart(name="tracker", title=title, word=_tr("not known"), level="bad", tip=tip)
    problem = problem_with(choice, settings.tracker_options)
    if problem:
        word = _tr("not usable here")
        return StationPart(name="tracker", title=title, word=word, level="bad", tip=problem)
    level = "information" if choice.is_simulated else "good"
    tip = _tr("It is connected when images are opened. Click to find, connect and test trackers.")
    return StationPart(name="tracker", title=title, word=choice.title, level=level, tip=tip)


def monitor_part(facts: ScreenFacts, count: int) -> StationPart:
    """Return where the reader's picture goes."""
    title = _tr("Monitors")
    if count == 1:
        tip = _tr("With one monitor the operator's window comes between cases. A second one shows both.")
        return StationPart(name="screen", title=title, word=_tr("one only"), level="information", tip=tip)
    word = _tr("reader on {0}").format(facts.model or facts.name)
    tip = _tr("The reader's picture is shown there; the settings change it.")
    return StationPart(name="screen", title=title, word=word, level="good", tip=tip)


def disk_part(folder: Path, free: int | None) -> StationPart:
    """Return how much room there is for recordings."""
    title = _tr("Disk")
    if free is None:
        tip = _tr("The folder {0} cannot be reached; choose another one.").format(folder)
        return StationPart(name="files", title=title, word=_tr("not there"), level="bad", tip=tip)
    level = "good"
    if free < _LITTLE_DISK_BYTES:
        level = "bad" if free < _TOO_LITTLE_DISK_BYTES else "attention"
    word = _tr("{0} free").format(words.size(free))
    return StationPart(name="files", title=title, word=word, level=level, tip=str(folder))


def free_bytes(folder: Path) -> int | None:
    """Return the bytes free where `folder` is or would be made; None when that place cannot be asked."""
    for place in (folder, *folder.parents):
        try:
            return shutil.disk_usage(place).free
        except FileNotFoundError:
            continue
        except OSError:
            return None
    return None


def _tr(text: str) -> str:
    return QCoreApplication.translate("station parts", text)
