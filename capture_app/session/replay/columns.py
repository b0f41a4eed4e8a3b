"""The signals of a whole recording in memory, small enough for an hour, and their extremes for the timeline.

They are filled in by a worker from the beginning on; what is there already can be drawn meanwhile. Lowest and
highest value of every `BIN_ROWS` samples make a picture of an hour as cheap as one of a second.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from capture_app.session.replay.gaze_blocks import GazeBlocks, Times
from capture_app.session.replay.losses import LossSpans
from gaze_core.clocks import fit_envelope
from gaze_core.directions import screen_gaze
from gaze_core.drift_correction import DriftCorrection
from gaze_core.eyes import Eye
from gaze_core.geometry import ViewingGeometry
from gaze_core.rows import Rows

BIN_ROWS: Final = 64
_PART_ROWS: Final = 2048  # read at once while others may want to look, too
SPEED_BASE_S: Final = 0.010
"""Speed in the timeline is the angle covered in this time, divided by it."""

Floats: TypeAlias = npt.NDArray[np.float32]
SIGNALS: Final = ("x", "y", "speed", "left_pupil", "right_pupil")


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One signal of a stretch, for drawing: points where there are few, else extremes by pixel column.

    `low` and `high` are the same array where they are points. NaN where there is nothing.
    """

    t_ns: Times  # of points, or the middle of each column
    low: Floats
    high: Floats

    @property
    def is_points(self) -> bool:
        """Whether each value is a sample."""
        return self.low is self.high


