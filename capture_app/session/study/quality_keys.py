"""Keys of a study file about how well gaze has to be measured: calibration, gates, drift, analysis."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Annotated

from capture_app.session.study.keys import Key, Scalar
from gaze_core.fixations import DetectorName


class GazeSignal(str, Enum):
    """The gaze signal that will be analysed; the gate looks at this one."""

    LEFT = "left"
    RIGHT = "right"
    AVERAGE = "average"
    DOMINANT = "dominant"  # the reader's dominant eye, from the start form


class LossClass(str, Enum):
    """Kinds of missing gaze."""

    BLINK = "blink"
    ONE_EYE = "one_eye"
    BOTH_EYES = "both_eyes"  # or the head
    OFF_SCREEN = "off_screen"
    STALLED = "stalled"  # the stream brought nothing


class DriftPlace(str, Enum):
    """When the drift check is shown."""

    OFF = "off"
    BEFORE_CASE = "before_case"  # before each case
    EVERY_CASES = "every_cases"  # before each n-th case


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationPlan:
    """How gaze is calibrated and how that is judged."""

    points: Annotated[int, Key("targets of a calibration", choices=(5, 9, 13))] = 9
    travel_s: Annotated[float, Key("the target on its way", unit="s", low=0.1, high=5)] = 0.5
    dwell_s: Annotated[float, Key("the target at its place", unit="s", low=0.3, high=5)] = 1.0
    attempts_maximum: Annotated[int, Key("attempts before the operator is asked", low=1, high=20)] = 5
    is_grey_matched: Annotated[bool, Key("background is the mean grey of the study's images")] = True
    background_grey: Annotated[
        int, Key("background where it is not matched: 0 black, 255 white", low=0, high=255)
    ] = 96
    validation_points: Annotated[int, Key("fresh targets of a validation", low=4, high=13)] = 4
    validation_window_ms: Annotated[
        float, Key("last part of the dwell that counts", unit="ms", low=100, high=2000)
    ] = 300.0
    closing_points: Annotated[
        int, Key("targets of the short validation that closes each block", low=4, high=5)
    ] = 4
    pupil_baseline_s: Annotated[
        float, Key("central cross for the pupil's baseline; 0: none", unit="s", low=0, high=120)
    ] = 15.0
    pupil_baseline_grey: Annotated[
        int, Key("background of the baseline: 0 black, 255 white", low=0, high=255)
    ] = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Gates:
    """Limits beyond which something has to be done."""

    average_deg: Annotated[
        float, Key("validation: largest mean error accepted", unit="deg", low=0.1, high=10)
    ] = 1.0
    worst_deg: Annotated[
        float, Key("validation: largest error of one target accepted", unit="deg", low=0.1, high=20)
    ] = 1.5
    recommended_average_deg: Annotated[
        float, Key("validation: mean error to aim at", unit="deg", low=0.05, high=10)
    ] = 0.5
    recommended_worst_deg: Annotated[
        float, Key("validation: error of one target to aim at", unit="deg", low=0.05, high=20)
    ] = 1.0
    loss_yellow_percent: Annotated[float, Key("case: missing gaze that warns", unit="%", low=0, high=100)] = (
        10.0
    )
    loss_red_percent: Annotated[
        float, Key("case: missing gaze from which a case does not count", unit="%", low=0, high=100)
    ] = 15.0
    gap_yellow_s: Annotated[float, Key("case: longest gap that warns", unit="s", low=0, high=60)] = 1.5
    gap_red_s: Annotated[
        float, Key("case: longest gap from which a case does not count", unit="s", low=0, high=60)
    ] = 3.0
    loss_counted: Annotated[
        tuple[LossClass, ...], Key("kinds of loss that count; all are reported", at_least=1)
    ] = (LossClass.BLINK, LossClass.ONE_EYE, LossClass.BOTH_EYES, LossClass.STALLED)
    drift_mean_deg: Annotated[
        float,
        Key("length of the mean offset that asks to recalibrate", unit="deg", low=0.1, high=20),
    ] = 1.0
    drift_mean_checks: Annotated[int, Key("number of checks in that mean", low=1, high=50)] = 4
    drift_single_deg: Annotated[
        float, Key("offset of one check that asks to recalibrate", unit="deg", low=0.1, high=20)
    ] = 2.0
    recalibrate_after_cases: Annotated[
        int, Key("cases after which recalibration is asked for; 0: never", low=0, high=1000)
    ] = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftCheck:
    """The fixation target between cases; offsets are stored, raw gaze stays as it is."""

    place: Annotated[DriftPlace, Key("when it is shown")] = DriftPlace.BEFORE_CASE
    every_cases: Annotated[int, Key("n of `every_cases`", low=1, high=1000)] = 1
    x_norm: Annotated[float, Key("place of the target, fraction of the screen", low=0.05, high=0.95)] = 0.5
    y_norm: Annotated[float, Key("place of the target, fraction of the screen", low=0.05, high=0.95)] = 0.5
    fixation_ms: Annotated[float, Key("fixation that passes the check", unit="ms", low=100, high=2000)] = (
        400.0
    )
    pass_deg: Annotated[float, Key("offset that passes the check", unit="deg", low=0.2, high=5)] = 1.5
    search_deg: Annotated[
        float, Key("fixations this near the target are measured", unit="deg", low=1, high=15)
    ] = 5.0
    longest_wait_s: Annotated[
        float, Key("after this the space bar goes on without (logged)", unit="s", low=1, high=60)
    ] = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorChoice:
    """The fixation detector of all exports, frozen with the study."""

    name: Annotated[DetectorName, Key("detector")] = DetectorName.IVT
    parameters: Annotated[
        dict[str, Scalar], Key("parameters that differ from the detector's defaults, by name")
    ] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """What will be analysed, said before the first reader."""

    signal: Annotated[GazeSignal, Key("gaze signal that is analysed and judged")] = GazeSignal.AVERAGE
    detector: Annotated[DetectorChoice, Key("fixation detector")] = field(default_factory=DetectorChoice)
