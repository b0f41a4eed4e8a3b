"""Which channel label of which sender means what: the visible table, and the rules for unknown senders.

A sender is recognised by its labels and by what it declares beside them. Where no sender of `SENDERS` fits,
the channel metadata of the XDF gaze convention (type or metatype, eye, unit) decide, then label patterns; a
unit that is not declared is never guessed. Whatever is mapped or not, every channel stays in the raw rows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from gaze_core.channel_json import mapping_help, mapping_skeleton
from gaze_core.channels import ChannelMapping, ChannelMappingError, ChannelUnit, ChannelUse, mappable_columns
from gaze_core.channels import ChannelUnit as U


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelDescription:
    """One channel as the sender describes it; "" where it says nothing."""

    field: str  # name in the raw rows: the label, made unique
    label: str
    kind: str = ""  # `type` or `metatype` of the channel
    eye: str = ""
    unit: str = ""
    coordinate_system: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownChannel:
    """A row of a sender's table."""

    label: str  # compared without case
    column: str
    unit: ChannelUnit
    declared_units: tuple[str, ...] = ("",)  # units the sender may declare; another one is another sender
    other_units: Mapping[str, ChannelUnit] = field(default_factory=dict)  # may be declared too

    def unit_declared(self, declared: str) -> ChannelUnit | None:
        """Return the unit a declared one means, None where this sender would not declare it."""
        return self.unit if declared in self.declared_units else self.other_units.get(declared)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """A known sender of gaze streams."""

    name: str
    summary: str
    recognised_by: tuple[str, ...]  # labels that must all be there
    channels: tuple[KnownChannel, ...]
    frame: str = "screen"  # what positions refer to
    caution: str = ""  # told to the operator when the stream is opened
    missing_values: tuple[float, ...] = ()
    is_zero_missing: bool = False
    numbered_by: str = ""  # label of the channel that counts the samples
    needs_coordinate_system: str = ""  # text that the coordinate system of every recognising label holds


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderMapping:
    """How a stream is understood, and by which table."""

    sender: str
    mapping: ChannelMapping
    frame: str
    caution: str
    number_field: str = ""  # field of the raw rows that counts the samples, "" where none does


_NORMALIZED: Final = ("normalized", "normalised", "screencoords", "")
_DISPLAY_AREA: Final = "display-area"
_SCENE_CAUTION: Final = (
    "This stream gives gaze in the picture of a scene camera, not on the screen; it is recorded as delivered "
    "and no gaze on the screen is shown."
)


def _c(label: str, column: str, unit: U, declared: tuple[str, ...] = ("",)) -> KnownChannel:
    return KnownChannel(label=label, column=column, unit=unit, declared_units=declared)


def _own_channel(column: str) -> KnownChannel:
    if column.endswith("valid"):
        return _c(column, column, U.FLAG, ("flag",))
    if column.endswith("_norm"):
        return _c(column, column, U.NORMALIZED, ("normalized",))
    if column.endswith("_pupil"):
        return KnownChannel(
            label=column, column=column, unit=U.MM, declared_units=("mm",), other_units=OWN_PUPIL_UNITS
        )
    return _c(column, column, U.MM, ("mm",))


OWN_PUPIL_UNITS: Final = {
    "mm": U.MM,
    "pixels": U.CAMERA_PIXELS,
    "arbitrary-area": U.ARBITRARY_AREA,
    "arbitrary-diameter": U.ARBITRARY_DIAMETER,
}
"""Units of pupils in our own convention, as declared."""

OWN_NUMBER: Final = "seq"
"""Label of the channel with which our own outlet counts the samples of the tracker."""

_OWN_CHANNELS: Final = tuple(_own_channel(column) for column in mappable_columns())


def _own(*recognised_by: str) -> Sender:
    return Sender(
        name="reading-station",
        summary="own convention: labels are gaze columns, normalized, display area, origin top left",
        recognised_by=recognised_by,
        channels=_OWN_CHANNELS,
        numbered_by=OWN_NUMBER,
        needs_coordinate_system=_DISPLAY_AREA,
    )


