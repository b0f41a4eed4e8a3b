"""The pages of the settings: tracker, the reader's screen, analysis, files, appearance."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QWidget,
)

from capture_app.gui.labels import paragraph
from capture_app.gui.screens import (
    choose_monitor,
    identify_monitors,
    monitor_choice,
    monitor_title,
    screen_facts,
)
from capture_app.gui.settings_form import ChoiceBox, SettingsForm, indent_number, with_button
from capture_app.gui.tick_box import TickBox
from capture_app.session.port import TrackerChoice, TrackerOption
from capture_app.session.settings import Corner, MonitorChoice, Settings, Theme
from gaze_core.eyes import Eye


class TrackerOptionsPage(SettingsForm):
    """Which tracker, and its options."""

    search_requested = Signal()

    def __init__(self, trackers: tuple[TrackerChoice, ...], parent: QWidget) -> None:
        super().__init__("tracker", parent)
        self.set_texts(
            self.tr("Tracker"), self.tr("The device that measures gaze. A change connects it anew.")
        )
        self._trackers = trackers
        self._fields_of_options: dict[str, QLineEdit | QComboBox] = {}
        self._stored: dict[str, dict[str, str]] = {}  # options by the name of their tracker
        self.tracker = ChoiceBox(self)
        for choice in trackers:
            self.tracker.addItem(choice.title, choice.name)
        self.search = QPushButton(self.tr("Find and test…"), self)
        self.search.setToolTip(self.tr("Save these settings and open the tracker's page"))
        self.search.setAutoDefault(False)
        self.search.clicked.connect(self.search_requested)
        self.add_field(
            "tracker", self.tr("Tracker"), self.tracker, with_button(self, self.tracker, self.search)
        )
        self._reason = paragraph("", "secondary", self)
        self.form.addRow("", self._reason)
        self.tracker.currentIndexChanged.connect(self._show_options)
        self.further = QLineEdit(self)
        self.further.setPlaceholderText(self.tr("name=value, separated by spaces"))
        self.add_field("tracker_options", self.tr("Further options"), self.further)

    def show_settings(self, settings: Settings) -> None:
        """Fill the page."""
        self._stored = {settings.tracker: dict(settings.tracker_options)}
        index = self.tracker.findData(settings.tracker)
        if index < 0:
            self.tracker.addItem(settings.tracker, settings.tracker)
            index = self.tracker.count() - 1
        self.tracker.setCurrentIndex(index)
        self._show_options()

    def applied_to(self, settings: Settings) -> Settings:
        """Return `settings` with what the page says."""
        options = {}
        for name, field in self._fields_of_options.items():
            value = field.currentText() if isinstance(field, QComboBox) else field.text().strip()
            default = next(option.default for option in self._choice().options if option.name == name)
            if value and value != default:
                options[name] = value
        for part in self.further.text().split():
            name, _, value = part.partition("=")
            options[name] = value
        return replace(settings, tracker=str(self.tracker.currentData()), tracker_options=options)

    def finding(self) -> str:
        """Return what is wrong with the further options; empty when all is well."""
        bad = [part for part in self.further.text().split() if "=" not in part.strip("=")]
        if not bad:
            return ""
        return self.tr("{0} is not of the form name=value; write for example rate_hz=600.").format(bad[0])

    def _choice(self) -> TrackerChoice:
        name = str(self.tracker.currentData())
        known = {choice.name: choice for choice in self._trackers}
        return known.get(name, TrackerChoice(name=name, title=name, is_usable=False))

    def _show_options(self) -> None:
        for field in self._fields_of_options.values():
            self.form.removeRow(field)
        self._fields_of_options = {}
        choice = self._choice()
        self._reason.setText(choice.reason)
        self.form.setRowVisible(self._reason, bool(choice.reason))
        row = self.form.indexOf(self._reason)
        position = self.form.getItemPosition(row)
        at = int(position[0]) + 1  # type: ignore[index]  # the stubs call the pair an object
        stored = self._stored.get(choice.name, {})  # another tracker would refuse them
        for option in choice.options:
            added = _option_field(self, option, stored.get(option.name, option.default))
            self.form.insertRow(at, option.title, added)
            at += 1
            self._fields_of_options[option.name] = added
        declared = {option.name for option in choice.options}
        rest = [f"{name}={value}" for name, value in stored.items() if name not in declared]
        self.further.setText(" ".join(rest))


class ScreenPage(SettingsForm):
    """Which monitor the reader looks at, how large it is, how far away."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("screen", parent)
        self.set_texts(
            self.tr("Reader's screen"),
            self.tr("Degrees are computed from these; measure the lit area with a ruler."),
        )
        self.monitor = ChoiceBox(self)
        self._facts = [screen_facts(screen) for screen in QGuiApplication.screens()]
        for index, facts in enumerate(self._facts):
            self.monitor.addItem(monitor_title(facts, index + 1))
        identify = QPushButton(self.tr("Identify"), self)
        identify.setToolTip(self.tr("Show its number on each monitor"))
        identify.clicked.connect(identify_monitors)
        self.add_field("monitor", self.tr("Monitor"), self.monitor, with_button(self, self.monitor, identify))
        self.width_mm = _millimetres(self, 0.0, 3000.0, self.tr("as the monitor says"))
        self.height_mm = _millimetres(self, 0.0, 3000.0, self.tr("as the monitor says"))
        self.distance_mm = _millimetres(self, 0.0, 5000.0, "")
        self.grey = QSpinBox(self)
        self.grey.setRange(0, 255)
        indent_number(self.grey)
        self.corner = ChoiceBox(self)
        for corner, title in (
            (Corner.OFF, self.tr("off")),
            (Corner.TOP_LEFT, self.tr("top left")),
            (Corner.TOP_RIGHT, self.tr("top right")),
            (Corner.BOTTOM_LEFT, self.tr("bottom left")),
            (Corner.BOTTOM_RIGHT, self.tr("bottom right")),
        ):
            self.corner.addItem(title, corner)
        self.corner.setToolTip(self.tr("A square that changes with each picture, for a photodiode"))
        self.add_field("screen_width_mm", self.tr("Width"), self.width_mm)
        self.add_field("screen_height_mm", self.tr("Height"), self.height_mm)
        self.add_field("distance_mm", self.tr("Eyes to screen"), self.distance_mm)
        self.add_field("background_grey", self.tr("Grey around the picture"), self.grey)
        self.add_field("corner_patch", self.tr("Photodiode patch"), self.corner)
        self._add_measured()

    def show_settings(self, settings: Settings) -> None:
        """Fill the page."""
        screens = QGuiApplication.screens()
        primary = screens.index(QGuiApplication.primaryScreen())
        self.monitor.setCurrentIndex(choose_monitor(self._facts, settings.monitor, primary))
        self.width_mm.setValue(settings.screen_width_mm)
        self.height_mm.setValue(settings.screen_height_mm)
        self.distance_mm.setValue(settings.distance_mm)
        self.grey.setValue(settings.background_grey)
        self.corner.setCurrentIndex(self.corner.findData(settings.corner_patch))
        self.latency_ms.setValue(settings.onset_latency_mean_ms)
        self.latency_sd_ms.setValue(settings.onset_latency_sd_ms)
        self.black.setValue(settings.luminance_minimum_cd_m2)
        self.white.setValue(settings.luminance_maximum_cd_m2)
        self.gsdf.setText(settings.gsdf_check)

    def applied_to(self, settings: Settings) -> Settings:
        """Return `settings` with what the page says."""
        index = self.monitor.currentIndex()
        return replace(
            settings,
            monitor=monitor_choice(self._facts[index]) if index >= 0 else MonitorChoice(),
            screen_width_mm=self.width_mm.value(),
            screen_height_mm=self.height_mm.value(),
            distance_mm=self.distance_mm.value(),
            background_grey=self.grey.value(),
            corner_patch=Corner(self.corner.currentData()),
            onset_latency_mean_ms=self.latency_ms.value(),
            onset_latency_sd_ms=self.latency_sd_ms.value(),
            luminance_minimum_cd_m2=self.black.value(),
            luminance_maximum_cd_m2=self.white.value(),
            gsdf_check=self.gsdf.text().strip(),
        )

    def _add_measured(self) -> None:
        """Add what a lab measures on its monitor; another monitor has to be measured anew."""
        unknown = self.tr("not measured")
        self.latency_ms = _number(self, 1000.0, 2, " ms", unknown)
        self.latency_ms.setToolTip(self.tr("Light after presentation, by the patch and a photodiode: mean"))
        self.latency_sd_ms = _number(self, 1000.0, 3, " ms", unknown)
        self.black = _number(self, 10000.0, 3, " cd/m²", unknown)
        self.white = _number(self, 10000.0, 3, " cd/m²", unknown)
        self.gsdf = QLineEdit(self)
        self.gsdf.setPlaceholderText(self.tr("result and date, where it was checked"))
        self.add_field("onset_latency_mean_ms", self.tr("Onset latency"), self.latency_ms)
        self.add_field("onset_latency_sd_ms", self.tr("Its SD"), self.latency_sd_ms)
        self.add_field("luminance_minimum_cd_m2", self.tr("Luminance of black"), self.black)
        self.add_field("luminance_maximum_cd_m2", self.tr("Luminance of white"), self.white)
        self.add_field("gsdf_check", self.tr("GSDF check"), self.gsdf)
        self.monitor.currentIndexChanged.connect(self._forget_measured)

    def _forget_measured(self) -> None:
        """Empty the measured values: they were those of the monitor chosen before."""
        for field in (self.latency_ms, self.latency_sd_ms, self.black, self.white):
            field.setValue(0.0)
        self.gsdf.clear()


