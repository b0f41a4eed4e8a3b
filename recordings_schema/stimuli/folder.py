"""The images of a folder in the order a person expects, and their rows in the recording."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from gaze_core.rows import IMAGE, Rows
from recordings_schema.stimuli.errors import StimulusError, StimulusFileError
from recordings_schema.stimuli.loading import load_image
from recordings_schema.stimuli.stimulus import Stimulus

_IMAGE_ENDINGS = frozenset({".dcm", ".dicom", ".dic", ".ima", ".png", ".jpg", ".jpeg", ".tif", ".tiff"})
_NUMBER = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageEntry:
    """A file of a folder that should be an image."""

    path: Path
    problem: str = ""  # why it cannot be shown, as a sentence; "" where it can (as far as looked)


def list_images(folder: Path, *, is_checked: bool = True) -> list[ImageEntry]:
    """Return the image files of a folder and its sub-folders in natural order ("2" before "10").

    Candidates are files with an image's ending and files without any (as DICOM exports have). One that
    cannot be read stays in the list with the reason; so does one without ending that is no image.

    Parameters
    ----------
    folder
        The opened folder.
    is_checked
        True decodes every candidate to find out whether it can be shown; False only lists them.

    Raises
    ------
    StimulusFileError
        If the folder cannot be listed.
    """
    try:
        paths = sorted(_candidates(folder), key=lambda path: natural_key(path.relative_to(folder).as_posix()))
    except OSError as err:
        raise StimulusFileError(
            f"The folder {folder.name} cannot be opened ({err.strerror or 'no reason given'}). "
            "Check that it is there and that you may read it.",
            path=folder,
        ) from err
    return [ImageEntry(path=path, problem=_problem(path) if is_checked else "") for path in paths]


def _candidates(folder: Path) -> list[Path]:
    found: list[Path] = []
    for parent, folders, names in os.walk(folder, onerror=_raise):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            ending = Path(name).suffix.lower()
            is_bare = not ending or ending[1:].isdigit()  # UIDs as names "end" in a number
            if not name.startswith(".") and name != "DICOMDIR" and (is_bare or ending in _IMAGE_ENDINGS):
                found.append(Path(parent) / name)
    return found


def _raise(error: OSError) -> None:
    raise error


def _problem(path: Path) -> str:
    try:
        load_image(path)
    except StimulusError as err:
        return str(err)
    return ""


def natural_key(name: str) -> tuple[tuple[int, int | str], ...]:
    """Return a sorting key in which runs of digits count as numbers, capitals as small letters."""
    parts = _NUMBER.split(name.casefold())
    return tuple((0, int(part)) if index % 2 else (1, part) for index, part in enumerate(parts) if part)


def image_row(stimulus: Stimulus, image_id: int, root: Path) -> Rows:
    """Return the IMAGE row of a stimulus; its name is relative to the opened folder where it lies inside."""
    try:
        name = stimulus.path.relative_to(root).as_posix()
    except ValueError:
        name = stimulus.path.name
    return IMAGE.row(
        image_id=image_id,
        sha256=stimulus.sha256,
        size_bytes=stimulus.size_bytes,
        name=name,
        width_px=stimulus.width_px,
        height_px=stimulus.height_px,
        bits=stimulus.bits,
        photometric=stimulus.photometric,
        spacing_x_mm=stimulus.spacing_x_mm,
        spacing_y_mm=stimulus.spacing_y_mm,
    )
