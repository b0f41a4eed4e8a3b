"""Cases of imported recordings as `CaseReading`: what their dataset said is what formats get again.

Fixations are those of the dataset and are never found anew; labels, patient and zeros are those kept with the
case, since no study of this program stands behind it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

import numpy as np

from calibration import PupilBaseline
from capture_app.session.export.case_parts import answers_of, shapes_of, words_of
from capture_app.session.export.case_samples import samples_of
from capture_app.session.imported_facts import ImportedFacts, imported_facts_of
from capture_app.session.importing.image_folder import ImageFolder
from capture_app.session.recorded_baselines import RecordedBaseline
from capture_app.session.report.case_facts import CaseEntry, case_facts_of
from capture_app.session.report.source import ReportSource, source_of
from capture_app.session.report.stretches import Stretch
from gaze_core.geometry import ViewingGeometry
from gaze_core.rows import NO_TIME, Rows, decode_text
from gaze_core.streams import PupilUnit
from recordings_schema.formats.reading import CaseReading, Origin, ReadImage, ReadingKey
from recordings_schema.formats.staging import file_sha256
from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording


def imported_key(key: ReadingKey, facts: ImportedFacts) -> ReadingKey:
    """Return the key of an imported case with what its dataset says."""
    texts = facts.texts
    names = facts.image_names if len(facts.image_names) == len(key.image_names) else key.image_names
    # Where the file was not here there is no checksum: then an image is known by its name.
    marks = tuple(sha256 or name for sha256, name in zip(key.image_sha256s, names, strict=True))
    return replace(
        key,
        case_id=texts["case_id"] or key.case_id,
        attempt=facts.attempt,
        patient=texts["patient"],
        role=texts["role"],
        task=texts["task"],
        task_kind=texts["task_kind"],
        exclusion=texts["exclusion"],
        image_names=names,
        image_sha256s=marks,
        given_id=texts["given_id"],
        given_split=texts["given_split"],
    )


class ImportedCases:
    """The cases of one imported recording; what is the same for all of them is read once.

    Parameters
    ----------
    recording
        Open and imported.
    images
        Where its images are; None where nobody said.

    Raises
    ------
    RecordingError
        If rows cannot be read.
    """

    def __init__(self, recording: Recording, images: ImageFolder | None) -> None:
        self._recording, self._images = recording, images
        self._source = source_of(recording, None)
        self._facts = imported_facts_of(recording.rows(DatasetKey.EVENTS))
        entries = case_facts_of(recording, self._source.end_ns).entries
        self._entries = {entry.trial: entry for entry in entries}

    def read(self, key: ReadingKey) -> CaseReading | None:
        """Return an imported case; None where its facts are damaged.

        Raises
        ------
        RecordingError
            If rows cannot be read.
        """
        facts, entry = self._facts.get(key.trial), self._entries.get(key.trial)
        if facts is None or entry is None:
            return None
        return _reading(self._recording, self._source, key, facts, entry, self._images)


def _reading(
    recording: Recording,
    source: ReportSource,
    key: ReadingKey,
    facts: ImportedFacts,
    entry: CaseEntry,
    images: ImageFolder | None,
) -> CaseReading:
    rows = recording.rows(DatasetKey.VIEWPORT)
    viewport = rows[(rows["trial"] == key.trial) & (rows["t_presented_host_ns"] != NO_TIME)]
    viewport = viewport[: facts.view_count]
    fixations = recording.rows(DatasetKey.FIXATIONS)
    fixations = fixations[fixations["trial"] == key.trial]
    stretch = Stretch(
        trial=key.trial, screen="", visit=0, first_ns=facts.first_ns, end_ns=facts.end_ns,
        is_looking_again=False,
    )  # fmt: skip
    texts = facts.texts
    return CaseReading(
        key=key,
        study=texts["study"],
        images=_images(recording, entry, key, images),
        geometry=ViewingGeometry(source.geometry.screen, facts.distance_mm),
        is_distance_measured=facts.is_distance_measured,
        tracker=facts.tracker,
        accuracy=facts.accuracy,
        origins_ns={Origin.TRIAL_START: facts.first_ns, **facts.origins_ns},
        onset_latency=texts["onset_latency"],
        samples=samples_of(source, [stretch], viewport, _baselines(facts)),
        fixations=fixations,
        viewport=viewport,
        words=words_of(recording, key.trial),
        shapes=shapes_of(entry, None),
        answers=tuple(
            replace(answer, kind=facts.answer_kinds.get(answer.screen, answer.kind))
            for answer in answers_of(entry)
        ),
        labels=facts.labels,
        chosen=facts.chosen,
        other_text=texts["other_text"],
        target=texts["target"],
        question=texts["question"],
        grade=texts["grade"],
        pupil_of_fixations=_fixation_pupils(fixations) if facts.has_fixation_pupils else None,
        more=facts.more,
    )


def _images(
    recording: Recording, entry: CaseEntry, key: ReadingKey, folder: ImageFolder | None
) -> tuple[ReadImage, ...]:
    table = {int(row["image_id"]): row for row in recording.rows(DatasetKey.IMAGES)}
    shown = [table[image_id] for image_id in entry.image_ids if image_id in table]
    return tuple(
        ReadImage(
            image_id=int(row["image_id"]),
            name=name,
            sha256=decode_text(row["sha256"]),
            width_px=int(row["width_px"]),
            height_px=int(row["height_px"]),
            bits=int(row["bits"]),
            photometric=decode_text(row["photometric"]),
            path=image_file(row, folder),
        )
        for name, row in zip(key.image_names, shown, strict=True)
    )


def image_file(row: np.void, folder: ImageFolder | None) -> Path | None:
    """Return the file of an IMAGE row in a folder, proved by its checksum; None where it is not there."""
    sha256, name = decode_text(row["sha256"]), decode_text(row["name"])
    if folder is None or not sha256:
        return None
    found = folder.find(str(PurePosixPath(name.replace("\\", "/"))))
    try:
        return found if found is not None and file_sha256(found) == sha256 else None
    except OSError:
        return None  # unreadable: the same as not there


def _baselines(facts: ImportedFacts) -> Sequence[RecordedBaseline]:
    """Return the baseline the dataset's pupils are relative to, as one measured before the case."""
    unit = PupilUnit(facts.tracker.pupil_unit)
    if not math.isfinite(facts.pupil_baseline_area) or unit is PupilUnit.NONE:
        return ()
    baseline = PupilBaseline(
        eye=facts.pupil_eye, area=facts.pupil_baseline_area, area_unit="", source_unit=unit,
        fixation_count=0, duration_s=0.0,
    )  # fmt: skip
    return (
        RecordedBaseline(
            t_host_ns=facts.first_ns, t_first_host_ns=facts.first_ns, t_last_host_ns=facts.first_ns,
            background_grey=None, baseline=baseline,
        ),
    )  # fmt: skip


def _fixation_pupils(fixations: Rows) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.asarray(fixations["pupil_mean"], np.float64)
