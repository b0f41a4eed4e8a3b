"""The search for LSL gaze streams against real outlets in a second process, over loopback."""

from __future__ import annotations

import pytest

from drivers import lsl_config
from drivers.lsl import create
from drivers.lsl_search import find, search_here
from drivers.registry import DriverRequest

pytestmark = pytest.mark.processes

CHANNELS = [{"label": axis, "unit": "normalized"} for axis in "xy"]


@pytest.fixture
def search(setup, session_id):
    def found_as(name, **options):
        request = DriverRequest(options={"session_id": session_id, "wait_s": "1", **options}, setup=setup)
        return [each for each in find(request) if each.title.startswith(name)]

    return found_as


def test_gaze_streams_are_found_and_each_opens_by_its_options(search, sender, setup):
    sender.open("search a", channels=CHANNELS, source_id="search-a", rate=120.0)
    sender.open("search b", channels=CHANNELS)
    sender.open("search eeg", ["Fp1"], type="EEG")
    sender.open("search markers", count=1, type="Markers", format="string")
    found = search("search", stream="another")
    assert [each.title.split(" on ")[0] for each in found] == ["search a", "search b"]
    assert [each.rate_hz == 120.0 for each in found] == [True, False]
    for each in found:
        assert each.is_usable
        tracker = create(each.options, setup)
        try:
            assert tracker.open().driver == "lsl"
        finally:
            tracker.close()


def test_streams_that_cannot_be_told_apart_say_so(search, sender):
    for key in ("first", "second"):
        sender.open("search twin", channels=CHANNELS, key=key)
    found = search("search twin")
    assert len(found) == 2
    assert {each.is_usable for each in found} == {False}
    assert "told apart" in found[0].reason
    assert found[0].remedy


def test_where_no_stream_is_there_nothing_is_found(search):
    assert search("nobody sends this") == []


def test_a_search_does_not_set_lsl_up_in_this_process(search, monkeypatch):
    monkeypatch.setattr(lsl_config, "_applied", [])
    search("nobody sends this")
    assert lsl_config._applied == []


def test_a_search_finds_the_same_in_a_process_of_its_own_and_here(search, sender, session_id):
    sender.open("search same", channels=CHANNELS, source_id="search-same", rate=120.0)
    there = search("search same")
    here = search_here({"session_id": session_id, "wait_s": "1"})
    assert there == [each for each in here if each.title.startswith("search same")]
