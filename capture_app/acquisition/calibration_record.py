"""What the recording keeps of calibrations on the device, also of one that was made before it began."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from capture_app.acquisition.services import RecorderPort
from drivers.contract import CalibrationOutcome
from gaze_core.clocks import Clock
from gaze_core.device_rows import CALIBRATION_DATA_BYTES
from gaze_core.rows import CALIBRATION_DATA, EVENT, NO_TIME, Rows
from gaze_core.streams import TrackerInfo
from recordings_schema.layout import DatasetKey

MAX_CALIBRATION_BYTES: Final = 8 * 1024 * 1024
"""No device's calibration is larger; what claims to be is not taken."""

_KEPT_TRACKERS: Final = 8
_KEPT_OUTCOMES: Final = 8

TrackerKey: TypeAlias = "tuple[str, str, str]"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Applied:
    """The calibration a tracker uses, as far as this program knows."""

    t_computed_host_ns: int  # NO_TIME where it was computed at an earlier time and handed in
    outcome: CalibrationOutcome
    is_ours: bool = True  # else another program made it, and nothing of it is known here
    is_watched: bool = True  # the tracker was open here ever since: a change would have been told


class CalibrationRecord:
    """Numbers the computations of a recording and writes them; all in the server's thread.

    Parameters
    ----------
    recorder
        Takes the rows.
    clock
        Host clock.
    """

    def __init__(self, recorder: RecorderPort, clock: Clock) -> None:
        self._recorder = recorder
        self._clock = clock
        self._applied: dict[TrackerKey, _Applied] = {}  # by tracker, newest last
        self._made: dict[tuple[TrackerKey, bytes], _Applied] = {}  # computed lately, newest last
        self._attempt = 0
        self._is_recording = False
        self.last_attempt = -1  # number in the recording of what was computed or applied last

    def follow(self, info: TrackerInfo | None) -> None:
        """Look whether a recording began; it is given the calibration that its tracker uses."""
        was_recording, self._is_recording = self._is_recording, self._recorder.is_recording
        if was_recording or not self._is_recording:
            return
        self._attempt = 0
        applied = self._applied.get(_key(info)) if info is not None else None
        if applied is not None:
            self._tell_what_is_in_use(applied)
        if applied is not None and applied.is_ours:
            self._write(applied.outcome, applied.t_computed_host_ns)

    def changed_elsewhere(self, info: TrackerInfo | None) -> None:
        """Note that another program gave the tracker a calibration: what we made is in use no more."""
        outcome = CalibrationOutcome(is_applied=True, text="Another program made it.")
        self._keep(info, _Applied(t_computed_host_ns=NO_TIME, outcome=outcome, is_ours=False))

    def look_away(self) -> None:
        """Note that changes of a tracker may stay unseen: it is closed, or away."""
        self._applied = {key: replace(applied, is_watched=False) for key, applied in self._applied.items()}

    def computed(self, info: TrackerInfo | None, outcome: CalibrationOutcome, t_host_ns: int) -> Rows:
        """Keep a computation where it was applied, write it while recording; return its samples as rows."""
        if outcome.is_applied:
            applied = _Applied(t_computed_host_ns=t_host_ns, outcome=outcome)
            self._keep(info, applied)
            self._remember(info, applied)
        self.last_attempt = self._attempt
        samples = _samples(outcome, self._attempt, t_host_ns)
        if self._is_recording:
            self._write(outcome, t_host_ns)
        return samples

    def applied(self, info: TrackerInfo | None, data: bytes) -> None:
        """Keep a calibration that was handed to the tracker, and write it while recording."""
        before = self._applied.get(_key(info)) if info is not None else None
        if before is None or not before.is_ours or before.outcome.data != data:
            before = self._made.get((_key(info), data)) if info is not None else None
        if before is not None:
            applied = replace(before, is_watched=True)  # what was seen at the targets belongs to it still
        else:
            outcome = CalibrationOutcome(is_applied=True, text="Handed to the tracker.", data=data)
            applied = _Applied(t_computed_host_ns=NO_TIME, outcome=outcome)
        self._keep(info, applied)
        self.last_attempt = self._attempt
        if self._is_recording:
            self._write(applied.outcome, applied.t_computed_host_ns)

    def _tell_what_is_in_use(self, applied: _Applied) -> None:
        """Write that the recording begins with a calibration on the device; its value is the age in s."""
        now_ns = self._clock.now_ns()
        is_dated = applied.t_computed_host_ns != NO_TIME
        age_s = (now_ns - applied.t_computed_host_ns) * 1e-9 if is_dated else math.nan
        row = EVENT.row(
            t_host_ns=now_ns,
            kind="calibration_in_use",
            source="tracker",
            value=age_s,
            text=_text_of(applied),
        )
        self._recorder.append(DatasetKey.EVENTS, row)

    def _remember(self, info: TrackerInfo | None, applied: _Applied) -> None:
        if info is None or not 0 < len(applied.outcome.data) <= MAX_CALIBRATION_BYTES:
            return
        made = (_key(info), applied.outcome.data)
        self._made.pop(made, None)
        self._made[made] = applied
        while len(self._made) > _KEPT_OUTCOMES:
            del self._made[next(iter(self._made))]

    def _keep(self, info: TrackerInfo | None, applied: _Applied) -> None:
        if info is None:
            return
        self._applied.pop(_key(info), None)
        self._applied[_key(info)] = applied
        while len(self._applied) > _KEPT_TRACKERS:
            del self._applied[next(iter(self._applied))]

    def _write(self, outcome: CalibrationOutcome, t_host_ns: int) -> None:
        self._recorder.append(DatasetKey.CALIBRATION_SAMPLES, _samples(outcome, self._attempt, t_host_ns))
        self._recorder.append(DatasetKey.CALIBRATION_DATA, data_rows(outcome.data, self._attempt, t_host_ns))
        self._attempt += 1
        if len(outcome.data) > MAX_CALIBRATION_BYTES:
            text = (
                f"The tracker's calibration of {len(outcome.data)} bytes is larger than any and is not kept "
                "in the recording; what it saw at the targets is."
            )
            self._recorder.event("calibration_too_large", text, float(len(outcome.data)))


