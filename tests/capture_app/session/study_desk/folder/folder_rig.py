"""A small study on the disk, and sessions of it as the capture program would leave them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from reading_rig import INTERVAL_NS, Rig

from capture_app.session.reading import (
    DATASET_OF,
    ReadingLoop,
    RecordingRows,
    RobotHabits,
    RobotReader,
    Worklist,
)
from capture_app.session.study import OpenedStudy, open_study, plan_for
from capture_app.session.study_desk.folder import StudyFolder
from capture_app.session.study_desk.folder_layout import recording_facts, session_id_for
from gaze_core.rows import IMAGE, SCREEN, VIEWPORT, Rows
from recordings_schema.layout import DatasetKey
from recordings_schema.metadata import ClosingFacts, ParticipantRecord, SettingsRecord
from recordings_schema.testing import METADATA, TRACKER, append_samples
from recordings_schema.writer import RecordingWriter

SAMPLES = 120
QUICK = RobotHabits(shortest_look_s=0.25, longest_look_s=0.5, answer_s=0.25)
DAY_NS = 86_400 * 10**9
WALL_NS = 1_800_000_000_000_000_000

STUDY_TEXT = """format = 1

[study]
study_id = "small"
title = "A small study"
version = "1"

[display]
width_mm = 527
height_mm = 296
width_px = 1920
height_px = 1080

[cases]
table = "cases.csv"

[consent]
text = "I agree."
sha256 = "826ff0dab649a97ffdd7779a332accafb35cc161012253a19383db19289d6e02"

[practice]
is_on = false

[drift_check]
place = "off"

[breaks]
after_minutes = 0.0

[quota]
spares = "none"

[images]
licence = "built-in"

[order]
kind = "fixed"

[[screens]]
kind = "image"
name = "image"

[[screens]]
kind = "choice"
name = "sure"
text = "Are you sure?"
choices = ["yes", "no"]

[[screens]]
kind = "end"
name = "end"

[[tasks]]
name = "read"
kind = "read"
screens = ["image", "sure", "end"]
"""


class Lab:
    """A study folder and what happens in it."""

    def __init__(self, folder: Path, *, cases: int = 3, text: str = STUDY_TEXT) -> None:
        self.folder = folder
        self.wall_ns = WALL_NS
        folder.mkdir(parents=True)
        cv2.imwrite(str(folder / "a.png"), np.full((8, 8), 40, np.uint8))
        self.write_cases([f"case-{number}" for number in range(cases)])
        self.write(text)
        self.sessions = StudyFolder(wall_clock_ns=lambda: self.wall_ns)

    def write(self, text: str) -> None:
        """Write the study file."""
        self.text = text
        (self.folder / "small.gazestudy").write_text(text, encoding="utf-8")

    def change(self, old: str, new: str) -> None:
        """Change one place of the study file."""
        assert old in self.text
        self.write(self.text.replace(old, new, 1))

    def write_cases(self, names: Sequence[str]) -> None:
        """Write the case list."""
        lines = ["case_id,image", *(f"{name},a.png" for name in names)]
        (self.folder / "cases.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")

    @property
    def opened(self) -> OpenedStudy:
        """The study as it is on the disk now."""
        return open_study(self.folder)

    def begin(self, reader: str = "R01", period: int = 1) -> Path:
        """Return the name of the next recording."""
        return self.sessions.begin(self.opened, reader, period)

    def read(
        self,
        *,
        reader: str = "R01",
        period: int = 1,
        counted: int = 99,
        until: str = "",
        is_killed: bool = False,
    ) -> Path:
        """Leave a session in which so many cases were read, and the next one up to a screen."""
        path = self.begin(reader, period)
        rig = self.rig(reader, period, self.sessions.earlier(self.opened, reader, period))
        writer = self.writer(path, reader, period)
        while rig.loop.view.counted < min(counted, rig.loop.view.quota):
            rig.step()
        if until:
            rig.run_to_screen(until)
        append(writer, rig.made)
        if is_killed:
            writer.abandon()
        else:
            writer.note_facts(ClosingFacts(samples_delivered=SAMPLES, samples_missing=0))
            writer.close("ended by the operator")
        self.sessions.release()
        return path

    def rig(self, reader: str, period: int, earlier: Sequence[RecordingRows] = ()) -> Rig:
        """Return a reading that goes on after earlier ones."""
        opened = self.opened
        return PeriodRig(opened.study, cases=opened.cases, reader=reader, earlier=earlier, period=period)

    def writer(self, path: Path, reader: str, period: int) -> RecordingWriter:
        """Return a recording that runs."""
        opened = self.opened
        facts = recording_facts(opened, plan_for(opened.study, opened.cases, reader), period, path)
        metadata = replace(
            METADATA,
            session=replace(
                METADATA.session,
                session_id=session_id_for(path),
                study=opened.study.study.study_id,
                started_wall_ns=self.wall_ns,
                started_host_ns=0,
            ),
            participant=ParticipantRecord(pseudonym=reader),
            settings=SettingsRecord(settings=facts),
        )
        writer = RecordingWriter.create(path, metadata, replace(TRACKER, has_truth=False))
        append_samples(writer, SAMPLES)
        image = IMAGE.row(image_id=0, sha256="0" * 64, size_bytes=10, name="a.png", width_px=9, height_px=9)
        writer.append(DatasetKey.IMAGES, image)
        return writer


@dataclass
class PeriodRig(Rig):
    """A reading in any period."""

    period: int = 1

    def __post_init__(self) -> None:
        self.made = []
        self.reference = ()
        plan = plan_for(self.study, self.cases, self.reader)
        self.worklist = Worklist.of(self.study, plan, self.period)
        self.loop = ReadingLoop(
            self.study,
            self.worklist,
            sample_interval_ns=INTERVAL_NS,
            earlier=self.earlier,
        )
        self.robot = RobotReader(self.study, (), reader=self.reader, seed=7, habits=QUICK)


def append(writer: RecordingWriter, made: Sequence[tuple[str, Rows]]) -> None:
    """Record rows of the case loop, and the image that each screen which shows one puts before the reader."""
    for name, rows in made:
        for row in rows[rows["kind"] == b"image"] if name == SCREEN.name else ():
            t_ns = row["t_presented_host_ns"]
            shown = VIEWPORT.row(
                t_asked_host_ns=t_ns, t_presented_host_ns=t_ns, trial=row["trial"], image_id=0, cause="show"
            )
            writer.append(DatasetKey.VIEWPORT, shown)
        writer.append(DATASET_OF[name], rows)
