"""``import.json``: what a folder of imported recordings was made from, and what is done of it.

It is written before the first recording and after each, so that an import that was interrupted goes on with
what is missing, and a folder with another import is never mixed with it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from recordings_schema.formats.importing import Hole

MANIFEST_NAME: Final = "import.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneSession:
    """A session that is finished: whole, or without a case that can be used."""

    file: str  # "" where no case could be used
    case_count: int
    sample_count: int
    fixation_count: int
    image_count: int
    missing_image_count: int
    holes: tuple[tuple[str, str], ...]  # what, where


@dataclass(slots=True, kw_only=True)
class Manifest:
    """The content of ``import.json``."""

    identity: Mapping[str, Any]  # what makes an import the same as another
    sources: Mapping[str, str]  # SHA-256 by file of the dataset
    done: dict[str, DoneSession] = field(default_factory=dict)  # by session

    def write(self, folder: Path) -> None:
        """Replace the file as a whole."""
        content = {
            "identity": dict(self.identity),
            "sources": dict(self.sources),
            "sessions": {name: asdict(each) for name, each in self.done.items()},
        }
        growing = folder / f"{MANIFEST_NAME}.part"
        with growing.open("w", encoding="utf-8", newline="\n") as file:
            json.dump(content, file, indent=1, ensure_ascii=False)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        growing.replace(folder / MANIFEST_NAME)


def read_manifest(folder: Path) -> Manifest | None:
    """Return the manifest of a folder; None where there is none that can be read."""
    try:
        content = json.loads((folder / MANIFEST_NAME).read_text(encoding="utf-8"))
        done = {
            str(name): DoneSession(**{**each, "holes": tuple((what, where) for what, where in each["holes"])})
            for name, each in content["sessions"].items()
        }
        return Manifest(identity=content["identity"], sources=content["sources"], done=done)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def holes_of(done: DoneSession) -> tuple[Hole, ...]:
    """Return what was missing in a session."""
    return tuple(Hole(what=what, where=where) for what, where in done.holes)


def sha256_of(value: Any) -> str:
    """Return the SHA-256 of a value as JSON."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=True).encode()).hexdigest()
