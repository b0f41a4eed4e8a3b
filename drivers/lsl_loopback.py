"""Whether LSL works on this computer: a gaze stream from a second process, received by our own driver.

Everything stays on the loopback interface, in an LSL session of its own.
"""

from __future__ import annotations

import multiprocessing
import time
import uuid
from multiprocessing.connection import Connection
from typing import Final

import numpy as np
import numpy.typing as npt

from drivers.contract import DriverError, ViewingSetup
from drivers.lsl import create
from drivers.lsl_config import configuration_text
from gaze_core.rows import Rows

SAMPLE_COUNT: Final = 600
_RATE_HZ: Final = 600.0
_STREAM: Final = "reading-station-self-test"
_LONGEST_S: Final = 20.0
_SETUP: Final = ViewingSetup(
    width_px=1920, height_px=1080, width_mm=528.0, height_mm=297.0, distance_mm=650.0
)
_SCREEN: Final = "display-area, origin top-left"


def check_loopback() -> str:
    """Send samples from a second process, receive them here, compare; return what was done.

    Sets LSL up for this process, which can be done only once: call it in a process of its own.

    Raises
    ------
    DriverError
        If the stream is not found, or what arrives is not what was sent.
    """
    session_id = f"self-test-{uuid.uuid4().hex[:16]}"
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    sender = context.Process(target=send_samples, args=(there, session_id), name="LSL sender")
    sender.start()
    there.close()
    try:
        return _receive(session_id)
    finally:
        here.close()  # the sender ends when its pipe does
        sender.join(5.0)
        if sender.is_alive():
            sender.kill()
            sender.join()


def send_samples(parent: Connection, session_id: str) -> None:
    """Send the samples once somebody listens, then wait for the end of the pipe; the body of the process."""
    import pylsl

    pylsl.set_config_content(configuration_text(session_id=session_id, is_network_allowed=False))
    info = pylsl.StreamInfo(_STREAM, "Gaze", 2, _RATE_HZ, "double64", session_id)
    channels = info.desc().append_child("channels")
    for axis in "xy":
        node = channels.append_child("channel")
        node.append_child_value("label", f"left_{axis}_norm")
        node.append_child_value("eye", "left")
        node.append_child_value("type", f"Screen{axis.upper()}")
        node.append_child_value("unit", "normalized")
        node.append_child_value("coordinate_system", _SCREEN)
    outlet = pylsl.StreamOutlet(info)
    outlet.wait_for_consumers(_LONGEST_S)
    values, stamps_s = sent_samples()
    outlet.push_chunk(values, list(stamps_s))
    try:
        parent.recv_bytes()
    except EOFError:
        return


def sent_samples() -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return values (samples x 2, norm) and stamps in s as they are sent."""
    number = np.arange(SAMPLE_COUNT)
    values = np.stack([np.sin(number / 50.0), np.cos(number / 50.0)], axis=1) / 3.0 + 0.5
    return np.ascontiguousarray(values), 1000.0 + number / _RATE_HZ


def _receive(session_id: str) -> str:
    tracker = create({"session_id": session_id, "wait_s": f"{_LONGEST_S:g}", "markers": "no"}, _SETUP)
    try:
        tracker.open()
        tracker.start()
        raw_parts: list[Rows] = []
        deadline_s = time.monotonic() + _LONGEST_S
        while sum(len(part) for part in raw_parts) < SAMPLE_COUNT and time.monotonic() < deadline_s:
            raw_parts.append(tracker.read(0.1).raw)
    finally:
        tracker.close()
    raw = np.concatenate(raw_parts)
    values, stamps_s = sent_samples()
    if len(raw) != SAMPLE_COUNT:
        raise DriverError(f"{len(raw)} of {SAMPLE_COUNT} LSL samples arrived within {_LONGEST_S:g} s.")
    is_same = (
        np.array_equal(raw["left_x_norm"], values[:, 0])
        and np.array_equal(raw["left_y_norm"], values[:, 1])
        and np.array_equal(raw["lsl_timestamp"], stamps_s)
    )
    if not is_same:
        raise DriverError("The LSL samples that arrived are not those that were sent.")
    return f"{SAMPLE_COUNT} samples between two processes, unchanged"