class SignalColumns:
    """Signals of all samples. Filled by one thread with `load`, read by another.

    Parameters
    ----------
    blocks
        The samples.
    geometry
        For the speed: directions are those of an eye in front of the screen's centre.
    eye
        The analysed signal, of `x`, `y` and `speed`.
    rate_hz
        Nominal rate.
    """

    def __init__(self, blocks: GazeBlocks, geometry: ViewingGeometry, eye: Eye, rate_hz: float) -> None:
        count = blocks.count
        self._blocks, self._geometry, self._eye = blocks, geometry, eye
        self._base = max(1, round(SPEED_BASE_S * rate_hz)) if np.isfinite(rate_hz) else 1
        self.t_ns: Times = np.zeros(count, np.int64)
        self.values: dict[str, Floats] = {name: np.full(count, np.nan, np.float32) for name in SIGNALS}
        self.eyes: npt.NDArray[np.uint8] = np.zeros(count, np.uint8)  # eyes seen: 0, 1 or 2
        bins = -(-count // BIN_ROWS)
        self._low = {name: np.full(bins, np.nan, np.float32) for name in SIGNALS}
        self._high = {name: np.full(bins, np.nan, np.float32) for name in SIGNALS}
        self._lost: npt.NDArray[np.float32] = np.zeros(bins, np.float32)  # samples without gaze
        self.losses = LossSpans(rate_hz)
        self._columns_key: tuple[int, ...] = ()
        self._known_columns = (np.zeros(0), np.zeros(0, np.int64))
        self.loaded = 0  # rows that are there

    @property
    def is_whole(self) -> bool:
        """Whether everything is there."""
        return self.loaded >= len(self.t_ns)

    def load(self, *, is_envelope: bool, is_given_up: Callable[[], bool] = lambda: False) -> bool:
        """Read everything, for seconds; False where it was given up.

        `is_envelope`: the tracker's clock was never read, so that its fit needs all arrivals.
        """
        count = len(self.t_ns)
        device: Times = np.zeros(count if is_envelope else 0, np.int64)
        tail = np.zeros((2, 0))  # directions of the last samples, for the speed across blocks
        for first in range(0, count, _PART_ROWS):
            if is_given_up():
                return False
            end = min(first + _PART_ROWS, count)
            self._blocks.give_way()
            with self._blocks.lock:
                gaze = self._blocks.read(first, end)
            self.t_ns[first:end] = self._blocks.times_of(gaze, first)
            if is_envelope:
                device[first:end] = gaze["t_device_ns"]
            else:
                self.losses.push(gaze, self.t_ns[first:end])
            tail = self._take(gaze, first, end, tail)
            self._bin(first, end)
            self.loaded = end
        if is_envelope and count:
            self.t_ns = fit_envelope(device, self.t_ns).to_host_ns(device, near_host_ns=self.t_ns)
        # Ascending for every search; a stamp that goes back is shown at the time of the one before.
        np.maximum.accumulate(self.t_ns, out=self.t_ns)
        self._blocks.use_times(self.t_ns)
        if is_envelope and not self._read_losses(is_given_up):
            return False
        self.losses.end()
        return True

    def corrected(
        self,
        correction: DriftCorrection,
        span: tuple[int, int] | None = None,
        is_given_up: Callable[[], bool] = lambda: False,
    ) -> SignalColumns | None:
        """Return these signals with a drift taken away from the gaze, for seconds; None where given up.

        Everything but the gaze on the screen is shared with these. Called once all is loaded.

        Parameters
        ----------
        correction
            What is taken away.
        span
            Only gaze between these times; None: all of it.
        is_given_up
            Asked now and then whether nobody waits for it any more.
        """
        changed = {name: self.values[name].copy() for name in ("x", "y")}
        first_row, end_row = (0, len(self.t_ns)) if span is None else self._range(*span)
        for first in range(first_row, end_row, _PART_ROWS):
            if is_given_up():
                return None
            end = min(first + _PART_ROWS, end_row)
            self._blocks.give_way()
            with self._blocks.lock:
                gaze = self._blocks.read(first, end)
            gaze = correction.corrected(gaze, self.t_ns[first:end], self._geometry)
            changed["x"][first:end], changed["y"][first:end] = screen_gaze(gaze, self._eye)
        found = copy.copy(self)
        found.values, found._low, found._high = self.values | changed, dict(self._low), dict(self._high)
        starts = np.arange(0, len(self.t_ns), BIN_ROWS)
        for name, values in changed.items() if len(starts) else ():
            found._low[name], found._high[name] = (
                np.fmin.reduceat(values, starts),
                np.fmax.reduceat(values, starts),
            )
        return found

    def curve(self, name: str, first_ns: int, end_ns: int, width: int) -> Curve:
        """Return a signal between two times as `width` columns, or as its samples where these are few."""
        first, end = self._range(first_ns, end_ns)
        values = self.values[name]
        if end - first <= 2 * width:
            part = values[max(first - 1, 0) : end + 1]
            return Curve(t_ns=self.t_ns[max(first - 1, 0) : end + 1][: len(part)], low=part, high=part)
        edges_ns, starts = self._columns(first_ns, end_ns, width)
        middle = ((edges_ns[:-1] + edges_ns[1:]) // 2).astype(np.int64)
        low, high = values, values
        if end - first > BIN_ROWS * width * 2:
            low, high, starts = self._low[name], self._high[name], starts // BIN_ROWS
        return Curve(t_ns=middle, low=_reduced(np.fmin, low, starts), high=_reduced(np.fmax, high, starts))

    def lost_share(self, first_ns: int, end_ns: int, width: int) -> Floats:
        """Return the share of samples without gaze by pixel column; NaN where there are no samples."""
        first, end = self._range(first_ns, end_ns)
        _, starts = self._columns(first_ns, end_ns, width)
        if end - first > BIN_ROWS * width * 2:
            rows = np.minimum(starts // BIN_ROWS * BIN_ROWS, self.loaded)
            lost = np.concatenate([[0.0], np.cumsum(self._lost, dtype=np.float64)])[starts // BIN_ROWS]
        else:
            rows = starts
            part = self.eyes[first:end] == 0
            total = np.concatenate([[0], np.cumsum(part)])
            lost = total[np.clip(starts - first, 0, end - first)].astype(np.float64)
        counts = np.diff(rows).astype(np.float64)
        with np.errstate(invalid="ignore", divide="ignore"):
            share = np.where(counts > 0, np.diff(lost) / counts, np.nan)
        return np.asarray(share, np.float32)

    def spread(self, *names: str) -> tuple[float, float]:
        """Return a range that holds the middle 98 % of the extremes of signals; (0, 1) without any."""
        ends = [part[name][np.isfinite(part[name])] for name in names for part in (self._low, self._high)]
        values = np.concatenate(ends)
        if not len(values):
            return 0.0, 1.0
        low, high = (float(value) for value in np.percentile(values, (1.0, 99.0)))
        margin = max((high - low) * 0.1, 1e-6)
        return low - margin, high + margin

    def _read_losses(self, is_given_up: Callable[[], bool]) -> bool:
        """Find losses once the times are known that all arrivals were needed for; False where given up."""
        count = len(self.t_ns)
        for first in range(0, count, _PART_ROWS):
            if is_given_up():
                return False
            end = min(first + _PART_ROWS, count)
            self._blocks.give_way()
            with self._blocks.lock:
                gaze = self._blocks.read(first, end)
            self.losses.push(gaze, self.t_ns[first:end])
        return True

    def _take(
        self, gaze: Rows, first: int, end: int, tail: npt.NDArray[np.float64]
    ) -> npt.NDArray[np.float64]:
        x_norm, y_norm = screen_gaze(gaze, self._eye)
        self.values["x"][first:end], self.values["y"][first:end] = x_norm, y_norm
        for side in ("left", "right"):
            pupil = np.where(gaze[f"{side}_pupil_valid"] == 1, gaze[f"{side}_pupil"], np.nan)
            self.values[f"{side}_pupil"][first:end] = pupil
        seen = (gaze["left_valid"] != 0).astype(np.uint8) + (gaze["right_valid"] != 0)
        is_combined = (seen == 0) & (gaze["valid"] != 0)
        self.eyes[first:end] = np.where(is_combined, 2, seen)
        angles = np.concatenate([tail, np.stack(self._geometry.norm_to_deg(x_norm, y_norm))], axis=1)
        start = first - tail.shape[1]
        if angles.shape[1] > self._base:
            steps = angles[:, self._base :] - angles[:, : -self._base]
            steps[0] *= np.cos(np.radians(angles[1, self._base :]))
            since_s = (self.t_ns[start + self._base : end] - self.t_ns[start : end - self._base]) * 1e-9
            with np.errstate(invalid="ignore", divide="ignore"):
                speed = np.hypot(steps[0], steps[1]) / since_s
            speed[~((since_s > 0) & (since_s < 5 * SPEED_BASE_S))] = np.nan  # nothing is said across a hole
            self.values["speed"][start + self._base : end] = speed
        return angles[:, -self._base :]

    def _bin(self, first: int, end: int) -> None:
        """Work out the extremes of the bins of some rows; blocks begin at a whole bin."""
        starts = np.arange(0, end - first, BIN_ROWS)
        place = slice(first // BIN_ROWS, first // BIN_ROWS + len(starts))
        for name in SIGNALS:
            part = self.values[name][first:end]
            self._low[name][place] = np.fmin.reduceat(part, starts)
            self._high[name][place] = np.fmax.reduceat(part, starts)
        self._lost[place] = np.add.reduceat((self.eyes[first:end] == 0).astype(np.float32), starts)

    def _range(self, first_ns: int, end_ns: int) -> tuple[int, int]:
        times = self.t_ns[: self.loaded]
        return int(np.searchsorted(times, first_ns)), int(np.searchsorted(times, end_ns))

    def _columns(self, first_ns: int, end_ns: int, width: int) -> tuple[npt.NDArray[np.float64], Times]:
        """Return the edges of pixel columns and the first row of each; tracks drawn together share them."""
        key = (first_ns, end_ns, width, self.loaded, id(self.t_ns))
        if key != self._columns_key:
            edges_ns = np.linspace(first_ns, end_ns, width + 1)
            starts = np.searchsorted(self.t_ns[: self.loaded], edges_ns.astype(np.int64))
            self._columns_key, self._known_columns = key, (edges_ns, starts)
        return self._known_columns


def _reduced(extreme: np.ufunc, values: Floats, starts: Times) -> Floats:
    """Return the extreme of each stretch between two starts; NaN for one without values."""
    last = int(starts[-1])
    result = np.full(len(starts) - 1, np.nan, np.float32)
    has_values = np.diff(starts) > 0
    if last > starts[0]:
        reduced = extreme.reduceat(values[:last], starts[:-1][has_values])
        result[has_values] = reduced
    return result
