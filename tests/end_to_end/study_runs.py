"""Sessions of pseudo-readers as processes of their own, and what must be true of what they leave."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from capture_app.session.study import Study, open_study
from capture_app.session.study.case_table import CaseRole
from capture_app.session.study.task_keys import (
    CertaintyScreen,
    ChestBoxScreen,
    ChoiceScreen,
    ImageScreen,
    LabelScreen,
    LikertScreen,
    Phase,
    Screen,
    ShapeScreen,
    TextScreen,
)
from capture_app.session.study_desk.folder import StudyFolder
from gaze_core.rows import Rows, decode_text
from recordings_schema.findings import Severity
from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording
from recordings_schema.validate import validate

ROOT = Path(__file__).parents[2]
FASTEST = 20
PATIENT = {
    "travel_s": 0.2, "dwell_s": 0.7,
    "loss_yellow_percent": 99, "loss_red_percent": 100, "gap_yellow_s": 50, "gap_red_s": 60,
}  # fmt: skip
"""What simulated eyes need to reach a target; and no case is red where a busy machine stalls."""


class RobotProcess:
    """`reading-station capture STUDY --robot` in a process group of its own; its lines are read as they come.

    Parameters
    ----------
    listens
        Whether it also says where it is, see `study_listener`.
    variables
        Further variables of its environment.
    """

    def __init__(
        self,
        study: Path,
        readers: Sequence[str],
        *,
        speed: float = FASTEST,
        seed: int = 0,
        listens: bool = False,
        variables: Mapping[str, str] | None = None,
    ) -> None:
        program = [str(Path(__file__).with_name("study_listener.py"))] if listens else ["-m", "capture_app"]
        names = [word for reader in readers for word in ("--reader", reader)]
        self.process = subprocess.Popen(
            [
                sys.executable, *program, "capture", str(study), "--robot", *names,
                "--speed", str(speed), "--seed", str(seed),
            ],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
            env={
                **os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1",
                "QT_QPA_PLATFORM": "offscreen",
                **(variables or {}),
            },
        )  # fmt: skip
        self.lines: list[tuple[float, str]] = []  # seconds since the start, and what was said
        self.acquisition_pid = -1
        self._began_s = time.monotonic()
        self._coming: queue.Queue[str | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._coming.put(line.rstrip())
        self._coming.put(None)

    def next_line(self, limit_s: float) -> str | None:
        """Return the next line, None once there is none any more; fails the test after the limit."""
        try:
            line = self._coming.get(timeout=limit_s)
        except queue.Empty:
            raise AssertionError(f"Nothing was said for {limit_s:.0f} s.\n{self.text}") from None
        if line is not None:
            self.lines.append((self.age_s, line))
            if line.startswith("acquisition "):
                self.acquisition_pid = int(line.split()[1])
        return line

    def finish(self, limit_s: float) -> int:
        """Read on until the end; return the exit code."""
        while self.next_line(limit_s) is not None:
            pass
        return self.process.wait(limit_s)

    def kill(self, *, app: bool, acquisition: bool) -> int:
        """Kill one process or both, at once; return when, on the host clock."""
        killed_ns = time.perf_counter_ns()
        for pid, is_meant in ((self.acquisition_pid, acquisition), (self.process.pid, app)):
            if is_meant and pid > 0:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        return killed_ns

    def seconds_by_place(self) -> dict[str, float]:
        """Return how long it was at each place, the longest first; of one that listens."""
        spent: dict[str, float] = {}
        began_s, here = 0.0, "start of the program"
        for at_s, line in [*self.lines, (self.age_s, "at the end")]:
            if line.startswith("at "):
                spent[here] = spent.get(here, 0.0) + at_s - began_s
                began_s, here = at_s, line.removeprefix("at ")
        return dict(sorted(spent.items(), key=lambda each: -each[1]))

    @property
    def age_s(self) -> float:
        """Seconds since it was started."""
        return time.monotonic() - self._began_s

    def wait_for_acquisition(self, limit_s: float) -> None:
        """Wait until the acquisition process is gone, which closes its file first."""
        deadline_s = time.monotonic() + limit_s
        pause = threading.Event()
        while self.acquisition_pid > 0 and is_running(self.acquisition_pid):
            assert time.monotonic() < deadline_s, self.text
            pause.wait(0.02)

    def end(self) -> None:
        """Leave nothing of it behind."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)
        self._reader.join(10)
        assert self.process.stdout is not None
        self.process.stdout.close()

    @property
    def text(self) -> str:
        return "\n".join(f"{at_s:7.1f} {line}" for at_s, line in self.lines)


