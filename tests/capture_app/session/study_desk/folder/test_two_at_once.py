"""Two programs that start a session of one reader at once: one begins, the other says why it does not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from folder_rig import Lab

from capture_app.session.port import SessionError
from capture_app.session.study_desk.folder import StudyFolder

PROGRAM = """
import sys
from pathlib import Path
from capture_app.session.port import SessionError
from capture_app.session.study import open_study
from capture_app.session.study_desk.folder import StudyFolder

opened = open_study(Path(sys.argv[1]))
folder = StudyFolder()
print("ready", flush=True)
sys.stdin.readline()
try:
    print("began", folder.begin(opened, sys.argv[2], 1).name, flush=True)
except SessionError as err:
    print("refused", err, flush=True)
sys.stdin.readline()
"""


def start(lab: Lab, reader: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(lab.folder), reader],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def tell(*programs: subprocess.Popen[str]) -> list[str]:
    """Let all programs go on, then return the next line of each."""
    for program in programs:
        program.stdin.write("\n")
        program.stdin.flush()
    return [program.stdout.readline().strip() for program in programs]


@pytest.mark.processes
def test_of_two_programs_that_begin_at_once_one_is_refused_and_a_killed_one_leaves_no_lock(lab: Lab) -> None:
    programs = [start(lab, "R01"), start(lab, "R01"), start(lab, "R02")]
    try:
        assert [program.stdout.readline().strip() for program in programs] == ["ready"] * 3

        answers = tell(*programs)

        assert answers[2] == "began R02_p1_s001.gazeh5"  # another reader, perhaps at another station
        began = [number for number in (0, 1) if answers[number] == "began R01_p1_s001.gazeh5"]
        assert len(began) == 1
        refused = answers[1 - began[0]]
        assert refused.startswith("refused A session of R01 in this study is under way in another program")
        plan = lab.sessions.plan(lab.opened, "R01", None)[0]
        assert "is under way in another program" in plan.blocked

        programs[began[0]].kill()
        programs[began[0]].wait()
        assert lab.begin().name == "R01_p1_s001.gazeh5"  # the lock died with its program
    finally:
        for program in programs:
            program.kill()
            program.communicate()


def test_the_refusal_says_since_when_and_release_gives_the_reader_free(lab: Lab, tmp_path: Path) -> None:
    lab.begin()
    other = StudyFolder(wall_clock_ns=lambda: lab.wall_ns)

    with pytest.raises(SessionError, match=r"since \d\d:\d\d\. End that session first\."):
        other.begin(lab.opened, "R01", 1)

    lab.sessions.release()
    lock = lab.folder / "sessions" / "R01" / "in-use.lock"
    assert lock.read_bytes() == b""  # no time is left behind
    other.begin(lab.opened, "R01", 1)
    other.release()
    other.release()
