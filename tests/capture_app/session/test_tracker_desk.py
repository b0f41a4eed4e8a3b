"""Search, connected tracker, head and test run as the session gives them to a page or the command line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from capture_app.acquisition import messages as m
from capture_app.session.port import SessionError, TrackerChoice
from capture_app.session.settings import Settings
from capture_app.session.tracker_desk import TEST_S
from capture_app.session.tracker_search import search_requests
from capture_app.session.tracker_states import SearchRequest
from drivers.host.json_forms import found_to_json
from drivers.registry import FoundTracker
from gaze_core.rows import USER_POSITION

SPECTRUM = FoundTracker(driver="tobii", title="Spectrum", options={"serial": "1"}, rates_hz=(600.0,))
REQUESTS = (
    SearchRequest(driver="tobii", title="Tobii", options={"address": "x"}),
    SearchRequest(driver="absent", title="Absent", problem="Its package is not installed. Install it."),
    SearchRequest(driver="lsl", title="LSL"),
)


def found(driver: str, *trackers: FoundTracker, problem: str = "") -> m.TrackersFound:
    """Return an answer as it comes out of the pipe."""
    forms = [found_to_json(each) for each in trackers]
    answer = m.decode(m.encode(m.TrackersFound(driver=driver, trackers=forms, problem=problem)))
    assert isinstance(answer, m.TrackersFound)
    return answer


@pytest.fixture
def run(make_run, gaze):
    run = make_run(gaze.gaze)
    run.step()
    return run


@pytest.fixture
def desk(run):
    return run.session.tracker_desk


def asked(run) -> list[str]:
    return [message.driver for message in run.acquisition.all_sent(m.FindTrackers)]


def test_drivers_are_searched_one_after_the_other(run, desk):
    desk.search(REQUESTS)
    run.step()
    assert asked(run) == ["tobii"]
    assert run.acquisition.all_sent(m.FindTrackers)[0].options == {"address": "x"}
    assert desk.state.search.is_running
    run.acquisition.say(found("tobii", SPECTRUM))
    run.step()
    assert asked(run) == ["tobii", "lsl"]
    run.acquisition.say(found("lsl", problem="LSL is not installed. Install it."))
    run.step()
    search = desk.state.search
    assert not search.is_running
    assert [each.driver for each in search.findings] == ["tobii", "absent", "lsl"]
    assert [each.title for each in search.findings[0].trackers] == ["Spectrum"]
    assert [each.problem for each in search.findings][1:] == [
        "Its package is not installed. Install it.",
        "LSL is not installed. Install it.",
    ]


def test_a_driver_that_cannot_be_used_is_not_searched(run, desk):
    desk.search(REQUESTS[1:2])
    run.step()
    assert asked(run) == []
    assert desk.state.search.findings[0].is_done
    assert not desk.state.search.is_running


def test_a_cancelled_search_keeps_what_was_found_and_ignores_what_comes_late(run, desk):
    desk.search(REQUESTS)
    run.step()
    run.acquisition.say(found("tobii", SPECTRUM))
    run.step()
    desk.cancel_search()
    run.acquisition.say(found("lsl", replace(SPECTRUM, driver="lsl")))
    run.step()
    search = desk.state.search
    assert not search.is_running
    assert [each.driver for each in search.findings] == ["tobii", "absent"]


def test_a_new_search_waits_for_the_answer_of_the_one_cancelled(run, desk):
    desk.search(REQUESTS[:1])
    run.step()
    desk.search(REQUESTS[:1])
    run.step()
    assert asked(run) == ["tobii"]
    run.acquisition.say(found("tobii"))
    run.step()
    assert asked(run) == ["tobii", "tobii"]
    assert desk.state.search.is_running
    run.acquisition.say(found("tobii", SPECTRUM))
    run.step()
    assert len(desk.state.search.findings[0].trackers) == 1


def test_a_search_ends_in_words_when_its_process_dies(run, desk):
    desk.search(REQUESTS)
    run.step()
    run.acquisition.is_alive = False
    run.step()
    search = desk.state.search
    assert not search.is_running
    assert "ended during the search" in search.findings[0].problem
    with pytest.raises(SessionError, match="Connect the tracker again"):
        desk.search(REQUESTS)


def test_the_connected_tracker_is_described_with_its_screen(run, desk):
    run.connect(serial="S1", firmware="2", display_area_mm=[510.0, 287.0], settings={"mode": "human"})
    state = desk.state
    assert state.connected is not None
    assert (state.connected.serial, state.connected.firmware, state.connected.mode) == ("S1", "2", "human")
    assert state.connected.rate_hz == 600.0
    assert state.area is not None
    assert state.area.is_other_screen


def test_a_refused_connection_says_why_until_the_next_one(run, desk):
    run.session.connect_tracker("tobii", {})
    run.step()
    assert desk.state.is_connecting
    run.acquisition.say(m.Failed(request="OpenTracker", kind="tracker", text="It is in use. Close it there."))
    run.step()
    assert (desk.state.problem, desk.state.is_connecting) == ("It is in use. Close it there.", False)
    run.connect()
    assert desk.state.problem == ""


def test_the_head_follows_the_gaze_and_the_guide(run, desk):
    assert desk.state.head is None
    run.connect()
    run.step(rows=60)
    row = USER_POSITION.row(
        t_host_ns=run.clock.now_ns(), left_x_box=0.7, left_y_box=0.4, left_z_box=0.5, left_valid=1
    )
    run.acquisition.say(m.StreamRows(row_type="user_position", rows=row))
    run.step()
    head = desk.state.head
    assert head is not None
    assert head.left == pytest.approx((0.3, 0.4))


def test_a_test_run_ends_with_a_result(run, desk):
    run.connect()
    desk.begin_test(1.0)
    assert desk.state.test.is_running
    for _ in range(70):
        run.step(rows=10)
    test = desk.state.test
    assert not test.is_running
    assert test.result is not None
    assert test.result.nominal_rate_hz == 600.0
    assert test.result.sample_count >= 500


def test_a_test_can_be_cancelled(run, desk):
    run.connect()
    desk.begin_test(TEST_S)
    run.step(rows=10)
    desk.cancel_test()
    run.step(rows=10)
    assert not desk.state.test.is_running
    assert desk.state.test.result is None


def test_nothing_is_tested_without_a_tracker(desk):
    with pytest.raises(SessionError, match="No tracker is connected"):
        desk.begin_test(TEST_S)


def test_a_tracker_lost_for_good_ends_the_test_in_words(run, desk):
    run.connect()
    desk.begin_test(TEST_S)
    run.acquisition.is_alive = False
    run.step()
    assert "lost during the test" in desk.state.test.problem


def test_while_recording_nothing_is_searched_or_tested(run, desk, tmp_path):
    run.connect()
    desk.begin_test(TEST_S)
    run.record(Path(tmp_path / "a.gazeh5"))
    assert "A recording is running" in desk.state.blocked
    assert "A recording is running" in desk.state.test.problem
    for intent in (lambda: desk.search(REQUESTS), lambda: desk.begin_test(TEST_S)):
        with pytest.raises(SessionError, match="A recording is running"):
            intent()
    assert asked(run) == []


def choice(name: str, **changes) -> TrackerChoice:
    return TrackerChoice(name=name, title=name, **{"is_usable": True, "can_search": True, **changes})


def test_real_trackers_are_searched_first_and_the_chosen_driver_with_its_options():
    choices = (choice("mock", is_simulated=True), choice("tobii"), choice("playback", can_search=False))
    settings = Settings(tracker="tobii", tracker_options={"serial": "1"})
    requests = search_requests(choices, settings)
    assert [(each.driver, each.options) for each in requests] == [("tobii", {"serial": "1"}), ("mock", {})]
    assert [each.driver for each in search_requests(choices, settings, "mock")] == ["mock"]


def test_a_driver_that_another_interpreter_runs_is_searched_although_this_one_cannot():
    unusable = choice("tobii", is_usable=False, reason="Wrong Python.", can_be_hosted=True)
    here = search_requests((unusable,), Settings(tracker="tobii"))
    hosted = search_requests((unusable,), Settings(tracker="tobii", tracker_options={"interpreter": "/py"}))
    assert [each.problem for each in (*here, *hosted)] == ["Wrong Python.", ""]
