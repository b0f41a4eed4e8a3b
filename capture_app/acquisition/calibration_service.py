"""Calibration on the device: the app's calls made one at a time in a thread of their own, and kept.

Whatever happens in between, calibration mode is left in the end: when the app asks for it, when the tracker
is closed or lost, when a call hangs and returns after all, and when the process ends.
"""

from __future__ import annotations

import logging
from typing import Final

from capture_app.acquisition import messages as m
from capture_app.acquisition.calibration_record import MAX_CALIBRATION_BYTES, CalibrationRecord
from capture_app.acquisition.calibration_worker import (
    CalibrationWorker,
    Finished,
    leave_call,
    place_text,
)
from capture_app.acquisition.services import ServiceParts, StreamTap
from drivers.contract import CalibratedEyes, DeviceCalibrator, NoticeKind
from gaze_core.rows import CALIBRATION_SAMPLE, EVENT, NO_TIME, Rows
from gaze_core.streams import TrackerInfo
from recordings_schema.layout import DatasetKey

CALL_TIMEOUT_NS: Final = 30_000_000_000
CLOSE_PATIENCE_S: Final = 0.8
OWN_CHANGE_NS: Final = 2_000_000_000
"""A change that the tracker tells so soon after a call of ours is the one that the call made."""

_CALLS: Final = ("enter", "collect", "discard", "compute", "apply", "leave")
_WITH_TARGET: Final = ("collect", "discard")
_log = logging.getLogger(__name__)


