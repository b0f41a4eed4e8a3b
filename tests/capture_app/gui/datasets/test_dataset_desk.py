"""The dialogs of datasets open where they are asked for, and never beside a recording."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest
from PySide6.QtWidgets import QWidget

from capture_app.gui.datasets.dataset_dialog import DatasetDialog
from capture_app.gui.datasets.opening import export_replayed
from capture_app.gui.dialogs import MessageDialog
from capture_app.session.states import RecordingState


def visible(windows, kind):
    return [dialog for dialog in windows.operator.findChildren(kind) if dialog.isVisible()]


@pytest.mark.parametrize(("name", "place"), [("export", "recordings"), ("import", "folder")])
def test_the_menu_offers_the_folder_of_recordings(windows, tmp_path, name, place):
    windows.operator.actions_by_name[name].trigger()
    (dialog,) = visible(windows, DatasetDialog)
    assert dialog.places[place].path == tmp_path


@pytest.mark.parametrize("name", ["export", "import"])
def test_datasets_wait_while_a_recording_runs(windows, session, name):
    session.state = replace(session.state, recording=RecordingState.RECORDING)
    windows.controller.frame()
    windows.operator.actions_by_name[name].trigger()
    assert visible(windows, DatasetDialog) == []
    (message,) = visible(windows, MessageDialog)
    assert "A recording is running" in message.text.text()


def test_a_replay_offers_its_own_recording(qtbot, tmp_path):
    window = QWidget()
    qtbot.addWidget(window)
    window.source = SimpleNamespace(path=tmp_path / "a.gazeh5", study=None)
    dialog = export_replayed(window)
    assert dialog.places["recordings"].path == tmp_path / "a.gazeh5"
    dialog.reject()
