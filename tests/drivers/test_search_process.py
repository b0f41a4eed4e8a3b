"""A search in a process of its own: its findings and its words come back, and nothing of it stays."""

from __future__ import annotations

import json
import multiprocessing
import os
import threading

import pytest

from drivers import search_process
from drivers.contract import DriverError
from drivers.lsl_search import search_here as search_lsl
from drivers.registry import DriverRequest, FoundTracker
from drivers.search_process import answer_search, find_apart
from drivers.tobii.options import TOBII_OPTIONS
from drivers.tobii.tracker import search_here as search_tobii

FOUND = FoundTracker(driver="lab", title="Lab tracker", options={"port": "4"})


class Told:
    """The parent's end of the pipe, as the process of the search sees it."""

    def __init__(self) -> None:
        self.said: list[dict] = []

    def send_bytes(self, content: bytes) -> None:
        self.said.append(json.loads(content))


def refuse(_options):
    raise DriverError("The library cannot be loaded. Install it again.")


def find(setup, search_here, *, is_alone=False, timeout_s=10.0, **options):
    request = DriverRequest(options=options, setup=setup, is_alone=is_alone)
    return find_apart(search_here, request, timeout_s=timeout_s, what="lab trackers", remedy="Search again.")


def test_what_is_found_is_told_with_everything_known_of_it():
    told = Told()
    answer_search(told, lambda options: (FOUND,) if options == {"port": "4"} else (), {"port": "4"})
    assert told.said[0]["problem"] == ""
    assert [each["title"] for each in told.said[0]["trackers"]] == ["Lab tracker"]


def test_what_goes_wrong_in_the_process_is_told_in_its_words():
    told = Told()
    answer_search(told, refuse, {})
    assert told.said == [{"problem": "The library cannot be loaded. Install it again.", "trackers": []}]


def test_a_process_that_is_there_for_the_search_alone_makes_it_itself(setup):
    seen = []

    def search_here(options):
        seen.append((dict(options), threading.get_ident()))
        return (FOUND,)

    assert find(setup, search_here, is_alone=True, port="4") == (FOUND,)
    assert seen == [({"port": "4"}, threading.get_ident())]


@pytest.mark.processes
def test_a_search_in_another_process_leaves_nothing_behind(setup):
    with pytest.raises(DriverError, match="shape"):  # the words of that process: no such option
        find(setup, search_lsl, shape="round")
    with pytest.raises(DriverError, match=TOBII_OPTIONS[0].name):
        find(setup, search_tobii, shape="round")
    assert multiprocessing.active_children() == []


@pytest.mark.processes
def test_a_process_that_dies_is_told_in_words(setup):
    with pytest.raises(DriverError, match=r"^The search for lab trackers broke off\. Search again\.$"):
        find(setup, os._exit)  # ends with the options for a code, which is an error


@pytest.mark.processes
def test_a_search_that_does_not_end_is_ended(setup, monkeypatch):
    monkeypatch.setattr(search_process, "START_S", 0.0)
    with pytest.raises(DriverError, match="did not end within 0 s"):
        find(setup, search_lsl, timeout_s=0.01)
    assert multiprocessing.active_children() == []
