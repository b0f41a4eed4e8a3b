"""Calibration on the device through TittaPy: it takes orders, works on its own thread, and gives results.

TittaPy waits for that thread when calibration mode is left, and lets nothing else of Python run meanwhile. A
tracker that never answers would so stop the whole process; leaving is therefore refused while an order is
under way that was not answered in its time.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from drivers.contract import CalibratedEyes, CalibrationOutcome, DriverError
from drivers.tobii.titta_errors import FAILURES, failure, is_success, reason_of, status_of
from gaze_core.clocks import Clock, HostClock
from gaze_core.rows import CALIBRATION_SAMPLE, Rows, join_rows

ANSWER_S: Final = 20.0
"""Collecting takes about a second, computing a few; whoever waits for us gives up after 30."""

LEAVE_S: Final = 2.0
"""How long leaving waits for an order that is still under way."""

MAX_DATA_BYTES: Final = 4 * 1024 * 1024

_POLL_S: Final = 0.02
_COLLECTION_FAILED: Final = "OPERATION_FAILED"
_NOT_STARTED: Final = "CALIBRATION_NOT_STARTED"
_USES: Final = {"valid_but_not_used": 1, "valid_and_used": 2}  # codes of CALIBRATION_SAMPLE; others are 0
_FAILED: Final = (
    "The samples do not make a calibration. Collect those of badly hit targets again, or begin anew."
)
_EMPTY: Final = "The tracker calls the calibration a success but names no target of it. Calibrate again."
_NO_DATA: Final = " It gave no data of it, so it cannot be given back to the tracker later."
_APPLIED: Final = {
    "success": "The tracker computed the calibration and uses it from now on.",
    "success_left_eye": "The tracker computed the calibration of the left eye and uses it from now on.",
    "success_right_eye": "The tracker computed the calibration of the right eye and uses it from now on.",
}


class TittaCalibrator:
    """A `DeviceCalibrator`; its calls block and come from one worker thread, but for a `leave` at the close.

    Parameters
    ----------
    tracker
        TittaPy's object, connected.
    can_do_single_eyes
        Whether the device calibrates one eye alone.
    clock, sleep
        Time, and how to let it pass: that of the machine, for the work is done by a thread of the library.
    answer_s, leave_s
        How long an order may take, and how long leaving waits for it.
    """

    def __init__(
        self,
        tracker: Any,
        *,
        can_do_single_eyes: bool,
        clock: Clock | None = None,
        sleep: Callable[[float], None] = time.sleep,
        answer_s: float = ANSWER_S,
        leave_s: float = LEAVE_S,
    ) -> None:
        self._tracker = tracker
        self._can_do_single_eyes = can_do_single_eyes
        self._clock: Clock = HostClock() if clock is None else clock
        self._sleep = sleep
        self._answer_s = answer_s
        self._leave_s = leave_s
        self._eye: str | None = None  # the one that is calibrated alone
        self._lock = threading.Lock()
        self._under_way = ""  # the order that has no result yet
        self._results: dict[str, Mapping[str, Any]] = {}  # by the order they are of

    @property
    def is_hung(self) -> bool:
        """Whether an order has no result yet: letting go of the tracker would wait for it."""
        self._fetch()
        return bool(self._under_way)

    def enter(self, eyes: CalibratedEyes = CalibratedEyes.BOTH) -> None:
        """Begin calibration mode."""
        what = "Calibration mode could not be entered"
        is_single = eyes is not CalibratedEyes.BOTH
        if is_single and not self._can_do_single_eyes:
            raise DriverError(f"{what}: the tracker cannot calibrate one eye alone. Calibrate both eyes.")
        if self._is_entered(what):
            raise DriverError(f"{what}: a calibration is under way. End it first.")
        self._eye = eyes.value if is_single else None
        result = self._done("enter", what, lambda: self._tracker.enter_calibration_mode(is_single))
        if not is_success(result["status_string"]):
            # The library's thread runs although the tracker refused; without it a second try is possible.
            self._done("exit", what, lambda: self._tracker.leave_calibration_mode())
            raise DriverError(f"{what}: {reason_of(result['status_string'])}")

    def collect(self, x_norm: float, y_norm: float) -> bool:
        """Collect at a target that is being shown; False asks for a repeat."""
        what = f"Nothing could be collected at the target ({x_norm:.3f}, {y_norm:.3f})"
        result = self._done(
            "collect_data",
            what,
            lambda: self._tracker.calibration_collect_data([x_norm, y_norm], self._eye),
        )
        status = result["status_string"]
        if status_of(status) != _COLLECTION_FAILED:
            _check(result, what)
        return is_success(status)

    def discard(self, x_norm: float, y_norm: float) -> None:
        """Throw away what was collected at a target."""
        what = f"The samples of the target ({x_norm:.3f}, {y_norm:.3f}) could not be discarded"
        result = self._done(
            "discard_data",
            what,
            lambda: self._tracker.calibration_discard_data([x_norm, y_norm], self._eye),
        )
        _check(result, what)

    def compute(self) -> CalibrationOutcome:
        """Compute and apply; the outcome brings the device's own data of it."""
        what = "The calibration could not be computed"
        result = self._done("compute", what, lambda: self._tracker.calibration_compute_and_apply())
        _check(result, what)
        computed = result.get("calibration_result") or {}
        text = _APPLIED.get(computed["status"].name) if "status" in computed else None
        if text is None:
            return CalibrationOutcome(is_applied=False, text=_FAILED)
        if not computed["points"]:
            return CalibrationOutcome(is_applied=False, text=_EMPTY)
        data, problem = self._data()
        samples = join_rows([CALIBRATION_SAMPLE.empty(0), *(_samples(each) for each in computed["points"])])
        return CalibrationOutcome(is_applied=True, text=text + problem, samples=samples, data=data)

    def apply(self, data: bytes) -> None:
        """Give the device the calibration it had at an earlier time; enters calibration mode for it."""
        what = "The earlier calibration could not be given to the tracker"
        if not 0 < len(data) <= MAX_DATA_BYTES:
            raise DriverError(f"{what}: it has {len(data)} bytes, which no calibration has. Calibrate anew.")
        is_own_mode = not self._is_entered(what)
        if is_own_mode:
            self.enter()
        try:
            # A list of numbers: TittaPy refuses bytes.
            result = self._done(
                "apply_calibration_data", what, lambda: self._tracker.calibration_apply_data(list(data))
            )
            _check(result, what)
        finally:
            if is_own_mode:
                self.leave()

    def leave(self) -> None:
        """End calibration mode; also after errors, and where it was never entered."""
        what = "Calibration mode could not be left"
        if not self._is_entered(what):
            return
        if not self._until(lambda: not self._under_way, self._leave_s):
            raise DriverError(
                f"{what}: the tracker still has not answered. Switch it off and on, then open it again."
            )
        result = self._done("exit", what, lambda: self._tracker.leave_calibration_mode())
        if status_of(result["status_string"]) != _NOT_STARTED:
            _check(result, what)

    def _data(self) -> tuple[bytes, str]:
        """Return the device's data of its calibration; where it gives none, a sentence that says so."""
        what = "The tracker's own data of the calibration could not be fetched"
        result = self._done("get_calibration_data", what, lambda: self._tracker.calibration_get_data())
        data = result.get("calibration_data") or ()
        if is_success(result["status_string"]) and 0 < len(data) <= MAX_DATA_BYTES:
            return bytes(data), ""
        return b"", _NO_DATA

    def _is_entered(self, what: str) -> bool:
        try:
            return bool(self._tracker.is_in_calibration_mode())
        except FAILURES as error:
            raise failure(what, error) from error

    def _done(self, action: str, what: str, order: Callable[[], object]) -> Mapping[str, Any]:
        """Give an order and return its result."""
        if self.is_hung:
            raise DriverError(
                f"{what}: the tracker is still busy with what it was told before. "
                "Wait a little, then try again."
            )
        self._under_way = action
        try:
            order()
        except FAILURES as error:
            self._under_way = ""
            raise failure(what, error) from error
        if not self._until(lambda: not self._under_way, self._answer_s):
            raise DriverError(
                f"{what}: the tracker did not answer for {self._answer_s:g} s. Check its cable and power; "
                "where it does not answer any more, switch it off and on and open it again."
            )
        return self._results.pop(action)

    def _until(self, is_so: Callable[[], bool], timeout_s: float) -> bool:
        deadline_ns = self._clock.now_ns() + round(timeout_s * 1e9)
        self._fetch()
        while not is_so():
            if self._clock.now_ns() >= deadline_ns:
                return False
            self._sleep(_POLL_S)
            self._fetch()
        return True

    def _fetch(self) -> None:
        with self._lock:
            while (result := self._tracker.calibration_retrieve_result()) is not None:
                action = result["work_item"]["action"].name
                if action == self._under_way:
                    self._results[action] = result
                    self._under_way = ""


def _check(result: Mapping[str, Any], what: str) -> None:
    status = result["status_string"]
    if not is_success(status):
        raise DriverError(f"{what}: {reason_of(status)}")


def _samples(point: Mapping[str, Any]) -> Rows:
    """Return what was seen at one target."""
    rows = CALIBRATION_SAMPLE.empty(len(point["samples_left_validity"]))
    rows["target_x_norm"] = point["position_on_display_area_x"]
    rows["target_y_norm"] = point["position_on_display_area_y"]
    for side in ("left", "right"):
        use = np.array([_USES.get(each.name, 0) for each in point[f"samples_{side}_validity"]], np.uint8)
        rows[f"{side}_use"] = use
        for axis in "xy":
            values = point[f"samples_{side}_position_on_display_area_{axis}"]
            rows[f"{side}_{axis}_norm"] = np.where(use > 0, values, math.nan)
    return rows
