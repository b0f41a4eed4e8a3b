"""Calibration as TittaPy does it: orders go into a queue, a native thread works, results are fetched."""

from __future__ import annotations

import _thread
import contextlib
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from simulated_tobii import CalibrationOfDevice, CollectedEye, SimulatedError, SimulatedTobii

from . import _enumerations as enumerations
from ._status import OK, code_of, words_of

_WORKING = {
    "collect_data": "collecting_data",
    "discard_data": "discarding_data",
    "compute": "computing",
    "get_calibration_data": "getting_calibration_data",
    "apply_calibration_data": "applying_calibration_data",
}
_COLLECTION_FAILED = "operation_failed"


@dataclass
class _Order:
    action: str
    coordinates: list[float] | None = None
    eye: str | None = None
    data: list[int] | None = None

    def as_dictionary(self) -> dict[str, Any]:
        out: dict[str, Any] = {"action": enumerations.calibration_action[self.action]}
        if self.coordinates is not None:
            out["coordinates"] = self.coordinates
        if self.eye is not None:
            out["eye"] = self.eye
        if self.data is not None:
            out["calibration_data"] = self.data
        return out


class Calibration:
    """The worker of one tracker; it lives from entering to leaving."""

    def __init__(self, device: SimulatedTobii) -> None:
        self._device = device.calibration
        self._orders: queue.SimpleQueue[_Order] = queue.SimpleQueue()
        self._results: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._ended: threading.Event | None = None
        self._is_monocular = False
        self.state = "not_yet_entered"

    @property
    def is_entered(self) -> bool:
        """Whether there is a worker; what the tracker thinks of it is another matter."""
        return self._ended is not None

    def enter(self, *, is_monocular: bool) -> bool:
        """Start the worker and order it to enter; False where there is one."""
        if self._ended is not None:
            return False
        self._is_monocular, self.state = is_monocular, "not_yet_entered"
        self._ended = threading.Event()
        self._orders.put(_Order("enter"))
        _thread.start_new_thread(self._work, (self._ended,))
        return True

    def leave(self, *, by_force: bool) -> bool:
        """Order the worker to leave, and wait until it has."""
        if by_force:
            with contextlib.suppress(SimulatedError):  # as the native call's failure is ignored
                self._device.leave()
        ended = self._ended
        if ended is not None:
            self._orders.put(_Order("exit"))
            ended.wait()
            self._ended = None
        self.state = "not_yet_entered"
        return ended is not None

    def order(self, action: str, **details: Any) -> None:
        """Queue work."""
        self.need_entered()
        self._orders.put(_Order(action, **details))

    def need_entered(self) -> None:
        """Raise what the real module raises where calibration mode was not entered."""
        if self._ended is None:
            raise RuntimeError(
                "Titta::cpp::isInCalibrationMode: you have not entered calibration mode, call "
                "enterCalibrationMode first"
            )

    def result(self) -> dict[str, Any] | None:
        """Return the oldest result that was not fetched."""
        try:
            return self._results.get_nowait()
        except queue.Empty:
            return None

    def _work(self, ended: threading.Event) -> None:
        order = _Order("nothing")
        while order.action != "exit":
            order = self._orders.get()
            self.state = _WORKING.get(order.action, self.state)
            result: dict[str, Any] = {"work_item": order.as_dictionary()}
            try:
                code, more = OK, self._done(order)
            except SimulatedError as error:
                code, more = code_of(error), {}
            if not (order.action == "apply_calibration_data" and not order.data):
                self._results.put({**result, "status": code, "status_string": words_of(code), **more})
            self.state = "awaiting_cal_point"
        self.state = "left"
        ended.set()

    def _done(self, order: _Order) -> dict[str, Any]:
        work: dict[str, Callable[[], dict[str, Any]]] = {
            "enter": lambda: _nothing(self._device.enter(is_monocular=self._is_monocular)),
            "exit": lambda: _nothing(self._device.leave()),
            "collect_data": lambda: self._collect(order),
            "discard_data": lambda: _nothing(
                self._device.discard(*order.coordinates or (), self._eyes(order))
            ),
            "compute": lambda: {"calibration_result": _result(self._device.compute())},
            "get_calibration_data": lambda: _data(self._device.retrieve()),
            "apply_calibration_data": lambda: _nothing(self._device.apply(bytes(order.data or ()))),
        }
        return work[order.action]()

    def _collect(self, order: _Order) -> dict[str, Any]:
        if self._device.collect(*order.coordinates or (), self._eyes(order)) != "success":
            raise SimulatedError(_COLLECTION_FAILED)
        return {}

    def _eyes(self, order: _Order) -> str:
        return order.eye or "left" if self._is_monocular else "both"


def _nothing(_: object) -> dict[str, Any]:
    return {}


def _data(data: bytes) -> dict[str, Any]:
    return {"calibration_data": list(data)} if data else {}


def _result(computed: CalibrationOfDevice) -> dict[str, Any]:
    points = []
    for point in computed.points:
        described: dict[str, Any] = {
            "position_on_display_area_x": float(np.float32(point.x_norm)),
            "position_on_display_area_y": float(np.float32(point.y_norm)),
        }
        for index, side in enumerate(("left", "right")):
            described |= _samples(f"samples_{side}", [sample[index] for sample in point.samples])
        points.append(described)
    return {"points": points, "status": enumerations.calibration_status[computed.status]}


def _samples(name: str, eyes: list[CollectedEye]) -> dict[str, Any]:
    validity = enumerations.calibration_eye_validity
    kinds = {
        "valid_and_used": validity["valid_and_used"],
        "valid_but_not_used": validity["valid_but_not_used"],
        "invalid_and_not_used": validity["invalid_and_not_used"],
    }
    return {
        f"{name}_position_on_display_area_x": np.array([eye.x_norm for eye in eyes], np.float32),
        f"{name}_position_on_display_area_y": np.array([eye.y_norm for eye in eyes], np.float32),
        f"{name}_validity": [kinds[eye.validity] for eye in eyes],
    }
