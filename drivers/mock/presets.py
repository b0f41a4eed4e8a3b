"""Sensor presets and scenarios of the mock tracker, as data.

A sensor preset says what a kind of eye tracker adds to the truth: noise, accuracy and latency. A
scenario says who sits in front of it and what goes wrong; it names settings (fields of
`drivers.mock.settings`) and the values they take.

Noise figures are 2-D RMS-S2S and STD in windows of 200 ms of one eye, in degrees. Measured on public
recordings are the EyeLink, tower, TX300 and X2-60 rows; the others come from makers' manuals (ideal
conditions, widened towards what people give) and common practice, and are meant to be adjusted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeAlias

SettingValue: TypeAlias = float | int | bool | str


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorPreset:
    """What one kind of eye tracker adds to the truth."""

    title: str
    rates_hz: tuple[float, ...]  # frequencies it offers; the last one is its default
    noise_rms_s2s_p10_deg: float  # quiet person
    noise_rms_s2s_deg: float  # median person
    noise_rms_s2s_p90_deg: float  # noisy person
    noise_std_deg: float  # median person
    is_filtered: bool = False  # the tracker smooths before it delivers
    accuracy_deg: float  # SD of the offset that calibration leaves
    latency_s: float  # from the instant to the first possible arrival
    stamp_jitter_s: float = 40e-6  # SD of the device's time stamps
    reacquisition_max_s: float = 0.15  # after the head was lost


SENSOR_PRESETS: Final[Mapping[str, SensorPreset]] = MappingProxyType(
    {
        "eyelink-1000-plus": SensorPreset(
            title="EyeLink 1000 Plus, filtered, human",
            rates_hz=(250.0, 500.0, 2000.0, 1000.0),
            noise_rms_s2s_p10_deg=0.03,
            noise_rms_s2s_deg=0.045,
            noise_rms_s2s_p90_deg=0.10,
            noise_std_deg=0.06,
            is_filtered=True,
            accuracy_deg=0.4,
            latency_s=0.0025,
            stamp_jitter_s=20e-6,
        ),
        "eyelink-unfiltered": SensorPreset(
            title="EyeLink, unfiltered, artificial eye",
            rates_hz=(250.0, 500.0, 2000.0, 1000.0),
            noise_rms_s2s_p10_deg=0.066,
            noise_rms_s2s_deg=0.11,
            noise_rms_s2s_p90_deg=0.185,
            noise_std_deg=0.081,
            accuracy_deg=0.4,
            latency_s=0.002,
            stamp_jitter_s=20e-6,
        ),
        "tower": SensorPreset(
            title="Tower-mounted high-speed tracker, filtered, human",
            rates_hz=(500.0,),
            noise_rms_s2s_p10_deg=0.02,
            noise_rms_s2s_deg=0.025,
            noise_rms_s2s_p90_deg=0.04,
            noise_std_deg=0.12,
            is_filtered=True,
            accuracy_deg=0.4,
            latency_s=0.003,
            stamp_jitter_s=20e-6,
        ),
        "tobii-pro-spectrum": SensorPreset(
            title="Tobii Pro Spectrum, human",
            rates_hz=(60.0, 120.0, 150.0, 300.0, 1200.0, 600.0),
            noise_rms_s2s_p10_deg=0.06,
            noise_rms_s2s_deg=0.10,
            noise_rms_s2s_p90_deg=0.17,
            noise_std_deg=0.08,
            accuracy_deg=0.3,
            latency_s=0.0025,
        ),
        "tobii-pro-fusion": SensorPreset(
            title="Tobii Pro Fusion, human",
            rates_hz=(30.0, 60.0, 120.0, 250.0),
            noise_rms_s2s_p10_deg=0.05,
            noise_rms_s2s_deg=0.10,
            noise_rms_s2s_p90_deg=0.25,
            noise_std_deg=0.12,
            accuracy_deg=0.45,
            latency_s=0.012,
        ),
        "tobii-tx300": SensorPreset(
            title="Tobii TX300, human",
            rates_hz=(60.0, 120.0, 300.0),
            noise_rms_s2s_p10_deg=0.18,
            noise_rms_s2s_deg=0.29,
            noise_rms_s2s_p90_deg=0.54,
            noise_std_deg=0.25,
            accuracy_deg=0.65,
            latency_s=0.009,
            reacquisition_max_s=0.165,
        ),
        "tobii-x2-60": SensorPreset(
            title="Tobii X2-60, human",
            rates_hz=(60.0,),
            noise_rms_s2s_p10_deg=0.41,
            noise_rms_s2s_deg=0.58,
            noise_rms_s2s_p90_deg=0.81,
            noise_std_deg=0.43,
            accuracy_deg=0.7,
            latency_s=0.033,
            stamp_jitter_s=100e-6,
        ),
        "tobii-pro-nano": SensorPreset(
            title="Tobii Pro Nano or Spark, human",
            rates_hz=(60.0,),
            noise_rms_s2s_p10_deg=0.2,
            noise_rms_s2s_deg=0.35,
            noise_rms_s2s_p90_deg=0.6,
            noise_std_deg=0.3,
            accuracy_deg=0.75,
            latency_s=0.025,
            stamp_jitter_s=100e-6,
        ),
        "webcam": SensorPreset(
            title="Webcam-like tracker",
            rates_hz=(30.0,),
            noise_rms_s2s_p10_deg=1.0,
            noise_rms_s2s_deg=1.5,
            noise_rms_s2s_p90_deg=3.0,
            noise_std_deg=1.5,
            accuracy_deg=3.0,
            latency_s=0.075,
            stamp_jitter_s=100e-6,
        ),
    }
)


def preset_for_rate(rate_hz: float) -> str:
    """Return the name of the preset that stands for trackers of this rate where none is named."""
    if rate_hz < 50.0:
        return "webcam"
    if rate_hz < 90.0:
        return "tobii-pro-nano"
    if rate_hz <= 250.0:
        return "tobii-pro-fusion"
    if rate_hz <= 400.0:
        return "tobii-tx300"
    if rate_hz <= 1200.0:
        return "tobii-pro-spectrum"
    return "eyelink-1000-plus"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Who sits in front of the tracker and what goes wrong: setting names and their values."""

    summary: str
    changes: Mapping[str, SettingValue]


