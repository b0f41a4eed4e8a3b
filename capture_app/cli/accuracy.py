"""`reading-station accuracy`: how well gaze met the targets of a recording."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

import click
import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from calibration import EyeResult, TargetResult, ValidationResult, rows_of_targets, validate_targets
from capture_app.cli.commands import print_json
from capture_app.cli.exits import CommandError, ExitCode
from capture_app.session.results import geometry_of
from gaze_core.geometry import ViewingGeometry
from recordings_schema.errors import RecordingError
from recordings_schema.layout import DatasetKey
from recordings_schema.reader import Recording

_PLAYBACK: Final = "playback"
_MOST_DIFFERENCE: Final = 0.02
"""The tracker's display area and the session's screen must agree so well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingAccuracy:
    """The validation of a recording, and what its degrees stand on."""

    result: ValidationResult
    geometry: ViewingGeometry
    note: str  # a sentence about the size of the screen, "" where there is nothing to say


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
    except RecordingError as err:
        raise CommandError(str(err), ExitCode.INPUT) from err
    except ValueError as err:
        raise CommandError(f"{file}: {err}", ExitCode.INPUT) from err
    if not found.result.targets:
        raise CommandError(f"{file} holds no targets, so its accuracy cannot be told.", ExitCode.INPUT)
    if as_json:
        print_json(_as_document(file, found))
    else:
        _print_tables(found)


def accuracy_of(recording: Recording, window_ms: float = math.nan) -> RecordingAccuracy:
    """Return how well the gaze of a recording met its targets.

    Raises
    ------
    ValueError
        If samples cannot be told to targets; see `calibration.rows_of_targets`.
    """
    gaze, targets = recording.gaze(), recording.rows(DatasetKey.TARGETS)
    geometry, note = _geometry(recording)
    ranges = rows_of_targets(_times_ns(recording), targets)
    result = validate_targets(gaze, targets, ranges, geometry, window_ms=window_ms)
    return RecordingAccuracy(result=result, geometry=geometry, note=note)


def _times_ns(recording: Recording) -> npt.NDArray[np.int64]:
    if recording.tracker_info.driver == _PLAYBACK:
        # The targets of a played file moved with its arrivals, at whatever speed.
        return np.asarray(recording.gaze()["t_host_ns"])
    return recording.host_times_ns()


def _geometry(recording: Recording) -> tuple[ViewingGeometry, str]:
    """Return the geometry of the session, and a note; a size nobody measured gives way to the tracker's."""
    geometry = geometry_of(recording)
    area_mm = recording.tracker_info.display_area_mm
    if area_mm is None:
        return geometry, ""
    screen = geometry.screen
    ratios = (screen.width_mm / area_mm[0], screen.height_mm / area_mm[1])
    if all(abs(ratio - 1.0) <= _MOST_DIFFERENCE for ratio in ratios):
        return geometry, ""
    sizes = (
        f"{screen.width_mm:.0f} x {screen.height_mm:.0f} mm",
        f"{area_mm[0]:.0f} x {area_mm[1]:.0f} mm",
    )
    if recording.metadata.settings.settings.get("screen_size", "").startswith("assumed"):
        believed = replace(screen, width_mm=area_mm[0], height_mm=area_mm[1])
        text = f"The screen was not measured; the {sizes[1]} that the tracker states are used."
        return ViewingGeometry(believed, geometry.distance_mm), text
    text = f"The screen has {sizes[0]} by the session and {sizes[1]} by the tracker; check which is right."
    return geometry, text


def _print_tables(found: RecordingAccuracy) -> None:
    console = Console()
    table = Table(
        "target", "eye", "offset", "right", "down", "RMS-S2S", "STD", "BCEA deg^2", "loss", "rate",
        box=None, pad_edge=False,
    )  # fmt: skip
    for target in found.result.targets:
        table.add_row(
            str(target.target_id),
            target.eye.value,
            _degrees(target.accuracy.offset_deg),
            _degrees(target.accuracy.azimuth_offset_deg),
            _degrees(target.accuracy.elevation_offset_deg),
            _degrees(target.rms_s2s_deg),
            _degrees(target.std_deg),
            _number(target.bcea_deg2),
            f"{target.loss_percent:.1f} %",
            f"{target.effective_rate_hz:.0f} Hz",
        )
    console.print(table)
    for eye in found.result.eyes:
        console.print(
            f"{eye.eye.value:8}mean {_degrees(eye.mean_offset_deg)}, worst {_degrees(eye.worst_offset_deg)}, "
            f"RMS-S2S {_degrees(eye.mean_rms_s2s_deg)}, STD {_degrees(eye.mean_std_deg)}",
            highlight=False,
        )
    if found.note:
        click.echo(f"note: {found.note}")


def _degrees(value_deg: float) -> str:
    return f"{_number(value_deg)} deg"


def _number(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.3f}"


def _as_document(file: Path, found: RecordingAccuracy) -> dict[str, object]:
    screen = found.geometry.screen
    return {
        "file": str(file),
        "window_ms": found.result.window_ms,
        "screen_mm": [screen.width_mm, screen.height_mm],
        "distance_mm": found.geometry.distance_mm,
        "note": found.note,
        "targets": [_target_as_document(target) for target in found.result.targets],
        "eyes": [_eye_as_document(eye) for eye in found.result.eyes],
    }


def _target_as_document(target: TargetResult) -> dict[str, object]:
    values = asdict(target)
    offsets = values.pop("accuracy")
    return {**values, **offsets, "eye": target.eye.value}


def _eye_as_document(eye: EyeResult) -> dict[str, object]:
    return {**asdict(eye), "eye": eye.eye.value}