def _gazepoint(*recognised_by: str) -> Sender:
    is_combined = recognised_by == ("BPOGX", "BPOGY")
    positions = (
        (_c("BPOGX", "x_norm", U.NORMALIZED, _NORMALIZED), _c("BPOGY", "y_norm", U.NORMALIZED, _NORMALIZED),
         _c("BPOGV", "valid", U.FLAG, ("", "flag", "bool")))
        if is_combined
        else tuple(
            _c(f"{side[0].upper()}POG{axis}", f"{side}_{column}", unit, declared)
            for side in ("left", "right")
            for axis, column, unit, declared in (
                ("X", "x_norm", U.NORMALIZED, _NORMALIZED),
                ("Y", "y_norm", U.NORMALIZED, _NORMALIZED),
                ("V", "valid", U.FLAG, ("", "flag", "bool")),
            )
        )
    )  # fmt: skip
    return Sender(
        name="gazepoint",
        summary="bridges with Open Gaze field names; FPOG is filtered by the tracker and never used",
        recognised_by=recognised_by,
        channels=(
            *positions,
            _c("LPMM", "left_pupil", U.MM, ("mm", "")),
            _c("LPMMV", "left_pupil_valid", U.FLAG, ("", "flag", "bool")),
            _c("RPMM", "right_pupil", U.MM, ("mm", "")),
            _c("RPMMV", "right_pupil_valid", U.FLAG, ("", "flag", "bool")),
        ),
    )


SENDERS: Final[tuple[Sender, ...]] = (
    _own("left_x_norm", "left_y_norm", "right_x_norm", "right_y_norm"),
    _own("left_x_norm", "left_y_norm"),
    _own("right_x_norm", "right_y_norm"),
    _own("x_norm", "y_norm"),
    Sender(
        name="pupil-capture",
        summary="Pupil Capture relay, 22 channels; eye 0 is the right one; y up",
        recognised_by=("confidence", "norm_pos_x", "norm_pos_y"),
        channels=(
            _c("confidence", "valid", U.CONFIDENCE, ("normalized", "")),
            _c("norm_pos_x", "x_norm", U.NORMALIZED_Y_UP, _NORMALIZED),
            _c("norm_pos_y", "y_norm", U.NORMALIZED_Y_UP, _NORMALIZED),
            _c("diameter0_3d", "right_pupil", U.MM, ("mm",)),
            _c("diameter1_3d", "left_pupil", U.MM, ("mm",)),
        ),
        frame="scene camera",
        caution=(
            "Pupil Capture gives positions in the picture of its scene camera; they are gaze on the screen "
            "only if that picture shows the screen alone. Check this before measuring."
        ),
    ),
    Sender(
        name="pupil-glasses",
        summary="Pupil Invisible and Neon relay: scene camera pixels, no gaze on the screen",
        recognised_by=("x", "y"),
        channels=(),
        frame="scene camera",
        caution=_SCENE_CAUTION,
        needs_coordinate_system="world",
    ),
    Sender(
        name="tobii-pro-app",
        summary="TobiiPro app: normalized, NaN where invalid, declares 600 Hz whatever the tracker does",
        recognised_by=("left_x", "left_y", "right_x", "right_y"),
        channels=(
            _c("left_x", "left_x_norm", U.NORMALIZED, ("screencoords", "normalized")),
            _c("left_y", "left_y_norm", U.NORMALIZED, ("screencoords", "normalized")),
            _c("left_pupil", "left_pupil", U.MM, ("", "mm")),
            _c("right_x", "right_x_norm", U.NORMALIZED, ("screencoords", "normalized")),
            _c("right_y", "right_y_norm", U.NORMALIZED, ("screencoords", "normalized")),
            _c("right_pupil", "right_pupil", U.MM, ("", "mm")),
        ),
    ),
    Sender(
        name="tobii-stream-engine",
        summary="Tobii Stream Engine app: combined gaze, normalized, NaN where invalid",
        recognised_by=("x", "y"),
        channels=(
            _c("x", "x_norm", U.NORMALIZED, ("normalized", "normalised")),
            _c("y", "y_norm", U.NORMALIZED, ("normalized", "normalised")),
        ),
    ),
    Sender(
        name="eyelink",
        summary="old EyeLink app: screen pixels, pupil area, missing eye 0 or -32768",
        recognised_by=("leftEyeX", "leftEyeY", "rightEyeX", "rightEyeY"),
        channels=(
            _c("leftEyeX", "left_x_norm", U.PIXELS, ("", "pixels")),
            _c("leftEyeY", "left_y_norm", U.PIXELS, ("", "pixels")),
            _c("rightEyeX", "right_x_norm", U.PIXELS, ("", "pixels")),
            _c("rightEyeY", "right_y_norm", U.PIXELS, ("", "pixels")),
            _c("leftPupilArea", "left_pupil", U.ARBITRARY_AREA),
            _c("rightPupilArea", "right_pupil", U.ARBITRARY_AREA),
        ),
        caution="This sender asks the EyeLink for its newest sample: samples may be repeated or skipped.",
        missing_values=(-32768.0,),
        is_zero_missing=True,
    ),
    _gazepoint("LPOGX", "LPOGY"),
    _gazepoint("RPOGX", "RPOGY"),
    _gazepoint("BPOGX", "BPOGY"),
)


