"""The 37 columns of the gaze and fixation tables of EGD.

Every row is a sample; the table of fixations holds the last one of each fixation. What a Gazepoint tracker
measures and this recording does not (the pupil in the camera's picture, blinks a minute) is empty, and its
validity is 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from gaze_core.geometry import FloatArray
from recordings_schema.formats.egd_pads import SCREEN_HEIGHT_PX, SCREEN_WIDTH_PX, Pads, original_px
from recordings_schema.formats.reading import CaseReading
from recordings_schema.formats.tables import cell, lines, rounded, whole

COLUMNS: Final = (
    "SESSION_ID", "MEDIA_ID", "DICOM_ID", "CNT", "Time (in secs)", "TIMETICK(f=10000000)", "FPOGX",
    "FPOGY", "FPOGS", "FPOGD", "FPOGID", "FPOGV", "BPOGX", "BPOGY", "BPOGV", "LPCX", "LPCY", "LPD",
    "LPS", "LPV", "RPCX", "RPCY", "RPD", "RPS", "RPV", "BKID", "BKDUR", "BKPMIN", "LPMM", "LPMMV",
    "RPMM", "RPMMV", "SACCADE_MAG", "SACCADE_DIR", "VID_FRAME", "X_ORIGINAL", "Y_ORIGINAL",
)  # fmt: skip
_NS_PER_TICK: Final = 100  # 1e7 in a second; two decimals are whole ns
_DECIMALS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class EgdNames:
    """How a reading is called in the tables."""

    session: int
    media: int  # in the session, from 0
    dicom_id: str


def egd_lines(reading: CaseReading, names: EgdNames, pads: Pads, zero_ns: int) -> tuple[bytes, bytes]:
    """Return the lines of `eye_gaze.csv` and of `fixations.csv`."""
    fixation = fixation_of_samples(reading)
    columns = _columns(reading, names, pads, zero_ns, fixation)
    last = np.flatnonzero((fixation >= 0) & (fixation != np.append(fixation[1:], -2)))
    chosen = [[column[place] for place in last.tolist()] for column in columns]
    return lines(columns), lines(chosen)


def fixation_of_samples(reading: CaseReading) -> npt.NDArray[np.int64]:
    """Return the place of the fixation that each sample belongs to, -1 in none."""
    times, rows = reading.samples.t_host_ns, reading.fixations
    if not len(rows):
        return np.full(len(times), -1, np.int64)
    place = np.searchsorted(rows["onset_host_ns"], times, side="right") - 1
    is_inside = (place >= 0) & (times < rows["offset_host_ns"][place])
    return np.where(is_inside, place, -1)


def _columns(
    reading: CaseReading, names: EgdNames, pads: Pads, zero_ns: int, fixation: npt.NDArray[np.int64]
) -> list[list[str]]:
    samples, image = reading.samples, reading.images[0]
    count = len(samples)
    seconds = (samples.t_host_ns - zero_ns) * 1e-9
    is_fixated = fixation >= 0
    rows = reading.fixations
    empty: list[str] = [""] * count
    zero: list[str] = ["0"] * count
    # As written: what is computed from positions can be computed again from the table.
    x_norm, y_norm = np.round(rows["x_norm"], _DECIMALS), np.round(rows["y_norm"], _DECIMALS)
    x_fixated, y_fixated = _spread(x_norm, fixation), _spread(y_norm, fixation)
    starts_s = _spread((rows["onset_host_ns"] - zero_ns) * 1e-9, fixation)
    x, y = original_px(x_fixated, y_fixated, pads, image.width_px, image.height_px)
    magnitude_px, direction_deg = _saccades(x_norm, y_norm)
    is_valid = np.isfinite(samples.x_norm)
    pupil = [column for side in ("left", "right") for column in _pupil_mm(reading, side)]
    return [
        [str(names.session)] * count, [str(names.media)] * count,
        [cell(names.dicom_id)] * count,
        whole(np.arange(count)), rounded(seconds, 5),
        rounded(samples.t_host_ns / _NS_PER_TICK, 2),
        rounded(x_fixated, 5), rounded(y_fixated, 5), rounded(starts_s, 5), rounded(seconds - starts_s, 5),
        [str(place + 1) if place >= 0 else "" for place in fixation.tolist()],
        whole(is_fixated.astype(int)),
        rounded(samples.x_norm, 5), rounded(samples.y_norm, 5), whole(is_valid.astype(int)),
        empty, empty, empty, empty, zero, empty, empty, empty, empty, zero, empty, empty, empty,
        *pupil,
        rounded(_spread(magnitude_px, fixation), 3), rounded(_spread(direction_deg, fixation), 3), empty,
        whole(x), whole(y),
    ]  # fmt: skip


def _spread(values: FloatArray, fixation: npt.NDArray[np.int64]) -> FloatArray:
    """Return the value of each sample's fixation; NaN in none."""
    return np.append(np.asarray(values, np.float64), np.nan)[fixation]


def _saccades(x_norm: FloatArray, y_norm: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return how far (px of EGD's display) and whither (deg, up positive) the eye went to each fixation."""
    dx = np.diff(x_norm) * SCREEN_WIDTH_PX
    dy = np.diff(y_norm) * SCREEN_HEIGHT_PX
    before = np.full(min(1, len(x_norm)), np.nan)
    magnitude = np.concatenate([before, np.hypot(dx, dy)])
    direction = np.concatenate([before, np.degrees(np.arctan2(-dy, dx)) % 360.0])
    return magnitude, direction


def _pupil_mm(reading: CaseReading, side: str) -> tuple[list[str], list[str]]:
    gaze = reading.samples.gaze
    is_known = (gaze[f"{side}_pupil_valid"] != 0) & (reading.tracker.pupil_unit == "mm")
    size = np.where(is_known, gaze[f"{side}_pupil"], np.nan)
    return rounded(size, 4), whole(np.isfinite(size).astype(int))
