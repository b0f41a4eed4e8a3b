"""The audit table is on disk before the first reader and never changes afterwards."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from study_texts import CASES_TEXT, checked, opened

from capture_app.session.study import AUDIT_FILE, StudyError, audit_text, check_study, write_audit

PLANNED = ("[practice]", '[readers]\nplanned = ["R1", "R2"]\n\n[practice]')
THREE = ("[practice]", '[readers]\nplanned = ["R1", "R2", "R3"]\n\n[practice]')
OTHER_SEED = ("[[screens]]", "[order]\nseed = 8\n\n[[screens]]")


def written(folder: Path) -> Path:
    study = opened(checked(folder, PLANNED))
    return write_audit(folder, study.study, study.cases)


def test_every_reading_of_every_planned_reader_has_a_line(folder: Path) -> None:
    with written(folder).open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["reader"] for row in rows] == ["R1"] * 3 + ["R2"] * 3
    assert [row["position"] for row in rows] == ["1", "2", "3"] * 2
    assert sorted(row["case_id"] for row in rows[:3]) == ["a", "b", "c"]
    assert {row["task"] for row in rows} == {"read"}


def test_practice_and_spares_are_in_the_table_too(folder: Path) -> None:
    cases = "case_id,image,role\na,a.png,study\nb,b.png,spare\nc,c.png,practice\n"
    changes = (PLANNED, ("is_on = false", "is_on = true"), ('spares = "none"', 'spares = "marked"'))
    study = opened(checked(folder, *changes, cases=cases))
    roles = [line.split(",")[4] for line in audit_text(study.study, study.cases).splitlines()[1:]]
    assert roles == ["practice", "study", "spare"] * 2


def test_writing_again_changes_nothing(folder: Path) -> None:
    before = written(folder).read_bytes()
    assert written(folder).read_bytes() == before
    assert check_study(folder).is_usable


def test_a_reader_planned_later_is_added_at_the_end(folder: Path) -> None:
    before = written(folder).read_text(encoding="utf-8")
    study = opened(checked(folder, THREE))
    after = write_audit(folder, study.study, study.cases).read_text(encoding="utf-8")
    assert after.startswith(before)
    assert after.count("R3,") == 3


@pytest.mark.parametrize(
    ("changes", "cases"),
    [((PLANNED, OTHER_SEED), CASES_TEXT), ((PLANNED,), "case_id,image\na,a.png\nb,b.png\n")],
)
def test_a_study_that_would_give_another_order_is_refused(
    folder: Path, changes: tuple[tuple[str, str], ...], cases: str
) -> None:
    before = written(folder).read_bytes()
    check = checked(folder, *changes, cases=cases)
    assert not check.is_usable
    assert "holds another order" in check.findings[0].what
    assert check.opened is not None
    with pytest.raises(StudyError, match="holds another order"):
        write_audit(folder, check.opened.study, check.opened.cases)
    assert (folder / AUDIT_FILE).read_bytes() == before


def test_a_spreadsheet_s_line_ends_do_no_harm(folder: Path) -> None:
    path = written(folder)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert check_study(folder).is_usable


def test_without_planned_readers_there_is_nothing_to_write(folder: Path) -> None:
    study = opened(checked(folder))
    with pytest.raises(StudyError, match="No reader is planned"):
        write_audit(folder, study.study, study.cases)
    assert not (folder / AUDIT_FILE).exists()


def test_a_folder_that_cannot_be_written_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    study = opened(checked(folder, PLANNED))
    monkeypatch.setattr("capture_app.session.study.audit.replace_file", full)
    with pytest.raises(StudyError, match="No space left"):
        write_audit(folder, study.study, study.cases)
