"""The tables of a BIDS run: samples of one eye, fixations, events."""

from __future__ import annotations

import gzip
import hashlib
import re
from typing import Final

import numpy as np

from gaze_core.geometry import FloatArray
from recordings_schema.formats.reading import CaseReading
from recordings_schema.formats.tables import header, lines, rounded

MISSING: Final = "n/a"
EYES: Final = {"eye1": "left", "eye2": "right", "eye3": "cyclopean"}
_PREFIXES: Final = {"eye1": "left_", "eye2": "right_", "eye3": ""}
SAMPLE_COLUMNS: Final = ("timestamp", "x_coordinate", "y_coordinate", "pupil_size")
FIXATION_COLUMNS: Final = ("onset", "duration", "trial_type", "x_coordinate", "y_coordinate", "message")
EVENT_COLUMNS: Final = ("onset", "duration", "trial_type", "value", "image_sha256")
_NO_LABEL: Final = re.compile(r"[^A-Za-z0-9]+")
_SPACE: Final = re.compile(r"[\t\r\n]+")


def label_of(name: str) -> str:
    """Return a BIDS label: letters and digits; what was changed gets a mark, so that no two names meet."""
    label = _NO_LABEL.sub("", name)
    if label == name and label:
        return label
    return label + hashlib.sha256(name.encode("utf-8")).hexdigest()[:6]


def eyes_of(reading: CaseReading) -> tuple[str, ...]:
    """Return the recordings there are: each eye that was ever seen, the combined gaze where no eye was."""
    gaze = reading.samples.gaze
    single = tuple(eye for eye in ("eye1", "eye2") if (gaze[f"{_PREFIXES[eye]}valid"] != 0).any())
    return single or ("eye3",)


def sample_table(reading: CaseReading, eye: str, zero_ns: int) -> bytes:
    """Return the compressed samples of an eye in screen px; n/a where that eye was not seen."""
    gaze, prefix = reading.samples.gaze, _PREFIXES[eye]
    is_valid = (gaze[f"{prefix}valid"] != 0) & np.isfinite(gaze[f"{prefix}x_norm"])
    x, y = reading.geometry.screen.norm_to_screen_px(gaze[f"{prefix}x_norm"], gaze[f"{prefix}y_norm"])
    columns = [
        rounded((reading.samples.t_host_ns - zero_ns) * 1e-9, 6),
        rounded(np.where(is_valid, x, np.nan), 2, missing=MISSING),
        rounded(np.where(is_valid, y, np.nan), 2, missing=MISSING),
        rounded(_pupil(reading, prefix), 4, missing=MISSING),
    ]
    return packed(lines(columns, separator="\t"))


def fixation_table(reading: CaseReading, zero_ns: int) -> bytes:
    """Return the compressed fixations of the study's detector."""
    rows = reading.fixations
    x, y = reading.geometry.screen.norm_to_screen_px(rows["x_norm"], rows["y_norm"])
    columns = [
        rounded((rows["onset_host_ns"] - zero_ns) * 1e-9, 6),
        rounded(rows["duration_ms"] * 1e-3, 6),
        ["fixation"] * len(rows),
        rounded(x, 2, missing=MISSING),
        rounded(y, 2, missing=MISSING),
        [MISSING] * len(rows),
    ]
    return packed(lines(columns, separator="\t"))


def events_table(reading: CaseReading, zero_ns: int, *, has_words: bool) -> bytes:
    """Return the events of a run: images shown, views changed, words said, in order of time."""
    end_ns = int(reading.samples.t_host_ns[-1]) if len(reading.samples) else zero_ns
    events: list[tuple[int, int, str, str, str]] = []
    for image in reading.images:
        events.append((zero_ns, max(0, end_ns - zero_ns), "image", image.name, image.sha256))
    for row in reading.viewport:
        if row["image_id"] >= 0 and int(row["t_presented_host_ns"]) > zero_ns:
            cause = bytes(row["cause"]).decode("utf-8", "replace")
            events.append((int(row["t_presented_host_ns"]), 0, "view", cause or MISSING, MISSING))
    for word in reading.words if has_words else ():
        length_ns = max(0, word.t_offset_host_ns - word.t_onset_host_ns)
        events.append((word.t_onset_host_ns, length_ns, "word", word.text or MISSING, MISSING))
    events.sort(key=lambda event: event[0])
    columns = [
        rounded([(event[0] - zero_ns) * 1e-9 for event in events], 6),
        rounded([event[1] * 1e-9 for event in events], 6),
        *([_SPACE.sub(" ", str(event[place])) for event in events] for place in (2, 3, 4)),
    ]
    return header(EVENT_COLUMNS, separator="\t") + lines(columns, separator="\t")


def packed(content: bytes) -> bytes:
    """Return gzip bytes that hold neither a name nor a time."""
    return gzip.compress(content, compresslevel=6, mtime=0)


def _pupil(reading: CaseReading, prefix: str) -> FloatArray:
    gaze = reading.samples.gaze
    if not prefix:
        return np.full(len(gaze), np.nan)
    is_valid = gaze[f"{prefix}pupil_valid"] != 0
    return np.where(is_valid, gaze[f"{prefix}pupil"].astype(np.float64), np.nan)
