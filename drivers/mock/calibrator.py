"""Calibration of the simulated tracker: it collects what its sensor guesses while the eye is on a target.

The device looks at half a second of its own signal from the call on. It knows whether the simulated eye was
on the target, which a real device has to guess from scatter: a point at which the eye was elsewhere, blinked
or was lost too long is refused. `compute` fits each eye by least squares (a constant and a matrix, at least
three targets that are not on one line) and adds what a calibration of this kind of tracker leaves; much loss
at the targets makes that larger, so readers who are hard to track get poor calibrations now and then.
It fits to where the eye really looked, near the target: how exactly people meet targets is part of the
accuracy that the preset gives for calibrations.
"""

from __future__ import annotations

import dataclasses
import math
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from drivers.contract import (
    CalibratedEyes,
    CalibrationOutcome,
    DriverError,
    Notice,
    NoticeKind,
    ViewingSetup,
)
from drivers.mock.eye_model import (
    AS_DELIVERED,
    EyeCorrection,
    EyeCorrections,
    corrections_from_bytes,
    corrections_to_bytes,
    draw_left_over,
)
from drivers.mock.projection import Floats, to_directions, to_points
from drivers.mock.raw import SIDES
from drivers.mock.settings import MockSettings
from gaze_core.rows import CALIBRATION_SAMPLE, Rows

COLLECT_S: Final = 0.5  # of the tracker's signal for one target
_ON_TARGET_DEG: Final = 2.0
_ON_TARGET_SHARE: Final = 0.6  # of the half second
_FEWEST_TARGETS: Final = 3
_LOSS_WEIGHT: Final = 4.0  # 20 % lost at the targets nearly doubles what the calibration leaves
_WAIT_S: Final = 0.01
_PATIENCE_WAITS: Final = 300

