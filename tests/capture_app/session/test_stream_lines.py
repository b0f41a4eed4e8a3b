"""Our LSL streams are asked for as the settings have them, and the operator is told what became of that."""

from __future__ import annotations

from dataclasses import replace

from session_fakes import FakeAcquisition, FakeRun

from capture_app.acquisition import messages as m
from capture_app.session.link import Link
from capture_app.session.settings import Settings
from capture_app.session.signal_settings import OutletSettings, SignalSettings
from capture_app.session.stream_lines import StreamLines

ON = Settings(outlet=OutletSettings(is_on=True, name="Room", session_id="lab"))


def offers(acquisition: FakeAcquisition) -> list[m.OfferStreams]:
    return acquisition.all_sent(m.OfferStreams)


def test_nothing_is_said_of_streams_that_stay_off() -> None:
    acquisition = FakeAcquisition()
    lines = StreamLines()
    lines.configure(Link(acquisition), Settings())
    lines.configure(Link(acquisition), Settings(outlet=OutletSettings(name="Other")))
    assert offers(acquisition) == []


def test_a_change_is_said_once_and_switching_off_too() -> None:
    acquisition = FakeAcquisition()
    link, lines = Link(acquisition), StreamLines()
    for settings in (ON, ON, replace(ON, distance_mm=700.0), Settings()):
        lines.configure(link, settings)
    assert [(offer.is_on, offer.name, offer.session_id) for offer in offers(acquisition)] == [
        (True, "Room", "lab"),
        (False, "ReadingStation", ""),
    ]


def test_triggers_go_along_where_the_settings_say_so() -> None:
    acquisition = FakeAcquisition()
    lines = StreamLines()
    lines.configure(Link(acquisition), ON)
    lines.configure(Link(acquisition), replace(ON, signals=SignalSettings(is_marker_sent_to_lsl=True)))
    assert [offer.are_triggers_sent for offer in offers(acquisition)] == [False, True]


def test_a_new_acquisition_process_is_told_again() -> None:
    run = FakeRun(settings=ON)
    assert len(offers(run.acquisition)) == 1
    run.acquisition.is_alive = False
    run.step()
    run.session.connect_tracker("mock", {})
    assert len(run.acquisitions) == 2
    assert len(offers(run.acquisition)) == 1


def test_the_operator_is_told_when_something_changes_and_warned_when_there_are_no_streams() -> None:
    run = FakeRun(settings=ON)
    offered = m.StreamsOffered(is_on=True, has_consumers=False, text="Offered. Nobody listens yet.")
    run.acquisition.say(offered, offered)
    state = run.step()
    assert state.notices == (offered.text,)
    assert run.session.link.streams == offered
    refused = m.StreamsOffered(is_on=False, has_consumers=False, text="No LSL streams are offered.")
    opened = m.TrackerOpened(info={"rate_hz": 600.0}, rates_hz=[600.0], wants_scene=False, calibrates=False)
    run.acquisition.say(refused, opened)
    state = run.step()
    assert (state.verdict.level, state.verdict.word) == ("attention", "no LSL streams")
    assert state.verdict.explanation == refused.text
