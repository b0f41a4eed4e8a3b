"""Recordings for the replay: two cases read by the simulated eye with all a session writes; real gaze."""

from __future__ import annotations

import wave
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from capture_app.session.live import LiveAnalysis
from capture_app.session.viewport import GreyRange, PaneView, viewport_row
from drivers.contract import Scene, ScenePane, ViewingSetup
from drivers.mock.generator import simulate
from drivers.mock.settings import MockSettings
from drivers.mock.tracker import MockTracker
from gaze_core.eyes import Eye
from gaze_core.geometry import Rect, Screen, ViewingGeometry
from gaze_core.rows import (
    ANSWER,
    AUDIO_SEGMENT,
    DRIFT,
    EVENT,
    GAZE,
    SCREEN,
    SHAPE,
    TRIAL,
    WORD,
    Rows,
    join_rows,
)
from gaze_core.streams import PupilUnit, RawChannel, TrackerInfo
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
from recordings_schema.stimuli import image_row, load_image
from recordings_schema.writer import RecordingWriter

S = 1_000_000_000
RATE_HZ = 300.0
CASE_S = 5.0
SETUP = ViewingSetup(width_px=1920, height_px=1080, width_mm=528.0, height_mm=297.0, distance_mm=650.0)
GEOMETRY = ViewingGeometry(Screen(width_px=1920, height_px=1080, width_mm=528.0, height_mm=297.0), 650.0)
WIDTH_PX, HEIGHT_PX = 500, 600
AREA = Rect(0.0, 0.0, 1920.0, 1080.0)
ZOOM_NS = 2 * S  # of the first case
WORDS = ("the", "lungs", "are", "clear")


def metadata(reader: str = "R07") -> SessionMetadata:
    return SessionMetadata(
        session=SessionRecord(session_id="replayed", started_wall_ns=1_795_000_000 * S, started_host_ns=0),
        participant=ParticipantRecord(pseudonym=reader),
        display=DisplayRecord(
            model="Phantom 24", width_px=1920, height_px=1080, width_mm=528.0, height_mm=297.0,
            distance_mm=650.0, refresh_hz=60.0,
        ),
        software=SoftwareRecord(application="reading-station", application_version="1.0"),
        settings=SettingsRecord(settings={"eye": "average", "background_grey": "48"}),
    )  # fmt: skip


def make_images(folder: Path) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number in range(2):
        picture = np.full((HEIGHT_PX, WIDTH_PX), 40, np.uint8)
        cv2.circle(picture, (150 + 200 * number, 300), 90, 200, -1)
        paths.append(folder / f"image-{number}.png")
        cv2.imwrite(str(paths[-1]), picture)
    return paths


def fitted(image: Path) -> PaneView:
    stimulus = load_image(image)
    return PaneView.fitted(
        image_width_px=stimulus.width_px,
        image_height_px=stimulus.height_px,
        area_screen_px=AREA,
        grey_range=GreyRange(low=stimulus.low_value, high=stimulus.high_value),
        start_window=stimulus.start_window,
    )


