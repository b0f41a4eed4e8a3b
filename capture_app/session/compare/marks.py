"""What one reader's eyes did until a moment, in px of the image: what an overlay of several readers draws."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from capture_app.session.replay import ReplayFrame

Places = npt.NDArray[np.float64]
"""Places on the image, px, shape (n, 2); NaN where unknown."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReaderMarks:
    """Gaze, trail and fixations of one reader on the image, px of the image."""

    gaze: tuple[float, float] | None  # now; None where it is not known
    trail: Places
    trail_age_s: npt.NDArray[np.float64]  # shape (n,)
    fixations: Places
    fixation_s: npt.NDArray[np.float64]  # how long each lasted until now, shape (n,)
    numbers: tuple[int, ...]  # of the fixations, from 1


def marks_on_image(frame: ReplayFrame, image_id: int) -> ReaderMarks:
    """Return the marks of a frame on one of its images, taken back from the picture to the image.

    Parameters
    ----------
    frame
        Of a recording, as a whole image: there every mark lies where it was on the image.
    image_id
        The image, by its number in that recording.
    """
    live = frame.live
    trail = _on_image(frame, image_id, [(each.x_norm, each.y_norm) for each in live.trail])
    fixations = _on_image(frame, image_id, [(each.x_norm, each.y_norm) for each in live.fixations])
    gaze = None
    if live.gaze is not None:
        x, y = _on_image(frame, image_id, [(live.gaze.x_norm, live.gaze.y_norm)])[0].tolist()
        gaze = (x, y) if math.isfinite(x) and math.isfinite(y) else None
    return ReaderMarks(
        gaze=gaze,
        trail=trail,
        trail_age_s=np.array([each.age_s for each in live.trail]),
        fixations=fixations,
        fixation_s=np.array([each.duration_s for each in live.fixations]),
        numbers=tuple(each.number for each in live.fixations),
    )


def _on_image(frame: ReplayFrame, image_id: int, places_norm: list[tuple[float, float]]) -> Places:
    """Return places of the picture on the image; NaN where they lie beside it."""
    found = np.full((len(places_norm), 2), np.nan)
    if not places_norm:
        return found
    x_px, y_px = (np.array(places_norm) * np.array(frame.live.screen_px, np.float64)).T
    for pane in frame.panes:
        if pane.image_id != image_id:
            continue
        x, y = pane.placement.screen_to_image(x_px, y_px)
        is_on = (x >= 0) & (x <= pane.width_px) & (y >= 0) & (y <= pane.height_px)
        found[is_on, 0], found[is_on, 1] = x[is_on], y[is_on]
    return found
