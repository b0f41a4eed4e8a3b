"""The validations of a recording, computed anew from its gaze and targets by the rule they were made by."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Final, Protocol

from calibration import TargetWindow, ValidationResult, validate_windows
from capture_app.session.calibration_plan import WINDOW
from capture_app.session.calibration_rows import ALL_TARGETS
from gaze_core.geometry import ViewingGeometry
from gaze_core.rows import Rows
from recordings_schema.layout import DatasetKey

_VALIDATION: Final = b"validation"
_CALIBRATION: Final = b"calibration"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedValidation:
    """One complete validation whose gaze is in the recording."""

    number: int  # in the recording, from 0
    result: ValidationResult


class ValidationSource(Protocol):
    """An open recording, or the part of one that a validation lies in."""

    def rows(self, key: DatasetKey) -> Rows:
        """Return the rows of a dataset."""

    def gaze(self) -> Rows:
        """Return the samples in order of arrival."""


def validations_of(
    recording: ValidationSource, geometry: ViewingGeometry, window: TargetWindow | None = None
) -> tuple[RecordedValidation, ...]:
    """Return the complete validations that were made while the recording ran, in order.

    One that was made before the recording has its figures in the rows alone and is left out, as is one that
    was stopped early. Without a `window` each is judged in its own, as it was by the page.
    """
    rows, gaze = recording.rows(DatasetKey.VALIDATIONS), recording.gaze()
    shown = recording.rows(DatasetKey.TARGETS)
    shown = shown[shown["procedure"] == _VALIDATION]
    found = []
    for number in sorted(set(rows["validation"].tolist())):
        own = rows[rows["validation"] == number]
        targets = _targets_of(own, shown)
        if len(targets) and len(gaze) and targets["t_on_host_ns"].min() >= gaze["t_host_ns"][0]:
            judged_in = window if window is not None else _window_of(recording, number)
            result = validate_windows(gaze, targets, geometry, judged_in)
            found.append(RecordedValidation(number=int(number), result=result))
    return tuple(found)


def _window_of(recording: ValidationSource, number: int) -> TargetWindow:
    """Return the window a validation was judged in, by its judgement; the usual one where that has none."""
    rows = recording.rows(DatasetKey.JUDGEMENTS)
    for row in rows[(rows["subject"] == _CALIBRATION) & (rows["number"] == number)]:
        try:
            window_ms = float(json.loads(bytes(row["figures"]))["window_ms"])
        except (ValueError, TypeError, KeyError):
            continue  # figures of another hand
        if math.isfinite(window_ms):
            return TargetWindow(length_ms=window_ms)
    return WINDOW


def _targets_of(validation: Rows, shown: Rows) -> Rows:
    """Return the TARGET rows of one validation: the last ones before its end, one for each of its targets."""
    ids = set(validation["target_id"].tolist()) - {ALL_TARGETS}
    before = shown[shown["t_off_host_ns"] <= validation["t_ended_host_ns"][0]][-len(ids) :]
    return before if ids and set(before["target_id"].tolist()) == ids else shown[:0]
