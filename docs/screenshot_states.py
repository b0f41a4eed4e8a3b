"""Believable states for the screenshots: what a session in the middle of a reading hands to the windows."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from capture_app.session.phantoms import phantom
from capture_app.session.states import (
    CaseItem,
    CaseMark,
    DictationState,
    FixationMark,
    HeatmapState,
    LiveState,
    PaneState,
    ReaderState,
    RecordingState,
    SignalTrace,
    StreamHealth,
    TrailPoint,
    Verdict,
)
from gaze_core.geometry import Placement, Rect

SCREEN_PX = (1920, 1080)
_READ_PLACES = (
    (0.44, 0.30), (0.55, 0.33), (0.41, 0.45), (0.60, 0.47), (0.52, 0.60), (0.62, 0.66),
    (0.38, 0.62), (0.47, 0.22), (0.57, 0.24), (0.40, 0.29), (0.43, 0.33), (0.50, 0.42),
)  # fmt: skip
LONG_TITLE = "Multi-centre reading trial of portable chest radiographs, arm B, second session · reader R03"


def pane(screen_px: tuple[int, int] = SCREEN_PX, index: int = 0) -> PaneState:
    """Return a phantom fitted to the screen."""
    pixels = phantom(index).pixels
    grey = np.clip(pixels.astype(np.float64) / max(int(pixels.max()), 1) * 255.0, 0, 255).astype(np.uint8)
    height, width = grey.shape
    scale = min(screen_px[0] / width, screen_px[1] / height)
    dst = Rect(
        x=(screen_px[0] - width * scale) / 2,
        y=(screen_px[1] - height * scale) / 2,
        w=width * scale,
        h=height * scale,
    )
    area = Rect(float(round(dst.x)), float(round(dst.y)), float(round(dst.w)), float(round(dst.h)))
    return PaneState(
        pane=0,
        image_id=index,
        image_width_px=width,
        image_height_px=height,
        grey=cv2.resize(grey, (int(area.w), int(area.h)), interpolation=cv2.INTER_AREA),
        grey_screen_px=area,
        grey_version=1,
        placement=Placement(
            src_image_px=Rect(x=0.0, y=0.0, w=float(width), h=float(height)), dst_screen_px=dst
        ),
    )


def reader_state(screen_px: tuple[int, int] = SCREEN_PX) -> ReaderState:
    """Return what the reader sees."""
    return ReaderState(
        revision=1, panes=(pane(screen_px),), background_grey=24, patch=True, progress="case 7 of 50"
    )


def heatmap(shape: tuple[int, int]) -> HeatmapState:
    """Return a heatmap over the places that were read."""
    height, width = shape
    ys, xs = np.mgrid[0 : height // 4, 0 : width // 4].astype(np.float32)
    dose = np.zeros_like(xs)
    for x_norm, y_norm in _READ_PLACES:
        x = (x_norm - 0.266) / 0.468 * width / 4
        dose += np.exp(-((xs - x) ** 2 + (ys - y_norm * height / 4) ** 2) / (2 * 26.0**2))
    level = (dose / dose.max() * 255).astype(np.uint8)
    colours = cv2.cvtColor(cv2.applyColorMap(level, cv2.COLORMAP_INFERNO), cv2.COLOR_BGR2RGB)
    rgba = np.dstack([colours, np.clip(level.astype(np.int32) * 5 // 4, 0, 255).astype(np.uint8)])
    return HeatmapState(image_id=0, rgba=np.ascontiguousarray(rgba), version=1)


def cases(count: int) -> tuple[CaseItem, ...]:
    """Return cases of which six are read."""
    items = []
    for index in range(count):
        mark, note = CaseMark.WAITING, ""
        if index < 6:
            mark, note = (CaseMark.POOR, "loss 18 %") if index == 2 else (CaseMark.DONE, "")
        elif index == 6:
            mark = CaseMark.CURRENT
        elif index == 11:
            mark, note = CaseMark.UNREADABLE, "encrypted"
        items.append(CaseItem(case_id=f"chest_{index + 1:04d}.dcm", mark=mark, note=note))
    return tuple(items)


def long_cases() -> tuple[CaseItem, ...]:
    """Return 500 cases with names longer than any list."""
    long_name = (
        "multi_centre_reading_trial_arm_B/second_session/frontal_upright_after_intubation_{:06d}_v2.dcm"
    )
    return tuple(
        replace(
            case,
            case_id=long_name.format(index),
            note="loss 18 % (one eye 11 %)" if index == 2 else case.note,
        )
        for index, case in enumerate(cases(500))
    )


def trace() -> SignalTrace:
    """Return half a minute of a reading with blinks, a loss and two events."""
    random = np.random.default_rng(7)
    t_s = np.linspace(-30.0, 0.0, 1800)
    steps = np.repeat(random.uniform(0.3, 0.7, (90, 2)), 20, axis=0) + random.normal(0, 0.003, (1800, 2))
    pupil = 3.4 + 0.25 * np.sin(t_s / 3.1) + random.normal(0, 0.02, 1800)
    valid = np.ones(1800, np.uint8)
    for start, length in ((150, 12), (520, 14), (900, 10), (1180, 60), (1570, 12)):
        valid[start : start + length] = 0
    gone = valid == 0
    steps[gone], pupil[gone] = np.nan, np.nan
    return SignalTrace(
        t_s=t_s,
        x_norm=steps[:, 0].astype(np.float32),
        y_norm=steps[:, 1].astype(np.float32),
        left_pupil=pupil.astype(np.float32),
        right_pupil=(pupil + 0.14).astype(np.float32),
        valid=valid,
        events=((24.2, "image_shown"), (9.6, "mark")),
    )


def health() -> StreamHealth:
    """Return a healthy 600 Hz stream."""
    return StreamHealth(
        rate_hz=599.8,
        nominal_rate_hz=600.0,
        loss_share=0.012,
        loss_classes=(("blink", 0.008), ("one eye", 0.003), ("both eyes", 0.001)),
        loss_history=tuple(float(v) for v in np.abs(np.sin(np.arange(40) / 2.3)) ** 6 * 0.12),
        longest_gap_s=0.31,
        latency_ms=2.4,
        clock_offset_ms=-0.42,
        clock_drift_ppm=12.7,
        distance_mm=634.0,
        left_ok=True,
        right_ok=True,
        left_box=(0.38, 0.46),
        right_box=(0.61, 0.44),
        pupil_unit="mm",
    )


def live_state(case_count: int = 50) -> LiveState:
    """Return a recording in its thirteenth minute."""
    reader = reader_state()
    marks = tuple(
        FixationMark(
            number=index + 1,
            x_norm=x,
            y_norm=y,
            duration_s=0.15 + 0.09 * (index * 5 % 7),
            is_open=index == 11,
        )
        for index, (x, y) in enumerate(_READ_PLACES)
    )
    path = np.linspace(0.0, 1.0, 30)
    trail = tuple(
        TrailPoint(
            x_norm=float(0.43 + 0.07 * p), y_norm=float(0.33 + 0.09 * p**2), age_s=float(0.5 * (1 - p))
        )
        for p in path
    )
    return LiveState(
        recording=RecordingState.RECORDING,
        elapsed_s=761.0,
        title="Study chest-A · reader R03",
        case_number=7,
        case_count=case_count,
        verdict=Verdict(level="good", word="good", explanation="Everything is as it should be."),
        cases=cases(case_count),
        cases_version=1,
        reader=reader,
        screen_px=SCREEN_PX,
        gaze=TrailPoint(x_norm=0.503, y_norm=0.423, age_s=0.0),
        left_gaze=TrailPoint(x_norm=0.497, y_norm=0.418, age_s=0.0),
        right_gaze=TrailPoint(x_norm=0.509, y_norm=0.428, age_s=0.0),
        trail=trail,
        fixations=marks,
        heatmaps=(heatmap((reader.panes[0].image_height_px, reader.panes[0].image_width_px)),),
        health=health(),
        trace=trace(),
        dictation=DictationState(
            is_on=True, is_kept=True, level_db=-18.0, is_loud=False, text="USB Desk Microphone is heard."
        ),
        tracker="Simulated tracker · 600 Hz",
        is_simulated=True,
        file_name="R03_2026-11-22_1241.gazeh5",
        disk_minutes=2480.0,
        frames_late=1,
        notices=("12:29 Recording started.", "12:31 The left eye was lost for 0.3 s."),
    )


def failed_state() -> LiveState:
    """Return a recording whose tracker has just vanished."""
    lost = "The tracker stopped sending 4 s ago. Check its USB cable; recording goes on when it is back."
    return replace(
        live_state(),
        verdict=Verdict(level="bad", word="tracker gone", explanation=lost),
        gaze=None,
        left_gaze=None,
        right_gaze=None,
        trail=(),
        health=replace(
            health(),
            rate_hz=0.0,
            loss_share=1.0,
            loss_classes=(("stream stalled", 1.0),),
            loss_history=(*health().loss_history[:-4], 1.0, 1.0, 1.0, 1.0),
            longest_gap_s=4.1,
            left_ok=False,
            right_ok=False,
            distance_mm=float("nan"),
            latency_ms=float("nan"),
            lost_samples=2412,
        ),
        notices=("12:41 The tracker stopped sending.",),
    )


def empty_state() -> LiveState:
    """Return a station with nothing connected and nothing open."""
    text = "No tracker is connected. Press Connect tracker, or choose one in Settings."
    return LiveState(
        recording=RecordingState.NO_TRACKER,
        elapsed_s=0.0,
        title="No images are open",
        case_number=0,
        case_count=0,
        verdict=Verdict(level="attention", word="no tracker", explanation=text),
        reader=ReaderState(revision=1, background_grey=24, message="Open a folder of images to begin"),
    )
