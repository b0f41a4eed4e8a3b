"""The measures of one case as a replay shows them: the same functions on the replay's events and gaze."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from capture_app.session.measures.area_book import KeptArea, areas_path, load_areas, placed
from capture_app.session.measures.case_tables import RecordedCases, recorded_cases
from capture_app.session.measures.errors import MeasureError
from capture_app.session.measures.gaze_of_case import columns_of_case, gaze_of_case, join_columns
from capture_app.session.measures.recording_measures import MeasuredCase, MeasureOptions, measure_gaze
from capture_app.session.replay import ReplaySource
from capture_app.session.study import (
    OpenedStudy,
    ReferenceEntry,
    StudyError,
    is_study,
    open_reference,
    open_study,
)
from gaze_core.rows import Rows
from recordings_schema.errors import RecordingError
from recordings_schema.reader import Recording

_LEVELS_UP: Final = 5  # from a recording to the folder of its study, and one more


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReplayMeasures:
    """What measuring the cases of a recording needs beside its samples."""

    recorded: RecordedCases
    opened: OpenedStudy | None
    reference: tuple[ReferenceEntry, ...]
    note: str  # why there is no study or reference standard; "" where there is
    kept: tuple[KeptArea, ...]  # as they were in the file beside the recording

    @property
    def trials(self) -> tuple[int, ...]:
        """The cases there are, by the number of their trial."""
        return tuple(case.entry.trial for case in self.recorded.cases)


def open_replay_measures(path: Path, study: Path | None = None) -> ReplayMeasures:
    """Read what measures need of a recording. Blocks: call it from a worker.

    Parameters
    ----------
    path
        The recording, finished or not.
    study
        Its study; None: looked for in the folders above.

    Raises
    ------
    MeasureError
        If the recording or its file of areas cannot be used, or a study that was named.
    """
    try:
        with Recording.open(path) as recording:
            recorded = recorded_cases(recording)
    except RecordingError as err:
        raise MeasureError(str(err)) from err
    opened, reference, note = _study(path, recorded.study_id, study)
    return ReplayMeasures(
        recorded=recorded, opened=opened, reference=reference, note=note, kept=load_areas(areas_path(path))
    )


def measure_replayed(
    source: ReplaySource,
    measures: ReplayMeasures,
    trial: int,
    events: Rows,
    areas: Sequence[KeptArea],
    options: MeasureOptions,
) -> MeasuredCase | None:
    """Measure a case with the gaze of a replay and the events it shows. Blocks: call it from a worker.

    Returns
    -------
    MeasuredCase or None
        None where the recording has no such case.

    Raises
    ------
    MeasureError
        If an area cannot be used.
    """
    recorded = measures.recorded
    case = next((each for each in recorded.cases if each.entry.trial == trial), None)
    if case is None:
        return None
    parts = []
    for stretch in case.stretches:
        timed = source.shown(source.blocks.between(stretch.first_ns, stretch.end_ns))
        is_own = timed.t_host_ns < stretch.end_ns
        parts.append(columns_of_case(recorded, case, timed.gaze[is_own], timed.t_host_ns[is_own]))
    gaze = gaze_of_case(recorded, case, join_columns(parts), events)
    further = placed(areas, recorded)
    return measure_gaze(recorded, case, gaze, measures.reference, measures.opened, options, further)


def _study(
    path: Path, study_id: str, named: Path | None
) -> tuple[OpenedStudy | None, tuple[ReferenceEntry, ...], str]:
    """Return the study of a recording with its reference standard, or why there is none."""
    if named is not None:
        try:
            opened = open_study(named)
            if study_id and opened.study.study.study_id != study_id:
                raise MeasureError(
                    f"The recording was made for the study {study_id}, and {named.name} is "
                    f"{opened.study.study.study_id}. Choose the study it belongs to."
                )
            return opened, open_reference(opened), ""
        except StudyError as err:
            raise MeasureError(str(err)) from err
    problem = ""
    for folder in list(path.parents)[:_LEVELS_UP]:
        try:
            if not is_study(folder):
                continue
            opened = open_study(folder)
            if not study_id or opened.study.study.study_id == study_id:
                return opened, open_reference(opened), ""
        except (StudyError, OSError) as err:
            # The folder of the sessions keeps the study file without its tables: the study is above it.
            problem = f"The study beside the recording cannot be used: {err}"
    if problem:
        return None, (), problem
    if not study_id:
        return None, (), "The recording was made without a study, so no findings are known."
    return None, (), f"The study {study_id} is not beside the recording, so no findings are known."
