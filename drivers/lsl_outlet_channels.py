"""What our own gaze stream says of itself: one channel per scalar, by the XDF gaze convention.

Labels are the names of `GAZE` columns, so that the driver of this program reads the stream back by them; the
convention's own words (type, eye, unit, coordinate system) serve everybody else.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from drivers.lsl_channels import OWN_NUMBER, OWN_PUPIL_UNITS
from gaze_core.channels import ChannelUnit, mappable_columns
from gaze_core.rows import NO_TIME, Rows
from gaze_core.streams import PupilUnit, TrackerInfo

DEVICE_SECONDS: Final = "device_time_s"
DEVICE_NANOSECONDS: Final = "device_time_ns"
FLAGS: Final = "flags"

_NS_PER_S: Final = 1_000_000_000
_SCREEN: Final = "display-area, origin top-left"
_ROOM: Final = "display-area centre, x right, y down, z towards the reader"
_POSITIONS: Final = ("left_x_norm", "right_x_norm", "x_norm")
_PUPIL_WORDS: Final = {
    PupilUnit.MM: ChannelUnit.MM,
    PupilUnit.PX: ChannelUnit.CAMERA_PIXELS,
    PupilUnit.ARBITRARY_AREA: ChannelUnit.ARBITRARY_AREA,
    PupilUnit.ARBITRARY_DIAMETER: ChannelUnit.ARBITRARY_DIAMETER,
}

Float64s = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletChannel:
    """One channel as it is declared; "" is not declared."""

    label: str
    kind: str  # `type` of the convention
    eye: str = ""
    unit: str = ""
    coordinate_system: str = ""

    def declared(self) -> tuple[tuple[str, str], ...]:
        """Return the elements of the channel in the description of the stream."""
        elements = (
            ("label", self.label),
            ("eye", self.eye),
            ("type", self.kind),
            ("unit", self.unit),
            ("coordinate_system", self.coordinate_system),
        )
        return tuple((name, text) for name, text in elements if text)


_COUNTERS: Final = (
    OutletChannel(label=OWN_NUMBER, kind="FrameNumber", unit="count"),
    OutletChannel(label=DEVICE_SECONDS, kind="DeviceTime", unit="s"),
    OutletChannel(label=DEVICE_NANOSECONDS, kind="DeviceTime", unit="ns"),
    OutletChannel(label=FLAGS, kind="Flags", unit="bits"),
)


def outlet_channels(info: TrackerInfo) -> tuple[OutletChannel, ...]:
    """Return the channels of our gaze stream for a tracker: what it delivers, its counter and its clock.

    A tracker that does not say what it delivers is given those of two eyes. The combined gaze is sent only
    for a tracker without single eyes.
    """
    delivered = {channel.mapped_to for channel in info.raw_channels} & set(mappable_columns())
    if not delivered & set(_POSITIONS):
        delivered |= set(mappable_columns())
    if info.pupil_unit is PupilUnit.NONE:
        delivered -= {"left_pupil", "right_pupil"}
    if delivered & {"left_x_norm", "right_x_norm"}:
        delivered -= {"x_norm"}
    columns = [column for column in mappable_columns() if _leader(column) in delivered]
    return (*(_channel(column, info.pupil_unit) for column in columns), *_COUNTERS)


class ChannelValues:
    """Makes what is sent of GAZE rows; in one go, since this happens in the tracker's thread."""

    def __init__(self, channels: tuple[OutletChannel, ...]) -> None:
        labels = [channel.label for channel in channels]
        self._count = len(labels)
        self._columns = [label for label in labels if label not in (DEVICE_SECONDS, DEVICE_NANOSECONDS)]
        # The columns as they lie in a row of channels, so that numpy converts all of them at once.
        self._row = np.dtype(
            {
                "names": self._columns,
                "formats": ["<f8"] * len(self._columns),
                "offsets": [8 * labels.index(label) for label in self._columns],
                "itemsize": 8 * self._count,
            }
        )
        self._seconds = labels.index(DEVICE_SECONDS)
        self._nanoseconds = labels.index(DEVICE_NANOSECONDS)

    def of(self, gaze: Rows) -> Float64s:
        """Return samples x channels, every value as it is in the row."""
        values = np.empty((len(gaze), self._count), np.float64)
        # A signalling NaN is as missing as any other: no reason for a warning of the processor.
        with np.errstate(invalid="ignore"):
            values.view(self._row)[:, 0] = gaze[self._columns]
        t_device_ns = gaze["t_device_ns"]
        seconds = t_device_ns // _NS_PER_S
        values[:, self._seconds] = seconds
        values[:, self._nanoseconds] = t_device_ns - seconds * _NS_PER_S
        is_unknown = t_device_ns == NO_TIME
        if is_unknown.any():
            values[is_unknown, self._seconds] = values[is_unknown, self._nanoseconds] = math.nan
        return values


def measured_host_ns(gaze: Rows, *, has_vendor_stamps: bool) -> npt.NDArray[np.int64]:
    """Return the host time of measurement: the vendor's estimate where there is one, else the arrival.

    Parameters
    ----------
    gaze
        GAZE rows.
    has_vendor_stamps
        False where the vendor's stamps are of another day: samples that come out of a file.
    """
    arrival_ns: npt.NDArray[np.int64] = gaze["t_host_ns"]
    if not has_vendor_stamps:
        return arrival_ns
    vendor_ns = gaze["t_vendor_host_ns"]
    return np.where(vendor_ns != NO_TIME, vendor_ns, arrival_ns)


def _leader(column: str) -> str:
    """Return the column whose delivery brings this one along: a validity follows what it is of."""
    eye, _, name = column.partition("_")
    if eye not in ("left", "right"):
        return "x_norm"
    if name in ("pupil", "pupil_valid"):
        return f"{eye}_pupil"
    if name.startswith("openness"):
        return f"{eye}_openness_mm"
    return f"{eye}_origin_x_mm" if name.startswith("origin") else f"{eye}_x_norm"


def _channel(column: str, pupil_unit: PupilUnit) -> OutletChannel:
    eye = column.partition("_")[0] if column.startswith(("left_", "right_")) else "both"
    if column.endswith("valid"):
        return OutletChannel(label=column, kind="Validity", eye=eye, unit="flag")
    if column.endswith("_pupil"):
        unit = _PUPIL_WORDS[pupil_unit]
        kind = "Area" if unit is ChannelUnit.ARBITRARY_AREA else "Diameter"
        word = next(word for word, each in OWN_PUPIL_UNITS.items() if each is unit)
        return OutletChannel(label=column, kind=kind, eye=eye, unit=word)
    if "openness" in column:
        return OutletChannel(label=column, kind="Openness", eye=eye, unit="mm")
    if "_origin_" in column:
        axis = column.split("_")[2].upper()
        return OutletChannel(
            label=column, kind=f"Position{axis}", eye=eye, unit="mm", coordinate_system=_ROOM
        )
    axis = "X" if column.endswith("x_norm") else "Y"
    return OutletChannel(
        label=column, kind=f"Screen{axis}", eye=eye, unit="normalized", coordinate_system=_SCREEN
    )
