"""The page of the settings with the reader's buttons and keys."""

from __future__ import annotations

from dataclasses import fields, replace

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QKeySequenceEdit, QPushButton, QWidget

from capture_app.gui.settings_form import ChoiceBox, SettingsForm
from capture_app.session.settings import Settings
from capture_app.session.viewer_controls import PointerButton, ViewerControls, ViewerControlsError


def key_titles() -> dict[str, str]:
    """Return the words for each key of the viewer controls, in the order of the page."""

    def words(text: str) -> str:
        return QCoreApplication.translate("viewer keys", text)

    return {
        "zoom_in_key": words("Zoom in"),
        "zoom_out_key": words("Zoom out"),
        "fit_key": words("Fit"),
        "reset_key": words("Reset picture and window"),
        "pan_left_key": words("Move left"),
        "pan_right_key": words("Move right"),
        "pan_up_key": words("Move up"),
        "pan_down_key": words("Move down"),
        "window_wider_key": words("Less contrast"),
        "window_narrower_key": words("More contrast"),
        "level_lower_key": words("Brighter"),
        "level_higher_key": words("Darker"),
    }


def viewer_keys(controls: ViewerControls) -> tuple[tuple[str, str], ...]:
    """Return what each key does and how this system writes it, for the overlay of shortcuts."""
    return tuple(
        (title, QKeySequence(getattr(controls, name)).toString(QKeySequence.SequenceFormat.NativeText))
        for name, title in key_titles().items()
    )


class ControlsPage(SettingsForm):
    """Which button pans, which one windows, and a key for everything."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("controls", parent)
        self.set_texts(
            self.tr("Controls"), self.tr("The reader's buttons and keys. The wheel zooms about the pointer.")
        )
        self._controls = ViewerControls()
        self.buttons: dict[str, ChoiceBox] = {}
        self.keys: dict[str, QKeySequenceEdit] = {}
        for name, title in (
            ("pan_button", self.tr("Drag to move")),
            ("window_button", self.tr("Drag for contrast")),
        ):
            field = ChoiceBox(self)
            for button, word in (
                (PointerButton.LEFT, self.tr("left button")),
                (PointerButton.MIDDLE, self.tr("middle button")),
                (PointerButton.RIGHT, self.tr("right button")),
                (PointerButton.NONE, self.tr("no button")),
            ):
                field.addItem(word, button)
            self.buttons[name] = field
            self.add_field("controls" if name == "pan_button" else name, title, field)
        for name, title in key_titles().items():
            edit = QKeySequenceEdit(self)
            edit.setMaximumSequenceLength(1)
            edit.setClearButtonEnabled(True)
            self.keys[name] = edit
            self.add_field(name, title, edit)
        restore = QPushButton(self.tr("Restore the usual controls"), self)
        restore.clicked.connect(self._restore)
        self.form.addRow("", restore)

    def show_settings(self, settings: Settings) -> None:
        """Fill the page."""
        self._show(settings.controls)

    def applied_to(self, settings: Settings) -> Settings:
        """Return `settings` with what the page says.

        Raises
        ------
        ViewerControlsError
            If a key or a button is given away twice.
        """
        values: dict[str, object] = {
            item.name: getattr(self._controls, item.name) for item in fields(ViewerControls)
        }
        for name, field in self.buttons.items():
            values[name] = PointerButton(field.currentData())
        for name, edit in self.keys.items():
            values[name] = edit.keySequence().toString(QKeySequence.SequenceFormat.PortableText)
        return replace(settings, controls=ViewerControls(**values))  # type: ignore[arg-type]  # by field name

    def finding(self) -> str:
        """Return what is wrong with the controls; empty when all is well."""
        try:
            self.applied_to(Settings())
        except ViewerControlsError as err:
            return str(err)
        return ""

    def _restore(self) -> None:
        self._show(ViewerControls())

    def _show(self, controls: ViewerControls) -> None:
        self._controls = controls
        for name, field in self.buttons.items():
            field.setCurrentIndex(field.findData(getattr(controls, name)))
        for name, edit in self.keys.items():
            edit.setKeySequence(QKeySequence(getattr(controls, name)))
