"""A reader who closes a screen early (Alt+F4) ends nothing: the operator is asked, and the screen stays."""

from __future__ import annotations

from typing import Any

import pytest
from study_stage import StageDesk, preset_study, quiet

from capture_app.gui.controller import CaptureController
from capture_app.gui.dialogs import CloseQuestion
from capture_app.gui.reader_place import ReaderPlace
from capture_app.gui.reader_window import ReaderWindow
from capture_app.session.settings import Settings

SCREENS = ("before-image", "image", "labels", "ellipses", "chest-box", "transcript", "end")


@pytest.fixture
def controller(operator: Any, session: Any) -> Any:
    session.study_desk = StageDesk(quiet(preset_study("reflacx")))
    reader = ReaderWindow()
    place = ReaderPlace(reader, Settings(), in_window=True, parent=operator)
    made = CaptureController(session, operator, reader, place)
    place.begin()
    yield made
    made.stop()
    reader.hide()
    reader.deleteLater()


@pytest.mark.parametrize("screen", SCREENS)
def test_closing_the_readers_window_asks_the_operator_and_keeps_the_screen(
    controller: Any, session: Any, operator: Any, screen: str
) -> None:
    desk, reader = session.study_desk, controller._reader
    desk.walk_to(screen)
    controller.frame()
    before = (desk.state.view.screen, desk.state.view.trial, len(desk.asked))

    assert not reader.close()  # what Alt+F4 does

    (question,) = [each for each in operator.findChildren(CloseQuestion) if each.isVisible()]
    controller.frame()
    question.stay.click()
    controller.frame()
    assert reader.isVisible()
    assert (desk.state.view.screen, desk.state.view.trial, len(desk.asked)) == before
    assert ("stop_recording",) not in session.asked
