"""What a finished recording shows: samples, losses, live events against the truth, heatmaps over images."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from gaze_core.directions import screen_gaze
from gaze_core.eyes import Eye
from gaze_core.geometry import Screen, ViewingGeometry
from gaze_core.heatmaps import (
    Density,
    HeatmapSpec,
    HeatmapWeighting,
    colour_heatmap,
    heatmap_steps,
    render_heatmap,
)
from gaze_core.mapping import map_to_image
from gaze_core.rows import EventFlag, EventKind, Rows
from gaze_core.scoring import FixationScores, score_fixations
from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording
from recordings_schema.stimuli import Stimulus, render_grey

LIVE_SIGMA_DEG: Final = 1.0
_EDGE_NS: Final = 500_000_000
"""True events this near to the ends of the recording are not scored: their other half was not recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingResults:
    """Numbers of one recording."""

    path: Path
    samples: int
    missing: int  # numbered by the tracker, never arrived
    dropped: int  # lost by this program
    out_of_order: int
    valid_share: float
    duration_s: float
    fixations: int  # live, on images
    trials: int
    scores: FixationScores | None  # live fixations against the truth of a simulated eye
    findings: tuple[str, ...]  # of the validator


def geometry_of(recording: Recording) -> ViewingGeometry:
    """Return the geometry a recording was made in."""
    display = recording.metadata.display
    return ViewingGeometry(
        Screen(
            width_px=display.width_px,
            height_px=display.height_px,
            width_mm=display.width_mm,
            height_mm=display.height_mm,
            origin_x_px=display.origin_x_px,
            origin_y_px=display.origin_y_px,
            device_pixel_ratio=display.scaling,
            refresh_hz=display.refresh_hz,
            name=display.model,
        ),
        display.distance_mm,
    )


def eye_of(recording: Recording) -> Eye:
    """Return the signal that was analysed live."""
    name = recording.metadata.settings.settings.get("eye", Eye.AVERAGE.value)
    return Eye(name) if name in {eye.value for eye in Eye} else Eye.AVERAGE


def results_of(recording: Recording, findings: tuple[str, ...]) -> RecordingResults:
    """Return the numbers of a finished recording."""
    gaze = recording.gaze()
    closing = recording.closing
    x_norm, _ = screen_gaze(gaze, eye_of(recording))
    fixations = recording.rows(DatasetKey.FIXATIONS)
    is_reading = (
        (fixations["kind"] == EventKind.FIXATION)
        & (fixations["image_id"] >= 0)
        & (fixations["flags"] & EventFlag.BEFORE_IMAGE == 0)
    )
    trials = recording.rows(DatasetKey.TRIALS)
    return RecordingResults(
        path=recording.path,
        samples=len(gaze),
        missing=closing.samples_missing if closing is not None else -1,
        dropped=closing.samples_dropped if closing is not None else -1,
        out_of_order=closing.samples_out_of_order if closing is not None else -1,
        valid_share=float(np.mean(np.isfinite(x_norm))) if len(gaze) else float("nan"),
        duration_s=float(gaze["t_host_ns"][-1] - gaze["t_host_ns"][0]) / 1e9 if len(gaze) else 0.0,
        fixations=int(np.count_nonzero(is_reading)),
        trials=len(np.unique(trials["trial"][trials["trial"] >= 0])),
        scores=_scores(recording, fixations),
        findings=findings,
    )


def _scores(recording: Recording, fixations: Rows) -> FixationScores | None:
    """Score the live fixations where the recording holds the truth of a simulated eye."""
    if not recording.tracker_info.has_truth:
        return None
    truth, true_events = recording.rows(DatasetKey.TRUTH), recording.rows(DatasetKey.TRUTH_EVENTS)
    if not len(truth) or not len(true_events) or not len(fixations):
        return None
    first_ns = int(truth["t_device_ns"][0]) + _EDGE_NS
    last_ns = int(truth["t_device_ns"][-1]) - _EDGE_NS
    truth = truth[(truth["t_device_ns"] >= first_ns) & (truth["t_device_ns"] <= last_ns)]
    true_events = true_events[
        (true_events["onset_device_ns"] >= first_ns) & (true_events["offset_device_ns"] <= last_ns)
    ]
    whole = fixations[fixations["part"] == 0]
    inside = whole[(whole["onset_ns"] >= first_ns) & (whole["offset_ns"] <= last_ns)]
    if not len(truth):
        return None
    # A fixation across an edge is no event to be matched, but its samples inside are fixation all the same.
    by_sample = score_fixations(whole, truth, true_events)
    return replace(score_fixations(inside, truth, true_events), kappa=by_sample.kappa)


def shown_images(recording: Recording) -> frozenset[int]:
    """Return the image ids of the images that were shown in a trial while recording."""
    viewport = recording.rows(DatasetKey.VIEWPORT)
    is_shown = (viewport["image_id"] >= 0) & (viewport["trial"] >= 0)
    return frozenset(int(image_id) for image_id in np.unique(viewport["image_id"][is_shown]))


def heatmap_of(
    recording: Recording, geometry: ViewingGeometry, image_id: int, width_px: int, height_px: int
) -> Density:
    """Return the duration-weighted map of the fixations of one image, s/deg^2, sigma 1 deg, exact under zoom.

    Fixations that began before the image was presented are not part of it.
    """
    viewport = recording.rows(DatasetKey.VIEWPORT)
    fixations = recording.rows(DatasetKey.FIXATIONS)
    chosen = fixations[
        (fixations["kind"] == EventKind.FIXATION)
        & (fixations["image_id"] == image_id)
        & (fixations["flags"] & EventFlag.BEFORE_IMAGE == 0)
    ]
    # The live fit of the clock is right to well below a frame, which is all a viewport lasts.
    middle_ns = chosen["onset_host_ns"] // 2 + chosen["offset_host_ns"] // 2
    mapped = map_to_image(chosen["x_norm"], chosen["y_norm"], middle_ns, viewport, geometry.screen)
    spec = HeatmapSpec(weighting=HeatmapWeighting.DURATION, sigma_deg=LIVE_SIGMA_DEG)
    steps = heatmap_steps(mapped, chosen["duration_ms"] / 1e3, viewport, image_id, spec, geometry)
    return render_heatmap(steps, width_px, height_px)


def heatmap_picture(stimulus: Stimulus, density: Density, opacity: float = 0.65) -> npt.NDArray[np.uint8]:
    """Return the image with a heatmap over it, RGB, shape (height, width, 3)."""
    grey = render_grey(stimulus, stimulus.start_window)
    picture = grey if grey.ndim == 3 else cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB)
    colours = colour_heatmap(density, opacity)
    alpha = colours[..., 3:].astype(np.float32) / 255.0
    return np.asarray(np.rint(picture * (1.0 - alpha) + colours[..., :3] * alpha), np.uint8)
