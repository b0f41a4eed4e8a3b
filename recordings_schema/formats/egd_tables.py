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
_UNMEASURED: Final = ",,,,0,,,,,0,,,"  # LPCX to BKPMIN, which a Gazepoint tracker measures


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
    """Return the columns as text; cells that no row differs in stand together as one."""
    samples, image, rows = reading.samples, reading.images[0], reading.fixations
    count = len(samples)
    seconds = (samples.t_host_ns - zero_ns) * 1e-9
    # As written: what is computed from positions can be computed again from the table.
    x_norm, y_norm = np.round(rows["x_norm"], _DECIMALS), np.round(rows["y_norm"], _DECIMALS)
    starts_s = (rows["onset_host_ns"] - zero_ns) * 1e-9
    # One more place stands for samples in no fixation, which are formally outside the image.
    x, y = original_px(
        np.append(x_norm, np.nan), np.append(y_norm, np.nan), pads, image.width_px, image.height_px
    )
    magnitude_px, direction_deg = _saccades(x_norm, y_norm)
    number = fixation.tolist()
    pupil = [column for side in ("left", "right") for column in _pupil_mm(reading, side)]
    reading_cells = f"{names.session},{names.media},{cell(names.dicom_id)}"
    return [
        [reading_cells] * count,
        whole(np.arange(count)), rounded(seconds, _DECIMALS),
        rounded(samples.t_host_ns / _NS_PER_TICK, 2),
        *(
            _spread(rounded(values, _DECIMALS), number) for values in (x_norm, y_norm, starts_s)
        ),
        rounded(seconds - np.append(starts_s, np.nan)[fixation], _DECIMALS),
        _spread(whole(np.arange(1, len(rows) + 1)), number), _flags(fixation >= 0),
        rounded(samples.x_norm, _DECIMALS), rounded(samples.y_norm, _DECIMALS),
        _flags(np.isfinite(samples.x_norm)),
        [_UNMEASURED] * count,
        *pupil,
        _spread(rounded(magnitude_px, 3), number), _spread(rounded(direction_deg, 3), number),
        [""] * count,
        *(_spread(texts[:-1], number, in_none=texts[-1]) for texts in (whole(x), whole(y))),
    ]  # fmt: skip


def _spread(texts: list[str], number: list[int], *, in_none: str = "") -> list[str]:
    """Return the text of each sample's fixation by its number, -1 in none."""
    each = [*texts, in_none]
    return [each[place] for place in number]


def _flags(is_set: npt.NDArray[np.bool_]) -> list[str]:
    return ["1" if each else "0" for each in is_set.tolist()]


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
    return rounded(size, 4), _flags(np.isfinite(size))
