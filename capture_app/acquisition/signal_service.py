"""The service for signals in and triggers out: `UseSignals`, `SendTrigger` -> `SignalsReady`, rows, events.

The outlet sees every recorded TRIGGER row and makes a marker of our own LSL stream of it, where wanted.
A trigger that goes out as a marker alone has a row whose port is ``lsl``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from capture_app.acquisition import messages as m
from capture_app.acquisition.services import ServiceParts, StreamTap
from capture_app.acquisition.signal_lines import SignalLines, WantedSignals
from capture_app.acquisition.trigger_writer import trigger_row
from drivers.serial_port import OpenPort, SerialSetup, open_serial_port
from gaze_core.rows import EXTERNAL_SIGNAL, TRIGGER, Rows
from gaze_core.streams import TrackerInfo
from recordings_schema.layout import DatasetKey

LSL_PORT: Final = "lsl"
ANSWER_AFTER_NS: Final = 3_000_000_000
"""A port that takes longer to open (wireless ones may) is told of as it stands, and again when it is open."""

_SOURCE: Final = "signals"


class SignalService:
    """Keeps the signal ports. All but `take_signals`, `take_trigger` and `tell` is the server's thread."""

    handles: tuple[type[m.Message], ...] = (m.UseSignals, m.SendTrigger)
    tap: StreamTap | None = None

    def __init__(
        self, parts: ServiceParts, open_port: Callable[[SerialSetup], OpenPort] = open_serial_port
    ) -> None:
        self._parts = parts
        self._open_port = open_port
        self._lines: SignalLines | None = None
        self._asked_ns = 0
        self._told: m.SignalsReady | None = None
        self._was_recording = False

    def handle(self, message: m.Message) -> None:
        """Use other ports, or send a trigger."""
        if isinstance(message, m.UseSignals):
            self._use(message)
        elif isinstance(message, m.SendTrigger):
            self._send(message)

    def tracker_changed(self, info: TrackerInfo | None) -> None:
        """Go on: the ports do not depend on the tracker."""

    def step(self) -> None:
        """Tell the app what changed, and the recording how the lines are at its start."""
        lines = self._lines
        is_recording = self._parts.recorder.is_recording
        if is_recording and not self._was_recording and lines is not None:
            values = lines.initial_values()
            if values is not None:
                self._parts.recorder.append(DatasetKey.EXTERNAL_SIGNALS, values)
        self._was_recording = is_recording
        if lines is None:
            return
        if lines.has_tried or self._parts.clock.now_ns() - self._asked_ns >= ANSWER_AFTER_NS:
            state = m.SignalsReady(
                is_in_open=lines.is_in_open, is_out_open=lines.is_out_open, text=lines.sentence()
            )
            if state != self._told:
                self._told = state
                self._parts.send(state)

    def close(self) -> None:
        """Let go of the ports."""
        if self._lines is not None:
            self._lines.close()
            self._lines = None

    def take_signals(self, rows: Rows) -> None:
        """Take what came in on a port; in its thread."""
        self._parts.recorder.append(DatasetKey.EXTERNAL_SIGNALS, rows)
        self._parts.send(m.StreamRows(row_type=EXTERNAL_SIGNAL.name, rows=rows))

    def take_trigger(self, rows: Rows) -> None:
        """Take what was sent; in the writer's thread."""
        is_recorded = self._parts.recorder.append(DatasetKey.TRIGGERS, rows)
        self._parts.send(m.StreamRows(row_type=TRIGGER.name, rows=rows))
        if not is_recorded and rows["cause"][0] != b"test":  # the app asks for others while recording only
            text = f"The trigger {rows['code'][0]} left while the recording closed, and has no row in it."
            self.tell("trigger_unrecorded", text, float(rows["code"][0]))

    def tell(self, kind: str, text: str, value: float) -> None:
        """Write an event and tell the app; in any thread."""
        self._parts.recorder.event(kind, text, value, source=_SOURCE)

    def _use(self, message: m.UseSignals) -> None:
        try:
            wanted = WantedSignals.of(message)
        except ValueError as err:
            self._parts.send(m.Failed(request=m.UseSignals.__name__, kind="protocol", text=str(err)))
            return
        before = self._lines
        if before is not None:
            before.close_soon()
        self._lines = SignalLines(
            wanted, owner=self, clock=self._parts.clock, open_port=self._open_port, before=before
        )
        self._asked_ns, self._told = self._parts.clock.now_ns(), None
        self._lines.start()

    def _send(self, trigger: m.SendTrigger) -> None:
        lines = self._lines
        if lines is not None and lines.has_out:
            lines.send(trigger)
        elif lines is not None and lines.wanted.is_marker_sent:
            now_ns = self._parts.clock.now_ns()
            self.take_trigger(trigger_row(trigger, LSL_PORT, now_ns, now_ns))
        else:
            text = f"The trigger {trigger.code} was not sent. Choose a port for triggers in the settings."
            self.tell("trigger_failed", text, float(trigger.code))
