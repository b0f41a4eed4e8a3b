"""Readings made from a seed: gaze that rests on places of an image, a zoom if wanted, words and shapes."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from gaze_core.geometry import Screen, ViewingGeometry
from gaze_core.mapping import map_to_image
from gaze_core.rows import FIXATION, GAZE, VIEWPORT, EventKind, Rows, join_rows
from recordings_schema.formats.reading import (
    CaseReading,
    Origin,
    ReadAccuracy,
    ReadAnswer,
    ReadImage,
    ReadingKey,
    ReadLabel,
    ReadSamples,
    ReadShape,
    ReadTracker,
    ReadWord,
)

SCREEN: Final = Screen(width_px=1920, height_px=1080, width_mm=528.0, height_mm=297.0)
WIDTH_PX, HEIGHT_PX = 1000, 1200
S: Final = 1_000_000_000
_HOLD_NS: Final = 400_000_000  # a fixation
_GAP_NS: Final = 40_000_000  # a saccade


def make_reading(
    *,
    trial: int = 0,
    seconds: float = 3.0,
    rate_hz: float = 250.0,
    x_shift: float = 0.0,
    is_zoomed: bool = False,
    task_kind: str = "read",
    like: CaseReading | None = None,
) -> CaseReading:
    """Return a reading; `x_shift` moves its gaze over the screen, `like` lends its key."""
    shown_ns = (trial + 1) * 100 * S
    viewport = _viewport(shown_ns, trial, seconds if is_zoomed else math.inf)
    samples = _samples(shown_ns, seconds, rate_hz, x_shift, viewport, seed=trial)
    return CaseReading(
        key=like.key if like is not None else make_key(trial, task_kind),
        study="test",
        images=(make_image(trial),),
        geometry=ViewingGeometry(SCREEN, 650.0),
        is_distance_measured=True,
        tracker=ReadTracker(
            model="Phantom eye", rate_hz=rate_hz, signal="average", pupil_unit="mm", is_simulated=True,
            detector="ivt", detector_version="1", detector_parameters="{}",
        ),
        accuracy=ReadAccuracy(before_mean_deg=0.4, after_mean_deg=0.6, worst_deg=0.9),
        origins_ns={
            Origin.TRIAL_START: shown_ns - S,
            Origin.IMAGE_SHOWN: shown_ns,
            Origin.AUDIO_START: shown_ns + 120_345_678,
        },
        onset_latency="unmeasured",
        samples=samples,
        fixations=_fixations(samples, viewport),
        viewport=viewport,
        words=tuple(
            ReadWord(text=text, t_onset_host_ns=shown_ns + (place + 1) * S // 2,
                     t_offset_host_ns=shown_ns + (place + 1) * S // 2 + S // 3, kind="aligned", score=0.9)
            for place, text in enumerate(("The", "heart,", "is", "enlarged."))
        ),
        shapes=(
            ReadShape(kind="ellipse", image_id=trial, pane=0, left_image_px=200.5, top_image_px=300.25,
                      right_image_px=420.0, bottom_image_px=510.75, labels=("Mass",), certainty=4),
            ReadShape(kind="chest_box", image_id=trial, pane=0, left_image_px=80.0, top_image_px=60.0,
                      right_image_px=900.0, bottom_image_px=1100.0, labels=(), certainty=-1),
        ),
        answers=(
            ReadAnswer(screen="labels", kind="labels", name="labels", value=("Mass", "Devices", "Other")),
        ),
        labels=(
            ReadLabel(name="Normal", is_exclusive=True, is_other=False, needs_shape=False),
            ReadLabel(name="Mass", is_exclusive=False, is_other=False, needs_shape=True),
            ReadLabel(name="Devices", is_exclusive=False, is_other=False, needs_shape=False),
            ReadLabel(name="Other", is_exclusive=False, is_other=True, needs_shape=False),
        ),
        chosen=("Mass", "Devices", "Other"),
        other_text="scoliosis; old fracture",
        target="nodule",
        question="",
        grade="green",
    )  # fmt: skip


def make_key(trial: int, task_kind: str = "read", **changed: Any) -> ReadingKey:
    """Return the key of a made reading."""
    values: dict[str, Any] = {
        "recording_sha256": "ab" * 32, "recording_name": "R01_p1_s001.gazeh5", "session_id": "R01_p1_s001-1",
        "trial": trial, "case_id": f"case-{trial}", "attempt": 0, "reader": "R01", "patient": f"P{trial}",
        "role": "study", "task": task_kind, "task_kind": task_kind, "exclusion": "",
        "image_names": (f"images/case-{trial}.png",), "image_sha256s": (f"{trial:064x}",),
    }  # fmt: skip
    return ReadingKey(**{**values, **changed})


def make_image(trial: int) -> ReadImage:
    """Return the image of a made reading; its file is not there."""
    return ReadImage(
        image_id=trial, name=f"images/case-{trial}.png", sha256=f"{trial:064x}", width_px=WIDTH_PX,
        height_px=HEIGHT_PX, bits=8, photometric="MONOCHROME2", path=None,
    )  # fmt: skip


def _viewport(shown_ns: int, trial: int, seconds: float) -> Rows:
    width = 1080 * WIDTH_PX / HEIGHT_PX
    whole = (0.0, 0.0, float(WIDTH_PX), float(HEIGHT_PX), (1920 - width) / 2, 0.0, width, 1080.0)
    half = (WIDTH_PX / 4, HEIGHT_PX / 4, WIDTH_PX / 2, HEIGHT_PX / 2, *whole[4:])
    rows = []
    for t_ns, view, cause in (
        (shown_ns, whole, "show"),
        (shown_ns + round(min(seconds, 1e6) * S / 2), half, "zoom"),
    ):
        names = [f"src_{each}_image_px" for each in "xywh"] + [f"dst_{each}_screen_px" for each in "xywh"]
        row = VIEWPORT.row(
            t_asked_host_ns=t_ns, t_presented_host_ns=t_ns, trial=trial, image_id=trial, pane=0, slice=0,
            window_centre=127.5, window_width=255.0, frames_late=0, cause=cause,
            **dict(zip(names, view, strict=True)),
        )  # fmt: skip
        rows.append(row)
    return join_rows(rows[: 2 if math.isfinite(seconds) else 1])


def _samples(
    shown_ns: int, seconds: float, rate_hz: float, x_shift: float, viewport: Rows, *, seed: int
) -> ReadSamples:
    t_ns = shown_ns + 1_234_567 + (np.arange(round(seconds * rate_hz)) * (S / rate_hz)).astype(np.int64)
    rng = np.random.default_rng(seed)
    places = rng.uniform(0.35, 0.65, (256, 2))
    number = (t_ns - shown_ns) // (_HOLD_NS + _GAP_NS)
    x_norm = places[number % 256, 0] + x_shift + rng.normal(0, 4e-4, len(t_ns))
    y_norm = places[number % 256, 1] + rng.normal(0, 4e-4, len(t_ns))
    is_blink = (t_ns - shown_ns) % (2 * S) > 1_900_000_000
    x_norm, y_norm = np.where(is_blink, np.nan, x_norm), np.where(is_blink, np.nan, y_norm)
    gaze = GAZE.empty(len(t_ns))
    gaze["seq"], gaze["t_host_ns"], gaze["t_device_ns"] = np.arange(len(t_ns)), t_ns, t_ns
    for side in ("left", "right"):
        gaze[f"{side}_x_norm"], gaze[f"{side}_y_norm"] = x_norm, y_norm
        gaze[f"{side}_valid"] = gaze[f"{side}_pupil_valid"] = ~is_blink
        gaze[f"{side}_pupil"] = np.where(is_blink, np.nan, 3.5)
    anywhere = np.where(is_blink, 0.5, x_norm), np.where(is_blink, 0.5, y_norm)
    return ReadSamples(
        t_host_ns=t_ns, gaze=gaze, x_norm=x_norm, y_norm=y_norm,
        mapped=map_to_image(x_norm, y_norm, t_ns, viewport, SCREEN),
        view_row=map_to_image(*anywhere, t_ns, viewport, SCREEN)["viewport_row"],
        pupil_relative=np.where(is_blink, np.nan, 1.1),
    )  # fmt: skip


def _fixations(samples: ReadSamples, viewport: Rows) -> Rows:
    if not len(samples):
        return FIXATION.empty(0)
    first_ns = int(viewport["t_presented_host_ns"][0])
    number = (samples.t_host_ns - first_ns) // (_HOLD_NS + _GAP_NS)
    rows = FIXATION.empty(len(np.unique(number)))
    for place, (row, each) in enumerate(zip(rows, np.unique(number), strict=True)):
        own = np.flatnonzero((number == each) & np.isfinite(samples.x_norm))
        row["event_id"], row["kind"], row["part"], row["run"] = place, EventKind.FIXATION, 0, 0
        if not len(own):
            continue
        row["onset_host_ns"] = samples.t_host_ns[own[0]]
        row["offset_host_ns"] = samples.t_host_ns[own[-1]] + 4_000_000
        row["duration_ms"] = (int(row["offset_host_ns"]) - int(row["onset_host_ns"])) / 1e6
        row["x_norm"], row["y_norm"] = samples.x_norm[own].mean(), samples.y_norm[own].mean()
        mapped = samples.mapped[own]
        row["x_image_px"], row["y_image_px"] = mapped["x_image_px"].mean(), mapped["y_image_px"].mean()
        for name in ("image_id", "pane", "slice"):
            row[name] = mapped[name][0]
        row["pupil_mean"] = 3.5
    kept: Rows = rows[np.isfinite(rows["x_norm"])]
    return kept
