"""Copies are made beside the session; a drive that is slow, full or away costs it nothing and is told."""

from __future__ import annotations

import shutil
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from copying_rig import LONGEST_S, Session, manifest_of
from folder_rig import STUDY_TEXT, Lab

from capture_app.session.port import SessionError
from capture_app.session.study_desk.copies import StudyCopies
from capture_app.session.study_desk.copy_work import CopyWork


@pytest.fixture
def second(tmp_path: Path) -> Path:
    place = tmp_path / "second place"
    place.mkdir()
    return place


@pytest.fixture
def lab(tmp_path: Path, second: Path) -> Lab:
    text = STUDY_TEXT + f'\n[copies]\nsecond_place = "{second.as_posix()}"\n'
    return Lab(tmp_path / "study", text=text)


class Watched:
    """Waits for a state of the copies without a fixed pause."""

    def __init__(self, copies: StudyCopies) -> None:
        self.copies = copies
        self._pause = threading.Event()

    def until(self, level: str, *, cases: int = 0, words: str = "") -> str:
        for _ in range(int(LONGEST_S / 0.02)):
            state = self.copies.state
            if state.level == level and state.copied_cases >= cases and words in state.text:
                return state.text
            self._pause.wait(0.02)
        raise AssertionError(f"the copies stay {self.copies.state}")


def test_copies_are_made_beside_the_session_and_told(lab: Lab, second: Path) -> None:
    session, copies = Session(lab), StudyCopies()
    copies.begin(session.opened, session.path)
    case = session.read(1)
    copies.committed(case.case_id, case.attempt)

    assert Watched(copies).until("good", cases=1) == f"1 case copied to {second}."

    copies.close()
    session.writer.abandon()
    assert [line["case_id"] for line in manifest_of(session.copy)] == ["case-0"]


def test_a_drive_that_vanishes_is_told_and_caught_up_with_once_it_is_back(lab: Lab, second: Path) -> None:
    session, copies = Session(lab), StudyCopies(retry_s=0.02)
    copies.begin(session.opened, session.path)
    watched = Watched(copies)
    watched.until("good")
    second.rename(second.with_name("unplugged"))
    case = session.read(1)
    copies.committed(case.case_id, case.attempt)

    text = watched.until("attention")
    assert text.startswith(f"The second place {second} cannot be written: it is not there. Connect its drive")
    assert text.endswith("1 case waiting.")

    second.with_name("unplugged").rename(second)
    watched.until("good", cases=1)
    copies.close()
    session.writer.abandon()


def test_a_session_that_missed_its_whole_copy_is_copied_when_the_next_begins(lab: Lab) -> None:
    missed = lab.read(counted=1)
    damaged = lab.read(counted=2)
    there = Path(lab.opened.study.copies.second_place) / "small" / "R01" / "p1"
    kept = there / damaged.parent.name / damaged.name
    kept.parent.mkdir(parents=True)
    shutil.copy(damaged, kept)
    before = kept.read_bytes()
    damaged.write_bytes(before[:-100] + bytes(100))
    path = lab.folder / "sessions" / "R01" / "p1" / "R01_p1_s003" / "R01_p1_s003.gazeh5"
    copies = StudyCopies()
    path.parent.mkdir()
    lab.sessions.plan(lab.opened, "R01", None)

    copies.begin(lab.opened, path)

    copy = there / missed.parent.name / missed.name
    pause = threading.Event()
    for _ in range(int(LONGEST_S / 0.02)):
        if copy.is_file():
            break
        pause.wait(0.02)
    copies.close()
    assert copy.read_bytes() == missed.read_bytes()
    assert kept.read_bytes() == before  # a good copy is never replaced by a damaged file


def test_required_copies_that_cannot_be_made_refuse_the_session_with_a_remedy(lab: Lab, second: Path) -> None:
    session, copies = Session(lab), StudyCopies(retry_s=0.02)
    study = session.opened.study
    required = replace(study, copies=replace(study.copies, is_required=True))
    second.rmdir()

    with pytest.raises(
        SessionError, match=r"Connect its drive, or make the folder\. The study asks for copies"
    ):
        copies.begin(replace(session.opened, study=required), session.path)

    assert copies.state.level == "off"
    session.writer.abandon()


def test_a_drive_that_hangs_is_told_as_slow_and_holds_up_nothing(lab: Lab) -> None:
    session = Session(lab)
    answer, now = threading.Event(), [0.0]

    class Hanging(CopyWork):
        def prepare(self) -> None:
            answer.wait(LONGEST_S)

    copies = StudyCopies(Hanging, clock_s=lambda: now[0])
    copies.begin(session.opened, session.path)
    copies.committed("case-0", 0)
    watched = Watched(copies)
    watched.until("good")
    now[0] = 42.0

    assert "is slow: a copy has taken 42 s so far" in watched.until("attention")

    copies.close()
    answer.set()
    session.writer.abandon()


def test_what_a_closed_recording_still_lacks_is_left_to_its_end(lab: Lab) -> None:
    session, copies = Session(lab), StudyCopies(retry_s=0.02)
    case = session.read(1)
    session.writer.close("ended")
    copies.begin(session.opened, session.path)
    copies.committed(case.case_id, case.attempt)

    text = Watched(copies).until("good", words="0 cases")

    assert "waiting" not in text
    copies.close()


def test_without_a_second_place_nothing_is_copied(tmp_path: Path) -> None:
    lab = Lab(tmp_path / "plain")
    copies = StudyCopies()
    copies.begin(lab.opened, lab.begin())
    copies.committed("case-0", 0)

    assert copies.state.level == "off"
    copies.close()
