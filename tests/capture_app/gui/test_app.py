"""The application starts, runs and ends with a session, and faults are told once in words."""

from __future__ import annotations

import logging
import signal
import sys
import threading

import pytest
from PySide6.QtCore import QTimer, qWarning

from capture_app.gui import app as gui_app
from capture_app.gui.app import build_application, run_demo_windows, run_windows
from capture_app.gui.diagnostics import Diagnostics
from capture_app.session.port import SessionError
from capture_app.session.settings import Settings
from capture_app.session.states import RecordingState


def test_the_qt_binding_keeps_the_count_of_references_to_none(qapp):
    timer = QTimer()
    before = sys.getrefcount(None)
    for _ in range(1000):
        timer.stop()
    assert abs(before - sys.getrefcount(None)) < 500


def test_a_binding_that_loses_references_is_refused_in_words(qapp, monkeypatch):
    counts = iter([5000, 4800])
    monkeypatch.setattr(gui_app.sys, "getrefcount", lambda _value: next(counts))
    with pytest.raises(SessionError, match="Install PySide6"):
        build_application()


def leave_after_a_frame(windows) -> None:
    windows.controller.frame_rendered.connect(
        lambda _state: QTimer.singleShot(0, windows, windows.controller.leave)
    )


def test_the_windows_run_until_the_person_leaves_and_close_the_session(
    qapp, session, station, store, make_state
):
    session.state = make_state(recording=RecordingState.READY)
    run_windows(session, station, store, Settings(), leave_after_a_frame, reader_in_window=True)
    assert session.asked[-1] == ("close",)
    qapp.setStyleSheet("")


def test_a_polite_kill_leaves_even_where_nobody_has_looked_yet(
    qapp, session, station, store, make_state, tmp_path
):
    session.state = make_state(recording=RecordingState.READY)

    def open_and_leave(windows) -> None:
        windows.desk.open_folder(tmp_path)
        signal.raise_signal(signal.SIGTERM)

    run_windows(session, station, store, Settings(), open_and_leave)
    assert ("show_folder", tmp_path) in session.asked
    assert session.asked[-1] == ("close",)
    qapp.setStyleSheet("")


def test_the_demonstration_shows_the_heatmap_without_keeping_that(qapp, session, station, store, make_state):
    session.state = make_state(recording=RecordingState.READY)
    shown = []

    def begin(windows) -> None:
        shown.append(windows.operator.actions_by_name["show_heatmap"].isChecked())
        leave_after_a_frame(windows)

    run_demo_windows(session, station, store, Settings(), begin)
    assert shown == [True]
    assert store.load().settings.live_view.show_heatmap is False
    qapp.setStyleSheet("")


@pytest.fixture
def diagnostics(tmp_path):
    told = []
    hooks = Diagnostics(told.append, tmp_path / "log" / "crash.txt")
    hooks.told = told
    hooks.install()
    yield hooks
    hooks.remove()


def test_a_fault_is_logged_whole_and_told_once(diagnostics, caplog):
    for _ in range(3):
        sys.excepthook(ValueError, ValueError("broken"), None)
    assert len(diagnostics.told) == 1
    assert "went wrong" in diagnostics.told[0]
    assert sum(record.levelno == logging.CRITICAL for record in caplog.records) == 3


def test_a_fault_in_a_thread_is_logged(diagnostics, caplog):
    thread = threading.Thread(target=lambda: 1 / 0, name="counter")
    thread.start()
    thread.join()
    assert "uncaught in counter" in caplog.text


def test_the_words_of_qt_go_to_the_log(diagnostics, caplog):
    with caplog.at_level(logging.WARNING):
        qWarning("a word of Qt")
    assert "a word of Qt" in caplog.text


def test_the_hooks_are_given_back(tmp_path):
    before = (sys.excepthook, threading.excepthook)
    hooks = Diagnostics(lambda _text: None, tmp_path / "crash.txt")
    hooks.install()
    hooks.remove()
    assert (sys.excepthook, threading.excepthook) == before
