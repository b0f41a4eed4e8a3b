"""Everything around a recording: start page, settings, files lately opened, recovery, information.

Each dialog is opened without blocking, so that frames go on while it is read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from capture_app.gui import words
from capture_app.gui.calibration_page import CalibrationPage
from capture_app.gui.controller import CaptureController
from capture_app.gui.dialogs import ShortcutsDialog, StartDialog, SummaryDialog, WaitDialog
from capture_app.gui.operator_window import OperatorWindow
from capture_app.gui.reader_place import ReaderPlace
from capture_app.gui.recovery_dialog import RecoveryDialog
from capture_app.gui.replay.door import ReplayDoor
from capture_app.gui.settings_controls_page import viewer_keys
from capture_app.gui.settings_dialog import SettingsDialog
from capture_app.gui.settings_dictation_page import MicrophoneDesk
from capture_app.gui.settings_signals_page import PortSearch
from capture_app.gui.station_parts import station_parts
from capture_app.gui.study_start.reception import StudyReception
from capture_app.gui.study_start.study_door import StudyDoor
from capture_app.gui.tracker_page import TrackerPage
from capture_app.gui.workers import Work
from capture_app.session.port import RecordingSummary, SessionPort, StationPort
from capture_app.session.settings import (
    LiveViewOptions,
    RecentItem,
    RecentKind,
    Settings,
    SettingsError,
    SettingsStore,
    with_recent,
)
from capture_app.session.states import LiveState, RecordingState
from capture_app.session.study_desk.states import StudyPhase
from capture_app.session.study_desk.study_tracker import tracker_for


class Desk(QObject):
    """Holds the settings and carries out what is asked for outside a running recording."""

    settings_changed = Signal(object)  # Settings

    def __init__(
        self,
        session: SessionPort,
        station: StationPort,
        store: SettingsStore,
        settings: Settings,
        controller: CaptureController,
        operator: OperatorWindow,
        place: ReaderPlace,
    ) -> None:
        super().__init__(operator)
        self.settings = settings
        self._session = session
        self._station = station
        self._store = store
        self._controller = controller
        self._operator = operator
        self._place = place
        self._port_search = PortSearch(station.serial_ports, self)
        self._microphones = MicrophoneDesk(station, self)
        self._work: Work | None = None
        self._wait: WaitDialog | None = None
        self._recorded_file: Path | None = None
        self._connects_later = False  # a tracker chosen while a recording ran
        self.door = StudyDoor(session, controller, operator, lambda: self.settings)
        self.reception = StudyReception(
            session, controller, operator, place, self.door, lambda: self.settings
        )
        self.replays = ReplayDoor(station, lambda: operator.colours, operator)
        self._connect()
        operator.set_recent(settings.recent)
        operator.set_live_view_options(settings.live_view)
        self.refresh_parts()

    def offer_recovery(self) -> None:
        """Offer to rebuild recordings that were not closed, when there are any."""
        found = self._station.unfinished_recordings(self.settings.folder_for_recordings())
        if found:
            dialog = RecoveryDialog(self._station, found, self._operator)
            dialog.recovered.connect(self._recovered)
            self._open(dialog)

    def refresh_parts(self) -> None:
        """Look again at tracker, monitors and disk for the strip of the start page."""
        monitors = len(QGuiApplication.screens())
        parts = station_parts(self.settings, self._station.trackers(), self._place.facts(), monitors)
        self._operator.start_page.set_parts(parts)

    def change_settings(self, settings: Settings) -> None:
        """Take over and keep new settings."""
        self.settings = settings
        self._session.apply_settings(settings)
        self._place.take_settings(settings)
        self._operator.set_live_view_options(settings.live_view)
        self.settings_changed.emit(settings)
        self._keep(settings)
        self.refresh_parts()

    def keep_layout(self) -> None:
        """Remember the operator's window as it is, at the end."""
        geometry, layout = self._operator.layout_to_keep()
        self._keep(replace(self.settings, window_geometry=geometry, window_layout=layout))

    def open_folder(self, path: Path) -> None:
        """Make the images of a folder the cases."""
        if self._controller.attempt(partial(self._session.show_folder, path)):
            self.begin_reading(RecentKind.FOLDER, path)

    def open_list(self, path: Path) -> None:
        """Make the images of a list the cases."""
        if self._controller.attempt(partial(self._session.open_list, path)):
            self.begin_reading(RecentKind.LIST, path)

    def open_study(self, path: Path) -> None:
        """Check a study and open it, or show what is wrong with it."""
        self.door.open(path)

    def _study_opened(self, path: Path) -> None:
        """Remember a study, show its page, and connect the tracker it is read with."""
        self._keep(with_recent(self.settings, RecentKind.STUDY, path))
        self._operator.set_recent(self.settings.recent)
        self._operator.show_study()
        state, study = self._controller.state, self._session.study_desk.state
        if state is not None and state.recording not in (RecordingState.NO_TRACKER, RecordingState.FAILED):
            return
        driver, options = self.settings.tracker, dict(self.settings.tracker_options)
        if study is not None:
            driver, options = tracker_for(study.opened.study.tracker, driver, options)
        self._controller.attempt(partial(self._session.connect_tracker, driver, options))

    def begin_reading(self, kind: RecentKind | None = None, path: Path | None = None) -> None:
        """Go on from the start page with the cases just opened; the folder or list is remembered."""
        if kind is not None and path is not None:
            self._keep(with_recent(self.settings, kind, path))
            self._operator.set_recent(self.settings.recent)
        self._operator.show_station()
        state = self._controller.state
        if state is None or state.recording in (RecordingState.NO_TRACKER, RecordingState.FAILED):
            self.connect_tracker()

    def start_demo(self) -> None:
        """Run the demo."""
        if self._controller.attempt(self._session.start_demo):
            self._operator.show_station()

    def connect_tracker(self) -> None:
        """Connect the tracker of the settings."""
        connect = partial(self._session.connect_tracker, self.settings.tracker, self.settings.tracker_options)
        self._controller.attempt(connect)

    def describe(self, path: Path) -> None:
        """Show what a recording holds."""
        if self._work is not None:
            return
        text = self.tr("Reading {0} and checking it.").format(path.name)
        self._wait = WaitDialog(self.tr("Recording information"), text, self._operator)
        self._open(self._wait)
        self._work = Work(partial(self._station.describe_recording, path), self)
        self._work.done.connect(self._described)
        self._work.failed.connect(self._not_described)
        self._work.start()

    def ask_for_folder(self) -> None:
        """Let the person choose a folder of images."""
        dialog = self._file_dialog(self.tr("Open images"), QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(lambda name: self.open_folder(Path(name)))
        dialog.open()

    def ask_for_list(self) -> None:
        """Let the person choose a list of images."""
        dialog = self._file_dialog(self.tr("Open a list of images"), QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([self.tr("Lists (*.txt *.csv *.tsv)"), self.tr("All files (*)")])
        dialog.fileSelected.connect(lambda name: self.open_list(Path(name)))
        dialog.open()

    def ask_for_recording(self) -> None:
        """Let the person choose a recording whose information is wanted."""
        self._choose_recording(self.tr("Recording information"), self.describe)

    def ask_for_replay(self) -> None:
        """Let the person choose a recording to see again."""
        self._choose_recording(self.tr("Replay a recording"), self.replays.open)

    def ask_for_start(self) -> None:
        """Ask who reads, then start."""
        state = self._controller.state
        disk = words.minutes(state.disk_minutes) if state is not None else words.UNKNOWN
        tracker = state.tracker if state is not None else self.settings.tracker
        folder = str(self.settings.folder_for_recordings())
        dialog = StartDialog(self.settings.reader, folder, disk, tracker, self._operator)
        dialog.accepted.connect(lambda: self._start(dialog.reader.text()))
        self._open(dialog)

    def ask_for_settings(self, page: str = "tracker") -> None:
        """Open the settings at a page."""
        dialog = SettingsDialog(self.settings, self._station.trackers(), self._operator, page=page)
        dialog.settings_accepted.connect(self._settings_accepted)
        dialog.search_requested.connect(self.show_tracker_page)
        self._port_search.serve(dialog.signals_page)
        self._microphones.serve(dialog.dictation_page)
        self._open(dialog)

    def show_tracker_page(self) -> None:
        """Open the page on which trackers are found, connected and tested."""
        colours = self._operator.colours
        page = TrackerPage(
            colours, self._session.tracker_desk, self._station.trackers(), self.settings, self._operator
        )
        page.connect_requested.connect(self._connect_chosen)
        page.settings_requested.connect(self.ask_for_settings)
        self.settings_changed.connect(page.take_settings)
        self._operator.colours_changed.connect(page.set_colours)
        self._open(page)

    def show_calibration_page(self) -> None:
        """Open the page on which the tracker is calibrated and validated."""
        facts, study = self._place.facts(), self._session.study_desk.state
        page = CalibrationPage(
            self._operator.colours,
            self._session.calibration_desk,
            lambda: self._session.tracker_desk.state.head,
            facts.width_px / facts.height_px,
            self._operator,
            closes_when_accepted=study is not None and study.phase is StudyPhase.RUNNING,
        )
        self._operator.colours_changed.connect(page.set_colours)
        self._open(page)

    def show_shortcuts(self) -> None:
        """Show all keys."""
        self._open(ShortcutsDialog(viewer_keys(self.settings.controls), self._operator))

    def open_recent(self, item: RecentItem) -> None:
        """Open something from the recent list."""
        path = Path(item.path)
        if item.kind is RecentKind.FOLDER:
            self.open_folder(path)
        elif item.kind is RecentKind.LIST:
            self.open_list(path)
        elif item.kind is RecentKind.STUDY:
            self.open_study(path)
        else:
            self.replays.open(path)

    def _connect(self) -> None:
        operator, page = self._operator, self._operator.start_page
        operator.start_requested.connect(self.ask_for_start)
        operator.connect_requested.connect(self.connect_tracker)
        operator.folder_requested.connect(self.ask_for_folder)
        operator.list_requested.connect(self.ask_for_list)
        operator.recording_info_requested.connect(self.ask_for_recording)
        operator.recent_requested.connect(self.open_recent)
        operator.settings_requested.connect(self.ask_for_settings)
        operator.tracker_page_requested.connect(self.show_tracker_page)
        operator.calibration_requested.connect(self.show_calibration_page)
        operator.shortcuts_requested.connect(self.show_shortcuts)
        operator.start_page_requested.connect(self._show_start_page)
        operator.live_view_options_changed.connect(self._live_view_changed)
        page.demo_requested.connect(self.start_demo)
        page.studies_requested.connect(self.door.show_page)
        self.door.opened.connect(self._study_opened)
        self.reception.closed.connect(self._show_start_page)
        self.reception.tracker_requested.connect(self.show_tracker_page)
        self.reception.settings_requested.connect(self.ask_for_settings)
        self.reception.settings_changed.connect(self.change_settings)
        page.folder_requested.connect(self.ask_for_folder)
        page.replay_requested.connect(self.ask_for_replay)
        operator.replay_requested.connect(self.ask_for_replay)
        operator.colours_changed.connect(self.replays.set_colours)
        self.replays.opened.connect(self._recovered)
        page.set_up_requested.connect(self.ask_for_settings)
        page.tracker_requested.connect(self.show_tracker_page)
        page.recent_requested.connect(self.open_recent)
        self._controller.frame_rendered.connect(self._watch_recording)

    def _start(self, reader: str) -> None:
        self._keep(replace(self.settings, reader=reader))
        self._controller.attempt(partial(self._session.start_recording, reader))

    def _settings_accepted(self, settings: Settings) -> None:
        tracker_changed = (settings.tracker, settings.tracker_options) != (
            self.settings.tracker,
            self.settings.tracker_options,
        )
        self.change_settings(settings)
        study = self._session.study_desk.state
        is_used = self._operator.is_station if study is None else not study.opened.study.tracker.driver
        if tracker_changed and is_used:
            self._connects_later = self._is_recording
            if not self._connects_later:
                self.connect_tracker()

    def _connect_chosen(self, tracker: str, options: dict[str, str]) -> None:
        """Connect a tracker chosen on its page; it is the one of the settings from now on."""
        if self._controller.attempt(partial(self._session.connect_tracker, tracker, options)):
            self.change_settings(replace(self.settings, tracker=tracker, tracker_options=dict(options)))

    def _live_view_changed(self, options: LiveViewOptions) -> None:
        self.settings = replace(self.settings, live_view=options)
        self._session.apply_settings(self.settings)

    def _show_start_page(self) -> None:
        self.refresh_parts()
        self._operator.show_start_page()

    def _recovered(self, path: Path) -> None:
        """Put a recording into the recent list."""
        self._keep(with_recent(self.settings, RecentKind.RECORDING, path))
        self._operator.set_recent(self.settings.recent)

    def _watch_recording(self, state: LiveState) -> None:
        """Put a finished recording into the recent list."""
        if state.recording is RecordingState.RECORDING and state.file_name:
            if self._recorded_file is None or self._recorded_file.name != state.file_name:
                # Now: until it ends, the settings may name another folder for the next one.
                self._recorded_file = self.settings.folder_for_recordings() / state.file_name
        elif self._recorded_file is not None and state.recording is RecordingState.READY:
            path, self._recorded_file = self._recorded_file, None
            self._recovered(path)
        if self._connects_later and not self._is_recording:
            self._connects_later = False
            self.connect_tracker()

    @property
    def _is_recording(self) -> bool:
        state = self._controller.state
        return state is not None and state.recording in (
            RecordingState.RECORDING,
            RecordingState.PAUSED,
            RecordingState.CLOSING,
        )

    def _described(self, summary: RecordingSummary) -> None:
        self._end_wait()
        self._recovered(summary.path)
        self._open(SummaryDialog(summary, self._operator))

    def _not_described(self, sentence: str) -> None:
        self._end_wait()
        self._controller.say(sentence)

    def _end_wait(self) -> None:
        self._work = None
        if self._wait is not None:
            self._wait.close()
            self._wait = None

    def _keep(self, settings: Settings) -> None:
        self.settings = settings
        try:
            self._store.save(settings)
        except SettingsError as err:
            self._controller.say(str(err))

    def _open(
        self,
        dialog: StartDialog
        | WaitDialog
        | SettingsDialog
        | SummaryDialog
        | ShortcutsDialog
        | RecoveryDialog
        | TrackerPage
        | CalibrationPage,
    ) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _choose_recording(self, title: str, then: Callable[[Path], None]) -> None:
        dialog = self._file_dialog(title, QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([self.tr("Recordings (*.gazeh5)"), self.tr("All files (*)")])
        dialog.setDirectory(str(self.settings.folder_for_recordings()))
        dialog.fileSelected.connect(lambda name: then(Path(name)))
        dialog.open()

    def _file_dialog(self, title: str, mode: QFileDialog.FileMode) -> QFileDialog:
        dialog = QFileDialog(self._operator, title)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(mode)
        folders = [item.path for item in self.settings.recent if item.kind is RecentKind.FOLDER]
        if folders:
            dialog.setDirectory(folders[0])
        return dialog