Place: TypeAlias = tuple[float, float]
Flags: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What the sensor guessed at some instants, beside the truth; arrays of eyes have shape (2, n)."""

    t_s: Floats  # since the start of the stream, shape (n,)
    azimuth_deg: Floats
    elevation_deg: Floats
    eye_mm: Floats  # shape (3, 2, n)
    is_seen: Flags
    true_x_mm: Floats  # where the eye really looked, from the screen centre, shape (n,)
    true_y_mm: Floats
    is_fixating: Flags  # shape (n,)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Point:
    """What was collected at one target."""

    azimuth_deg: Floats  # guessed, shape (2, n)
    elevation_deg: Floats
    eye_mm: Floats  # shape (3, 2, n)
    wanted_azimuth_deg: Floats  # of what the eye really looked at, seen from each eye, shape (2, n)
    wanted_elevation_deg: Floats
    is_seen: Flags  # shape (2, n)
    is_used: Flags


@dataclass(slots=True, kw_only=True)
class MockCalibrator:
    """The calibrator of one simulated tracker; see `drivers.contract.DeviceCalibrator`."""

    settings: MockSettings
    setup: ViewingSetup
    wait: Callable[[float], None]  # lets time pass while the tracker's thread reads
    use: Callable[[EyeCorrections], None]  # makes the sensor see by these corrections
    is_streaming: Callable[[], bool]
    now_ns: Callable[[], int]
    notices: deque[Notice] = field(default_factory=deque)  # taken by the tracker's thread
    _corrections: EyeCorrections = AS_DELIVERED  # of the last calibration that was applied
    _before: EyeCorrections | None = None  # at the last `enter`; None outside calibration mode
    _eyes: tuple[int, ...] = (0, 1)
    _points: dict[Place, list[_Point]] = field(default_factory=dict)
    _inbox: deque[Observed] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _computed: int = 0

    @property
    def is_watching(self) -> bool:
        """Whether observations are wanted right now."""
        return self._inbox is not None

    def observe(self, observed: Observed) -> None:
        """Take what the sensor guessed; called by the tracker's thread, chunk by chunk."""
        with self._lock:
            if self._inbox is not None:
                self._inbox.append(observed)

    def enter(self, eyes: CalibratedEyes = CalibratedEyes.BOTH) -> None:
        """Begin calibration mode: the eyes are seen as without any calibration."""
        if self._before is not None:
            raise DriverError(
                "The simulated tracker is in calibration mode already; end the calibration that runs first."
            )
        self._before = self._corrections
        self._eyes = {CalibratedEyes.LEFT: (0,), CalibratedEyes.RIGHT: (1,)}.get(eyes, (0, 1))
        self._points = {}
        left, right = (
            EyeCorrection() if eye in self._eyes else self._corrections[eye] for eye in range(len(SIDES))
        )
        self.use((left, right))
        self._note(NoticeKind.CALIBRATION_MODE, "Calibration mode was entered.", 1.0)

    def collect(self, x_norm: float, y_norm: float) -> bool:
        """Collect half a second from now on; False where the eye was not on the target long enough."""
        place = self._place(x_norm, y_norm)
        seen = self._watch()
        if seen is None:
            return False
        point = self._point(seen, place)
        needed = _ON_TARGET_SHARE * seen.is_fixating.shape[0]
        if not any(point.is_used[eye].sum() >= needed for eye in self._eyes):
            return False
        self._points.setdefault(place, []).append(point)
        return True

    def discard(self, x_norm: float, y_norm: float) -> None:
        """Throw away what was collected at a target."""
        self._points.pop(self._place(x_norm, y_norm), None)

    def compute(self) -> CalibrationOutcome:
        """Fit the eyes and use the fit; an outcome that is not applied changes nothing."""
        self._require_mode()
        fitted = {eye: self._fit(eye) for eye in self._eyes}
        names = [f"{SIDES[eye]} eye" for eye, correction in fitted.items() if correction is not None]
        if not names:
            return CalibrationOutcome(
                is_applied=False,
                text=f"The simulated tracker saw no eye at {_FEWEST_TARGETS} targets that are not on one "
                "line; collect at more targets and compute again.",
            )
        left_over = draw_left_over(self.settings.seed, self._computed, (self._left_sd(0), self._left_sd(1)))
        self._computed += 1
        left, right = (
            self._corrections[eye] if (correction := fitted.get(eye)) is None else _plus(correction, extra)
            for eye, extra in enumerate(left_over)
        )
        self._apply((left, right))
        return CalibrationOutcome(
            is_applied=True,
            text=f"Calibrated at {len(self._points)} targets: {' and '.join(names)}.",
            samples=self._samples(),
            data=corrections_to_bytes(self._corrections),
        )

    def apply(self, data: bytes) -> None:
        """See by a calibration that `compute` gave at an earlier time."""
        try:
            corrections = corrections_from_bytes(data)
        except ValueError as error:
            raise DriverError(
                "This is no calibration of a simulated tracker; choose another one, or calibrate anew."
            ) from error
        self._apply(corrections)

    def leave(self) -> None:
        """End calibration mode; without a fit that was applied, the earlier calibration is back."""
        if self._before is None:
            return
        self._before = None
        self._inbox = None
        self.use(self._corrections)
        self._note(NoticeKind.CALIBRATION_MODE, "Calibration mode was left.", 0.0)

    def take_notices(self) -> tuple[Notice, ...]:
        """Return what has to be said, once; called by the tracker's thread."""
        taken = []
        while self.notices:
            taken.append(self.notices.popleft())
        return tuple(taken)

    def _watch(self) -> Observed | None:
        """Return the next half second of guesses, None where they do not come."""
        with self._lock:
            self._inbox = deque()
        try:
            for _ in range(_PATIENCE_WAITS):
                if not self.is_streaming():
                    raise DriverError(
                        "The simulated tracker does not stream and cannot collect; start it and begin again."
                    )
                with self._lock:
                    chunks = list(self._inbox or ())
                if chunks and chunks[-1].t_s[-1] - chunks[0].t_s[0] >= COLLECT_S:
                    return _joined(chunks)
                self.wait(_WAIT_S)
        finally:
            with self._lock:
                self._inbox = None
        return None

    def _point(self, seen: Observed, place: Place) -> _Point:
        x_mm = (place[0] - 0.5) * self.setup.width_mm
        y_mm = (place[1] - 0.5) * self.setup.height_mm
        azimuth, elevation = to_directions(seen.true_x_mm, seen.true_y_mm, *seen.eye_mm)
        missed_mm = np.hypot(seen.true_x_mm - x_mm, seen.true_y_mm - y_mm)
        near_mm = self.setup.distance_mm * math.tan(math.radians(_ON_TARGET_DEG))
        is_on_target = seen.is_fixating & (missed_mm <= near_mm)
        return _Point(
            azimuth_deg=seen.azimuth_deg,
            elevation_deg=seen.elevation_deg,
            eye_mm=seen.eye_mm,
            wanted_azimuth_deg=azimuth,
            wanted_elevation_deg=elevation,
            is_seen=seen.is_seen,
            is_used=seen.is_seen & is_on_target,
        )

    def _fit(self, eye: int) -> EyeCorrection | None:
        """Return what takes the mean guess at each target to where the eye was; None for too few targets."""
        guesses, wanted = [], []
        for points in self._points.values():
            used = np.concatenate([point.is_used[eye] for point in points])
            if used.sum() < _ON_TARGET_SHARE * 0.5 * used.size:
                continue
            guess = np.array([_mean(points, name, eye, used) for name in ("azimuth_deg", "elevation_deg")])
            looked_at = np.array(
                [_mean(points, f"wanted_{name}", eye, used) for name in ("azimuth_deg", "elevation_deg")]
            )
            guesses.append([1.0, *guess])
            wanted.append(looked_at - guess)
        if len(guesses) < _FEWEST_TARGETS or np.linalg.matrix_rank(np.array(guesses), tol=1.0) < 3:
            return None
        constant, by_azimuth, by_elevation = np.linalg.lstsq(np.array(guesses), np.array(wanted), rcond=None)[
            0
        ]
        return EyeCorrection(
            constant_deg=(float(constant[0]), float(constant[1])),
            azimuth_slope=(float(by_azimuth[0]), float(by_elevation[0])),
            elevation_slope=(float(by_azimuth[1]), float(by_elevation[1])),
        )

    def _left_sd(self, eye: int) -> float:
        seen = [point.is_seen[eye] for points in self._points.values() for point in points]
        lost_share = 1.0 - float(np.concatenate(seen).mean()) if seen else 1.0
        return self.settings.sensor.accuracy_deg * (1.0 + _LOSS_WEIGHT * lost_share)

    def _samples(self) -> Rows:
        """Return every sample of the targets as the calibration that was just applied sees it."""
        parts = [CALIBRATION_SAMPLE.empty(0)]
        for place, points in self._points.items():
            for point in points:
                rows = CALIBRATION_SAMPLE.empty(point.is_seen.shape[1])
                rows["target_x_norm"], rows["target_y_norm"] = place
                for eye, side in enumerate(SIDES):
                    x_mm, y_mm = self._seen_by_now(point, eye)
                    is_seen = point.is_seen[eye] & (eye in self._eyes)
                    rows[f"{side}_x_norm"] = np.where(is_seen, x_mm / self.setup.width_mm + 0.5, np.nan)
                    rows[f"{side}_y_norm"] = np.where(is_seen, y_mm / self.setup.height_mm + 0.5, np.nan)
                    rows[f"{side}_use"] = np.where(is_seen, np.where(point.is_used[eye], 2, 1), 0)
                parts.append(rows)
        return np.concatenate(parts)

    def _seen_by_now(self, point: _Point, eye: int) -> tuple[Floats, Floats]:
        azimuth, elevation = point.azimuth_deg[eye], point.elevation_deg[eye]
        across, down = (self._corrections[eye] or EyeCorrection()).added_deg(azimuth, elevation)
        return to_points(azimuth + across, elevation + down, *point.eye_mm[:, eye])

    def _apply(self, corrections: EyeCorrections) -> None:
        self._corrections = corrections
        self.use(corrections)
        self._note(NoticeKind.CALIBRATION_CHANGED, "A calibration was applied.", math.nan)

    def _place(self, x_norm: float, y_norm: float) -> Place:
        self._require_mode()
        return round(x_norm, 6), round(y_norm, 6)

    def _require_mode(self) -> None:
        if self._before is None:
            raise DriverError(
                "The simulated tracker is not in calibration mode; begin the calibration again."
            )

    def _note(self, kind: NoticeKind, text: str, value: float) -> None:
        self.notices.append(Notice(t_host_ns=self.now_ns(), kind=kind, text=text, value=value))


def _plus(correction: EyeCorrection, extra: tuple[float, float]) -> EyeCorrection:
    constant = correction.constant_deg
    return dataclasses.replace(correction, constant_deg=(constant[0] + extra[0], constant[1] + extra[1]))


def _mean(points: list[_Point], name: str, eye: int, used: Flags) -> float:
    return float(np.concatenate([getattr(point, name)[eye] for point in points])[used].mean())


def _joined(chunks: list[Observed]) -> Observed:
    """Return the first half second of some chunks as one."""
    columns = {
        entry.name: np.concatenate([getattr(chunk, entry.name) for chunk in chunks], axis=-1)
        for entry in dataclasses.fields(Observed)
    }
    t_s = columns["t_s"]
    count = int(np.searchsorted(t_s, t_s[0] + COLLECT_S))
    return Observed(**{name: values[..., :count] for name, values in columns.items()})
