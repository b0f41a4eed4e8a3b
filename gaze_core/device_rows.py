"""Row types of what a tracker and the ports beside it deliver besides gaze; exported by `gaze_core.rows`."""

from __future__ import annotations

from typing import Final

from gaze_core.row_types import RowType
from gaze_core.row_types import column as _c

EXTERNAL_SIGNAL: Final = RowType(
    name="external_signal",
    doc="A change of an external input (TTL): of the tracker, or of a serial port of this computer.",
    columns=(
        _c("t_host_ns", "<i8", "ns", "arrival"),
        _c("t_device_ns", "<i8", "ns", "tracker clock; t_host_ns for a port of this computer"),
        _c("value", "<i8", "code", "value on the port; -1 where it is not known after a loss"),
        _c("change", "S24", "text", "value_changed, initial_value, connection_restored"),
        _c("source", "S32", "text", "tracker, or the name of the serial port"),
    ),
)

TRIGGER: Final = RowType(
    name="trigger",
    doc="A marker sent out of this computer at an onset, with what the sending itself took.",
    columns=(
        _c("t_onset_host_ns", "<i8", "ns", "the onset it stands for: the presentation of the frame"),
        _c("t_before_host_ns", "<i8", "ns", "just before it was handed to the port"),
        _c("t_after_host_ns", "<i8", "ns", "just after the port had taken it"),
        _c("code", "<i4", "code", "the value sent"),
        _c("port", "S32", "text", "name of the serial port, or lsl"),
        _c("cause", "S16", "text", "what happened: show, clear, target, test"),
        _c("trial", "<i4", "count", "trial it belongs to"),
    ),
)

USER_POSITION: Final = RowType(
    name="user_position",
    doc="Where the eyes are in the tracker's box, as the tracker's own positioning guide gives it.",
    columns=(
        _c("t_host_ns", "<i8", "ns", "arrival; the guide has no time of its own"),
        *(
            each
            for side in ("left", "right")
            for each in (
                _c(f"{side}_x_box", "<f4", "0..1", f"{side} eye, across the box as delivered; 0.5 ideal"),
                _c(f"{side}_y_box", "<f4", "0..1", f"{side} eye, height in the box as delivered; 0.5 ideal"),
                _c(f"{side}_z_box", "<f4", "0..1", f"{side} eye, depth in the box as delivered; 0.5 ideal"),
                _c(f"{side}_valid", "u1", "flag", f"1 where the tracker sees the {side} eye"),
            )
        ),
    ),
)

CALIBRATION_SAMPLE: Final = RowType(
    name="calibration_sample",
    doc="What the tracker saw at a target of a calibration on the device; both eyes of one sample.",
    columns=(
        _c("t_computed_host_ns", "<i8", "ns", "when the device had computed the calibration it belongs to"),
        _c("attempt", "<i4", "count", "computation it belongs to, from 0 in this recording"),
        _c("target_x_norm", "<f8", "norm", "target, x"),
        _c("target_y_norm", "<f8", "norm", "target, y"),
        *(
            each
            for side in ("left", "right")
            for each in (
                _c(f"{side}_x_norm", "<f8", "norm", f"{side} eye by this calibration, x; NaN where invalid"),
                _c(f"{side}_y_norm", "<f8", "norm", f"{side} eye by this calibration, y; NaN where invalid"),
                _c(f"{side}_use", "u1", "code", "0 invalid, 1 valid but not used, 2 valid and used"),
            )
        ),
    ),
)

CALIBRATION_DATA_BYTES: Final = 512
"""Bytes of a device's calibration that one `CALIBRATION_DATA` row holds."""

CALIBRATION_DATA: Final = RowType(
    name="calibration_data",
    doc="A part of the calibration as the device gives it, to be applied to it again; parts in order.",
    columns=(
        _c("t_computed_host_ns", "<i8", "ns", "when the device had computed it"),
        _c("attempt", "<i4", "count", "computation it belongs to, from 0 in this recording"),
        _c("part", "<i4", "count", "number of the part, from 0"),
        _c("total_bytes", "<i8", "bytes", "size of the whole"),
        _c("content_hex", f"S{2 * CALIBRATION_DATA_BYTES}", "hexadecimal", "the bytes of this part"),
    ),
)
