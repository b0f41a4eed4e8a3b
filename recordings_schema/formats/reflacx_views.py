"""Tables of REFLACX as rows of a recording: samples, fixations, and the views both were made with.

A view holds from the first sample that has its rectangles. Samples were put on a grid of whole ms and
fixations were not, so a fixation that begins within that ms of a change may lie on its wrong side: then it is
moved by less than the rounding, or the change to where it begins, so that it keeps its own rectangles.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from gaze_core.geometry import FloatArray, Screen, ViewingGeometry
from gaze_core.rows import FIXATION, GAZE, Rows, join_rows
from recordings_schema.formats.import_tables import number_columns
from recordings_schema.formats.importing import ImportCaseError
from recordings_schema.formats.importing_rows import (
    combined_gaze,
    fixation_rows,
    norm_of_image,
    view_row,
    whole_view,
)
from recordings_schema.formats.reflacx_tables import FIXATION_COLUMNS, GAZE_COLUMNS, SHARED_COLUMNS

_VIEW_COLUMNS: Final = SHARED_COLUMNS[5:]
_NS_PER_S: Final = 1_000_000_000
_ROUNDING_NS: Final = 499_999  # of times with 3 decimals
_MOST_FITTED: Final = 4000
_NEAREST_MM, _FARTHEST_MM = 150.0, 3000.0
_BUTTON_SCREEN_PX: Final = (10.0, 933.0, 650.0, 1122.0)  # left, top, right, bottom on its screen
_BUTTON_MARGIN_PX: Final = 50.0
_NEAR_DEG: Final = 0.5
USUAL_DISTANCE_MM: Final = 650.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReflacxRows:
    """What the two tables of a reading hold; times ns from its zero."""

    gaze: Rows
    fixations: Rows
    viewport: Rows
    distance_mm: float  # at which the angular resolutions come out again
    has_resolution: bool


def reflacx_rows(
    gaze_content: bytes | None,
    fixation_content: bytes | None,
    image_px: tuple[int, int],
    screen: Screen,
    *,
    is_near_only: bool = False,
) -> ReflacxRows:
    """Return the rows of `gaze.csv` and `fixations.csv`; None is a table that is not there.

    Raises
    ------
    ImportCaseError
        If a table breaks its own rules.
    """
    gaze = number_columns(gaze_content, "gaze.csv", GAZE_COLUMNS) if gaze_content is not None else {}
    found = (
        number_columns(fixation_content, "fixations.csv", FIXATION_COLUMNS)
        if fixation_content is not None
        else {}
    )
    if is_near_only and found:
        kept = is_near_image(found)
        found = {name: values[kept] for name, values in found.items()}
    times_ns = _ns(gaze.get("timestamp_sample", np.empty(0)), "gaze.csv")
    onsets_ns = _ns(found.get("timestamp_start_fixation", np.empty(0)), "fixations.csv")
    offsets_ns = _ns(found.get("timestamp_end_fixation", np.empty(0)), "fixations.csv")
    if np.any(np.diff(times_ns) < 0) or np.any(np.diff(onsets_ns) < 0):
        raise ImportCaseError("Rows of its tables are not in order of time.")
    source = gaze if len(times_ns) else found
    begins_ns = times_ns if len(times_ns) else onsets_ns
    if not len(begins_ns):
        return ReflacxRows(
            gaze=GAZE.empty(0), fixations=FIXATION.empty(0),
            viewport=whole_view(*image_px, screen, t_ns=0), distance_mm=USUAL_DISTANCE_MM,
            has_resolution=False,
        )  # fmt: skip
    viewport, view_of = _views(source, begins_ns)
    if len(onsets_ns) and len(times_ns):
        _agree(viewport, times_ns, onsets_ns, found)
    viewport["t_presented_host_ns"][0] = min(
        int(viewport["t_presented_host_ns"][0]), *onsets_ns[:1].tolist(), *times_ns[:1].tolist()
    )
    viewport["t_asked_host_ns"] = viewport["t_presented_host_ns"]
    places = _in_force(viewport, onsets_ns)
    x, y = norm_of_image(found.get("x_position", ()), found.get("y_position", ()), viewport, places, screen)
    fixations = fixation_rows(
        onsets_ns, offsets_ns, x, y, viewport, screen, pupil_mean=found.get("pupil_area_normalized")
    )
    rows, norm = GAZE.empty(0), (x, y)
    if len(times_ns):
        norm = norm_of_image(gaze["x_position"], gaze["y_position"], viewport, view_of, screen)
        rows = combined_gaze(times_ns, *norm)
        pupil = gaze["pupil_area_normalized"]
        rows["left_pupil"], rows["left_pupil_valid"] = pupil, np.isfinite(pupil)
    distance_mm = _distance(source, viewport, view_of if len(times_ns) else places, norm, screen)
    return ReflacxRows(
        gaze=rows, fixations=fixations, viewport=viewport,
        distance_mm=distance_mm if np.isfinite(distance_mm) else USUAL_DISTANCE_MM,
        has_resolution=bool(np.isfinite(distance_mm)),
    )  # fmt: skip


def _ns(seconds: FloatArray, name: str) -> npt.NDArray[np.int64]:
    if np.isnan(seconds).any() or np.any(np.abs(seconds) > 1e7):
        raise ImportCaseError(f"A time of {name} is empty or beyond any session.")
    return np.asarray(np.round(seconds * 1e3).astype(np.int64) * (_NS_PER_S // 1000))


def _views(
    source: Mapping[str, FloatArray], begins_ns: npt.NDArray[np.int64]
) -> tuple[Rows, npt.NDArray[np.int64]]:
    """Return a VIEWPORT row for each change of the view, and the view of each row of the table."""
    values = np.stack([source[name] for name in _VIEW_COLUMNS], axis=1)
    sides = values[:, 4:6] - values[:, 2:4], values[:, 8:10] - values[:, 6:8]
    if np.isnan(values).any() or not (np.all(sides[0] > 0) and np.all(sides[1] > 0)):
        raise ImportCaseError("A rectangle of its views is empty.")
    is_new = np.append(True, np.any(values[1:] != values[:-1], axis=1))
    rows = [
        view_row(
            t_ns=int(begins_ns[place]),
            src_image_px=_box(values[place, 2:6]),
            dst_screen_px=_box(values[place, 6:10]),
            window=(float(values[place, 1]), float(values[place, 0])),
            cause="show" if number == 0 else "zoom",
        )
        for number, place in enumerate(np.flatnonzero(is_new).tolist())
    ]
    return np.array(join_rows(rows), copy=True), np.cumsum(is_new) - 1


def _box(corners: FloatArray) -> tuple[float, float, float, float]:
    left, top, right, bottom = (float(each) for each in corners)
    return left, top, right - left, bottom - top


def _in_force(viewport: Rows, t_ns: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    found = np.searchsorted(viewport["t_presented_host_ns"], t_ns, side="right") - 1
    return np.asarray(np.maximum(found, 0), np.int64)


def _agree(
    viewport: Rows,
    times_ns: npt.NDArray[np.int64],
    onsets_ns: npt.NDArray[np.int64],
    found: Mapping[str, FloatArray],
) -> None:
    """Move changes and onsets within their rounding, so that fixations lie in their own rectangles."""
    names = _VIEW_COLUMNS[2:]
    wanted = np.stack([found[name] for name in names], axis=1)
    corners = np.stack([_corner(viewport, name) for name in names], axis=1)
    changes = viewport["t_presented_host_ns"]
    for place, view in enumerate(_in_force(viewport, onsets_ns).tolist()):
        if np.array_equal(corners[view], wanted[place]):
            continue
        before_ns, onset_ns = int(changes[view]), int(onsets_ns[place])
        if view and np.array_equal(corners[view - 1], wanted[place]) and onset_ns - before_ns < _ROUNDING_NS:
            onsets_ns[place] = before_ns - 1
        elif view + 1 < len(viewport) and np.array_equal(corners[view + 1], wanted[place]):
            last = int(np.searchsorted(times_ns, changes[view + 1], side="left")) - 1
            if last < 0 or times_ns[last] < onset_ns:
                changes[view + 1] = onset_ns
            elif int(changes[view + 1]) - onset_ns <= _ROUNDING_NS:
                onsets_ns[place] = changes[view + 1]


def _corner(viewport: Rows, name: str) -> FloatArray:
    edge, axis = name[1:4], name[0]
    frame = "src_{}_image_px" if name.endswith("image") else "dst_{}_screen_px"
    low = viewport[frame.format(axis)]
    return np.asarray(
        low if edge == "min" else low + viewport[frame.format("w" if axis == "x" else "h")], np.float64
    )


def _distance(
    source: Mapping[str, FloatArray],
    viewport: Rows,
    views: npt.NDArray[np.int64],
    norm: tuple[FloatArray, FloatArray],
    screen: Screen,
) -> float:
    """Return the distance at which most angular resolutions come out again; NaN where none is given."""
    names = [f"angular_resolution_{axis}_pixels_per_degree" for axis in "xy"]
    wanted = np.stack([source[name] for name in names])
    known = np.flatnonzero(np.isfinite(wanted).all(axis=0) & np.isfinite(norm[0]) & (wanted > 0).all(axis=0))
    if not len(known):
        return float("nan")
    known = known[:: max(1, len(known) // _MOST_FITTED)]
    x, y, wanted = norm[0][known], norm[1][known], wanted[:, known]
    rows = viewport[views[known]]
    scales = np.stack([rows[f"src_{side}_image_px"] / rows[f"dst_{side}_screen_px"] for side in "wh"])

    def said(distance_mm: float) -> FloatArray:
        return np.asarray(np.stack(ViewingGeometry(screen, distance_mm).px_per_deg_at(x, y)) * scales)

    near, far = _NEAREST_MM, _FARTHEST_MM
    for _ in range(30):
        middle = 0.5 * (near + far)
        near, far = (middle, far) if np.mean(said(middle) - wanted) < 0 else (near, middle)
    around = middle * (1.0 + np.linspace(-0.01, 0.01, 161))
    wrong = [int(np.count_nonzero(np.round(said(each)) != wanted)) for each in around]
    best = np.flatnonzero(np.array(wrong) == min(wrong))
    return float(around[best[len(best) // 2]])


def is_near_image(columns: Mapping[str, FloatArray]) -> npt.NDArray[np.bool_]:
    """Tell which fixations the published filter keeps: on the image, or near it and away from the button.

    Parameters
    ----------
    columns
        Columns of `fixations.csv`: place, angular resolution and the two rectangles.
    """
    x, y = columns["x_position"], columns["y_position"]
    shown = [columns[f"{edge}_shown_from_image"] for edge in ("xmin", "ymin", "xmax", "ymax")]
    drawn = [columns[f"{edge}_in_screen_coordinates"] for edge in ("xmin", "ymin", "xmax", "ymax")]
    beside = np.maximum.reduce([shown[0] - x, x - shown[2], np.zeros(len(x))])
    above = np.maximum.reduce([shown[1] - y, y - shown[3], np.zeros(len(x))])
    away_deg = np.hypot(
        beside / columns["angular_resolution_x_pixels_per_degree"],
        above / columns["angular_resolution_y_pixels_per_degree"],
    )
    x_screen = drawn[0] + (x - shown[0]) * (drawn[2] - drawn[0]) / (shown[2] - shown[0])
    y_screen = drawn[1] + (y - shown[1]) * (drawn[3] - drawn[1]) / (shown[3] - shown[1])
    left, top, right, bottom = _BUTTON_SCREEN_PX
    to_button_px = np.hypot(
        np.maximum.reduce([left - x_screen, x_screen - right, np.zeros(len(x))]),
        np.maximum.reduce([top - y_screen, y_screen - bottom, np.zeros(len(x))]),
    )
    is_on_image = (beside == 0) & (above == 0)
    return np.asarray(is_on_image | ((to_button_px > _BUTTON_MARGIN_PX) & (away_deg < _NEAR_DEG)))
