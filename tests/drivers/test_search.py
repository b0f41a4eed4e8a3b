"""What a search finds for the drivers that need no hardware; each finding opens as it says."""

from __future__ import annotations

import pytest

from drivers import mouse
from drivers.contract import DriverOptionError
from drivers.pointer import PointerProblem
from drivers.registry import DriverRequest, create_driver, find_driver


@pytest.fixture
def search(setup):
    def find(name, **options):
        spec = find_driver(name)
        assert spec.find is not None
        return spec.find(DriverRequest(options=options, setup=setup))

    return find


@pytest.mark.parametrize("options", [{}, {"rate_hz": "120"}, {"preset": "tobii-pro-fusion", "seed": "3"}])
def test_the_simulated_tracker_is_found_as_it_opens(search, setup, options):
    (found,) = search("mock", **options)
    tracker = create_driver("mock", found.options, setup)
    info = tracker.open()
    assert (found.model, found.serial, found.firmware) == (info.model, info.serial, info.firmware)
    assert found.rate_hz == info.rate_hz
    assert found.rates_hz == tracker.capabilities().rates_hz
    assert found.is_usable


def test_every_rate_the_simulated_tracker_offers_can_be_chosen_and_keeps_its_kind(search, setup):
    (found,) = search("mock")
    for rate_hz in found.rates_hz:
        info = create_driver("mock", {**found.options, "rate_hz": f"{rate_hz:g}"}, setup).open()
        assert (info.rate_hz, info.model) == (rate_hz, found.model)


def test_the_pointer_is_found_with_its_rate(search, monkeypatch):
    monkeypatch.setattr(mouse, "find_pointer_problem", lambda: None)
    (found,) = search("mouse", rate_hz="60")
    assert (found.is_usable, found.rate_hz, found.options) == (True, 60.0, {"rate_hz": "60"})
    assert found.rate_hz in found.rates_hz


def test_a_pointer_that_cannot_be_read_is_found_with_the_reason(search, monkeypatch):
    problem = PointerProblem(reason="There is no X display.", remedy="Set DISPLAY.")
    monkeypatch.setattr(mouse, "find_pointer_problem", lambda: problem)
    (found,) = search("mouse")
    assert (found.is_usable, found.reason, found.remedy) == (False, problem.reason, problem.remedy)


@pytest.mark.parametrize("name", ["mock", "mouse", "lsl"])
def test_an_option_that_does_not_exist_is_refused_before_anything_is_searched(search, name):
    with pytest.raises(DriverOptionError, match="shape"):
        search(name, shape="round")


def test_a_played_file_is_nothing_to_search_for():
    assert find_driver("playback").find is None
