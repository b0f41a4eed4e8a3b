"""Which recordings an export is about: files as they are named, and all those below folders."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from capture_app.session.importing.manifest import read_manifest
from capture_app.session.port import SessionError
from recordings_schema.layout import EXTENSION


class ExportError(SessionError):
    """An export cannot be done; the text says why and what to do."""


class NothingToExport(ExportError):  # noqa: N818  # an answer rather than a fault
    """No case can be in a format; the text says why."""


def recordings_in(places: Iterable[Path]) -> tuple[Path, ...]:
    """Return the recordings named, and those below the folders named, each once, in a fixed order.

    Raises
    ------
    ExportError
        If a place is not there, or a folder holds no recording.
    """
    found: dict[Path, None] = {}
    for place in places:
        if place.is_dir():
            inside = _ordered(each for each in place.rglob(f"*{EXTENSION}") if each.is_file())
            if not inside:
                raise ExportError(f"{place} holds no recording ({EXTENSION}). Name a folder that does.")
            found.update(dict.fromkeys(each.absolute() for each in inside))
        elif place.is_file():
            found[place.absolute()] = None
        else:
            raise ExportError(f"{place} is not there. Name a recording or a folder of recordings.")
    return tuple(found)


def _ordered(paths: Iterable[Path]) -> list[Path]:
    """Return paths by folder and name; what was imported is in the order of its dataset."""
    places: dict[Path, dict[str, int]] = {}

    def order(path: Path) -> tuple[str, int, str]:
        if path.parent not in places:
            manifest = read_manifest(path.parent)
            done = manifest.done.values() if manifest is not None else ()
            places[path.parent] = {each.file: number for number, each in enumerate(done)}
        return str(path.parent), places[path.parent].get(path.name, 0), path.name

    return sorted(paths, key=order)
