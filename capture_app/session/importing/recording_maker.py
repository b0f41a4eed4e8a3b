"""One session of a dataset as one recording: written aside, checked as every recording, then put in place."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import capture_app
from capture_app.session.imported_facts import IMPORTED_FROM
from capture_app.session.importing.case_rows import RAW_DTYPE, case_rows
from capture_app.session.importing.fitted_views import fitted_to_files
from capture_app.session.importing.found_images import FoundImages
from capture_app.session.importing.image_folder import ImageFolder
from gaze_core.rows import DETECTOR_RUN, Rows
from gaze_core.streams import RawChannel, TrackerInfo
from recordings_schema.formats.importing import Hole, ImportCaseError, ImportedCase
from recordings_schema.layout import DatasetKey
from recordings_schema.metadata import (
    ClosingFacts,
    DisplayRecord,
    ParticipantRecord,
    SessionMetadata,
    SessionRecord,
    SettingsRecord,
    SoftwareRecord,
)
from recordings_schema.paths import journal_path, partial_path, sync_folder
from recordings_schema.writer import RecordingWriter

ASSUMED_SIZE: Final = "assumed: the dataset does not tell the size of its screen"
_OTHER_SETUP: Final = "Its screen or tracker is not that of the first case of its session."


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetNames:
    """What every recording says of the dataset it comes from."""

    title: str
    format_name: str
    version: str
    sha256: str  # over the files of the dataset and the options
    is_embedding: bool  # whether the images are kept inside the recordings


@dataclass(slots=True, kw_only=True)
class MadeSession:
    """What became of one session."""

    case_count: int = 0
    sample_count: int = 0
    fixation_count: int = 0
    image_count: int = 0  # found
    missing_image_count: int = 0
    holes: list[Hole] = field(default_factory=list)


def make_recording(
    place: Path,
    session_id: str,
    reader: str,
    cases: Iterable[Callable[[], ImportedCase]],
    names: DatasetNames,
    images: ImageFolder | None,
    aside: Path,
) -> MadeSession:
    """Write the recording of one session; nothing lies at `place` before it is whole.

    Parameters
    ----------
    place
        Where the recording goes.
    session_id, reader
        As the recording shall name them.
    cases
        Read one case each when they are called; a case that cannot be used is left out.
    names
        What is said of the dataset.
    images
        The user's images; None without a folder.
    aside
        Folder it is written in.

    Raises
    ------
    RecordingWriteError
        If the disk does not take it.
    """
    made = MadeSession()
    growing = _Growing(aside / place.name, session_id, reader, names, FoundImages(
        images, is_embedding=names.is_embedding), made)  # fmt: skip
    try:
        for read in cases:
            try:
                growing.add(read())
            except ImportCaseError as err:
                made.holes.append(Hole(what=str(err), where=session_id))
        if growing.close():
            (aside / place.name).replace(place)
            sync_folder(place.parent)
    finally:
        growing.drop()
    return made


class _Growing:
    """A recording in the making: begun with the first case that can be used."""

    def __init__(
        self,
        path: Path,
        session_id: str,
        reader: str,
        names: DatasetNames,
        images: FoundImages,
        made: MadeSession,
    ) -> None:
        self._path, self._session_id, self._reader, self._names = path, session_id, reader, names
        self._images, self._made = images, made
        self._writer: RecordingWriter | None = None
        self._first: ImportedCase | None = None
        self._free_ns = -1
        self._trials: set[int] = set()

    def add(self, case: ImportedCase) -> None:
        """Take a case.

        Raises
        ------
        ImportCaseError
            If it cannot be part of this recording.
        """
        first = self._first
        if first is not None and (case.screen != first.screen or _setup(case) != _setup(first)):
            raise ImportCaseError(_OTHER_SETUP)
        taken, rows, contents, holes = [], [], [], []
        for image in case.images:
            one, row, content, hole = self._images.take(image)
            taken.append(one)
            rows.append(row)
            contents += [content] if content is not None else []
            holes += [hole] if hole is not None else []
        case = fitted_to_files(case, taken)
        trial = self._trial(case.trial)
        found = case_rows(
            case, taken, trial=trial, first_sample=self._made.sample_count, free_ns=self._free_ns
        )
        writer = self._begun(case)
        self._trials.add(trial)
        for row in rows:
            writer.append(DatasetKey.IMAGES, row)
        for content in contents:
            writer.embed_image(content)
        for key, each in found.rows.items():
            writer.append(key, each)
        made = self._made
        made.case_count += 1
        made.sample_count += found.sample_count
        made.fixation_count += len(case.fixations)
        made.holes += [*case.holes, *holes]
        self._free_ns = found.end_ns

    def close(self) -> bool:
        """End the recording; return whether there is one."""
        made = self._made
        made.image_count, made.missing_image_count = self._images.found_count, self._images.missing_count
        if self._writer is None:
            return False
        self._writer.note_facts(ClosingFacts(samples_delivered=made.sample_count, samples_missing=0))
        # The same dataset gives the same bytes: the time of the import is in no recording.
        self._writer.close(f"imported from {self._names.title}", closed_wall_ns=0)
        return True

    def drop(self) -> None:
        """Remove what is left of a recording that did not become whole."""
        if self._writer is not None:
            self._writer.abandon()
        for path in (self._path, journal_path(self._path), partial_path(self._path)):
            path.unlink(missing_ok=True)

    def _begun(self, case: ImportedCase) -> RecordingWriter:
        if self._writer is None:
            self._first = case
            metadata = _metadata(case, self._session_id, self._reader, self._names)
            self._writer = RecordingWriter.create(self._path, metadata, _tracker(case, self._names))
            self._writer.append(DatasetKey.RUNS, _run(case))
        return self._writer

    def _trial(self, wanted: int) -> int:
        """Return the number of a case: the dataset's, where it is free and after those before."""
        following = max(self._trials, default=-1) + 1
        return wanted if wanted >= following else following


