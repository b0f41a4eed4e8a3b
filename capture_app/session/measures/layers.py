"""Which events a measure counts: found anew by the study's detector, or as found while recording."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

import numpy as np
import numpy.typing as npt

from capture_app.session.measures.case_tables import RecordedCases
from capture_app.session.report.found_fixations import FixationFinder, detector_of
from capture_app.session.report.stretches import Stretch
from capture_app.session.study import OpenedStudy
from capture_app.session.study.quality_keys import DetectorChoice
from gaze_core.fixations import Detector, parameters_to_json
from gaze_core.fixations.contract import DetectorName, DetectorOutput
from gaze_core.fixations.parameters import DetectorParameters
from gaze_core.rows import FIXATION, EventKind, Rows, decode_text, join_rows
from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording


class EventLayer(str, Enum):
    """Where events come from."""

    STUDY = "study"  # the detector the study froze, as in exports and reports; ivt without a study
    RECORDED = "recorded"  # as found live and kept in the file
    SAVED = "saved"  # a layer with a name, kept beside the recording


class EventCollector:
    """Takes all samples of a recording in order, and gives its fixations and saccades. One thread."""

    def __init__(self, recorded: RecordedCases, opened: OpenedStudy | None) -> None:
        choice = DetectorChoice() if opened is None else opened.study.analysis.detector
        self._detector = _SaccadeKeeper(detector_of(choice, recorded.signal))
        self._stretches: Sequence[Stretch] = sorted(
            (stretch for case in recorded.cases for stretch in case.stretches), key=lambda each: each.first_ns
        )
        self._finder = FixationFinder(
            self._detector,
            recorded.geometry,
            recorded.signal,
            viewport=recorded.viewport,
            trials=recorded.trials,
            stretches=self._stretches,
        )
        self._times: list[npt.NDArray[np.int64]] = []

    @property
    def words(self) -> str:
        """The detector with version and parameters, as tables name it."""
        return (
            f"{self._detector.name.value} {self._detector.version} "
            f"{parameters_to_json(self._detector.parameters)}"
        )

    def push(self, gaze: Rows, t_host_ns: npt.NDArray[np.int64]) -> None:
        """Take GAZE rows with their times."""
        self._times.append(t_host_ns)
        self._finder.push(gaze, t_host_ns)

    def finish(self) -> Rows:
        """Return FIXATION rows of fixations on images, and of saccades: their times and amplitudes alone."""
        fixations = self._finder.finish()
        return join_rows([FIXATION.empty(0), *fixations, self._saccades()])

    def _saccades(self) -> Rows:
        found = self._detector.saccades
        rows = FIXATION.empty(len(found))
        if not len(found) or not self._times:
            return rows
        times = np.concatenate(self._times)
        for name in ("event_id", "kind", "amplitude_deg", "peak_deg_s", "first_row", "last_row"):
            rows[name] = found[name]
        rows["onset_host_ns"] = times[found["first_row"]]
        rows["offset_host_ns"] = times[found["last_row"]]
        rows["duration_ms"] = (found["offset_ns"] - found["onset_ns"]) * 1e-6
        return rows


class _SaccadeKeeper:
    """A detector that keeps the saccades it found; else the detector it is given."""

    def __init__(self, detector: Detector) -> None:
        self._inner = detector
        self._saccades: list[Rows] = []

    @property
    def name(self) -> DetectorName:
        return self._inner.name

    @property
    def version(self) -> str:
        return self._inner.version

    @property
    def parameters(self) -> DetectorParameters:
        return self._inner.parameters

    @property
    def saccades(self) -> Rows:
        """GAZE_EVENT rows of the saccades until now."""
        return join_rows(self._saccades)

    def push(self, rows: Rows) -> DetectorOutput:
        return self._kept(self._inner.push(rows))

    def flush(self) -> DetectorOutput:
        return self._kept(self._inner.flush())

    def _kept(self, output: DetectorOutput) -> DetectorOutput:
        self._saccades.append(output.events[output.events["kind"] == EventKind.SACCADE])
        return output


def recorded_events(recording: Recording) -> tuple[Rows, str]:
    """Return the FIXATION rows a recording holds, of all its detector runs, and these detectors in words.

    Raises
    ------
    RecordingError
        If rows cannot be read.
    """
    rows, runs = recording.rows(DatasetKey.FIXATIONS), recording.rows(DatasetKey.RUNS)
    found = [
        " ".join(decode_text(row[name]) for name in ("detector", "version", "parameters"))
        for row in runs[np.isin(runs["run"], rows["run"])]
    ]
    return rows, "; ".join(dict.fromkeys(found))
