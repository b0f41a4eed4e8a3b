"""Validations are found again in a recording, whole ones only, whatever was stopped between them."""

from __future__ import annotations

import numpy as np

from calibration import VALIDATION_4, TargetWindow
from capture_app.session.recorded_validations import validations_of
from gaze_core.geometry import Screen, ViewingGeometry
from gaze_core.rows import GAZE, JUDGEMENT, TARGET, VALIDATION
from recordings_schema.layout import DatasetKey

S = 1_000_000_000
GEOMETRY = ViewingGeometry(Screen(width_px=1920, height_px=1080, width_mm=528.0, height_mm=297.0), 650.0)


class Recorded:
    """A recording of 60 s at 100 Hz with gaze in the middle of the screen."""

    def __init__(self, first_s: int = 0) -> None:
        self._gaze = GAZE.empty(6000)
        self._gaze["t_host_ns"] = self._gaze["t_device_ns"] = first_s * S + np.arange(6000) * S // 100
        for prefix in ("left_", "right_", ""):
            self._gaze[f"{prefix}valid"] = 1
            self._gaze[f"{prefix}x_norm"] = self._gaze[f"{prefix}y_norm"] = 0.5
        self._rows = {
            DatasetKey.TARGETS: TARGET.empty(0),
            DatasetKey.VALIDATIONS: VALIDATION.empty(0),
            DatasetKey.JUDGEMENTS: JUDGEMENT.empty(0),
        }

    def shown(self, begun_s: int, count: int, procedure: bytes = b"validation") -> None:
        rows = TARGET.empty(count)
        for number, (row, target) in enumerate(zip(rows, VALIDATION_4, strict=False)):
            row["target_id"], row["x_norm"], row["y_norm"] = target.target_id, target.x_norm, target.y_norm
            row["t_on_host_ns"], row["t_off_host_ns"] = (begun_s + number) * S, (begun_s + number + 1) * S
        rows["procedure"] = procedure
        self._add(DatasetKey.TARGETS, rows)

    def judged(self, number: int, ended_s: int) -> None:
        rows = VALIDATION.empty(5)
        rows["validation"], rows["t_ended_host_ns"] = number, ended_s * S
        rows["target_id"] = [0, 1, 2, 3, -1]
        self._add(DatasetKey.VALIDATIONS, rows)

    def decided(self, number: int, figures: str, subject: str = "calibration") -> None:
        self._add(DatasetKey.JUDGEMENTS, JUDGEMENT.row(subject=subject, number=number, figures=figures))

    def _add(self, key: DatasetKey, rows: np.ndarray) -> None:
        self._rows[key] = np.concatenate([self._rows[key], rows])

    def rows(self, key: DatasetKey) -> np.ndarray:
        return self._rows[key]

    def gaze(self) -> np.ndarray:
        return self._gaze


def test_each_validation_is_computed_from_its_own_targets() -> None:
    recorded = Recorded()
    recorded.shown(1, 4)
    recorded.judged(0, 5)
    recorded.shown(10, 3)  # stopped early
    recorded.shown(14, 4, b"calibration")
    recorded.shown(20, 4)
    recorded.judged(1, 24)
    found = validations_of(recorded, GEOMETRY)
    assert [each.number for each in found] == [0, 1]
    for each in found:
        assert {target.sample_count for target in each.result.targets} == {30}
        assert each.result.window_ms == 300.0


def test_each_is_judged_in_the_window_of_its_own_study_unless_another_is_asked_for() -> None:
    recorded = Recorded()
    for number, begun_s in enumerate((1, 10, 20)):
        recorded.shown(begun_s, 4)
        recorded.judged(number, begun_s + 4)
    recorded.decided(0, '{"window_ms": 200.0}')
    recorded.decided(1, "of another hand")
    recorded.decided(2, '{"window_ms": 900.0}', subject="case")
    windows = [each.result.window_ms for each in validations_of(recorded, GEOMETRY)]
    assert windows == [200.0, 300.0, 300.0]
    asked = validations_of(recorded, GEOMETRY, TargetWindow(length_ms=500.0))
    assert {each.result.window_ms for each in asked} == {500.0}


def test_one_from_before_the_recording_is_left_out() -> None:
    recorded = Recorded(first_s=8)
    recorded.judged(0, 5)
    recorded.shown(20, 4)
    recorded.judged(1, 24)
    assert [each.number for each in validations_of(recorded, GEOMETRY)] == [1]


def test_one_that_was_stopped_early_is_none() -> None:
    recorded = Recorded()
    recorded.shown(1, 4)
    assert validations_of(recorded, GEOMETRY) == ()
