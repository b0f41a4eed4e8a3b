"""Foreign gaze channels made `GAZE` columns: which channel feeds which column, in which unit.

Used for every source whose channels are named by somebody else: network streams and gaze tables. The
values as delivered are kept beside by whoever calls this; nothing is clamped here, and what the source
calls missing or invalid becomes NaN with validity 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np
import numpy.typing as npt

from gaze_core.rows import GAZE, Rows
from gaze_core.streams import PupilUnit

Float64s = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

EYES: Final = ("left_", "right_", "")
"""Prefixes of the columns of the left eye, the right eye and the combined gaze."""


class ChannelMappingError(ValueError):
    """A mapping of channels contradicts itself or what it is meant for; the text says where."""


class ChannelUnit(str, Enum):
    """Unit and frame of a foreign channel."""

    NORMALIZED = "normalized"  # fraction of the screen, origin top left, y down
    NORMALIZED_Y_UP = "normalized-y-up"  # origin bottom left
    PIXELS = "pixels"  # of the screen, origin top left, y down
    PIXELS_FROM_CENTRE = "pixels-from-centre"  # of the screen, origin its centre, y down
    PIXELS_FROM_CENTRE_Y_UP = "pixels-from-centre-y-up"
    MM = "mm"
    METRES = "m"
    CAMERA_PIXELS = "camera-pixels"  # pupil diameter in the picture of an eye camera
    ARBITRARY_AREA = "arbitrary-area"
    ARBITRARY_DIAMETER = "arbitrary-diameter"
    FLAG = "flag"  # not 0: valid
    CONFIDENCE = "confidence"  # 0..1, valid from the mapping's threshold on


_U = ChannelUnit
_POSITION_UNITS: Final = (
    _U.NORMALIZED, _U.NORMALIZED_Y_UP, _U.PIXELS, _U.PIXELS_FROM_CENTRE, _U.PIXELS_FROM_CENTRE_Y_UP,
)  # fmt: skip
_PUPIL_UNITS: Final = (_U.MM, _U.METRES, _U.CAMERA_PIXELS, _U.ARBITRARY_AREA, _U.ARBITRARY_DIAMETER)
_LENGTH_UNITS: Final = (_U.MM, _U.METRES)
_VALIDITY_UNITS: Final = (_U.FLAG, _U.CONFIDENCE)
_STORED_PUPIL_UNITS: Final = {
    _U.MM: PupilUnit.MM,
    _U.METRES: PupilUnit.MM,
    _U.CAMERA_PIXELS: PupilUnit.PX,
    _U.ARBITRARY_AREA: PupilUnit.ARBITRARY_AREA,
    _U.ARBITRARY_DIAMETER: PupilUnit.ARBITRARY_DIAMETER,
}
_MM_PER_M: Final = 1000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenSize:
    """Size of the screen that pixel channels refer to."""

    width_px: float
    height_px: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelUse:
    """One foreign channel and the `GAZE` column it feeds."""

    channel: str  # field of the raw rows
    column: str
    unit: ChannelUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelMapping:
    """All channels of a source that feed `GAZE` columns, and what the source calls missing.

    Raises
    ------
    ChannelMappingError
        If the uses contradict each other.
    """

    uses: tuple[ChannelUse, ...]
    missing_values: tuple[float, ...] = ()  # as delivered, in any position, pupil, openness or origin channel
    is_zero_missing: bool = False  # position (0, 0) and pupil 0 mean missing
    confidence_threshold: float = 0.6  # 0..1

    def __post_init__(self) -> None:
        _check_uses(self.uses)
        if not 0.0 <= self.confidence_threshold <= 1.0:
            raise ChannelMappingError(
                f"The confidence threshold is {self.confidence_threshold:g}; give a number from 0 to 1."
            )

    def column_of(self, channel: str) -> str:
        """Return the column a channel feeds, "" where none."""
        return next((use.column for use in self.uses if use.channel == channel), "")

    def pupil_unit(self) -> PupilUnit:
        """Return the unit of the pupil columns."""
        for use in self.uses:
            if use.column.endswith("_pupil"):
                return _STORED_PUPIL_UNITS[use.unit]
        return PupilUnit.NONE


def units_of_column(column: str) -> tuple[ChannelUnit, ...]:
    """Return the units a channel may have that feeds a column; empty where none may feed it."""
    is_eye = column.startswith(("left_", "right_"))
    name = column.split("_", 1)[1] if is_eye else column
    if name in ("x_norm", "y_norm"):
        return _POSITION_UNITS
    if name == "valid" or (is_eye and name in ("pupil_valid", "openness_valid", "origin_valid")):
        return _VALIDITY_UNITS
    if is_eye and name == "pupil":
        return _PUPIL_UNITS
    if is_eye and name in ("openness_mm", "origin_x_mm", "origin_y_mm", "origin_z_mm"):
        return _LENGTH_UNITS
    return ()


def mappable_columns() -> tuple[str, ...]:
    """Return the `GAZE` columns a foreign channel may feed."""
    return tuple(column.name for column in GAZE.columns if units_of_column(column.name))


def normalise_channels(raw: Rows, mapping: ChannelMapping, screen: ScreenSize) -> Rows:
    """Return `GAZE` rows with the mapped columns filled; times, seq and flags are left to the caller.

    Parameters
    ----------
    raw
        Structured rows that have every channel of the mapping as a field.
    mapping
        What feeds what.
    screen
        Size of the screen that pixel units refer to.
    """
    gaze = GAZE.empty(len(raw))
    uses = {use.column: use for use in mapping.uses}
    for eye in EYES:
        _fill_group(gaze, raw, mapping, uses, screen, (f"{eye}x_norm", f"{eye}y_norm"), f"{eye}valid")
        if eye:
            origin = tuple(f"{eye}origin_{axis}_mm" for axis in "xyz")
            _fill_group(gaze, raw, mapping, uses, screen, (f"{eye}pupil",), f"{eye}pupil_valid")
            _fill_group(gaze, raw, mapping, uses, screen, (f"{eye}openness_mm",), f"{eye}openness_valid")
            _fill_group(gaze, raw, mapping, uses, screen, origin, f"{eye}origin_valid")
    return gaze


def convert_channel(values: Float64s, column: str, unit: ChannelUnit, screen: ScreenSize) -> Float64s:
    """Return values of a channel in the unit of the `GAZE` column it feeds."""
    size_px = screen.height_px if column.endswith("y_norm") else screen.width_px
    if unit is ChannelUnit.NORMALIZED_Y_UP and column.endswith("y_norm"):
        return 1.0 - values
    if unit is ChannelUnit.PIXELS:
        return values / size_px
    if unit is ChannelUnit.PIXELS_FROM_CENTRE_Y_UP and column.endswith("y_norm"):
        return 0.5 - values / size_px
    if unit in (ChannelUnit.PIXELS_FROM_CENTRE, ChannelUnit.PIXELS_FROM_CENTRE_Y_UP):
        return values / size_px + 0.5
    if unit is ChannelUnit.METRES:
        return values * _MM_PER_M
    return values


def _fill_group(
    gaze: Rows,
    raw: Rows,
    mapping: ChannelMapping,
    uses: dict[str, ChannelUse],
    screen: ScreenSize,
    columns: Sequence[str],
    validity: str,
) -> None:
    """Fill columns that are valid together, and their validity column."""
    if not all(column in uses for column in columns):
        return
    delivered = [_as_float64(raw[uses[column].channel]) for column in columns]
    is_valid = np.all([np.isfinite(values) for values in delivered], axis=0)
    for missing in mapping.missing_values:
        is_valid &= ~np.any([values == missing for values in delivered], axis=0)
    if mapping.is_zero_missing and not columns[0].endswith("_mm"):
        is_valid &= np.any([values != 0.0 for values in delivered], axis=0)
    if validity in uses:
        is_valid &= _validity(raw, uses[validity], mapping)
    for column, values in zip(columns, delivered, strict=True):
        converted = convert_channel(values, column, uses[column].unit, screen)
        gaze[column] = np.where(is_valid, converted, np.nan)
    gaze[validity] = is_valid


def _validity(raw: Rows, use: ChannelUse, mapping: ChannelMapping) -> Bools:
    values = _as_float64(raw[use.channel])
    if use.unit is ChannelUnit.CONFIDENCE:
        is_valid: Bools = values >= mapping.confidence_threshold
    else:
        is_valid = np.isfinite(values) & (values != 0.0)
    return is_valid


def _as_float64(values: npt.NDArray[np.generic]) -> Float64s:
    # A signalling NaN is as missing as any other: no reason for a warning of the processor.
    with np.errstate(invalid="ignore"):
        return values.astype(np.float64)


def _check_uses(uses: tuple[ChannelUse, ...]) -> None:
    columns = [use.column for use in uses]
    for use in uses:
        allowed = units_of_column(use.column)
        if not allowed:
            is_exchanged = bool(units_of_column(use.channel) or units_of_column(f"{use.channel}_norm"))
            hint = (
                " The two names are exchanged: write the table's own name first and the recording's under "
                "'column'."
                if is_exchanged
                else ""
            )
            raise ChannelMappingError(
                f"Channel {use.channel!r} is mapped to {use.column!r}, which is no name to map to; "
                f"those are: {', '.join(mappable_columns())}.{hint}"
            )
        if use.unit not in allowed:
            listed = ", ".join(unit.value for unit in allowed)
            raise ChannelMappingError(
                f"Channel {use.channel!r} is mapped to {use.column} in {use.unit.value!r}; "
                f"the units for that column are: {listed}."
            )
        if columns.count(use.column) > 1:
            raise ChannelMappingError(f"Several channels are mapped to {use.column}; map only one of them.")
    for eye in EYES:
        _check_complete(columns, (f"{eye}x_norm", f"{eye}y_norm"))
        _check_complete(columns, tuple(f"{eye}origin_{axis}_mm" for axis in "xyz") if eye else ())
    if "x_norm" in columns and ("left_x_norm" in columns or "right_x_norm" in columns):
        raise ChannelMappingError(
            "Channels are mapped both to single eyes and to the combined gaze (x_norm, y_norm); "
            "map the single eyes only."
        )
    pupils = {_STORED_PUPIL_UNITS[use.unit] for use in uses if use.column.endswith("_pupil")}
    if len(pupils) > 1:
        raise ChannelMappingError("The pupils of the two eyes are mapped in different units; use one unit.")


def _check_complete(columns: list[str], group: tuple[str, ...]) -> None:
    present = [column for column in group if column in columns]
    if present and len(present) < len(group):
        absent = ", ".join(column for column in group if column not in columns)
        raise ChannelMappingError(
            f"Channels are mapped to {', '.join(present)} but none to {absent}; map all or none."
        )
