"""What the columns of a gaze table mean: declared in code for known tables, in JSON for others.

::

    {"time": {"column": "timestamp", "unit": "ms"},
     "screen": {"width_px": 1920, "height_px": 1080, "width_mm": 528.0, "height_mm": 297.0},
     "channels": {"left_x": {"column": "left_x_norm", "unit": "pixels-from-centre"}, ...},
     "targets": {"id": "target_id", "x": "tar_x", "y": "tar_y", "unit": "pixels-from-centre", "none": -1},
     "tracker": {"model": "Tobii Pro Spectrum", "rate_hz": 600}}

``targets`` and ``tracker`` may be left out, and ``missing_values``, ``zero_is_missing`` and
``confidence_threshold`` added, as in `gaze_core.channel_json`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final

from gaze_core.channel_json import (
    MAPPING_KEYS,
    MAX_MAPPING_BYTES,
    Json,
    expect_keys,
    expect_number,
    expect_object,
    expect_text,
    mapping_from_object,
    mapping_help,
    parse_json_object,
)
from gaze_core.channels import (
    ChannelMapping,
    ChannelMappingError,
    ChannelUnit,
    ChannelUse,
    ScreenSize,
    units_of_column,
)
from recordings_schema.errors import RecordingError


class GazeTableError(RecordingError):
    """A gaze table or its mapping cannot be read; the text names the line or the key."""


class TimeUnit(str, Enum):
    """Unit of the time column."""

    S = "s"
    MS = "ms"
    US = "us"
    NS = "ns"

    @property
    def nanoseconds(self) -> int:
        """Nanoseconds in one unit."""
        return {"s": 1_000_000_000, "ms": 1_000_000, "us": 1_000, "ns": 1}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetColumns:
    """The columns that tell which target was shown with each sample."""

    target_id: str
    x: str
    y: str
    unit: ChannelUnit
    no_target: float = -1.0  # value of `target_id` while none was shown


@dataclass(frozen=True, slots=True, kw_only=True)
class GazeTableMapping:
    """What the columns of a gaze table mean."""

    channels: ChannelMapping
    time_column: str
    time_unit: TimeUnit
    screen: ScreenSize
    display_area_mm: tuple[float, float] | None = None  # width, height
    targets: TargetColumns | None = None
    model: str = "gaze table"
    rate_hz: float | None = None  # setting of the tracker; None: the median interval

    def columns(self) -> set[str]:
        """Return every column of the table that the mapping names."""
        names = {use.channel for use in self.channels.uses} | {self.time_column}
        if self.targets is not None:
            names |= {self.targets.target_id, self.targets.x, self.targets.y}
        return names

    def check_columns(self, header: Sequence[str]) -> None:
        """Refuse a header that lacks a column of the mapping."""
        absent = sorted(self.columns() - set(header))
        if absent:
            raise GazeTableError(
                f"The gaze table has no column {absent[0]!r}, which its mapping names; "
                f"its columns are: {', '.join(header)}. Correct the mapping."
            )


def read_gaze_table_mapping(path: Path) -> GazeTableMapping:
    """Read a mapping file.

    Raises
    ------
    GazeTableError
        If it cannot be read or is not a mapping.
    """
    try:
        if path.stat().st_size > MAX_MAPPING_BYTES:
            raise GazeTableError(f"{path.name} is too large for a mapping file; name another.", path=path)
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise GazeTableError(f"The mapping file {path.name} cannot be read: {error}.", path=path) from error
    return parse_gaze_table_mapping(text, f"The mapping file {path.name}")


def parse_gaze_table_mapping(text: str, where: str) -> GazeTableMapping:
    """Return the mapping a JSON text declares; unknown keys and wrong types are refused.

    Raises
    ------
    GazeTableError
        If it is not such a mapping; the text names the key.
    """
    try:
        return _from_object(parse_json_object(text, where), where)
    except ChannelMappingError as error:
        raise GazeTableError(str(error)) from error


def table_skeleton(columns: Iterable[str]) -> str:
    """Return a mapping file for these columns to fill in, and how."""
    skeleton: dict[str, Json] = {
        "time": {"column": "", "unit": "ms"},
        "screen": {"width_px": 1920, "height_px": 1080},
        "channels": dict.fromkeys(columns),
    }
    return f"{json.dumps(skeleton, indent=2, ensure_ascii=False)}\n{mapping_help()}"


def _from_object(parsed: dict[str, Json], where: str) -> GazeTableMapping:
    known = ("time", "screen", *MAPPING_KEYS, "targets", "tracker")
    expect_keys(parsed, where, ("time", "screen", "channels"), known)
    time = expect_object(parsed["time"], f"'time' of {where}")
    expect_keys(time, f"'time' of {where}", ("column", "unit"), ("column", "unit"))
    screen, display_area_mm = _screen(expect_object(parsed["screen"], f"'screen' of {where}"), where)
    model, rate_hz = _tracker(expect_object(parsed.get("tracker", {}), f"'tracker' of {where}"), where)
    channels = expect_object(parsed["channels"], f"'channels' of {where}")
    return GazeTableMapping(
        channels=mapping_from_object(parsed, where, list(channels)),
        time_column=expect_text(time["column"], f"'column' in 'time' of {where}"),
        time_unit=_time_unit(expect_text(time["unit"], f"'unit' in 'time' of {where}"), where),
        screen=screen,
        display_area_mm=display_area_mm,
        targets=_targets(parsed.get("targets"), where),
        model=model,
        rate_hz=rate_hz,
    )


def _screen(value: dict[str, Json], where: str) -> tuple[ScreenSize, tuple[float, float] | None]:
    where = f"'screen' of {where}"
    expect_keys(value, where, ("width_px", "height_px"), ("width_px", "height_px", "width_mm", "height_mm"))
    size = {key: expect_number(each, f"{key!r} in {where}") for key, each in value.items()}
    if any(each <= 0 for each in size.values()):
        raise ChannelMappingError(f"{where} has a size that is not above 0.")
    if ("width_mm" in size) != ("height_mm" in size):
        raise ChannelMappingError(f"{where} names only one of width_mm and height_mm; name both or none.")
    area_mm = (size["width_mm"], size["height_mm"]) if "width_mm" in size else None
    return ScreenSize(width_px=size["width_px"], height_px=size["height_px"]), area_mm


def _tracker(value: dict[str, Json], where: str) -> tuple[str, float | None]:
    where = f"'tracker' of {where}"
    expect_keys(value, where, (), ("model", "rate_hz"))
    model = expect_text(value.get("model", "gaze table"), f"'model' in {where}")
    if "rate_hz" not in value:
        return model, None
    rate_hz = expect_number(value["rate_hz"], f"'rate_hz' in {where}")
    if rate_hz <= 0:
        raise ChannelMappingError(f"'rate_hz' in {where} must be above 0.")
    return model, rate_hz


def _targets(value: Json, where: str) -> TargetColumns | None:
    if value is None:
        return None
    where = f"'targets' of {where}"
    columns = expect_object(value, where)
    expect_keys(columns, where, ("id", "x", "y", "unit"), ("id", "x", "y", "unit", "none"))
    unit = expect_text(columns["unit"], f"'unit' in {where}")
    allowed = [each.value for each in units_of_column("x_norm")]
    if unit not in allowed:
        raise ChannelMappingError(f"'unit' in {where} is {unit!r}; use one of: {', '.join(allowed)}.")
    return TargetColumns(
        target_id=expect_text(columns["id"], f"'id' in {where}"),
        x=expect_text(columns["x"], f"'x' in {where}"),
        y=expect_text(columns["y"], f"'y' in {where}"),
        unit=ChannelUnit(unit),
        no_target=expect_number(columns.get("none", -1), f"'none' in {where}"),
    )


def _time_unit(text: str, where: str) -> TimeUnit:
    units = [unit.value for unit in TimeUnit]
    if text not in units:
        raise ChannelMappingError(f"'unit' in 'time' of {where} is {text!r}; use one of: {', '.join(units)}.")
    return TimeUnit(text)


def _centred(column: str) -> ChannelUse:
    return ChannelUse(channel=column, column=f"{column}_norm", unit=ChannelUnit.PIXELS_FROM_CENTRE)


SPECTRUM_VALIDATION: Final = GazeTableMapping(
    channels=ChannelMapping(
        uses=tuple(_centred(name) for name in ("left_x", "left_y", "right_x", "right_y"))
    ),
    time_column="timestamp",
    time_unit=TimeUnit.MS,
    screen=ScreenSize(width_px=1920, height_px=1080),
    display_area_mm=(528.0, 297.0),
    targets=TargetColumns(target_id="target_id", x="tar_x", y="tar_y", unit=ChannelUnit.PIXELS_FROM_CENTRE),
    model="Tobii Pro Spectrum",
    rate_hz=600.0,
)
"""The binocular validation recording published with the ETDQualitizer library.

Gaze and targets are px from the screen centre; the direction of y is not stated by the source, taken as down.
"""

BUILT_IN_MAPPINGS: Final = (SPECTRUM_VALIDATION,)
