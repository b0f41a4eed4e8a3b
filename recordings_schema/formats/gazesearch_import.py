"""A published GazeSearch file as cases: each entry is one reading of one image for one finding.

The file holds durations and no times: fixations are put one after the other from 0, which the cases say. It
tells no readers apart where every subject is 1. The frame of 224 x 224 px stands for the image.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np

from gaze_core.geometry import Screen
from recordings_schema.formats.contract import FormatError
from recordings_schema.formats.gazesearch_entries import IMPORTED_SCREEN, PRESENT
from recordings_schema.formats.gazesearch_file import SIDE_PX, SearchEntry, read_entries
from recordings_schema.formats.importing import (
    UNNAMED_READER,
    Hole,
    ImportCaseError,
    ImportedCase,
    ImportedImage,
    ImportedTracker,
    ImportPlan,
    PlannedImport,
)
from recordings_schema.formats.importing_rows import fixation_rows, norm_of_image, whole_view
from recordings_schema.formats.reading import AnswerValue, Origin, ReadAnswer

# The frame shown whole on a screen as large as its pixels: nothing of the screens is in the file.
_SCREEN: Final = Screen(width_px=1080, height_px=1080, width_mm=297.0, height_mm=297.0)
_DISTANCE_MM: Final = 650.0
_NO_ONSETS: Final = "The file holds no times: fixations are put one after the other."
_NO_TIME: Final = "A fixation lasts no time at all; it is kept, with a billionth of a second."
_SHORTEST_NS: Final = 1
CASES_OF_A_RECORDING: Final = 250


def plan_gazesearch(place: Path) -> ImportPlan:
    """Return the cases of a file of annotations, or of the one file of a folder.

    Raises
    ------
    FormatError
        If there is no such file, several, or one that cannot be used.
    """
    path = annotation_file(place)
    entries = _entries(path)
    names = _readers(entries)
    counts, seen = Counter(entry.subject for entry in entries), Counter[int]()
    sessions = []
    for entry in entries:
        sessions.append(_session(names[entry.subject], seen[entry.subject], counts[entry.subject]))
        seen[entry.subject] += 1
    cases = tuple(
        PlannedImport(
            session=sessions[place_in_file],
            reader=names[entry.subject],
            case_id=f"{_stem(entry)}-{entry.task.replace(' ', '-')}",
            key=str(place_in_file),
        )
        for place_in_file, entry in enumerate(entries)
    )
    holes = [Hole(what=_NO_ONSETS, where=path.name)]
    holes += [
        Hole(what=_NO_TIME, where=f"{path.name}, entry {number}")
        for number, entry in enumerate(entries, start=1)
        if min(entry.duration_s) <= 0
    ]
    source = path.name if place.is_file() else path.relative_to(place).as_posix()
    return ImportPlan(version="", cases=cases, holes=tuple(holes), sources=(source,))


def read_gazesearch(place: Path, planned: PlannedImport) -> ImportedCase:
    """Return one entry as a case.

    Raises
    ------
    ImportCaseError
        If the file changed since it was planned.
    """
    entries = _entries(annotation_file(place))
    number = int(planned.key)
    if number >= len(entries):
        raise ImportCaseError("The file was changed while it was imported.")
    entry = entries[number]
    viewport = whole_view(SIDE_PX, SIDE_PX, _SCREEN, t_ns=0)
    # The middle of a pixel, so that truncation gives it back.
    x_norm, y_norm = norm_of_image(
        np.array(entry.x_px) + 0.5, np.array(entry.y_px) + 0.5, viewport,
        np.zeros(len(entry.x_px), np.int64), _SCREEN,
    )  # fmt: skip
    lasting_ns = np.maximum(_SHORTEST_NS, np.rint(np.array(entry.duration_s) * 1e9).astype(np.int64))
    ends_ns = np.cumsum(lasting_ns)
    onsets_ns = np.concatenate(([0], ends_ns[:-1]))
    told: dict[str, AnswerValue] = {
        PRESENT: entry.condition == "present",
        "split": entry.split,
        **({} if entry.is_correct is None else {"correct": entry.is_correct}),
        **({} if entry.is_on_target is None else {"on_target": entry.is_on_target}),
    }
    return ImportedCase(
        case_id=planned.case_id,
        reader=planned.reader,
        task="search",
        task_kind="search",
        target=entry.task,
        images=(ImportedImage(name=entry.name, width_px=SIDE_PX, height_px=SIDE_PX, is_frame=True, bits=8),),
        screen=_SCREEN,
        distance_mm=_DISTANCE_MM,
        tracker=ImportedTracker(model="GazeSearch"),
        origins_ns={Origin.IMAGE_SHOWN: 0, Origin.TRIAL_START: 0},
        viewport=viewport,
        fixations=fixation_rows(onsets_ns, ends_ns, x_norm, y_norm, viewport, _SCREEN),
        answers=tuple(
            ReadAnswer(screen=IMPORTED_SCREEN, kind="imported", name=name, value=value)
            for name, value in told.items()
        ),
        facts={"split": entry.split, "subject": str(entry.subject)},
    )


def annotation_file(place: Path) -> Path:
    """Return the file of annotations at a place: the file itself, or the one of a dataset.

    Raises
    ------
    FormatError
        If there is none, or more than one.
    """
    if place.is_file():
        return place
    folder = place / "data" if (place / "data").is_dir() else place
    found = sorted(folder.glob("*.json")) if folder.is_dir() else []
    if len(found) == 1:
        return found[0]
    what = "no file of annotations" if not found else f"{len(found)} JSON files"
    raise FormatError(f"{place} holds {what}. Name the one file of annotations.", path=place)


def _entries(path: Path) -> tuple[SearchEntry, ...]:
    try:
        status = path.stat()
    except OSError as err:
        raise FormatError(f"{path} cannot be read ({err.strerror}). Correct the name.", path=path) from err
    return _entries_of(path, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=1)
def _entries_of(path: Path, mtime_ns: int, size_bytes: int) -> tuple[SearchEntry, ...]:
    """Return the entries; kept, as every case asks for them. Time and size tell a changed file apart."""
    del mtime_ns, size_bytes
    return read_entries(path)


def _readers(entries: tuple[SearchEntry, ...]) -> dict[int, str]:
    subjects = sorted({entry.subject for entry in entries})
    if len(subjects) == 1:
        return {subjects[0]: UNNAMED_READER}
    digits = len(str(subjects[-1]))
    return {subject: f"R{subject:0{digits}d}" for subject in subjects}


def _session(reader: str, number: int, count: int) -> str:
    """Return the recording of a reader's entry: one of thousands of cases would be slow to read."""
    if count <= CASES_OF_A_RECORDING:
        return reader
    return f"{reader}-{number // CASES_OF_A_RECORDING + 1:03d}"


def _stem(entry: SearchEntry) -> str:
    return entry.name.rpartition(".")[0] or entry.name
