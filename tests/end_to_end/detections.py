"""Detector events of a recording: those written live, and those of the same detector run over the file."""

from __future__ import annotations

from capture_app.session.results import geometry_of
from gaze_core.directions import directions
from gaze_core.fixations import DetectorName, detect, parameters_from_json
from gaze_core.rows import GAZE_EVENT, EventFlag, Rows, decode_text
from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording

# What is added when an event is mapped onto the images on the screen; no detector knows of images.
FLAGS_OF_MAPPING = EventFlag.VIEWPORT_CHANGED | EventFlag.VIEWPORT_SPLIT | EventFlag.BEFORE_IMAGE


def live_events(recording: Recording) -> Rows:
    """Return the live events as GAZE_EVENT rows; parts of split fixations count once."""
    fixations = recording.rows(DatasetKey.FIXATIONS)
    whole = fixations[fixations["part"] == 0]
    rows = GAZE_EVENT.empty(len(whole))
    for name in GAZE_EVENT.dtype.names or ():
        rows[name] = whole[name]
    rows["flags"] &= ~FLAGS_OF_MAPPING & 0xFFFFFFFF
    return rows


def offline_events(recording: Recording) -> Rows:
    """Return the events of the live detector, with its stored parameters, run over the file."""
    run = recording.rows(DatasetKey.RUNS)[0]
    parameters = parameters_from_json(DetectorName.ADAPTIVE, decode_text(run["parameters"]))
    rows = directions(recording.gaze(), geometry_of(recording))
    return detect(rows, DetectorName.ADAPTIVE, parameters).events
