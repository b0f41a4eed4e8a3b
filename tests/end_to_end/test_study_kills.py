"""A session of a study is killed at any moment, and the same command goes on with it: nothing is read twice.

What is killed, and where, follows from a seed. The places are those where a session can be; how long after
the place was reached it is killed is a matter of chance.
"""

from __future__ import annotations

import random
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from quick_study import quick_study
from study_runs import (
    PATIENT,
    RobotProcess,
    assert_each_case_is_committed_once,
    assert_sound,
    recordings_of,
    told_by,
)

from capture_app.session.report import report_path

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals"),
]

LONGEST_SILENCE_S = 90.0
MOST_LOST_S = 0.3
"""What the death of the acquisition process may cost, with the time a line takes to be read."""
ONCE = (
    "starting", "review", "pupil_baseline", "validating session_end", "ending begins", "ending Read back",
    "ending Report written",
)  # fmt: skip
AGAIN = (
    "calibrating", "validating", "drift_check", "asked before-image", "before-image", "asked image", "image",
    "asked labels", "labels", "ellipses", "chest-box", "transcript", "end", "ready",
)  # fmt: skip
"""Places where a session is once in each run, and those where it may be again."""

FINISHED_CODE, FINISHED = 5, "has finished all cases"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When and what to kill."""

    place: str
    occurrence: int  # of the place within one run, from 1
    after_s: float  # since it was reached
    app: bool
    acquisition: bool


@dataclass
class Chain:
    """Runs of one pseudo-reader on one study, each killed where the next begins."""

    study: Path
    kills: list[str] = field(default_factory=list)
    told_done: list[tuple[str, float]] = field(default_factory=list)  # case, seconds before the kill
    running: RobotProcess | None = None

    def run(self, moment: Moment | None) -> int | None:
        """Run the command, and kill it at the moment; return the exit code, None where it was killed."""
        robot = self.running = RobotProcess(self.study, ["R01"], listens=True)
        try:
            reached = 0
            while (line := robot.next_line(LONGEST_SILENCE_S)) is not None:
                if moment is None or not line.startswith(f"at {moment.place}"):
                    continue
                reached += 1
                if reached == moment.occurrence:
                    time.sleep(moment.after_s)  # how far it gets is what varies
                    self._kill(robot, moment)
                    return None
            return robot.process.wait(LONGEST_SILENCE_S)
        finally:
            robot.end()

    def _kill(self, robot: RobotProcess, moment: Moment) -> None:
        who = " and ".join(
            name for name, is_meant in (("app", moment.app), ("acquisition", moment.acquisition)) if is_meant
        )
        self.kills.append(f"{who} at {moment.place} {moment.occurrence} after {moment.after_s:.2f} s")
        before = len(robot.lines)
        robot.kill(app=moment.app, acquisition=moment.acquisition)
        killed_s = robot.age_s
        if not moment.app:  # it notices, says so, and leaves
            assert robot.finish(LONGEST_SILENCE_S) != 0 or "ending" in moment.place, robot.text
        robot.process.wait(LONGEST_SILENCE_S)
        if not moment.acquisition:  # it closes the file before it ends
            robot.wait_for_acquisition(20.0)
        for at_s, line in robot.lines[:before]:
            words = line.split()
            if "case" in words and "over:" in words:
                self.told_done.append((words[words.index("is") - 1], killed_s - at_s))

    def assert_nothing_was_lost(self) -> None:
        """All recordings together hold every case committed exactly once; a case cut off goes on there."""
        for path in recordings_of(self.study, "R01"):
            assert_sound(path)
        all_told = assert_each_case_is_committed_once(self.study, "R01")
        done = {case_id for told in all_told for case_id in told.done}
        for case_id, before_kill_s in self.told_done:
            assert case_id in done or before_kill_s < MOST_LOST_S, f"{case_id} was committed and is lost"
        for number, told in enumerate(all_told):
            left = set(told.opened) - set(told.done)
            assert left == set(told.interrupted), "a trial that was cut off is not marked"
            assert len(left) <= 1
            for later in all_told[number + 1 :]:
                assert not set(told.done) & set(later.opened), "a committed case was opened again"
        last = recordings_of(self.study, "R01")[-1]
        assert report_path(last).is_file(), "the session that was ended last has no report"
        self._assert_interrupted_cases_went_on()

    def _assert_interrupted_cases_went_on(self) -> None:
        """A case that was cut off goes on with the screen that was before the reader, in the same attempt."""
        all_told = [told_by(path) for path in recordings_of(self.study, "R01")]
        for number, told in enumerate(all_told):
            for case_id in told.interrupted:
                later = [each for each in all_told[number + 1 :] if case_id in each.screens]
                seen = told.screens.get(case_id, [])
                if later and seen:
                    assert later[0].screens[case_id][0] == seen[-1]
                    assert later[0].attempts[case_id] == told.attempts[case_id] == {0}
                assert told.trial_gaze[case_id] > 0 or not seen


@pytest.fixture
def chain(tmp_path: Path) -> Chain:
    return Chain(study=quick_study("reflacx", tmp_path / "study", cases=2, spares=1, changes=PATIENT))


def moment_of(chance: random.Random) -> Moment:
    app, acquisition = chance.choice(((True, False), (False, True), (True, True)))
    place = chance.choice(ONCE + AGAIN)
    return Moment(
        place=place,
        occurrence=1 if place in ONCE else chance.choice((1, 1, 1, 2)),
        after_s=chance.uniform(0.0, 0.4),
        app=app,
        acquisition=acquisition,
    )


def assert_goes_on_after(chain: Chain, moments: list[Moment]) -> None:
    """Kill at one moment after the other, then let it come to its end."""
    code: int | None = None
    for moment in moments:
        code = chain.run(moment)
        if code is not None:
            break
    if code is None:
        code = chain.run(None)
    assert chain.running is not None
    text = chain.running.text
    sys.stdout.write("".join(f"killed: {kill}\n" for kill in chain.kills))
    assert code == 0 or (code == FINISHED_CODE and FINISHED in text), f"{chain.kills}\n{text}"
    chain.assert_nothing_was_lost()


def test_a_session_killed_in_a_case_goes_on_at_its_screen(tmp_path: Path) -> None:
    chain = Chain(study=quick_study("reflacx", tmp_path / "study", cases=1, changes=PATIENT))
    moment = Moment(place="labels", occurrence=2, after_s=0.0, app=True, acquisition=True)
    assert_goes_on_after(chain, [moment])
    assert len(chain.kills) == 1


@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("seed", range(21))
def test_a_session_killed_at_random_moments_always_goes_on(chain: Chain, seed: int) -> None:
    """Three kills each, fewer where the reader is through before: more than fifty moments in all."""
    chance = random.Random(seed)
    assert_goes_on_after(chain, [moment_of(chance) for _ in range(3)])
