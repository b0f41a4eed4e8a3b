"""The pointer as a tracker, for piloting a study without an eye tracker.

The pointer is asked at a fixed rate. An instant that was missed because nobody read in time leaves a hole
in ``seq`` and `GazeFlag.GAP_BEFORE`: the pointer's way cannot be asked for afterwards. Every row carries
`GazeFlag.SYNTHETIC`; the position is the combined gaze, for a pointer has no eyes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from drivers.contract import (
    Batch,
    Capabilities,
    DriverError,
    DriverStateError,
    Notice,
    NoticeKind,
    TrackerLostError,
    ViewingSetup,
)
from drivers.options import OptionSpec, check_option_names, number_option
from drivers.pointer import PointerReader, find_pointer_problem, open_pointer
from drivers.registry import DriverRequest, FoundTracker
from gaze_core.clocks import Clock, HostClock
from gaze_core.rows import GAZE, GazeFlag
from gaze_core.streams import RawChannel, TrackerInfo

MOUSE_OPTIONS: Final = (
    OptionSpec(name="rate_hz", summary="how often the pointer is asked (1 to 125)", default="100"),
    OptionSpec(name="origin_x_px", summary="left edge of the reader's screen on the desktop", default="0"),
    OptionSpec(name="origin_y_px", summary="top edge of the reader's screen on the desktop", default="0"),
    OptionSpec(name="scale", summary="screen px per unit of the pointer (macOS counts points)", default="1"),
)

RAW_DTYPE: Final[np.dtype[np.void]] = np.dtype([("pointer_x", "<f8"), ("pointer_y", "<f8")])

MODEL: Final = "pointer"
RATES_HZ: Final = (30.0, 60.0, 100.0, 125.0)
"""Offered to choose from; the option takes any from 1 to 125."""

_DESKTOP_LIMIT_PX: Final = 1e6
_NS_PER_S: Final = 1_000_000_000


def create(options: Mapping[str, str], setup: ViewingSetup, clock: Clock | None = None) -> MouseTracker:
    """Return a mouse tracker made from text options."""
    check_option_names("mouse", options, MOUSE_OPTIONS)
    limits = {"minimum": -_DESKTOP_LIMIT_PX, "maximum": _DESKTOP_LIMIT_PX}
    return MouseTracker(
        setup,
        rate_hz=number_option("mouse", options, "rate_hz", default=100.0, minimum=1.0, maximum=125.0),
        origin_px=(
            number_option("mouse", options, "origin_x_px", default=0.0, **limits),
            number_option("mouse", options, "origin_y_px", default=0.0, **limits),
        ),
        scale=number_option("mouse", options, "scale", default=1.0, minimum=0.25, maximum=8.0),
        clock=clock,
    )


def find(request: DriverRequest) -> tuple[FoundTracker, ...]:
    """Return the pointer of this desktop, with the reason where it cannot be read.

    Raises
    ------
    DriverOptionError
        For an unknown option or an unusable value.
    """
    tracker = create(request.options, request.setup)
    problem = find_pointer_problem()
    return (
        FoundTracker(
            driver="mouse",
            title="Pointer of this desktop",
            options=dict(request.options),
            model=MODEL,
            rates_hz=RATES_HZ,
            rate_hz=tracker.rate_hz,
            is_usable=problem is None,
            reason=problem.reason if problem is not None else "",
            remedy=problem.remedy if problem is not None else "",
        ),
    )


class MouseTracker:
    """A driver that samples the pointer.

    Parameters
    ----------
    setup
        The reader's screen; its size in px makes positions into fractions.
    rate_hz
        How often the pointer is asked.
    origin_px
        Top-left corner of the reader's screen on the desktop, in screen px.
    scale
        Screen px per unit the pointer is told in.
    position
        Tells where the pointer is; None opens the pointer of this desktop.
    clock
        Source of host times.
    wait
        Called with seconds to let time pass.
    """

    def __init__(
        self,
        setup: ViewingSetup,
        *,
        rate_hz: float = 100.0,
        origin_px: tuple[float, float] = (0.0, 0.0),
        scale: float = 1.0,
        position: Callable[[], tuple[float, float]] | None = None,
        clock: Clock | None = None,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._setup = setup
        self._rate_hz = rate_hz
        self._period_ns = round(_NS_PER_S / rate_hz)
        self._origin_px = origin_px
        self._scale = scale
        self._given_position = position
        self._clock = HostClock() if clock is None else clock
        self._wait = wait
        self._pointer: PointerReader | None = None
        self._position: Callable[[], tuple[float, float]] | None = None
        self._is_running = False
        self._seq = 0  # of the next instant
        self._due_ns = 0  # host time of that instant
        self._is_lost = False

    @property
    def rate_hz(self) -> float:
        """How often the pointer is asked."""
        return self._rate_hz

    def open(self) -> TrackerInfo:
        """Find the pointer and describe it."""
        if self._position is not None:
            raise DriverStateError("The mouse tracker is already open; close it before opening it again.")
        self._position = self._given_position
        if self._position is None:
            self._pointer = open_pointer()
            self._position = self._pointer.position
        self._seq = 0
        return TrackerInfo(
            driver="mouse",
            model=MODEL,
            rate_hz=self._rate_hz,
            raw_dtype=RAW_DTYPE,
            raw_channels=(
                RawChannel(name="pointer_x", unit="desktop px", mapped_to="x_norm"),
                RawChannel(name="pointer_y", unit="desktop px", mapped_to="y_norm"),
            ),
            has_device_clock=False,
            is_simulated=True,
            settings={
                "origin_x_px": f"{self._origin_px[0]:g}",
                "origin_y_px": f"{self._origin_px[1]:g}",
                "scale": f"{self._scale:g}",
            },
        )

    def capabilities(self) -> Capabilities:
        """Return the one rate; a pointer can do nothing else."""
        if self._position is None:
            raise DriverStateError("The mouse tracker is not open; open it before asking what it can do.")
        return Capabilities(rates_hz=(self._rate_hz,))

    def start(self) -> None:
        """Begin to ask."""
        if self._position is None:
            raise DriverStateError("The mouse tracker is not open; open it before starting it.")
        if self._is_running:
            raise DriverStateError("The mouse tracker is running already; stop it before starting it again.")
        self._is_running = True
        self._is_lost = False
        self._due_ns = self._clock.now_ns()

    def read(self, timeout_s: float) -> Batch:
        """Return the pointer at the next instant, or nothing when that is further away than `timeout_s`."""
        if self._position is None or not self._is_running:
            raise DriverStateError("The mouse tracker is not running; open and start it before reading.")
        ahead_ns = self._due_ns - self._clock.now_ns()
        if ahead_ns > 0:
            self._wait(min(timeout_s, ahead_ns / _NS_PER_S))
        now_ns = self._clock.now_ns()
        if now_ns < self._due_ns:
            return _empty_batch()
        missed = (now_ns - self._due_ns) // self._period_ns
        self._due_ns += (missed + 1) * self._period_ns
        seq = self._seq + missed
        self._seq = seq + 1
        try:
            position = self._position()
        except TrackerLostError:
            raise
        except DriverError as error:
            return self._lost(now_ns, str(error))
        return self._sample(position, seq, now_ns, has_gap=missed > 0)

    def stop(self) -> None:
        """Ask no more."""
        self._is_running = False

    def close(self) -> None:
        """Let go of the pointer."""
        self._is_running = False
        self._position = None
        if self._pointer is not None:
            self._pointer.close()
            self._pointer = None

    def _sample(self, position: tuple[float, float], seq: int, now_ns: int, *, has_gap: bool) -> Batch:
        raw = np.zeros(1, RAW_DTYPE)
        raw["pointer_x"], raw["pointer_y"] = position
        flags = GazeFlag.SYNTHETIC
        if has_gap or self._is_lost:
            flags |= GazeFlag.GAP_BEFORE
        notices: tuple[Notice, ...] = ()
        if self._is_lost:
            self._is_lost = False
            flags |= GazeFlag.RECONNECTED
            text = "The pointer can be read again."
            notices = (Notice(t_host_ns=now_ns, kind=NoticeKind.CONNECTION_RESTORED, text=text),)
        gaze = GAZE.row(
            seq=seq,
            t_device_ns=now_ns,
            t_host_ns=now_ns,
            x_norm=(position[0] * self._scale - self._origin_px[0]) / self._setup.width_px,
            y_norm=(position[1] * self._scale - self._origin_px[1]) / self._setup.height_px,
            valid=1,
            flags=flags,
        )
        return Batch(gaze=gaze, raw=raw, notices=notices)

    def _lost(self, now_ns: int, text: str) -> Batch:
        if self._is_lost:
            return _empty_batch()
        self._is_lost = True
        notice = Notice(t_host_ns=now_ns, kind=NoticeKind.CONNECTION_LOST, text=text)
        return Batch(gaze=GAZE.empty(0), raw=np.zeros(0, RAW_DTYPE), notices=(notice,))


def _empty_batch() -> Batch:
    return Batch(gaze=GAZE.empty(0), raw=np.zeros(0, RAW_DTYPE))
