"""The ruler: the frame on the reader's screen and the operator's dialog."""

from __future__ import annotations

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtWidgets import QWidget

from capture_app.gui import tokens
from capture_app.gui.study_start.ruler_dialog import RulerDialog
from capture_app.gui.tokens import DARK
from capture_app.session.settings import Settings
from capture_app.session.study.station_keys import DisplaySetup


@pytest.fixture
def make_dialog(qtbot, themed):
    shown = []

    def make(wanted=None, **changes):
        screen = QGuiApplication.primaryScreen()
        settings = Settings(**{"screen_width_mm": 400.0, "screen_height_mm": 300.0, **changes})
        dialog = RulerDialog(screen, settings, wanted, DARK)
        qtbot.addWidget(dialog)
        dialog.show()
        shown.append(dialog)
        return dialog

    yield make
    for dialog in shown:
        dialog.hide()


def test_the_frame_is_shown_with_the_dialog_and_goes_with_it(make_dialog):
    dialog = make_dialog()
    assert dialog.ruler.isVisible()
    ruler = dialog.ruler
    dialog.reject()
    assert not ruler.isVisible()


def test_the_frame_has_the_size_in_pixels_that_its_millimetres_are_believed_to_have(make_dialog):
    dialog = make_dialog()
    facts = dialog.facts
    frame = dialog.ruler.frame_px()
    assert frame.width() == pytest.approx(100.0 / 400.0 * facts.width_px)
    assert frame.height() == pytest.approx(50.0 / 300.0 * facts.height_px)


def test_the_painted_frame_ends_where_it_is_said_to_end(make_dialog):
    dialog = make_dialog()
    picture = dialog.ruler.grab().toImage()
    frame = dialog.ruler.frame_px().toRect()
    ink, ground = QColor(tokens.RULER_INK), QColor(tokens.RULER_GROUND)
    row = frame.center().y() + frame.height() // 4  # below the words
    assert picture.pixelColor(frame.left(), row) == ink
    assert picture.pixelColor(frame.left() - 1, row) == ground
    assert picture.pixelColor(frame.right() + 2, row) == ground
    column = [picture.pixelColor(frame.right() + step, row) for step in (-2, -1, 0, 1)]
    assert ink in column


def test_true_millimetres_need_not_be_taken_over(make_dialog):
    dialog = make_dialog()
    assert "are right" in dialog.sentence.text
    assert not dialog.take_button.isEnabled()


def test_a_wrong_size_is_told_in_percent_and_taken_over(make_dialog, qtbot):
    dialog = make_dialog()
    dialog.width_mm.setValue(97.0)
    dialog.height_mm.setValue(48.5)
    assert "3.0 %" in dialog.sentence.text
    with qtbot.waitSignal(dialog.size_accepted) as taken:
        dialog.take_button.click()
    assert taken.args == pytest.approx([388.0, 291.0])


def test_lengths_that_cannot_be_are_not_taken_over(make_dialog):
    dialog = make_dialog()
    dialog.width_mm.setValue(9.0)
    assert not dialog.take_button.isEnabled()
    assert "Read the ruler again" in dialog.sentence.text


def test_a_screen_nobody_measured_can_be_taken_over_as_it_is(make_dialog):
    dialog = make_dialog(screen_width_mm=0.0, screen_height_mm=0.0)
    if dialog.ruler.frame.is_assumed:
        assert dialog.take_button.isEnabled()
    else:
        assert not dialog.take_button.isEnabled()


def test_other_millimetres_in_the_study_file_are_told(make_dialog):
    dialog = make_dialog(DisplaySetup(width_mm=500.0, height_mm=300.0))
    assert "study file says 500 x 300 mm" in dialog.study_sentence.text


def test_the_screen_outlives_the_dialog(qtbot, themed):
    screen = QGuiApplication.primaryScreen()
    dialog = RulerDialog(screen, Settings(screen_width_mm=400.0, screen_height_mm=300.0), None, DARK)
    dialog.show()
    dialog.reject()
    dialog.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert not shiboken6.isValid(dialog)
    assert shiboken6.isValid(screen)


def test_the_frame_belongs_to_the_window_that_fills_the_screen(qtbot, themed):
    reader = QWidget()
    qtbot.addWidget(reader)
    reader.show()
    settings = Settings(screen_width_mm=400.0, screen_height_mm=300.0)
    dialog = RulerDialog(QGuiApplication.primaryScreen(), settings, None, DARK, over=reader)
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.ruler.windowHandle().transientParent() is reader.windowHandle()
    dialog.reject()
