"""Recordings of whole sessions for the report: validations, cases by a robot, gaze with blinks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from reading_rig import INTERVAL_NS, Rig, preset_study, quiet, some_cases

from calibration import VALIDATION_4, TargetWindow, judge, validate_windows
from capture_app.session.calibration_rows import judgement_row, validation_rows
from capture_app.session.calibration_states import ValidationView
from capture_app.session.event_json import event_rows
from capture_app.session.reading import DATASET_OF
from capture_app.session.study import OpenedStudy, Study
from gaze_core.eyes import Eye
from gaze_core.geometry import Screen, ViewingGeometry
from gaze_core.rows import (
    ANSWER,
    CALIBRATION_SAMPLE,
    DRIFT,
    EVENT,
    GAZE,
    IMAGE,
    TARGET,
    VIEWPORT,
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
from recordings_schema.stimuli import load_image
from recordings_schema.writer import RecordingWriter

SCREEN = Screen(width_px=1920, height_px=1080, width_mm=528.0, height_mm=297.0)
GEOMETRY = ViewingGeometry(SCREEN, 650.0)
WIDTH_PX, HEIGHT_PX = 1000, 1200
RAW = np.dtype([("left x", "<f8"), ("right x", "<f8")])
TRACKER = TrackerInfo(
    driver="mock", model="Phantom eye", serial="1", firmware="2.1", rate_hz=60.0, raw_dtype=RAW,
    raw_channels=(
        RawChannel(name="left x", unit="norm", mapped_to="left_x_norm"),
        RawChannel(name="right x", unit="norm", mapped_to="right_x_norm"),
    ),
    pupil_unit=PupilUnit.MM, has_device_clock=False, is_simulated=True,
)  # fmt: skip
S = 1_000_000_000


def metadata(study: str, reader: str, **settings: str) -> SessionMetadata:
    return SessionMetadata(
        session=SessionRecord(
            session_id="20261122T135500-ab12cd34", started_wall_ns=1_795_000_000_000_000_000,
            started_host_ns=S, study=study,
        ),
        participant=ParticipantRecord(pseudonym=reader),
        display=DisplayRecord(
            model="Phantom 24", width_px=1920, height_px=1080, width_mm=528.0, height_mm=297.0,
            distance_mm=650.0, refresh_hz=60.0, ambient_lux=12.0,
        ),
        software=SoftwareRecord(application="reading-station", application_version="1.0"),
        settings=SettingsRecord(settings={"eye": "average", **settings}),
    )  # fmt: skip


@dataclass
class GazeRig(Rig):
    """A rig whose gaze goes from place to place over the image, with blinks, and is kept."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.gaze: list[Rows] = []
        self.others: dict[DatasetKey, list[Rows]] = {}
        self.rng = np.random.default_rng(5)
        self.validation_count = 0

    def add(self, key: DatasetKey, rows: Rows) -> None:
        self.others.setdefault(key, []).append(rows)

    def wait(self, seconds: float = 0.25) -> None:
        end_ns = self.now_ns + round(seconds * S)
        times = np.arange(self.now_ns, end_ns, round(INTERVAL_NS), dtype=np.int64)
        number = times // (400 * 1_000_000)  # one place for 400 ms
        place = np.random.default_rng(3).uniform(0.35, 0.65, (4096, 2))[number % 4096]
        self._see(times, place, is_blink=(times % (4 * S)) < 200_000_000)
        self.now_ns = end_ns

    def _see(self, times: np.ndarray, place: np.ndarray, is_blink: np.ndarray) -> None:
        view = self.loop.view
        is_blind = view.planned is not None and view.planned.case.case_id in self.blind_cases
        rows = GAZE.empty(len(times))
        rows["seq"] = sum(map(len, self.gaze)) + np.arange(len(times))
        rows["t_host_ns"] = rows["t_device_ns"] = times
        is_seen = ~is_blink & (not is_blind)
        for side, shift in (("left", -0.002), ("right", 0.003)):
            noisy = place + shift + self.rng.normal(0, 0.0008, place.shape)
            rows[f"{side}_x_norm"] = np.where(is_seen, noisy[:, 0], np.nan)
            rows[f"{side}_y_norm"] = np.where(is_seen, noisy[:, 1], np.nan)
            rows[f"{side}_valid"] = is_seen
        self.gaze.append(rows)
        self.loop.take_gaze(rows, times)

    def validate(self, purpose: str = "opening", *, by: str = "gate", reason: str = "Good enough.") -> None:
        """Look at the targets of a validation, judge it and record everything."""
        targets = TARGET.empty(len(VALIDATION_4))
        before = len(self.gaze)
        for row, target in zip(targets, VALIDATION_4, strict=True):
            row["target_id"], row["x_norm"], row["y_norm"] = target.target_id, target.x_norm, target.y_norm
            row["t_on_host_ns"], row["t_off_host_ns"] = self.now_ns, self.now_ns + S
            times = np.arange(self.now_ns, self.now_ns + S, round(INTERVAL_NS), dtype=np.int64)
            place = np.full((len(times), 2), (target.x_norm + 0.006, target.y_norm - 0.004))
            self._see(times, place, is_blink=np.zeros(len(times), bool))
            self.now_ns += S
        targets["procedure"] = b"validation"
        result = validate_windows(join_rows(self.gaze[before:]), targets, GEOMETRY, TargetWindow())
        view = ValidationView(
            number=1, t_ended_host_ns=self.now_ns, result=result, gate=judge(result, Eye.AVERAGE), samples=()
        )
        self.add(DatasetKey.TARGETS, targets)
        rows = validation_rows(view, validation=self.validation_count, calibration=0, purpose=purpose)
        self.add(DatasetKey.VALIDATIONS, rows)
        row = judgement_row(
            view,
            validation=self.validation_count,
            t_host_ns=self.now_ns,
            is_accepted=True,
            by=by,
            reason=reason,
        )
        self.made.append(("judgement", row))
        self.loop.observe("judgement", row)
        self.validation_count += 1

    def check_drift(self, azimuth_deg: float, elevation_deg: float) -> None:
        self.now_ns += 1000
        row = DRIFT.row(
            t_host_ns=self.now_ns, trial=self.loop.state.next_trial, x_norm=0.5, y_norm=0.5, eye="average",
            azimuth_offset_deg=azimuth_deg, elevation_offset_deg=elevation_deg,
            running_deg=float(np.hypot(azimuth_deg, elevation_deg)), outcome="measured",
        )  # fmt: skip
        self.made.append(("drift", row))
        self.loop.observe("drift", row)


