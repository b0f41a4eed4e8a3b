"""Ports are asked for as the settings have them; each presented onset of a recording sends one trigger."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from capture_app.acquisition import messages as m
from capture_app.session.settings import Settings
from capture_app.session.signal_settings import OutletSettings, SignalSettings
from capture_app.session.trigger_lines import TriggerLines
from gaze_core.rows import NO_TIME, VIEWPORT

OUT = Settings(
    signals=SignalSettings(port_out="COM3", code_image_shown=11, code_cleared=12, code_target_shown=13)
)


class FakeLink:
    """Notes what is asked."""

    def __init__(self) -> None:
        self.sent: list[m.Message] = []
        self.takes_rows = True

    def send(self, message: m.Message) -> None:
        self.sent.append(message)

    def triggers(self) -> list[m.SendTrigger]:
        return [each for each in self.sent if isinstance(each, m.SendTrigger)]


@pytest.fixture
def link() -> FakeLink:
    return FakeLink()


@pytest.fixture
def lines(link) -> TriggerLines:
    lines = TriggerLines()
    lines.configure(link, OUT)
    return lines


def row(cause: str, t_presented_host_ns: int = 5_000, trial: int = 2, pane: int = 0):
    return VIEWPORT.row(cause=cause, t_presented_host_ns=t_presented_host_ns, trial=trial, pane=pane)


def test_nothing_is_asked_for_where_nothing_is_wanted(link):
    TriggerLines().configure(link, Settings())
    assert link.sent == []


def test_ports_are_asked_for_once_and_again_only_where_they_change(link, lines):
    lines.configure(link, replace(OUT, reader="R01"))
    lines.configure(link, replace(OUT, signals=replace(OUT.signals, baud=9600)))
    asked = [each for each in link.sent if isinstance(each, m.UseSignals)]
    assert [each.setup["baud"] for each in asked] == ["115200", "9600"]
    assert asked[0].port_out == "COM3"


def test_ports_not_wanted_any_more_are_let_go_of(link, lines):
    lines.configure(link, Settings())
    last = link.sent[-1]
    assert isinstance(last, m.UseSignals)
    assert (last.port_in, last.port_out) == ("", "")


def test_an_image_that_is_shown_sends_its_code_with_onset_and_trial(link, lines):
    lines.presented(link, row("show"))
    assert link.triggers() == [m.SendTrigger(t_onset_host_ns=5_000, code=11, cause="show", trial=2)]


def test_a_cleared_screen_sends_its_code(link, lines):
    lines.presented(link, row("clear", trial=-1))
    assert [(each.code, each.cause) for each in link.triggers()] == [(12, "clear")]


@pytest.mark.parametrize("cause", ["zoom", "pan", "window", "fit", "reset", "layout"])
def test_what_only_changes_the_view_sends_nothing(link, lines, cause):
    lines.presented(link, row(cause))
    assert link.triggers() == []


def test_two_panes_of_one_frame_are_one_onset(link, lines):
    lines.presented(link, np.concatenate([row("show"), row("show", pane=1), row("clear", pane=2)]))
    assert [each.code for each in link.triggers()] == [11]


def test_what_never_reached_the_screen_sends_nothing(link, lines):
    lines.presented(link, row("show", t_presented_host_ns=NO_TIME))
    assert link.triggers() == []


def test_without_a_recording_nothing_is_sent(link, lines):
    link.takes_rows = False
    lines.presented(link, row("show"))
    assert link.triggers() == []


@pytest.mark.parametrize(("is_on", "count"), [(True, 1), (False, 0)])
def test_markers_alone_are_sent_where_there_are_streams(link, is_on, count):
    lines = TriggerLines()
    signals = SignalSettings(is_marker_sent_to_lsl=True)
    lines.configure(link, Settings(signals=signals, outlet=OutletSettings(is_on=is_on)))
    lines.presented(link, row("show"))
    assert len(link.triggers()) == count


def test_a_target_before_the_eyes_sends_its_own_code_while_recording(link, lines):
    lines.target_presented(link, 7_000)
    link.takes_rows = False
    lines.target_presented(link, 8_000)
    assert link.triggers() == [m.SendTrigger(t_onset_host_ns=7_000, code=13, cause="target", trial=-1)]


def test_without_a_port_targets_send_nothing(link):
    lines = TriggerLines()
    lines.configure(link, Settings())
    lines.target_presented(link, 7_000)
    assert link.sent == []