def is_running(pid: int) -> bool:
    """Whether a process is there and not merely waiting to be buried."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


@dataclass
class Told:
    """What one recording tells of its cases, in the order of its rows."""

    path: Path
    opened: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    interrupted: list[str] = field(default_factory=list)
    attempts: dict[str, set[int]] = field(default_factory=dict)  # by case
    screens: dict[str, list[str]] = field(default_factory=dict)  # by case, as they were presented
    gaze: int = 0
    last_gaze_ns: int = 0
    trial_gaze: dict[str, int] = field(default_factory=dict)  # samples while the case was open


def recordings_of(study: Path, reader: str) -> list[Path]:
    """Return all recordings of a reader, oldest first."""
    return sorted((study.parent / "sessions" / reader).rglob("*.gazeh5"))


def assert_sound(path: Path) -> None:
    """A recording is closed and the validator finds no error in it."""
    errors = [finding for finding in validate(path) if finding.severity is Severity.ERROR]
    assert errors == [], path.name
    with Recording.open(path) as recording:
        assert recording.is_finished, path.name
        assert len(recording.raw()) == len(recording.gaze()), path.name
        assert not recording.has_journal, path.name


def told_by(path: Path) -> Told:
    """Read what a recording tells of its cases."""
    told = Told(path=path)
    with Recording.open(path) as recording:
        trials, screens = recording.rows(DatasetKey.TRIALS), recording.rows(DatasetKey.SCREENS)
        times_ns = recording.gaze()["t_host_ns"]
    case_of = {int(row["trial"]): decode_text(row["case_id"]) for row in trials}
    for row in trials:
        case_id, state = decode_text(row["case_id"]), decode_text(row["state"])
        kept = {"open": told.opened, "done": told.done, "interrupted": told.interrupted}.get(state)
        if kept is not None:
            kept.append(case_id)
    for row in screens:
        case_id = case_of[int(row["trial"])]
        told.screens.setdefault(case_id, []).append(decode_text(row["screen"]))
        told.attempts.setdefault(case_id, set()).add(int(row["attempt"]))
    for trial, case_id in case_of.items():
        its_ns = trials["t_host_ns"][trials["trial"] == trial]
        inside = (times_ns >= its_ns[0]) & (times_ns <= its_ns[-1])
        told.trial_gaze[case_id] = told.trial_gaze.get(case_id, 0) + int(np.count_nonzero(inside))
    told.gaze = len(times_ns)
    told.last_gaze_ns = int(times_ns[-1]) if len(times_ns) else 0
    return told


def assert_each_case_is_committed_once(study: Path, reader: str) -> list[Told]:
    """Every case of a reader who is through was committed at most once, and nothing is left to be read.

    By the rows themselves and by what the program makes of them. With the limits of `PATIENT` as many
    cases count as the study wants; else red ones may have used up the spares.
    """
    all_told = [told_by(path) for path in recordings_of(study, reader)]
    done = [case_id for told in all_told for case_id in told.done]
    assert len(done) == len(set(done)), f"a case was read twice: {done}"
    opened = open_study(study)
    practice = {case.case_id for case in opened.cases if case.role is CaseRole.PRACTICE}
    quota = opened.study.quota.cases_per_reader
    assert len(set(done) - practice) >= quota, done
    plan, _ = StudyFolder().plan(opened, reader, 1)
    assert plan.blocked.startswith(f"{reader} has finished all cases")
    assert (plan.quota, plan.interrupted, plan.unended) == (quota, "", None)
    if opened.study.gates.loss_red_percent == PATIENT["loss_red_percent"]:
        assert plan.counted == quota
    return all_told


def assert_all_screens_have_their_rows(path: Path, study: Study) -> None:
    """In each case that was read from beginning to end, its task's screens came, with their answers."""
    with Recording.open(path) as recording:
        rows = {
            key: recording.rows(key) for key in (DatasetKey.SCREENS, DatasetKey.ANSWERS, DatasetKey.SHAPES)
        }
        trials = recording.rows(DatasetKey.TRIALS)
    task = study.screens_of(study.tasks[0])
    done = trials["trial"][trials["state"] == b"done"]
    assert len(done)
    for trial in done:
        here = {key: each[each["trial"] == trial] for key, each in rows.items()}
        shown = [decode_text(name) for name in here[DatasetKey.SCREENS]["screen"]]
        labels = _answer(here[DatasetKey.ANSWERS], "labels")
        wanted = [screen for screen in task if _is_wanted(screen, study, labels)]
        assert shown == [screen.name for screen in wanted]
        for screen in wanted:
            _assert_is_answered(screen, here[DatasetKey.ANSWERS], here[DatasetKey.SHAPES])


def _answer(answers: Rows, name: str) -> str:
    values = answers["value"][answers["name"] == name.encode()]
    return decode_text(values[-1]) if len(values) else ""


def _is_wanted(screen: Screen, study: Study, labels: str) -> bool:
    chosen = [label for label in study.labels if f'"{label.name}"' in labels]
    if isinstance(screen, TextScreen) and screen.is_for_other:
        return any(label.is_other for label in chosen)
    if isinstance(screen, ShapeScreen):
        return not any(label.is_exclusive for label in chosen)
    return True


def _assert_is_answered(screen: Screen, answers: Rows, shapes: Rows) -> None:
    asks = isinstance(screen, (LabelScreen, ChoiceScreen, CertaintyScreen, LikertScreen, TextScreen))
    if asks or (isinstance(screen, ImageScreen) and screen.phase is Phase.SEARCH):
        assert screen.name.encode() in answers["screen"], screen.name
    if isinstance(screen, ChestBoxScreen):
        assert b"chest_box" in shapes["kind"]
