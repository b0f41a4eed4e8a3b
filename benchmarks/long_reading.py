"""A long reading made by the mock as fast as possible: some minutes are simulated and then follow each other.

Cases of one minute on the phantoms, each with two zooms; live fixations by the detector of every session.
"""

from __future__ import annotations

import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from capture_app.session.live import LiveAnalysis
from capture_app.session.phantoms import write_phantoms
from capture_app.session.viewport import GreyRange, PaneView, viewport_row
from drivers.contract import Scene, ScenePane, ViewingSetup
from drivers.mock.generator import Simulated, simulate
from drivers.mock.settings import MockSettings
from drivers.mock.tracker import MockTracker
from gaze_core.eyes import Eye
from gaze_core.geometry import Rect, Screen, ViewingGeometry
from gaze_core.rows import (
    ANSWER,
    AUDIO_SEGMENT,
    DRIFT,
    EVENT,
    SCREEN,
    SHAPE,
    TRIAL,
    TRUTH,
    TRUTH_EVENT,
    WORD,
    Rows,
)
from recordings_schema.layout import DatasetKey
from recordings_schema.metadata import (
    ClosingFacts,
    DisplayRecord,
    ParticipantRecord,
    SessionMetadata,
    SessionRecord,
    SettingsRecord,
    SoftwareRecord,
)
from recordings_schema.stimuli import Stimulus, image_row, load_image
from recordings_schema.writer import RecordingWriter

SETUP: Final = ViewingSetup(width_px=1920, height_px=1080, width_mm=528.0, height_mm=297.0, distance_mm=650.0)
SCREEN_PX: Final = Screen(width_px=1920, height_px=1080, width_mm=528.0, height_mm=297.0)
GEOMETRY: Final = ViewingGeometry(SCREEN_PX, 650.0)
CASE_S: Final = 60.0
REPORT: Final = (
    "There is a small nodule in the right upper lobe and the heart is enlarged without an effusion"
)
_SIMULATED_S: Final = 300.0
_SPOKEN_SHARE: Final = 0.36  # of a case: from a fifth of it to the last word
_SOUND_RATE_HZ: Final = 16_000
_SOUND: Final = "voice.wav"  # the same for every case
_BATCH_ROWS: Final = 4800
_AREA: Final = Rect(0.0, 0.0, 1920.0, 1080.0)


def write_long_reading(
    path: Path,
    seconds: float,
    *,
    rate_hz: float = 1200.0,
    case_s: float = CASE_S,
    reader: str = "R01",
    seed: int = 4,
) -> Path:
    """Write a finished recording of `seconds` at `path`, images and dictation beside it; return `path`.

    Readers of the same images with different seeds look at the same places in another order.
    """
    images = [load_image(each) for each in write_phantoms(path.parent / "phantoms")]
    settings = MockSettings.for_scenario("typical", seed=seed, rate_hz=rate_hz, preset="tobii-pro-spectrum")
    made = simulate(settings, min(seconds, _SIMULATED_S), SETUP, _scene(images[0]))
    writer = RecordingWriter.create(path, _metadata(reader), MockTracker(settings, SETUP).open())
    for image_id, image in enumerate(images):
        writer.append(DatasetKey.IMAGES, image_row(image, image_id, path.parent))
    _write_voice(path.with_name(_SOUND), _SPOKEN_SHARE * min(case_s, seconds))
    viewport, trials, others = _sides(images, seconds, case_s)
    writer.append(DatasetKey.VIEWPORT, viewport)
    writer.append(DatasetKey.TRIALS, trials)
    for key, rows in others.items():
        writer.append(key, rows)
    live = LiveAnalysis(GEOMETRY, Eye.AVERAGE)
    writer.append(DatasetKey.RUNS, live.begin_run(0, 0))
    live.push_sync(made.clock_sync)
    writer.append(DatasetKey.CLOCK_SYNC, made.clock_sync)
    count = 0
    for gaze, raw in _stream(made, seconds, rate_hz):
        writer.append(DatasetKey.GAZE, gaze)
        writer.append(DatasetKey.RAW, raw)
        near = viewport[np.abs(viewport["t_presented_host_ns"] - int(gaze["t_host_ns"][0])) < 200_000_000_000]
        writer.append(DatasetKey.FIXATIONS, live.push(gaze, near, trials).fixations)
        count += len(gaze)
    writer.append(DatasetKey.FIXATIONS, live.flush(viewport, trials).fixations)
    writer.append(DatasetKey.TRUTH, TRUTH.empty(0))
    writer.append(DatasetKey.TRUTH_EVENTS, TRUTH_EVENT.empty(0))
    writer.note_facts(ClosingFacts(samples_delivered=count, samples_missing=0))
    writer.close("ended by the operator")
    return path