def data_rows(data: bytes, attempt: int, t_host_ns: int) -> Rows:
    """Return the device's bytes as CALIBRATION_DATA rows; none where it gave none, or far too many."""
    if len(data) > MAX_CALIBRATION_BYTES:
        return CALIBRATION_DATA.empty(0)
    parts = [
        data[start : start + CALIBRATION_DATA_BYTES] for start in range(0, len(data), CALIBRATION_DATA_BYTES)
    ]
    rows = CALIBRATION_DATA.empty(len(parts))
    rows["t_computed_host_ns"] = t_host_ns
    rows["attempt"] = attempt
    rows["total_bytes"] = len(data)
    for index, part in enumerate(parts):
        rows["part"][index] = index
        rows["content_hex"][index] = part.hex().encode("ascii")
    return rows


def _text_of(applied: _Applied) -> str:
    """Return what is known of the calibration a recording begins with, in sentences."""
    if not applied.is_ours:
        return (
            "The recording begins with a calibration that another program gave the tracker; nothing else is "
            "known of it here."
        )
    text = f"The recording begins with a calibration made before it. {applied.outcome.text}"
    if applied.is_watched:
        return text
    return f"{text} The tracker was closed or away since; whether another program changed it is not known."


def _samples(outcome: CalibrationOutcome, attempt: int, t_host_ns: int) -> Rows:
    rows: Rows = outcome.samples.copy()
    rows["attempt"] = attempt
    rows["t_computed_host_ns"] = t_host_ns
    return rows


def _key(info: TrackerInfo) -> TrackerKey:
    return info.driver, info.model, info.serial
