"""What one session says to the items of the reporting list; "not recorded" where it says nothing."""

from __future__ import annotations

import json
import math
from typing import Final

from capture_app.session.report.gathering import SessionReport
from capture_app.session.report.html import number
from capture_app.session.report.wording import NOT_RECORDED, SIGNAL_WORDS, answer_words, shown
from gaze_core.rows import GAZE

_SIDES: Final = ("left", "right")
_TOLD_PARAMETERS: Final = (
    ("threshold_deg_s", "threshold", "deg/s"), ("window_ms", "speed over", "ms"),
    ("largest_dispersion_deg", "largest dispersion", "deg"),
    ("shortest_fixation_ms", "shortest fixation", "ms"), ("longest_gap_ms", "gaps filled up to", "ms"),
    ("merge_gap_ms", "merged within", "ms"), ("merge_angle_deg", "and", "deg"),
)  # fmt: skip


def software_words(report: SessionReport) -> str:
    """Return driver, firmware, program and system."""
    software = report.metadata.software
    firmware = f"firmware {report.tracker.firmware}" if report.tracker.firmware else "firmware not recorded"
    return (
        f"driver {report.tracker.driver}, {firmware}; {software.application} "
        f"{software.application_version} on "
        f"Python {software.python or NOT_RECORDED}, {software.operating_system or NOT_RECORDED}"
    )


def technique_words(report: SessionReport) -> str:
    """Return how the tracker works, where the driver says so."""
    if report.tracker.is_simulated:
        return "simulated: no eye was recorded"
    known = ("technique", "tracking_mode", "mode", "illumination_mode")
    found = [report.tracker.settings[name] for name in known if report.tracker.settings.get(name)]
    return ", ".join(found) or NOT_RECORDED


def rate_words(report: SessionReport) -> str:
    """Return the rate as set and as delivered."""
    stream = report.gaze.stream
    return (
        f"{number(stream.nominal_rate_hz, 0, 'Hz')} set, median interval "
        f"{number(stream.median_interval_ms, 3, 'ms')}, 95 % below "
        f"{number(stream.p95_interval_ms, 3, 'ms')}, "
        f"{stream.gap_count} gaps longer than 1.5 intervals"
    )


def _form(report: SessionReport, *names: str) -> str:
    for name in names:
        value = report.case_facts.form.get(name)
        if value is not None and value != "":
            return answer_words(value)
    return ""


def head_words(report: SessionReport) -> str:
    """Return how the head was held, and glasses."""
    rest = _form(report, "has_head_rest", "head_rest")
    words = {"yes": "head rest", "no": "head free"}.get(rest, rest) or NOT_RECORDED
    glasses = _form(report, "has_glasses", "glasses", "vision")
    return words + (f"; glasses: {glasses}" if glasses else "")


def eyes_words(report: SessionReport) -> str:
    """Return which eyes were recorded and which signal is analysed."""
    present = {channel.mapped_to for channel in report.tracker.raw_channels}
    names = [side for side in _SIDES if any(f"{side}_x_norm" in part for part in present)]
    eyes = {2: "both eyes", 1: f"{names[0]} eye" if names else ""}.get(len(names), NOT_RECORDED)
    return f"{eyes}; analysed: {SIGNAL_WORDS[report.source.signal]}"


def fields_words(report: SessionReport) -> str:
    """Return the fields of the raw stream."""
    fields = [channel.name for channel in report.tracker.raw_channels]
    listed = ", ".join(fields) or f"{len(GAZE.columns)} normalised columns"
    return f"{listed}; pupil: {report.tracker.pupil_unit.value}"


def room_words(report: SessionReport) -> str:
    """Return the light on the screen."""
    lux = report.metadata.display.ambient_lux
    if math.isfinite(lux):
        return f"{lux:g} lx"
    entered = _form(report, "room_lux")
    return f"{entered} lx" if entered and entered != "nan" else NOT_RECORDED


