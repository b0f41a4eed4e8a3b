"""`reading-station accuracy`: how well gaze met the targets of a recording."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import click
import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from calibration import (
    EyeResult,
    TargetResult,
    TargetWindow,
    ValidationResult,
    rows_of_targets,
    validate_targets,
)
from capture_app.cli.commands import print_json
from capture_app.cli.exits import CommandError, ExitCode
from capture_app.session.calibration_rows import ALL_TARGETS
from capture_app.session.measured_geometry import believed_geometry
from capture_app.session.recorded_validations import validations_of
from capture_app.session.results import geometry_of
from gaze_core.geometry import ViewingGeometry
from gaze_core.rows import decode_text
from recordings_schema.errors import RecordingError
from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording

_PLAYBACK: Final = "playback"
_FITTED_ON: Final = (b"calibration", b"correction")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingAccuracy:
    """The validation of a recording, and what its degrees stand on."""

    result: ValidationResult
    geometry: ViewingGeometry
    note: str  # a sentence about the size of the screen, "" where there is nothing to say
    validation: int | None = None  # its number in the recording; None: the targets of another program
    validation_count: int = 0


def show_accuracy(file: Path, *, window_ms: float | None, as_json: bool) -> None:
    """Print how well gaze met the targets of a recording.

    Raises
    ------
    CommandError
        If the recording cannot be read, or has no targets whose samples are known.
    """
    try:
        with Recording.open(file) as recording:
            found = accuracy_of(recording, math.nan if window_ms is None else window_ms)
            before = _figures_before(recording)
    except RecordingError as err:
        raise CommandError(str(err), ExitCode.INPUT) from err
    except ValueError as err:
        raise CommandError(f"{file}: {err}", ExitCode.INPUT) from err
    if not found.result.targets:
        raise CommandError(
            f"{file} holds no targets, so its accuracy cannot be told.{before}", ExitCode.INPUT
        )
    if as_json:
        print_json(_as_document(file, found))
    else:
        _print_tables(found)


def accuracy_of(recording: Recording, window_ms: float = math.nan) -> RecordingAccuracy:
    """Return how well the gaze of a recording met its targets.

    Where this program validated while it recorded, that is its last complete validation, in the window it was
    judged by unless another is asked for.

    Raises
    ------
    ValueError
        If samples cannot be told to targets; see `calibration.rows_of_targets`.
    """
    geometry, note = _geometry(recording)
    window = None if math.isnan(window_ms) else TargetWindow(length_ms=window_ms)
    made = validations_of(recording, geometry, window)
    if made:
        return RecordingAccuracy(
            result=made[-1].result,
            geometry=geometry,
            note=note,
            validation=made[-1].number,
            validation_count=len(made),
        )
    gaze, targets = recording.gaze(), recording.rows(DatasetKey.TARGETS)
    targets = targets[~np.isin(targets["procedure"], _FITTED_ON)]
    ranges = rows_of_targets(_times_ns(recording), targets)
    result = validate_targets(gaze, targets, ranges, geometry, window_ms=window_ms)
    return RecordingAccuracy(result=result, geometry=geometry, note=note)


def _figures_before(recording: Recording) -> str:
    """Return the figures of the validation that holds from before the recording, a sentence, or nothing."""
    rows = recording.rows(DatasetKey.VALIDATIONS)
    rows = rows[rows["target_id"] == ALL_TARGETS][:3]
    if not len(rows):
        return ""
    figures = ", ".join(
        f"{decode_text(row['eye'])} mean {_degrees(float(row['offset_deg']))} worst "
        f"{_degrees(float(row['worst_deg']))}"
        for row in rows
    )
    return f" A validation was made before the recording began; its figures then: {figures}."


def _times_ns(recording: Recording) -> npt.NDArray[np.int64]:
    if recording.tracker_info.driver == _PLAYBACK:
        # The targets of a played file moved with its arrivals, at whatever speed.
        return np.asarray(recording.gaze()["t_host_ns"])
    return recording.host_times_ns()


def _geometry(recording: Recording) -> tuple[ViewingGeometry, str]:
    """Return the geometry of the session, and a note; see `believed_geometry`."""
    size = recording.metadata.settings.settings.get("screen_size", "")
    area_mm = recording.tracker_info.display_area_mm
    return believed_geometry(geometry_of(recording), area_mm, is_assumed=size.startswith("assumed"))


def _print_tables(found: RecordingAccuracy) -> None:
    console = Console()
    # Units in the heads: with them in the cells a terminal of 80 columns would break every line.
    table = Table(
        "target", "eye", "offset\ndeg", "right\ndeg", "down\ndeg", "RMS-S2S\ndeg", "STD\ndeg", "BCEA\ndeg^2",
        "loss\n%", "rate\nHz", box=None, pad_edge=False,
    )  # fmt: skip
    for target in found.result.targets:
        table.add_row(
            str(target.target_id),
            target.eye.value,
            _number(target.accuracy.offset_deg),
            _number(target.accuracy.azimuth_offset_deg),
            _number(target.accuracy.elevation_offset_deg),
            _number(target.rms_s2s_deg),
            _number(target.std_deg),
            _number(target.bcea_deg2),
            _number(target.loss_percent, digits=1),
            _number(target.effective_rate_hz, digits=0),
        )
    console.print(table)
    for eye in found.result.eyes:
        console.print(
            f"{eye.eye.value:8}mean {_degrees(eye.mean_offset_deg)}, worst {_degrees(eye.worst_offset_deg)}, "
            f"RMS-S2S {_degrees(eye.mean_rms_s2s_deg)}, STD {_degrees(eye.mean_std_deg)}",
            highlight=False,
        )
    if found.validation is not None:
        click.echo(
            f"validation {found.validation + 1}, the last of {found.validation_count} in this recording; "
            f"the last {found.result.window_ms:g} ms of each target"
        )
    if found.note:
        click.echo(f"note: {found.note}")


def _degrees(value_deg: float) -> str:
    return _number(value_deg, "deg")


def _number(value: float, unit: str = "", digits: int = 3) -> str:
    return "-" if math.isnan(value) else f"{value:.{digits}f} {unit}".rstrip()


def _as_document(file: Path, found: RecordingAccuracy) -> dict[str, object]:
    screen = found.geometry.screen
    return {
        "file": str(file),
        "window_ms": found.result.window_ms,
        "screen_mm": [screen.width_mm, screen.height_mm],
        "distance_mm": found.geometry.distance_mm,
        "note": found.note,
        "validation": found.validation,
        "validation_count": found.validation_count,
        "targets": [_target_as_document(target) for target in found.result.targets],
        "eyes": [_eye_as_document(eye) for eye in found.result.eyes],
    }


def _target_as_document(target: TargetResult) -> dict[str, object]:
    values = asdict(target)
    offsets = values.pop("accuracy")
    return {**values, **offsets, "eye": target.eye.value}


def _eye_as_document(eye: EyeResult) -> dict[str, object]:
    return {**asdict(eye), "eye": eye.eye.value}