def _stream(made: Simulated, seconds: float, rate_hz: float) -> Iterator[tuple[Rows, Rows]]:
    """Yield the simulated minutes again and again, each time later, until there is enough."""
    length_ns = round(min(seconds, _SIMULATED_S) * 1e9)
    left = round(seconds * rate_hz)
    for turn in range(-(-round(seconds * 1e9) // length_ns)):
        for first in range(0, len(made.gaze), _BATCH_ROWS):
            gaze = made.gaze[first : first + min(_BATCH_ROWS, left)].copy()
            if not len(gaze):
                return
            for name in ("t_host_ns", "t_device_ns", "t_vendor_host_ns"):
                gaze[name] += turn * length_ns
            gaze["seq"] += turn * len(made.gaze)
            left -= len(gaze)
            yield gaze, made.raw[first : first + len(gaze)]


def _sides(
    images: list[Stimulus], seconds: float, case_s: float
) -> tuple[Rows, Rows, dict[DatasetKey, Rows]]:
    viewport, trials = [], []
    others: dict[DatasetKey, list[Rows]] = {}
    for trial in range(max(1, round(seconds / case_s))):
        image = images[trial % len(images)]
        begin_ns = round(trial * case_s * 1e9)
        view = PaneView.fitted(
            image_width_px=image.width_px, image_height_px=image.height_px, area_screen_px=_AREA,
            grey_range=GreyRange(low=image.low_value, high=image.high_value),
            start_window=image.start_window, pixel_aspect=image.pixel_aspect,
        )  # fmt: skip
        case = {"trial": trial, "case_id": f"case {trial + 1}", "image_ids": str(trial % len(images))}
        end_ns = begin_ns + round(min(case_s, seconds) * 1e9)
        trials += [
            TRIAL.row(t_host_ns=begin_ns, state="open", **case),
            TRIAL.row(t_host_ns=end_ns - 1_000_000, state="done", **case),
        ]
        for key, rows in _acts(trial, image, begin_ns, case_s).items():
            others.setdefault(key, []).append(rows)
        for offset_s, cause in ((0.1, "show"), (0.3 * case_s, "zoom"), (0.6 * case_s, "fit")):
            at_ns = begin_ns + round(offset_s * 1e9)
            shown = view.zoom_about(960.0, 540.0, 3) if cause == "zoom" else view
            viewport.append(
                viewport_row(
                    shown.placement, shown.window, t_asked_host_ns=at_ns, t_presented_host_ns=at_ns,
                    trial=trial, image_id=trial % len(images), pane=0, luminance_mean=0.3, frame=0,
                    frames_late=0, cause=cause,
                )
            )  # fmt: skip
    joined = {key: np.concatenate(each) for key, each in others.items()}
    return np.concatenate(viewport), np.concatenate(trials), joined


def _acts(trial: int, image: Stimulus, begin_ns: int, case_s: float) -> dict[DatasetKey, Rows]:
    """Return what the reader did in one case: drew, spoke, answered, after a drift check."""

    def at(share: float) -> int:
        return begin_ns + round(share * case_s * 1e9)

    screens = [
        SCREEN.row(
            t_asked_host_ns=at(share), t_presented_host_ns=at(share), trial=trial, attempt=0, visit=0,
            screen=name, kind=kind, cause="next",
        )
        for share, name, kind in (
            (0.0, "read", "image"), (0.75, "ellipses", "shapes"), (0.9, "sure", "likert"),
        )
    ]  # fmt: skip
    shape = SHAPE.row(
        t_host_ns=at(0.5), trial=trial, attempt=0, shape=0, action="drawn", kind="ellipse",
        image_id=trial % 3, pane=0, slice=0, left_image_px=0.24 * image.width_px,
        top_image_px=0.3 * image.height_px, right_image_px=0.38 * image.width_px,
        bottom_image_px=0.42 * image.height_px, labels="pulmonary-nodule", certainty=4,
    )  # fmt: skip
    words = [
        WORD.row(
            trial=trial, attempt=0, version=0, index=index, text=text, kind="recognised", score=0.9,
            t_onset_host_ns=at(0.2 + 0.02 * index), t_offset_host_ns=at(0.2 + 0.02 * index + 0.016),
        )
        for index, text in enumerate(REPORT.split())
    ]  # fmt: skip
    answer = {"trial": trial, "attempt": 0}
    return {
        DatasetKey.SCREENS: np.concatenate(screens),
        DatasetKey.SHAPES: shape,
        DatasetKey.WORDS: np.concatenate(words),
        DatasetKey.ANSWERS: np.concatenate(
            [
                ANSWER.row(t_host_ns=at(0.8), screen="ellipses", name="nodule", value='"present"', **answer),
                ANSWER.row(t_host_ns=at(0.95), screen="sure", name="how sure", value="4", **answer),
            ]
        ),
        DatasetKey.DRIFT: DRIFT.row(
            t_host_ns=at(0.0), trial=trial, x_norm=0.5, y_norm=0.5, eye="average", azimuth_offset_deg=0.2,
            elevation_offset_deg=-0.3, running_deg=0.36, outcome="measured",
        ),
        DatasetKey.AUDIO_SEGMENTS: AUDIO_SEGMENT.row(
            segment=trial, trial=trial, t_first_host_ns=at(0.2), device="none", file=_SOUND,
            frame_count=round(_SPOKEN_SHARE * case_s * _SOUND_RATE_HZ), rate_hz=_SOUND_RATE_HZ,
            fitted_rate_hz=_SOUND_RATE_HZ,
        ),
        DatasetKey.EVENTS: EVENT.row(t_host_ns=at(0.0), kind="image_shown", source="app", trial=trial),
    }  # fmt: skip


def _write_voice(path: Path, seconds: float) -> None:
    """Write bursts as long as words, as the sound of a dictation."""
    rng = np.random.default_rng(8)
    times_s = np.arange(round(seconds * _SOUND_RATE_HZ)) / _SOUND_RATE_HZ
    word_s = seconds / len(REPORT.split())
    loudness = np.maximum(np.sin(np.pi * (times_s % word_s) / (0.8 * word_s)), 0.0)
    pcm = rng.normal(0.0, 3000.0, len(times_s)) * loudness * (0.6 + 0.4 * np.sin(times_s * 1.7))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_SOUND_RATE_HZ)
        file.writeframes(np.clip(pcm, -32768, 32767).astype("<i2").tobytes())


def _scene(image: Stimulus) -> Scene:
    share = image.width_px / image.height_px * SETUP.height_px / SETUP.width_px
    rng = np.random.default_rng(3)
    places = tuple(
        (float(x * image.width_px), float(y * image.height_px), 1.0)
        for x, y in rng.uniform(0.15, 0.85, (20, 2))
    )
    pane = ScenePane(
        image_id=0,
        src_image_px=(0.0, 0.0, float(image.width_px), float(image.height_px)),
        dst_norm=(0.5 - share / 2, 0.0, share, 1.0),
        places_image_px=places,
    )
    return Scene(t_host_ns=0, panes=(pane,))


def _metadata(reader: str) -> SessionMetadata:
    return SessionMetadata(
        session=SessionRecord(session_id="long", started_wall_ns=1_795_000_000 * 10**9, started_host_ns=0),
        participant=ParticipantRecord(pseudonym=reader),
        display=DisplayRecord(
            model="Phantom 24", width_px=1920, height_px=1080, width_mm=528.0, height_mm=297.0,
            distance_mm=650.0, refresh_hz=60.0,
        ),
        software=SoftwareRecord(application="reading-station", application_version="1.0"),
        settings=SettingsRecord(settings={"eye": "average"}),
    )  # fmt: skip
