"""The file of diagnostics: what somebody needs who looks for a fault, and nothing of a person.

Nothing is taken over and cleaned; each part is made of what cannot say anything of a person: versions, sizes,
switches, the program's own sentences without what was filled into them, the lines of source of crashes.
"""

from __future__ import annotations

import io
import json
import os
import platform
import re
import shutil
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from importlib import metadata
from pathlib import Path
from typing import Final

import capture_app
from capture_app.acquisition.private_log import (
    ACQUISITION_CRASHES,
    ACQUISITION_EVENTS,
    APP_EVENTS,
    short_path,
)
from capture_app.session.kept_files import replace_file
from capture_app.session.log_places import CRASH_FILE, log_folder
from capture_app.session.port import SessionError
from capture_app.session.settings import SettingsStore

_LARGEST_LOG_BYTES: Final = 4 * 1024 * 1024
_PACKAGES: Final = (
    "numpy",
    "h5py",
    "opencv-python-headless",
    "PySide6-Essentials",
    "pylsl",
    "pydicom",
    "python-gdcm",
    "pyqtgraph",
    "sounddevice",
    "pocketsphinx",
    "soundfile",
    "tobii-research",
    "TittaPy",
)
# What faulthandler writes; anything else of a crash file is left out.
_FRAME: Final = re.compile(r'^\s*File "(?P<path>[^"]*)", line (?P<line>\d+|\?\?\?) in (?P<name>[\w<>.]+)')
_HEADLINE: Final = re.compile(
    r"^(Fatal Python error: [A-Za-z ]+|Windows fatal exception: [a-zA-Z0-9 ]+"
    r"|(Current thread|Thread) 0x[0-9a-f]+ .*\(most recent call first\)):?$"
)
_READ_ME: Final = """This file was made by Reading Station to find a fault. It holds versions and sizes, the
settings without their texts, the program's own messages without what was filled into them, and the lines
of source of crashes.
It holds no names of persons, computers, files, folders or studies, no images, no gaze, no sound.
"""


def save_diagnostics(path: Path, *, logs: Path | None = None, store: SettingsStore | None = None) -> int:
    """Write the file of diagnostics; return its size in bytes.

    Parameters
    ----------
    path
        A new file, by custom a .zip.
    logs
        Folder of the logs; None: this program's own.
    store
        Where the settings are; None: this program's own.

    Raises
    ------
    SessionError
        If there is such a file already, or it cannot be written.
    """
    if path.exists():
        raise SessionError(f"{path} is there already and is not overwritten. Choose another name.")
    content = io.BytesIO()
    folder = log_folder() if logs is None else logs
    settings = (SettingsStore() if store is None else store).load().settings
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("READ-ME.txt", _READ_ME)
        file.writestr("about.json", _as_json(about(settings.folder_for_recordings())))
        file.writestr("settings.json", _as_json(shape_of(settings)))
        for name, text in _event_logs(folder):
            file.writestr(name, text)
        for name in (CRASH_FILE, ACQUISITION_CRASHES):
            file.writestr(f"crashes/{name}", "\n".join(crash_lines(_read(folder / name))) + "\n")
    try:
        replace_file(path, content.getvalue())
    except OSError as err:
        raise SessionError(
            f"The diagnostics could not be written to {path} ({err.strerror}). Choose another folder."
        ) from err
    return len(content.getvalue())


def about(recordings: Path) -> dict[str, object]:
    """Return versions and sizes of program and machine; not what the machine is called.

    Parameters
    ----------
    recordings
        Folder whose disk's free space is told.
    """
    return {
        "program": capture_app.__version__,
        "is_frozen": hasattr(sys, "_MEIPASS"),
        "python": platform.python_version(),
        "system": platform.system(),
        "system_release": platform.release(),
        "system_version": platform.version(),
        "machine": platform.machine(),
        "processors": os.cpu_count(),
        "free_bytes_for_recordings": _free_bytes(recordings),
        "packages": {name: _version(name) for name in _PACKAGES},
    }


def shape_of(value: object) -> object:
    """Return settings with their numbers, switches and choices; of texts and lists only how many."""
    if isinstance(value, Enum):
        return value.name
    if is_dataclass(value):
        return {item.name: shape_of(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, (int, float)):
        return value
    if isinstance(value, str):
        return "given" if value else ""
    if isinstance(value, (tuple, list, dict, frozenset)):
        return f"{len(value)} entries"
    return "not shown"


def crash_lines(text: str) -> Iterator[str]:
    """Yield the lines of a crash file that Python's fault handler wrote, with paths from the package on."""
    for line in text.splitlines():
        frame = _FRAME.match(line)
        if frame is not None:
            yield f"  {short_path(frame['path'])}:{frame['line']} in {frame['name']}"
        elif _HEADLINE.match(line):
            yield re.sub(r" \[.*\]", "", line)


def _event_logs(folder: Path) -> Iterator[tuple[str, str]]:
    for name in (APP_EVENTS, ACQUISITION_EVENTS):
        for path in sorted(folder.glob(f"{name}*")):
            if re.fullmatch(rf"{re.escape(name)}(\.\d)?", path.name):
                yield f"events/{path.name}", _read(path)


def _read(path: Path) -> str:
    """Return the last part of a text file, "" where it cannot be read."""
    try:
        with path.open("rb") as file:
            file.seek(max(path.stat().st_size - _LARGEST_LOG_BYTES, 0))
            return file.read(_LARGEST_LOG_BYTES).decode("utf-8", errors="replace")
    except OSError:
        return ""


def _free_bytes(folder: Path) -> int:
    """Return the free space of the disk of a folder that need not be there yet, -1 where it is not known."""
    for place in (folder, *folder.parents):
        if place.is_dir():
            try:
                return shutil.disk_usage(place).free
            except OSError:
                return -1
    return -1


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"


def _as_json(value: object) -> str:
    return json.dumps(value, indent=1, sort_keys=True) + "\n"
