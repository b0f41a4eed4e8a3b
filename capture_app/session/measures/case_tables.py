"""The cases of an open recording with everything beside their samples that measures need."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from capture_app.session.export.case_parts import words_of
from capture_app.session.measured_geometry import believed_geometry
from capture_app.session.recorded_baselines import RecordedBaseline, baselines_of
from capture_app.session.report.case_facts import CaseEntry, case_facts_of
from capture_app.session.report.found_fixations import presented_rows
from capture_app.session.report.source import is_size_assumed, signal_of
from capture_app.session.report.stretches import Stretch, stretches_of
from capture_app.session.results import geometry_of
from gaze_core.eyes import Eye
from gaze_core.geometry import ViewingGeometry
from gaze_core.measures import TargetError
from gaze_core.rows import NO_TIME, Rows
from gaze_core.streams import PupilUnit
from recordings_schema.formats.reading import ReadWord
from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording

ALL_TARGETS: Final = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedErrors:
    """The offsets of one validation in the analysed signal."""

    t_ended_host_ns: int
    mean_deg: float
    targets: tuple[TargetError, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedCase:
    """One case of a recording."""

    entry: CaseEntry
    stretches: tuple[Stretch, ...]  # when its images were visible for the reading
    words: tuple[ReadWord, ...]
    validations: tuple[TimedErrors, ...]  # the last before it and the first after it

    @property
    def first_ns(self) -> int:
        """When its image was first presented; else when it was opened."""
        return self.stretches[0].first_ns if self.stretches else self.entry.opened_ns

    @property
    def visible_s(self) -> float:
        """How long images were visible, s."""
        return sum(each.duration_s for each in self.stretches)

    @property
    def accuracy_deg(self) -> float:
        """The worse of the mean offsets before and after it, deg; NaN without a validation."""
        known = [each.mean_deg for each in self.validations if math.isfinite(each.mean_deg)]
        return max(known, default=math.nan)

    @property
    def target_errors(self) -> tuple[TargetError, ...]:
        """The offsets at all targets of both validations."""
        return tuple(target for each in self.validations for target in each.targets)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RecordedCases:
    """All cases of one recording."""

    reader: str
    study_id: str  # that the recording names
    session_id: str
    period: int  # of the reader's plan, from 1; 0 where unknown
    geometry: ViewingGeometry
    signal: Eye
    rate_hz: float  # of the device setting, else of the median interval; NaN where unknown
    pupil_unit: PupilUnit
    tracker: str
    is_simulated: bool
    cases: tuple[RecordedCase, ...]
    images: Rows  # IMAGE rows
    viewport: Rows  # VIEWPORT rows that reached the screen, in order
    trials: Rows  # TRIAL rows
    baselines: tuple[RecordedBaseline, ...]

    @property
    def interval_s(self) -> float:
        """The tracker's interval, s; that of 60 Hz where unknown."""
        return 1.0 / self.rate_hz if math.isfinite(self.rate_hz) else 1.0 / 60.0

    def image_size_px(self, image_id: int) -> tuple[int, int] | None:
        """Return width and height of an image; None where the recording has no such image."""
        own = self.images[self.images["image_id"] == image_id]
        return (int(own["width_px"][0]), int(own["height_px"][0])) if len(own) else None


def recorded_cases(recording: Recording) -> RecordedCases:
    """Return the cases of an open recording; no more samples are read than rate and end need.

    Raises
    ------
    RecordingError
        If rows cannot be read.
    """
    metadata, tracker = recording.metadata, recording.tracker_info
    geometry, _ = believed_geometry(
        geometry_of(recording), tracker.display_area_mm, is_assumed=is_size_assumed(recording)
    )
    signal = signal_of(recording)
    end_ns = _end_ns(recording)
    stretches = [each for each in stretches_of(recording, end_ns) if not each.is_looking_again]
    validations = _validations(recording, signal)
    cases = []
    for entry in case_facts_of(recording, end_ns).entries:
        own = tuple(each for each in stretches if each.trial == entry.trial)
        first_ns = own[0].first_ns if own else entry.opened_ns
        last_ns = own[-1].end_ns if own else entry.ended_ns
        cases.append(
            RecordedCase(
                entry=entry,
                stretches=own,
                words=words_of(recording, entry.trial),
                validations=_around(validations, first_ns, last_ns),
            )
        )
    return RecordedCases(
        reader=metadata.participant.pseudonym,
        study_id=metadata.session.study,
        session_id=metadata.session.session_id,
        period=_period(metadata.settings.settings.get("study_period", "")),
        geometry=geometry,
        signal=signal,
        rate_hz=_rate_hz(recording),
        pupil_unit=tracker.pupil_unit,
        tracker=tracker.model,
        is_simulated=tracker.is_simulated,
        cases=tuple(cases),
        images=recording.rows(DatasetKey.IMAGES),
        viewport=presented_rows(recording.rows(DatasetKey.VIEWPORT)),
        trials=recording.rows(DatasetKey.TRIALS),
        baselines=baselines_of(recording.rows(DatasetKey.EVENTS)),
    )


def _period(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _end_ns(recording: Recording) -> int:
    """Return the end of a recording: its last sample or trial."""
    trials = recording.rows(DatasetKey.TRIALS)["t_host_ns"]
    count = recording.count(DatasetKey.GAZE)
    last = recording.gaze(count - 1)["t_host_ns"] if count else trials[:0]
    times = np.concatenate([trials, last])
    times = times[times != NO_TIME]
    return int(times.max()) if len(times) else recording.metadata.session.started_host_ns


def _rate_hz(recording: Recording) -> float:
    declared = recording.tracker_info.rate_hz
    if math.isfinite(declared) and declared > 0:
        return float(declared)
    steps = np.diff(recording.gaze(0, 600)["t_device_ns"])
    steps = steps[steps > 0]
    return 1e9 / float(np.median(steps)) if len(steps) else math.nan


def _validations(recording: Recording, signal: Eye) -> list[TimedErrors]:
    rows = recording.rows(DatasetKey.VALIDATIONS)
    found = []
    for number in sorted(set(rows["validation"].tolist())):
        own = rows[(rows["validation"] == number) & (rows["eye"] == signal.value.encode())]
        whole, single = own[own["target_id"] == ALL_TARGETS], own[own["target_id"] != ALL_TARGETS]
        if not len(whole):
            continue  # stopped early: no validation
        found.append(
            TimedErrors(
                t_ended_host_ns=int(whole["t_ended_host_ns"][0]),
                mean_deg=float(whole["offset_deg"][0]),
                targets=tuple(
                    TargetError(
                        x_norm=float(row["x_norm"]),
                        y_norm=float(row["y_norm"]),
                        azimuth_offset_deg=float(row["azimuth_offset_deg"]),
                        elevation_offset_deg=float(row["elevation_offset_deg"]),
                        std_deg=float(row["std_deg"]),
                    )
                    for row in single
                ),
            )
        )
    return found


def _around(validations: list[TimedErrors], first_ns: int, end_ns: int) -> tuple[TimedErrors, ...]:
    before = [each for each in validations if each.t_ended_host_ns <= first_ns]
    after = [each for each in validations if each.t_ended_host_ns >= end_ns]
    return (*before[-1:], *after[:1])