_STEADY_NOISE: Final[Mapping[str, SettingValue]] = {
    "noise_person_log_sd": 0.0,
    "noise_wander": 0.0,
    "noise_eccentricity": 0.0,
    "noise_pupil_exponent": 0.0,
}

SCENARIOS: Final[Mapping[str, Scenario]] = MappingProxyType(
    {
        "ideal": Scenario(
            summary="a calm reader and a tracker at its best: nothing lost, nothing late",
            changes={
                **_STEADY_NOISE,
                "loss_share": 0.0,
                "single_eye_loss_share": 0.0,
                "dropped_share": 0.0,
                "stalls_per_min": 0.0,
                "accuracy_deg": 0.1,
                "gain_error": 0.0,
                "calibration_drift_deg": 0.0,
                "head_error_deg_per_mm": 0.0,
                "blinks_per_min": 6.0,
            },
        ),
        "reference": Scenario(
            summary="the detectors' yardstick: noise at the preset's median, 10 blinks a minute, 1 % lost",
            changes={**_STEADY_NOISE, "loss_share": 0.01, "blinks_per_min": 10.0, "microsaccades_per_s": 1.5},
        ),
        "typical": Scenario(summary="a typical adult", changes={}),
        "typical-60hz": Scenario(summary="a typical adult at 60 Hz", changes={"rate_hz": 60.0}),
        "typical-1200hz": Scenario(summary="a typical adult at 1200 Hz", changes={"rate_hz": 1200.0}),
        "glasses": Scenario(
            summary="reflections: twice the noise, 5 % lost",
            changes={
                "noise_scale": 2.0,
                "loss_share": 0.05,
                "single_eye_loss_share": 0.08,
                "dropped_share": 0.0005,
            },
        ),
        "difficult": Scenario(
            summary="three times the noise, 20 % lost in bursts, the reader looks away now and then",
            changes={
                "noise_scale": 3.0,
                "loss_share": 0.20,
                "single_eye_loss_share": 0.25,
                "dropped_share": 0.001,
                "look_aways_per_min": 1.0,
            },
        ),
        "tired": Scenario(
            summary="25 blinks a minute and a drooping lid",
            changes={
                "blinks_per_min": 25.0,
                "blink_median_s": 0.2,
                "lid_droop": 0.45,
                "loss_share": 0.03,
                "single_eye_loss_share": 0.04,
            },
        ),
        "head-moving": Scenario(
            summary="a reader who shifts about and leaves the tracker's view",
            changes={
                "head_sway_rms_mm": 15.0,
                "head_distance_drift_mm": 60.0,
                "look_aways_per_min": 2.0,
                "noise_scale": 1.4,
            },
        ),
        "one-eye": Scenario(summary="only the left eye is tracked", changes={"tracked_eyes": "left"}),
        "unplugged": Scenario(
            summary="the tracker is unplugged after 5 s and comes back 2 s later",
            changes={"fault": "unplugged", "fault_at_s": 5.0, "fault_duration_s": 2.0},
        ),
        "never-reconnects": Scenario(
            summary="the tracker is unplugged after 5 s; the driver gives up 2 s later",
            changes={"fault": "never-reconnects", "fault_at_s": 5.0, "fault_duration_s": 2.0},
        ),
        "clock-jump": Scenario(
            summary="the tracker's clock jumps back by 5 s after 5 s",
            changes={"fault": "clock-jump", "fault_at_s": 5.0, "clock_jump_s": -5.0},
        ),
        "flood": Scenario(
            summary="from 5 s to 7 s each sample arrives twenty times",
            changes={"fault": "flood", "fault_at_s": 5.0, "fault_duration_s": 2.0, "flood_factor": 20},
        ),
        "nan": Scenario(
            summary="from 5 s to 7 s the values are not numbers although the tracker calls them valid",
            changes={"fault": "nan", "fault_at_s": 5.0, "fault_duration_s": 2.0},
        ),
        "backward-time": Scenario(
            summary="from 5 s to 7 s every fiftieth time stamp goes back",
            changes={"fault": "backward-time", "fault_at_s": 5.0, "fault_duration_s": 2.0},
        ),
    }
)
