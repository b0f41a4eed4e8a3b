"""A Tobii tracker in another interpreter: the real driver over the fakes of the makers' packages."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path

import numpy as np
import pytest

from drivers.contract import NoticeKind
from drivers.host.hosted_driver import HostedDriver
from drivers.registry import DriverRequest, find_driver

pytestmark = pytest.mark.processes
FAKES = Path(__file__).resolve().parents[1] / "tobii" / "fakes"
BACKENDS = ("tobii_research", "TittaPy")


@pytest.fixture
def tobii_interpreter(make_interpreter) -> str:
    """This Python with the fakes of both packages, and one simulated tracker."""
    python, fakes = shlex.quote(sys.executable), shlex.quote(str(FAKES))
    scenario = shlex.quote(json.dumps({"devices": 1, "rate_hz": 120, "signal_period_s": 0.2}))
    return make_interpreter(f'SIMULATED_TOBII={scenario} PYTHONPATH={fakes} exec {python} "$@"')


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_hosted_tobii_is_found_streams_and_calibrates(tobii_interpreter, setup, reading, backend):
    find = find_driver("tobii").find
    options = {"interpreter": tobii_interpreter, "backend": backend}
    (found,) = find(DriverRequest(options=options, setup=setup))
    assert found.options["interpreter"] == tobii_interpreter
    own = {name: text for name, text in found.options.items() if name != "interpreter"}
    driver = HostedDriver("tobii", tobii_interpreter, own, setup)
    info = driver.open()
    try:
        assert info.serial == found.serial
        assert set(driver.capabilities().rates_hz) == set(found.rates_hz)
        driver.start()
        calibrator = driver.capabilities().calibrator
        calibrator.enter()
        for x_norm in (0.1, 0.5, 0.9):
            assert calibrator.collect(x_norm, 0.5)
        outcome = calibrator.compute()
        calibrator.leave()
        assert outcome.is_applied
        assert outcome.data
        np.testing.assert_allclose(np.unique(outcome.samples["target_x_norm"]), [0.1, 0.5, 0.9], atol=1e-6)
        batches = reading.until(driver, lambda batch: len(batch.external_signals) > 0)
        gaze = reading.joined([*batches, *reading.until_rows(driver)])
        np.testing.assert_array_equal(np.diff(gaze["seq"]), 1)
        assert NoticeKind.CONNECTION_LOST not in reading.told(batches)
    finally:
        driver.close()
