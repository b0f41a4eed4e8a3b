"""A reader in a chair who looks at the dot, before a device that answers, on a session's manual clock."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from session_fakes import FRAME_NS, FakeRun

from calibration import Pace
from capture_app.acquisition import messages as m
from capture_app.session.calibration_states import CalibrationDeskState, CalibrationStage
from gaze_core.rows import CALIBRATION_SAMPLE, GAZE, Rows

# A slow computer's frames: what is judged by the clock is the same, and a test runs through a third of them.
CHAIR_FRAME_NS = 3 * FRAME_NS
ROWS_PER_FRAME = 30
QUICK = Pace(travel_s=0.1, dwell_s=0.4, settle_s=0.2)
STEP_NS = CHAIR_FRAME_NS // ROWS_PER_FRAME


class Chair:
    """A reader who looks at the dot, `offset_norm` to the right of it, before a device that answers."""

    def __init__(self, run: FakeRun, *, calibrates: bool = True) -> None:
        self.run = run
        self.offset_norm = 0.0
        self.noise_norm = 0.0
        self.pupil_mm = float("nan")
        self.unseen: tuple[str, ...] = ()  # eyes the tracker does not see: left_, right_
        self.is_sending = True
        self._chance = np.random.default_rng(7)
        self.refused: set[str] = set()  # calls the device answers with no
        self.is_silent = False
        self.attempt = 0
        self.hands_out_data = True
        self._answered = 0
        self._room = GAZE.empty(0)
        self._seq = 0
        self.desk.pace = QUICK
        self.connect(calibrates=calibrates)

    def connect(self, serial: str = "S1", *, calibrates: bool = True) -> None:
        self.run.session.connect_tracker("mock", {})
        info = {"model": "mock", "serial": serial, "driver": "mock", "rate_hz": 600.0, "pupil_unit": "mm"}
        self.run.acquisition.say(
            m.TrackerOpened(info=info, rates_hz=[600.0], wants_scene=True, calibrates=calibrates)
        )
        self.frame()

    @property
    def desk(self) -> Any:
        return self.run.session.calibration_desk

    @property
    def state(self) -> CalibrationDeskState:
        return self.desk.state

    def frame(self) -> None:
        """Let one frame pass: gaze comes, the device answers, what is asked for is shown."""
        acquisition = self.run.acquisition
        scenes = acquisition.all_sent(m.ShowScene)
        targets = scenes[-1].scene["targets_norm"] if scenes else ()
        x_norm, y_norm = targets[0] if targets else (0.5, 0.5)
        rows = GAZE.empty(ROWS_PER_FRAME)
        rows["seq"] = self._seq + np.arange(len(rows))
        rows["t_host_ns"] = self.run.clock.now_ns() + STEP_NS * np.arange(1, len(rows) + 1)
        rows["t_device_ns"] = rows["t_host_ns"]
        self._seq += len(rows)
        noise = self.noise_norm * self._chance.standard_normal((2, len(rows)))
        for prefix in ("left_", "right_") if self.unseen else ("left_", "right_", ""):
            if prefix in self.unseen:
                continue
            rows[f"{prefix}valid"] = 1
            rows[f"{prefix}x_norm"] = x_norm + self.offset_norm + noise[0]
            rows[f"{prefix}y_norm"] = y_norm + noise[1]
        for prefix in ("left_", "right_"):
            rows[f"{prefix}pupil"] = self.pupil_mm
            rows[f"{prefix}pupil_valid"] = np.isfinite(self.pupil_mm)
        if self.is_sending:
            self._send(rows)
        if not self.is_silent:
            self._answer()
        self.run.step(ROWS_PER_FRAME if self.is_sending else 0, CHAIR_FRAME_NS)

    def _send(self, rows: Rows) -> None:
        """Append rows to the stream; room is made for twice as many, so that long sessions stay quick."""
        acquisition = self.run.acquisition
        count = len(acquisition.stream)
        if self._room.size < count + len(rows) or acquisition.stream.base is not self._room:
            self._room = GAZE.empty(2 * (count + len(rows)))
            self._room[:count] = acquisition.stream
        self._room[count : count + len(rows)] = rows
        acquisition.stream = self._room[: count + len(rows)]

    def _answer(self) -> None:
        calls = self.run.acquisition.all_sent(m.CalibrationCall)
        for call in calls[self._answered :]:
            is_ok = call.call not in self.refused
            samples = CALIBRATION_SAMPLE.empty(1 if call.call == "compute" else 0)
            if call.call == "compute":
                samples["attempt"] = self.attempt
            is_counted = call.call in ("compute", "apply")
            has_data = call.call == "compute" and is_ok and self.hands_out_data
            self.run.acquisition.say(
                m.CalibrationAnswer(
                    call=call.call,
                    x_norm=call.x_norm,
                    y_norm=call.y_norm,
                    is_ok=is_ok,
                    text=f"{call.call} said so.",
                    row_type="calibration_sample",
                    rows=samples,
                    data_hex=f"{self.attempt:02x}" if has_data else "",
                    attempt=self.attempt if is_counted else -1,
                )
            )
            self.attempt += is_counted
        self._answered = len(calls)

    def until(self, *stages: CalibrationStage) -> CalibrationDeskState:
        for _ in range(4000):
            if self.state.stage in stages:
                return self.state
            self.frame()
        pytest.fail(f"the calibration stays {self.state.stage}: {self.state.text}")

    def calls(self) -> list[str]:
        return [call.call for call in self.run.acquisition.all_sent(m.CalibrationCall)]

    def written(self, row_type: str) -> Any:
        return self.run.acquisition.appended(row_type)
