"""The user's folder of images: finds the file of an image a dataset names, by its path or by its name.

Published datasets name images as they lie in MIMIC-CXR (``files/p10/p10000032/s50414267/<id>.dcm``); a person
may have them as JPEG in the same folders, or all in one. The folder is walked only when a name is not where
it should be, once.
"""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath
from typing import Final

ENDINGS: Final = (".dcm", ".jpg", ".jpeg", ".png", ".tif", ".tiff")
_MOST_FILES: Final = 2_000_000  # all of MIMIC-CXR has less than half a million


class ImageFolder:
    """A folder of images; nothing in it is changed. One thread."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._by_stem: dict[str, Path] | None = None

    def find(self, name: str) -> Path | None:
        """Return the file of an image by the name a dataset gives it; None where there is none."""
        parts = [
            part for part in PurePosixPath(name.replace("\\", "/")).parts if part not in ("/", "..", ".")
        ]
        if not parts:
            return None
        stem = (
            PurePosixPath(parts[-1]).stem if PurePosixPath(parts[-1]).suffix.lower() in ENDINGS else parts[-1]
        )
        ending = PurePosixPath(parts[-1]).suffix
        for place in range(len(parts)):
            parent = self.folder.joinpath(*parts[place:-1])
            if not _is_folder(parent):
                continue
            for each in dict.fromkeys((ending, *ENDINGS)):
                path = parent / f"{stem}{each}"
                if _is_file(path):
                    return path
        return self._index().get(stem.lower())

    def relative(self, path: Path) -> str:
        """Return the name of a found file below the folder, with / between its parts."""
        return path.relative_to(self.folder).as_posix()

    def _index(self) -> dict[str, Path]:
        """Return all images by the name without folders and ending; of several the first by path."""
        if self._by_stem is None:
            found: dict[str, Path] = {}
            looked_at = 0
            for parent, folders, names in os.walk(self.folder):
                folders.sort()
                for name in sorted(names):
                    looked_at += 1
                    path = Path(parent, name)
                    if path.suffix.lower() in ENDINGS:
                        found.setdefault(path.stem.lower(), path)
                if looked_at > _MOST_FILES:
                    break
            self._by_stem = found
        return self._by_stem


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False  # a name that cannot be one here


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False
