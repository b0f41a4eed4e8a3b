"""A lab's own tracker, which behaves as its options say: it crashes, hangs, prints, calibrates."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import threading
import time
from pathlib import Path

import numpy as np

from drivers.contract import (
    Batch,
    CalibrationOutcome,
    Capabilities,
    DriverError,
    Notice,
    NoticeKind,
    TrackerLostError,
    TrackerNotFoundError,
)
from drivers.registry import Availability, DriverSpec, FoundTracker
from gaze_core.rows import CALIBRATION_SAMPLE, GAZE, MARKER, USER_POSITION
from gaze_core.streams import TrackerInfo

ROWS_PER_READ = 10


class LabCalibrator:
    """Takes as long over a target as the machine lets it, and says what it was asked."""

    def __init__(self, options):
        self._options = options
        self._asked = []

    def enter(self, eyes):
        self._asked.append(f"enter {eyes.value}")

    def collect(self, x_norm, y_norm):
        self._asked.append(f"collect {x_norm} {y_norm}")
        if "collect_waits_for" in self._options:
            while not Path(self._options["collect_waits_for"]).exists():
                time.sleep(0.005)
        if "collect_crashes" in self._options:
            os._exit(7)
        return y_norm < 0.9

    def discard(self, x_norm, y_norm):
        raise DriverError("Nothing was collected there. Collect first.")

    def compute(self):
        samples = CALIBRATION_SAMPLE.empty(2)
        samples["target_x_norm"] = [0.1, 0.9]
        return CalibrationOutcome(
            is_applied=True, text=", ".join(self._asked) + ".", samples=samples, data=b"\0\xffdata"
        )

    def apply(self, data):
        self._asked.append(f"apply {data!r}")

    def leave(self):
        raise ValueError("the device has no such mode")


class LabTracker:
    """Sends ten rows at each read until something happens."""

    def __init__(self, options):
        self.options = options
        self.reads = 0
        self.raw_dtype = np.dtype({"names": ["flag", "x"], "formats": ["u1", "<f8"], "offsets": [0, 8]})

    def open(self):
        trouble = self.options.get("open", "")
        if trouble == "absent":
            raise TrackerNotFoundError("The lab's tracker is not connected. Plug it in.")
        if trouble == "crashes":
            os.abort()
        if trouble == "fails":
            raise ZeroDivisionError("of no use to anybody")
        while "open_waits_for" in self.options and not Path(self.options["open_waits_for"]).exists():
            time.sleep(0.005)
        if "prints" in self.options:
            os.write(1, b"x" * 100_000 + b"\n")
            sys.stdout.write("Hello from the vendor\n" * 1000)
            sys.stdout.flush()
        serial = Path(self.options["serial_in"]).read_text() if "serial_in" in self.options else "1"
        return TrackerInfo(
            driver="lab", model="Lab", serial=serial, rate_hz=float("nan"), raw_dtype=self.raw_dtype
        )

    def capabilities(self):
        return Capabilities(
            rates_hz=(60.0, 120.0),
            modes=("human", "monkey"),
            calibrator=LabCalibrator(self.options),
            calibrates_single_eyes=True,
        )

    def start(self):
        if "start" in self.options:
            threading.Event().wait(None if self.options["start"] == "hangs" else float(self.options["start"]))

    def read(self, timeout_s):
        self.reads += 1
        if self.reads > int(self.options.get("reads", "1000000")):
            self._end()
        time.sleep(min(timeout_s, 0.002))
        now_ns = time.perf_counter_ns()
        gaze = GAZE.empty(ROWS_PER_READ)
        gaze["seq"] = np.arange(ROWS_PER_READ) + self.reads * ROWS_PER_READ
        gaze["t_host_ns"] = now_ns
        gaze["t_device_ns"] = self.reads * 1_000_000 + np.arange(ROWS_PER_READ) * 1000
        raw = np.zeros(ROWS_PER_READ, self.raw_dtype)
        raw["x"] = gaze["seq"]
        return Batch(
            gaze=gaze,
            raw=raw,
            markers=MARKER.row(t_host_ns=now_ns, text="marker é"),
            user_position=USER_POSITION.row(t_host_ns=now_ns, left_z_box=0.5),
            notices=(Notice(t_host_ns=now_ns, kind=NoticeKind.WARNING, text="It is warm.", value=30.5),),
        )

    def stop(self):
        pass

    def close(self):
        if "close" in self.options:
            threading.Event().wait()

    def _end(self):
        end = self.options["then"]
        if end == "crashes":
            os.abort()
        if end == "is lost":
            raise TrackerLostError("The lab's tracker is gone for good. Buy another one.")
        if end == "fails":
            raise ZeroDivisionError("nobody knows why")
        if end == "writes garbage":
            for descriptor in range(3, 64):
                with contextlib.suppress(OSError):
                    if stat.S_ISFIFO(os.fstat(descriptor).st_mode):
                        os.write(descriptor, b"\xff" * 64)
        if end == "hangs":
            threading.Event().wait()


def probe():
    return Availability(is_usable=True, reason="The lab's tracker is installed.")


def find(request):
    if request.options.get("search") == "fails":
        raise DriverError("The lab's network is down. Ask the lab.")
    return (
        FoundTracker(
            driver="lab",
            title="Lab 1",
            options={"serial": "1"},
            rates_hz=(60.0,),
            display_area_mm=(527.0, 296.0),
            modes=("human",),
        ),
    )


SPEC = DriverSpec(
    name="lab",
    summary="the lab's",
    create=lambda request: LabTracker(request.options),
    probe=probe,
    find=find,
    is_simulated=False,
    can_be_hosted=True,
)
