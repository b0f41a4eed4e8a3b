"""A reading in memory: a preset, made-up cases and gaze, a robot, and all rows that are made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from capture_app.session.reading import (
    PracticeKey,
    ReadingLoop,
    RecordingRows,
    RobotHabits,
    RobotReader,
    Shape,
    ShapeKind,
    ShownImage,
    Stage,
    Worklist,
)
from capture_app.session.study import (
    CaseRole,
    ReferenceEntry,
    Region,
    RegionKind,
    Study,
    StudyCase,
    plan_for,
)
from capture_app.session.study.decode import Decoder
from capture_app.session.study.presets import preset_text
from capture_app.session.study.toml_lines import parse_toml
from gaze_core.rows import GAZE, Rows, join_rows

RATE_HZ = 60.0
INTERVAL_NS = 1e9 / RATE_HZ
STEP_NS = 250_000_000
IMAGES = (ShownImage(image_id=0, width_px=1000, height_px=1200),)
FAST = RobotHabits(shortest_look_s=1.0, longest_look_s=2.0, answer_s=0.25)


@lru_cache
def preset_study(name: str) -> Study:
    """Return a preset's study; its images play no part here."""
    values, lines = parse_toml(preset_text(name))
    return Decoder(f"{name}.gazestudy", lines).record(Study, values)


def quiet(study: Study, *, cases: int = 3, are_practised: bool = False) -> Study:
    """Return the study without breaks by time, with so many cases that have to count."""
    return replace(
        study,
        quota=replace(study.quota, cases_per_reader=cases),
        practice=replace(study.practice, is_on=are_practised),
        breaks=replace(study.breaks, after_cases=0, after_minutes=0.0, are_required=False),
    )


def some_cases(count: int = 3, *, spares: int = 2, practice: int = 2) -> tuple[StudyCase, ...]:
    """Return cases with a target and a question each."""
    roles = [CaseRole.STUDY] * count + [CaseRole.SPARE] * spares + [CaseRole.PRACTICE] * practice
    return tuple(
        StudyCase(
            case_id=f"{role.value}-{number}", images=(), role=role, target="Lung nodule or mass",
            question="Is there a nodule?", choices=("yes", "no"),
        )
        for number, role in enumerate(roles)
    )  # fmt: skip


def some_reference(cases: Sequence[StudyCase]) -> tuple[ReferenceEntry, ...]:
    """Return a nodule for each second case, and the answer to each question."""
    entries = []
    for number, case in enumerate(cases):
        is_present = number % 2 == 0
        region = Region(
            kind=RegionKind.ELLIPSE if is_present else RegionKind.NONE,
            x_image_px=300.0 if is_present else np.nan, y_image_px=400.0 if is_present else np.nan,
            width_image_px=100.0 if is_present else np.nan, height_image_px=80.0 if is_present else np.nan,
        )  # fmt: skip
        common = {"case_id": case.case_id, "source": "construction", "line": 0}
        entries.append(
            ReferenceEntry(finding=case.target, is_present=is_present, answer="", region=region, **common)
        )
        answer = "yes" if is_present else "no"
        none = Region(kind=RegionKind.NONE)
        entries.append(ReferenceEntry(finding="", is_present=False, answer=answer, region=none, **common))
    return tuple(entries)


def gaze(first_ns: int, end_ns: int, *, is_seen: bool = True) -> tuple[Rows, np.ndarray]:
    """Return 60 Hz gaze at the centre of the screen over a stretch, and its times."""
    times = np.arange(first_ns, end_ns, round(INTERVAL_NS), dtype=np.int64)
    rows = GAZE.empty(len(times))
    for side in ("left", "right"):
        rows[f"{side}_x_norm"] = rows[f"{side}_y_norm"] = 0.5 if is_seen else np.nan
        rows[f"{side}_valid"] = is_seen
    return rows, times


