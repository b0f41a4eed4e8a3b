"""A reading with a Tobii, through both vendor packages (their fakes), in this Python and in a hosted one."""

from __future__ import annotations

import json
import math
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from calibration import CALIBRATION_5, Target
from capture_app.acquisition import messages as m
from capture_app.session.port import ScreenFacts
from gaze_core.rows import EVENT, GazeFlag, Rows, decode_text
from recordings_schema.findings import Severity
from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording
from recordings_schema.validate import validate

pytestmark = pytest.mark.processes

FAKES = Path(__file__).parents[1] / "drivers" / "tobii" / "fakes"
SCREEN = ScreenFacts(name="screen", width_px=1920, height_px=1080, width_mm=527.0, height_mm=296.0)
SCENARIO = {
    "rate_hz": 300,
    "seed": 4,
    "signal_period_s": 0.25,
    "faults": [
        {"at_s": 3.0, "do": "report_warning", "text": "the lens is dusty"},
        {"at_s": 3.2, "do": "change_display_area", "width_mm": 510.0, "height_mm": 290.0},
        {"at_s": 3.4, "do": "unplug"},
        {"at_s": 4.2, "do": "plug_in"},
    ],
}


@pytest.fixture
def hosting_python(tmp_path: Path) -> str:
    """Another interpreter of ours, in which the vendor packages are installed."""
    if sys.platform == "win32":
        pytest.skip("the made-up interpreter is a program of the shell")
    program = tmp_path / "python-with-tobii"
    start = f'PYTHONPATH={shlex.quote(str(FAKES))} exec {shlex.quote(sys.executable)} "$@"'
    program.write_text(f"#!/bin/sh\n{start}\n", encoding="utf-8")
    program.chmod(0o755)
    return str(program)


class Calibrating:
    """Calls the device's calibrator through the session and waits for the answers."""

    def __init__(self, reading) -> None:
        self._reading = reading
        self._answers: list[m.CalibrationAnswer] = []
        poll = reading.client.poll

        def poll_and_keep() -> list[m.Message]:
            messages = poll()
            self._answers += [each for each in messages if isinstance(each, m.CalibrationAnswer)]
            return messages

        reading.client.poll = poll_and_keep

    def call(self, name: str, target: Target | None = None, eyes: str = "") -> m.CalibrationAnswer:
        x_norm, y_norm = (math.nan, math.nan) if target is None else (target.x_norm, target.y_norm)
        self._answers.clear()
        self._reading.client.send(
            m.CalibrationCall(call=name, x_norm=x_norm, y_norm=y_norm, eyes=eyes, data_hex="")
        )
        self._reading.until(lambda: bool(self._answers))
        return self._answers[0]

    def all_targets(self) -> m.CalibrationAnswer:
        assert self.call("enter", eyes="both").is_ok
        for target in CALIBRATION_5:
            assert self.call("collect", target).is_ok
        outcome = self.call("compute")
        assert self.call("leave").is_ok
        return outcome


def events_of(recording: Recording) -> list[tuple[str, str]]:
    rows: Rows = recording.rows(DatasetKey.EVENTS)
    assert rows.dtype == EVENT.dtype
    return [(decode_text(row["kind"]), decode_text(row["text"])) for row in rows]


@pytest.mark.parametrize("is_hosted", [False, True], ids=["in this Python", "hosted"])
@pytest.mark.parametrize("backend", ["tobii_research", "TittaPy"])
def test_a_session_ends_in_a_valid_recording_with_calibration_notices_and_signals(
    start_reading: Callable,
    pictures: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    hosting_python: str,
    backend: str,
    is_hosted: bool,
) -> None:
    monkeypatch.setenv("SIMULATED_TOBII", json.dumps(SCENARIO))
    options = {"backend": backend, "rate_hz": "300"}
    if is_hosted:
        options["interpreter"] = hosting_python
    else:
        monkeypatch.syspath_prepend(str(FAKES))
    path = tmp_path / "Sitzung ü.gazeh5"
    reading = start_reading(SCREEN)
    reading.session.show_folder(pictures)
    reading.connect("tobii", **options)
    assert reading.session.link.tracker.calibrates
    outcome = Calibrating(reading).all_targets()
    assert outcome.is_ok
    reading.begin(path)
    reading.show_case(0)
    came_back = []
    reading.until(
        lambda: (
            came_back.append(reading.session.link.last_sentence("connection_restored")) or bool(came_back[-1])
        )
    )
    samples = reading.session.link.status.samples
    reading.until(lambda: reading.session.link.status.samples > samples + 300)
    reading.end()

    assert [each.what for each in validate(path) if each.severity is Severity.ERROR] == []
    with Recording.open(path) as recording:
        gaze = recording.gaze()
        events = events_of(recording)
        kinds = [kind for kind, _ in events]
        signals = recording.rows(DatasetKey.EXTERNAL_SIGNALS)
        sync = recording.rows(DatasetKey.CLOCK_SYNC)
        seen = recording.rows(DatasetKey.CALIBRATION_SAMPLES)
        calibrations = recording.device_calibrations()
        info = recording.tracker_info
        position = recording.rows(DatasetKey.USER_POSITION)
    # gaze: every sample has its raw row (the validator says so), both clocks, and came back flagged
    assert info.rate_hz == 300.0
    assert info.display_area_mm == pytest.approx((527.0, 296.0), abs=0.5)
    assert np.count_nonzero(gaze["flags"] & GazeFlag.RECONNECTED) == 1
    assert np.mean(gaze["left_valid"]) > 0.5
    assert np.all(gaze["t_vendor_host_ns"] > 0)
    assert np.any(sync["clock_id"] == b"device")
    # the calibration made before the recording is in it: what was seen at each target, and the bytes
    targets = {
        (round(float(x), 3), round(float(y), 3))
        for x, y in zip(seen["target_x_norm"], seen["target_y_norm"], strict=True)
    }
    assert targets == {(target.x_norm, target.y_norm) for target in CALIBRATION_5}
    assert list(calibrations) == [0]
    assert calibrations[0]
    # notices and signals
    assert kinds.count("connection_lost") == 1
    assert kinds.count("connection_restored") == 1
    assert any("dusty" in text for _, text in events)
    assert any(kind == "display_area_changed" and "510" in text for kind, text in events)
    assert len(signals) >= 4
    assert set(signals["source"]) == {b"tracker"}
    assert len(position) > 0
