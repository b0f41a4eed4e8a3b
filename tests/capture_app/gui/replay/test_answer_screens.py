"""While a question was on the screen, the replay shows it with the answers given until then."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

from capture_app.gui.reading.answer_screens import LabelScreenWidget
from capture_app.gui.replay.window import ReplayWindow
from capture_app.gui.tokens import DARK
from capture_app.session.replay import ReplaySource, ViewMode

_RIGS = Path(__file__).parents[2] / "session"
for _name, _folder in (("replay_rig", "replay"), ("reading_rig", "reading"), ("study_rig", "replay")):
    if _name not in sys.modules:
        _spec = importlib.util.spec_from_file_location(_name, _RIGS / _folder / f"{_name}.py")
        sys.modules[_name] = importlib.util.module_from_spec(_spec)
        _spec.loader.exec_module(sys.modules[_name])

from study_rig import read_study  # noqa: E402 - it is found from here on only


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    return read_study(tmp_path_factory.mktemp("answers"), cases=1)


def opened(read):
    source = ReplaySource.open(read.path)
    source.study = read.opened
    source.load()
    made = ReplayWindow(source, DARK, now_ns=lambda: 0)
    made.show()
    made._timer.stop()  # frames come by hand
    return made


@pytest.fixture
def window(qtbot, read):
    made = opened(read)
    yield made
    made.close()


def shown(qtbot, window, t_ns):
    """Return the picture of a moment."""
    window.go_to(t_ns)
    qtbot.waitUntil(lambda: window.step() is None and not window.frame.is_waiting, timeout=5000)
    return window.picture.grab().toImage()


def screen(window, kind):
    return next(each for each in window.source.tables.screens if each.kind == kind)


def first_answer(window, kind):
    name = screen(window, kind).name
    return min(each.t_ns for each in window.source.tables.moments if each.text.startswith(name))


def test_a_question_is_shown_with_the_labels_chosen_until_then(qtbot, window, read):
    chosen_ns = first_answer(window, "labels")
    before, after = shown(qtbot, window, chosen_ns - 1), shown(qtbot, window, chosen_ns + 1)
    assert before != after
    assert window.picture._reader.current.__class__ is LabelScreenWidget
    view = window.frame.study.view
    assert view.answer
    assert set(view.answer) <= {each.name for each in read.opened.study.labels}
    again = shown(qtbot, window, chosen_ns - 1)
    assert again == before, "the answer is taken back when time goes back"


def test_the_question_hides_the_sentence_that_stood_for_it(qtbot, window):
    t_ns = screen(window, "instruction").first_ns + 1
    pictured = shown(qtbot, window, t_ns)
    window.source.study = None
    other = ReplayWindow(ReplaySource.open(window.source.path), DARK, now_ns=lambda: 0)
    other.show()
    other._timer.stop()
    assert shown(qtbot, other, t_ns) != pictured
    assert "study file is not beside the recording" in other.frame.live.reader.message
    other.close()


def test_shapes_are_drawn_once_by_the_reader_s_own_screen(qtbot, window):
    end_ns = screen(window, "chest_box").end_ns
    shown(qtbot, window, end_ns - 1)
    assert window.frame.shapes
    assert window.picture._reader.has_drawing
    shown(qtbot, window, screen(window, "labels").first_ns + 1)
    assert not window.picture._reader.has_drawing


def test_on_the_whole_image_nothing_lies_over_it(qtbot, window):
    t_ns = screen(window, "labels").first_ns + 1
    shown(qtbot, window, t_ns)
    assert window.frame.study is not None
    window.set_options(replace(window.options, mode=ViewMode.WHOLE_IMAGE))
    shown(qtbot, window, t_ns)
    assert window.frame.study is None


def test_nothing_of_the_reader_s_screens_takes_the_keyboard_or_an_answer(qtbot, window, read):
    for kind in ("labels", "transcript", "end"):
        shown(qtbot, window, screen(window, kind).first_ns + 1)
        focus = window.focusWidget()
        assert not isinstance(focus, (QLineEdit, QPlainTextEdit))
    before = Path(read.path).read_bytes()
    window.picture._reader.screens.go_on()
    assert Path(read.path).read_bytes() == before


def test_the_hidden_screens_go_with_the_window(qtbot, read):
    window = opened(read)
    shown(qtbot, window, screen(window, "labels").first_ns + 1)
    with qtbot.waitSignal(window.picture._reader.stage.destroyed, timeout=2000):
        window.close()
