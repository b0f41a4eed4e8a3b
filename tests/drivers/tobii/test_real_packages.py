"""The real vendor packages, where they are installed: asked for trackers with nothing but loopback there.

They search the network, so they never run outside a namespace of their own. Packages in other interpreters
are tried as well where ``READING_STATION_TOBII_PYTHONS`` names these, separated as in ``PATH``.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = Path(__file__).with_name("real_package.py")
VARIABLE = "READING_STATION_TOBII_PYTHONS"
MODULES = {"tobii_research": "tobii_research", "TittaPy": "TittaPy_v2"}
TIME_LIMIT_S = 60.0
NAMESPACE = ["unshare", "--map-root-user", "--net"]


def interpreter_with(name: str) -> str:
    """Return an interpreter that has a package; skip where none has, or where it cannot be shut in."""
    named = [each for each in os.environ.get(VARIABLE, "").split(os.pathsep) if each]
    having = [each for each in (sys.executable, *named) if has_module(each, MODULES[name])]
    if not having:
        pytest.skip(f"{name} is not installed in this interpreter nor in one that {VARIABLE} names")
    if not namespaces_can_be_made():
        pytest.skip("a network namespace with loopback only cannot be made here")
    return having[0]


def has_module(interpreter: str, module: str) -> bool:
    # Found, not imported: importing is left to the namespace.
    command = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({module!r}) is None)"
    return subprocess.run([interpreter, "-c", command], check=False, capture_output=True).returncode == 0


def namespaces_can_be_made() -> bool:
    if not sys.platform.startswith("linux") or shutil.which(NAMESPACE[0]) is None:
        return False
    return subprocess.run([*NAMESPACE, "true"], check=False, capture_output=True).returncode == 0


@pytest.fixture(scope="module", params=sorted(MODULES))
def answer(request: pytest.FixtureRequest) -> dict[str, Any]:
    """What the package said when it was asked through our own backend."""
    name = request.param
    asked = subprocess.run(
        [*NAMESPACE, interpreter_with(name), str(PROGRAM), str(ROOT), name],
        check=False,
        capture_output=True,
        text=True,
        timeout=TIME_LIMIT_S,
    )
    assert asked.returncode == 0, asked.stderr
    return {"asked": name, **json.loads(asked.stdout.splitlines()[-1])}


@pytest.mark.processes
def test_a_search_without_a_tracker_finds_none_and_ends(answer: dict[str, Any]) -> None:
    assert answer["found"] == []
    assert answer["took_s"] < 30.0


@pytest.mark.processes
def test_an_address_where_nothing_is_is_no_tracker_in_words(answer: dict[str, Any]) -> None:
    assert len(answer["refusals"]) == 5
    for kind, text in answer["refusals"].values():
        assert kind == "TrackerNotFoundError"
        assert text.endswith(".")
        assert "Error" not in text


@pytest.mark.processes
def test_the_clock_of_the_library_is_that_of_this_computer(answer: dict[str, Any]) -> None:
    assert abs(answer["clock_off_us"]) < 100_000


@pytest.mark.processes
def test_the_backend_names_its_package_and_needs_nothing_heavy(answer: dict[str, Any]) -> None:
    assert answer["name"] == answer["asked"]
    assert answer["version"][0].isdigit()
    assert answer["heavy"] == []


@pytest.mark.processes
def test_the_committed_names_are_those_of_the_installed_tittapy() -> None:
    folder = PROGRAM.parent / "titta"
    listed = subprocess.run(
        [*NAMESPACE, interpreter_with("TittaPy"), str(folder / "vendor_api.py")],
        check=True,
        capture_output=True,
        timeout=TIME_LIMIT_S,
    )
    assert json.loads(listed.stdout) == json.loads((folder / "tittapy_api.json").read_text(encoding="utf-8"))


def test_outside_a_namespace_the_packages_are_not_imported() -> None:
    routes = Path("/proc/net/route")
    if not routes.exists() or len(routes.read_text(encoding="ascii").splitlines()) < 2:
        pytest.skip("this machine reaches nothing but itself")
    refused = subprocess.run(
        [sys.executable, str(PROGRAM), str(ROOT), "TittaPy"], check=False, capture_output=True, text=True
    )
    assert refused.returncode == 2
    assert "more than loopback" in refused.stderr