def make_images(folder: Path, count: int) -> tuple[Path, ...]:
    """Write grey pictures with a bright lung on each side, each a little different."""
    paths = []
    for number in range(count):
        picture = np.full((HEIGHT_PX, WIDTH_PX), 40, np.uint8)
        for x in (300, 700):
            cv2.ellipse(picture, (x, 620), (170, 380), 0, 0, 360, 110 + number, -1)
        path = folder / f"image-{number}.png"
        folder.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), cv2.GaussianBlur(picture, (0, 0), 12))
        paths.append(path)
    return tuple(paths)


def opened_study(
    folder: Path, study: Study | None = None, *, count: int = 2, practice: int = 0
) -> OpenedStudy:
    """Return a study in a folder with one image for each case."""
    cases = some_cases(count, spares=2, practice=practice)
    images = make_images(folder / "images", len(cases))
    study = (
        study
        if study is not None
        else quiet(preset_study("reflacx"), cases=count, are_practised=practice > 0)
    )
    return OpenedStudy(
        path=folder / "study.gazestudy", folder=folder, sha256="0" * 64, study=study,
        cases=tuple(replace(case, images=(path,)) for case, path in zip(cases, images, strict=True)),
    )  # fmt: skip


def image_rows(opened: OpenedStudy, *, spacing_mm: float = 0.2) -> Rows:
    rows = []
    for number, case in enumerate(opened.cases):
        image = load_image(case.images[0])
        rows.append(
            IMAGE.row(
                image_id=number, sha256=image.sha256, size_bytes=image.size_bytes, name=case.images[0].name,
                width_px=WIDTH_PX, height_px=HEIGHT_PX, bits=8, photometric="MONOCHROME2",
                spacing_x_mm=spacing_mm, spacing_y_mm=spacing_mm,
            )
        )  # fmt: skip
    return join_rows(rows)


