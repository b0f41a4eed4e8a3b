"""The shipped suite over a simulated tracker in another process, of this and of another Python."""

from __future__ import annotations

import os
import signal
import sys

import pytest

from drivers.host.hosted_driver import HostedDriver
from drivers.testing import DriverCase, DriverConformance

pytestmark = pytest.mark.processes

OPTIONS = {"rate_hz": "600", "scenario": "ideal"}


def case_in(interpreter: str, setup, make_absent=None) -> DriverCase:
    made: list[HostedDriver] = []

    def make() -> HostedDriver:
        made.append(HostedDriver("mock", interpreter, OPTIONS, setup, pauses_s=(0.0,)))
        return made[-1]

    def kill() -> None:
        os.kill(made[-1].process_id, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)

    return DriverCase(make=make, make_absent=make_absent, lose=kill, bring_back=lambda: None)


class TestHostedHere(DriverConformance):
    @pytest.fixture
    def case(self, setup, lab_interpreter):
        return case_in(
            sys.executable, setup, lambda: HostedDriver("lab", lab_interpreter, {"open": "absent"}, setup)
        )


class TestHostedInAnotherPython(DriverConformance):
    @pytest.fixture
    def case(self, setup, other_python):
        return case_in(other_python, setup)
