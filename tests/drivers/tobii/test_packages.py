"""Which package is used, judged without importing it, and what to do where there is none."""

from __future__ import annotations

import importlib.util
import sys

import pytest
from fake_backend import FakeBackend

from drivers.contract import DriverError
from drivers.tobii.packages import load_backend, probe

RESEARCH, TITTA = FakeBackend(), FakeBackend()
LOADERS = {"tobii_research": lambda: RESEARCH, "TittaPy": lambda: TITTA}


@pytest.fixture
def installed(monkeypatch):
    """Say which modules can be found."""

    def install(*names: str) -> None:
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: name if name in names else None)

    install()
    return install


def test_an_installed_package_is_named(installed):
    installed("TittaPy_v2")
    availability = probe()
    assert availability.is_usable
    assert "TittaPy is installed" in availability.reason


def test_the_probe_imports_nothing(installed):
    installed("tobii_research")
    assert probe().is_usable
    assert "tobii_research" not in sys.modules


@pytest.mark.parametrize(
    ("version", "word"),
    [((3, 10, 4), "-m pip install tobii-research."), ((3, 12, 1), "-m pip install TittaPy.")],
)
def test_without_a_package_it_says_which_one_this_python_can_have(installed, monkeypatch, version, word):
    monkeypatch.setattr(sys, "version_info", version)
    availability = probe()
    assert not availability.is_usable
    assert f"Python {version[0]}.{version[1]}" in availability.reason
    assert f"{sys.executable} {word}" in availability.remedy


def test_the_packaged_program_is_told_of_another_interpreter(installed, monkeypatch):
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert "option interpreter" in probe().remedy
    assert "pip" not in probe().remedy


@pytest.mark.parametrize(
    ("name", "there", "expected"),
    [
        ("auto", ("tobii_research", "TittaPy_v2"), RESEARCH),
        ("auto", ("TittaPy_v2",), TITTA),
        ("TittaPy", ("tobii_research", "TittaPy_v2"), TITTA),
        ("tobii_research", ("tobii_research",), RESEARCH),
    ],
)
def test_the_official_package_comes_first_unless_one_is_named(installed, name, there, expected):
    installed(*there)
    assert load_backend(name, LOADERS) is expected


def test_a_package_that_cannot_be_loaded_gives_way_to_the_other(installed):
    def fail():
        raise ImportError("libtobii is missing")

    installed("tobii_research", "TittaPy_v2")
    assert load_backend("auto", {**LOADERS, "tobii_research": fail}) is TITTA
    with pytest.raises(DriverError, match=r"tobii_research cannot be loaded \(libtobii is missing\)"):
        load_backend("tobii_research", {"tobii_research": fail})


def test_a_package_that_is_not_there_is_an_error_with_its_remedy(installed):
    with pytest.raises(DriverError, match=r"TittaPy is not installed .* -m pip install"):
        load_backend("TittaPy", LOADERS)
