"""The columns of the tidy tables: name, unit and meaning of each, and where its values come from."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from gaze_core.rows import EventFlag, Rows
from recordings_schema.formats.reading import CaseReading
from recordings_schema.formats.tables import rounded, whole

Cells: TypeAlias = Callable[["TableContext"], Sequence[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableContext:
    """A reading and its zero."""

    reading: CaseReading
    reading_id: str
    zero_ns: int
    zero_name: str

    def seconds(self, t_ns: npt.ArrayLike) -> list[str]:
        """Return host times as s from the zero, to the microsecond."""
        return rounded((np.asarray(t_ns, np.int64) - self.zero_ns) * 1e-9, 6)


@dataclass(frozen=True, slots=True, kw_only=True)
class TidyColumn:
    """One column."""

    name: str
    unit: str
    meaning: str
    cells: Cells


def _c(name: str, unit: str, meaning: str, cells: Cells) -> TidyColumn:
    return TidyColumn(name=name, unit=unit, meaning=meaning, cells=cells)


def _signal(name: str, decimals: int) -> Cells:
    return lambda c: rounded(c.reading.fixations[name], decimals)


def _count(name: str) -> Cells:
    return lambda c: whole(c.reading.fixations[name])


def _view(name: str, decimals: int) -> Cells:
    return lambda c: rounded(c.reading.viewport[name], decimals)


def _screen(name: str, decimals: int) -> Cells:
    return lambda c: rounded(getattr(c.reading.geometry.screen, name), decimals)


def _mapped(name: str) -> Cells:
    return lambda c: rounded(c.reading.samples.mapped[name], 2)


def _mean_valid(reading: CaseReading) -> float:
    return float(np.isfinite(reading.samples.x_norm).mean()) if len(reading.samples) else math.nan


READINGS: Final = (
    _c("reading_id", "", "name of the reading in all tables", lambda c: [c.reading_id]),
    _c("study", "", "name of the study", lambda c: [c.reading.study]),
    _c("session", "", "name of the session", lambda c: [c.reading.key.session_id]),
    _c("reader", "", "pseudonym of the reader", lambda c: [c.reading.key.reader]),
    _c("patient", "", "pseudonym of the patient: split by this", lambda c: [c.reading.key.patient]),
    _c("case_id", "", "name of the case in the study", lambda c: [c.reading.key.case_id]),
    _c("trial", "count", "number within the session, from 0", lambda c: [c.reading.key.trial]),
    _c("attempt", "count", "attempt at the case, from 0", lambda c: [c.reading.key.attempt]),
    _c("role", "", "study or spare", lambda c: [c.reading.key.role]),
    _c("task", "", "task of the study", lambda c: [c.reading.key.task]),
    _c("task_kind", "", "read, search, question, segment", lambda c: [c.reading.key.task_kind]),
    _c("target", "", "what was looked for", lambda c: [c.reading.target]),
    _c("question", "", "what was asked", lambda c: [c.reading.question]),
    _c("grade", "", "verdict of the gate: green, amber, red", lambda c: [c.reading.grade]),
    _c("does_count", "flag", "1 where the case counts", lambda c: [int(not c.reading.key.exclusion)]),
    _c("exclusion", "", "why it does not count", lambda c: [c.reading.key.exclusion]),
    _c("labels", "", "labels chosen, separated by |", lambda c: ["|".join(c.reading.chosen)]),
    _c("other_text", "", "text for the label other", lambda c: [c.reading.other_text]),
    _c("transcript", "", "newest text of the dictation",
       lambda c: [" ".join(w.text for w in c.reading.words)]),
    _c("zero", "", "moment that times of this reading count from", lambda c: [c.zero_name]),
    _c("onset_latency", "", "measured or unmeasured", lambda c: [c.reading.onset_latency]),
    _c("sample_count", "count", "samples delivered while images were visible",
       lambda c: [len(c.reading.samples)]),
    _c("valid_share", "0..1", "of them valid in the analysed signal",
       lambda c: rounded(_mean_valid(c.reading), 4)),
    _c("distance_mm", "mm", "eye to screen that degrees use",
       lambda c: rounded(c.reading.geometry.distance_mm, 1)),
    _c("is_distance_measured", "flag", "1: median of the reading; 0: as set up",
       lambda c: [int(c.reading.is_distance_measured)]),
    *(
        _c(f"screen_{side}_{unit}", unit, f"{side} of the reader's screen",
           _screen(f"{side}_{unit}", 0 if unit == "px" else 2))
        for unit in ("px", "mm")
        for side in ("width", "height")
    ),
    _c("accuracy_before_deg", "deg", "mean offset of the validation before; empty: none",
       lambda c: rounded(c.reading.accuracy.before_mean_deg, 3)),
    _c("accuracy_after_deg", "deg", "mean offset of the validation after; empty: none",
       lambda c: rounded(c.reading.accuracy.after_mean_deg, 3)),
    _c("signal", "", "gaze signal: left, right, average", lambda c: [c.reading.tracker.signal]),
    _c("tracker", "", "model of the tracker", lambda c: [c.reading.tracker.model]),
    _c("rate_hz", "Hz", "sampling rate", lambda c: rounded(c.reading.tracker.rate_hz, 3)),
    _c("is_simulated", "flag", "1: no eye, a simulation", lambda c: [int(c.reading.tracker.is_simulated)]),
    _c("detector", "", "fixation detector of the study", lambda c: [c.reading.tracker.detector]),
    _c("detector_version", "", "its version", lambda c: [c.reading.tracker.detector_version]),
    _c("detector_parameters", "JSON", "its parameters", lambda c: [c.reading.tracker.detector_parameters]),
)  # fmt: skip

IMAGES: Final = (
    _c("reading_id", "", "reading", lambda c: [c.reading_id] * len(c.reading.images)),
    _c("image_id", "count", "number within the recording", lambda c: [i.image_id for i in c.reading.images]),
    _c("pane", "count", "place on the screen, from 0", lambda c: list(range(len(c.reading.images)))),
    _c("name", "", "file, relative to the study", lambda c: [i.name for i in c.reading.images]),
    _c("sha256", "", "SHA-256 of the file", lambda c: [i.sha256 for i in c.reading.images]),
    _c("width_px", "px", "columns", lambda c: [i.width_px for i in c.reading.images]),
    _c("height_px", "px", "rows", lambda c: [i.height_px for i in c.reading.images]),
    _c("bits", "bits", "stored per pixel", lambda c: [i.bits for i in c.reading.images]),
    _c(
        "photometric",
        "",
        "MONOCHROME1, MONOCHROME2, RGB",
        lambda c: [i.photometric for i in c.reading.images],
    ),
)  # fmt: skip

FIXATIONS: Final = (
    _c("reading_id", "", "reading", lambda c: [c.reading_id] * len(c.reading.fixations)),
    _c("fixation", "count", "number within the reading, from 0",
       lambda c: whole(np.arange(len(c.reading.fixations)))),
    _c("event_id", "count", "fixation of the detector; parts of one have one", _count("event_id")),
    _c("part", "count", "part, where a change of the view split it", _count("part")),
    _c("onset_s", "s", "begin", lambda c: c.seconds(c.reading.fixations["onset_host_ns"])),
    _c("offset_s", "s", "end: last sample plus one interval",
       lambda c: c.seconds(c.reading.fixations["offset_host_ns"])),
    _c("duration_ms", "ms", "end minus begin", _signal("duration_ms", 3)),
    _c("image_id", "count", "image looked at; -1: none", _count("image_id")),
    _c("pane", "count", "pane looked at", _count("pane")),
    _c("slice", "count", "slice looked at; -1: none", _count("slice")),
    _c("x_image_px", "px", "mean of the samples mapped to the image; never clamped",
       _signal("x_image_px", 2)),
    _c("y_image_px", "px", "mean of the samples mapped to the image; never clamped",
       _signal("y_image_px", 2)),
    _c("x_norm", "norm", "centroid on the display area, 0 left", _signal("x_norm", 6)),
    _c("y_norm", "norm", "centroid on the display area, 0 top", _signal("y_norm", 6)),
    _c("azimuth_deg", "deg", "centroid, right positive", _signal("azimuth_deg", 4)),
    _c("elevation_deg", "deg", "centroid, down positive", _signal("elevation_deg", 4)),
    _c("dispersion_deg", "deg", "extent in azimuth plus extent in elevation", _signal("dispersion_deg", 4)),
    _c("rms_s2s_deg", "deg", "precision, sample to sample", _signal("rms_s2s_deg", 5)),
    _c("pupil_mean", "see pupil_unit", "mean of the valid pupils of both eyes, as delivered",
       _signal("pupil_mean", 4)),
    _c("pupil_unit", "", "unit of pupil_mean",
       lambda c: [c.reading.tracker.pupil_unit] * len(c.reading.fixations)),
    _c("is_view_changed", "flag", "1: zoom, pan or image changed during it",
       lambda c: whole(((c.reading.fixations["flags"] & EventFlag.VIEWPORT_CHANGED) != 0).astype(int))),
)  # fmt: skip

GAZE: Final = (
    _c("reading_id", "", "reading", lambda c: [c.reading_id] * len(c.reading.samples)),
    _c("time_s", "s", "time of the sample by the clock fit",
       lambda c: c.seconds(c.reading.samples.t_host_ns)),
    _c("x_norm", "norm", "analysed signal on the display area; empty: invalid",
       lambda c: rounded(c.reading.samples.x_norm, 6)),
    _c("y_norm", "norm", "analysed signal on the display area; empty: invalid",
       lambda c: rounded(c.reading.samples.y_norm, 6)),
    _c("image_id", "count", "image under the gaze; -1: none",
       lambda c: whole(c.reading.samples.mapped["image_id"])),
    _c("pane", "count", "pane under or nearest the gaze; -1: none",
       lambda c: whole(c.reading.samples.mapped["pane"])),
    _c("x_image_px", "px", "never clamped; beside all images in the frame of the nearest",
       _mapped("x_image_px")),
    _c("y_image_px", "px", "never clamped; beside all images in the frame of the nearest",
       _mapped("y_image_px")),
    _c("left_pupil", "see pupil_unit of fixations", "as delivered; empty: invalid",
       lambda c: rounded(_pupil(c.reading, "left"), 4)),
    _c("right_pupil", "see pupil_unit of fixations", "as delivered; empty: invalid",
       lambda c: rounded(_pupil(c.reading, "right"), 4)),
    _c("pupil_area_relative", "1 = baseline", "pupil area over that of the baseline; empty: no baseline",
       lambda c: rounded(c.reading.samples.pupil_relative, 4)),
)  # fmt: skip

VIEWPORT: Final = (
    _c("reading_id", "", "reading", lambda c: [c.reading_id] * len(c.reading.viewport)),
    _c("time_s", "s", "presented; in force until the next row of the pane",
       lambda c: c.seconds(c.reading.viewport["t_presented_host_ns"])),
    _c("pane", "count", "pane", lambda c: whole(c.reading.viewport["pane"])),
    _c("image_id", "count", "image shown; -1: none from here on",
       lambda c: whole(c.reading.viewport["image_id"])),
    *(
        _c(f"{frame}_{each}_{unit}_px", "px",
           f"{word} of the shown part {'in the image' if frame == 'src' else 'on the screen'}",
           _view(f"{frame}_{each}_{unit}_px", 3))
        for frame, unit in (("src", "image"), ("dst", "screen"))
        for each, word in (("x", "left"), ("y", "top"), ("w", "width"), ("h", "height"))
    ),
    _c("window_centre", "stored values", "window centre after rescale", _view("window_centre", 4)),
    _c("window_width", "stored values", "window width after rescale", _view("window_width", 4)),
)  # fmt: skip

WORDS: Final = (
    _c("reading_id", "", "reading", lambda c: [c.reading_id] * len(c.reading.words)),
    _c("word", "count", "place in the text, from 0", lambda c: list(range(len(c.reading.words)))),
    _c("text", "", "the word as written", lambda c: [w.text for w in c.reading.words]),
    _c("onset_s", "s", "begin", lambda c: c.seconds([w.t_onset_host_ns for w in c.reading.words])),
    _c("offset_s", "s", "end", lambda c: c.seconds([w.t_offset_host_ns for w in c.reading.words])),
    _c("kind", "", "recognised, aligned, interpolated", lambda c: [w.kind for w in c.reading.words]),
    _c(
        "score",
        "0..1",
        "confidence; empty: none given",
        lambda c: rounded([w.score for w in c.reading.words], 4),
    ),
)  # fmt: skip

SHAPES: Final = (
    _c("reading_id", "", "reading", lambda c: [c.reading_id] * len(c.reading.shapes)),
    _c("shape", "count", "number within the reading, from 0", lambda c: list(range(len(c.reading.shapes)))),
    _c("kind", "", "ellipse, box, chest_box", lambda c: [s.kind for s in c.reading.shapes]),
    _c("image_id", "count", "image it lies on", lambda c: [s.image_id for s in c.reading.shapes]),
    _c("left_image_px", "px", "of the upright rectangle around it",
       lambda c: rounded([s.left_image_px for s in c.reading.shapes], 2)),
    _c("top_image_px", "px", "of the upright rectangle around it",
       lambda c: rounded([s.top_image_px for s in c.reading.shapes], 2)),
    _c("right_image_px", "px", "of the upright rectangle around it",
       lambda c: rounded([s.right_image_px for s in c.reading.shapes], 2)),
    _c("bottom_image_px", "px", "of the upright rectangle around it",
       lambda c: rounded([s.bottom_image_px for s in c.reading.shapes], 2)),
    _c("labels", "", "labels, separated by |", lambda c: ["|".join(s.labels) for s in c.reading.shapes]),
    _c("certainty", "code", "as the study exports it; empty: not asked",
       lambda c: ["" if s.certainty < 0 else s.certainty for s in c.reading.shapes]),
)  # fmt: skip

ANSWERS: Final = (
    _c("reading_id", "", "reading", lambda c: [c.reading_id] * len(c.reading.answers)),
    _c("screen", "", "screen of the study", lambda c: [a.screen for a in c.reading.answers]),
    _c("kind", "", "kind of the screen", lambda c: [a.kind for a in c.reading.answers]),
    _c("name", "", "question, label or field", lambda c: [a.name for a in c.reading.answers]),
    _c("value", "JSON", "the answer that counts",
       lambda c: [json.dumps(a.value, ensure_ascii=False) for a in c.reading.answers]),
)  # fmt: skip

TABLES: Final[dict[str, tuple[TidyColumn, ...]]] = {
    "readings": READINGS, "images": IMAGES, "fixations": FIXATIONS, "gaze": GAZE, "viewport": VIEWPORT,
    "words": WORDS, "shapes": SHAPES, "answers": ANSWERS,
}  # fmt: skip
NUMBER_TABLES: Final = frozenset({"gaze"})
"""Their cells never need quotes, and they are long."""


def _pupil(reading: CaseReading, side: str) -> Rows:
    gaze = reading.samples.gaze
    size: Rows = np.where(gaze[f"{side}_pupil_valid"] != 0, gaze[f"{side}_pupil"], np.nan).astype(np.float64)
    return size
