"""What studies say about where copies lie and which readers there are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from capture_app.session.privacy.folders import entries_below
from capture_app.session.study.findings import StudyError
from capture_app.session.study.model import STUDY_EXTENSION
from capture_app.session.study.study_files import LARGEST_STUDY_BYTES, read_text
from capture_app.session.study.toml_lines import TomlSyntaxError, parse_toml


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyPlaces:
    """Second places and planned readers of all studies below some folders."""

    second_places: tuple[Path, ...]
    missing: tuple[Path, ...]  # second places that cannot be reached now
    planned: frozenset[str]  # pseudonyms
    unread: tuple[tuple[Path, str], ...]  # study files that cannot be read, with the reason as a sentence


def study_places(folders: Iterable[Path]) -> StudyPlaces:
    """Read all study files below some folders; mistakes in them other than of form do not matter here."""
    places: dict[Path, None] = {}
    planned: set[str] = set()
    unread: list[tuple[Path, str]] = []
    for folder in folders:
        for entry in entries_below(folder):
            if entry.is_link or entry.problem or not entry.path.name.endswith(STUDY_EXTENSION):
                continue
            try:
                text = read_text(entry.path, largest_bytes=LARGEST_STUDY_BYTES, what="The study file")
                values, _ = parse_toml(text)
            except (StudyError, TomlSyntaxError):
                reason = "This study file cannot be read: a second place it may name was not searched."
                unread.append((entry.path, reason))
                continue
            second = _text(values, "copies", "second_place")
            if second:
                places[Path(second).expanduser()] = None
            planned.update(_texts(values, "readers", "planned"))
    there = tuple(place.resolve() for place in places if place.is_dir())
    return StudyPlaces(
        second_places=there,
        missing=tuple(place for place in places if not place.is_dir()),
        planned=frozenset(planned),
        unread=tuple(unread),
    )


def _text(values: dict[str, object], table: str, key: str) -> str:
    part = values.get(table)
    value = part.get(key) if isinstance(part, dict) else None
    return value if isinstance(value, str) else ""


def _texts(values: dict[str, object], table: str, key: str) -> list[str]:
    part = values.get(table)
    value = part.get(key) if isinstance(part, dict) else None
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
