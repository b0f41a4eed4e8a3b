"""The clocks of this computer are read for a while and compared."""

from __future__ import annotations

import subprocess
import sys

import pytest

from capture_app.session.timing_clocks import measure_clocks
from capture_app.session.timing_constants import ConstantName
from gaze_core.clocks import ManualClock


class RunningClock(ManualClock):
    """Takes 2 us for each reading."""

    def now_ns(self) -> int:
        self.advance_ns(2_000)
        return super().now_ns()


def test_the_lsl_clock_is_compared_with_the_hosts():
    clock = RunningClock(10**12)
    findings = measure_clocks(
        clock, lambda: round(clock.now_ns() * (1 + 30e-6)), 30.0, lambda s: clock.advance_ns(round(s * 1e9))
    )
    (found,) = [each for each in findings.constants if each.name is ConstantName.LSL_DRIFT]
    assert found.mean == pytest.approx(30.0, abs=max(3 * found.sd, 0.5))
    assert found.device == "this computer"
    assert findings.unmeasured == ()


def test_without_lsl_the_reason_is_told():
    clock = RunningClock(10**12)
    findings = measure_clocks(clock, "pylsl is missing.", 3.0, lambda s: clock.advance_ns(round(s * 1e9)))
    assert findings.unmeasured[0].sentence == "The drift of the LSL clock stays unmeasured: pylsl is missing."
    assert ConstantName.LSL_DRIFT not in {each.name for each in findings.constants}


SCRIPT = """
from capture_app.session.timing_clocks import lsl_clock_ns
read_ns = lsl_clock_ns()
first = read_ns()
assert 0 < first <= read_ns()
"""


def test_the_clock_of_the_library_is_there_without_any_stream():
    # A process of its own: liblsl is set up once per process, and other tests set it up for themselves.
    subprocess.run([sys.executable, "-c", SCRIPT], check=True, timeout=60)
