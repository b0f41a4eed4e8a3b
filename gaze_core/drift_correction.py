"""Gaze corrected for a drift that was measured now and then, by turning directions back.

Between two calibrations the offset of the gaze is known at some moments, where an eye looked at a target. In
degrees, right and down positive, and per sample:

    corrected direction = measured direction - offset(t)

Three ways to go on between the moments, none of them beyond a calibration, after which nothing is known:
`held`: the last measured one, as each case is read after its check; `linear`: a straight line from one to
the next, held after the last; `mean`: their mean all along, as in Karargyris et al. (2021), who take the
mean offset of a session from all samples. Before the first moment `held` and `linear` change nothing.

The rows handed in are never changed: corrected gaze is a copy, and whoever shows it says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

from gaze_core.directions import eye_position
from gaze_core.geometry import FloatArray, ViewingGeometry
from gaze_core.row_types import RowType, column
from gaze_core.rows import Rows

GAZE_OFFSET = RowType(
    name="gaze_offset",
    doc="How far gaze lay from where the eye looked, at one moment; what a drift correction takes away.",
    columns=(
        column("t_host_ns", "<i8", "ns", "when it was measured; or of a calibration"),
        column(
            "azimuth_deg",
            "<f8",
            "deg",
            "signed, right positive; NaN: a calibration, after which nothing is known",
        ),
        column("elevation_deg", "<f8", "deg", "signed, down positive; NaN as azimuth_deg"),
    ),
)


class Between(str, Enum):
    """How an offset goes on between the moments at which it was measured."""

    HELD = "held"
    LINEAR = "linear"
    MEAN = "mean"


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftCorrection:
    """Offsets over time, and how they go on between."""

    offsets: Rows  # GAZE_OFFSET rows in order of time; rows of NaN begin a new calibration
    between: Between = Between.HELD

    def at(self, t_host_ns: npt.NDArray[np.int64]) -> tuple[FloatArray, FloatArray]:
        """Return the offset at each time, deg across and down, shape (n,); 0 where nothing is known."""
        azimuth, elevation = np.zeros(len(t_host_ns)), np.zeros(len(t_host_ns))
        is_break = np.isnan(self.offsets["azimuth_deg"])
        breaks_ns = self.offsets["t_host_ns"][is_break]
        measured = self.offsets[~is_break]
        part_of_sample = np.searchsorted(breaks_ns, t_host_ns, side="right")
        part_of_measured = np.searchsorted(breaks_ns, measured["t_host_ns"], side="right")
        for part in np.unique(part_of_measured).tolist():
            own, inside = measured[part_of_measured == part], part_of_sample == part
            times = t_host_ns[inside]
            azimuth[inside] = self._along(own, own["azimuth_deg"], times)
            elevation[inside] = self._along(own, own["elevation_deg"], times)
        return azimuth, elevation

    def corrected(self, gaze: Rows, t_host_ns: npt.NDArray[np.int64], geometry: ViewingGeometry) -> Rows:
        """Return a copy of GAZE rows with corrected places on the screen; nothing else differs.

        Parameters
        ----------
        gaze
            GAZE rows.
        t_host_ns
            Their times, shape (n,).
        geometry
            The screen, and where the eye is at samples that do not tell.
        """
        rows: Rows = gaze.copy()
        azimuth, elevation = self.at(t_host_ns)
        for side, prefix in (("left", "left_"), ("right", "right_"), ("", "")):
            x_norm, y_norm = rows[f"{prefix}x_norm"], rows[f"{prefix}y_norm"]
            if np.isnan(x_norm).all():
                continue
            eye = eye_position(rows, side, geometry)
            x_deg, y_deg = geometry.norm_to_deg(x_norm, y_norm, eye)
            rows[f"{prefix}x_norm"], rows[f"{prefix}y_norm"] = geometry.deg_to_norm(
                x_deg - azimuth, y_deg - elevation, eye
            )
        return rows

    def _along(self, own: Rows, offset_deg: FloatArray, t_host_ns: npt.NDArray[np.int64]) -> FloatArray:
        if self.between is Between.MEAN:
            return np.full(len(t_host_ns), float(offset_deg.mean()))
        is_known = t_host_ns >= own["t_host_ns"][0]
        if self.between is Between.LINEAR:
            since = own["t_host_ns"][0]  # differences: ns of a day do not fit the digits of a float
            along = np.interp(t_host_ns - since, own["t_host_ns"] - since, offset_deg)
        else:
            last = np.searchsorted(own["t_host_ns"], t_host_ns, side="right") - 1
            along = offset_deg[np.maximum(last, 0)]
        return np.where(is_known, along, 0.0)