def ellipse(label: str = "Consolidation", *, certainty: int = 9, left: float = 100.0) -> Shape:
    """Return an ellipse of 50 px."""
    return Shape(
        kind=ShapeKind.ELLIPSE, image_id=0, pane=0, left_image_px=left, top_image_px=100.0,
        right_image_px=left + 50.0, bottom_image_px=150.0, labels=(label,), certainty=certainty,
    )  # fmt: skip


def chest_box() -> Shape:
    """Return a box around heart and lungs."""
    return replace(ellipse(), kind=ShapeKind.CHEST_BOX, labels=(), certainty=-1)


@dataclass
class Rig:
    """Drives a loop as windows would: presents at once, opens cases, feeds gaze."""

    study: Study
    cases: tuple[StudyCase, ...] = field(default_factory=some_cases)
    reader: str = "R01"
    earlier: Sequence[RecordingRows] = ()
    blind_cases: frozenset[str] = frozenset()  # the tracker sees nobody while these are read
    skips_instructions: bool = False
    now_ns: int = 1_000_000_000

    def __post_init__(self) -> None:
        self.made: list[tuple[str, Rows]] = []
        self.reference = some_reference(self.cases)
        self.worklist = Worklist.of(self.study, plan_for(self.study, self.cases, self.reader))
        self.loop = ReadingLoop(
            self.study, self.worklist, sample_interval_ns=INTERVAL_NS, earlier=self.earlier,
            practice_key=PracticeKey(self.study, self.reference), skips_instructions=self.skips_instructions,
        )  # fmt: skip
        self.robot = RobotReader(self.study, self.reference, reader=self.reader, seed=7, habits=FAST)

    def keep(self, rows: tuple[tuple[str, Rows], ...]) -> None:
        """Record what the loop made, and present what it asked for."""
        self.made += rows
        self.made += self.loop.presented(self.now_ns)

    def wait(self, seconds: float = 0.25) -> None:
        """Let time go by with gaze."""
        end_ns = self.now_ns + round(seconds * 1e9)
        view = self.loop.view
        is_blind = view.planned is not None and view.planned.case.case_id in self.blind_cases
        self.loop.take_gaze(*gaze(self.now_ns, end_ns, is_seen=not is_blind))
        self.now_ns = end_ns

    def do(self, action: str, *arguments: object) -> None:
        """Call a method of the loop after a moment and record its rows."""
        self.wait()
        self.keep(getattr(self.loop, action)(self.now_ns, *arguments))

    def step(self) -> None:
        """Do one thing: open the case that is ready, else what the robot does."""
        self.wait()
        self.keep(self.loop.tick(self.now_ns))
        if self.loop.stage is Stage.READY:
            self.keep(self.loop.open_case(self.now_ns, IMAGES))
        else:
            self.keep(self.robot.step(self.loop, self.now_ns))

    def run(self, *, until: Stage = Stage.FINISHED, steps: int = 20_000) -> None:
        """Go on until a stage is reached."""
        for _ in range(steps):
            if self.loop.stage is until:
                return
            self.step()
        raise AssertionError(f"The reading stays at {self.loop.stage}: {self.loop.view}")

    def run_to_screen(self, name: str, *, steps: int = 2000) -> None:
        """Go on until a screen is before the reader."""
        for _ in range(steps):
            view = self.loop.view
            if view.is_presented and view.screen is not None and view.screen.name == name:
                return
            self.step()
        raise AssertionError(f"The screen {name} does not come: {self.loop.view}")

    @property
    def recording(self) -> dict[str, Rows]:
        """All rows by the name of their row type, as a recording holds them."""
        return recording_of(self.made)


def recording_of(made: Sequence[tuple[str, Rows]]) -> dict[str, Rows]:
    """Return rows by the name of their row type."""
    names = dict.fromkeys(name for name, _ in made)
    return {name: join_rows([rows for each, rows in made if each == name]) for name in names}
