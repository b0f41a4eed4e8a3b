"""What else was measured or happened beside the cases: drift checks, pupil baselines, calibrations, notes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from calibration import AccuracyMap, DriftResult, Target, TargetResult
from capture_app.session.gaze_correction import CORRECTION_EVENT
from capture_app.session.recorded_baselines import RecordedBaseline, baselines_of
from capture_app.session.recorded_corrections import RecordedCorrection, corrections_of
from capture_app.session.report.source import ReportSource
from capture_app.session.report.validations import ReportedValidation
from capture_app.session.study_desk.side_runs_baseline import BASELINE_EVENT
from gaze_core.eyes import Eye
from gaze_core.quality import Accuracy
from gaze_core.rows import NO_TIME, Rows, decode_text
from recordings_schema.layout import DatasetKey

_QUIET: Final = frozenset({
    "image_shown", "drag_started", "drag_ended", "key", "mark", "note", "message", "recording_stopped",
    BASELINE_EVENT, CORRECTION_EVENT, "all_cases_read", "paused", "resumed",
})  # fmt: skip
"""Events that are no news for the report, or have a place of their own in it."""
_SAID: Final = ("note", "mark", "message", "message_to_reader", "reader_message", "comment")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedDrift:
    """One drift check."""

    t_host_ns: int
    trial: int
    x_norm: float
    y_norm: float
    azimuth_offset_deg: float  # right positive; NaN: none
    elevation_offset_deg: float  # down positive; NaN: none
    running_deg: float
    outcome: str

    @property
    def offset_deg(self) -> float:
        """Length of the offset; NaN where none was measured."""
        return math.hypot(self.azimuth_offset_deg, self.elevation_offset_deg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Something that was said or went wrong."""

    t_host_ns: int
    kind: str
    source: str
    text: str
    count: int = 1  # of the same kind, where they are told together


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameFigures:
    """How images came to the screen."""

    asked: int  # viewport changes
    never_presented: int
    late: int  # with at least one refresh period too many
    most_late: int  # refresh periods


@dataclass(frozen=True, slots=True, kw_only=True)
class SideFacts:
    """All of it."""

    drift: tuple[ReportedDrift, ...]
    baselines: tuple[RecordedBaseline, ...]  # oldest first
    corrections: tuple[RecordedCorrection, ...]  # fitted by us; never applied to raw gaze
    device_calibrations: tuple[tuple[int, int, int], ...]  # attempt, time, targets
    frames: FrameFigures
    said: tuple[Happening, ...]  # notes, marks, messages
    happenings: tuple[Happening, ...]  # faults and interruptions, one line for each kind


def side_facts_of(source: ReportSource) -> SideFacts:
    """Return what a recording holds beside its cases."""
    events = source.recording.rows(DatasetKey.EVENTS)
    return SideFacts(
        drift=_drift(source.recording.rows(DatasetKey.DRIFT)),
        baselines=baselines_of(events),
        corrections=corrections_of(events),
        device_calibrations=_device_calibrations(source.recording.rows(DatasetKey.CALIBRATION_SAMPLES)),
        frames=_frames(source.recording.rows(DatasetKey.VIEWPORT)),
        said=_said(events),
        happenings=_happenings(events),
    )


def accuracy_map_of(
    source: ReportSource, validations: tuple[ReportedValidation, ...], drift: tuple[ReportedDrift, ...]
) -> AccuracyMap:
    """Return the error over screen and time of everything the recording measured."""
    accuracy = AccuracyMap(source.signal, source.geometry)
    for each in validations:
        accuracy.add_validation(
            each.result, each.t_ended_host_ns, source="closing" if each.is_closing else "validation"
        )
    for check in drift:
        if not math.isfinite(check.offset_deg) or not (0 <= check.x_norm <= 1 and 0 <= check.y_norm <= 1):
            continue  # passed over, or a target that nobody can have looked at
        accuracy.add_drift(_drift_result(check, source.signal))
    return accuracy


def _drift_result(check: ReportedDrift, signal: Eye) -> DriftResult:
    """Return the check as the map takes it; its rows hold the signal that counts alone."""
    target = Target(target_id=0, x_norm=check.x_norm, y_norm=check.y_norm)
    return DriftResult(
        t_host_ns=check.t_host_ns,
        target=target,
        signal=signal,
        fixation_first_device_ns=NO_TIME,
        eyes=(
            TargetResult(
                target_id=0,
                x_norm=check.x_norm,
                y_norm=check.y_norm,
                eye=signal,
                accuracy=Accuracy(
                    offset_deg=check.offset_deg,
                    azimuth_offset_deg=check.azimuth_offset_deg,
                    elevation_offset_deg=check.elevation_offset_deg,
                ),
                rms_s2s_deg=math.nan,
                std_deg=math.nan,
                bcea_deg2=math.nan,
                sample_count=0,
                loss_percent=math.nan,
                effective_rate_hz=math.nan,
            ),
        ),
    )


def _drift(rows: Rows) -> tuple[ReportedDrift, ...]:
    return tuple(
        ReportedDrift(
            t_host_ns=int(row["t_host_ns"]),
            trial=int(row["trial"]),
            x_norm=float(row["x_norm"]),
            y_norm=float(row["y_norm"]),
            azimuth_offset_deg=float(row["azimuth_offset_deg"]),
            elevation_offset_deg=float(row["elevation_offset_deg"]),
            running_deg=float(row["running_deg"]),
            outcome=decode_text(row["outcome"]),
        )
        for row in rows
    )


def _device_calibrations(samples: Rows) -> tuple[tuple[int, int, int], ...]:
    found = []
    for attempt in sorted(set(samples["attempt"].tolist())):
        own = samples[samples["attempt"] == attempt]
        places = {(float(row["target_x_norm"]), float(row["target_y_norm"])) for row in own}
        found.append((int(attempt), int(own["t_computed_host_ns"][0]), len(places)))
    return tuple(found)


def _frames(viewport: Rows) -> FrameFigures:
    is_presented = viewport["t_presented_host_ns"] != NO_TIME
    late = viewport["frames_late"][is_presented]
    return FrameFigures(
        asked=len(viewport),
        never_presented=int(np.count_nonzero(~is_presented)),
        late=int(np.count_nonzero(late > 0)),
        most_late=int(late.max()) if len(late) else 0,
    )


def _said(events: Rows) -> tuple[Happening, ...]:
    names = [name.encode() for name in _SAID]
    return tuple(_happening(row) for row in events[np.isin(events["kind"], names)])


def _happenings(events: Rows) -> tuple[Happening, ...]:
    """Return one line for each kind: when it came first, how often, and its first words."""
    found = []
    for kind in dict.fromkeys(events["kind"].tolist()):
        name = decode_text(kind)
        if name in _QUIET or name in _SAID or name.startswith("calibration_"):
            continue
        own = events[events["kind"] == kind]
        first = _happening(own[0])
        found.append(
            Happening(
                t_host_ns=first.t_host_ns, kind=name, source=first.source, text=first.text, count=len(own)
            )
        )
    return tuple(found)


def _happening(row: np.void) -> Happening:
    return Happening(
        t_host_ns=int(row["t_host_ns"]),
        kind=decode_text(row["kind"]),
        source=decode_text(row["source"]),
        text=decode_text(row["text"]),
    )
