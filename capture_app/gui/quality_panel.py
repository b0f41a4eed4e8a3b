"""Numbers about the gaze, the clocks, the frames and the disk, read a few times a second."""

from __future__ import annotations

import math

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from capture_app.gui import tokens, words
from capture_app.gui.charts import EyeBox, LossBars, PupilChart
from capture_app.gui.glyphs import glyph_pixmap
from capture_app.gui.labels import ElidedLabel, label, rule
from capture_app.gui.tokens import Colours
from capture_app.session.states import LiveState, StreamHealth

_RATE_TOLERANCE = 0.05  # share of the nominal rate


class QualityPanel(QScrollArea):
    """The panel at the right. `render_state` touches only what changed."""

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._colours = colours
        self._values: dict[str, QLabel] = {}
        self._signs: dict[str, QLabel] = {}
        self._needed_width = 0
        self._sign_keys: dict[str, tuple[object, ...]] = {}
        body = QWidget(self)
        self._column = QVBoxLayout(body)
        self._column.setContentsMargins(tokens.SPACE_M, tokens.SPACE_S, tokens.SPACE_M, tokens.SPACE_M)
        self._column.setSpacing(tokens.SPACE_S)
        self._tracker = ElidedLabel(body, Qt.TextElideMode.ElideRight)
        self._tracker.setProperty("role", "value")
        self._column.addWidget(self._tracker)
        self._add_rows(
            ("rate", self.tr("Rate"), self.tr("Samples a second over the last seconds")),
            ("loss", self.tr("Loss, last 10 s"), self.tr("Samples without any eye")),
        )
        self._bars = LossBars(colours, body)
        self._column.addWidget(self._bars)
        self._classes = label("", "secondary", body)
        self._classes.setWordWrap(True)
        self._column.addWidget(self._classes)
        self._add_rows(
            ("gap", self.tr("Longest gap"), self.tr("Longest time without any eye in this recording"))
        )
        self._add_eyes(body)
        self._add_pupils(body)
        self._column.addWidget(rule(body))
        self._add_rows(
            ("latency", self.tr("Latency"), self.tr("Arrival minus the sample's own time, median")),
            ("offset", self.tr("Clock offset"), self.tr("Tracker clock against this computer's clock")),
            ("drift", self.tr("Clock drift"), self.tr("How fast the two clocks part")),
            ("lost", self.tr("Never arrived"), self.tr("Samples the tracker sent and nobody received")),
            ("order", self.tr("Out of order"), self.tr("Samples whose time went backwards")),
            (
                "frames",
                self.tr("Late frames"),
                self.tr("Refreshes the reader's screen came too late, and dropped pictures"),
            ),
            ("disk", self.tr("Disk left"), self.tr("Recording time that fits on the disk")),
        )
        self._column.addStretch(1)
        self.setWidget(body)

    def minimumSizeHint(self) -> QSize:
        """Never be narrower than the numbers."""
        width = max(self._needed_width + tokens.SPACE_M, tokens.QUALITY_MINIMUM_WIDTH)
        return QSize(width, tokens.TRACE_MINIMUM_HEIGHT)

    def sizeHint(self) -> QSize:
        """Prefer the width of the design: a dock takes it when it is first shown."""
        return QSize(max(self.minimumSizeHint().width(), tokens.QUALITY_WIDTH), tokens.LIVE_MINIMUM[1])

    def set_colours(self, colours: Colours) -> None:
        """Take the colours of another theme."""
        self._colours = colours
        self._sign_keys.clear()
        for chart in (self._bars, self._box, self._pupils):
            chart.colours = colours
            chart.update()

    def render_state(self, state: LiveState) -> None:
        """Show the numbers of `state`."""
        health = state.health
        self._tracker.set_text(state.tracker or self.tr("No tracker connected"))
        self._set("rate", words.number(health.rate_hz, 1, "Hz"))
        self._set("loss", words.percent(health.loss_share))
        self._set("gap", words.number(health.longest_gap_s, 1, "s"))
        self._set("latency", words.number(health.latency_ms, 1, "ms"))
        self._set("offset", words.offset(health.clock_offset_ms))
        self._set("drift", words.number(health.clock_drift_ppm, 1, "ppm"))
        self._set("lost", str(health.lost_samples))
        self._set("order", str(health.out_of_order))
        self._set("frames", self.tr("{0} late, {1} dropped").format(state.frames_late, state.frames_dropped))
        self._set("disk", words.minutes(state.disk_minutes))
        self._set("distance", words.distance(health.distance_mm))
        self._render_classes(health)
        self._bars.set_history(health.loss_history)
        self._box.set_eyes(
            health.left_box, health.right_box, left_ok=health.left_ok, right_ok=health.right_ok
        )
        self._pupils.set_trace(state.trace)
        self._set("pupil", health.pupil_unit)
        self._render_signs(health)
        body = self.widget()
        needed = body.minimumSizeHint().width() if body is not None else 0
        if needed > self._needed_width:  # only ever grows: a panel that breathes is a panel that disturbs
            self._needed_width = needed
            self.updateGeometry()

    def _render_classes(self, health: StreamHealth) -> None:
        parts = [
            f"{name} {words.percent(share)}".replace(" ", "\u00a0") for name, share in health.loss_classes
        ]
        self._classes.setText(" · ".join(parts))
        self._classes.setVisible(bool(parts))

    def _render_signs(self, health: StreamHealth) -> None:
        nominal = health.nominal_rate_hz
        rate_known = math.isfinite(health.rate_hz) and math.isfinite(nominal) and nominal > 0
        rate_ok = rate_known and abs(health.rate_hz - nominal) <= nominal * _RATE_TOLERANCE
        for name, is_known, is_good in (
            ("rate", rate_known, rate_ok),
            ("left", math.isfinite(health.rate_hz), health.left_ok),
            ("right", math.isfinite(health.rate_hz), health.right_ok),
        ):
            key = (is_known, is_good, self.devicePixelRatioF())
            if self._sign_keys.get(name) == key:
                continue
            self._sign_keys[name] = key
            glyph = "tick" if is_good else "cross"
            colour = self._colours.good if is_good else self._colours.recording
            sign = glyph_pixmap(glyph, colour, tokens.GLYPH_SIZE, self.devicePixelRatioF())
            self._signs[name].setPixmap(sign)
            self._signs[name].setVisible(is_known)

    def _set(self, name: str, text: str) -> None:
        value = self._values[name]
        if value.text() != text:
            value.setText(text)

    def _add_rows(self, *rows: tuple[str, str, str]) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(tokens.SPACE_S)
        grid.setVerticalSpacing(tokens.SPACE_XS + 2)
        grid.setColumnStretch(0, 1)
        for row, (name, title, tip) in enumerate(rows):
            heading = label(title, "secondary", self)
            value = label("", "value", self)
            value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            sign = QLabel(self)
            for widget in (heading, value):
                widget.setToolTip(tip)
            grid.addWidget(heading, row, 0)
            grid.addWidget(sign, row, 1)
            grid.addWidget(value, row, 2)
            self._values[name], self._signs[name] = value, sign
        self._column.addLayout(grid)

    def _add_eyes(self, body: QWidget) -> None:
        row = QHBoxLayout()
        row.setSpacing(tokens.SPACE_XS)
        row.addWidget(label(self.tr("Eyes"), "secondary", body))
        row.addStretch(1)
        for name, letter in (("left", self.tr("L")), ("right", self.tr("R"))):
            self._signs[name] = QLabel(body)
            row.addWidget(label(letter, "value", body))
            row.addWidget(self._signs[name])
        self._values["distance"] = label("", "value", body)
        self._values["distance"].setToolTip(self.tr("Eyes to screen"))
        row.addSpacing(tokens.SPACE_S)
        row.addWidget(self._values["distance"])
        self._box = EyeBox(self._colours, body)
        self._column.addLayout(row)
        self._column.addWidget(self._box)

    def _add_pupils(self, body: QWidget) -> None:
        row = QHBoxLayout()
        row.addWidget(label(self.tr("Pupils, last 30 s"), "secondary", body))
        row.addStretch(1)
        self._values["pupil"] = label("", "secondary", body)
        row.addWidget(self._values["pupil"])
        self._pupils = PupilChart(self._colours, body)
        self._column.addLayout(row)
        self._column.addWidget(self._pupils)