def calibration_words(report: SessionReport) -> str:
    """Return calibrations, validations and the rules they were judged by."""
    devices = report.side.device_calibrations
    parts = []
    if devices:
        points = "/".join(str(count) for count in sorted({count for _, _, count in devices}))
        parts.append(f"{len(devices)} calibrations on the device of {points} points")
    else:
        parts.append("calibration on the device not recorded")
    parts.append(f"{len(report.validations)} complete validations")
    if report.source.opened is not None:
        study = report.source.opened.study
        plan, gates, drift = study.calibration, study.gates, study.drift_check
        parts.append(
            f"targets {plan.travel_s:g} s travel and {plan.dwell_s:g} s dwell, last "
            f"{plan.validation_window_ms:g} ms counted; accepted below {gates.average_deg:g} deg mean and "
            f"{gates.worst_deg:g} deg worst"
        )
        parts.append(
            f"drift check {drift.place.value.replace('_', ' ')}, recalibration advised when the mean of "
            f"{gates.drift_mean_checks} exceeds {gates.drift_mean_deg:g} deg, one exceeds "
            f"{gates.drift_single_deg:g} deg or after {gates.recalibrate_after_cases} cases"
        )
    accepted = [each for each in report.validations if each.is_accepted and each.accepted_by == "operator"]
    if any(each.reason and each.grade in ("fair", "poor") for each in accepted):
        parts.append("accepted against the limits with a typed reason")
    return "; ".join(parts)


def detector_words(report: SessionReport) -> str:
    """Return the detector with all its parameters."""
    gaze = report.gaze
    values = _parameters(gaze.detector_parameters)
    listed = ", ".join(f"{name} {_plain(value)}" for name, value in sorted(values.items()))
    return f"detector {gaze.detector} (version {gaze.detector_version}): {listed}; raw gaze is not filtered"


def fixations_sentence(report: SessionReport) -> str:
    """Return the sentence about the detector, with the parameters that decide most."""
    gaze = report.gaze
    values = _parameters(gaze.detector_parameters)
    told = [
        f"{words} {_plain(values[name])} {unit}" for name, words, unit in _TOLD_PARAMETERS if name in values
    ]
    return (
        f"Fixations were found with the detector {gaze.detector} (version {gaze.detector_version}; "
        f"{', '.join(told)}); raw gaze was not filtered."
    )


def _parameters(text: str) -> dict[str, object]:
    try:
        values = json.loads(text)
    except ValueError:
        return {}
    return values if isinstance(values, dict) else {}


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def timing_words(report: SessionReport) -> str:
    """Return what is known of latency and synchronisation."""
    display, stream = report.metadata.display, report.gaze.stream
    if math.isfinite(display.onset_latency_mean_ms):
        mean_ms, sd_ms = display.onset_latency_mean_ms, display.onset_latency_sd_ms
        onset = f"light {mean_ms:.2f} ms (SD {sd_ms:.2f}) after presentation"
    else:
        onset = "onset latency not measured"
    delay = (
        f"samples arrived {number(stream.delay_median_ms, 2, 'ms')} (median) after their time by the "
        "clock fit, 95 % "
        f"within {number(stream.delay_p95_ms, 2, 'ms')}"
        if math.isfinite(stream.delay_median_ms)
        else "delivery delay not known: the tracker has no clock of its own"
    )
    sentence = shown(report, report.metadata.timing.sentence)
    return "; ".join(part for part in (onset, delay, sentence.rstrip(".")) if part)


def screen_words(report: SessionReport) -> str:
    """Return size, rate and distance of the screen."""
    screen, display = report.source.geometry.screen, report.metadata.display
    assumed = (
        " (assumed)" if report.metadata.settings.settings.get("screen_size", "").startswith("assumed") else ""
    )
    rate = f", {display.refresh_hz:.4g} Hz" if math.isfinite(display.refresh_hz) else ""
    return (
        f"{screen.width_px} x {screen.height_px} px, {screen.width_mm:.0f} x {screen.height_mm:.0f} "
        f"mm{assumed}"
        f"{rate}, at {display.distance_mm:.0f} mm"
    )
