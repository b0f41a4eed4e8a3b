"""Row types of a reading session, from screens to judgements; exported by `gaze_core.rows`."""

from __future__ import annotations

from typing import Final

from gaze_core.row_types import RowType
from gaze_core.row_types import column as _c

SCREEN: Final = RowType(
    name="screen",
    doc="A screen of the reading protocol from when it was presented, until the next row.",
    columns=(
        _c("t_asked_host_ns", "<i8", "ns", "when it was asked for"),
        _c("t_presented_host_ns", "<i8", "ns", "when its first frame was presented"),
        _c("trial", "<i4", "count", "trial it belongs to"),
        _c("attempt", "<i4", "count", "attempt at the case, from 0"),
        _c("visit", "<i4", "count", "how often the screen was shown before in this attempt"),
        _c("screen", "S32", "text", "name of the screen in the study file"),
        _c("kind", "S16", "text", "instruction, image, labels, shapes, transcript, question, end ..."),
        _c("cause", "S16", "text", "next, back, jump, resume, restart, skip, break"),
    ),
)

ANSWER: Final = RowType(
    name="answer",
    doc="An answer of the reader, complete at each change: the last row of a name is what counts.",
    columns=(
        _c("t_host_ns", "<i8", "ns", "when it was given"),
        _c("trial", "<i4", "count", "trial it belongs to; -1 for the reader's form"),
        _c("attempt", "<i4", "count", "attempt at the case, from 0"),
        _c("screen", "S32", "text", "name of the screen"),
        _c("name", "S64", "text", "question, label or field; NAME#2/3 is part 2 of 3 of a long answer"),
        _c("value", "S1024", "JSON", "the answer"),
    ),
)

SHAPE: Final = RowType(
    name="shape",
    doc="An ellipse or box drawn on an image; the last row of a shape is what counts.",
    columns=(
        _c("t_host_ns", "<i8", "ns", "when it was drawn, changed or removed"),
        _c("trial", "<i4", "count", "trial it belongs to"),
        _c("attempt", "<i4", "count", "attempt at the case, from 0"),
        _c("shape", "<i4", "count", "number within the attempt, from 0"),
        _c("action", "S16", "text", "drawn, changed, removed"),
        _c("kind", "S16", "text", "ellipse, box, chest_box"),
        _c("image_id", "<i4", "count", "image it lies on"),
        _c("pane", "<i2", "count", "pane it was drawn in"),
        _c("slice", "<i4", "count", "slice it lies on"),
        _c("left_image_px", "<f8", "px", "of the upright rectangle around it"),
        _c("top_image_px", "<f8", "px", "of the upright rectangle around it"),
        _c("right_image_px", "<f8", "px", "of the upright rectangle around it"),
        _c("bottom_image_px", "<f8", "px", "of the upright rectangle around it"),
        _c("labels", "S512", "text", "names of its labels, separated by |"),
        _c("certainty", "<i2", "code", "code of the certainty on the study's scale; -1 where not asked"),
    ),
)

WORD: Final = RowType(
    name="word",
    doc="A word of the dictation in one version of its text.",
    columns=(
        _c("trial", "<i4", "count", "trial it belongs to"),
        _c("attempt", "<i4", "count", "attempt at the case, from 0"),
        _c("version", "<i4", "count", "0 as recognised, then one for each edited text"),
        _c("index", "<i4", "count", "place in the text, from 0"),
        _c("text", "S64", "text", "the word as written"),
        _c("t_onset_host_ns", "<i8", "ns", "beginning of the word"),
        _c("t_offset_host_ns", "<i8", "ns", "end of the word"),
        _c("kind", "S16", "text", "recognised, aligned, interpolated"),
        _c("score", "<f4", "0..1", "confidence of the engine; NaN where it gives none"),
    ),
)

