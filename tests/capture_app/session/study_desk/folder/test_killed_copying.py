"""A program that is killed while it copies leaves a copy from which every told case is rebuilt."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from folder_rig import STUDY_TEXT, Lab

from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording
from recordings_schema.recover import recover

PROGRAM = """
import sys
from pathlib import Path
from capture_app.session.study import open_study
from capture_app.session.study_desk import copy_follow, copy_work
from capture_app.session.study_desk.copy_follow import FinishedCase

copy_follow.PART_BYTES = 2000  # many small parts, so that the end comes in the middle
whole = copy_work.append_checked

def told(path, first_byte, content):
    whole(path, first_byte, content[: len(content) // 2])  # a write that is half done
    print("part", flush=True)
    sys.stdin.readline()
    whole(path, first_byte, content)

copy_work.append_checked = told
work = copy_work.CopyWork(open_study(Path(sys.argv[1])), Path(sys.argv[2]))
for number in range(3):
    work.copy_up_to(FinishedCase(case_id=f"case-{number}", attempt=0))
"""


@pytest.mark.processes
@pytest.mark.parametrize("parts", [2, 9, 25])
def test_a_copy_that_was_killed_holds_every_case_of_its_manifest(tmp_path: Path, parts: int) -> None:
    second = tmp_path / "second place"
    second.mkdir()
    lab = Lab(tmp_path / "study", text=STUDY_TEXT + f'\n[copies]\nsecond_place = "{second.as_posix()}"\n')
    path = lab.read(counted=3, is_killed=True)
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(lab.folder), str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        for _ in range(parts):
            if program.stdout.readline() == "":
                break  # all three cases are copied
            program.stdin.write("\n")
            program.stdin.flush()
        program.stdout.readline()
    finally:
        program.kill()
        program.communicate()
    shutil.rmtree(path.parent)
    copy = second / "small" / "R01" / "p1" / path.stem / path.name
    lines = (copy.with_name(f"{path.stem}.cases.jsonl")).read_text("utf-8").splitlines()

    recover(copy)

    with Recording.open(copy) as recording:
        trials = recording.rows(DatasetKey.TRIALS)
    done = [case.decode() for case in trials["case_id"][trials["state"] == b"done"]]
    told = [json.loads(line)["case_id"] for line in lines]
    assert done[: len(told)] == told
    assert len(told) <= len(done) <= len(told) + 1
