"""Opens the dialogs of datasets where menu, start page and a study's page ask for them.

The dialogs are imported when the first one is asked for: the windows open without waiting for all formats.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt

from capture_app.gui.controller import CaptureController
from capture_app.gui.dialogs import MessageDialog
from capture_app.gui.operator_window import OperatorWindow
from capture_app.session.port import SessionPort
from capture_app.session.settings import Settings
from capture_app.session.states import RecordingState

_RECORDING = (RecordingState.RECORDING, RecordingState.PAUSED)


class DatasetDesk(QObject):
    """Listens to the operator's window.

    Parameters
    ----------
    session
        Says which study is open.
    controller
        Says whether a recording runs.
    operator
        The window; dialogs belong to it.
    settings
        Returns those in force.
    """

    def __init__(
        self,
        session: SessionPort,
        controller: CaptureController,
        operator: OperatorWindow,
        settings: Callable[[], Settings],
    ) -> None:
        super().__init__(operator)
        self._session, self._controller, self._operator = session, controller, operator
        self._settings = settings
        for place in (operator, operator.start_page):
            place.export_requested.connect(self.ask_for_export)
            place.import_requested.connect(self.ask_for_import)
        operator.study_page.export_requested.connect(self.ask_for_export)

    def ask_for_export(self) -> None:
        """Ask which recordings are exported, and how: those of the study that is open, if any."""
        if self._is_refused():
            return
        from capture_app.gui.datasets.opening import open_export

        study = self._session.study_desk.state
        if study is None:
            open_export(self._operator, self._settings().folder_for_recordings())
        else:
            open_export(self._operator, study.opened.folder, study.opened)

    def ask_for_import(self) -> None:
        """Ask which dataset is imported."""
        if not self._is_refused():
            from capture_app.gui.datasets.opening import open_import

            open_import(self._operator, self._settings().folder_for_recordings())

    def _is_refused(self) -> bool:
        """Say that datasets wait while a recording runs, which needs the processors; False without one."""
        state = self._controller.state
        if state is None or state.recording not in _RECORDING:
            return False
        text = self.tr("A recording is running, and needs this computer for itself. End it first.")
        dialog = MessageDialog(self.tr("Not now"), text, self._operator)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()
        return True
