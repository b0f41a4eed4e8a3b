"""A recording of a whole reading of a study, made in memory by the loop and a pseudo-reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from reading_rig import Rig, preset_study, quiet
from replay_rig import SETUP, make_images, metadata, viewport_rows

from capture_app.session.reading import DATASET_OF, ReadingView, Stage
from capture_app.session.study import OpenedStudy
from drivers.mock.settings import MockSettings
from drivers.mock.tracker import MockTracker
from gaze_core.rows import GAZE, NO_TIME, Rows, join_rows
from gaze_core.streams import TrackerInfo
from recordings_schema.layout import DatasetKey
from recordings_schema.metadata import ClosingFacts, SettingsRecord
from recordings_schema.stimuli import image_row, load_image
from recordings_schema.writer import RecordingWriter


@dataclass
class ReadStudy:
    path: Path
    opened: OpenedStudy
    moments: list[tuple[int, ReadingView]]  # what the session showed, and when


def tracker() -> TrackerInfo:
    return MockTracker(MockSettings.for_scenario("typical", seed=1, rate_hz=60.0), SETUP).open()


def read_study(folder: Path, preset: str = "reflacx", *, cases: int = 2, **settings: str) -> ReadStudy:
    """Read some cases of a preset, and write the recording."""
    study = quiet(preset_study(preset), cases=cases)
    rig = Rig(study=study)
    moments: list[tuple[int, ReadingView]] = []
    while rig.loop.stage is not Stage.FINISHED:
        rig.step()
        moments.append((rig.now_ns + 1_000_000, rig.loop.view))
    images = make_images(folder / "images")
    path = folder / "read.gazeh5"
    opened = OpenedStudy(path=folder / "s.gazestudy", folder=folder, sha256="", study=study, cases=rig.cases)
    _write(path, rig.recording, images, rig.now_ns, settings)
    return ReadStudy(path=path, opened=opened, moments=moments)


def _write(
    path: Path, recording: Mapping[str, Rows], images: list[Path], end_ns: int, settings: Mapping[str, str]
) -> None:
    facts = metadata()
    facts = replace(facts, settings=SettingsRecord(settings={**facts.settings.settings, **settings}))
    info = tracker()
    writer = RecordingWriter.create(path, facts, info)
    gaze = GAZE.empty(600)
    gaze["seq"] = range(600)
    gaze["t_host_ns"] = gaze["t_device_ns"] = [round(number * end_ns / 599) for number in range(600)]
    writer.append(DatasetKey.GAZE, gaze)
    rows = [image_row(load_image(each), number, path.parent) for number, each in enumerate(images)]
    writer.append(DatasetKey.IMAGES, join_rows(rows))
    for name, own in recording.items():
        if name in DATASET_OF:
            writer.append(DATASET_OF[name], own)
    writer.append(DatasetKey.VIEWPORT, _shown(recording, images))
    writer.note_facts(ClosingFacts(samples_delivered=600, samples_missing=0))
    writer.close("ended by the operator")


def _shown(recording: Mapping[str, Rows], images: list[Path]) -> Rows:
    """Return the first image while image screens and screens for drawing are shown, else none."""
    show, _, gone, _ = viewport_rows(images)[:, None]
    rows = []
    for screen in recording["screen"]:
        if screen["t_presented_host_ns"] == NO_TIME:
            continue
        row = (show if bytes(screen["kind"]) in (b"image", b"shapes", b"chest_box") else gone).copy()
        row["t_asked_host_ns"] = row["t_presented_host_ns"] = screen["t_presented_host_ns"]
        row["trial"] = screen["trial"]
        rows.append(row)
    return join_rows(rows)
