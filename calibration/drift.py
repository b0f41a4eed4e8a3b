"""The drift check before a case: where the eye settles when it is asked to look at one target.

The first stable fixation whose mean lies within 5 deg of the target is measured, by the live detector on
every sample since the target was presented; nothing is decided before that. Where the study says how near it
must come to pass, a fixation that misses by more is kept as the figure and the next one is looked at. Its
samples belong to a target row, and `is_reading` keeps samples of targets out of the reading.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np

from calibration.presenter import NS_PER_S, Pace, Presenter
from calibration.procedure import AbortReason, Step
from calibration.targets import Target
from calibration.validation import RowRange, TargetResult, validate_targets
from gaze_core.directions import directions
from gaze_core.eyes import Eye
from gaze_core.fixations import (
    AdaptiveParameters,
    DetectorName,
    EventMessage,
    MessagePhase,
    create_detector,
)
from gaze_core.geometry import BoolArray, ViewingGeometry
from gaze_core.row_codes import EventKind
from gaze_core.rows import TARGET, Rows, join_rows

CENTRE: Final = Target(target_id=0, x_norm=0.5, y_norm=0.5)
CONFIRM_NS: Final = 200_000_000  # the live detector announces every end within 130 ms


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftSettings:
    """How a check is made; position and timing are options of the study."""

    target: Target = CENTRE
    radius_deg: float = 5.0  # a fixation further away is not of this target
    stable_ms: float = 300.0  # how long it has to last; that much is measured
    pass_deg: float = math.inf  # one that misses the target by more is kept, and another is waited for
    patience_s: float = 10.0  # then the check ends

    def __post_init__(self) -> None:
        if not (0.0 < self.radius_deg <= 20.0 and 50.0 <= self.stable_ms <= 2000.0):
            raise ValueError(
                f"A drift check within {self.radius_deg:g} deg for {self.stable_ms:g} ms cannot be made; "
                "give up to 20 deg and 50 to 2000 ms."
            )
        if not self.pass_deg > 0.0:
            raise ValueError(f"No drift check can pass within {self.pass_deg:g} deg; give more than 0.")
        if not self.stable_ms * 1e-3 < self.patience_s <= 600.0:
            raise ValueError(
                f"A drift check that ends after {self.patience_s:g} s leaves no time for a fixation of "
                f"{self.stable_ms:g} ms; give a longer time, up to 600 s."
            )


class DriftState(str, Enum):
    """Where a check is."""

    READY = "ready"
    SHOWING = "showing"
    MEASURED = "measured"
    OVERRIDDEN = "overridden"  # somebody went on without a fixation that passes
    TIMED_OUT = "timed_out"  # no fixation that passes
    ABORTED = "aborted"


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftResult:
    """What one check found; offsets are signed, right and down positive, as seen looking at the target."""

    t_host_ns: int  # arrival of the last sample that was measured
    target: Target
    signal: Eye  # the one that counts
    fixation_first_device_ns: int
    eyes: tuple[TargetResult, ...]  # left, right, average over the measured part

    @property
    def counted(self) -> TargetResult:
        """The figures of the signal that counts."""
        return next(each for each in self.eyes if each.eye is self.signal)

    @property
    def offset_deg(self) -> tuple[float, float]:
        """Signed offset across and down, deg."""
        found = self.counted.accuracy
        return found.azimuth_offset_deg, found.elevation_offset_deg


class DriftCheck:
    """One check. All methods are called from one thread.

    Parameters
    ----------
    geometry
        The screen and where the eye is without a measured position.
    signal
        The study's: left, right or average.
    settings
        Target and timing.
    pace
        How long is waited for the window.
    """

    def __init__(
        self,
        geometry: ViewingGeometry,
        signal: Eye,
        *,
        settings: DriftSettings | None = None,
        pace: Pace | None = None,
    ) -> None:
        self._geometry = geometry
        self._signal = Eye.AVERAGE if signal is Eye.STRICT_AVERAGE else signal
        self._settings = settings if settings is not None else DriftSettings()
        self._pace = pace if pace is not None else Pace()
        self._presenter = Presenter("drift", self._pace)
        self._detector = create_detector(DetectorName.ADAPTIVE, AdaptiveParameters(eye=self._signal))
        self._gaze: list[Rows] = []
        self._candidate: tuple[int, int] | None = None  # event id and onset on the device clock
        self._state = DriftState.READY
        self._now_ns = 0
        self._result: DriftResult | None = None
        self._reason: AbortReason | None = None
        self._text = ""

    @property
    def state(self) -> DriftState:
        """Where it is."""
        return self._state

    @property
    def result(self) -> DriftResult | None:
        """What was found, of several the last; None before, and where there was no fixation."""
        return self._result

    @property
    def reason(self) -> AbortReason | None:
        """Why it was aborted, None where it was not."""
        return self._reason

    @property
    def shown(self) -> Rows:
        """The TARGET row, once the target is gone."""
        return self._presenter.rows

    def begin(self, now_host_ns: int) -> None:
        """Show the target."""
        if self._state is not DriftState.READY:
            raise ValueError(f"The drift check is {self._state.value} already; make a new one.")
        self._now_ns = now_host_ns
        self._state = DriftState.SHOWING
        self._presenter.go_to(self._settings.target, now_host_ns)

    def presented(self, showing: int, t_host_ns: int) -> None:
        """Note when the first frame with the target was presented."""
        self._presenter.presented(showing, t_host_ns)

    def take(self, gaze: Rows) -> None:
        """Take GAZE rows in order of arrival; those from before the target are left out."""
        since_ns = self._presenter.presented_ns
        if self._state is not DriftState.SHOWING or since_ns is None:
            return
        own = gaze[gaze["t_host_ns"] >= since_ns]
        if not len(own):
            return
        self._gaze.append(own)
        for message in self._detector.push(directions(own, self._geometry)).messages:
            if message.kind == EventKind.FIXATION:
                self._consider(message.t_stream_ns)
                self._hear(message)
        self._consider(int(own["t_device_ns"][-1]))

    def override(self, now_host_ns: int) -> None:
        """Go on without a fixation that passes; one that was measured keeps its figure."""
        self._end(DriftState.OVERRIDDEN, now_host_ns, "The drift check was passed over.")

    def abort(self, reason: AbortReason, now_host_ns: int, text: str = "") -> None:
        """Stop at once; there is no figure."""
        if self._state in (DriftState.READY, DriftState.SHOWING):
            self._reason = reason
        self._end(DriftState.ABORTED, now_host_ns, text)

    def tick(self, now_host_ns: int) -> Step:
        """Return what is to be done at this moment."""
        self._now_ns = max(self._now_ns, now_host_ns)
        if self._state is DriftState.SHOWING:
            self._wait()
        return Step(
            dot=self._presenter.dot(self._now_ns), targets=self._presenter.take_rows(), text=self._text
        )

    def _wait(self) -> None:
        if self._has_passed:
            self._end(DriftState.MEASURED, self._now_ns, "")
            return
        since_ns = self._presenter.presented_ns
        if since_ns is None:
            if self._now_ns - self._presenter.arrives_ns > self._pace.presentation_patience_s * NS_PER_S:
                text = "The reader's screen did not show the target; check that its window is in front."
                self.abort(AbortReason.TIMED_OUT, self._now_ns, text)
        elif self._now_ns - since_ns > self._settings.patience_s * NS_PER_S:
            near_deg = self._settings.radius_deg if self._result is None else self._settings.pass_deg
            self._end(
                DriftState.TIMED_OUT,
                self._now_ns,
                f"No steady gaze came within {near_deg:g} deg of the target; ask the reader to look at it "
                "and check again, or calibrate anew.",
            )

    def _end(self, state: DriftState, now_host_ns: int, text: str) -> None:
        if self._state not in (DriftState.READY, DriftState.SHOWING):
            return
        self._presenter.leave(now_host_ns)
        self._state, self._text = state, text

    def _hear(self, message: EventMessage) -> None:
        """Follow the running fixation; one that ended too soon is none."""
        if message.phase in (MessagePhase.START, MessagePhase.EXTEND):
            self._candidate = (message.event_id, message.t_event_ns)
        elif self._candidate is None or message.event_id != self._candidate[0]:
            return
        elif message.phase is MessagePhase.RETRACT:
            self._candidate = None
        elif message.phase is MessagePhase.END:
            if message.t_event_ns >= self._stable_until(self._candidate[1]):
                self._measure(self._candidate[1])
            self._candidate = None

    def _consider(self, stream_ns: int) -> None:
        """Measure the running fixation once its end cannot be announced any more to lie in the stable part.

        Only times of the stream decide, so any chunking of the samples gives the same figures.
        """
        if self._candidate is not None:
            first_ns = self._candidate[1]
            if stream_ns >= self._stable_until(first_ns) + CONFIRM_NS:
                self._measure(first_ns)
                self._candidate = None

    def _stable_until(self, first_ns: int) -> int:
        return first_ns + round(self._settings.stable_ms * 1e6)

    @property
    def _has_passed(self) -> bool:
        found = self._result
        return found is not None and found.counted.accuracy.offset_deg <= self._settings.pass_deg

    def _measure(self, first_ns: int) -> None:
        """Compute the figures of a stable fixation; it counts near the target while none has passed."""
        if self._has_passed:
            return
        gaze = join_rows(self._gaze)
        times_ns = gaze["t_device_ns"]
        found = np.flatnonzero((times_ns >= first_ns) & (times_ns < self._stable_until(first_ns)))
        rows = (
            RowRange(first=int(found[0]), end=int(found[-1]) + 1) if len(found) else RowRange(first=0, end=0)
        )
        target = self._settings.target
        row = TARGET.row(
            target_id=target.target_id, procedure="drift", x_norm=target.x_norm, y_norm=target.y_norm
        )
        result = DriftResult(
            t_host_ns=int(gaze["t_host_ns"][max(0, rows.end - 1)]),
            target=target,
            signal=self._signal,
            fixation_first_device_ns=first_ns,
            eyes=validate_targets(gaze, row, (rows,), self._geometry).targets,
        )
        if result.counted.accuracy.offset_deg <= self._settings.radius_deg:
            self._result = result


def is_reading(t_host_ns: np.ndarray[tuple[int], np.dtype[np.int64]], targets: Rows) -> BoolArray:
    """Return which samples were taken while no target was shown, by their times on the host clock.

    Parameters
    ----------
    t_host_ns
        Shape (n,).
    targets
        TARGET rows of any procedure.
    """
    inside = np.zeros(len(t_host_ns), np.bool_)
    for row in targets:
        inside |= (t_host_ns >= row["t_on_host_ns"]) & (t_host_ns < row["t_off_host_ns"])
    return ~inside
