"""The rows of a reading out of a recording on disk."""

from __future__ import annotations

from typing import Final

from capture_app.session.reading.reading_state import RecordingRows
from gaze_core.rows import ANSWER, DRIFT, JUDGEMENT, SCREEN, SHAPE, TRIAL
from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording

DATASET_OF: Final = {
    SCREEN.name: DatasetKey.SCREENS,
    ANSWER.name: DatasetKey.ANSWERS,
    SHAPE.name: DatasetKey.SHAPES,
    TRIAL.name: DatasetKey.TRIALS,
    JUDGEMENT.name: DatasetKey.JUDGEMENTS,
    DRIFT.name: DatasetKey.DRIFT,
}
"""Where the rows of a reading lie, by the name of their row type."""


def rows_of(recording: Recording) -> RecordingRows:
    """Return what a loop needs to go on after this recording.

    Raises
    ------
    RecordingError
        If a dataset is missing or damaged.
    """
    return {name: recording.rows(key) for name, key in DATASET_OF.items()}
