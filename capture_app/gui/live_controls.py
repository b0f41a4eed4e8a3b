"""The row below the live copy: what is drawn over it."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QSlider, QToolButton, QWidget

from capture_app.gui import tokens
from capture_app.gui.labels import label
from capture_app.session.settings import LiveViewOptions

_TOGGLES = ("show_gaze", "show_eyes", "show_trail", "show_fixations", "show_heatmap")


class LiveControls(QWidget):
    """Toggles, the heatmap's opacity, and how much of the screen is shown. Says what is wanted as a whole."""

    options_changed = Signal(object)  # LiveViewOptions

    def __init__(self, actions: dict[str, QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions = actions
        self._options = LiveViewOptions()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(tokens.SPACE_XS)
        for name in _TOGGLES:
            row.addWidget(self._button(name))
            actions[name].toggled.connect(self._toggled)
        self.opacity = QSlider(Qt.Orientation.Horizontal, self)
        self.opacity.setRange(0, 100)
        self.opacity.setPageStep(10)
        self.opacity.setFixedWidth(tokens.SLIDER_WIDTH)
        self.opacity.setToolTip(self.tr("Opacity of the heatmap"))
        self.opacity.setAccessibleName(self.tr("Opacity of the heatmap"))
        self.opacity.valueChanged.connect(self._opacity_moved)
        self._percent = label("100 %", "secondary", self)
        self._percent.setFixedWidth(self._percent.sizeHint().width() + tokens.SPACE_XS)
        row.addSpacing(tokens.SPACE_XS)
        row.addWidget(self.opacity)
        row.addWidget(self._percent)
        row.addStretch(1)
        row.addWidget(self._button("calibrate"))
        row.addStretch(1)
        for name in ("fit", "follow"):
            row.addWidget(self._button(name))
            actions[name].triggered.connect(self._view_chosen)
        self.set_options(self._options)

    def set_options(self, options: LiveViewOptions) -> None:
        """Show `options` without saying that they changed."""
        self._options = options
        states = {name: bool(getattr(options, name)) for name in _TOGGLES}
        states |= {"fit": not options.follow, "follow": options.follow}
        for name, is_on in states.items():
            blocker = QSignalBlocker(self._actions[name])
            self._actions[name].setChecked(is_on)
            blocker.unblock()
        slider_blocker = QSignalBlocker(self.opacity)
        self.opacity.setValue(round(options.heatmap_opacity * 100))
        slider_blocker.unblock()
        self._show_opacity()
        self._sync_buttons()

    def _button(self, name: str) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(f"button_{name}")
        button.setDefaultAction(self._actions[name])
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        return button

    def _sync_buttons(self) -> None:
        for button in self.findChildren(QToolButton):  # blocked actions do not tell their buttons
            button.setChecked(button.defaultAction().isChecked())

    def _toggled(self, is_on: bool) -> None:
        name = self.sender().objectName()
        self._change(replace(self._options, **{name: is_on}))

    def _opacity_moved(self, value: int) -> None:
        self._change(replace(self._options, heatmap_opacity=value / 100.0))

    def _view_chosen(self) -> None:
        self._change(replace(self._options, follow=self.sender().objectName() == "follow"))

    def _change(self, options: LiveViewOptions) -> None:
        self.set_options(options)
        self.options_changed.emit(options)

    def _show_opacity(self) -> None:
        self.opacity.setEnabled(self._options.show_heatmap)
        self._percent.setText(f"{self.opacity.value()} %")