class CalibrationService:
    """Answers `CalibrationCall`."""

    def __init__(self, parts: ServiceParts) -> None:
        self._parts = parts
        self._worker = CalibrationWorker(parts.clock)
        self._record = CalibrationRecord(parts.recorder, parts.clock)
        self._running: m.CalibrationCall | None = None
        self._is_answer_wanted = False  # for the call that runs: the app asked for it
        self._info: TrackerInfo | None = None  # of the tracker that the call that runs is for
        self._used: DeviceCalibrator | None = None  # of the call that runs, or ran last
        self._is_entered = False  # calibration mode was entered, or may have been
        self._waiting_leave: bool | None = None  # to be made next; True where the app wants an answer
        self._own_from_ns = self._own_until_ns = NO_TIME  # when changes of the calibration were ours, newest
        self._seen_change_ns = self._seen_loss_ns = NO_TIME

    @property
    def handles(self) -> tuple[type[m.Message], ...]:
        """The messages it answers."""
        return (m.CalibrationCall,)

    @property
    def tap(self) -> StreamTap | None:
        """None: it looks at no stream."""
        return None

    def handle(self, message: m.Message) -> None:
        """Begin a call, or answer why it cannot be made."""
        if not isinstance(message, m.CalibrationCall):
            return
        if message.call == "leave" and self._running is not None:
            self._waiting_leave = True
            return
        calibrator = self._calibrator(message)
        if message.call == "leave" and calibrator is None:
            self._answer(message, is_ok=True, text="No tracker is in calibration mode.")
            return
        problem = self._problem(message, calibrator)
        if problem or calibrator is None:
            self._answer(message, is_ok=False, text=problem)
            return
        self._begin(message, calibrator, is_answer_wanted=True)

    def tracker_changed(self, info: TrackerInfo | None) -> None:
        """Leave the calibration mode of a tracker that is gone."""
        if info is None:
            self._leave_tracker_that_goes()
            self._record.look_away()

    def step(self) -> None:
        """Take the call that has ended, give up one that hangs, and follow the recording."""
        finished = self._worker.take_finished()
        if finished is not None:
            self._take(finished)
        running_ns = self._worker.running_ns
        if running_ns is not None and running_ns > CALL_TIMEOUT_NS:
            self._give_up()
        if self._parts.tracker.info is None:
            self._leave_tracker_that_goes()
        self._follow_notices()
        self._record.follow(self._parts.tracker.info)

    def close(self) -> None:
        """Leave calibration mode and end the thread."""
        if self._worker.is_hanging:
            return  # it leaves by itself, should it ever return
        if self._is_entered and self._used is not None:
            self._worker.begin(leave_call(), self._used)
        self._worker.close(CLOSE_PATIENCE_S)

    def _calibrator(self, message: m.CalibrationCall) -> DeviceCalibrator | None:
        if message.call == "leave" and self._is_entered:
            return self._used
        capabilities = self._parts.tracker.capabilities
        if self._parts.tracker.info is None or capabilities is None:
            return None
        return capabilities.calibrator

    def _problem(self, message: m.CalibrationCall, calibrator: DeviceCalibrator | None) -> str:
        """Return why a call cannot be made, a sentence; "" where it can."""
        if self._worker.is_hanging:
            return (
                "The tracker still has not answered an earlier calibration call and cannot be calibrated. "
                "Switch it off and on again; if that does not help, restart this program."
            )
        if self._running is not None:
            return (
                f"The tracker is still busy with the calibration call {self._running.call}; "
                "wait for its answer, then ask again."
            )
        if message.call not in _CALLS:
            return f"There is no calibration call {message.call!r}; the calls are: {', '.join(_CALLS)}."
        if calibrator is None:
            return self._problem_of_tracker()
        return _problem_of_values(message) or self._problem_of_eyes(message)

    def _problem_of_tracker(self) -> str:
        info = self._parts.tracker.info
        if info is None:
            return "There is no tracker to calibrate; open one first."
        return (
            f"The {info.model} cannot be calibrated by this program; calibrate it with its maker's program, "
            "then validate here."
        )

    def _problem_of_eyes(self, message: m.CalibrationCall) -> str:
        capabilities = self._parts.tracker.capabilities
        is_single = message.call == "enter" and message.eyes != CalibratedEyes.BOTH.value
        if is_single and capabilities is not None and not capabilities.calibrates_single_eyes:
            return "This tracker cannot calibrate a single eye; calibrate both eyes."
        return ""

    def _begin(
        self, message: m.CalibrationCall, calibrator: DeviceCalibrator, *, is_answer_wanted: bool
    ) -> None:
        now_ns = self._parts.clock.now_ns()
        if not self._is_entered and now_ns > self._own_until_ns:
            self._own_from_ns = now_ns
        self._running, self._used = message, calibrator
        self._is_answer_wanted = is_answer_wanted
        if self._parts.tracker.info is not None:
            self._info = self._parts.tracker.info
        if message.call == "enter":
            self._is_entered = True  # also where it fails half-way: leaving once too often is harmless
        self._worker.begin(message, calibrator)

    def _take(self, finished: Finished) -> None:
        call = finished.call
        rows, data, attempt = CALIBRATION_SAMPLE.empty(0), b"", -1
        self._running = None
        self._own_until_ns = finished.t_host_ns + OWN_CHANGE_NS
        self._note(call, is_ok=finished.is_ok, text=finished.text, t_host_ns=finished.t_host_ns)
        if finished.outcome is not None:
            rows = self._record.computed(self._info, finished.outcome, finished.t_host_ns)
            data, attempt = finished.outcome.data, self._record.last_attempt
        elif call.call == "apply" and finished.is_ok:
            self._record.applied(self._info, bytes.fromhex(call.data_hex))
            attempt = self._record.last_attempt
        elif call.call == "leave":
            self._is_entered = False
        if self._is_answer_wanted:
            self._answer(
                call, is_ok=finished.is_ok, text=finished.text, rows=rows, data=data, attempt=attempt
            )
        if self._waiting_leave is not None and self._used is not None:
            is_answer_wanted, self._waiting_leave = self._waiting_leave, None
            self._begin(leave_call(), self._used, is_answer_wanted=is_answer_wanted)

    def _give_up(self) -> None:
        """Answer a call that hangs, and a wish to leave that waits for it."""
        call, self._running = self._running, None
        self._worker.abandon()
        self._is_entered = False  # the abandoned thread leaves
        if call is None:
            return
        text = (
            f"The tracker did not answer the calibration call {call.call} within "
            f"{CALL_TIMEOUT_NS * 1e-9:.0f} s and is not waited for any longer. Look at its cable and power, "
            "then open it again."
        )
        self._note(call, is_ok=False, text=text, t_host_ns=self._parts.clock.now_ns())
        if self._is_answer_wanted:
            self._answer(call, is_ok=False, text=text)
        is_leave_wanted, self._waiting_leave = self._waiting_leave, None
        if is_leave_wanted:
            self._answer(leave_call(), is_ok=False, text=text)

    def _follow_notices(self) -> None:
        """Look whether another program made a calibration, or could have made one unseen."""
        tracker = self._parts.tracker
        loss_ns = tracker.last_notice_ns(NoticeKind.CONNECTION_LOST)
        if loss_ns not in (self._seen_loss_ns, NO_TIME):
            self._record.look_away()
        change_ns = tracker.last_notice_ns(NoticeKind.CALIBRATION_CHANGED)
        if change_ns not in (self._seen_change_ns, NO_TIME) and not self._is_own(change_ns):
            self._record.changed_elsewhere(tracker.info)
        self._seen_loss_ns, self._seen_change_ns = loss_ns, change_ns

    def _is_own(self, t_host_ns: int) -> bool:
        """Whether what the tracker told at a time was done by this program."""
        is_over = self._running is None and not self._is_entered and t_host_ns > self._own_until_ns
        return self._own_from_ns != NO_TIME and t_host_ns >= self._own_from_ns and not is_over

    def _leave_tracker_that_goes(self) -> None:
        if not self._is_entered or self._used is None:
            return
        if self._running is None:
            self._begin(leave_call(), self._used, is_answer_wanted=False)
        elif self._running.call != "leave" and self._waiting_leave is None:
            self._waiting_leave = False

    def _note(self, call: m.CalibrationCall, *, is_ok: bool, text: str, t_host_ns: int) -> None:
        """Write a call as an event, where a recording runs."""
        if call.call in _WITH_TARGET and place_text(call) not in text:
            text = f"At {place_text(call)}: {text}"
        kind = f"calibration_{call.call}"
        _log.info("%s: %s", kind, text)
        self._parts.recorder.append(
            DatasetKey.EVENTS,
            EVENT.row(t_host_ns=t_host_ns, kind=kind, source="tracker", value=float(is_ok), text=text),
        )

    def _answer(
        self,
        call: m.CalibrationCall,
        *,
        is_ok: bool,
        text: str,
        rows: Rows | None = None,
        data: bytes = b"",
        attempt: int = -1,
    ) -> None:
        self._parts.send(
            m.CalibrationAnswer(
                call=call.call,
                x_norm=call.x_norm,
                y_norm=call.y_norm,
                is_ok=is_ok,
                text=text,
                row_type=CALIBRATION_SAMPLE.name,
                rows=CALIBRATION_SAMPLE.empty(0) if rows is None else rows,
                data_hex=data.hex() if len(data) <= MAX_CALIBRATION_BYTES else "",
                attempt=attempt,
            )
        )


def _problem_of_values(message: m.CalibrationCall) -> str:
    """Return what is wrong with the values of a call, a sentence; "" where nothing is."""
    if message.call in _WITH_TARGET and not (0.0 <= message.x_norm <= 1.0 and 0.0 <= message.y_norm <= 1.0):
        return f"The target {place_text(message)} is not on the screen; give fractions from 0 to 1."
    if message.call == "enter" and message.eyes not in [eyes.value for eyes in CalibratedEyes]:
        return f"There are no eyes called {message.eyes!r} to calibrate; give both, left or right."
    if message.call == "apply":
        if not message.data_hex or len(message.data_hex) > 2 * MAX_CALIBRATION_BYTES:
            size_bytes = len(message.data_hex) // 2
            return f"A calibration of {size_bytes} bytes is none of a tracker; choose another one."
        try:
            bytes.fromhex(message.data_hex)
        except ValueError:
            return "The calibration that was handed in is damaged; choose another one, or calibrate anew."
    return ""
