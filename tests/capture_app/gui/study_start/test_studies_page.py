"""The page "Studies": opening one, making one."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt

from capture_app.gui.study_start import study_maker
from capture_app.gui.study_start.studies_page import StudiesPage
from capture_app.gui.study_start.study_maker import StudyMaker
from capture_app.gui.tokens import DARK
from capture_app.gui.workers import finish_work
from capture_app.session.port import SessionError
from capture_app.session.settings import RecentItem, RecentKind
from capture_app.session.study_desk.study_making import presets_in_words

RECENT = (
    RecentItem(kind=RecentKind.FOLDER, path="/images/chest"),
    RecentItem(kind=RecentKind.STUDY, path="/studies/chest-reading/reflacx.gazestudy"),
)


class Drawing:
    """Stands for the half minute of drawing: goes on when a test says so."""

    def __init__(self) -> None:
        self.may_go_on = threading.Event()
        self.problem = ""
        self.was_cancelled = False

    def make(self, preset, folder, tell, is_cancelled):
        tell(4, 16)
        assert self.may_go_on.wait(20)
        self.was_cancelled = is_cancelled()
        if self.was_cancelled or self.problem:
            raise SessionError(self.problem or "The study was not made.")
        return folder / f"{preset}.gazestudy"


@pytest.fixture
def drawing(monkeypatch):
    shown = Drawing()
    monkeypatch.setattr(study_maker, "make_study", shown.make)
    yield shown
    shown.may_go_on.set()
    finish_work()


@pytest.fixture
def page(qtbot, themed, tmp_path, drawing):
    owner = QObject()
    shown = StudiesPage(DARK, presets_in_words(), RECENT, tmp_path, StudyMaker(owner))
    shown.owner = owner
    qtbot.addWidget(shown)
    shown.show()
    return shown


def click(qtbot, button):
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_only_studies_are_offered_by_the_name_of_their_folder(page):
    (row,) = page.recent_rows
    assert row.item.path == "/studies/chest-reading/reflacx.gazestudy"
    assert "chest-reading" in [child.text() for child in row.children() if hasattr(child, "text")]


def test_a_recent_study_is_one_click_away(page, qtbot):
    with qtbot.waitSignal(page.study_chosen) as chosen:
        click(qtbot, page.recent_rows[0])
    assert chosen.args == [Path("/studies/chest-reading/reflacx.gazestudy")]
    assert not page.isVisible()


def test_the_folder_follows_the_preset_until_a_person_names_one(page, qtbot, tmp_path):
    assert page.folder.text() == str(tmp_path / "reflacx-study")
    click(qtbot, page.preset_rows[4])
    assert page.folder.text() == str(tmp_path / "vqa-study")
    page._take_folder("/elsewhere")
    click(qtbot, page.preset_rows[1])
    assert page.folder.text() == "/elsewhere"


def test_a_folder_that_is_there_is_not_proposed(page, qtbot, tmp_path):
    (tmp_path / "egd-study").mkdir()
    click(qtbot, page.preset_rows[1])
    assert page.folder.text() == str(tmp_path / "egd-study-2")


@pytest.mark.parametrize("name", ["", "study", "./here"])
def test_a_folder_needs_its_full_path(page, qtbot, name):
    page._take_folder(name)
    click(qtbot, page.make_button)
    assert "full path" in page.finding.text()
    assert not page.maker.is_making


def test_a_study_that_was_made_is_opened(page, qtbot, drawing, tmp_path):
    drawing.may_go_on.set()
    with qtbot.waitSignal(page.study_chosen) as chosen:
        click(qtbot, page.make_button)
    assert chosen.args == [tmp_path / "reflacx-study" / "reflacx.gazestudy"]


def test_making_tells_how_far_it_is_and_can_be_cancelled(page, qtbot, drawing):
    with qtbot.waitSignal(page.maker.progressed):
        click(qtbot, page.make_button)
    assert (page.progress.value(), page.progress.maximum()) == (4, 16)
    assert "4 of 16" in page.progress_words.text()
    assert not page.make_button.isEnabled()
    click(qtbot, page.cancel_button)
    with qtbot.waitSignal(page.maker.failed):
        drawing.may_go_on.set()
    assert drawing.was_cancelled
    assert page.finding.text() == "The study was not made."
    assert page.make_button.isEnabled()


def test_why_a_study_could_not_be_made_is_told_at_its_folder(page, qtbot, drawing):
    drawing.problem = "The disk is full."
    drawing.may_go_on.set()
    with qtbot.waitSignal(page.maker.failed):
        click(qtbot, page.make_button)
    assert page.finding.text() == "The disk is full."


def test_closing_the_page_gives_up_what_is_being_made(page, qtbot, drawing):
    click(qtbot, page.make_button)
    page.reject()
    with qtbot.waitSignal(page.maker.failed):
        drawing.may_go_on.set()
    assert drawing.was_cancelled


def test_the_time_left_is_that_of_the_cases_so_far(drawing):
    now = iter([10.0, 14.0])
    owner = QObject()
    maker = StudyMaker(owner, now_s=lambda: next(now))
    told = []
    maker.progressed.connect(lambda *values: told.append(values))
    maker._begun_s = maker._now_s()
    maker._tell(4, 16)
    assert told == [(4, 16, 12.0)]