def _setup(case: ImportedCase) -> tuple[object, ...]:
    """Return what all cases of a recording have in common; rates are worked out case by case."""
    return case.tracker.model, case.tracker.signal, case.tracker.pupil_unit


def _metadata(case: ImportedCase, session_id: str, reader: str, names: DatasetNames) -> SessionMetadata:
    screen = case.screen
    settings = {
        IMPORTED_FROM: names.title,
        "import_format": names.format_name,
        "import_dataset_version": names.version,
        "import_dataset_sha256": names.sha256,
        "is_robot": "true" if case.tracker.is_simulated else "false",
    }
    if not case.is_screen_size_known:
        settings["screen_size"] = ASSUMED_SIZE
    return SessionMetadata(
        session=SessionRecord(
            session_id=session_id, started_wall_ns=0, started_host_ns=0, study=case.study,
            gaze_signal=case.tracker.signal, comment=f"imported from {names.title}",
        ),
        participant=ParticipantRecord(pseudonym=reader),
        display=DisplayRecord(
            model=screen.name or f"screen of {names.title}", width_px=screen.width_px,
            height_px=screen.height_px, width_mm=screen.width_mm, height_mm=screen.height_mm,
            distance_mm=case.distance_mm,
        ),
        software=SoftwareRecord(
            application="reading-station", application_version=capture_app.__version__
        ),
        settings=SettingsRecord(settings=settings),
    )  # fmt: skip


def _tracker(case: ImportedCase, names: DatasetNames) -> TrackerInfo:
    model = f"imported from {names.title}"
    tracker = case.tracker
    return TrackerInfo(
        driver="import",
        model=f"{model} ({tracker.model})" if tracker.model not in ("", names.title) else model,
        rate_hz=tracker.rate_hz,
        raw_dtype=RAW_DTYPE,
        raw_channels=(RawChannel(name="row", unit="count"),),
        pupil_unit=tracker.pupil_unit,
        has_device_clock=False,
        is_simulated=tracker.is_simulated,
    )


def _run(case: ImportedCase) -> Rows:
    tracker = case.tracker
    return DETECTOR_RUN.row(
        run=0, t_host_ns=0, detector=tracker.detector or "published",
        version=tracker.detector_version or "unknown", parameters=tracker.detector_parameters, is_live=0,
    )  # fmt: skip
