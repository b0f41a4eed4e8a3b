"""The page that saves the file of diagnostics."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from capture_app.gui.settings_diagnostics_page import DiagnosticsPage
from capture_app.session.settings import Settings


@pytest.fixture
def page(qtbot: QtBot) -> Iterator[DiagnosticsPage]:
    parent = QWidget()
    qtbot.addWidget(parent)
    page = DiagnosticsPage(parent)
    page.show_settings(Settings())
    yield page  # while the parent is held here
    parent.close()


def test_it_saves_and_says_where(page: DiagnosticsPage, qtbot: QtBot, tmp_path: Path) -> None:
    page.save_to(tmp_path / "diagnostics.zip")
    qtbot.waitUntil(page.save.isEnabled)
    assert (tmp_path / "diagnostics.zip").is_file()
    assert page.answer.text().startswith(f"Saved: {tmp_path / 'diagnostics.zip'}")


def test_a_file_that_is_there_is_refused_in_words(
    page: DiagnosticsPage, qtbot: QtBot, tmp_path: Path
) -> None:
    (tmp_path / "diagnostics.zip").write_text("mine", encoding="utf-8")
    page.save_to(tmp_path / "diagnostics.zip")
    qtbot.waitUntil(page.save.isEnabled)
    assert "is there already" in page.answer.text()


def test_the_button_asks_for_a_place(page: DiagnosticsPage, qtbot: QtBot) -> None:
    page.save.click()
    dialog = page.findChild(QFileDialog)
    assert dialog is not None
    assert dialog.acceptMode() == QFileDialog.AcceptMode.AcceptSave
    assert dialog.testOption(QFileDialog.Option.DontConfirmOverwrite)
    dialog.close()


def test_it_changes_no_setting(page: DiagnosticsPage) -> None:
    settings = Settings(distance_mm=700.0)
    assert page.applied_to(settings) == settings
