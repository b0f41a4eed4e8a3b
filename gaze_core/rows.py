"""The row types that cross every border of the program, each column declared once.

A stream is an array of structured rows. The numpy dtype, the HDF5 dataset, the validator, the format
page of the documentation and the test strategies all derive from these declarations.

Conventions
-----------
- ``*_host_ns``: nanoseconds of the master clock (``time.perf_counter_ns``), int64; `NO_TIME` where unknown.
- ``*_device_ns``: nanoseconds of the tracker's own clock; the stamp as delivered stays in the raw rows.
- ``*_norm``: fraction of the active display area, origin top left, x right, y down; outside 0..1 is legal.
- ``*_screen_px``: physical pixels of the reader's screen from its top-left corner.
- ``*_image_px``: pixels of the image as stored; (0, 0) is the top-left corner of the top-left pixel.
- ``*_deg``: Fick azimuth (right positive) and elevation (down positive) seen from the eye.
- Missing numbers are NaN with validity 0; missing integers are -1; text is UTF-8, fixed length, cut at a
  character border.
"""

from __future__ import annotations

from typing import Final

from gaze_core.device_rows import (
    CALIBRATION_DATA,
    CALIBRATION_SAMPLE,
    EXTERNAL_SIGNAL,
    TRIGGER,
    USER_POSITION,
)
from gaze_core.row_codes import EventFlag, EventKind, GazeFlag
from gaze_core.row_types import NO_TIME, Column, Rows, RowType, decode_text, encode_text, join_rows
from gaze_core.row_types import column as _c
from gaze_core.session_rows import ANSWER, AUDIO_SEGMENT, DRIFT, JUDGEMENT, SCREEN, SHAPE, VALIDATION, WORD

__all__ = [
    # What rows are made of.
    "Column", "RowType", "Rows", "NO_TIME", "encode_text", "decode_text", "join_rows",
    # The rows, in the order of their declaration.
    "GAZE", "CLOCK_SYNC", "EVENT", "MARKER", "EXTERNAL_SIGNAL", "VIEWPORT", "MAPPED", "TARGET", "TRIAL",
    "IMAGE", "DIRECTION", "GAZE_EVENT", "FIXATION", "DETECTOR_RUN", "THRESHOLD", "AUDIO_SYNC", "TRUTH",
    "TRUTH_EVENT", "USER_POSITION", "TRIGGER", "CALIBRATION_SAMPLE", "CALIBRATION_DATA",
    "SCREEN", "ANSWER", "SHAPE", "WORD", "AUDIO_SEGMENT", "VALIDATION", "JUDGEMENT", "DRIFT", "ROW_TYPES",
    # Codes in their columns.
    "GazeFlag", "EventKind", "EventFlag",
]  # fmt: skip


def _eye(side: str) -> tuple[Column, ...]:
    return (
        _c(f"{side}_x_norm", "<f8", "norm", f"{side} eye, gaze on the display area, x"),
        _c(f"{side}_y_norm", "<f8", "norm", f"{side} eye, gaze on the display area, y (down)"),
        _c(f"{side}_valid", "u1", "flag", f"1 where the tracker calls the {side} gaze valid"),
        _c(f"{side}_pupil", "<f4", "see pupil_unit", f"{side} pupil size in the unit the stream declares"),
        _c(f"{side}_pupil_valid", "u1", "flag", f"1 where the tracker calls the {side} pupil valid"),
        _c(f"{side}_openness_mm", "<f4", "mm", f"{side} eye openness"),
        _c(f"{side}_openness_valid", "u1", "flag", f"1 where the {side} openness is valid"),
        _c(f"{side}_origin_x_mm", "<f4", "mm", f"{side} eye position from the screen centre, right positive"),
        _c(f"{side}_origin_y_mm", "<f4", "mm", f"{side} eye position from the screen centre, down positive"),
        _c(f"{side}_origin_z_mm", "<f4", "mm", f"{side} eye position in front of the screen plane"),
        _c(f"{side}_origin_valid", "u1", "flag", f"1 where the {side} eye position is valid"),
    )


