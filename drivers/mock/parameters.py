"""The parameters of the mock tracker in groups: eye, head, pupil, sensor, delivery, fault.

Every leaf has a name of its own, so that a command line may say ``blinks_per_min=25`` without naming the
group. Names end in units; shares are 0..1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

FAULTS: Final = ("none", "unplugged", "never-reconnects", "clock-jump", "flood", "nan", "backward-time")
TRACKED_EYES: Final = ("both", "left", "right")


@dataclass(frozen=True, slots=True, kw_only=True)
class EyeSettings:
    """How the eye moves. Defaults: 29,118 fixations of radiologists, main sequence of video trackers."""

    fixation_log_mean: float = -1.26  # mean of ln(duration in s): median 283 ms
    fixation_log_sd: float = 0.51  # SD of ln(duration in s)
    fixation_min_s: float = 0.06
    fixation_max_s: float = 2.0
    scrutiny_trend: float = 0.2  # median duration runs from 1 - this to 1 + this over a reading
    step_median: float = 0.17  # median step in widths of the pane
    step_log_sd: float = 0.81  # gives 10th and 90th percentiles of 0.06 and 0.48
    saccade_vmax_deg_s: float = 550.0  # peak = vmax (1 - exp(-amplitude / constant))
    saccade_constant_deg: float = 5.5
    saccade_scatter: float = 0.07  # relative SD of the peak speed around the main sequence
    saccade_gain: float = 0.93  # landing point over distance to the goal
    saccade_gain_sd: float = 0.02
    corrective_share: float = 0.25  # of saccades of at least corrective_min_deg
    corrective_min_deg: float = 5.0
    pso_share: float = 0.8  # of saccades followed by a post-saccadic oscillation; person by person +-0.15
    pso_amplitude_deg: float = 0.25
    pso_duration_s: float = 0.022  # median; 10-42 ms
    pso_frequency_hz: float = 42.0  # person by person +-10
    microsaccades_per_s: float = 1.5  # in the later part of fixations
    microsaccade_median_deg: float = 0.25
    microsaccade_log_sd: float = 0.5
    drift_deg_s: float = 0.25  # typical speed of the slow bias
    drift_walk_deg_per_root_s: float = 0.05  # random walk
    blinks_per_min: float = 10.0
    blink_median_s: float = 0.17  # length of the loss, without the lid artefact
    blink_log_sd: float = 0.35
    lid_artefact_min_s: float = 0.02  # before and after the loss
    lid_artefact_max_s: float = 0.04
    lid_jump_min_deg: float = 1.0  # downwards, while the lid covers the pupil
    lid_jump_max_deg: float = 3.0
    look_aways_per_min: float = 0.0  # glances at keyboard or notes; the tracker loses the eyes
    disparity_sd_deg: float = 0.25  # person's constant horizontal left-right difference
    disparity_drift_deg: float = 0.1
    inter_ocular_mm: float = 63.0
    inter_ocular_sd_mm: float = 4.0
    reaction_s: float = 0.18  # from a change on the screen to the eye movement it causes; at least 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadSettings:
    """How the head moves."""

    head_sway_rms_mm: float = 3.0  # each axis, below 0.5 Hz
    head_distance_drift_mm: float = 20.0  # over minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class PupilSettings:
    """How the pupil answers light (Watson & Yellott 2012) and how it wavers."""

    age_years: float = 40.0
    screen_white_cd_m2: float = 250.0
    screen_black_cd_m2: float = 0.3
    screen_gamma: float = 2.2
    pupil_latency_s: float = 0.25
    pupil_constriction_s: float = 0.3  # time constant
    pupil_redilation_s: float = 1.5  # time constant
    hippus_sd_mm: float = 0.15  # 0.05-0.3 Hz, shared by both eyes
    task_dilation_mm: float = 0.2  # while an image is read
    pupil_offset_sd_mm: float = 0.1  # left-right
    pupil_noise_mm: float = 0.02  # of the measurement


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorSettings:
    """What the sensor adds to the truth and what it loses."""

    noise_rms_s2s_deg: float = 0.10  # 2-D, one eye, windows of 200 ms, median person
    noise_std_deg: float = 0.08  # 2-D, as above
    noise_is_filtered: bool = False  # low-passed noise instead of white plus coloured
    noise_exponent: float = 1.5  # a of the 1/f^a part
    noise_scale: float = 1.0  # multiplies both figures
    noise_person_log_sd: float = 0.4  # lognormal factor of the person, median 1; 0 switches it off
    noise_wander: float = 1.0  # 1: the noise runs between x0.7 and x1.5 over 10-60 s; 0: steady
    noise_eccentricity: float = 0.3  # relative growth at 15 deg from the centre
    noise_pupil_exponent: float = 0.5  # noise grows with (4 mm / pupil) to this power
    noise_independent_share: float = 0.78  # share of the variance that the eyes do not have in common
    accuracy_deg: float = 0.3  # SD of the length of the offset that calibration leaves, eye by eye
    calibration_drift_deg: float = 0.2  # slow change of the offset over 10 min
    gain_error: float = 0.02  # at the edge of the screen
    head_error_deg_per_mm: float = 0.004  # offset for a head away from where it was calibrated
    loss_share: float = 0.01  # share of time with neither eye, in bursts, without blinks
    single_eye_loss_share: float = 0.015  # share of time with one eye lost, in bursts
    loss_burst_mean_s: float = 0.03
    reacquisition_max_s: float = 0.15  # after the reader looked away
    tracked_eyes: str = "both"
    lid_droop: float = 0.0  # 0 open .. 1 closed; vertical noise grows, openness falls
    origin_noise_mm: float = 0.3  # of the delivered eye positions


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverySettings:
    """Clocks, and the way from the sensor to the host."""

    device_start_s: float = 1000.0  # reading of the tracker's clock at the start
    clock_skew_ppm: float = 17.0  # tracker seconds run fast against the host by this
    stamp_jitter_s: float = 40e-6
    latency_s: float = 0.0025
    has_delivery_jitter: bool = True  # off: each sample arrives exactly latency_s after its instant
    delivery_batch_s: float = 0.004  # samples are handed over in batches this long
    os_delay_min_s: float = 0.001
    os_delay_max_s: float = 0.005
    stalls_per_min: float = 1.0
    stall_min_s: float = 0.02
    stall_max_s: float = 0.1
    dropped_share: float = 0.0  # frames that never arrive: a sound tracker on a sound cable has none
    sync_interval_s: float = 10.0
    sync_width_s: float = 60e-6  # median width of a bracketed clock reading


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultSettings:
    """What goes wrong, once."""

    fault: str = "none"
    fault_at_s: float = 5.0
    fault_duration_s: float = 2.0
    clock_jump_s: float = -5.0
    flood_factor: int = 20
