"""The case list: panes, roles, and every line that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from study_texts import checked, opened

from capture_app.session.study import CaseRole, StudyFinding
from recordings_schema.findings import Severity

TABLE = 'table = "cases.csv"'


def findings(folder: Path, cases: str) -> list[StudyFinding]:
    return [finding for finding in checked(folder, cases=cases).findings if finding.file == "cases.csv"]


def test_images_of_a_case_are_its_panes(folder: Path) -> None:
    study = opened(checked(folder, cases="case_id,image,image_2\none,a.png,b.png\ntwo,c.png,\n"))
    assert [[path.name for path in case.images] for case in study.cases] == [["a.png", "b.png"], ["c.png"]]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separators_of_spreadsheets_are_understood(folder: Path, separator: str) -> None:
    cases = "\ufeffcase_id,image,patient\r\n\r\n# later: b\r\na,a.png,P1\r\n".replace(",", separator)
    study = opened(checked(folder, cases=cases))
    assert [(case.case_id, case.patient, case.line) for case in study.cases] == [("a", "P1", 4)]


def test_a_question_without_choices_is_answered_by_yes_or_no(folder: Path) -> None:
    study = opened(
        checked(folder, cases="case_id,image,question,choices\na,a.png,Is it?,\nb,b.png,Which?,x | y\n")
    )
    assert [case.choices for case in study.cases] == [("yes", "no"), ("x", "y")]


@pytest.mark.parametrize(
    ("cases", "line", "column", "said"),
    [
        ("case_id,image\na,a.png\nA,b.png\n", 3, "case_id", "is there already, on line 2"),
        ("case_id,image\na,gone.png\n", 2, "image", "gone.png is not there"),
        ("case_id,image\na b,a.png\n", 2, "case_id", "Use 1 to 64 letters"),
        ("case_id,image\n,a.png\n", 2, "case_id", "Use 1 to 64 letters"),
        ("case_id,image\na,\n", 2, "image", "The image is missing."),
        ("case_id,image,image_3\na,a.png,b.png\n", 2, "image_2", "leave no pane out"),
        ("case_id,image\na,../a.png\n", 2, "image", "leads out of the study folder"),
        ("case_id,image\na,/a.png\n", 2, "image", "leads out of the study folder"),
        ("case_id,image\na,C:/a.png\n", 2, "image", "leads out of the study folder"),
        ("case_id,image\na,x\\a.png\n", 2, "image", "with / between folders"),
        ("case_id,image,role\na,a.png,extra\n", 2, "role", "Known are study, spare, practice."),
        ("case_id,image,question,choices\na,a.png,Which?,x|\n", 2, "choices", "two or more different"),
        ("case_id,image,task\na,a.png,write\n", 2, "task", "Known are read."),
        ("case_id,image\na,a.png,b.png\n", 2, "", "has 3 values, the header 2"),
        ('case_id,image\na,"a.png\n', 2, "", "Close all quotes"),
        ("case_id,picture\na,a.png\n", 1, "picture", "There is no column"),
        ("case_id,picture\na,a.png\n", 1, "image", "The column image is missing"),
        ("case_id,image,image\na,a.png,b.png\n", 1, "image", "is there twice"),
        ("", 0, "", "The table is empty."),
        ("case_id,image\n", 0, "", "holds no case"),
    ],
)
def test_a_wrong_line_is_named_with_column_and_remedy(
    folder: Path, cases: str, line: int, column: str, said: str
) -> None:
    found = findings(folder, cases)
    assert any(
        said in finding.sentence()
        and (finding.line, finding.key, finding.severity) == (line, column, Severity.ERROR)
        for finding in found
    )


def test_lines_of_quoted_texts_that_hold_line_ends_are_counted(folder: Path) -> None:
    found = findings(folder, 'case_id,image,question\na,a.png,"two\nlines"\nb,gone.png,\n')
    assert [finding.line for finding in found] == [4]


def test_the_same_image_twice_is_a_warning_unless_the_question_differs(folder: Path) -> None:
    found = findings(folder, "case_id,image,target\na,a.png,x\nb,a.png,y\nc,a.png,x\n")
    assert [(finding.line, finding.severity) for finding in found] == [(4, Severity.WARNING)]


def test_an_empty_image_is_found_and_a_damaged_one_when_decoded(folder: Path) -> None:
    from capture_app.session.study import check_study

    checked(folder)
    (folder / "a.png").write_bytes(b"")
    (folder / "b.png").write_bytes(b"no image")
    assert [finding.line for finding in check_study(folder).findings] == [2]
    assert [finding.line for finding in check_study(folder, is_decoded=True).findings] == [2, 3]


def test_a_link_out_of_the_folder_is_refused(folder: Path, tmp_path: Path) -> None:
    checked(folder)
    (tmp_path / "private.png").write_bytes((folder / "a.png").read_bytes())
    (folder / "link.png").symlink_to(tmp_path / "private.png")
    found = findings(folder, "case_id,image\na,link.png\n")
    assert "leads out of the study folder" in found[0].what


def test_a_folder_of_images_is_a_case_list(folder: Path) -> None:
    study = opened(checked(folder, (TABLE, 'folder = "."')))
    assert [(case.case_id, case.role) for case in study.cases] == [(name, CaseRole.STUDY) for name in "abc"]


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ('table = "cases.csv"\nfolder = "."', "Both a table and a folder are named."),
        ("", "No cases are named."),
        ('table = "../cases.csv"', "leads out of the study folder"),
    ],
)
def test_there_is_one_source_of_cases_inside_the_folder(folder: Path, new: str, said: str) -> None:
    check = checked(folder, (TABLE, new))
    assert any(said in finding.what and finding.key.startswith("cases") for finding in check.findings)
    assert not check.is_usable


def test_a_case_list_that_is_not_there_is_told(folder: Path) -> None:
    check = checked(folder, (TABLE, 'table = "list.csv"'))
    assert [finding.file for finding in check.findings] == ["list.csv"]
    assert not check.is_usable


def test_a_thousand_missing_images_do_not_bury_the_rest(folder: Path) -> None:
    lines = "".join(f"x{number},gone{number}.png\n" for number in range(1500))
    check = checked(folder, cases="case_id,image\n" + lines)
    assert len(check.findings) == 1001
    assert "500 findings more" in check.findings[-1].what
