"""What the acquisition says of signal ports and triggers reaches the operator."""

from __future__ import annotations

from dataclasses import replace

import pytest
from session_fakes import FACTS, FakeAcquisition

from capture_app.acquisition import messages as m
from capture_app.session.link import Link
from capture_app.session.recording import RecordingControl
from capture_app.session.settings import Settings, check_settings
from capture_app.session.signal_settings import OutletSettings, SignalSettings
from capture_app.session.states import RecordingState, StreamHealth
from capture_app.session.verdict import verdict_of
from gaze_core.rows import EXTERNAL_SIGNAL, TRIGGER

GOOD = StreamHealth(
    rate_hz=600.0, nominal_rate_hz=600.0, loss_share=0.01, longest_gap_s=0.2, distance_mm=650.0,
    left_ok=True, right_ok=True,
)  # fmt: skip
OPENED = m.TrackerOpened(info={"rate_hz": 600.0}, rates_hz=[600.0], wants_scene=False, calibrates=False)
BOTH = Settings(signals=SignalSettings(port_in="COM3", port_out="COM4"))


def linked(*messages: m.Message) -> Link:
    acquisition = FakeAcquisition()
    acquisition.say(*messages)
    link = Link(acquisition)
    link.poll()
    return link


def ready(is_in_open: bool, is_out_open: bool) -> m.SignalsReady:
    return m.SignalsReady(is_in_open=is_in_open, is_out_open=is_out_open, text="COM4 is used by another.")


def word(link: Link, settings: Settings) -> tuple[str, str]:
    verdict = verdict_of(
        state=RecordingState.READY,
        link=link,
        recording=RecordingControl(link),
        health=GOOD,
        facts=FACTS,
        settings=settings,
        tracker_name="mock",
    )
    return verdict.word, verdict.explanation


@pytest.mark.parametrize(("is_in_open", "is_out_open"), [(False, True), (True, False)])
def test_a_wanted_port_that_is_closed_is_the_word(is_in_open, is_out_open):
    link = linked(OPENED, ready(is_in_open, is_out_open))
    assert word(link, BOTH) == ("signal port closed", "COM4 is used by another.")


def test_open_ports_and_unwanted_ones_are_good():
    assert word(linked(OPENED, ready(True, True)), BOTH)[0] == "good"
    assert word(linked(OPENED, ready(False, False)), Settings())[0] == "good"
    assert word(linked(OPENED), BOTH)[0] == "good"


def test_a_signal_is_told():
    rows = EXTERNAL_SIGNAL.row(t_host_ns=7, value=5, change="value_changed", source="COM3")
    (sentence,) = linked(m.StreamRows(row_type="external_signal", rows=rows)).sentences
    assert (sentence.t_host_ns, sentence.kind, sentence.text) == (7, "signal", "Signal 5 from COM3.")


def test_the_triggers_of_a_recording_are_told_at_its_end():
    rows = TRIGGER.row(t_onset_host_ns=1_000_000, t_after_host_ns=3_000_000)
    link = linked(
        m.RecordingStarted(path="a.gazeh5", t_host_ns=1, first_row=0),
        m.StreamRows(row_type="trigger", rows=rows),
        m.RecordingClosed(path="a.gazeh5", reason="", samples=0, lost=0),
    )
    assert [each.text for each in link.sentences if each.kind == "triggers_sent"] == [
        "1 trigger left 2.0 ms (median), 2.0 ms (95 %) and at most 2.0 ms after the onset."
    ]


def test_rows_are_taken_while_the_file_is_open_only():
    started = m.RecordingStarted(path="a.gazeh5", t_host_ns=1, first_row=0)
    closed = m.RecordingClosed(path="a.gazeh5", reason="", samples=0, lost=0)
    assert not linked().takes_rows
    assert linked(started).takes_rows
    assert not linked(started, closed).takes_rows


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"kind_in": "smoke"}, "signals_kind_in"),
        ({"kind_out": "smoke"}, "signals_kind_out"),
        ({"baud": 299}, "signals_baud"),
        ({"pulse_ms": 0.5}, "signals_pulse_ms"),
        ({"pulse_ms": float("nan")}, "signals_pulse_ms"),
        ({"code_image_shown": 0}, "signals_code_image_shown"),
        ({"code_cleared": 256}, "signals_code_cleared"),
        ({"code_target_shown": -1}, "signals_code_target_shown"),
    ],
)
def test_a_signal_setting_that_cannot_stand_is_named(change, name):
    settings = Settings(signals=replace(SignalSettings(), **change))
    assert [finding.name for finding in check_settings(settings)] == [name]


def test_streams_need_a_name_only_where_they_are_offered():
    assert check_settings(Settings(outlet=OutletSettings(name=" "))) == ()
    findings = check_settings(Settings(outlet=OutletSettings(is_on=True, name=" ")))
    assert [finding.name for finding in findings] == ["outlet_name"]
