"""Small pictures of readings: the image where it is at hand, and where gaze lay on it."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from capture_app.session.replay.gaze_blocks import GazeBlocks
from capture_app.session.replay.image_search import ImageSearch
from capture_app.session.similarity.library import BrowsedReading
from gaze_core.heatmaps import colour_heatmap
from recordings_schema.errors import RecordingError
from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording
from recordings_schema.stimuli import Stimulus, StimulusError, load_image, render_grey

GROUND_GREY: Final = 48
"""What a reading lies on whose image is not at hand."""

_HEAT_OPACITY: Final = 0.75
_HEAT_SIGMA: Final = 0.028  # of the longer side

Picture = npt.NDArray[np.uint8]


def reading_picture(reading: BrowsedReading, longest_px: int) -> Picture:
    """Return the picture of a reading, RGB, shape (height, width, 3); blocks: call it from a worker.

    Parameters
    ----------
    reading
        Its gaze is drawn as a heat map; without its image on an even ground.
    longest_px
        Longer side of the picture.
    """
    image = _image_of(reading)
    aspect = image.shape[1] / image.shape[0] if image is not None else reading.aspect
    width = longest_px if aspect >= 1 else max(1, round(longest_px * aspect))
    height = longest_px if aspect < 1 else max(1, round(longest_px / aspect))
    if image is None:
        base = np.full((height, width, 3), GROUND_GREY, np.uint8)
    else:
        small = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
        base = np.asarray(small if small.ndim == 3 else np.repeat(small[..., None], 3, axis=2), np.uint8)
    return _with_heat(base, reading)


def _with_heat(base: Picture, reading: BrowsedReading) -> Picture:
    height, width = base.shape[:2]
    density = np.zeros((height, width), np.float32)
    column = np.clip((reading.x_share * width).astype(np.int64), 0, width - 1)
    row = np.clip((reading.y_share * height).astype(np.int64), 0, height - 1)
    np.add.at(density, (row, column), 1.0)
    sigma = max(1.0, _HEAT_SIGMA * max(height, width))
    density = np.asarray(cv2.GaussianBlur(density, (0, 0), sigma), np.float32)
    heat = colour_heatmap(density, _HEAT_OPACITY).astype(np.float32)
    alpha = heat[..., 3:] / 255.0
    return np.asarray(base * (1.0 - alpha) + heat[..., :3] * alpha + 0.5).astype(np.uint8)


def _image_of(reading: BrowsedReading) -> Picture | None:
    """Return the image in its first window; None where it is not at hand."""
    stimulus = _loaded(reading)
    return None if stimulus is None else render_grey(stimulus, stimulus.start_window)


def _loaded(reading: BrowsedReading) -> Stimulus | None:
    if reading.image_path is not None:
        try:
            return load_image(reading.image_path)
        except (StimulusError, MemoryError):
            return None
    if reading.recording is None:
        return None
    try:
        with Recording.open(reading.recording) as recording:
            blocks = GazeBlocks(recording, None)
            search = ImageSearch(recording, blocks, recording.rows(DatasetKey.IMAGES))
            return search.find(reading.image_id).stimulus
    except (RecordingError, MemoryError):
        return None  # the gaze can be looked at without the image
