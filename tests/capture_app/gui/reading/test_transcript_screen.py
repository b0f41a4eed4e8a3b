"""The screen of a transcript: what is typed is handed over, words are heard again, waiting can be skipped."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from study_stage import StageDesk, preset_study, quiet

from capture_app.gui.reading.look import ReadingLook
from capture_app.gui.reading.screen_widgets import ReaderHand
from capture_app.gui.reading.transcript_screen import TranscriptScreenWidget
from capture_app.session.speech.spoken_forms import read_text
from capture_app.session.study_desk.states import TranscriptStage, TranscriptWord

TEXT = "No pneumothorax is seen."
CTRL = Qt.KeyboardModifier.ControlModifier


def words_of(text: str, **scores: float) -> tuple[TranscriptWord, ...]:
    words, letter = [], 0
    for number, piece in enumerate(read_text(text)):
        letter = text.index(piece.text, letter)
        words.append(
            TranscriptWord(
                text=piece.text, first_letter=letter, t_onset_host_ns=number * 500_000_000,
                t_offset_host_ns=number * 500_000_000 + 400_000_000, kind="recognised",
                score=scores.get(piece.text, 0.9),
            )
        )  # fmt: skip
        letter += len(piece.text)
    return tuple(words)


class Stage:
    """The widget before a reading that has come to its transcript."""

    def __init__(self, qtbot, *, is_wait_skippable: bool = True, **transcript) -> None:
        study = quiet(preset_study("reflacx"))
        screens = tuple(
            replace(each, is_wait_skippable=is_wait_skippable) if each.KIND == "transcript" else each
            for each in study.screens
        )
        self.desk = StageDesk(replace(study, screens=screens))
        self.desk.walk_to("transcript")
        self.desk.asked.clear()
        self.desk.set_transcript(**transcript)
        is_waiting = transcript["stage"] is TranscriptStage.WAITING
        self.desk.rig.loop.set_transcript_ready(not is_waiting)
        hand = ReaderHand(self.desk)
        self.widget = TranscriptScreenWidget(hand, ReadingLook.of(38, 800))
        hand.setParent(self.widget)
        qtbot.addWidget(self.widget)
        self.widget.resize(800, 500)
        self.widget.show()
        self.widget.begin(self.desk.state, self.desk.view)
        self.frame()
        self.widget.focus_first()

    @property
    def field(self):
        return self.widget.field

    def frame(self) -> None:
        self.widget.render_state(self.desk.state, self.desk.view)

    def type_at_end(self, text: str) -> None:
        self.field.moveCursor(QTextCursor.MoveOperation.End)
        QTest.keyClicks(self.field, text)

    def place_of(self, letter: int) -> QPoint:
        cursor = self.field.textCursor()
        cursor.setPosition(letter)
        return self.field.cursorRect(cursor).center()


@pytest.fixture
def stage(qtbot, themed):
    return lambda **transcript: Stage(qtbot, **transcript)


def ready(**changes):
    return {
        "stage": TranscriptStage.READY,
        "text": TEXT,
        "words": words_of(TEXT),
        "can_play": True,
        **changes,
    }


def test_what_is_corrected_is_handed_over_when_the_screen_is_left(stage):
    it = stage(**ready())
    assert it.field.toPlainText() == TEXT
    it.type_at_end(" No nodule.")
    assert it.desk.asked == []
    it.widget.flush()
    assert it.desk.asked == [("edit_transcript", TEXT + " No nodule.")]
    it.frame()
    it.widget.flush()
    assert len(it.desk.asked) == 1


def test_a_text_that_was_left_as_it_is_is_no_edit(stage):
    it = stage(**ready())
    it.type_at_end("x")
    QTest.keyClick(it.field, Qt.Key.Key_Backspace)
    it.widget.flush()
    assert it.desk.asked == []


def test_a_pause_in_typing_hands_the_text_over(stage, qtbot):
    it = stage(**ready())
    it.widget._pause.setInterval(1)
    it.type_at_end("!")
    qtbot.waitUntil(lambda: bool(it.desk.asked))
    assert it.desk.asked == [("edit_transcript", TEXT + "!")]


def test_new_frames_leave_what_is_typed_and_the_cursor_alone(stage):
    it = stage(**ready())
    it.type_at_end(" No")
    place = it.field.textCursor().position()
    it.desk.set_transcript(words=words_of(TEXT), stage=TranscriptStage.READY)
    it.frame()
    assert it.field.toPlainText() == TEXT + " No"
    assert it.field.textCursor().position() == place


def test_a_refused_text_stays_in_the_field_and_is_tried_again(stage):
    it = stage(**ready())
    it.desk.refusal = "This answer is too long to be kept."
    it.type_at_end(" Very long.")
    it.widget.flush()
    assert it.field.toPlainText() == TEXT + " Very long."
    it.desk.refusal = ""
    it.frame()
    it.widget.flush()
    assert it.desk.asked[-1] == ("edit_transcript", TEXT + " Very long.")


def test_undo_and_redo_go_by_button(stage):
    it = stage(**ready())
    assert not it.widget.undo.isEnabled()
    it.type_at_end("x")
    QTest.mouseClick(it.widget.undo, Qt.MouseButton.LeftButton)
    assert it.field.toPlainText() == TEXT
    QTest.mouseClick(it.widget.redo, Qt.MouseButton.LeftButton)
    assert it.field.toPlainText() == TEXT + "x"


def test_a_double_click_selects_a_word(stage):
    it = stage(**ready())
    QTest.mouseDClick(it.field.viewport(), Qt.MouseButton.LeftButton, pos=it.place_of(7))
    assert it.field.textCursor().selectedText() == "pneumothorax"


def test_ctrl_and_a_click_play_from_the_word_and_leave_the_cursor(stage):
    it = stage(**ready())
    QTest.mouseClick(it.field.viewport(), Qt.MouseButton.LeftButton, CTRL, pos=it.place_of(7))
    assert it.desk.asked == [("play_from", 1)]
    assert it.field.textCursor().position() == 0


def test_a_key_plays_from_the_word_at_the_cursor_and_stops(stage):
    it = stage(**ready())
    cursor = it.field.textCursor()
    cursor.setPosition(TEXT.index("seen") + 1)
    it.field.setTextCursor(cursor)
    QTest.keyClick(it.field, Qt.Key.Key_Space, CTRL)
    it.frame()
    assert it.widget.play.text() == "Stop"
    QTest.keyClick(it.field, Qt.Key.Key_Space, CTRL)
    it.frame()
    assert it.desk.asked == [("play_from", 3), ("stop_playing",)]
    assert it.widget.play.text() == "Play from here"
    assert it.field.toPlainText() == TEXT


def test_words_keep_their_places_while_something_is_typed_before_them(stage):
    it = stage(**ready())
    it.field.moveCursor(QTextCursor.MoveOperation.Start)
    QTest.keyClicks(it.field, "Chest film. ")
    letter = it.field.toPlainText().index("pneumothorax") + 2
    QTest.mouseClick(it.field.viewport(), Qt.MouseButton.LeftButton, CTRL, pos=it.place_of(letter))
    assert it.desk.asked == [("play_from", 1)]


def test_letters_that_count_twice_in_qt_do_not_shift_the_words(stage):
    text = "\U0001f600 no effusion"
    it = stage(**ready(text=text, words=words_of(text, effusion=0.1)))
    assert it.widget.marks.doubtful == ("effusion",)


def test_words_that_were_not_heard_well_are_underlined(stage):
    words = words_of(TEXT, pneumothorax=0.2)
    guessed = replace(words[3], kind="interpolated", score=math.nan)
    full_stop = replace(words[4], kind="interpolated", score=math.nan)
    it = stage(**ready(words=(*words[:3], guessed, full_stop)))
    assert it.widget.marks.doubtful == ("pneumothorax", "seen")
    assert "Underlined" in it.widget.hint.text()
    assert len(it.field.extraSelections()) == 2


def test_the_word_that_is_heard_has_a_ground(stage):
    it = stage(**ready(playing_word=1))
    (selection,) = it.field.extraSelections()
    assert selection.cursor.selectedText() == "pneumothorax"


def test_without_a_loudspeaker_nothing_can_be_played_and_the_sentence_says_why(stage):
    it = stage(**ready(can_play=False, sentence="There is no loudspeaker."))
    assert not it.widget.play.isEnabled()
    assert it.widget.status.text() == "There is no loudspeaker."
    QTest.keyClick(it.field, Qt.Key.Key_Space, CTRL)
    assert it.desk.asked == []


def test_waiting_can_be_skipped(stage):
    it = stage(stage=TranscriptStage.WAITING, sentence="The dictation is being written down.")
    assert it.widget.skip.isVisible()
    assert not it.field.isVisible()
    assert it.widget.status.text() == "The dictation is being written down."
    QTest.mouseClick(it.widget.skip, Qt.MouseButton.LeftButton)
    assert it.desk.asked == [("answer", True), ("next",)]
    assert it.desk.view.screen.KIND == "end"


def test_a_study_that_waits_offers_no_way_around(stage):
    it = stage(stage=TranscriptStage.WAITING, is_wait_skippable=False)
    assert not it.widget.skip.isVisible()


def test_the_text_appears_once_it_is_there(stage):
    it = stage(stage=TranscriptStage.WAITING)
    it.desk.set_transcript(**ready())
    it.frame()
    assert it.field.isVisible()
    assert not it.field.isReadOnly()
    assert it.field.toPlainText() == TEXT
    assert not it.widget.skip.isVisible()
    assert it.widget.focusWidget() is it.field


def test_after_a_failure_the_report_can_be_typed(stage):
    it = stage(stage=TranscriptStage.FAILED, sentence="The engine ended. The text can be typed.")
    assert it.widget.status.text() == "The engine ended. The text can be typed."
    QTest.keyClicks(it.field, "Normal.")
    it.widget.flush()
    assert it.desk.asked == [("edit_transcript", "Normal.")]


def test_another_visit_shows_the_text_as_the_session_has_it(stage):
    it = stage(**ready())
    it.type_at_end(" Lost?")
    it.widget.flush()
    it.widget.begin(it.desk.state, it.desk.view)
    it.frame()
    assert it.field.toPlainText() == TEXT + " Lost?"
