from __future__ import annotations

import subprocess
import sys
from importlib import metadata

import pytest

from drivers import registry
from drivers.contract import DriverError, DriverOptionError
from drivers.playback import PlaybackTracker
from drivers.registry import (
    Availability,
    DriverRequest,
    DriverSpec,
    create_driver,
    find_driver,
    known_drivers,
    probe_driver,
)


def entry_point(name: str, value: str) -> metadata.EntryPoint:
    return metadata.EntryPoint(name=name, value=value, group=registry.ENTRY_POINT_GROUP)


@pytest.fixture
def announced(monkeypatch):
    """Pretends that installed packages announce these drivers."""

    def announce(*entry_points):
        monkeypatch.setattr(registry.metadata, "entry_points", lambda group: entry_points)

    return announce


def create_nothing(request: DriverRequest):
    raise AssertionError("nobody asked for this driver")


def probe_badly() -> Availability:
    raise OSError("the vendor's library is of another age")


GOOD = DriverSpec(name="good", summary="", create=create_nothing, probe=probe_badly, is_simulated=False)
IMPOSTOR = DriverSpec(name="mock", summary="", create=create_nothing, probe=probe_badly, is_simulated=False)


def test_the_built_in_drivers_are_known_without_any_package(announced):
    announced()
    assert [spec.name for spec in known_drivers()] == ["mock", "lsl", "tobii", "playback", "mouse"]


def test_every_driver_says_whether_it_can_be_used_here():
    for spec in known_drivers():
        availability = probe_driver(spec)
        assert availability.reason.endswith(".")
        assert availability.is_usable or availability.remedy.endswith(".")


def test_asking_for_the_list_loads_no_vendor_library():
    code = (
        "import sys; from drivers.registry import known_drivers, probe_driver; "
        "[probe_driver(spec) for spec in known_drivers()]; "
        "loaded = {'pylsl', 'tobii_research', 'TittaPy_v2', 'drivers.lsl', 'drivers.tobii.tracker', "
        "'drivers.mock.generator'} & set(sys.modules); "
        "sys.exit(len(loaded))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_an_unknown_name_is_answered_with_the_names_there_are(setup):
    with pytest.raises(
        DriverOptionError, match=r"no tracker driver called 'tobi'.*mock, lsl, tobii, playback, mouse"
    ):
        create_driver("tobi", {}, setup)


def test_playback_takes_a_stream_and_the_others_do_not(setup, recorded, clock):
    driver = create_driver("playback", {"speed": "2"}, setup, clock=clock, stream=recorded)
    assert isinstance(driver, PlaybackTracker)
    with pytest.raises(DriverOptionError, match="was given none"):
        create_driver("playback", {}, setup)
    with pytest.raises(DriverOptionError, match="cannot play a recorded stream"):
        create_driver("mouse", {}, setup, stream=recorded)


def test_every_built_in_driver_is_made_without_being_opened(setup, recorded):
    for spec in known_drivers():
        stream = recorded if spec.needs_stream else None
        create_driver(spec.name, {}, setup, stream=stream).close()


def test_a_driver_of_another_package_is_listed_after_our_own(monkeypatch, announced):
    monkeypatch.setattr(registry, "GOOD", GOOD, raising=False)
    announced(entry_point("good", "drivers.registry:GOOD"))
    assert known_drivers()[-1] is GOOD


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("no_such_package_at_all:SPEC", "cannot be loaded: ModuleNotFoundError"),
        ("drivers.registry:NO_SUCH_NAME", "cannot be loaded: AttributeError"),
        ("drivers.registry:ENTRY_POINT_GROUP", "is a str, not a DriverSpec"),
    ],
)
def test_a_broken_package_is_listed_as_unusable_with_its_reason(announced, value, reason, setup):
    announced(entry_point("broken", value))
    availability = probe_driver(find_driver("broken"))
    assert not availability.is_usable
    assert reason in availability.reason
    assert "remove the package" in availability.remedy
    with pytest.raises(DriverError, match="Update or remove"):
        create_driver("broken", {}, setup)


def test_a_probe_that_fails_is_a_reason_and_no_crash():
    availability = probe_driver(GOOD)
    assert not availability.is_usable
    assert "another age" in availability.reason


def test_no_package_can_take_the_name_of_a_built_in_driver(monkeypatch, announced):
    monkeypatch.setattr(registry, "IMPOSTOR", IMPOSTOR, raising=False)
    announced(entry_point("mock", "drivers.registry:IMPOSTOR"))
    specs = known_drivers()
    assert [spec.name for spec in specs].count("mock") == 1
    assert "already taken" in probe_driver(specs[-1]).reason