class AnalysisPage(SettingsForm):
    """What the live analysis looks at."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("analysis", parent)
        self.set_texts(
            self.tr("Live analysis"),
            self.tr("Changes what is shown while recording, never what is recorded."),
        )
        self.eye = ChoiceBox(self)
        for eye, title in (
            (Eye.AVERAGE, self.tr("both eyes, or the one that is seen")),
            (Eye.STRICT_AVERAGE, self.tr("both eyes, only when both are seen")),
            (Eye.LEFT, self.tr("left eye")),
            (Eye.RIGHT, self.tr("right eye")),
        ):
            self.eye.addItem(title, eye)
        self.sigma = QDoubleSpinBox(self)
        self.sigma.setRange(0.0, 20.0)
        self.sigma.setSingleStep(0.1)
        indent_number(self.sigma)
        self.sigma.setSuffix(self.tr(" deg"))
        self.add_field("eye", self.tr("Eye"), self.eye)
        self.add_field("heatmap_sigma_deg", self.tr("Width of the heatmap"), self.sigma)

    def show_settings(self, settings: Settings) -> None:
        """Fill the page."""
        self.eye.setCurrentIndex(self.eye.findData(settings.eye))
        self.sigma.setValue(settings.heatmap_sigma_deg)

    def applied_to(self, settings: Settings) -> Settings:
        """Return `settings` with what the page says."""
        return replace(settings, eye=Eye(self.eye.currentData()), heatmap_sigma_deg=self.sigma.value())


class FilesPage(SettingsForm):
    """Where recordings go."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("files", parent)
        self.set_texts(
            self.tr("Files"),
            self.tr("Choose a folder on this computer's own disk, not one that is synchronised."),
        )
        self.folder = QLineEdit(self)
        self.folder.setPlaceholderText(str(Settings().folder_for_recordings()))
        browse = QPushButton(self.tr("Choose…"), self)
        browse.clicked.connect(self._browse)
        self.add_field(
            "recording_folder", self.tr("Recordings"), self.folder, with_button(self, self.folder, browse)
        )
        self.embed = TickBox(self.tr("Keep a copy of every shown image inside the recording"), self)
        self.embed.setToolTip(
            self.tr("PNG, JPEG and TIFF only, and only where the images may be passed on with the gaze.")
        )
        self.add_field("embed_images", self.tr("Images"), self.embed)
        self.ffmpeg = QLineEdit(self)
        self.ffmpeg.setPlaceholderText(self.tr("none: films are silent MPEG-4"))
        self.ffmpeg.setToolTip(self.tr("An ffmpeg of this computer: films become H.264 with the dictation"))
        find = QPushButton(self.tr("Choose…"), self)
        find.clicked.connect(self._find_ffmpeg)
        self.add_field("ffmpeg", self.tr("ffmpeg"), self.ffmpeg, with_button(self, self.ffmpeg, find))

    def show_settings(self, settings: Settings) -> None:
        """Fill the page."""
        self.folder.setText(settings.recording_folder)
        self.embed.setChecked(settings.embed_images)
        self.ffmpeg.setText(settings.ffmpeg)

    def applied_to(self, settings: Settings) -> Settings:
        """Return `settings` with what the page says."""
        return replace(
            settings,
            recording_folder=self.folder.text().strip(),
            embed_images=self.embed.isChecked(),
            ffmpeg=self.ffmpeg.text().strip(),
        )

    def _browse(self) -> None:
        dialog = QFileDialog(self, self.tr("Folder for recordings"), self.folder.text())
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(self.folder.setText)
        dialog.open()

    def _find_ffmpeg(self) -> None:
        dialog = QFileDialog(self, self.tr("The program ffmpeg"), self.ffmpeg.text())
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.ffmpeg.setText)
        dialog.open()


