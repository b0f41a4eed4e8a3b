"""Pictures of what the image formats export, from a phantom and made gaze.

`python docs/picture_image_formats.py` writes the pictures of `mimic-eye-heat` and `gazemedseg`.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from capture_app.session.phantoms import phantom, places, write_phantom
from recordings_schema.formats.gazemedseg import GazemedsegFormat
from recordings_schema.formats.mimic_eye_heat import MimicEyeHeatFormat, Video
from recordings_schema.formats.pictures import decoded, png
from recordings_schema.formats.reading import CaseReading
from recordings_schema.formats.staging import file_sha256
from recordings_schema.formats.testing import export, with_key
from recordings_schema.formats.testing_readings import make_reading

IMAGES: Final = Path(__file__).parents[1] / "docs" / "images"
PHANTOM: Final = 1
HEIGHT_PX: Final = 430
GAP_PX: Final = 8
LEVEL_COLOURS: Final = ((76, 194, 255), (255, 190, 60))

Picture = npt.NDArray[np.uint8]


def reading_of(folder: Path, *, is_covering: bool) -> CaseReading:
    """Return a reading of the phantom: a search, or a sweep over the consolidation alone."""
    made = make_reading(seconds=24.0, task_kind="segment" if is_covering else "read")
    path = write_phantom(folder, PHANTOM)
    height, width = phantom(PHANTOM).pixels.shape
    image = replace(
        made.images[0], path=path, width_px=width, height_px=height, bits=16, sha256=file_sha256(path),
        name="images/phantom-2.png",
    )  # fmt: skip
    chance = np.random.default_rng(3)
    finding = phantom(PHANTOM).findings[1]
    wanted = np.array(places(phantom(PHANTOM).findings))
    fixations = made.fixations.copy()
    if is_covering:
        centres = np.tile([finding.x_image_px, finding.y_image_px], (len(fixations), 1))
        spread = 0.4 * np.array([finding.radius_x_image_px, finding.radius_y_image_px])
    else:
        chosen = chance.choice(len(wanted), len(fixations), p=wanted[:, 2] / wanted[:, 2].sum())
        centres, spread = wanted[chosen, :2], np.array([22.0, 22.0])
    x, y = (centres + chance.normal(0, 1, centres.shape) * spread).T
    fixations["x_image_px"], fixations["y_image_px"] = np.clip(x, 1, width - 1), np.clip(y, 1, height - 1)
    fixations["duration_ms"] = chance.gamma(4.0, 75.0, len(fixations)) + 60
    fixations["offset_host_ns"] = fixations["onset_host_ns"] + (fixations["duration_ms"] * 1e6).astype(
        np.int64
    )
    moved = replace(made, images=(image,), fixations=fixations, target=finding.label)
    return with_key(moved, image_names=(image.name,), image_sha256s=(image.sha256,))


def beside(pictures: Sequence[npt.NDArray[np.generic]]) -> Picture:
    """Return pictures side by side at one height."""
    parts = []
    for each in pictures:
        grey = np.asarray(each, np.uint8)
        colours = np.dstack([grey] * 3) if grey.ndim == 2 else grey[..., :3]
        size = (round(colours.shape[1] * HEIGHT_PX / colours.shape[0]), HEIGHT_PX)
        parts += [
            cv2.resize(colours, size, interpolation=cv2.INTER_AREA),
            np.full((HEIGHT_PX, GAP_PX, 3), 255),
        ]
    return np.hstack(parts[:-1]).astype(np.uint8)


def read(folder: Path, pattern: str) -> npt.NDArray[np.generic]:
    """Return the first picture of a dataset whose name matches."""
    found = decoded(sorted(folder.rglob(pattern))[0].read_bytes())
    if found is None:
        raise RuntimeError(f"{pattern} is no picture")
    return found


def heat_picture(folder: Path) -> Picture:
    """Return the reduced image, a frame of the video, and the image with its heat layer."""
    data = folder / "heat"
    export(MimicEyeHeatFormat(), [reading_of(folder, is_covering=False)], data, video=Video.PNG)
    return beside([read(data, "*_512.png"), read(data, "frame_0011.png"), read(data, "*_heatmap.png")])


def segment_picture(folder: Path) -> Picture:
    """Return heat map, refined map, and both masks over the image."""
    data = folder / "segments"
    export(GazemedsegFormat(), [reading_of(folder, is_covering=True)], data, images=True)
    image = np.dstack([np.asarray(read(data, "images/*.png"), np.uint8)] * 3)
    for number, colour in ((2, LEVEL_COLOURS[1]), (1, LEVEL_COLOURS[0])):
        mask = np.asarray(read(data, f"gaze/level_{number}/*.png"), np.uint8)
        outlines = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]
        cv2.drawContours(image, outlines, -1, colour, 7)
    return beside([read(data, "gaze/heatmap/*.png"), read(data, "gaze/crf_compat1/*.png"), image])


def main() -> None:
    """Write both pictures."""
    with tempfile.TemporaryDirectory() as temporary:
        for name, draw in (("mimic-eye-heat", heat_picture), ("gazemedseg", segment_picture)):
            path = IMAGES / f"format-{name}.png"
            path.write_bytes(png(draw(Path(temporary))))
            sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()
