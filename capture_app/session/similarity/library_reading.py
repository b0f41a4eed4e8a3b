"""Reads the readings to browse: from recordings below a folder, or from a McGIP dataset."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from capture_app.session.export import ExportError, recordings_in
from capture_app.session.export.case_keys import keys_of
from capture_app.session.export.case_reader import CaseReader
from capture_app.session.replay.study_search import find_study_of
from capture_app.session.similarity.library import (
    BrowsedReading,
    GazeLibrary,
    Progress,
    SimilarityLibraryError,
    check_cancelled,
    least_two,
)
from capture_app.session.study import StudyError
from gaze_core.fixations import ParameterError
from gaze_core.similarity import GazeMeasure, ReadingFeatures, reading_features
from gaze_core.similarity.clusters import MAX_POINTS
from gaze_core.similarity.readings import CANVAS_PX
from recordings_schema.errors import RecordingError
from recordings_schema.formats.contract import FormatError
from recordings_schema.formats.mcgip_check import open_mcgip, read_relation
from recordings_schema.formats.mcgip_gaze import CanvasMapping, Points, canvas_gaze
from recordings_schema.formats.reading import CaseReading, ReadingKey
from recordings_schema.reader import Recording

RATE_HZ: Final = 60.0
THRESHOLD: Final = 0.95
_STEPS: Final = 1000  # of the progress of one recording
_MOST_POINTS: Final = MAX_POINTS
_LARGEST_GAZE_BYTES: Final = 1 << 24


def read_library(
    place: Path,
    on_progress: Progress | None = None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> GazeLibrary:
    """Return the readings below a folder; blocks for as long as reading them takes: call it from a worker.

    Raises
    ------
    SimilarityLibraryError
        If there is nothing to compare.
    LibraryCancelledError
        If it was cancelled meanwhile.
    """
    if (place / "meta.json").is_file():
        return _dataset(place, on_progress, is_cancelled)
    try:
        files = recordings_in([place])
    except ExportError as err:
        raise SimilarityLibraryError(str(err)) from err
    return _recordings(place, files, on_progress, is_cancelled)


def _recordings(
    place: Path, files: tuple[Path, ...], on_progress: Progress | None, is_cancelled: Callable[[], bool]
) -> GazeLibrary:
    readings: list[BrowsedReading] = []
    features: list[ReadingFeatures] = []
    notes: list[str] = []
    without_gaze = 0
    for number, path in enumerate(files):

        def tell(share: float, before: int = number) -> None:
            check_cancelled(is_cancelled)
            if on_progress is not None:  # every recording counts as much
                on_progress(round(_STEPS * (before + share)), _STEPS * len(files))

        try:
            for found in _cases(path, tell):
                if found is None:
                    without_gaze += 1
                else:
                    readings.append(found[0])
                    features.append(found[1])
        except (RecordingError, StudyError, ParameterError) as err:
            notes.append(f"{path.name} was read in part or not at all: {err}")
    if without_gaze:
        notes.append(f"{without_gaze} cases have no gaze on an image and are not compared.")
    least_two(readings, place)
    return GazeLibrary(
        place=place,
        readings=tuple(readings),
        threshold=THRESHOLD,
        notes=tuple(notes),
        features=tuple(features),
    )


def _cases(
    path: Path, tell: Callable[[float], None]
) -> Iterator[tuple[BrowsedReading, ReadingFeatures] | None]:
    """Yield the cases of a recording; None for one without gaze. `tell` hears which share is done."""
    recording = Recording.open(path)
    opened = find_study_of(path, recording.metadata.settings.settings)
    with CaseReader(recording, opened) as reader:
        keys = [key for key in keys_of(recording, opened) if _is_compared(key)]
        for number, key in enumerate(keys):
            tell(number / len(keys))
            yield _read(reader.read(key), path)
    tell(1.0)


def _is_compared(key: ReadingKey) -> bool:
    return not key.is_practice and len(key.image_names) >= 1


def _read(reading: CaseReading, path: Path) -> tuple[BrowsedReading, ReadingFeatures] | None:
    if not reading.images:
        return None
    points = Points.SAMPLES if len(reading.samples) else Points.FIXATIONS
    x_px, y_px = canvas_gaze(reading, points, RATE_HZ, CanvasMapping.STRETCH)
    if not 0 < len(x_px) <= _MOST_POINTS:
        return None
    image = reading.images[0]
    shown = BrowsedReading(
        title=reading.key.case_id,
        reader=reading.key.reader,
        detail=reading.key.recording_name,
        x_share=x_px / CANVAS_PX,
        y_share=y_px / CANVAS_PX,
        aspect=image.width_px / max(1, image.height_px),
        image_path=image.path,
        image_sha256=image.sha256,
        recording=path,
        image_id=image.image_id,
    )
    return shown, reading_features(x_px, y_px)


def _dataset(place: Path, on_progress: Progress | None, is_cancelled: Callable[[], bool]) -> GazeLibrary:
    try:
        dataset = open_mcgip(place)
    except FormatError as err:
        raise SimilarityLibraryError(str(err)) from err
    readings = []
    for number, name in enumerate(dataset.names):
        check_cancelled(is_cancelled)
        readings.append(_sample(place, name))
        if on_progress is not None:
            on_progress(number + 1, len(dataset.names))
    least_two(readings, place)
    count = len(readings)
    return GazeLibrary(
        place=place,
        readings=tuple(readings),
        threshold=dataset.threshold,
        stored={
            GazeMeasure(measure): partial(_stored, path, count)
            for measure, path in dataset.relations.items()
            if measure in [each.value for each in GazeMeasure]
        },
    )


def _stored(path: Path, count: int) -> Any:
    try:
        return read_relation(path, count)
    except FormatError as err:
        raise SimilarityLibraryError(str(err)) from err


def _sample(place: Path, name: str) -> BrowsedReading:
    sample = Path(name).stem
    path = place / "gaze" / f"{sample}.json"
    try:
        record = json.loads(_content(path))
        gaze = np.array(record["gaze"], np.float64).reshape(-1, 2)
        title = str(record.get("case", "")) or sample
    except OSError as err:
        raise SimilarityLibraryError(f"{path} cannot be read ({err.strerror}).") from err
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as err:
        raise SimilarityLibraryError(f"{path} holds no gaze of McGIP's form.") from err
    image = place / "images" / f"{sample}.jpg"
    return BrowsedReading(
        title=title,
        reader="",
        detail=sample,
        x_share=np.clip(gaze[:, 0] / CANVAS_PX, 0.0, 1.0),
        y_share=np.clip(gaze[:, 1] / CANVAS_PX, 0.0, 1.0),
        aspect=1.0,
        image_path=image if image.is_file() else None,
    )


def _content(path: Path) -> bytes:
    if path.stat().st_size > _LARGEST_GAZE_BYTES:
        raise SimilarityLibraryError(f"{path} is too large for the gaze of one reading.")
    return path.read_bytes()
