"""The samples of a reading, mapped onto its images, with the pupil over its baseline."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from calibration import relative_area
from capture_app.session.recorded_baselines import RecordedBaseline
from capture_app.session.report.source import ReportSource
from capture_app.session.report.stretches import Stretch
from gaze_core.directions import screen_gaze
from gaze_core.geometry import FloatArray
from gaze_core.mapping import map_to_image
from gaze_core.rows import GAZE, Rows, join_rows
from gaze_core.streams import PupilUnit
from recordings_schema.formats.reading import ReadSamples

_SIDES = ("left", "right")


def samples_of(
    source: ReportSource,
    stretches: Sequence[Stretch],
    viewport: Rows,
    baselines: Sequence[RecordedBaseline],
) -> ReadSamples:
    """Return the samples delivered during the stretches, in order.

    Raises
    ------
    RecordingError
        If samples cannot be read.
    """
    parts, times = [GAZE.empty(0)], [np.empty(0, np.int64)]
    for stretch in stretches:
        own = np.flatnonzero((source.t_host_ns >= stretch.first_ns) & (source.t_host_ns < stretch.end_ns))
        if len(own):
            parts.append(source.recording.gaze(int(own[0]), int(own[-1]) + 1)[own - own[0]])
            times.append(source.t_host_ns[own])
    gaze, t_host_ns = join_rows(parts), np.concatenate(times)
    x_norm, y_norm = screen_gaze(gaze, source.signal)
    screen = source.geometry.screen
    # In the middle of the screen where there is no gaze: the view is known all the same.
    anywhere_x = np.where(np.isfinite(x_norm), x_norm, 0.5)
    anywhere_y = np.where(np.isfinite(y_norm), y_norm, 0.5)
    return ReadSamples(
        t_host_ns=t_host_ns,
        gaze=gaze,
        x_norm=x_norm,
        y_norm=y_norm,
        mapped=map_to_image(x_norm, y_norm, t_host_ns, viewport, screen),
        view_row=map_to_image(anywhere_x, anywhere_y, t_host_ns, viewport, screen)["viewport_row"],
        pupil_relative=_pupil_relative(gaze, t_host_ns, source.recording.tracker_info.pupil_unit, baselines),
    )


def distance_of(gaze: Rows) -> float:
    """Return the median distance of the eyes from the screen's plane, mm; NaN where it was not measured."""
    found = [
        gaze[f"{side}_origin_z_mm"][(gaze[f"{side}_origin_valid"] != 0) & (gaze[f"{side}_origin_z_mm"] > 0)]
        for side in _SIDES
    ]
    distances = np.concatenate(found)
    distances = distances[np.isfinite(distances)]
    return float(np.median(distances)) if len(distances) else math.nan


def _pupil_relative(
    gaze: Rows, t_host_ns: npt.NDArray[np.int64], unit: PupilUnit, baselines: Sequence[RecordedBaseline]
) -> FloatArray:
    """Return the pupil's area over that of the last baseline before the reading."""
    nothing = np.full(len(gaze), np.nan)
    before = [each for each in baselines if len(t_host_ns) and each.t_host_ns <= t_host_ns[0]]
    usable = [each.baseline for each in before if each.baseline.area > 0]
    if not usable or usable[-1].source_unit is not unit:
        return nothing
    return relative_area(gaze, usable[-1], unit)
