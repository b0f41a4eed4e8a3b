"""The markers of our LSL stream: one short JSON object for each recorded event, trial state and trigger.

Every object has ``event`` (what happened) and ``t_host_ns`` (when, on the clock of the recording). Beside
them stand the columns of the recorded row that say something; an unknown one is left out.
"""

from __future__ import annotations

import json
import math
import threading
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from capture_app.acquisition.recording_session import OPEN_TRIAL_STATES
from gaze_core.rows import Rows, decode_text
from recordings_schema.layout import DatasetKey

MAX_BYTES: Final = 255
"""A longer text is cut, so that the marker fits a marker row of a receiving station and stays JSON."""

_ELLIPSIS: Final = "…"
_IMAGES: Final = 2**31  # numbers of images are int32


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletMarker:
    """A marker and the host time it is stamped with."""

    text: str
    t_host_ns: int


class MarkerMaker:
    """Makes markers of rows; knows which trial is open, as the recorder does. For use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._trial = -1  # the open one
        self._case_id = ""

    def recording_started(self, t_host_ns: int) -> OutletMarker:
        """Return the marker of a recording that begins, in which no trial is open yet."""
        with self._lock:
            self._trial, self._case_id = -1, ""
        return _marker("recording_started", t_host_ns)

    def recording_ended(self, t_host_ns: int) -> OutletMarker:
        """Return the marker of a recording that takes no more rows."""
        return _marker("recording_ended", t_host_ns)

    def markers(self, key: DatasetKey, rows: Rows, *, has_triggers: bool) -> list[OutletMarker]:
        """Return the markers of recorded rows, none for rows of other kinds."""
        if key is DatasetKey.EVENTS:
            return [self._of_event(row) for row in rows]
        if key is DatasetKey.TRIALS:
            return [self._of_trial(row) for row in rows]
        if key is DatasetKey.TRIGGERS and has_triggers:
            return [_of_trigger(row) for row in rows]
        return []

    def _of_event(self, row: np.void) -> OutletMarker:
        kind, value, trial = decode_text(row["kind"]), float(row["value"]), int(row["trial"])
        with self._lock:
            trial = trial if trial >= 0 else self._trial
            case_id = self._case_id if trial == self._trial else ""
        columns: dict[str, Any] = {
            "source": decode_text(row["source"]),
            "trial": trial if trial >= 0 else None,
            "value": value if math.isfinite(value) else None,
        }
        if kind == "image_shown" and 0 <= value < _IMAGES:
            del columns["value"]
            columns["image_id"] = int(value)
            columns["case"] = case_id
        columns["text"] = decode_text(row["text"])
        return _marker(kind, int(row["t_host_ns"]), **columns)

    def _of_trial(self, row: np.void) -> OutletMarker:
        state, case_id = decode_text(row["state"]), decode_text(row["case_id"])
        trial = int(row["trial"])
        with self._lock:
            is_open = state in OPEN_TRIAL_STATES
            self._trial, self._case_id = (trial, case_id) if is_open else (-1, "")
        return _marker(
            f"trial_{state}",
            int(row["t_host_ns"]),
            trial=trial,
            case=case_id,
            image_ids=decode_text(row["image_ids"]),
        )


def _of_trigger(row: np.void) -> OutletMarker:
    trial = int(row["trial"])
    return _marker(
        "trigger",
        int(row["t_onset_host_ns"]),
        code=int(row["code"]),
        cause=decode_text(row["cause"]),
        port=decode_text(row["port"]),
        trial=trial if trial >= 0 else None,
    )


def _marker(event: str, t_host_ns: int, **columns: Any) -> OutletMarker:
    known = {name: value for name, value in columns.items() if value is not None and value != ""}
    fields = {"event": event, "t_host_ns": t_host_ns, **known}
    text = _as_json(fields)
    for name in ("text", "image_ids", "case"):
        while name in fields and len(text.encode("utf-8", "replace")) > MAX_BYTES:
            text = _as_json(_shortened(fields, name, len(text.encode("utf-8", "replace")) - MAX_BYTES))
    return OutletMarker(text=text, t_host_ns=t_host_ns)


def _shortened(fields: dict[str, Any], name: str, excess_bytes: int) -> dict[str, Any]:
    """Cut a text by at least one character, and take it out where nothing is left of it."""
    rest = fields[name].removesuffix(_ELLIPSIS)
    # A character is at most six bytes long as it is written: cutting by a sixth never cuts too much.
    rest = rest[: -max(1, excess_bytes // 6)]
    if rest:
        fields[name] = rest + _ELLIPSIS
    else:
        del fields[name]
    return fields


def _as_json(fields: dict[str, Any]) -> str:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
