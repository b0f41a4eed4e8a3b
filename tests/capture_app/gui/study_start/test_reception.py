"""From the start page into a study: opening, findings, the study page, the start, changes on the disk."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QDialog

from capture_app.gui.app import StationWindows
from capture_app.gui.dialogs import MessageDialog
from capture_app.gui.study_start.editor_page import EditorPage
from capture_app.gui.study_start.findings_dialog import FindingsDialog
from capture_app.gui.study_start.ruler_dialog import RulerDialog
from capture_app.gui.study_start.studies_page import StudiesPage
from capture_app.gui.workers import finish_work
from capture_app.session.settings import RecentItem, RecentKind, Settings
from capture_app.session.states import RecordingState
from capture_app.session.study import OpenedStudy, open_study
from capture_app.session.study_desk.states import StartForm, StudyDeskState, StudyPhase
from capture_app.session.tracker_states import ConnectedTracker, TrackerDeskState

FORM = StartForm(
    reader="R01", is_consent_given=True, years_of_experience=7.0, specialty="radiologist", vision="normal",
    has_head_rest=False, has_glasses=False,
)  # fmt: skip


class OpeningDesk:
    """A desk that opens studies for real, and notes the rest."""

    def __init__(self, noting) -> None:
        self._noting = noting
        self.state: StudyDeskState | None = None

    def __getattr__(self, name):
        return getattr(self._noting, name)

    def open(self, path: Path, checked: OpenedStudy | None = None) -> None:
        self._noting.open(path)
        self.state = StudyDeskState(phase=StudyPhase.OPENED, opened=checked or open_study(path))

    def close_study(self) -> None:
        self._noting.close_study()
        self.state = None


@pytest.fixture
def windows(qapp, qtbot, session, station, store, tmp_path, make_state):
    session.study_desk = OpeningDesk(session.study_desk)
    session.state = make_state(recording=RecordingState.READY)
    tracker = ConnectedTracker(
        driver="mock", options={}, model="Phantom eye", serial="1", firmware="", rate_hz=600.0, rates_hz=(),
        mode="", modes=(), display_area_mm=None, is_simulated=True,
    )  # fmt: skip
    session.tracker_desk.state = TrackerDeskState(connected=tracker)
    settings = Settings(recording_folder=str(tmp_path), screen_width_mm=527.0, screen_height_mm=296.0)
    both = StationWindows(qapp, session, station, store, settings)
    both.begin()
    both.controller.stop()
    yield both
    for dialog in both.operator.findChildren(QDialog):
        dialog.close()
    finish_work()
    both.end()
    qapp.setStyleSheet("")


def visible(windows, kind):
    found = [dialog for dialog in windows.operator.findChildren(kind) if dialog.isVisible()]
    return found[0] if found else None


def open_it(windows, qtbot, folder):
    with qtbot.waitSignal(windows.desk.door.opened):
        windows.desk.open_study(folder)
    windows.controller.frame()


def test_the_start_page_leads_to_the_page_of_studies(windows):
    windows.operator.start_page.studies_requested.emit()
    assert visible(windows, StudiesPage) is not None


def test_an_opened_study_shows_its_page_and_is_remembered(windows, qtbot, study_folder, store):
    open_it(windows, qtbot, study_folder)
    assert windows.operator.study_page.isVisible()
    assert windows.operator.study_page.title.text() == "A small study"
    item = store.load().settings.recent[0]
    assert (item.kind, item.path) == (RecentKind.STUDY, str(study_folder / "small.gazestudy"))


def test_a_study_connects_the_tracker_it_names(windows, qtbot, study_folder, session, make_state):
    session.state = make_state(recording=RecordingState.NO_TRACKER)
    windows.controller.frame()
    file = study_folder / "small.gazestudy"
    file.write_text(file.read_text() + '\n[tracker]\ndriver = "lsl"\n')
    with qtbot.waitSignal(windows.desk.door.opened):
        windows.desk.open_study(study_folder)
    assert ("connect_tracker", "lsl", {}) in session.asked


def test_a_recent_study_opens_from_the_list(windows, qtbot, study_folder, session):
    item = RecentItem(kind=RecentKind.STUDY, path=str(study_folder / "small.gazestudy"))
    with qtbot.waitSignal(windows.desk.door.opened):
        windows.desk.open_recent(item)
    assert ("open", study_folder / "small.gazestudy") in session.study_desk.asked


def test_a_study_with_errors_shows_them_and_opens_once_they_are_corrected(windows, qtbot, study_folder):
    (study_folder / "c.png").rename(study_folder / "d.png")
    windows.desk.open_study(study_folder)
    qtbot.waitUntil(lambda: visible(windows, FindingsDialog) is not None)
    dialog = visible(windows, FindingsDialog)
    assert "c.png" in dialog.list.item(0).text()
    (study_folder / "d.png").rename(study_folder / "c.png")
    dialog.check_button.click()
    qtbot.waitUntil(lambda: dialog.check_button.text() == "Open the study")
    with qtbot.waitSignal(windows.desk.door.opened):
        dialog.check_button.click()


def test_a_study_that_is_not_there_is_told(windows, qtbot, tmp_path):
    windows.desk.open_study(tmp_path / "gone")
    qtbot.waitUntil(lambda: visible(windows, MessageDialog) is not None)
    assert "is not there" in visible(windows, MessageDialog).text.text()


def test_a_study_the_session_refuses_is_not_remembered(windows, qtbot, study_folder, session, store):
    session.study_desk._noting.refusal = "A recording is running."
    windows.desk.open_study(study_folder)
    qtbot.waitUntil(lambda: visible(windows, MessageDialog) is not None)
    assert store.load().settings.recent == ()


def test_the_editor_checks_the_study_it_has_open(windows, qtbot, study_folder):
    windows.desk.door.edit(study_folder / "small.gazestudy")
    editor = visible(windows, EditorPage)
    qtbot.waitUntil(lambda: "can be used" in editor.notice.text)
    editor.text.setPlainText(editor.text.toPlainText().replace("format = 1", "format = 9"))
    editor.save_button.click()
    qtbot.waitUntil(lambda: "Errors to correct: 1" in editor.notice.text)


def test_the_start_asks_the_session_with_the_form(windows, qtbot, study_folder, session):
    open_it(windows, qtbot, study_folder)
    page = windows.operator.study_page
    page.form.reader.setEditText("R01")
    page._ask_for_plan()
    qtbot.waitUntil(lambda: page._plan is not None)
    page.form.show_form(FORM)
    windows.controller.frame()
    page.start_button.click()
    page.reason.setText("A test.")
    page.start_button.click()
    kind, form = session.study_desk.asked[-1]
    assert kind == "start"
    assert (form.reader, form.specialty) == ("R01", "radiologist")


def test_a_refused_plan_stands_at_the_reader(windows, qtbot, study_folder, session):
    open_it(windows, qtbot, study_folder)
    session.study_desk._noting.refusal = "Somebody reads this study now."
    page = windows.operator.study_page
    page.form.reader.setEditText("R01")
    page._ask_for_plan()
    sentence = "Somebody reads this study now."
    qtbot.waitUntil(lambda: page.form._findings["reader"].text() == sentence)


def test_a_session_that_is_being_prepared_is_told_and_so_is_why_it_could_not_begin(
    windows, qtbot, study_folder, session
):
    open_it(windows, qtbot, study_folder)
    desk, page = session.study_desk, windows.operator.study_page
    desk.state = replace(desk.state, preparing="Earlier sessions are read.")
    windows.controller.frame()
    assert page.notice.text == "Earlier sessions are read."
    assert not page.start_button.isEnabled()
    desk.state = replace(desk.state, preparing="", start_problem="The second place is full.")
    windows.controller.frame()
    assert visible(windows, MessageDialog).text.text() == "The second place is full."
    assert page.close_button.isEnabled()


def test_a_running_session_has_the_station_and_the_end_brings_the_page_back(
    windows, qtbot, study_folder, session
):
    open_it(windows, qtbot, study_folder)
    desk = session.study_desk
    desk.state = replace(desk.state, phase=StudyPhase.STARTING)
    windows.controller.frame()
    assert windows.operator.is_station
    desk.state = replace(desk.state, phase=StudyPhase.OPENED)
    windows.controller.frame()
    assert windows.operator.study_page.isVisible()


def test_a_study_that_is_put_away_leads_to_the_start_page(windows, qtbot, study_folder):
    open_it(windows, qtbot, study_folder)
    windows.operator.study_page.close_button.click()
    assert windows.operator.start_page.isVisible()


def test_a_change_on_the_disk_is_found_and_the_study_opened_again(windows, qtbot, study_folder):
    open_it(windows, qtbot, study_folder)
    page = windows.operator.study_page
    qtbot.waitUntil(lambda: bool(page.column.verdict.text))
    file = study_folder / "small.gazestudy"
    file.write_text(file.read_text().replace("A small study", "Another study"))
    qtbot.waitUntil(lambda: page.column.reopen_button.isVisible())
    with qtbot.waitSignal(windows.desk.door.opened):
        page.column.reopen_button.click()
    windows.controller.frame()
    assert page.title.text() == "Another study"
    qtbot.waitUntil(lambda: not page.column.reopen_button.isVisible())


def test_a_study_that_went_from_the_disk_is_told(windows, qtbot, study_folder):
    open_it(windows, qtbot, study_folder)
    page = windows.operator.study_page
    shutil.rmtree(study_folder)
    qtbot.waitUntil(lambda: "is not there" in page.column.changed.text)
    assert not page.start_button.isEnabled()


def test_the_station_is_judged_with_what_the_disks_answer(windows, qtbot, study_folder):
    open_it(windows, qtbot, study_folder)
    windows.controller.frame()
    rows = windows.operator.study_page.hardware.rows
    assert rows["tracker"].line.word == "simulated"
    qtbot.waitUntil(lambda: windows.desk.reception._places is not None)
    windows.desk.reception._since_render.invalidate()
    windows.controller.frame()
    assert rows["disk"].line.word != "being asked"


def test_the_ruler_changes_the_size_in_the_settings(windows, qtbot, study_folder, store):
    open_it(windows, qtbot, study_folder)
    windows.operator.study_page.hardware.ruler_button.click()
    dialog = visible(windows, RulerDialog)
    dialog.width_mm.setValue(90.0)
    dialog.take_button.click()
    kept = store.load().settings
    assert kept.screen_width_mm == pytest.approx(474.3)
    assert kept.monitor.name == QApplication.primaryScreen().name()


def test_tracker_and_settings_are_one_click_away(windows, qtbot, study_folder):
    open_it(windows, qtbot, study_folder)
    page = windows.operator.study_page
    page.hardware.tracker_button.click()
    page.hardware.settings_button.click()
    names = {dialog.objectName() for dialog in windows.operator.findChildren(QDialog) if dialog.isVisible()}
    assert "tracker_page" in names
    assert len(names) == 2


def test_after_a_session_the_page_serves_the_next_one(windows, qtbot, study_folder, session):
    open_it(windows, qtbot, study_folder)
    page = windows.operator.study_page
    page.form.reader.setEditText("R01")
    page.reason.setText("For the first session.")
    session.study_desk.state = replace(session.study_desk.state, phase=StudyPhase.ENDED)
    windows.controller.frame()
    session.study_desk.asked.clear()
    with qtbot.waitSignal(page.plan_wanted):
        windows.desk.reception.show_page()
    assert page.isVisible()
    assert page.reason.text() == ""
    qtbot.waitUntil(lambda: ("plan", "R01", None) in session.study_desk.asked)
