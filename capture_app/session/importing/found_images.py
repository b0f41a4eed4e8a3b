"""The images of imported cases: their rows, with what their files add where the files are here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from capture_app.session.importing.image_folder import ImageFolder
from gaze_core.rows import IMAGE, Rows
from recordings_schema.formats.importing import Hole, ImportCaseError, ImportedImage
from recordings_schema.stimuli import Stimulus, StimulusError, load_image

IMAGE_MISSING: Final = "Its image is not in the folder of images; its place stays empty in the replay."
IMAGE_DIFFERS: Final = "The image of its name has another size or content, so that it is not used."
_ASSUMED_BITS: Final = 8
"""Of an image that is not here and whose dataset says nothing: the JPEG files the datasets come with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenImage:
    """An image of a case as the recording will name it."""

    image_id: int
    width_px: int
    height_px: int
    full_range: float  # of stored values: windows that are fractions are multiplied by it
    is_turned: bool  # MONOCHROME1
    scale_x: float  # from the size the dataset's rows refer to, to the size of the file
    scale_y: float


class FoundImages:
    """Numbers the images of one recording and looks for their files. One thread."""

    def __init__(self, folder: ImageFolder | None, *, is_embedding: bool) -> None:
        self._folder, self._is_embedding = folder, is_embedding
        self._taken: dict[tuple[str, int, int, str], TakenImage] = {}
        self._used: set[int] = set()
        self.found_count = 0
        self.missing_count = 0

    def take(self, image: ImportedImage) -> tuple[TakenImage, Rows, bytes | None, Hole | None]:
        """Return an image, its new IMAGE rows, what is to be embedded, and what is missing of it.

        Raises
        ------
        ImportCaseError
            If its size is not known and its file is not here.
        """
        key = (image.name, image.width_px, image.height_px, image.sha256)
        if key in self._taken:
            return self._taken[key], IMAGE.empty(0), None, None
        path = self._folder.find(image.name) if self._folder is not None else None
        stimulus, hole = _loaded(path, image) if path is not None else (None, None)
        if stimulus is None and hole is None:
            hole = Hole(what=IMAGE_MISSING, where=image.name)
        taken, row = self._described(image, stimulus)
        if stimulus is None:
            self.missing_count += 1
        else:
            self.found_count += 1
        self._taken[key] = taken
        content = stimulus.path.read_bytes() if stimulus is not None and self._is_embedding else None
        return taken, row, content, hole

    def _described(self, image: ImportedImage, stimulus: Stimulus | None) -> tuple[TakenImage, Rows]:
        width, height = image.width_px, image.height_px
        if stimulus is not None:
            width, height = stimulus.width_px, stimulus.height_px
        if width <= 0 or height <= 0:
            raise ImportCaseError("The size of its image is not known, and its file is not here.")
        bits = stimulus.bits if stimulus is not None else image.bits if image.bits > 0 else _ASSUMED_BITS
        photometric = stimulus.photometric if stimulus is not None else image.photometric
        image_id = self._number(image.image_id)
        row = IMAGE.row(
            image_id=image_id,
            sha256=stimulus.sha256 if stimulus is not None else image.sha256,
            size_bytes=stimulus.size_bytes if stimulus is not None else -1,
            name=self._name(image, stimulus),
            width_px=width,
            height_px=height,
            bits=bits,
            photometric=photometric,
            spacing_x_mm=stimulus.spacing_x_mm if stimulus is not None else float("nan"),
            spacing_y_mm=stimulus.spacing_y_mm if stimulus is not None else float("nan"),
        )
        taken = TakenImage(
            image_id=image_id, width_px=width, height_px=height, full_range=float(2**bits - 1),
            is_turned=photometric == "MONOCHROME1",
            scale_x=width / image.width_px if image.width_px > 0 else float(width),
            scale_y=height / image.height_px if image.height_px > 0 else float(height),
        )  # fmt: skip
        return taken, row

    def _number(self, wanted: int) -> int:
        number = wanted if wanted >= 0 and wanted not in self._used else max(self._used, default=-1) + 1
        self._used.add(number)
        return number

    def _name(self, image: ImportedImage, stimulus: Stimulus | None) -> str:
        """Return the name by which a replay that is shown the same folder finds the file at once."""
        if stimulus is None or self._folder is None:
            return image.name
        return self._folder.relative(stimulus.path)


def _loaded(path: Path, image: ImportedImage) -> tuple[Stimulus | None, Hole | None]:
    try:
        stimulus = load_image(path)
    except (StimulusError, MemoryError) as err:
        return None, Hole(what="The file of its image cannot be shown.", where=f"{image.name}: {err}")
    expected = replace(image, width_px=max(image.width_px, 0), height_px=max(image.height_px, 0))
    allowed = 0
    if image.is_size_worked_out and expected.width_px and expected.height_px:
        allowed = round(0.02 * max(expected.width_px, expected.height_px)) + 1
    is_other_size = (expected.width_px > 0 and abs(stimulus.width_px - expected.width_px) > allowed) or (
        expected.height_px > 0 and abs(stimulus.height_px - expected.height_px) > allowed
    )
    is_other_size = is_other_size and not image.is_frame
    if is_other_size or (image.sha256 and stimulus.sha256 != image.sha256):
        return None, Hole(what=IMAGE_DIFFERS, where=image.name)
    return stimulus, None
