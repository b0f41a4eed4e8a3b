"""A lab on a manual clock: a simulated reader, a window that presents every dot, a device that answers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from calibration import (
    CalibrationProcedure,
    CalibrationState,
    DeviceAnswer,
    DeviceCall,
    DotPhase,
    DriftCheck,
    DriftState,
    Step,
    ValidationProcedure,
    ValidationState,
)
from drivers.contract import CalibratedEyes, Scene, ViewingSetup
from drivers.mock import MockSettings, MockTracker
from gaze_core.clocks import ManualClock
from gaze_core.geometry import Screen, ViewingGeometry
from gaze_core.rows import Rows

SETUP = ViewingSetup(width_px=1920, height_px=1080, width_mm=528.0, height_mm=297.0, distance_mm=650.0)
FRAME_S = 0.02
STEADY = {
    "drift_deg_s": 0.0,
    "drift_walk_deg_per_root_s": 0.0,
    "microsaccades_per_s": 0.0,
    "saccade_gain": 1.0,
    "saccade_gain_sd": 0.0,
}


class Lab:
    """One simulated reader before one simulated tracker; time passes frame by frame."""

    def __init__(self, scenario: str, **changes) -> None:
        settings = {"rate_hz": 120.0, "seed": 5, **changes}
        self.clock = ManualClock(1_000_000_000)
        self.batches: list = []
        self.geometry = ViewingGeometry(
            Screen(width_px=1920, height_px=1080, width_mm=528.0, height_mm=297.0), 650.0
        )
        self.tracker = MockTracker(
            MockSettings.for_scenario(scenario, **settings), SETUP, clock=self.clock, wait=self.let_pass
        )
        self.tracker.open()
        self.tracker.start()
        self.calibrator = self.tracker.capabilities().calibrator
        self._seen = -1

    @property
    def now_ns(self) -> int:
        return self.clock.now_ns()

    def rows(self, name: str) -> Rows:
        return np.concatenate([getattr(batch, name) for batch in self.batches])

    def let_pass(self, duration_s: float) -> Rows:
        self.clock.advance_ns(round(duration_s * 1e9))
        self.batches.append(self.tracker.read(0.0))
        return self.batches[-1].gaze

    def draw(self, step: Step, procedure) -> None:
        """Show the dot to the simulated eye, and say when it stands."""
        dot = step.dot
        if dot is None:
            self._seen = -1
        elif dot.phase is DotPhase.STANDING and dot.showing != self._seen:
            self._seen = dot.showing
            self.look_at(dot.x_norm, dot.y_norm)
            procedure.presented(dot.showing, self.now_ns)

    def look_at(self, x_norm: float, y_norm: float) -> None:
        self.tracker.set_scene(Scene(t_host_ns=self.now_ns, targets_norm=((x_norm, y_norm),)))

    def answer(self, call: DeviceCall) -> DeviceAnswer:
        """Make a call as the acquisition process would."""
        place = {"x_norm": call.x_norm, "y_norm": call.y_norm}
        if call.name == "enter":
            self.calibrator.enter(CalibratedEyes(call.eyes))
        elif call.name == "collect":
            return DeviceAnswer(name="collect", is_ok=self.calibrator.collect(**place), **place)
        elif call.name == "discard":
            self.calibrator.discard(**place)
        elif call.name == "compute":
            made = self.calibrator.compute()
            return DeviceAnswer(
                name="compute", is_ok=made.is_applied, text=made.text, samples=made.samples, data=made.data
            )
        elif call.name == "apply":
            self.calibrator.apply(call.data)
        else:
            self.calibrator.leave()
        return DeviceAnswer(name=call.name, is_ok=True, **place)

    def run_calibration(self, procedure: CalibrationProcedure, until: CalibrationState) -> None:
        for _ in range(5000):
            self.let_pass(FRAME_S)
            step = procedure.tick(self.now_ns)
            self.draw(step, procedure)
            for call in step.calls:
                procedure.answered(self.answer(call), self.now_ns)
            if procedure.state is until:
                return
        pytest.fail(f"the calibration never became {until}, it is {procedure.state}")

    def run_validation(self, procedure: ValidationProcedure) -> None:
        procedure.begin(self.now_ns)
        for _ in range(5000):
            procedure.take(self.let_pass(FRAME_S))
            self.draw(procedure.tick(self.now_ns), procedure)
            if procedure.state in (ValidationState.DONE, ValidationState.ABORTED):
                return
        pytest.fail("the validation never ended")

    def run_drift(self, check: DriftCheck) -> None:
        check.begin(self.now_ns)
        for _ in range(5000):
            check.take(self.let_pass(FRAME_S))
            self.draw(check.tick(self.now_ns), check)
            if check.state is not DriftState.SHOWING:
                return
        pytest.fail("the drift check never ended")


@pytest.fixture
def lab() -> Callable[..., Lab]:
    """Make a lab with a scenario of the simulated tracker and changed settings."""
    return Lab


@pytest.fixture
def steady() -> dict[str, float]:
    """Settings of an eye that meets targets and then stands still: what is measured is the tracker."""
    return dict(STEADY)
