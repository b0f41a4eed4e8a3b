"""Gaze of a reading on McGIP's square canvas: one mapping and one rate for all readings that are compared."""

from __future__ import annotations

from enum import Enum

import numpy as np
import numpy.typing as npt

from gaze_core.rows import EventKind
from gaze_core.similarity.readings import CANVAS_PX
from recordings_schema.formats.reading import CaseReading, ReadImage

FloatArray = npt.NDArray[np.float64]


class CanvasMapping(str, Enum):
    """How an image lies on the canvas."""

    STRETCH = "stretch"  # each axis by itself
    LETTERBOX = "letterbox"  # one scale, in the middle


class Points(str, Enum):
    """What the gaze points are."""

    SAMPLES = "samples"  # of the tracker, thinned to the rate
    FIXATIONS = "fixations"  # each repeated for as long as it lasted, at the rate


def canvas_gaze(
    reading: CaseReading, points: Points, rate_hz: float, mapping: CanvasMapping
) -> tuple[FloatArray, FloatArray]:
    """Return valid gaze on the image in order, canvas px, shape (n,) each; what lies beside it is left out.

    Parameters
    ----------
    reading
        Of one image.
    points
        Samples, or fixations where nothing else was recorded.
    rate_hz
        Of the result; a tracker that is slower gives what it has.
    mapping
        From the image to the canvas.
    """
    x, y = _sampled(reading, rate_hz) if points is Points.SAMPLES else _fixated(reading, rate_hz)
    image = reading.images[0]
    is_inside = (x >= 0) & (x <= image.width_px) & (y >= 0) & (y <= image.height_px)
    return _on_canvas(x[is_inside], y[is_inside], image, mapping)


def canvas_scale(image: ReadImage, mapping: CanvasMapping) -> tuple[float, float]:
    """Return canvas px per image px, across and down."""
    across, down = CANVAS_PX / image.width_px, CANVAS_PX / image.height_px
    return (across, down) if mapping is CanvasMapping.STRETCH else (min(across, down), min(across, down))


def _sampled(reading: CaseReading, rate_hz: float) -> tuple[FloatArray, FloatArray]:
    """Return image px of samples at most `rate_hz` a second: of each interval the first that is there."""
    samples = reading.samples
    if not len(samples):
        return np.empty(0), np.empty(0)
    interval = np.floor((samples.t_host_ns - samples.t_host_ns[0]) * (rate_hz * 1e-9) + 1e-6).astype(np.int64)
    _, chosen = np.unique(interval, return_index=True)
    mapped = samples.mapped[np.sort(chosen)]
    mapped = mapped[mapped["image_id"] == reading.images[0].image_id]
    is_known = np.isfinite(mapped["x_image_px"]) & np.isfinite(mapped["y_image_px"])
    return (
        np.asarray(mapped["x_image_px"][is_known], np.float64),
        np.asarray(mapped["y_image_px"][is_known], np.float64),
    )


def _fixated(reading: CaseReading, rate_hz: float) -> tuple[FloatArray, FloatArray]:
    rows = reading.fixations
    rows = rows[(rows["kind"] == EventKind.FIXATION) & (rows["image_id"] == reading.images[0].image_id)]
    rows = rows[np.isfinite(rows["x_image_px"]) & np.isfinite(rows["y_image_px"])]
    rows = rows[np.argsort(rows["onset_host_ns"], kind="stable")]
    times = np.maximum(1, np.rint(rows["duration_ms"] * rate_hz * 1e-3)).astype(np.int64)
    return (
        np.repeat(np.asarray(rows["x_image_px"], np.float64), times),
        np.repeat(np.asarray(rows["y_image_px"], np.float64), times),
    )


def _on_canvas(
    x_image_px: FloatArray, y_image_px: FloatArray, image: ReadImage, mapping: CanvasMapping
) -> tuple[FloatArray, FloatArray]:
    across, down = canvas_scale(image, mapping)
    left = (CANVAS_PX - image.width_px * across) / 2.0
    top = (CANVAS_PX - image.height_px * down) / 2.0
    return x_image_px * across + left, y_image_px * down + top