def map_channels(stream: str, channels: tuple[ChannelDescription, ...]) -> SenderMapping:
    """Return how the channels of a stream are understood.

    Parameters
    ----------
    stream
        Name of the stream, for the message.
    channels
        Its channels in order.

    Raises
    ------
    ChannelMappingError
        If nothing is known about them; the text lists the labels and a mapping file to fill in.
    """
    for sender in SENDERS:
        mapping = _map_by_table(sender, channels)
        if mapping is not None:
            return SenderMapping(
                sender=sender.name,
                mapping=mapping,
                frame=sender.frame,
                caution=sender.caution,
                number_field=_number_field(sender, channels),
            )
    mapping = _map_by_metadata(channels)
    if mapping is not None:
        return SenderMapping(sender="by metadata", mapping=mapping, frame="screen", caution="")
    fields = [channel.field for channel in channels]
    raise ChannelMappingError(
        f"The channels of the gaze stream {stream!r} are not known: {', '.join(fields)}. Save the following "
        f"as a file, fill it in, and name it with the option mapping=FILE.\n{mapping_skeleton(fields)}\n"
        f"{mapping_help()}"
    )


def _number_field(sender: Sender, channels: tuple[ChannelDescription, ...]) -> str:
    if not sender.numbered_by:
        return ""
    return next((channel.field for channel in channels if channel.label == sender.numbered_by), "")


def _map_by_table(sender: Sender, channels: tuple[ChannelDescription, ...]) -> ChannelMapping | None:
    by_label = {channel.label.casefold(): channel for channel in channels}
    if len(by_label) < len(channels):
        return None  # a label stands twice: no table can tell which is meant
    for label in sender.recognised_by:
        channel = by_label.get(label.casefold())
        if channel is None or sender.needs_coordinate_system not in channel.coordinate_system.casefold():
            return None
    uses = []
    for known in sender.channels:
        channel = by_label.get(known.label.casefold())
        if channel is None:
            continue
        unit = known.unit_declared(channel.unit.casefold())
        if unit is not None:
            uses.append(ChannelUse(channel=channel.field, column=known.column, unit=unit))
        elif known.label in sender.recognised_by:
            return None
    return ChannelMapping(
        uses=_complete_only(uses),
        missing_values=sender.missing_values,
        is_zero_missing=sender.is_zero_missing,
    )