GAZE: Final = RowType(
    name="gaze",
    doc="One delivered sample, normalised. Row i belongs to raw row i.",
    columns=(
        _c(
            "seq", "<i8", "count", "number of the sample in its stream; a hole is a sample that never arrived"
        ),
        _c("t_device_ns", "<i8", "ns", "tracker clock; equals t_host_ns where the tracker has no clock"),
        _c("t_vendor_host_ns", "<i8", "ns", "host clock as estimated by the vendor's own software"),
        _c("t_host_ns", "<i8", "ns", "arrival in the acquisition process"),
        *_eye("left"),
        *_eye("right"),
        _c("x_norm", "<f8", "norm", "combined gaze delivered by a tracker that gives no single eyes, x"),
        _c("y_norm", "<f8", "norm", "combined gaze delivered by a tracker that gives no single eyes, y"),
        _c("valid", "u1", "flag", "1 where that combined gaze is valid"),
        _c(
            "flags",
            "<u4",
            "bits",
            "1 device time not after the sample before, 2 first of a new device time line, 4 samples missing "
            "before, 8 synthetic: not an eye, 16 first after the tracker came back",
        ),
    ),
)


CLOCK_SYNC: Final = RowType(
    name="clock_sync",
    doc="One bracketed reading of a foreign clock; the width of the bracket is its uncertainty.",
    columns=(
        _c(
            "clock_id",
            "S32",
            "text",
            "wall, device, lsl, audio, ...; device, else lsl, is the clock of t_device_ns",
        ),
        _c("host_before_ns", "<i8", "ns", "host clock just before the reading"),
        _c("remote_ns", "<i8", "ns", "the foreign clock"),
        _c("host_after_ns", "<i8", "ns", "host clock just after the reading"),
        _c("remote_raw", "<f8", "as delivered", "the value as delivered (for LSL the time correction, s)"),
    ),
)

EVENT: Final = RowType(
    name="event",
    doc="Something that happened once: image shown, key, loss, reconnect, note. Times of the host clock.",
    columns=(
        _c("t_host_ns", "<i8", "ns", "when it happened"),
        _c("kind", "S32", "text", "name of what happened; `text` says it in words"),
        _c("source", "S16", "text", "app, tracker, recorder, operator, reader"),
        _c("trial", "<i4", "count", "trial it belongs to"),
        _c("value", "<f8", "by kind", "a number that goes with the kind"),
        _c("text", "S256", "text", "words that go with the kind"),
    ),
)

MARKER: Final = RowType(
    name="marker",
    doc="A text marker of a stream beside the gaze.",
    columns=(
        _c("t_host_ns", "<i8", "ns", "arrival"),
        _c("t_device_ns", "<i8", "ns", "stamp of the sender's clock"),
        _c("stream", "S64", "text", "name of the marker stream"),
        _c("text", "S256", "text", "the marker"),
    ),
)

VIEWPORT: Final = RowType(
    name="viewport",
    doc="How one pane showed one image from t_presented_host_ns on, until the pane's next row.",
    columns=(
        _c("t_asked_host_ns", "<i8", "ns", "when the change was asked for"),
        _c(
            "t_presented_host_ns",
            "<i8",
            "ns",
            "when the first frame drawn with it was presented; mapping uses this; "
            f"{NO_TIME}: never presented",
        ),
        _c("trial", "<i4", "count", "trial it belongs to"),
        _c(
            "image_id", "<i4", "count", "row of the image table; -1 where the pane shows nothing from here on"
        ),
        _c("pane", "<i2", "count", "pane of the layout"),
        _c("slice", "<i4", "count", "slice or frame of the image, from 0"),
        _c("src_x_image_px", "<f8", "px", "left of the shown rectangle in the image"),
        _c("src_y_image_px", "<f8", "px", "top of the shown rectangle in the image"),
        _c("src_w_image_px", "<f8", "px", "width of the shown rectangle in the image"),
        _c("src_h_image_px", "<f8", "px", "height of the shown rectangle in the image"),
        _c("dst_x_screen_px", "<f8", "px", "left of that rectangle on the screen, physical px"),
        _c("dst_y_screen_px", "<f8", "px", "top of that rectangle on the screen, physical px"),
        _c("dst_w_screen_px", "<f8", "px", "width of that rectangle on the screen, physical px"),
        _c("dst_h_screen_px", "<f8", "px", "height of that rectangle on the screen, physical px"),
        _c("window_centre", "<f8", "stored values", "VOI window centre after rescale"),
        _c("window_width", "<f8", "stored values", "VOI window width after rescale"),
        _c("luminance_mean", "<f4", "0..1", "mean grey of the whole reader's screen as shown"),
        _c("frame", "<i8", "count", "number of the presented frame"),
        _c(
            "frames_late",
            "<i4",
            "count",
            "refresh periods between the request and presentation beyond the first",
        ),
        _c("cause", "S16", "text", "show, zoom, pan, window, fit, reset, layout, clear"),
    ),
)

