"""The tracker that is meant is found, or it is said which ones there are and what to type."""

from __future__ import annotations

import dataclasses
import math

import pytest
from fake_backend import AREA, FakeBackend, FakeTracker

from drivers.contract import DriverError, TrackerNotFoundError
from drivers.tobii.backend import LicenceResult
from drivers.tobii.options import TobiiSettings
from drivers.tobii.search import PAUSE_S, choose_device, find_trackers, reconnect

TIMED_OUT = DriverError("The tracker did not answer in time.")


@pytest.fixture
def second(clock):
    return FakeTracker(clock, serial="TPSP1-02", address="tobii-prp://two", model="Pro Spark")


@pytest.fixture
def two(tracker, second):
    return FakeBackend(tracker, second)


def choose(backend, clock, **options):
    return choose_device(backend, TobiiSettings.from_options(options), clock.wait)


def find(backend, clock, **options):
    return find_trackers(backend, TobiiSettings.from_options(options), options, clock.wait)


def test_the_only_tracker_is_taken(backend, clock, tracker):
    device, facts = choose(backend, clock)
    assert device.tracker is tracker
    assert facts.serial == "TPSP1-01"


def test_a_search_that_comes_too_early_is_made_again(backend, clock):
    backend.silent_searches = 2
    before_ns = clock.now_ns()
    choose(backend, clock)
    assert backend.searches == 3
    assert clock.now_ns() - before_ns == pytest.approx(2 * PAUSE_S * 1e9)


def test_without_any_tracker_it_says_what_to_check(clock):
    with pytest.raises(TrackerNotFoundError, match=r"No Tobii eye tracker was found\. Check that"):
        choose(FakeBackend(), clock)


def test_among_several_the_serial_number_decides(two, clock, second):
    device, _ = choose(two, clock, serial="TPSP1-02")
    assert device.tracker is second
    assert [each.is_closed for each in two.devices] == [True, False]


def test_several_and_no_telling_which_lists_them_with_what_to_type(two, clock):
    with pytest.raises(DriverError) as refusal:
        choose(two, clock)
    assert "Tobii Pro Spectrum (TPSP1-01)" in str(refusal.value)
    assert "Tobii Pro Spark (TPSP1-02)" in str(refusal.value)
    assert "serial=TPSP1-01" in str(refusal.value)
    assert all(device.is_closed for device in two.devices)


def test_a_serial_number_nobody_has_lists_those_there_are(two, clock):
    with pytest.raises(TrackerNotFoundError, match=r"serial number X9 was found. Found instead: .*TPSP1-02"):
        choose(two, clock, serial="X9")


def test_an_address_needs_no_search(two, clock, second):
    device, _ = choose(two, clock, address="tobii-prp://two")
    assert device.tracker is second
    assert two.searches == 0


def test_an_address_where_nobody_answers_is_told(two, clock):
    with pytest.raises(TrackerNotFoundError, match="No tracker answers at tobii-prp://three"):
        choose(two, clock, address="tobii-prp://three")


@pytest.mark.parametrize("address", ["tobii-prp://three", "tobii-prp://one"], ids=["nobody", "another"])
def test_a_tracker_that_moved_is_found_by_its_serial_number(two, clock, second, address):
    device, _ = choose(two, clock, address=address, serial="TPSP1-02")
    assert device.tracker is second


def test_where_the_one_at_the_address_does_not_answer_the_serial_number_decides(two, clock, tracker, second):
    tracker.errors["facts"] = TIMED_OUT
    options = {"address": "tobii-prp://one", "serial": "TPSP1-02"}
    assert choose(two, clock, **options)[0].tracker is second
    with pytest.raises(DriverError, match="did not answer in time"):
        choose(two, clock, address="tobii-prp://one")


def test_a_tracker_that_does_not_say_what_it_is_is_passed_over(two, clock, tracker, second):
    tracker.errors["facts"] = TIMED_OUT
    assert choose(two, clock)[0].tracker is second


def test_a_tracker_is_connected_anew_at_its_address_or_wherever_it_is(two, tracker):
    facts = tracker.facts
    assert reconnect(two, facts).tracker is tracker
    assert two.searches == 0
    tracker.facts = dataclasses.replace(facts, address="tobii-prp://elsewhere")
    assert reconnect(two, facts).tracker is tracker
    tracker.is_there = False
    with pytest.raises(TrackerNotFoundError, match=r"TPSP1-01.* is not found"):
        reconnect(two, facts)


def test_a_search_tells_what_there_is_to_choose(two, clock, second):
    second.rate_hz, second.modes, second.mode = 60.0, (), ""
    first, other = find(two, clock)
    assert (first.title, first.serial, first.firmware) == ("Tobii Pro Spectrum (TPSP1-01)", "TPSP1-01", "2.6")
    assert (first.rates_hz, first.rate_hz) == ((60.0, 120.0, 600.0), 120.0)
    assert (first.modes, first.mode) == (("human", "monkey"), "human")
    assert first.display_area_mm == (528.0, 297.12)
    assert first.options == {"address": "tobii-prp://one", "serial": "TPSP1-01"}
    assert (first.is_usable, first.licence, first.reason) == (True, "", "")
    assert (other.rate_hz, other.modes) == (60.0, ())
    assert all(device.is_closed for device in two.devices)


def test_the_options_found_open_exactly_that_tracker(two, clock, second):
    found = find(two, clock, streams="none")[1]
    assert found.options["streams"] == "none"
    assert choose(two, clock, **found.options)[0].tracker is second


def test_nobody_found_is_an_empty_answer(clock):
    assert find(FakeBackend(), clock) == ()


def test_a_tracker_at_an_address_is_shown_beside_those_that_were_found_and_not_twice(two, clock, second):
    assert len(find(two, clock, address="tobii-prp://two")) == 2
    assert len(find(two, clock, address="tobii-prp://nobody")) == 2


def test_a_tracker_that_does_not_answer_is_shown_with_its_reason(two, clock, tracker, second):
    tracker.errors["rates_hz"] = second.errors["facts"] = TIMED_OUT
    silent, mute = sorted(find(two, clock), key=lambda each: not each.serial)
    assert (silent.is_usable, silent.serial, silent.reason) == (False, "TPSP1-01", str(TIMED_OUT))
    assert "Switch it off and on" in silent.remedy
    assert (mute.is_usable, mute.serial) == (False, "")
    assert math.isnan(mute.rate_hz)


def test_a_tracker_without_a_licence_says_what_to_do(backend, clock, tracker):
    tracker.facts = dataclasses.replace(tracker.facts, capabilities=frozenset({"has_eye_images"}))
    (found,) = find(backend, clock)
    assert not found.is_usable
    assert "without a licence" in found.reason
    assert "licence_file" in found.remedy


def test_a_licence_file_is_tried_and_its_result_shown(backend, clock, tracker, tmp_path):
    path = tmp_path / "licence"
    path.write_bytes(b"content")
    tracker.licence_result = LicenceResult(is_applied=False, text="The licence has expired.")
    (found,) = find(backend, clock, licence_file=str(path))
    assert tracker.licences == [b"content"]
    assert (found.is_usable, found.licence) == (False, "The licence has expired.")
    assert "does not accept the licence" in found.reason
    assert found.options["licence_file"] == str(path)


def test_a_tracker_that_was_never_told_of_its_screen_cannot_be_used(backend, clock, tracker):
    tracker.area = dataclasses.replace(AREA, top_right_mm=AREA.top_left_mm)
    (found,) = find(backend, clock)
    assert not found.is_usable
    assert "where its screen is" in found.reason
