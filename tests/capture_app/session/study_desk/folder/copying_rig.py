"""A session that records while its cases are copied."""

from __future__ import annotations

import json
from pathlib import Path

from folder_rig import Lab, append

from capture_app.session.study_desk.copy_follow import FinishedCase
from capture_app.session.study_desk.copy_work import CopyWork
from recordings_schema.writer import RecordingWriter

LONGEST_S = 20.0


class Session:
    """A session that records and copies what is committed."""

    def __init__(self, lab: Lab) -> None:
        self.lab, self.opened = lab, lab.opened
        self.path = lab.begin()
        self.rig = lab.rig("R01", 1, lab.sessions.earlier(self.opened, "R01", 1))
        self.writer: RecordingWriter = lab.writer(self.path, "R01", 1)
        self.work = CopyWork(self.opened, self.path, wall_clock_ns=lambda: lab.wall_ns)
        self.written = 0

    def read(self, count: int) -> FinishedCase:
        """Read on until so many cases count; return the last one."""
        while self.rig.loop.view.counted < count:
            self.rig.step()
        self.flush()
        trials = [rows for name, rows in self.rig.made if name == "trial" and rows["state"][0] == b"done"]
        return FinishedCase(case_id=trials[-1]["case_id"][0].decode(), attempt=0)

    def flush(self) -> None:
        """Record what the loop made."""
        append(self.writer, self.rig.made[self.written :])
        self.written = len(self.rig.made)

    @property
    def copy(self) -> Path:
        """Where its copy lies."""
        place = Path(self.opened.study.copies.second_place) / "small" / "R01" / "p1"
        return place / self.path.stem / self.path.name


def manifest_of(copy: Path) -> list[dict[str, object]]:
    text = copy.with_name(f"{copy.stem}.cases.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]