def viewport_rows(images: list[Path]) -> Rows:
    """Image 0 from 0.1 s, zoomed at 2 s, gone at 4.5 s; image 1 from 5.1 s."""
    rows = []
    view = fitted(images[0])
    for at_ns, shown, cause in (
        (S // 10, view, "show"),
        (ZOOM_NS, view.zoom_about(960.0, 540.0, 4), "zoom"),
        (round(5.1 * S), fitted(images[1]), "show"),
    ):
        number = int(at_ns > 5 * S)
        rows.append(
            viewport_row(
                shown.placement, shown.window, t_asked_host_ns=at_ns, t_presented_host_ns=at_ns, trial=number,
                image_id=number, pane=0, luminance_mean=0.3, frame=0, frames_late=0, cause=cause,
            )
        )  # fmt: skip
    gone = rows[0].copy()
    gone["t_asked_host_ns"] = gone["t_presented_host_ns"] = round(4.5 * S)
    gone["image_id"], gone["cause"] = -1, b"clear"
    return join_rows([*rows[:2], gone, rows[2]])


def side_rows() -> dict[DatasetKey, Rows]:
    case = {0: "pneumonia?", 1: "follow-up"}
    trials = [
        TRIAL.row(
            t_host_ns=round(at * S), trial=trial, case_id=case[trial], state=state, image_ids=str(trial)
        )
        for at, trial, state in ((0, 0, "open"), (4.9, 0, "done"), (5, 1, "open"), (9.9, 1, "done"))
    ]
    screens = [
        SCREEN.row(
            t_asked_host_ns=round(at * S), t_presented_host_ns=round(at * S), trial=trial, attempt=0, visit=0,
            screen=name, kind=kind, cause="next",
        )
        for at, trial, name, kind in (
            (0.1, 0, "read", "image"), (4.5, 0, "sure", "choice"), (5.1, 1, "read", "image"),
        )
    ]  # fmt: skip
    shape = {
        "trial": 0, "attempt": 0, "shape": 0, "kind": "ellipse", "image_id": 0, "pane": 0, "slice": 0,
        "left_image_px": 100.0, "top_image_px": 250.0, "right_image_px": 200.0, "bottom_image_px": 350.0,
        "certainty": -1,
    }  # fmt: skip
    shapes = [
        SHAPE.row(t_host_ns=round(1.5 * S), action="drawn", labels="nodule", **shape),
        SHAPE.row(t_host_ns=round(3.5 * S), action="removed", labels="nodule", **shape),
    ]
    answers = [
        ANSWER.row(t_host_ns=round(4.6 * S), trial=0, attempt=0, screen="sure", name="sure", value='"maybe"'),
        ANSWER.row(t_host_ns=round(4.7 * S), trial=0, attempt=0, screen="sure", name="sure", value='"yes"'),
    ]
    words = [
        WORD.row(
            trial=0, attempt=0, version=0, index=index, text=text, kind="recognised", score=0.9,
            t_onset_host_ns=S + index * S // 2, t_offset_host_ns=S + index * S // 2 + S // 3,
        )
        for index, text in enumerate(WORDS)
    ]  # fmt: skip
    drift = DRIFT.row(
        t_host_ns=S // 20, trial=0, x_norm=0.5, y_norm=0.5, eye="average", azimuth_offset_deg=0.3,
        elevation_offset_deg=0.4, running_deg=0.5, outcome="measured",
    )  # fmt: skip
    sound = AUDIO_SEGMENT.row(
        segment=0, trial=0, t_first_host_ns=S, frame_count=32_000, rate_hz=16_000.0, fitted_rate_hz=16_000.0,
        device="Desk microphone", file="voice.wav",
    )  # fmt: skip
    return {
        DatasetKey.TRIALS: join_rows(trials),
        DatasetKey.SCREENS: join_rows(screens),
        DatasetKey.SHAPES: join_rows(shapes),
        DatasetKey.ANSWERS: join_rows(answers),
        DatasetKey.WORDS: join_rows(words),
        DatasetKey.DRIFT: drift,
        DatasetKey.AUDIO_SEGMENTS: sound,
        DatasetKey.EVENTS: EVENT.row(
            t_host_ns=3 * S, kind="mark", source="operator", trial=0, text="coughed"
        ),
    }


def write_voice(folder: Path) -> None:
    with wave.open(str(folder / "voice.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(np.zeros(32_000, "<i2").tobytes())


@dataclass
class Written:
    path: Path
    images: list[Path]
    gaze: Rows


def write_reading(
    folder: Path,
    *,
    is_closed: bool = True,
    has_events: bool = True,
    is_embedded: bool = False,
    reader: str = "R07",
    seed: int = 4,
) -> Written:
    """Write two cases of 5 s, read by the simulated eye at 300 Hz."""
    images = make_images(folder / "images")
    path = folder / "reading.gazeh5"
    share = WIDTH_PX / HEIGHT_PX * 1080 / 1920
    pane = ScenePane(
        image_id=0, src_image_px=(0.0, 0.0, float(WIDTH_PX), float(HEIGHT_PX)),
        dst_norm=(0.5 - share / 2, 0.0, share, 1.0),
        places_image_px=((150.0, 300.0, 1.0), (350.0, 200.0, 1.0), (250.0, 450.0, 1.0)),
    )  # fmt: skip
    settings = MockSettings.for_scenario("typical", seed=seed, rate_hz=RATE_HZ, preset="tobii-tx300")
    made = simulate(settings, 2 * CASE_S, SETUP, Scene(t_host_ns=0, panes=(pane,)))
    writer = RecordingWriter.create(path, metadata(reader), MockTracker(settings, SETUP).open())
    sides = side_rows() | {
        DatasetKey.VIEWPORT: viewport_rows(images),
        DatasetKey.IMAGES: join_rows([image_row(load_image(p), n, folder) for n, p in enumerate(images)]),
        DatasetKey.CLOCK_SYNC: made.clock_sync,
        DatasetKey.GAZE: made.gaze,
        DatasetKey.RAW: made.raw,
    }
    if has_events:
        live = LiveAnalysis(GEOMETRY, Eye.AVERAGE)
        sides[DatasetKey.RUNS] = live.begin_run(0, 0)
        live.push_sync(made.clock_sync)
        trials = sides[DatasetKey.TRIALS]
        found = live.push(made.gaze, sides[DatasetKey.VIEWPORT], trials).fixations
        sides[DatasetKey.FIXATIONS] = join_rows(
            [found, live.flush(sides[DatasetKey.VIEWPORT], trials).fixations]
        )
    for key, rows in sides.items():
        writer.append(key, rows)
    write_voice(folder)
    if is_embedded:
        for image in images:
            writer.embed_image(image.read_bytes())
    writer.note_facts(ClosingFacts(samples_delivered=len(made.gaze), samples_missing=0))
    if is_closed:
        writer.close("ended by the operator")
    else:
        writer.flush()
        writer.abandon()
    return Written(path=path, images=images, gaze=made.gaze)


def write_real(table: Path, path: Path) -> Written:
    """Write real gaze of a table of px around the screen's centre as a recording without any events."""
    values = np.genfromtxt(table, delimiter="\t", names=True)
    rows = GAZE.empty(len(values))
    rows["seq"] = np.arange(len(values))
    rows["t_host_ns"] = rows["t_device_ns"] = np.round((values["timestamp"] - values["timestamp"][0]) * 1e6)
    for side in ("left", "right"):
        rows[f"{side}_x_norm"] = 0.5 + values[f"{side}_x"] / 1920.0
        rows[f"{side}_y_norm"] = 0.5 + values[f"{side}_y"] / 1080.0
        rows[f"{side}_valid"] = np.isfinite(values[f"{side}_x"]) & np.isfinite(values[f"{side}_y"])
    raw = np.zeros(len(rows), np.dtype([("left x", "<f8")]))
    raw["left x"] = values["left_x"]
    info = TrackerInfo(
        driver="playback", model="Tobii Pro Spectrum", serial="1", rate_hz=600.0, raw_dtype=raw.dtype,
        raw_channels=(RawChannel(name="left x", unit="px", mapped_to="left_x_norm"),),
        pupil_unit=PupilUnit.MM, has_device_clock=False,
    )  # fmt: skip
    writer = RecordingWriter.create(path, metadata(), info)
    writer.append(DatasetKey.GAZE, rows)
    writer.append(DatasetKey.RAW, raw)
    writer.note_facts(ClosingFacts(samples_delivered=len(rows), samples_missing=0))
    writer.close("ended by the operator")
    return Written(path=path, images=[], gaze=rows)
