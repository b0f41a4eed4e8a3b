"""Cases made by hand: an image of 1000 x 1000 px, px by px on a screen, and gaze where a test puts it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gaze_core.geometry import Screen, ViewingGeometry
from gaze_core.mapping import map_to_image
from gaze_core.measures import CaseGaze, sample_weights_s, views_of_fixations
from gaze_core.rows import FIXATION, VIEWPORT, EventKind, Rows, join_rows

SCREEN = Screen(width_px=1920, height_px=1080, width_mm=528.0, height_mm=297.0)
GEOMETRY = ViewingGeometry(SCREEN, 650.0)
LEFT_PX, TOP_PX, SIDE_PX = 460.0, 40.0, 1000.0
S = 1_000_000_000
PX_PER_DEG = GEOMETRY.px_per_deg_centre


def view(t_ns: int = 0, *, zoom: float = 1.0, image_id: int = 0) -> Rows:
    """Return the view of the image from a time on; zoomed about its middle."""
    shown = SIDE_PX / zoom
    begin = (SIDE_PX - shown) / 2
    return VIEWPORT.row(
        t_asked_host_ns=t_ns, t_presented_host_ns=t_ns, trial=0, image_id=image_id, pane=0, slice=0,
        src_x_image_px=begin, src_y_image_px=begin, src_w_image_px=shown, src_h_image_px=shown,
        dst_x_screen_px=LEFT_PX, dst_y_screen_px=TOP_PX, dst_w_screen_px=SIDE_PX, dst_h_screen_px=SIDE_PX,
        cause="show",
    )  # fmt: skip


def norm(x_image_px: float, y_image_px: float) -> tuple[float, float]:
    """Return where a point of the image lies on the screen at zoom 1."""
    return (x_image_px + LEFT_PX) / 1920, (y_image_px + TOP_PX) / 1080


def case_gaze(
    places: Sequence[tuple[float, float, float, float]],
    *,
    viewport: Rows | None = None,
    seconds: float = 10.0,
    rate_hz: float = 100.0,
    saccades_deg: Sequence[float] = (),
) -> CaseGaze:
    """Return gaze that rests at places of the image: x, y (px of the screen's view at zoom 1), onset s, s."""
    viewport = view() if viewport is None else viewport
    times = (np.arange(round(seconds * rate_hz)) * (S / rate_hz)).astype(np.int64)
    x_norm, y_norm = np.full(len(times), np.nan), np.full(len(times), np.nan)
    rows = []
    for number, (x, y, onset_s, duration_s) in enumerate(places):
        at_x, at_y = norm(x, y)
        own = (times >= onset_s * S) & (times < (onset_s + duration_s) * S)
        x_norm[own], y_norm[own] = at_x, at_y
        onset_ns = round(onset_s * S)
        mapped = map_to_image([at_x], [at_y], [onset_ns], viewport, SCREEN)[0]
        rows.append(
            FIXATION.row(
                event_id=number, kind=EventKind.FIXATION, onset_host_ns=onset_ns,
                offset_host_ns=onset_ns + round(duration_s * S), duration_ms=duration_s * 1e3, x_norm=at_x,
                y_norm=at_y, image_id=int(mapped["image_id"]), pane=int(mapped["pane"]), slice=0,
                x_image_px=float(mapped["x_image_px"]), y_image_px=float(mapped["y_image_px"]),
            )
        )  # fmt: skip
    fixations = join_rows([FIXATION.empty(0), *rows])
    return CaseGaze(
        t_host_ns=times,
        x_norm=x_norm,
        y_norm=y_norm,
        mapped=map_to_image(x_norm, y_norm, times, viewport, SCREEN),
        weight_s=sample_weights_s(times, 1.0 / rate_hz),
        pupil_relative=np.full(len(times), 1.25),
        fixations=fixations,
        fixation_views=views_of_fixations(fixations, viewport, GEOMETRY),
        saccade_amplitudes_deg=np.asarray(saccades_deg, np.float64),
        viewport=viewport,
        geometry=GEOMETRY,
        shown_ns=0,
        visible_s=seconds,
        image_sizes_px={0: (1000, 1000)},
    )
