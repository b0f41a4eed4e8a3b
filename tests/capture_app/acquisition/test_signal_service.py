"""The service opens the ports it is told of, hands rows on, tells states, and never hangs at a change."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from capture_app.acquisition import messages as m
from capture_app.acquisition import signal_port
from capture_app.acquisition.services import ServiceParts
from capture_app.acquisition.signal_lines import WantedSignals
from capture_app.acquisition.signal_service import ANSWER_AFTER_NS, SignalService
from gaze_core.clocks import ManualClock
from recordings_schema.layout import DatasetKey

LIMIT_S = 10.0


class FakeRecorder:
    """Takes rows while `is_recording`."""

    def __init__(self) -> None:
        self.is_recording = True
        self.rows: list[tuple[DatasetKey, Any]] = []
        self.events: list[str] = []
        self.started_host_ns = 0

    def append(self, key: DatasetKey, rows: Any) -> bool:
        if self.is_recording:
            self.rows.append((key, rows))
        return self.is_recording

    def event(self, kind: str, text: str, value: float = float("nan"), source: str = "recorder") -> None:
        self.events.append(f"{source} {kind}: {text}")

    def of(self, key: DatasetKey) -> Any:
        parts = [rows for each, rows in self.rows if each is key]
        return np.concatenate(parts) if parts else np.zeros(0)


class NoTracker:
    info = None
    capabilities = None


class Bench:
    """A service with ports in memory; `until` lets it work."""

    def __init__(self, wire: Any) -> None:
        self.sent: list[m.Message] = []
        self.recorder = FakeRecorder()
        self.clock = ManualClock(1_000_000_000)
        parts = ServiceParts(
            clock=self.clock, send=self.sent.append, recorder=self.recorder, tracker=NoTracker()
        )
        self.service = SignalService(parts, open_port=wire.open)

    def use(self, port_in: str = "", port_out: str = "", **setup: str) -> None:
        self.service.handle(m.UseSignals(port_in=port_in, port_out=port_out, setup=setup))

    def until(self, is_reached: Callable[[], object]) -> None:
        deadline_s = time.monotonic() + LIMIT_S
        while not is_reached():
            assert time.monotonic() < deadline_s, self.sent
            self.service.step()

    def of(self, kind: type[Any]) -> list[Any]:
        return [message for message in self.sent if isinstance(message, kind)]

    def ready(self) -> m.SignalsReady:
        self.until(lambda: self.of(m.SignalsReady))
        return self.of(m.SignalsReady)[-1]


@pytest.fixture
def bench(wire, monkeypatch) -> Iterator[Bench]:
    monkeypatch.setattr(signal_port, "REOPEN_EVERY_S", 0.001)
    bench = Bench(wire)
    yield bench
    wire.opening.set()
    bench.service.close()


def test_open_ports_are_told_with_what_they_are_for(bench):
    bench.use("COM3", "COM4", kind_in="lines", kind_out="rts")
    ready = bench.ready()
    assert (ready.is_in_open, ready.is_out_open) == (True, True)
    assert "Signals come in from COM3 on the lines" in ready.text
    assert "Triggers go out through COM4 as pulses on RTS." in ready.text


def test_one_port_for_both_is_opened_once(bench, wire):
    bench.use("COM3", "COM3")
    assert bench.ready().is_in_open
    assert bench.ready().is_out_open
    assert len(wire.ports) == 1


def test_a_line_for_pulses_is_off_at_rest_and_the_other_is_on(bench, wire):
    bench.use(port_out="COM3", kind_out="dtr", baud="9600")
    bench.ready()
    assert (wire.setups[0].rests_low, wire.setups[0].baud) == (("dtr",), 9600)


def test_a_port_that_is_missing_is_told_in_a_sentence(bench, wire):
    wire.is_plugged = False
    bench.use("COM3")
    ready = bench.ready()
    assert not ready.is_in_open
    assert "There is no serial port COM3" in ready.text


def test_signals_are_recorded_and_sent_to_the_app(bench, wire):
    bench.use("COM3")
    bench.ready()
    wire.incoming.put(b"\x05")
    bench.until(lambda: bench.of(m.StreamRows))
    assert bench.recorder.of(DatasetKey.EXTERNAL_SIGNALS)["value"].tolist() == [5]
    assert bench.of(m.StreamRows)[0].row_type == "external_signal"


def test_a_recording_begins_with_the_state_of_the_lines(bench, wire):
    bench.recorder.is_recording = False
    wire.lines = 6
    bench.use("COM3", kind_in="lines")
    bench.ready()
    bench.recorder.is_recording = True
    bench.service.step()
    bench.service.step()
    rows = bench.recorder.of(DatasetKey.EXTERNAL_SIGNALS)
    assert [(int(row["value"]), bytes(row["change"])) for row in rows] == [(6, b"initial_value")]


def test_a_trigger_is_written_recorded_and_sent_to_the_app(bench, wire):
    bench.use(port_out="COM3")
    bench.ready()
    bench.service.handle(m.SendTrigger(t_onset_host_ns=bench.clock.now_ns(), code=7, cause="show", trial=2))
    bench.until(lambda: bench.of(m.StreamRows))
    assert wire.written[0] == 7
    rows = bench.recorder.of(DatasetKey.TRIGGERS)
    assert (rows["code"].tolist(), rows["port"].tolist(), rows["trial"].tolist()) == ([7], [b"COM3"], [2])


def test_a_trigger_that_goes_out_as_a_marker_alone_has_a_row_too(bench):
    bench.use(is_marker_sent_to_lsl="yes")
    bench.service.handle(m.SendTrigger(t_onset_host_ns=bench.clock.now_ns(), code=7, cause="show", trial=2))
    assert bench.recorder.of(DatasetKey.TRIGGERS)["port"].tolist() == [b"lsl"]


@pytest.mark.parametrize(("cause", "count"), [("clear", 1), ("test", 0)])
def test_a_trigger_that_left_as_the_recording_closed_is_told(bench, cause, count):
    bench.use(port_out="COM3")
    bench.ready()
    bench.recorder.is_recording = False
    bench.service.handle(m.SendTrigger(t_onset_host_ns=bench.clock.now_ns(), code=7, cause=cause, trial=-1))
    bench.until(lambda: bench.of(m.StreamRows))
    bench.service.close()
    assert [event.split(":")[0] for event in bench.recorder.events] == ["signals trigger_unrecorded"] * count


def test_a_trigger_without_a_port_is_told(bench):
    bench.service.handle(m.SendTrigger(t_onset_host_ns=0, code=7, cause="test", trial=-1))
    assert bench.recorder.events == [
        "signals trigger_failed: The trigger 7 was not sent. Choose a port for triggers in the settings."
    ]


def test_a_lost_port_is_told_as_event_and_as_state_and_so_is_its_return(bench, wire):
    bench.use("COM3")
    bench.ready()
    wire.is_plugged = False
    bench.until(lambda: not bench.of(m.SignalsReady)[-1].is_in_open)
    wire.is_plugged = True
    bench.until(lambda: bench.of(m.SignalsReady)[-1].is_in_open)
    assert [event.split(":")[0] for event in bench.recorder.events] == [
        "signals signal_port_lost",
        "signals signal_port_restored",
    ]
    rows = bench.recorder.of(DatasetKey.EXTERNAL_SIGNALS)
    assert rows["change"].tolist() == [b"connection_restored"]


def test_the_same_port_used_otherwise_is_let_go_of_before_it_is_opened_again(bench, wire):
    bench.use("COM3")
    bench.ready()
    bench.sent.clear()
    bench.use("COM3", kind_in="lines")
    bench.until(lambda: any(ready.is_in_open for ready in bench.of(m.SignalsReady)))
    assert [port.is_closed for port in wire.ports] == [True, False]
    assert not any("another program" in ready.text for ready in bench.of(m.SignalsReady))


def test_no_port_any_more_is_told(bench, wire):
    bench.use("COM3")
    bench.ready()
    bench.use()
    bench.until(lambda: bench.of(m.SignalsReady)[-1].text == "No port for signals is in use.")
    bench.until(lambda: wire.ports[0].is_closed)


def test_a_port_whose_opening_hangs_is_told_and_holds_nobody_up(bench, wire):
    wire.opening.clear()
    bench.use("COM3")
    bench.service.step()
    assert bench.of(m.SignalsReady) == []
    bench.clock.advance_ns(ANSWER_AFTER_NS)
    bench.service.step()
    assert bench.of(m.SignalsReady)[0].text == "COM3 is being opened."
    begun_s = time.monotonic()
    bench.service.close()
    assert time.monotonic() - begun_s < 1.0


def test_what_is_no_setup_is_refused_with_a_sentence(bench):
    bench.use("COM3", baud="fast")
    assert "baud of the signal ports is a number" in bench.of(m.Failed)[0].text
    bench.use("COM3", kind_in="smoke")
    assert "'smoke'" in bench.of(m.Failed)[1].text


def test_names_of_one_port_are_one_port(tmp_path):
    link = tmp_path / "trigger-box"
    link.symlink_to("/dev/null")
    wanted = WantedSignals(port_in="/dev/null", port_out=str(link))
    assert len(wanted.port_uses()) == 1
