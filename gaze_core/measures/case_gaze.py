"""The gaze of one case as all measures take it: samples, fixations and what was shown meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from gaze_core.geometry import FloatArray, ViewingGeometry
from gaze_core.mapping import map_to_image
from gaze_core.rows import Rows

LONGEST_STEP: Final = 1.5
"""A sample stands for the time until the next, at most this many intervals: beyond, samples are missing."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CaseGaze:
    """Gaze while the images of one case were visible for the reading; looking again is not in it."""

    t_host_ns: npt.NDArray[np.int64]  # of the samples, shape (n,)
    x_norm: FloatArray  # the analysed signal on the display area; NaN where invalid
    y_norm: FloatArray
    mapped: Rows  # MAPPED rows of the samples, `viewport_row` counts `viewport`
    weight_s: FloatArray  # time each sample stands for, s; see `sample_weights_s`
    pupil_relative: FloatArray  # pupil area over that of the baseline; NaN where unknown
    fixations: Rows  # FIXATION rows in order of onset
    fixation_views: npt.NDArray[np.int64]  # row of `viewport` in force for each; -1: no image
    saccade_amplitudes_deg: FloatArray  # of the saccades the detector found, deg; NaN where not known
    viewport: Rows  # VIEWPORT rows
    geometry: ViewingGeometry
    shown_ns: int  # when the image was presented: the zero of all times
    visible_s: float  # how long images were visible, s
    image_sizes_px: Mapping[int, tuple[int, int]]  # width, height by image_id

    @property
    def is_valid(self) -> npt.NDArray[np.bool_]:
        """Which samples have gaze."""
        return np.isfinite(self.x_norm)

    @property
    def is_known(self) -> bool:
        """Whether there was any gaze: without it nothing can be said of what was looked at."""
        return len(self.fixations) > 0 or bool(self.is_valid.any())

    @property
    def onsets_s(self) -> FloatArray:
        """Onsets of the fixations since the image was shown, s."""
        return np.asarray((self.fixations["onset_host_ns"] - self.shown_ns) * 1e-9)

    @property
    def durations_s(self) -> FloatArray:
        """Durations of the fixations, s."""
        return np.asarray(self.fixations["duration_ms"] * 1e-3, np.float64)


def sample_weights_s(
    t_host_ns: npt.NDArray[np.int64], interval_s: float, ends_ns: npt.NDArray[np.int64] | None = None
) -> FloatArray:
    """Return the time each sample stands for, s: until the next one, at most 1.5 intervals.

    Parameters
    ----------
    t_host_ns
        Times in ascending order, shape (n,).
    interval_s
        The tracker's interval; that of the last sample.
    ends_ns
        End of the visible stretch of each sample: no sample stands for time after it.
    """
    if not len(t_host_ns):
        return np.empty(0)
    steps = np.diff(t_host_ns, append=t_host_ns[-1] + round(interval_s * 1e9)) * 1e-9
    steps = np.clip(steps, 0.0, LONGEST_STEP * interval_s)
    if ends_ns is not None:
        steps = np.minimum(steps, (ends_ns - t_host_ns) * 1e-9)
    return np.asarray(np.maximum(steps, 0.0))


def views_of_fixations(fixations: Rows, viewport: Rows, geometry: ViewingGeometry) -> npt.NDArray[np.int64]:
    """Return the viewport row under each fixation at its onset, of the pane it lies nearest; -1: no image."""
    if not len(fixations):
        return np.empty(0, np.int64)
    mapped = map_to_image(
        fixations["x_norm"], fixations["y_norm"], fixations["onset_host_ns"], viewport, geometry.screen
    )
    return np.asarray(mapped["viewport_row"], np.int64)
