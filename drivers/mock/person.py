"""What is drawn once for a person: how noisy the eyes are, what calibration left, how they oscillate."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from drivers.mock.settings import MockSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """The draws that stay for a whole stream; pairs are left, right."""

    noise_factor: float
    offset_azimuth_deg: tuple[float, float]  # left by calibration
    offset_elevation_deg: tuple[float, float]
    drift_azimuth_deg: tuple[float, float]  # reached after 10 min
    drift_elevation_deg: tuple[float, float]
    gain: tuple[float, float]  # signed gain error at the edge of the screen
    head_error: tuple[float, float]  # deg per mm, signed
    disparity_deg: float
    disparity_phase: float  # rad
    inter_ocular_mm: float
    pso_share: float
    pso_frequency_hz: float
    pso_amplitude_deg: float
    pupil_offset_mm: tuple[float, float]


def draw_person(rng: np.random.Generator, settings: MockSettings) -> Person:
    """Draw a person; the order of the draws never depends on the settings."""
    eye, sensor = settings.eye, settings.sensor
    normals = rng.standard_normal(12)
    turns = rng.uniform(0.0, 2.0 * math.pi, 5)
    offsets = sensor.accuracy_deg * normals[0:2]
    drifts = sensor.calibration_drift_deg * (0.5 + rng.uniform(size=2))
    pso_draw = float(rng.uniform())
    pupil = 0.5 * settings.pupil.pupil_offset_sd_mm * float(normals[2])
    return Person(
        noise_factor=math.exp(sensor.noise_person_log_sd * float(normals[3])),
        offset_azimuth_deg=(float(offsets[0] * math.cos(turns[0])), float(offsets[1] * math.cos(turns[1]))),
        offset_elevation_deg=(float(offsets[0] * math.sin(turns[0])), float(offsets[1] * math.sin(turns[1]))),
        drift_azimuth_deg=(float(drifts[0] * math.cos(turns[2])), float(drifts[1] * math.cos(turns[3]))),
        drift_elevation_deg=(float(drifts[0] * math.sin(turns[2])), float(drifts[1] * math.sin(turns[3]))),
        gain=(sensor.gain_error * float(normals[4]), sensor.gain_error * float(normals[5])),
        head_error=(
            sensor.head_error_deg_per_mm * float(normals[6]),
            sensor.head_error_deg_per_mm * float(normals[7]),
        ),
        disparity_deg=eye.disparity_sd_deg * float(normals[8]),
        disparity_phase=float(turns[4]),
        inter_ocular_mm=max(50.0, eye.inter_ocular_mm + eye.inter_ocular_sd_mm * float(normals[9])),
        pso_share=min(0.95, max(0.0, eye.pso_share + 0.3 * pso_draw - 0.15)) if eye.pso_share else 0.0,
        pso_frequency_hz=min(60.0, max(30.0, eye.pso_frequency_hz + 6.0 * float(normals[10]))),
        pso_amplitude_deg=min(0.5, max(0.1, eye.pso_amplitude_deg * math.exp(0.3 * float(normals[11])))),
        pupil_offset_mm=(-pupil, pupil),
    )