_SCREEN_UNITS: Final = {
    "normalized": U.NORMALIZED,
    "normalised": U.NORMALIZED,
    "screencoords": U.NORMALIZED,
    "pixels": U.PIXELS,
    "pixel": U.PIXELS,
    "px": U.PIXELS,
}
_PUPIL_UNITS: Final = {
    "mm": U.MM,
    "millimeters": U.MM,
    "m": U.METRES,
    "meters": U.METRES,
    "pixels": U.CAMERA_PIXELS,
    "pixel": U.CAMERA_PIXELS,
    "px": U.CAMERA_PIXELS,
}
_EYE_WORDS: Final = {
    "left_": re.compile(r"left|(^|[_\W])l([_\W]|$)"),
    "right_": re.compile(r"right|(^|[_\W])r([_\W]|$)"),
}
_AXIS_WORD: Final = re.compile(r"(^|[_\W]|screen|gaze|pos|eye)([xy])([_\W]|$)")
_FOREIGN_FRAMES: Final = ("world", "camera", "object", "eye")


def _map_by_metadata(channels: tuple[ChannelDescription, ...]) -> ChannelMapping | None:
    uses = [use for use in map(_use_by_metadata, channels) if use is not None]
    columns = [use.column for use in uses]
    if len(set(columns)) < len(columns):
        return None  # two channels claim one column: the user decides
    complete = _complete_only(uses)
    if not any(use.column.endswith("x_norm") for use in complete):
        return None
    return ChannelMapping(uses=complete)


def _use_by_metadata(channel: ChannelDescription) -> ChannelUse | None:
    kind, label, unit = channel.kind.casefold(), channel.label.casefold(), channel.unit.casefold()
    eye = _eye_prefix(channel)
    is_pupil = kind in ("diameter", "pupilsize", "pupil") or "pupil" in label or "diam" in label
    if is_pupil:
        if eye and unit in _PUPIL_UNITS:
            return ChannelUse(channel=channel.field, column=f"{eye}pupil", unit=_PUPIL_UNITS[unit])
        return None
    if any(frame in channel.coordinate_system.casefold() for frame in _FOREIGN_FRAMES):
        return None
    axis = kind[-1] if kind in ("screenx", "screeny") else _axis_of(kind, label)
    if axis and unit in _SCREEN_UNITS:
        return ChannelUse(channel=channel.field, column=f"{eye}{axis}_norm", unit=_SCREEN_UNITS[unit])
    return None


def _eye_prefix(channel: ChannelDescription) -> str:
    eye = channel.eye.casefold()
    if eye in ("left", "right"):
        return f"{eye}_"
    if eye == "both":
        return ""
    found = [prefix for prefix, word in _EYE_WORDS.items() if word.search(channel.label.casefold())]
    return found[0] if len(found) == 1 else ""


def _axis_of(kind: str, label: str) -> str:
    if kind not in ("", "gaze", "eyetracking", "screen", "eye"):
        return ""  # a declared type of the convention other than the screen position
    found = _AXIS_WORD.search(label)
    return found.group(2) if found else ""


def _complete_only(uses: list[ChannelUse]) -> tuple[ChannelUse, ...]:
    """Drop a position that lacks an axis, and the combined gaze where single eyes are there."""
    columns = {use.column for use in uses}
    dropped: set[str] = set()
    for eye in ("left_", "right_", ""):
        if not {f"{eye}x_norm", f"{eye}y_norm"} <= columns:
            dropped |= {f"{eye}x_norm", f"{eye}y_norm", f"{eye}valid"}
        origin = {f"{eye}origin_{axis}_mm" for axis in "xyz"}
        if not origin <= columns:
            dropped |= {*origin, f"{eye}origin_valid"}
    if (columns - dropped) & {"left_x_norm", "right_x_norm"}:
        dropped |= {"x_norm", "y_norm", "valid"}
    return tuple(use for use in uses if use.column not in dropped)
