"""Where the images of a recording are: beside the study, in a folder a person names, or inside the file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np

from capture_app.session.demo import default_phantom_folder
from capture_app.session.replay.gaze_blocks import GazeBlocks
from capture_app.session.study import STUDY_EXTENSION
from gaze_core.rows import Rows, decode_text
from recordings_schema.errors import RecordingError
from recordings_schema.reader import Recording
from recordings_schema.stimuli import Stimulus, StimulusError, load_image

_LEVELS_UP: Final = 5  # from a recording to the folder of its study, and one more
_MOST_FILES: Final = 20_000  # looked at in one folder


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundImage:
    """An image that was shown, or why it cannot be shown again."""

    stimulus: Stimulus | None = None
    problem: str = ""  # a sentence


class ImageSearch:
    """Finds images by name and proves them by their checksum. Its methods block: call them from a worker.

    Parameters
    ----------
    recording, blocks
        The open recording, read under the lock of `blocks`.
    images
        IMAGE rows.
    """

    def __init__(self, recording: Recording, blocks: GazeBlocks, images: Rows) -> None:
        self._recording, self._lock, self._images = recording, blocks.lock, images
        self._folders: list[Path] = []
        self._embedded: tuple[str, ...] | None = None

    def add_folder(self, folder: Path) -> None:
        """Look into a folder and those inside it before any other place."""
        self._folders.insert(0, folder)

    def find(self, image_id: int) -> FoundImage:
        """Return an image of the recording."""
        own = self._images[self._images["image_id"] == image_id]
        if not len(own):
            return FoundImage(problem=f"Image {image_id} is not in the recording's list of images.")
        row = own[0]
        name, sha256 = decode_text(row["name"]), decode_text(row["sha256"])
        changed: Path | None = None
        for path in self._candidates(row):
            try:
                stimulus = load_image(path)
            except (StimulusError, MemoryError):
                continue
            if stimulus.sha256 == sha256:
                return FoundImage(stimulus=stimulus)
            changed = path
        inside = self._inside(sha256)
        if inside is not None:
            return FoundImage(stimulus=inside)
        if changed is not None:
            return FoundImage(
                problem=f"{changed.name} is not the image that was shown: its checksum differs. "
                "Its place stays empty. Name the folder with the original."
            )
        file_name = PurePosixPath(name).name
        return FoundImage(
            problem=f"The image {file_name} is not here. Its place stays empty. Name the folder it is in."
        )

    def _candidates(self, row: np.void) -> Iterator[Path]:
        """Yield files that may be the image, likely ones first; each once."""
        name, size = PurePosixPath(decode_text(row["name"]).replace("\\", "/")), int(row["size_bytes"])
        parts = [part for part in name.parts if part not in ("..", "/", "")]
        above = list(self._recording.path.parents)[:_LEVELS_UP]
        seen: set[Path] = set()
        for folder in (*self._folders, *above, default_phantom_folder()):
            for path in (folder.joinpath(*parts), folder / name.name):
                if path not in seen and _is_file(path):
                    seen.add(path)
                    yield path
        studies = [folder for folder in above if _holds_study(folder)]
        for folder in (*self._folders, *studies[:1]):
            for path in _files_of_size(folder, size):
                if path not in seen:
                    seen.add(path)
                    yield path

    def _inside(self, sha256: str) -> Stimulus | None:
        try:
            with self._lock:
                if self._embedded is None:
                    self._embedded = self._recording.embedded_images()
                if sha256 not in self._embedded:
                    return None
                content = self._recording.embedded_image(sha256)
            with TemporaryDirectory(prefix="replay-") as folder:
                path = Path(folder) / "image"
                path.write_bytes(content)
                found = load_image(path)
        except (RecordingError, StimulusError, OSError, MemoryError):
            return None
        return found if found.sha256 == sha256 else None


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False  # a name that cannot be one here


def _holds_study(folder: Path) -> bool:
    try:
        return any(path.name.endswith(STUDY_EXTENSION) for path in folder.iterdir())
    except OSError:
        return False


def _files_of_size(folder: Path, size_bytes: int) -> Iterator[Path]:
    looked_at = 0
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        for name in sorted(names):
            looked_at += 1
            if looked_at > _MOST_FILES:
                return
            path = Path(parent) / name
            try:
                if path.stat().st_size == size_bytes:
                    yield path
            except OSError:
                continue
