"""Findings of a check: the list, the dialog, the editor."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QPushButton

from capture_app.gui import tokens
from capture_app.gui.study_start.editor_page import EditorPage, UnsavedQuestion
from capture_app.gui.study_start.findings_dialog import FindingsDialog
from capture_app.gui.study_start.findings_list import FindingsList
from capture_app.gui.tokens import DARK, LIGHT
from capture_app.session.study import CheckedStudy, StudyFinding, check_study
from recordings_schema.findings import Severity

ERROR = StudyFinding(
    severity=Severity.ERROR,
    file="small.gazestudy",
    line=5,
    key="study.title",
    what="It is empty.",
    remedy="Write it.",
)
ROW = StudyFinding(severity=Severity.WARNING, file="cases.csv", line=3, key="image", what="It is odd.")


@pytest.fixture
def path(study_folder):
    return study_folder / "small.gazestudy"


@pytest.fixture
def dialog(qtbot, themed, path):
    shown = FindingsDialog(CheckedStudy(path=path, findings=(ERROR, ROW), opened=None), DARK, None)
    qtbot.addWidget(shown)
    shown.show()
    return shown


@pytest.fixture
def editor(qtbot, themed, path):
    shown = EditorPage(path, DARK)
    qtbot.addWidget(shown)
    shown.show()
    yield shown
    shown.text.document().setModified(False)
    shown.close()


def test_a_finding_says_how_grave_where_what_and_what_to_do(qtbot, themed):
    shown = FindingsList(DARK, None)
    qtbot.addWidget(shown)
    shown.show_findings((ERROR,))
    for word in ("Error", "small.gazestudy, line 5", "study.title", "It is empty. Write it."):
        assert word in shown.item(0).text()
    shown.set_colours(LIGHT)
    assert not shown.item(0).icon().isNull()


@pytest.mark.parametrize("width_px", [260, 330, 480, 640])
def test_nothing_of_a_finding_is_left_out_however_narrow_the_list_is(qtbot, themed, width_px):
    remedy = "Give width_mm and height_mm once the screen of the study is known, measured with a ruler."
    shown = FindingsList(DARK, None)
    qtbot.addWidget(shown)
    shown.resize(width_px, 400)
    shown.show()
    shown.show_findings((replace(ERROR, what="The size of the screen is not fixed.", remedy=remedy),))
    room = shown.visualItemRect(shown.item(0))
    text = QRect(0, 0, room.width() - tokens.GLYPH_SIZE - 3 * tokens.SPACE_S, 1000)
    needed = shown.fontMetrics().boundingRect(text, Qt.TextFlag.TextWordWrap, shown.item(0).text())
    assert room.height() >= needed.height()


def test_a_thousand_findings_are_shown(qtbot, themed):
    shown = FindingsList(DARK, None)
    qtbot.addWidget(shown)
    shown.show_findings((ERROR,) * 1000)
    assert shown.count() == 1000


def test_the_dialog_counts_errors_and_asks_for_another_check(dialog, qtbot, path):
    assert "1 error is" in dialog.text.text()
    with qtbot.waitSignal(dialog.check_requested) as asked:
        dialog.check_button.click()
    assert asked.args == [path]
    assert not dialog.check_button.isEnabled()


def test_a_study_that_was_corrected_can_be_opened_from_the_dialog(dialog, qtbot, study_folder):
    dialog.show_check(check_study(study_folder))
    assert dialog.check_button.text() == "Open the study"
    with qtbot.waitSignal(dialog.accepted):
        dialog.check_button.click()


def test_a_check_that_was_not_possible_is_told_and_can_be_repeated(dialog):
    dialog.check_button.click()
    dialog.show_problem("The file is gone.")
    assert dialog.text.text() == "The file is gone."
    assert dialog.check_button.isEnabled()


@pytest.mark.parametrize(("row", "name", "line"), [(0, "small.gazestudy", 5), (1, "cases.csv", 3)])
def test_a_finding_leads_to_its_line_in_the_editor(dialog, qtbot, path, row, name, line):
    with qtbot.waitSignal(dialog.editor_requested) as asked:
        dialog.list.itemActivated.emit(dialog.list.item(row))
    assert asked.args == [path.parent / name, line]


def test_the_editor_goes_to_a_line_and_marks_those_with_findings(editor, path):
    editor.show_check(CheckedStudy(path=path, findings=(ERROR, ROW), opened=None))
    editor.open_file(path, 5)
    assert editor.text.textCursor().blockNumber() == 4
    assert editor.text._levels == {5: "bad"}
    assert "1" in editor.notice.text


def test_saving_writes_the_file_and_asks_for_a_check(editor, qtbot, path):
    editor.text.setPlainText(path.read_text().replace("A small study", "A smaller study"))
    with qtbot.waitSignal(editor.saved) as asked:
        qtbot.keyClick(editor, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert asked.args == [path]
    assert "A smaller study" in path.read_text()
    assert not editor.text.document().isModified()


def test_a_change_by_another_program_is_not_written_over(editor, qtbot, path):
    path.write_text("# theirs\n")
    editor.text.setPlainText("# mine\n")
    with qtbot.assertNotEmitted(editor.saved):
        editor.save_button.click()
    assert path.read_text() == "# theirs\n"
    assert "another program" in editor.notice.text
    editor.reload_button.click()
    assert editor.text.toPlainText() == "# theirs\n"


def test_a_finding_in_the_case_list_opens_it(editor, path):
    editor.show_check(CheckedStudy(path=path, findings=(ERROR, ROW), opened=None))
    editor.list.itemActivated.emit(editor.list.item(1))
    assert editor.path == path.parent / "cases.csv"
    assert editor.text.toPlainText().startswith("case_id")


def test_another_file_waits_for_what_is_not_saved(editor, path):
    editor.text.appendPlainText("# more")
    editor.text.document().setModified(True)
    editor.open_file(path.parent / "cases.csv", 1)
    assert editor.path == path
    assert "Save small.gazestudy first" in editor.notice.text


def test_closing_asks_before_a_change_goes(editor, qtbot):
    editor.text.appendPlainText("# more")
    editor.text.document().setModified(True)
    editor.reject()
    assert editor.isVisible()
    question = editor.findChild(UnsavedQuestion)
    assert question.isVisible()
    question.discard.click()
    assert not editor.isVisible()


def test_a_file_that_cannot_be_read_cannot_be_written_over(qtbot, themed, path):
    path.write_bytes(b"\xff\xfe\x00")
    shown = EditorPage(path, DARK)
    qtbot.addWidget(shown)
    assert "UTF-8" in shown.notice.text
    assert shown.text.isReadOnly()
    assert not shown.save_button.isEnabled()


def test_every_button_says_what_it_does(dialog):
    words = [button.text() for button in dialog.findChildren(QPushButton)]
    assert words == ["Close", "Open the file", "Edit here", "Check again"]