class AppearancePage(SettingsForm):
    """Colours of the operator's windows."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("appearance", parent)
        self.set_texts(
            self.tr("Appearance"), self.tr("The reader's screen keeps its grey whatever is chosen here.")
        )
        self.theme = ChoiceBox(self)
        for theme, title in (
            (Theme.DARK, self.tr("dark, for a reading room")),
            (Theme.LIGHT, self.tr("light")),
            (Theme.SYSTEM, self.tr("as the system")),
        ):
            self.theme.addItem(title, theme)
        self.heatmap = TickBox(self.tr("Show the heatmap when a recording starts"), self)
        self.add_field("theme", self.tr("Colours"), self.theme)
        self.add_field("live_view", self.tr("Live copy"), self.heatmap)

    def show_settings(self, settings: Settings) -> None:
        """Fill the page."""
        self.theme.setCurrentIndex(self.theme.findData(settings.theme))
        self.heatmap.setChecked(settings.live_view.show_heatmap)

    def applied_to(self, settings: Settings) -> Settings:
        """Return `settings` with what the page says."""
        live_view = replace(settings.live_view, show_heatmap=self.heatmap.isChecked())
        return replace(settings, theme=Theme(self.theme.currentData()), live_view=live_view)


def _option_field(parent: QWidget, option: TrackerOption, value: str) -> QLineEdit | QComboBox:
    field: QLineEdit | QComboBox
    if option.choices:
        field = ChoiceBox(parent)
        field.addItems(list(option.choices))
        field.setCurrentText(value)
    else:
        field = QLineEdit(value, parent)
    field.setToolTip(option.doc)
    field.setAccessibleName(option.title)
    return field


def _millimetres(parent: QWidget, low: float, high: float, word_for_zero: str) -> QDoubleSpinBox:
    field = _number(parent, high, 1, " mm", word_for_zero)
    field.setMinimum(low)
    return field


def _number(
    parent: QWidget, high: float, decimals: int, suffix: str, word_for_zero: str = ""
) -> QDoubleSpinBox:
    field = QDoubleSpinBox(parent)
    field.setRange(0.0, high)
    field.setDecimals(decimals)
    indent_number(field)
    field.setSuffix(suffix)
    if word_for_zero:
        field.setSpecialValueText(word_for_zero)
    return field
