"""A case of a recording that is still being made, tried in the formats its study feeds."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from capture_app.session.export.case_keys import keys_of
from capture_app.session.export.case_reader import CaseReader
from capture_app.session.study import OpenedStudy
from capture_app.session.study.dataset_keys import format_options
from capture_app.session.study_desk.dataset_messages import GrowingCase
from recordings_schema.formats.contract import Format
from recordings_schema.formats.memory_sink import TriedFormat, try_format
from recordings_schema.formats.registry import find_format
from recordings_schema.layout import DatasetKey
from recordings_schema.recording_part import RecordingPart

_BEFORE_NS: Final = 1_000_000_000
"""Samples so long before the case are read as well, so that nothing of it is at the edge of the data."""


class CaseTrial:
    """Tries the cases of one recording that still grows. One thread.

    Parameters
    ----------
    recording
        Its file.
    opened
        The study, which names the formats.
    place
        A folder of its own for the formats' checks; emptied for each.

    Raises
    ------
    FormatError, FormatOptionError
        If a format or option of the study is not known.
    """

    def __init__(self, recording: Path, opened: OpenedStudy, place: Path) -> None:
        self._recording, self._opened, self._place = recording, opened, place
        datasets = opened.study.datasets
        self._formats: list[tuple[Format[Any], Any]] = []
        for name in datasets.formats:
            published = find_format(name)
            self._formats.append((published, format_options(published, datasets.options)))

    def is_there(self, case: GrowingCase) -> bool:
        """Whether the file holds what is wanted of a case; rows reach it a few times a second.

        Raises
        ------
        RecordingError
            If the file cannot be read.
        """
        with RecordingPart.open(self._recording) as recording:
            trials = recording.rows(DatasetKey.TRIALS)
            if case.is_done:
                return bool(((trials["trial"] == case.trial) & (trials["state"] == b"done")).any())
            screens = recording.rows(DatasetKey.SCREENS)
            shown = screens[screens["trial"] == case.trial]["t_presented_host_ns"]
            return bool(len(shown) and shown.max() >= case.shown_host_ns)

    def run(self, case: GrowingCase) -> Sequence[TriedFormat]:
        """Return what each format says of a case.

        Raises
        ------
        RecordingError, StudyError, ParameterError
            If the case cannot be read.
        OSError
            If the folder cannot be written.
        """
        recording = RecordingPart.open(self._recording)
        with CaseReader(recording, self._opened) as reader:
            trials = recording.rows(DatasetKey.TRIALS)
            own = trials[trials["trial"] == case.trial]
            recording.begin_at(int(own["t_host_ns"].min()) - _BEFORE_NS)
            session = hashlib.sha256(recording.metadata.session.session_id.encode()).hexdigest()
            keys = keys_of(recording, self._opened, session)
            reading = reader.read(next(key for key in keys if key.trial == case.trial))
        tried = []
        for published, options in self._formats:
            folder = self._place / published.name
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            tried.append(try_format(published, options, reading, folder))
            shutil.rmtree(folder, ignore_errors=True)
        return tried
