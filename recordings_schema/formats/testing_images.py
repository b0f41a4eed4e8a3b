"""Readings for tests whose images are there: a small grey picture each, in a folder of the test."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from recordings_schema.formats.pictures import png
from recordings_schema.formats.reading import CaseReading
from recordings_schema.formats.testing import with_key
from recordings_schema.formats.testing_readings import HEIGHT_PX, WIDTH_PX, make_reading

SHRUNK: Final = 10  # the made readings look at 1000 x 1200 px: a tenth of it is decoded faster


def with_image(reading: CaseReading, folder: Path, name: str = "") -> CaseReading:
    """Return a reading whose image lies in a folder; its fixations are moved along to the smaller size."""
    width_px, height_px = WIDTH_PX // SHRUNK, HEIGHT_PX // SHRUNK
    image = reading.images[0]
    rng = np.random.default_rng(image.image_id)
    noise = cv2.GaussianBlur(rng.uniform(0, 255, (height_px, width_px)), (0, 0), 5)
    stretched = (noise - noise.min()) * (255.0 / (noise.max() - noise.min()))
    content = png(stretched.astype(np.uint8))
    path = folder / f"image-{image.image_id}.png"
    path.write_bytes(content)
    sha256 = hashlib.sha256(content).hexdigest()
    name = name or image.name
    fixations = reading.fixations.copy()
    for axis in ("x_image_px", "y_image_px"):
        fixations[axis] /= SHRUNK
    image = replace(image, path=path, width_px=width_px, height_px=height_px, sha256=sha256, name=name)
    moved = replace(reading, images=(image,), fixations=fixations)
    return with_key(moved, image_names=(name,), image_sha256s=(sha256,))


def image_readings(folder: Path, count: int = 4, **made: Any) -> list[CaseReading]:
    """Return readings with their images."""
    return [with_image(make_reading(trial=trial, **made), folder) for trial in range(count)]
