"""All measures of a recording: one implementation for the command line, tables, windows and exports."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from capture_app.session.export.case_keys import undated, unfinished_problem
from capture_app.session.layers import LayerError
from capture_app.session.layers.desk import correction_of
from capture_app.session.measures.area_book import areas_beside
from capture_app.session.measures.areas_of_case import areas_of_case
from capture_app.session.measures.case_tables import RecordedCase, RecordedCases, recorded_cases
from capture_app.session.measures.errors import MeasureError
from capture_app.session.measures.findings import CaseFindings, findings_of_case
from capture_app.session.measures.gaze_of_case import (
    SampleColumns,
    Times,
    columns_of_case,
    gaze_of_case,
    join_columns,
)
from capture_app.session.measures.layers import EventCollector, EventLayer, recorded_events
from capture_app.session.measures.missed import MissedFinding, missed_findings
from capture_app.session.report.source import BLOCK_ROWS
from capture_app.session.study import OpenedStudy, ReferenceEntry
from gaze_core.drift_correction import DriftCorrection
from gaze_core.fixations import ParameterError
from gaze_core.measures import (
    Area,
    AreaMeasures,
    CaseFigures,
    CaseGaze,
    MissRule,
    Transitions,
    measure_area,
    measure_case,
    transitions,
)
from gaze_core.rows import Rows
from recordings_schema.errors import RecordingError
from recordings_schema.formats.staging import file_sha256
from recordings_schema.layers import Layer, LayerStore
from recordings_schema.layout import EXTENSION, DatasetKey
from recordings_schema.reader import Recording


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureOptions:
    """What is measured how."""

    layer: EventLayer = EventLayer.STUDY
    layer_name: str = ""  # of a saved one
    margin_deg: float = 0.0  # around areas, beside 0 and the measured accuracy
    coverage_radius_deg: float = 2.5  # for the coverage of areas
    rule: MissRule = field(default_factory=MissRule)


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginedArea:
    """Gaze on an area, measured three times: as it is, grown by the accuracy, and by a margin."""

    plain: AreaMeasures
    by_accuracy: AreaMeasures | None  # None where no validation tells the accuracy
    by_margin: AreaMeasures | None  # None without a margin

    @property
    def all(self) -> tuple[tuple[str, AreaMeasures], ...]:
        """All of them with what the margin is."""
        given = (("none", self.plain), ("accuracy", self.by_accuracy), ("chosen", self.by_margin))
        return tuple((name, each) for name, each in given if each is not None)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MeasuredCase:
    """One case with everything that was measured in it."""

    case: RecordedCase
    figures: CaseFigures
    areas: tuple[MarginedArea, ...]
    transitions: Transitions
    findings: CaseFindings
    missed: tuple[MissedFinding, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MeasuredRecording:
    """All cases of one recording."""

    path: Path
    name: str  # without a date
    sha256: str
    recorded: RecordedCases
    layer: EventLayer
    layer_words: str  # detector, version and parameters
    cases: tuple[MeasuredCase, ...]


def measure_recording(
    path: Path,
    opened: OpenedStudy | None,
    reference: Sequence[ReferenceEntry],
    options: MeasureOptions,
    *,
    on_case: Callable[[int, int], None] | None = None,
) -> MeasuredRecording:
    """Measure a finished recording. Blocks for seconds per hour: call it from a worker.

    Raises
    ------
    MeasureError
        If the recording, the file of its areas or the study's detector cannot be used.
    """
    try:
        with Recording.open(path) as recording:
            if not recording.is_finished:
                raise MeasureError(unfinished_problem(path))
            recorded = recorded_cases(recording)
            _check_study(path, recorded, opened)
            further = areas_beside(path, recorded)
            reader = _CaseReader(recording, recorded, opened, options)
            cases = []
            for case, samples, events in reader.cases():
                gaze = gaze_of_case(recorded, case, samples, events)
                cases.append(measure_gaze(recorded, case, gaze, reference, opened, options, further))
                if on_case is not None:
                    on_case(len(cases), len(recorded.cases))
    except (RecordingError, LayerError) as err:
        raise MeasureError(str(err)) from err
    except ParameterError as err:
        raise MeasureError(
            f"The study's detector cannot be used: {err} Correct analysis.detector in the study file."
        ) from err
    sha256 = file_sha256(path)
    return MeasuredRecording(
        path=path,
        name=undated(path.name, f"recording-{sha256[:8]}{EXTENSION}"),
        sha256=sha256,
        recorded=recorded,
        layer=options.layer,
        layer_words=reader.words,
        cases=tuple(sorted(cases, key=lambda each: each.case.entry.trial)),
    )


def measure_gaze(
    recorded: RecordedCases,
    case: RecordedCase,
    gaze: CaseGaze,
    reference: Sequence[ReferenceEntry],
    opened: OpenedStudy | None,
    options: MeasureOptions,
    further: Sequence[Area] = (),
) -> MeasuredCase:
    """Measure one case; `further` are areas beside those of the reader and the reference standard.

    Raises
    ------
    MeasureError
        If a mask of the reference standard cannot be used.
    """
    areas = areas_of_case(recorded, case, reference, further)
    findings = findings_of_case(recorded, case, gaze, reference, opened, margin_deg=options.margin_deg)
    return MeasuredCase(
        case=case,
        figures=measure_case(gaze),
        areas=tuple(_margined(gaze, area, case.accuracy_deg, options) for area in areas),
        transitions=transitions(gaze, areas, margin_deg=options.margin_deg),
        findings=findings,
        missed=missed_findings(recorded, case, gaze, findings),
    )


def _margined(gaze: CaseGaze, area: Area, accuracy_deg: float, options: MeasureOptions) -> MarginedArea:
    def grown(margin_deg: float) -> AreaMeasures:
        return measure_area(
            gaze, area, margin_deg=margin_deg, coverage_radius_deg=options.coverage_radius_deg
        )

    return MarginedArea(
        plain=grown(0.0),
        by_accuracy=grown(accuracy_deg) if accuracy_deg > 0 else None,
        by_margin=grown(options.margin_deg) if options.margin_deg > 0 else None,
    )


def _check_study(path: Path, recorded: RecordedCases, opened: OpenedStudy | None) -> None:
    named = recorded.study_id
    if opened is not None and named and named != opened.study.study.study_id:
        raise MeasureError(
            f"{path} was recorded for the study {named}, and the study given is "
            f"{opened.study.study.study_id}. Name the study it belongs to."
        )


class _CaseReader:
    """Reads the samples of a recording once, and gives each case as soon as its events are known."""

    def __init__(
        self,
        recording: Recording,
        recorded: RecordedCases,
        opened: OpenedStudy | None,
        options: MeasureOptions,
    ) -> None:
        self._recording, self._recorded = recording, recorded
        is_anew = options.layer is EventLayer.STUDY
        self._collector = EventCollector(recorded, opened) if is_anew else None
        self._saved: Layer | None = None
        self._correction: DriftCorrection | None = None
        if options.layer is EventLayer.SAVED:
            self._saved = LayerStore(recording.path).load(options.layer_name)
            self._correction = correction_of(self._saved)
        self._times: Times | None = None
        self._model = recording.clock_model() if recording.tracker_info.has_device_clock else None
        if recording.tracker_info.has_device_clock and self._model is None:
            self._times = recording.host_times_ns()  # a fit of the arrivals needs all of them
        self.words = "" if self._collector is None else self._collector.words

    def cases(self) -> Iterator[tuple[RecordedCase, SampleColumns, Rows]]:
        """Yield the cases with their samples and the events."""
        waiting = sorted(self._recorded.cases, key=lambda case: case.first_ns)
        parts: dict[int, list[SampleColumns]] = {case.entry.trial: [] for case in waiting}
        events: Rows | None = None
        if self._saved is not None:
            facts, events = self._saved.facts, self._saved.events
            self.words = f"{facts.detector} {facts.detector_version} {facts.parameters}"
        elif self._collector is None:
            events, self.words = recorded_events(self._recording)
        for gaze, times in self._blocks():
            if self._collector is not None:
                self._collector.push(gaze, times)
            for case in waiting:
                if case.stretches and case.first_ns <= times[-1] and case.stretches[-1].end_ns > times[0]:
                    parts[case.entry.trial].append(columns_of_case(self._recorded, case, gaze, times))
            if events is not None:
                over = [case for case in waiting if _end_ns(case) <= times[-1]]
                for case in over:
                    yield case, join_columns(parts.pop(case.entry.trial)), events
                waiting = [case for case in waiting if case not in over]
        if self._collector is not None:
            events = self._collector.finish()
        for case in waiting:
            yield case, join_columns(parts.pop(case.entry.trial)), _known(events)

    def _blocks(self) -> Iterator[tuple[Rows, Times]]:
        first = 0
        count = self._recording.count(DatasetKey.GAZE)
        while first < count:
            gaze = self._recording.gaze(first, min(first + BLOCK_ROWS, count))
            times = self._times_of(gaze, first)
            first += len(gaze)
            if self._correction is not None:
                gaze = self._correction.corrected(gaze, times, self._recorded.geometry)
            yield gaze, times

    def _times_of(self, gaze: Rows, first: int) -> Times:
        if self._times is not None:
            return self._times[first : first + len(gaze)]
        arrival: Times = gaze["t_host_ns"].copy()
        if self._model is None:
            return arrival
        return np.asarray(self._model.to_host_ns(gaze["t_device_ns"], near_host_ns=arrival))


def _end_ns(case: RecordedCase) -> int:
    return case.stretches[-1].end_ns if case.stretches else case.entry.ended_ns


def _known(events: Rows | None) -> Rows:
    if events is None:
        raise MeasureError("The events of the recording are not known. This is a mistake of the program.")
    return events