def viewport_rows(rig: GazeRig, opened: OpenedStudy) -> Rows:
    """Return the image of each case, fitted to the screen, each time that an image screen was presented."""
    ids = {case.case_id: number for number, case in enumerate(opened.cases)}
    case_of = {int(row["trial"]): bytes(row["case_id"]).decode() for row in rig.recording["trial"]}
    rows = []
    for screen in rig.recording["screen"]:
        shown = bytes(screen["kind"]) == b"image"
        width = 1080 * WIDTH_PX / HEIGHT_PX
        rows.append(
            VIEWPORT.row(
                t_asked_host_ns=int(screen["t_asked_host_ns"]),
                t_presented_host_ns=int(screen["t_presented_host_ns"]),
                trial=int(screen["trial"]), image_id=ids[case_of[int(screen["trial"])]] if shown else -1,
                pane=0, slice=0, src_x_image_px=0.0, src_y_image_px=0.0, src_w_image_px=float(WIDTH_PX),
                src_h_image_px=float(HEIGHT_PX), dst_x_screen_px=(1920 - width) / 2, dst_y_screen_px=0.0,
                dst_w_screen_px=width, dst_h_screen_px=1080.0, frames_late=0,
                cause="show" if shown else "clear",
            )
        )  # fmt: skip
    return join_rows(rows)


def words(rig: GazeRig, trial: int = 0) -> Rows:
    return join_rows(
        [
            WORD.row(trial=trial, attempt=0, version=0, index=index, text=text, kind="recognised", score=0.9)
            for index, text in enumerate(("the", "lungs", "are", "clear"))
        ]
    )


def note(t_ns: int, text: str, kind: str = "note") -> Rows:
    return EVENT.row(t_host_ns=t_ns, kind=kind, source="operator", trial=0, value=0.0, text=text)


def baseline(t_ns: int) -> Rows:
    figures = {
        "area": 9.5, "unit": "mm^2", "source_unit": "mm", "eye": "average", "fixations": 12,
        "duration_s": 14.2, "grey": 64, "t_first_host_ns": t_ns - 15 * S, "t_last_host_ns": t_ns,
    }  # fmt: skip
    return event_rows("pupil_baseline", t_ns, figures)


def form_answer(name: str, value: str) -> Rows:
    return ANSWER.row(t_host_ns=S, trial=-1, attempt=-1, screen="start", name=name, value=value)


def session(opened: OpenedStudy, **options: object) -> GazeRig:
    """Run a whole session: validate, check drift, read all cases, validate at the close."""
    rig = GazeRig(opened.study, cases=opened.cases, **options)  # type: ignore[arg-type]
    rig.add(
        DatasetKey.CALIBRATION_SAMPLES,
        join_rows(
            [
                CALIBRATION_SAMPLE.row(
                    t_computed_host_ns=rig.now_ns, attempt=0, target_x_norm=x, target_y_norm=0.5, left_use=2
                )
                for x in (0.1, 0.5, 0.9)
            ]
        ),
    )
    rig.validate()
    rig.check_drift(0.3, -0.2)
    rig.run()
    rig.validate("session_end")
    rig.add(DatasetKey.WORDS, words(rig))
    return rig


def write(
    path: Path,
    rig: GazeRig,
    opened: OpenedStudy,
    *,
    about: SessionMetadata | None = None,
    tracker: TrackerInfo = TRACKER,
    is_closed: bool = True,
    spacing_mm: float = 0.2,
) -> Path:
    """Write what a rig made as a recording."""
    if about is None:
        about = metadata(opened.study.study.study_id, rig.reader)
    writer = RecordingWriter.create(path, about, tracker)
    gaze = join_rows(rig.gaze)
    raw = np.zeros(len(gaze), RAW)
    for first in range(0, len(gaze), 5000):
        writer.append(DatasetKey.GAZE, gaze[first : first + 5000])
        writer.append(DatasetKey.RAW, raw[first : first + 5000])
    writer.append(DatasetKey.IMAGES, image_rows(opened, spacing_mm=spacing_mm))
    writer.append(DatasetKey.VIEWPORT, viewport_rows(rig, opened))
    for name, rows in with_images(rig, opened):
        writer.append(DATASET_OF[name], rows)
    for key, parts in rig.others.items():
        writer.append(key, join_rows(parts))
    writer.note_facts(ClosingFacts(samples_delivered=len(gaze), samples_missing=0))
    if is_closed:
        writer.close("ended by the operator")
    else:
        writer.abandon()
    return path


def with_images(rig: GazeRig, opened: OpenedStudy) -> list[tuple[str, Rows]]:
    """Return the rows of the reading with the image of each case in place of the rig's only one."""
    ids = {case.case_id.encode(): number for number, case in enumerate(opened.cases)}
    case_of: dict[int, int] = {}
    made = []
    for name, rows in rig.made:
        changed = rows.copy()
        if name == "trial":
            number = ids[bytes(rows["case_id"][0])]
            case_of[int(rows["trial"][0])] = number
            changed["image_ids"] = str(number).encode()
        if name == "shape":
            changed["image_id"] = case_of[int(rows["trial"][0])]
        made.append((name, changed))
    return made
