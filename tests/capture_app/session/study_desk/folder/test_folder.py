"""What a reader would do now follows from what lies in the folder, in the order of running numbers."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest
from folder_rig import DAY_NS, Lab, append

from capture_app.session.port import SessionError
from capture_app.session.report import report_path
from capture_app.session.study_desk.folder import StudyFolder
from capture_app.session.study_desk.start_form import form_rows
from capture_app.session.study_desk.states import StartForm
from recordings_schema.layout import DatasetKey
from recordings_schema.paths import journal_path
from recordings_schema.reader import Recording

CROSSOVER = """kind = "crossover"
washout_days = 14

[[order.arms]]
name = "with"

[[order.arms]]
name = "without"

[readers]
planned = ["R01", "R02"]
"""


def test_a_new_reader_begins_with_nothing(lab: Lab) -> None:
    plan, reading = lab.sessions.plan(lab.opened, "R01", None)

    assert (plan.period, plan.periods, plan.counted, plan.quota) == (1, 1, 0, 3)
    assert (plan.blocked, plan.interrupted, plan.sentences, plan.last_calibration) == ("", "", (), "")
    assert [each.case.case_id for each in reading.periods[0].cases] == ["case-0", "case-1", "case-2"]


def test_sessions_lie_by_reader_and_period_under_running_numbers_and_no_name_holds_a_date(lab: Lab) -> None:
    first = lab.read(counted=1)
    second = lab.read(counted=2)

    place = lab.folder / "sessions" / "R01" / "p1"
    assert first == place / "R01_p1_s001" / "R01_p1_s001.gazeh5"
    assert second == place / "R01_p1_s002" / "R01_p1_s002.gazeh5"
    with Recording.open(second) as recording:
        assert recording.metadata.session.session_id.startswith("R01_p1_s002-")
        assert recording.metadata.settings.settings["study_session"] == "2"


def test_a_reading_goes_on_over_sessions_and_ends(lab: Lab) -> None:
    lab.read(counted=1)
    lab.wall_ns += DAY_NS
    assert lab.sessions.plan(lab.opened, "R01", None)[0].counted == 1

    last = lab.read(counted=3)

    plan = lab.sessions.plan(lab.opened, "R01", None)[0]
    assert plan.counted == 3
    assert plan.blocked == ""
    assert plan.unended == last
    assert any("the end of R01_p1_s002 is missing" in sentence for sentence in plan.sentences)

    report_path(last).write_text("the report", encoding="utf-8")
    plan = lab.sessions.plan(lab.opened, "R01", None)[0]
    assert plan.unended is None
    assert plan.blocked == "R01 has finished all cases; 3 of 3 count. Choose another reader."
    assert lab.sessions.plan(lab.opened, "R02", None)[0].blocked == ""


def test_a_clock_that_was_set_back_between_two_sessions_changes_nothing(lab: Lab) -> None:
    lab.read(counted=1)
    lab.wall_ns -= 400 * DAY_NS
    lab.read(counted=2)

    rows = lab.sessions.earlier(lab.opened, "R01", 1)

    first_cases = [each["trial"]["case_id"][0] for each in rows]
    assert first_cases == [b"case-0", b"case-1"]
    assert lab.sessions.plan(lab.opened, "R01", None)[0].counted == 2


def test_a_session_that_was_cut_off_is_told_before_and_recovered_at_the_next_beginning(lab: Lab) -> None:
    path = lab.read(counted=1, until="sure", is_killed=True)
    plan = lab.sessions.plan(lab.opened, "R01", None)[0]
    assert (plan.counted, plan.interrupted) == (1, "case-1")
    assert plan.sentences == ("Session 1 was cut off; it is recovered when this session begins.",)
    assert journal_path(path).exists()  # looking changes nothing

    lab.begin()

    assert not journal_path(path).exists()
    assert any("rebuilt from the journal" in sentence for sentence in lab.sessions.recovered)
    assert len(lab.sessions.earlier(lab.opened, "R01", 1)) == 1


def test_a_session_of_which_the_journal_alone_is_left_counts_too(lab: Lab) -> None:
    path = lab.read(counted=2, is_killed=True)
    path.unlink()

    assert lab.sessions.plan(lab.opened, "R01", None)[0].counted == 2
    lab.begin()
    assert path.exists()


def test_the_session_that_runs_is_not_among_the_earlier_ones(lab: Lab) -> None:
    lab.read(counted=1)
    path = lab.begin()
    writer = lab.writer(path, "R01", 1)

    assert len(lab.sessions.earlier(lab.opened, "R01", 1)) == 1
    assert lab.sessions.plan(lab.opened, "R01", None)[0].blocked == ""

    writer.abandon()


def test_the_form_of_the_last_session_is_offered_again(lab: Lab) -> None:
    path = lab.begin()
    writer = lab.writer(path, "R01", 1)
    form = StartForm(reader="R01", years_of_experience=7.0, specialty="radiologist", is_consent_given=True)
    append(writer, form_rows(lab.opened.study, form, "", 1))
    writer.close("ended")
    lab.sessions.release()

    offered = lab.sessions.plan(lab.opened, "R01", None)[0].last_form

    assert offered is not None
    assert (offered.years_of_experience, offered.specialty) == (7.0, "radiologist")


def test_a_damaged_session_is_named_and_blocks_until_it_is_moved_away(lab: Lab, tmp_path: Path) -> None:
    lab.read(counted=1)
    damaged = lab.read(counted=2)
    damaged.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(500))

    blocked = lab.sessions.plan(lab.opened, "R01", None)[0].blocked
    assert damaged.name in blocked
    assert "reading-station recover" in blocked
    assert str(damaged.parent) in blocked
    with pytest.raises(SessionError, match=damaged.name):
        lab.begin()

    shutil.move(damaged.parent, tmp_path / "aside")
    plan = lab.sessions.plan(lab.opened, "R01", None)[0]
    assert (plan.blocked, plan.counted) == ("", 1)


def test_a_recording_of_somebody_else_in_the_folder_blocks(lab: Lab) -> None:
    other = lab.read(reader="R02", counted=1)
    place = lab.folder / "sessions" / "R01" / "p1" / "R01_p1_s001"
    place.mkdir(parents=True)
    shutil.copy(other, place / other.name)

    assert "is a recording of R02" in lab.sessions.plan(lab.opened, "R01", None)[0].blocked


def test_a_study_file_that_changed_in_its_words_warns_and_every_version_is_kept(lab: Lab) -> None:
    lab.read(counted=1)
    before = lab.opened
    lab.change('version = "1"', 'version = "2"')
    lab.change("Are you sure?", "How sure are you?")

    plan = lab.sessions.plan(lab.opened, "R01", None)[0]

    assert plan.blocked == ""
    assert len(plan.sentences) == 1
    assert "version 1 then, 2 now" in plan.sentences[0]
    lab.read(counted=2)
    kept = {path.name for path in (lab.folder / "sessions").glob("*.gazestudy")}
    assert kept == {f"study-{sha256[:8]}.gazestudy" for sha256 in (before.sha256, lab.opened.sha256)}


@pytest.mark.parametrize("what", ["cases", "screens"])
def test_other_cases_or_screens_after_the_first_session_block(lab: Lab, what: str) -> None:
    lab.read(counted=1)
    old = lab.opened.sha256
    if what == "cases":
        lab.write_cases(["case-0", "case-2", "case-1"])
    else:
        lab.change('screens = ["image", "sure", "end"]', 'screens = ["image", "end"]')

    plan = lab.sessions.plan(lab.opened, "R01", None)[0]

    assert "were changed" in plan.blocked
    assert f"study-{old[:8]}.gazestudy" in plan.blocked
    assert lab.sessions.plan(lab.opened, "R02", None)[0].blocked == ""


def test_a_study_file_that_changes_between_opening_and_beginning_is_refused(lab: Lab) -> None:
    opened = lab.opened
    lab.change('version = "1"', 'version = "2"')

    with pytest.raises(SessionError, match="open it again"):
        lab.sessions.begin(opened, "R01", 1)
    assert lab.begin().name == "R01_p1_s001.gazeh5"  # the lock was given back


def test_a_start_that_failed_leaves_no_gap_in_the_numbers(lab: Lab) -> None:
    lab.begin()
    lab.sessions.release()

    assert lab.begin().name == "R01_p1_s001.gazeh5"


@pytest.mark.parametrize("reader", ["..", "CON", "com1.x", "R."])
def test_a_pseudonym_that_cannot_be_a_folder_is_refused(lab: Lab, reader: str) -> None:
    with pytest.raises(SessionError, match="cannot be the name of a folder"):
        lab.sessions.plan(lab.opened, reader, None)


def test_the_next_period_waits_for_the_washout_by_the_days_of_the_host_clock(tmp_path: Path) -> None:
    lab = Lab(tmp_path / "study")
    lab.change('kind = "fixed"\n', CROSSOVER)
    lab.read(counted=3)

    plan = lab.sessions.plan(lab.opened, "R01", None)[0]
    assert (plan.period, plan.periods, plan.counted) == (2, 2, 0)
    assert "14 days after period 1" in plan.blocked

    lab.wall_ns += 14 * DAY_NS
    assert lab.sessions.plan(lab.opened, "R01", None)[0].blocked == ""
    lab.read(period=2, counted=1)
    assert lab.sessions.plan(lab.opened, "R01", None)[0].counted == 1


def test_a_later_period_does_not_begin_before_the_one_before_is_finished(tmp_path: Path) -> None:
    lab = Lab(tmp_path / "study")
    lab.change('kind = "fixed"\n', CROSSOVER)
    lab.read(counted=1)

    assert "Period 1 of R01 is not finished" in lab.sessions.plan(lab.opened, "R01", 2)[0].blocked
    with pytest.raises(SessionError, match="no period 3"):
        lab.sessions.plan(lab.opened, "R01", 3)


def test_a_plan_over_two_hundred_cases_is_made_within_a_second_and_again_at_once(tmp_path: Path) -> None:
    lab = Lab(tmp_path / "study", cases=201)
    path = lab.begin()
    writer, rig = lab.writer(path, "R01", 1), lab.rig("R01", 1)
    while rig.loop.view.counted < 200:
        rig.step()
    append(writer, rig.made)
    writer.close("ended")
    lab.sessions.release()
    opened, fresh = lab.opened, StudyFolder(wall_clock_ns=lambda: lab.wall_ns)

    began = time.process_time()
    plan = fresh.plan(opened, "R01", None)[0]
    first_s = time.process_time() - began
    began = time.process_time()
    fresh.plan(opened, "R01", None)
    again_s = time.process_time() - began

    assert plan.counted == 200
    assert first_s < 1.0
    assert again_s < 0.1


def test_rows_are_those_that_were_recorded(lab: Lab) -> None:
    path = lab.read(counted=2)
    with Recording.open(path) as recording:
        trials = recording.rows(DatasetKey.TRIALS)

    rows = lab.sessions.earlier(lab.opened, "R01", 1)

    assert rows[0]["trial"].tobytes() == trials.tobytes()