MAPPED: Final = RowType(
    name="mapped",
    doc="Where on which image a gaze sample lies, by the viewport in force when it was taken.",
    columns=(
        _c("image_id", "<i4", "count", "image under the gaze; -1 where the gaze is on none"),
        _c("pane", "<i2", "count", "pane under the gaze, else the nearest that shows an image; else -1"),
        _c("slice", "<i4", "count", "slice under the gaze; -1 where the gaze is on no image"),
        _c("x_image_px", "<f8", "px", "never clamped; beside all images in the frame of the nearest"),
        _c("y_image_px", "<f8", "px", "never clamped; beside all images in the frame of the nearest"),
        _c("viewport_row", "<i8", "count", "index of the viewport row used; -1 where none was in force"),
    ),
)

TARGET: Final = RowType(
    name="target",
    doc="A calibration, validation or drift target while it was shown.",
    columns=(
        _c("t_on_host_ns", "<i8", "ns", "presented"),
        _c("t_off_host_ns", "<i8", "ns", "gone"),
        _c("target_id", "<i4", "count", "number within its procedure"),
        _c("procedure", "S16", "text", "calibration, validation, drift"),
        _c("x_norm", "<f8", "norm", "centre, x"),
        _c("y_norm", "<f8", "norm", "centre, y"),
    ),
)

TRIAL: Final = RowType(
    name="trial",
    doc="State changes of a trial (one case in front of the reader); the last row of a trial is its outcome.",
    columns=(
        _c("t_host_ns", "<i8", "ns", "when the state began"),
        _c("trial", "<i4", "count", "number from 0 in order of presentation"),
        _c("case_id", "S64", "text", "name of the case in the work list"),
        _c("state", "S16", "text", "open, paused, resumed, done, interrupted, discarded"),
        _c("image_ids", "S64", "text", "comma-separated rows of the image table, one per pane"),
    ),
)

IMAGE: Final = RowType(
    name="image",
    doc="An image that was shown: referenced by content, never identified.",
    columns=(
        _c("image_id", "<i4", "count", "number from 0"),
        _c("sha256", "S64", "text", "SHA-256 of the file's bytes, hexadecimal"),
        _c("size_bytes", "<i8", "bytes", "size of the file"),
        _c("name", "S255", "text", "path relative to the opened folder"),
        _c("width_px", "<i4", "px", "columns"),
        _c("height_px", "<i4", "px", "rows"),
        _c("bits", "<i2", "bits", "bits stored per pixel"),
        _c("photometric", "S16", "text", "MONOCHROME1, MONOCHROME2, RGB"),
        _c("spacing_x_mm", "<f8", "mm", "pixel spacing, NaN where the file has none"),
        _c("spacing_y_mm", "<f8", "mm", "pixel spacing, NaN where the file has none"),
    ),
)

