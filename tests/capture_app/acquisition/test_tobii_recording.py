"""A recording of a Tobii tracker by the real acquisition process, on the fakes of both vendor packages."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from capture_app.acquisition import messages as m
from capture_app.acquisition.client import AcquisitionClient
from gaze_core.rows import GazeFlag, decode_text
from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording
from recordings_schema.validate import validate

pytestmark = pytest.mark.processes

FAKES = Path(__file__).parents[2] / "drivers" / "tobii" / "fakes"
TARGETS = ((0.1, 0.1), (0.9, 0.1), (0.5, 0.5))
HAPPENINGS = {
    "rate_hz": 600,
    "signal_period_s": 0.3,
    "faults": [
        {"at_s": 1.5, "do": "change_display_area", "width_mm": 400.0, "height_mm": 225.0},
        {"at_s": 1.6, "do": "report_warning", "text": "hot"},
        {"at_s": 2.0, "do": "unplug"},
        {"at_s": 2.4, "do": "plug_in"},
    ],
}


class Lab:
    """The app's side of the acquisition process; keeps what it heard."""

    def __init__(self, client: AcquisitionClient) -> None:
        self.client = client
        self.heard: list[Any] = []

    def until(self, is_reached: Callable[[], object]) -> None:
        for _ in range(1000):
            if is_reached():
                return
            self.client.wait(0.05)
            for message in self.client.poll():
                assert not isinstance(message, (m.Failed, m.AcquisitionDied)), message.text
                self.heard.append(message)
        pytest.fail(f"not reached; heard {[type(each).__name__ for each in self.heard[-20:]]}")

    def of(self, kind: type[Any]) -> list[Any]:
        return [message for message in self.heard if isinstance(message, kind)]

    def calibrate(self, call: str, *place: float) -> m.CalibrationAnswer:
        count = len(self.of(m.CalibrationAnswer))
        x_norm, y_norm = place or (float("nan"), float("nan"))
        eyes = "both" if call == "enter" else ""
        self.client.send(m.CalibrationCall(call=call, x_norm=x_norm, y_norm=y_norm, eyes=eyes, data_hex=""))
        self.until(lambda: len(self.of(m.CalibrationAnswer)) > count)
        answer = self.of(m.CalibrationAnswer)[-1]
        assert isinstance(answer, m.CalibrationAnswer)
        return answer

    def calibrate_whole(self) -> m.CalibrationAnswer:
        assert self.calibrate("enter").is_ok
        for target in TARGETS:
            assert self.calibrate("collect", *target).is_ok
        computed = self.calibrate("compute")
        assert self.calibrate("leave").is_ok
        return computed


@pytest.mark.parametrize("backend", ["tobii_research", "TittaPy"])
def test_calibrations_notices_signals_and_samples_end_in_a_valid_recording(
    backend: str, tmp_path: Path, metadata: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(FAKES))  # a spawned process is given it
    monkeypatch.setenv("SIMULATED_TOBII", json.dumps(HAPPENINGS))
    path = tmp_path / "a.gazeh5"
    with AcquisitionClient() as client:
        lab = Lab(client)
        opened = client.request(
            m.OpenTracker(
                driver="tobii",
                options={"backend": backend},
                width_px=1920,
                height_px=1080,
                width_mm=527.0,
                height_mm=296.0,
                distance_mm=650.0,
            )
        )
        before = lab.calibrate_whole()
        client.request(m.StartRecording(path=str(path), metadata=metadata))
        lab.until(lambda: lab.of(m.Status) and lab.of(m.Status)[-1].recorded > 0)
        within = lab.calibrate_whole()
        lab.until(lambda: "connection_restored" in [notice.kind for notice in lab.of(m.TrackerNotice)])
        count = lab.of(m.Status)[-1].recorded
        lab.until(lambda: lab.of(m.Status)[-1].recorded > count + 300)
        closed = client.request(m.StopRecording(reason="finished"))

    assert isinstance(opened, m.TrackerOpened)
    assert isinstance(closed, m.RecordingClosed)
    assert (opened.calibrates, before.is_ok, within.is_ok) == (True, True, True)
    assert [finding for finding in validate(path) if finding.severity.value == "error"] == []
    with Recording.open(path) as recording:
        _check_recording(recording)


def _check_recording(recording: Recording) -> None:
    gaze = recording.rows(DatasetKey.GAZE)
    kinds = [decode_text(kind) for kind in recording.rows(DatasetKey.EVENTS)["kind"]]
    samples = recording.rows(DatasetKey.CALIBRATION_SAMPLES)
    assert recording.tracker_info.driver == "tobii"
    assert {"display_area_changed", "tracker_warning", "connection_lost", "connection_restored"} <= set(kinds)
    assert [kind for kind in kinds if kind.startswith("calibration_c") and kind != "calibration_changed"] == [
        *["calibration_collect"] * len(TARGETS),
        "calibration_compute",
    ]
    assert (kinds.count("calibration_enter"), kinds.count("calibration_leave")) == (1, 1)
    assert sorted(set(samples["attempt"].tolist())) == [0, 1], (
        "the one before the recording, and the one in it"
    )
    assert len(recording.device_calibrations()) == 2
    assert len(recording.rows(DatasetKey.EXTERNAL_SIGNALS)) >= 3
    assert len(recording.rows(DatasetKey.USER_POSITION)) > 0
    clocks = {decode_text(name) for name in recording.rows(DatasetKey.CLOCK_SYNC)["clock_id"]}
    assert {"device", "tobii_system", "wall"} <= clocks
    assert np.count_nonzero(gaze["flags"] & GazeFlag.RECONNECTED) == 1
    assert np.diff(gaze["seq"]).max() == pytest.approx(0.4 * 600, rel=0.5)
    assert np.mean(gaze["left_valid"]) > 0.8
