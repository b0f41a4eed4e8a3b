"""Cases as `CaseReading`: fixations, accuracy and verdicts are the report's; samples are read anew."""

from __future__ import annotations

import math
from types import TracebackType
from typing import Final

import numpy as np

from capture_app.session.export.case_images import images_of
from capture_app.session.export.case_keys import case_and_task
from capture_app.session.export.case_parts import (
    answers_of,
    chosen_of,
    labels_of,
    masks_of,
    other_text_of,
    shapes_of,
    words_of,
)
from capture_app.session.export.case_references import CaseReferences
from capture_app.session.export.case_samples import distance_of, samples_of
from capture_app.session.export.imported_cases import ImportedCases
from capture_app.session.imported_facts import is_imported
from capture_app.session.importing.image_folder import ImageFolder
from capture_app.session.recorded_baselines import baselines_of
from capture_app.session.report.found_fixations import presented_rows, viewport_between
from capture_app.session.report.gathering import ReportedCase, SessionReport, gather
from capture_app.session.report.source import source_of
from capture_app.session.report.stretches import Stretch
from capture_app.session.study import OpenedStudy
from gaze_core.geometry import ViewingGeometry
from gaze_core.rows import VIEWPORT, Rows, join_rows
from recordings_schema.formats.reading import (
    CaseReading,
    Origin,
    ReadAccuracy,
    ReadingKey,
    ReadTracker,
)
from recordings_schema.layout import DatasetKey
from recordings_schema.metadata import MEASURED
from recordings_schema.reader import Recording

_NS_PER_MS: Final = 1e6


class CaseReader:
    """One open recording, its cases read when they are asked for. One thread; a context manager.

    Parameters
    ----------
    recording
        Open and finished; closed with this.
    opened
        Its study; None without one.
    images
        Where the images of imported recordings are, which have no study that says so.
    """

    def __init__(
        self, recording: Recording, opened: OpenedStudy | None, images: ImageFolder | None = None
    ) -> None:
        self._recording, self._opened, self._images = recording, opened, images
        self._report: SessionReport | None = None
        self._viewport: Rows = VIEWPORT.empty(0)
        self._references = CaseReferences(opened)
        self._imported: ImportedCases | None = None

    def __enter__(self) -> CaseReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._recording.close()

    def read(self, key: ReadingKey) -> CaseReading:
        """Return a case of this recording.

        Raises
        ------
        RecordingError
            If rows cannot be read.
        ParameterError
            If the study's detector cannot be made.
        StudyError
            If the study's reference standard cannot be used.
        """
        if is_imported(self._recording):
            if self._imported is None:
                self._imported = ImportedCases(self._recording, self._images)
            imported = self._imported.read(key)
            if imported is not None:
                return imported
        report = self._gathered()
        case = next(each for each in report.cases if each.entry.trial == key.trial)
        stretches = [each.stretch for each in case.reading]
        viewport = self._viewport_of(stretches)
        baselines = baselines_of(self._recording.rows(DatasetKey.EVENTS))
        samples = samples_of(report.source, stretches, viewport, baselines)
        source = report.source
        distance_mm = distance_of(samples.gaze)
        is_measured = math.isfinite(distance_mm)
        geometry = ViewingGeometry(source.geometry.screen, distance_mm) if is_measured else source.geometry
        listed, _ = case_and_task(self._opened, case.entry)
        labels = labels_of(self._opened)
        return CaseReading(
            key=key,
            study=report.metadata.session.study,
            images=images_of(case, report, self._opened),
            geometry=geometry,
            is_distance_measured=is_measured,
            tracker=_tracker(report),
            accuracy=_accuracy(case),
            origins_ns=self._origins(case, stretches),
            onset_latency=report.metadata.display.onset_latency,
            samples=samples,
            fixations=case.fixations,
            viewport=viewport,
            words=words_of(self._recording, key.trial),
            shapes=shapes_of(case.entry, self._opened),
            answers=answers_of(case.entry),
            labels=labels,
            chosen=chosen_of(case.entry),
            other_text=other_text_of(case.entry, self._opened),
            target=listed.target if listed is not None else "",
            question=listed.question if listed is not None else "",
            grade=case.entry.grade,
            reference=self._references.of(case.entry.case_id, case.entry.image_ids),
            masks=masks_of(self._recording, case.entry),
        )

    def _gathered(self) -> SessionReport:
        if self._report is None:
            self._report = gather(source_of(self._recording, self._opened))
            self._viewport = presented_rows(self._recording.rows(DatasetKey.VIEWPORT))
        return self._report

    def _viewport_of(self, stretches: list[Stretch]) -> Rows:
        if not stretches:
            return VIEWPORT.empty(0)
        first_ns, end_ns = stretches[0].first_ns, stretches[-1].end_ns
        return join_rows([viewport_between(self._viewport, first_ns, end_ns)])

    def _origins(self, case: ReportedCase, stretches: list[Stretch]) -> dict[Origin, int]:
        origins = {Origin.TRIAL_START: case.entry.opened_ns}
        segments = self._recording.rows(DatasetKey.AUDIO_SEGMENTS)
        own = segments[segments["trial"] == case.entry.trial]
        if len(own):
            origins[Origin.AUDIO_START] = int(own["t_first_host_ns"].min())
        if stretches:
            display = self._recording.metadata.display
            is_measured = display.onset_latency == MEASURED
            later_ms = display.onset_latency_mean_ms if is_measured else 0.0
            origins[Origin.IMAGE_SHOWN] = stretches[0].first_ns + round(later_ms * _NS_PER_MS)
        return origins


def _tracker(report: SessionReport) -> ReadTracker:
    info, gaze = report.tracker, report.gaze
    return ReadTracker(
        model=info.model,
        rate_hz=report.source.rate_hz,
        signal=report.source.signal.value,
        pupil_unit=info.pupil_unit.value,
        is_simulated=info.is_simulated,
        detector=gaze.detector,
        detector_version=gaze.detector_version,
        detector_parameters=gaze.detector_parameters,
    )


def _accuracy(case: ReportedCase) -> ReadAccuracy:
    before, after = case.accuracy.before, case.accuracy.after
    nothing = float(np.nan)
    return ReadAccuracy(
        before_mean_deg=before.mean_offset_deg if before is not None else nothing,
        after_mean_deg=after.mean_offset_deg if after is not None else nothing,
        worst_deg=before.worst_offset_deg if before is not None else nothing,
    )
