"""The JSON descriptions of a BIDS dataset: what its columns mean and how its runs were recorded."""

from __future__ import annotations

import math
from typing import Any, Final

from recordings_schema.formats.bids_tables import FIXATION_COLUMNS, SAMPLE_COLUMNS
from recordings_schema.formats.reading import CaseReading

BIDS_VERSION: Final = "1.11.0"
DATASET_DESCRIPTION: Final[dict[str, Any]] = {
    "Name": "Chest X-ray readings with gaze",
    "BIDSVersion": BIDS_VERSION,
    "DatasetType": "raw",
    "GeneratedBy": [{"Name": "Reading Station"}],
}
PARTICIPANTS_DESCRIPTION: Final[dict[str, Any]] = {
    "reader": {"Description": "Pseudonym of the reader as recorded"},
    "readings": {"Description": "Readings of this reader in the dataset", "Units": "count"},
}
README: Final = """# Chest X-ray readings with gaze

Each run is one reading of one image by one reader. Times are seconds from when the image was shown. Gaze is
in pixels of the reader's screen from its top left corner. The files named physioevents hold the fixations of
the detector that the study fixed beforehand. How this dataset was made, from which recordings and with which
checksums, is in provenance.json.
"""
_PUPIL_WORDS: Final = {
    "mm": ("Pupil diameter", "mm"),
    "px": ("Pupil diameter in the camera's picture", "pixel"),
    "arbitrary-area": ("Pupil area, arbitrary units of the tracker", "arbitrary"),
    "arbitrary-diameter": ("Pupil diameter, arbitrary units of the tracker", "arbitrary"),
}


def physio_description(reading: CaseReading, recorded_eye: str, start_s: float) -> dict[str, Any]:
    """Return the description of the samples of one eye."""
    pupil, unit = _PUPIL_WORDS.get(reading.tracker.pupil_unit, ("Not delivered by this tracker", "arbitrary"))
    content: dict[str, Any] = {
        "PhysioType": "eyetrack",
        "Columns": list(SAMPLE_COLUMNS),
        "StartTime": start_s,
        "RecordedEye": recorded_eye,
        "SampleCoordinateSystem": "gaze-on-screen",
        "ManufacturersModelName": reading.tracker.model,
        "EyeTrackerDistance": round(reading.geometry.distance_mm * 1e-3, 4),
        "timestamp": {
            "Description": "Time from when the image was shown, by the fit of the tracker's clock",
            "Units": "s",
            "Origin": "image shown",
        },
        "x_coordinate": {
            "LongName": "Gaze position (x)",
            "Description": "From the left edge of the screen; n/a where the eye was not seen",
            "Units": "pixel",
        },
        "y_coordinate": {
            "LongName": "Gaze position (y)",
            "Description": "From the top edge of the screen; n/a where the eye was not seen",
            "Units": "pixel",
        },
        "pupil_size": {"Description": pupil, "Units": unit},
    }
    rate_hz = reading.tracker.rate_hz
    content["SamplingFrequency"] = round(rate_hz, 6) if math.isfinite(rate_hz) else "n/a"
    # Of independent targets after the calibration, which is what a reader of the dataset wants to know.
    accuracy = {
        "AverageCalibrationError": reading.accuracy.before_mean_deg,
        "MaximalCalibrationError": reading.accuracy.worst_deg,
    }
    content.update({name: round(value, 4) for name, value in accuracy.items() if math.isfinite(value)})
    return content


def physioevents_description(reading: CaseReading) -> dict[str, Any]:
    """Return the description of the fixations."""
    tracker = reading.tracker
    detector = f"{tracker.detector} {tracker.detector_version}, parameters {tracker.detector_parameters}"
    return {
        "Columns": list(FIXATION_COLUMNS),
        "Description": f"Fixations of the {tracker.signal} gaze, found by the detector {detector}",
        "OnsetSource": "timestamp",
        "onset": {"Description": "Begin of the fixation, on the time line of timestamp", "Units": "s"},
        "duration": {"Description": "Last sample plus one interval minus the first sample", "Units": "s"},
        "trial_type": {"Description": "Kind of event", "Levels": {"fixation": "A fixation"}},
        "x_coordinate": {
            "Description": "Mean of its samples from the left edge of the screen",
            "Units": "pixel",
        },
        "y_coordinate": {
            "Description": "Mean of its samples from the top edge of the screen",
            "Units": "pixel",
        },
        "message": {"Description": "No messages are stored here"},
    }


def events_description(reading: CaseReading, task: str) -> dict[str, Any]:
    """Return the description of the events and of the reader's screen."""
    screen = reading.geometry.screen
    presentation: dict[str, Any] = {
        "ScreenDistance": round(reading.geometry.distance_mm * 1e-3, 4),
        "ScreenOrigin": ["top", "left"],
        "ScreenResolution": [screen.width_px, screen.height_px],
        "ScreenSize": [round(screen.width_mm * 1e-3, 5), round(screen.height_mm * 1e-3, 5)],
    }
    if math.isfinite(screen.refresh_hz):
        presentation["ScreenRefreshRate"] = round(screen.refresh_hz, 4)
    return {
        "TaskName": task,
        "StimulusPresentation": presentation,
        "onset": {"Description": "Time from when the image was shown", "Units": "s"},
        "duration": {"Description": "Length of the event", "Units": "s"},
        "trial_type": {
            "Description": "Kind of event",
            "Levels": {
                "image": "The image was on the screen",
                "view": "Zoom, pan or window changed",
                "word": "A word was dictated",
            },
        },
        "value": {"Description": "Name of the image, what changed, or the word"},
        "image_sha256": {"Description": "SHA-256 of the image file"},
    }