AUDIO_SEGMENT: Final = RowType(
    name="audio_segment",
    doc="One stretch of dictation without a gap, in a file beside the recording.",
    columns=(
        _c("segment", "<i4", "count", "number from 0, as in the sync rows"),
        _c("trial", "<i4", "count", "trial it belongs to"),
        _c("t_first_host_ns", "<i8", "ns", "time of the first frame by the fit of its sync rows"),
        _c("frame_count", "<i8", "frames", "its length"),
        _c("rate_hz", "<f8", "Hz", "nominal rate"),
        _c("fitted_rate_hz", "<f8", "Hz", "rate on the host clock by the fit; NaN where too short"),
        _c("latency_ms", "<f8", "ms", "input latency that was taken off; NaN: unmeasured"),
        _c("device", "S64", "text", "the microphone as the system names it"),
        _c("file", "S128", "text", "name of the file in the folder of the recording"),
        _c("sha256", "S64", "text", "SHA-256 of the file, hexadecimal"),
    ),
)

VALIDATION: Final = RowType(
    name="validation",
    doc="How one signal met one target of a validation; every validation is complete.",
    columns=(
        _c("t_ended_host_ns", "<i8", "ns", "when the validation was over"),
        _c("validation", "<i4", "count", "number in this recording, from 0"),
        _c("calibration", "<i4", "count", "attempt of the calibration it judges; -1: made elsewhere"),
        _c("purpose", "S16", "text", "opening, block_end, session_end"),
        _c("target_id", "<i4", "count", "number of the target; -1: all targets together"),
        _c("x_norm", "<f8", "norm", "target, x"),
        _c("y_norm", "<f8", "norm", "target, y"),
        _c("eye", "S8", "text", "left, right, average"),
        _c("offset_deg", "<f8", "deg", "accuracy; over all targets the mean"),
        _c("worst_deg", "<f8", "deg", "over all targets the worst; else the same as offset_deg"),
        _c("azimuth_offset_deg", "<f8", "deg", "signed, right positive; NaN over all targets"),
        _c("elevation_offset_deg", "<f8", "deg", "signed, down positive; NaN over all targets"),
        _c("rms_s2s_deg", "<f8", "deg", "precision, sample to sample"),
        _c("std_deg", "<f8", "deg", "precision, standard deviation"),
        _c("bcea_deg2", "<f8", "deg2", "ellipse of 68 % of the samples; NaN over all targets"),
        _c("sample_count", "<i8", "count", "samples delivered in the window"),
        _c("loss_percent", "<f8", "%", "invalid among them"),
    ),
)

JUDGEMENT: Final = RowType(
    name="judgement",
    doc="What was decided about a calibration or a case, by which limits and by whom.",
    columns=(
        _c("t_host_ns", "<i8", "ns", "when"),
        _c("subject", "S16", "text", "calibration, case, drift, resume, quota"),
        _c("number", "<i4", "count", "validation or trial it is about"),
        _c("attempt", "<i4", "count", "attempt at the case; -1 where it is no case"),
        _c("grade", "S16", "text", "good, fair, poor; green, amber, red"),
        _c("is_accepted", "u1", "flag", "1 where it counts"),
        _c("by", "S16", "text", "gate, operator, reader"),
        _c("reason", "S256", "text", "a sentence; typed where a person accepted against the gate"),
        _c("figures", "S1024", "JSON", "the figures and limits it was decided by"),
    ),
)

DRIFT: Final = RowType(
    name="drift",
    doc="A drift check: how far from a known target the eye settled. Raw gaze is never changed by it.",
    columns=(
        _c("t_host_ns", "<i8", "ns", "when it was decided"),
        _c("trial", "<i4", "count", "trial that follows it"),
        _c("x_norm", "<f8", "norm", "target, x"),
        _c("y_norm", "<f8", "norm", "target, y"),
        _c("eye", "S8", "text", "signal the study names"),
        _c("azimuth_offset_deg", "<f8", "deg", "signed, right positive; NaN: no stable fixation"),
        _c("elevation_offset_deg", "<f8", "deg", "signed, down positive; NaN: no stable fixation"),
        _c("running_deg", "<f8", "deg", "length of the mean offset vector of the last checks"),
        _c("outcome", "S16", "text", "measured, overridden, timed_out, aborted"),
    ),
)