DIRECTION: Final = RowType(
    name="direction",
    doc="What a detector eats: one gaze sample as directions in degrees; NaN where invalid.",
    columns=(
        _c("t_ns", "<i8", "ns", "time line of the detection (device time)"),
        _c("left_azimuth_deg", "<f8", "deg", "left eye"),
        _c("left_elevation_deg", "<f8", "deg", "left eye"),
        _c("right_azimuth_deg", "<f8", "deg", "right eye"),
        _c("right_elevation_deg", "<f8", "deg", "right eye"),
        _c("azimuth_deg", "<f8", "deg", "combined gaze of a tracker without single eyes"),
        _c("elevation_deg", "<f8", "deg", "combined gaze of a tracker without single eyes"),
        _c("is_break", "u1", "flag", "1 where the time line starts anew: nothing is bridged across it"),
    ),
)


GAZE_EVENT: Final = RowType(
    name="gaze_event",
    doc="What a detector gives: a finished fixation, saccade, blink or loss. None overlaps its own kind.",
    columns=(
        _c("event_id", "<i8", "count", "number within one run of a detector, in order of onset"),
        _c("kind", "u1", "code", "1 fixation, 2 saccade, 3 blink, 4 loss"),
        _c("onset_ns", "<i8", "ns", "time of the first sample"),
        _c("offset_ns", "<i8", "ns", "time of the last sample plus one interval"),
        _c("first_row", "<i8", "count", "index of the first sample since the detector began"),
        _c("last_row", "<i8", "count", "index of the last sample since the detector began"),
        _c("sample_count", "<i8", "count", "samples of the event that carry its centroid (not interpolated)"),
        _c("azimuth_deg", "<f8", "deg", "fixation: mean; saccade: end point"),
        _c("elevation_deg", "<f8", "deg", "fixation: mean; saccade: end point"),
        _c("amplitude_deg", "<f8", "deg", "saccade: start to end"),
        _c("peak_deg_s", "<f8", "deg/s", "saccade: highest speed"),
        _c("dispersion_deg", "<f8", "deg", "fixation: (max - min azimuth) + (max - min elevation)"),
        _c("rms_s2s_deg", "<f8", "deg", "fixation: root mean square of sample-to-sample steps"),
        _c("interpolated_share", "<f4", "0..1", "share of filled-in samples"),
        _c("eyes", "u1", "bits", "1 left, 2 right, 3 both, 4 combined gaze: the eyes used"),
        _c(
            "flags",
            "<u4",
            "bits",
            "1 begins after a loss, 2 ends at a loss, 4 an eye was lost or came back, 8 viewport changed, "
            "16 part of a cut at that change, 32 merged over a gap, 64 cut by a break of the time line, "
            "128 began before its image",
        ),
        _c("t_sent_start_ns", "<i8", "ns", "stream time at which `start` was announced"),
        _c("t_sent_end_ns", "<i8", "ns", "stream time at which the last `end` was announced"),
        _c("t_sent_final_ns", "<i8", "ns", "stream time at which `final` was announced"),
    ),
)

FIXATION: Final = RowType(
    name="fixation",
    doc="A detected event mapped onto screen and image, as the file keeps it.",
    columns=(
        _c("run", "<i4", "count", "row of the table of detector runs: name, version, parameters"),
        _c("part", "<i2", "count", "0, or the number of the part where a viewport change split it"),
        *GAZE_EVENT.columns,
        _c("onset_host_ns", "<i8", "ns", "onset on the host clock"),
        _c("offset_host_ns", "<i8", "ns", "offset on the host clock"),
        _c("duration_ms", "<f8", "ms", "offset minus onset"),
        _c("trial", "<i4", "count", "trial"),
        _c("x_norm", "<f8", "norm", "centroid on the display area: mean of its samples"),
        _c("y_norm", "<f8", "norm", "centroid on the display area: mean of its samples"),
        _c("image_id", "<i4", "count", "image looked at"),
        _c("pane", "<i2", "count", "pane looked at"),
        _c("slice", "<i4", "count", "slice looked at"),
        _c("x_image_px", "<f8", "px", "mean of the samples mapped to the image"),
        _c("y_image_px", "<f8", "px", "mean of the samples mapped to the image"),
        _c("pupil_mean", "<f4", "see pupil_unit", "mean of the valid pupils of both eyes"),
    ),
)

