"""Rows of an imported case, made of what published tables hold: positions on images, times, views.

Datasets give positions on the image; a recording holds gaze on the screen and how the image lay there. So a
position is taken back through the view in force, and the one mapping of all exports leads to it again.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gaze_core.geometry import FloatArray, Screen
from gaze_core.mapping import map_to_image
from gaze_core.rows import FIXATION, GAZE, VIEWPORT, EventKind, Rows

_COMBINED_EYE = 4  # GAZE_EVENT.eyes: the combined gaze


def view_row(
    *,
    t_ns: int,
    src_image_px: tuple[float, float, float, float],
    dst_screen_px: tuple[float, float, float, float],
    image_id: int = 0,
    pane: int = 0,
    window: tuple[float, float] | None = None,
    cause: str = "show",
) -> Rows:
    """Return one VIEWPORT row; rectangles are left, top, width, height; `window` is centre and width."""
    centre, width = (np.nan, np.nan) if window is None else window
    places = {
        **{f"src_{each}_image_px": value for each, value in zip("xywh", src_image_px, strict=True)},
        **{f"dst_{each}_screen_px": value for each, value in zip("xywh", dst_screen_px, strict=True)},
    }
    return VIEWPORT.row(
        t_asked_host_ns=t_ns, t_presented_host_ns=t_ns, image_id=image_id, pane=pane, slice=0,
        window_centre=centre, window_width=width, frames_late=0, cause=cause, **places,
    )  # fmt: skip


def whole_view(image_width_px: int, image_height_px: int, screen: Screen, *, t_ns: int) -> Rows:
    """Return the VIEWPORT row of an image that fills the screen's middle as a whole."""
    scale = min(screen.width_px / image_width_px, screen.height_px / image_height_px)
    width, height = image_width_px * scale, image_height_px * scale
    return view_row(
        t_ns=t_ns,
        src_image_px=(0.0, 0.0, float(image_width_px), float(image_height_px)),
        dst_screen_px=((screen.width_px - width) / 2, (screen.height_px - height) / 2, width, height),
    )


def norm_of_image(
    x_image_px: npt.ArrayLike,
    y_image_px: npt.ArrayLike,
    viewport: Rows,
    places: npt.NDArray[np.int64],
    screen: Screen,
) -> tuple[FloatArray, FloatArray]:
    """Return fractions of the screen of image px, each by its row of `viewport`; NaN stays NaN."""
    rows = viewport[places]
    x_px = rows["dst_x_screen_px"] + (np.asarray(x_image_px, np.float64) - rows["src_x_image_px"]) * (
        rows["dst_w_screen_px"] / rows["src_w_image_px"]
    )
    y_px = rows["dst_y_screen_px"] + (np.asarray(y_image_px, np.float64) - rows["src_y_image_px"]) * (
        rows["dst_h_screen_px"] / rows["src_h_image_px"]
    )
    return screen.screen_px_to_norm(x_px, y_px)


def combined_gaze(t_ns: npt.ArrayLike, x_norm: npt.ArrayLike, y_norm: npt.ArrayLike) -> Rows:
    """Return GAZE rows of a gaze that is of no single eye; NaN is a sample without gaze."""
    times = np.asarray(t_ns, np.int64)
    rows = GAZE.empty(len(times))
    rows["seq"] = np.arange(len(times))
    rows["t_host_ns"] = rows["t_device_ns"] = times
    rows["x_norm"], rows["y_norm"] = x_norm, y_norm
    is_valid = np.isfinite(rows["x_norm"]) & np.isfinite(rows["y_norm"])
    rows["valid"] = is_valid
    rows["x_norm"][~is_valid] = rows["y_norm"][~is_valid] = np.nan
    return rows


def fixation_rows(
    onset_ns: npt.ArrayLike,
    offset_ns: npt.ArrayLike,
    x_norm: npt.ArrayLike,
    y_norm: npt.ArrayLike,
    viewport: Rows,
    screen: Screen,
    *,
    pupil_mean: npt.ArrayLike | None = None,
) -> Rows:
    """Return FIXATION rows placed on the image by the view in force when each began."""
    onsets, offsets = np.asarray(onset_ns, np.int64), np.asarray(offset_ns, np.int64)
    rows = FIXATION.empty(len(onsets))
    rows["event_id"], rows["kind"], rows["run"], rows["part"] = (
        np.arange(len(onsets)), EventKind.FIXATION, 0, 0,
    )  # fmt: skip
    rows["onset_host_ns"] = rows["onset_ns"] = onsets
    rows["offset_host_ns"] = rows["offset_ns"] = offsets
    rows["duration_ms"] = (offsets - onsets) * 1e-6
    rows["x_norm"], rows["y_norm"] = x_norm, y_norm
    rows["eyes"], rows["flags"] = _COMBINED_EYE, 0
    mapped = map_to_image(rows["x_norm"], rows["y_norm"], onsets, viewport, screen)
    for name in ("image_id", "pane", "slice", "x_image_px", "y_image_px"):
        rows[name] = mapped[name]
    if pupil_mean is not None:
        rows["pupil_mean"] = pupil_mean
    return rows
