"""Which recordings an export is about: files as they are named, and all those below folders."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from capture_app.session.port import SessionError
from recordings_schema.layout import EXTENSION


class ExportError(SessionError):
    """An export cannot be done; the text says why and what to do."""


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
            inside = sorted(each for each in place.rglob(f"*{EXTENSION}") if each.is_file())
            if not inside:
                raise ExportError(f"{place} holds no recording ({EXTENSION}). Name a folder that does.")
            found.update(dict.fromkeys(each.absolute() for each in inside))
        elif place.is_file():
            found[place.absolute()] = None
        else:
            raise ExportError(f"{place} is not there. Name a recording or a folder of recordings.")
    return tuple(found)
