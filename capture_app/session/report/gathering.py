"""Everything a report on one recording says, gathered while the recording is open."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from calibration import AccuracyBracket, AccuracyMap, SmallestLesion, bracket, smallest_lesion
from capture_app.session.reading import GazeLoss
from capture_app.session.report.case_facts import CaseEntry, CaseFacts, case_facts_of
from capture_app.session.report.gaze_pass import GazeFigures, StretchGaze, gaze_figures
from capture_app.session.report.side_facts import SideFacts, accuracy_map_of, side_facts_of
from capture_app.session.report.source import ReportSource
from capture_app.session.report.stretches import Stretch, stretches_of
from capture_app.session.report.validations import (
    ReportedValidation,
    calibrated_times_ns,
    reported_validations,
    timed,
)
from gaze_core.geometry import Placement
from gaze_core.mapping import placement_of
from gaze_core.rows import FIXATION, NO_TIME, Rows, join_rows
from gaze_core.streams import TrackerInfo
from recordings_schema.layout import DatasetKey
from recordings_schema.metadata import ClosingRecord, SessionMetadata


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedCase:
    """One trial with what was measured in it."""

    entry: CaseEntry
    visits: tuple[StretchGaze, ...]  # each time its images were visible
    accuracy: AccuracyBracket  # by the validation before and the one after
    lesion: SmallestLesion  # by the worse of both
    spacing_mm: float  # of the image looked at; NaN where it has none

    @property
    def reading(self) -> tuple[StretchGaze, ...]:
        """The visits that belong to the reading; looking again is not pooled."""
        return tuple(each for each in self.visits if not each.stretch.is_looking_again)

    @property
    def loss(self) -> GazeLoss:
        """Loss over the reading, as the verdict has it; computed where there is no verdict."""
        figures = self.entry.figures
        if {"visible_ns", "lost_ns", "longest_gap_ns"} <= set(figures):
            return GazeLoss.from_figures(figures)
        return self.measured_loss

    @property
    def measured_loss(self) -> GazeLoss:
        """Loss over the reading, computed from the samples of the file."""
        total = GazeLoss()
        for each in self.reading:
            total = total.plus(each.loss)
        return total

    @property
    def visible_s(self) -> float:
        """How long its images were visible, looking again left out, s."""
        return sum(each.stretch.duration_s for each in self.reading)

    @property
    def effective_rate_hz(self) -> float:
        """Valid samples over the visible time, Hz; NaN where nothing was visible."""
        seconds = self.visible_s
        return sum(each.valid_count for each in self.reading) / seconds if seconds > 0 else math.nan

    @property
    def rms_s2s_deg(self) -> float:
        """Precision of the longest visit, deg; NaN where it was too short."""
        known = [each for each in self.reading if math.isfinite(each.rms_s2s_deg)]
        return max(known, key=lambda each: each.stretch.duration_s).rms_s2s_deg if known else math.nan

    @property
    def fixations(self) -> Rows:
        """FIXATION rows of the reading."""
        parts = [each.fixations for each in self.reading]
        return join_rows(parts) if parts else FIXATION.empty(0)

    @property
    def is_replayed(self) -> bool:
        """Whether its images were looked at again after they were left."""
        return any(each.stretch.is_looking_again for each in self.visits)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionReport:
    """All numbers of the report on one recording."""

    path: Path
    source: ReportSource  # its recording is closed once the report is written
    metadata: SessionMetadata
    tracker: TrackerInfo
    closing: ClosingRecord | None
    validations: tuple[ReportedValidation, ...]
    calibrated_ns: tuple[int, ...]  # when calibrations came into use
    side: SideFacts
    accuracy: AccuracyMap
    gaze: GazeFigures
    case_facts: CaseFacts
    cases: tuple[ReportedCase, ...]
    images: Rows  # IMAGE rows

    @property
    def studied(self) -> tuple[ReportedCase, ...]:
        """The cases without practice."""
        return tuple(case for case in self.cases if not case.entry.is_practice)

    @property
    def practised(self) -> tuple[ReportedCase, ...]:
        """The practice cases."""
        return tuple(case for case in self.cases if case.entry.is_practice)

    @property
    def is_robot(self) -> bool:
        """Whether a pseudo-reader read."""
        return self.metadata.settings.settings.get("is_robot") == "true"

    @property
    def duration_s(self) -> float:
        """From the first sample to the end of the recording, s."""
        return (self.source.end_ns - self.source.start_ns) * 1e-9


def gather(source: ReportSource) -> SessionReport:
    """Return all numbers of a report on an open recording.

    Raises
    ------
    RecordingError
        If rows cannot be read.
    ParameterError
        If the study's detector cannot be made.
    """
    recording = source.recording
    stretches = stretches_of(recording, source.end_ns)
    validations = reported_validations(source)
    calibrated_ns = calibrated_times_ns(source)
    side = side_facts_of(source)
    gaze = gaze_figures(source, stretches)
    case_facts = case_facts_of(recording, source.end_ns)
    images = recording.rows(DatasetKey.IMAGES)
    viewport = recording.rows(DatasetKey.VIEWPORT)
    cases = tuple(
        _case(
            source,
            entry,
            tuple(each for each in gaze.stretches if each.stretch.trial == entry.trial),
            (validations, calibrated_ns),
            viewport,
            images,
        )
        for entry in case_facts.entries
    )
    return SessionReport(
        path=recording.path,
        source=source,
        metadata=recording.metadata,
        tracker=recording.tracker_info,
        closing=recording.closing,
        validations=validations,
        calibrated_ns=calibrated_ns,
        side=side,
        accuracy=accuracy_map_of(source, validations, side.drift),
        gaze=gaze,
        case_facts=case_facts,
        cases=cases,
        images=images,
    )


def _case(
    source: ReportSource,
    entry: CaseEntry,
    visits: tuple[StretchGaze, ...],
    judged: tuple[tuple[ReportedValidation, ...], tuple[int, ...]],
    viewport: Rows,
    images: Rows,
) -> ReportedCase:
    validations, calibrated_ns = judged
    seen = [each.stretch for each in visits if not each.stretch.is_looking_again]
    first_ns = seen[0].first_ns if seen else entry.opened_ns
    end_ns = seen[-1].end_ns if seen else entry.ended_ns
    around = bracket(first_ns, end_ns, timed(validations), calibrated_ns, source.signal)
    placement, image_id = usual_placement(viewport, seen)
    spacing_mm = _spacing_mm(images, image_id)
    return ReportedCase(
        entry=entry,
        visits=visits,
        accuracy=around,
        lesion=smallest_lesion(
            around.worse_mean_offset_deg,
            around.worse_mean_std_deg,
            source.geometry,
            placement=placement,
            spacing_mm=spacing_mm,
        ),
        spacing_mm=spacing_mm,
    )


def usual_placement(viewport: Rows, stretches: list[Stretch]) -> tuple[Placement | None, int]:
    """Return how the image was shown for most of the time, by zoom, with its image id; else None, -1."""
    presented = viewport[viewport["t_presented_host_ns"] != NO_TIME]
    presented = presented[np.argsort(presented["t_presented_host_ns"], kind="stable")]
    seconds: dict[tuple[int, float], float] = {}
    example: dict[tuple[int, float], np.void] = {}
    for pane in np.unique(presented["pane"]):
        own = presented[presented["pane"] == pane]
        times = own["t_presented_host_ns"]
        for stretch in stretches:
            place = max(0, int(np.searchsorted(times, stretch.first_ns, side="right")) - 1)
            while place < len(own) and times[place] < stretch.end_ns:
                row = own[place]
                until_ns = int(times[place + 1]) if place + 1 < len(own) else stretch.end_ns
                shown_ns = min(until_ns, stretch.end_ns) - max(int(times[place]), stretch.first_ns)
                place += 1
                if row["image_id"] < 0 or not (row["dst_w_screen_px"] > 0 and row["src_w_image_px"] > 0):
                    continue
                zoom = float(row["dst_w_screen_px"] / row["src_w_image_px"])
                key = (int(row["image_id"]), round(zoom, 3))
                seconds[key] = seconds.get(key, 0.0) + max(0, shown_ns) * 1e-9
                example[key] = row
    if not seconds:
        return None, -1
    usual = max(seconds, key=lambda key: seconds[key])
    return placement_of(example[usual]), usual[0]


def _spacing_mm(images: Rows, image_id: int) -> float:
    own = images[images["image_id"] == image_id]
    return float(own["spacing_x_mm"][0]) if len(own) else math.nan