DETECTOR_RUN: Final = RowType(
    name="detector_run",
    doc="One run of a detector: what made a set of fixation rows.",
    columns=(
        _c("run", "<i4", "count", "number from 0"),
        _c("t_host_ns", "<i8", "ns", "when it began"),
        _c("detector", "S16", "text", "ivt, idt, adaptive"),
        _c("version", "S16", "text", "version of the algorithm"),
        _c("parameters", "S1024", "JSON", "all parameters"),
        _c("is_live", "u1", "flag", "1 where it ran while recording"),
    ),
)

THRESHOLD: Final = RowType(
    name="threshold",
    doc="Thresholds and noise the adaptive detector chose over time, so that its events can be explained.",
    columns=(
        _c("t_ns", "<i8", "ns", "time line of the detection"),
        _c("noise_deg", "<f8", "deg", "estimated noise per axis"),
        _c("leave_deg_s", "<f8", "deg/s", "speed that ends a fixation"),
        _c("enter_deg_s", "<f8", "deg/s", "speed below which one begins"),
    ),
)

AUDIO_SYNC: Final = RowType(
    name="audio_sync",
    doc="Which audio frame was the last of a block that arrived at a host time.",
    columns=(
        _c("segment", "<i4", "count", "audio segment"),
        _c("frame", "<i8", "count", "last frame of the block"),
        _c("t_host_ns", "<i8", "ns", "arrival of the block"),
    ),
)

TRUTH: Final = RowType(
    name="truth",
    doc="What a simulated eye really did at each sample instant. Never mixed with delivered samples.",
    columns=(
        _c("t_device_ns", "<i8", "ns", "tracker clock of the instant"),
        _c("x_norm", "<f8", "norm", "true cyclopean gaze on the display area"),
        _c("y_norm", "<f8", "norm", "true cyclopean gaze on the display area"),
        _c("azimuth_deg", "<f8", "deg", "true cyclopean direction"),
        _c("elevation_deg", "<f8", "deg", "true cyclopean direction"),
        _c(
            "label",
            "u1",
            "code",
            "1 fixation, 2 saccade, 3 post-saccadic oscillation, 4 pursuit, 5 blink, 6 other",
        ),
        _c("is_microsaccade", "u1", "flag", "1 inside a microsaccade"),
        _c("event_id", "<i8", "count", "event of the truth event table"),
        _c("pupil_mm", "<f4", "mm", "true pupil diameter"),
        _c("is_delivered", "u1", "flag", "1 where the sensor sent a sample for this instant"),
    ),
)

TRUTH_EVENT: Final = RowType(
    name="truth_event",
    doc="A true event of a simulated eye.",
    columns=(
        _c("event_id", "<i8", "count", "number from 0"),
        _c("label", "u1", "code", "as TRUTH.label"),
        _c("onset_device_ns", "<i8", "ns", "tracker clock"),
        _c("offset_device_ns", "<i8", "ns", "tracker clock"),
        _c("amplitude_deg", "<f8", "deg", "saccade amplitude"),
        _c("peak_deg_s", "<f8", "deg/s", "saccade peak speed"),
        _c("azimuth_deg", "<f8", "deg", "fixation: mean; saccade: end"),
        _c("elevation_deg", "<f8", "deg", "fixation: mean; saccade: end"),
        _c("target", "S32", "text", "what the simulated eye went for"),
        _c("is_microsaccade", "u1", "flag", "1 for a microsaccade"),
    ),
)

ROW_TYPES: Final[tuple[RowType, ...]] = (
    GAZE, CLOCK_SYNC, EVENT, MARKER, EXTERNAL_SIGNAL, VIEWPORT, MAPPED, TARGET, TRIAL, IMAGE, DIRECTION,
    GAZE_EVENT, FIXATION, DETECTOR_RUN, THRESHOLD, AUDIO_SYNC, TRUTH, TRUTH_EVENT,
    USER_POSITION, TRIGGER, CALIBRATION_SAMPLE, CALIBRATION_DATA,
    SCREEN, ANSWER, SHAPE, WORD, AUDIO_SEGMENT, VALIDATION, JUDGEMENT, DRIFT,
)  # fmt: skip
