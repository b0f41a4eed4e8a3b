from __future__ import annotations

import ctypes
import itertools
import os
import shutil
import subprocess

import pytest

from drivers.contract import (
    DriverError,
    DriverOptionError,
    DriverStateError,
    NoticeKind,
    TrackerLostError,
    TrackerNotFoundError,
)
from drivers.mouse import MouseTracker, create
from drivers.pointer import X11Pointer, find_pointer_problem, open_pointer
from gaze_core.rows import GazeFlag


class ScriptedPointer:
    """Tells scripted positions, or fails where the script holds an error."""

    def __init__(self, *script) -> None:
        self.script = list(script)

    def __call__(self) -> tuple[float, float]:
        step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(step, Exception):
            raise step
        return step


def running(setup, clock, *script, **options):
    tracker = MouseTracker(setup, position=ScriptedPointer(*script), clock=clock, wait=clock.wait, **options)
    tracker.open()
    tracker.start()
    return tracker


def test_a_position_becomes_the_fraction_of_the_screen_it_is_on(setup, clock):
    tracker = running(setup, clock, (1920.0 + 480.0, -1080.0 + 270.0), origin_px=(1920.0, -1080.0))
    batch = tracker.read(0.1)
    assert (batch.gaze["x_norm"][0], batch.gaze["y_norm"][0]) == (0.25, 0.25)
    assert (batch.raw["pointer_x"][0], batch.raw["pointer_y"][0]) == (2400.0, -810.0)
    assert batch.gaze["valid"][0] == 1
    assert batch.gaze["flags"][0] == GazeFlag.SYNTHETIC


def test_points_are_made_pixels_by_the_scale(setup, clock):
    assert running(setup, clock, (480.0, 0.0), scale=2.0).read(0.1).gaze["x_norm"][0] == 0.5


def test_a_position_beyond_the_screen_is_kept_as_it_is(setup, clock):
    assert running(setup, clock, (-960.0, 2160.0)).read(0.1).gaze["x_norm"][0] == -0.5


def test_samples_come_at_the_set_rate(setup, clock):
    tracker = running(setup, clock, (0.0, 0.0), rate_hz=50.0)
    stamps = [int(tracker.read(1.0).gaze["t_host_ns"][0]) for _ in range(5)]
    assert [later - earlier for earlier, later in itertools.pairwise(stamps)] == [20_000_000] * 4


def test_a_short_timeout_returns_nothing_and_loses_nothing(setup, clock):
    tracker = running(setup, clock, (0.0, 0.0))
    tracker.read(0.0)
    assert len(tracker.read(0.004).gaze) == 0
    assert tracker.read(0.1).gaze["seq"][0] == 1


def test_instants_nobody_read_leave_a_hole_and_a_flag(setup, clock):
    tracker = running(setup, clock, (0.0, 0.0))
    tracker.read(0.1)
    clock.wait(0.055)
    gaze = tracker.read(0.1).gaze
    assert gaze["seq"][0] == 5
    assert gaze["flags"][0] == GazeFlag.SYNTHETIC | GazeFlag.GAP_BEFORE


def test_a_pointer_that_cannot_be_read_for_a_while_is_told_once_and_comes_back(setup, clock):
    locked = DriverError("The desktop is locked.")
    tracker = running(setup, clock, (0.0, 0.0), locked, locked, (9.0, 9.0))
    batches = [tracker.read(0.1) for _ in range(4)]
    kinds = [notice.kind for batch in batches for notice in batch.notices]
    assert kinds == [NoticeKind.CONNECTION_LOST, NoticeKind.CONNECTION_RESTORED]
    assert [len(batch.gaze) for batch in batches] == [1, 0, 0, 1]
    assert batches[3].gaze["flags"][0] & GazeFlag.RECONNECTED


def test_a_pointer_that_is_gone_for_good_is_lost(setup, clock):
    tracker = running(setup, clock, TrackerLostError("The display is gone."))
    with pytest.raises(TrackerLostError):
        tracker.read(0.1)


def test_wrong_order_is_refused_by_name(setup, clock):
    tracker = MouseTracker(setup, position=ScriptedPointer((0.0, 0.0)), clock=clock)
    for call in (tracker.capabilities, tracker.start, lambda: tracker.read(0.0)):
        with pytest.raises(DriverStateError, match="mouse tracker is not"):
            call()


def test_options_are_checked_in_words(setup):
    with pytest.raises(DriverOptionError, match=r"'rate_hz' of the mouse driver is '1000'.*1 to 125"):
        create({"rate_hz": "1000"}, setup)
    with pytest.raises(DriverOptionError, match="no option 'speed'"):
        create({"speed": "3"}, setup)


def test_without_a_display_the_reason_and_the_remedy_are_told():
    problem = find_pointer_problem("linux", {})
    assert problem is not None
    assert "DISPLAY is not set" in problem.reason
    assert "graphical session" in problem.remedy
    assert find_pointer_problem("win32", {}) is None


def test_in_a_wayland_session_the_pointer_is_not_trusted():
    wayland = {"DISPLAY": ":0", "XDG_SESSION_TYPE": "wayland"}
    problem = find_pointer_problem("linux", wayland)
    assert problem is not None
    assert "QT_QPA_PLATFORM=xcb" in problem.remedy
    over_x11 = find_pointer_problem("linux", {**wayland, "QT_QPA_PLATFORM": "xcb"})
    assert over_x11 is None or "libxcb" in over_x11.reason


@pytest.fixture
def x_display(tmp_path, monkeypatch):
    if shutil.which("Xvfb") is None:
        pytest.skip("Xvfb is not installed")
    reader, writer = os.pipe()
    command = ["Xvfb", "-displayfd", str(writer), "-nolisten", "tcp", "-screen", "0", "800x600x24"]
    with (tmp_path / "xvfb.log").open("wb") as log:
        server = subprocess.Popen(command, pass_fds=(writer,), stderr=log)
    os.close(writer)
    with os.fdopen(reader) as answer:
        number = answer.readline().strip()
    if not number:
        server.wait(10)
        pytest.skip("Xvfb does not start here")
    monkeypatch.setenv("DISPLAY", f":{number}")
    monkeypatch.delenv("XDG_SESSION_TYPE", raising=False)
    yield server
    server.terminate()
    server.wait(10)


@pytest.mark.processes
def test_the_pointer_of_a_real_x_display_is_read_and_its_loss_is_no_crash(x_display, setup):
    pointer = X11Pointer()
    warp = pointer._xcb.xcb_warp_pointer
    warp.argtypes = (ctypes.c_void_p, *[ctypes.c_uint32] * 2, *[ctypes.c_int16] * 2, *[ctypes.c_uint16] * 2,
                     *[ctypes.c_int16] * 2)  # fmt: skip
    warp(pointer._connection, 0, pointer._root, 0, 0, 0, 0, 123, 456)
    assert pointer.position() == (123.0, 456.0)
    x_display.terminate()
    x_display.wait(10)
    with pytest.raises(TrackerLostError, match="X display stopped answering"):
        pointer.position()
    pointer.close()
    pointer.close()


def test_a_display_that_does_not_answer_is_not_found(monkeypatch):
    if find_pointer_problem("linux", {"DISPLAY": ":1"}) is not None:
        pytest.skip("libxcb is not installed")
    monkeypatch.delenv("XDG_SESSION_TYPE", raising=False)
    monkeypatch.setenv("DISPLAY", "unix:/nonexistent/socket:4321")
    with pytest.raises(TrackerNotFoundError, match="does not answer"):
        open_pointer()
