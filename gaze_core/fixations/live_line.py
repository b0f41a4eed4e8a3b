"""One time line of the live detector: the states lost, moving, fixating, and what changes them."""

from __future__ import annotations

import math
from enum import Enum
from typing import Final

from gaze_core.fixations.contract import MessagePhase
from gaze_core.fixations.landing import (
    Path,
    departure_sample,
    first_sample_near,
    is_within,
    landing_sample,
    place_until,
)
from gaze_core.fixations.live_fixation import LiveFixation, Loss, Movement
from gaze_core.fixations.live_output import LiveOutput
from gaze_core.fixations.noise import SHORTEST_GAP_US, NoiseTracker, Tuning
from gaze_core.fixations.parameters import AdaptiveParameters
from gaze_core.fixations.signal import MS_NS, NANO
from gaze_core.fixations.slope import Piece, Sample, SlopeWindow
from gaze_core.rows import EventKind

HOLD_US: Final = 60_000
"""Samples a fixation keeps apart so that its end can be moved back."""

SHORTEST_HOLE_US: Final = 10_000
"""Missing samples up to this time are passed over whatever the eye did meanwhile."""

LONGEST_SACCADE_US: Final = 200_000
"""A longer movement between two fixations is not called a saccade."""

MEDIAN_RATE_PER_S: Final = 3.0
"""Relative change of the running median of speed per second of fixation."""


LEAVE_FACTOR: Final = 4.2
"""A speed this many times the running median ends a fixation: five times the noise of one axis."""

LOSS_LAG_US: Final = 110_000
"""A fixation that a loss ended stays open to change for this long: a loss up to 75 ms may lie inside it."""


class _State(Enum):
    LOST = "lost"
    MOVING = "moving"
    FIXATING = "fixating"


class LiveLine:
    """Everything the detector knows about one time line; a break starts a new one."""

    def __init__(self, parameters: AdaptiveParameters, output: LiveOutput) -> None:
        self._parameters = parameters
        self._output = output
        self._pad_us = round(parameters.loss_pad_ms * 1e3)
        self._noise = NoiseTracker(parameters.noise_memory_s)
        self._tuning: Tuning | None = None
        self._piece: Piece | None = None
        self._slope: SlopeWindow | None = None
        self._centre = 0  # next sample of the piece to be judged
        self._state = _State.LOST
        self._run_start = -1  # first slow sample of the run being watched
        self._pad_until_us = 0
        self._median_deg_s = 0.0
        self._fixation: LiveFixation | None = None
        self._ended: LiveFixation | None = None
        self._deadline_us = 0
        self._movement: Movement | None = None
        self._loss: Loss | None = None
        self._is_after_loss = False
        self._last_fixation_row = -1
        self._newest = Sample(0, 0, 0, -1, 0, 0)
        self._now_ns = 0

    def take_missing(self, row: int, t_ns: int, t_us: int, is_gone: bool) -> None:
        """Take a row without gaze; `t_us` counts from the first row of the line."""
        self._now_ns = t_ns
        if self._loss is None:
            self._loss = Loss(t_ns, row, row)
        loss = self._loss
        loss.last_row = row
        loss.rows += 1
        loss.gone += is_gone
        if loss.event_id < 0 and t_us - self._newest.t_us > self._longest_gap_us():
            self._declare_loss(loss)
        if self._ended is not None and t_us >= self._deadline_us:
            self._finish_late()

    def take_sample(self, sample: Sample) -> None:
        """Take a row with gaze."""
        self._now_ns = sample.t_ns
        piece = self._piece
        if piece is not None and sample.t_us - self._newest.t_us > SHORTEST_HOLE_US:
            self._judge_gap(sample)
        if self._loss is not None:
            if self._loss.event_id >= 0:
                self._end_loss(self._loss, sample)
                piece = None
            self._loss = None
        if piece is None:
            piece = self._piece = Piece()
            self._slope = SlopeWindow(piece)
            self._centre, self._run_start = 0, -1
            self._state = _State.MOVING
        piece.append(sample)
        self._newest = sample
        tuning = self._noise.append(sample)
        if tuning is not None:
            self._tuning = tuning
            self._output.thresholds(sample.t_ns, tuning)
        if self._tuning is not None:
            self._advance(piece, self._tuning)
        if self._ended is not None and sample.t_us >= self._deadline_us:
            self._finish_late()

    def close(self) -> None:
        """End the time line: everything open becomes final."""
        if self._fixation is not None:
            self._hold_tail()
            self._end_fixation(self._fixation, self._centre, is_before_loss=False)
            self._finish_ended(None, is_cut=True)
        elif self._ended is not None:
            self._finish_ended(None, is_cut=False)
        loss = self._loss
        if loss is not None and loss.event_id >= 0:
            self._finish_loss(loss, self._now_ns, is_cut=True)

    def _longest_gap_us(self) -> int:
        return SHORTEST_GAP_US if self._tuning is None else self._tuning.longest_gap_us

    def _judge_gap(self, sample: Sample) -> None:
        """Decide whether the time since the last sample is a loss, with or without rows."""
        newest, tuning = self._newest, self._tuning
        gap_us = sample.t_us - newest.t_us
        is_loss = gap_us > self._longest_gap_us()
        if not is_loss and tuning is not None and gap_us > 1.5e-3 * tuning.interval_ns:
            across, down = (
                sample.azimuth_nano - newest.azimuth_nano,
                sample.elevation_nano - newest.elevation_nano,
            )
            is_loss = math.hypot(across, down) > self._parameters.largest_gap_deg * NANO
        if is_loss:
            if self._loss is None:
                interval_ns = 0 if tuning is None else tuning.interval_ns
                onset_ns = min(newest.t_ns + interval_ns, sample.t_ns)
                self._loss = Loss(onset_ns, sample.row, sample.row - 1)
            self._declare_loss(self._loss)

    def _declare_loss(self, loss: Loss) -> None:
        if self._fixation is not None:
            self._hold_tail()
            self._end_fixation(self._fixation, self._centre, is_before_loss=True)
        loss.event_id = self._output.new_id()
        loss.t_sent_start_ns = self._now_ns
        nowhere = (math.nan, math.nan)
        self._output.tell(
            MessagePhase.START, loss.event_id, EventKind.LOSS, loss.onset_ns, self._now_ns, nowhere
        )
        self._state, self._movement, self._run_start = _State.LOST, None, -1
        self._piece, self._is_after_loss = None, True

    def _end_loss(self, loss: Loss, sample: Sample) -> None:
        """The gaze is back."""
        is_long = sample.t_ns - loss.onset_ns >= self._parameters.shortest_blink_ms * MS_NS
        self._pad_until_us = sample.t_us + (self._pad_us if is_long else 0)
        if self._ended is not None and not is_long:
            self._ended.pad_us = 0
        self._finish_loss(loss, sample.t_ns, is_cut=False)

    def _finish_loss(self, loss: Loss, offset_ns: int, *, is_cut: bool) -> None:
        chosen = self._parameters
        length_ms = (offset_ns - loss.onset_ns) / MS_NS
        is_blink = (
            chosen.shortest_blink_ms <= length_ms <= chosen.longest_blink_ms
            and 2 * loss.gone >= loss.rows > 0
        )
        self._output.loss(
            loss.event_id, EventKind.BLINK if is_blink else EventKind.LOSS, loss.onset_ns, offset_ns,
            (loss.first_row, loss.last_row), loss.t_sent_start_ns, self._now_ns, is_cut=is_cut,
        )  # fmt: skip

    def _advance(self, piece: Piece, tuning: Tuning) -> None:
        half, slope = tuning.half_window, self._slope
        if slope is None:
            return
        if self._centre < half:
            self._centre = half
        while self._centre + half < piece.count:
            number = self._centre
            self._centre += 1
            speed_deg_s = slope.speed_deg_s(number, half)
            if self._state is _State.FIXATING:
                self._judge_fixating(piece, tuning, number, speed_deg_s)
            else:
                self._judge_moving(piece, tuning, number, speed_deg_s)

    def _judge_fixating(self, piece: Piece, tuning: Tuning, number: int, speed_deg_s: float) -> None:
        fixation = self._fixation
        if fixation is None:
            return
        if speed_deg_s >= max(tuning.leave_deg_s, LEAVE_FACTOR * self._median_deg_s):
            self._end_fixation(fixation, number, is_before_loss=False)
            sample = piece.sample(number)
            self._movement = Movement(number, fixation.place_deg, sample.t_ns, sample.row, speed_deg_s)
            return
        fixation.hold(piece.sample(number), HOLD_US)
        change = MEDIAN_RATE_PER_S * tuning.interval_ns * 1e-9
        median = self._median_deg_s * (1.0 + change if speed_deg_s > self._median_deg_s else 1.0 - change)
        self._median_deg_s = min(100.0, max(0.5, median))

    def _judge_moving(self, piece: Piece, tuning: Tuning, number: int, speed_deg_s: float) -> None:
        movement = self._movement
        if movement is not None and speed_deg_s > movement.peak_deg_s:
            movement.peak_deg_s = speed_deg_s
        t_us = piece.sample(number).t_us
        if speed_deg_s >= tuning.enter_deg_s or t_us < self._pad_until_us:
            self._run_start = -1
            return
        if self._run_start < 0:
            self._run_start = number
        if t_us - piece.sample(self._run_start).t_us >= tuning.settle_us:
            self._begin_fixation(piece, tuning, number)

    def _begin_fixation(self, piece: Piece, tuning: Tuning, number: int) -> None:
        start, self._run_start = self._run_start, -1
        goal_deg = piece.mean_deg(start, piece.count - 1)
        ended, movement = self._ended, self._movement
        if ended is not None:
            gap_us = piece.sample(start).t_us - ended.left_us
            way_deg = math.hypot(goal_deg[0] - ended.place_deg[0], goal_deg[1] - ended.place_deg[1])
            if gap_us < tuning.merge_gap_us and way_deg < tuning.merge_angle_deg:
                self._go_on(piece, ended, start, number)
                return
            self._finish_ended(goal_deg, is_cut=False, stop=start)
        first = self._first_of_fixation(piece, tuning, start, goal_deg)
        if movement is not None:
            self._name_saccade(piece, movement, first, goal_deg)
        fixation = LiveFixation(
            event_id=self._output.new_id(),
            onset_ns=piece.sample(first).t_ns,
            first_row=piece.sample(first).row,
            t_sent_start_ns=self._now_ns,
            is_after_loss=self._is_after_loss,
        )
        for held in range(first, number + 1):
            fixation.hold(piece.sample(held), HOLD_US)
        self._output.tell(
            MessagePhase.START,
            fixation.event_id,
            EventKind.FIXATION,
            fixation.onset_ns,
            self._now_ns,
            goal_deg,
        )
        self._fixation, self._movement, self._state = fixation, None, _State.FIXATING
        self._is_after_loss = False
        self._median_deg_s = max(self._median_deg_s, 0.5)

    def _first_of_fixation(
        self, piece: Piece, tuning: Tuning, start: int, goal_deg: tuple[float, float]
    ) -> int:
        """Return the first sample of a fixation that was noticed from sample `start` on."""
        movement = self._movement
        first = start
        if movement is not None:
            path = Path(piece, movement.place_deg, goal_deg, tuning.noise_deg)
            first = landing_sample(path, piece, (movement.left_number, start), tuning.half_window)
        elif start <= tuning.half_window:
            first = first_sample_near(
                piece, start, goal_deg, max(0.3, 4.0 * tuning.noise_deg), self._pad_until_us
            )
        while first < start and piece.sample(first).row <= self._last_fixation_row:
            first += 1
        return first

    def _name_saccade(
        self, piece: Piece, movement: Movement, first: int, goal_deg: tuple[float, float]
    ) -> None:
        landed = piece.sample(first)
        rows = movement.first_row, landed.row - 1
        length_us = (landed.t_ns - movement.onset_ns) // 1000
        if rows[1] < rows[0] or not 0 < length_us <= LONGEST_SACCADE_US:
            return
        self._output.saccade(
            movement.onset_ns, landed.t_ns, rows, movement.place_deg, goal_deg, movement.peak_deg_s,
            landed.eyes, self._now_ns,
        )  # fmt: skip

    def _go_on(self, piece: Piece, ended: LiveFixation, start: int, number: int) -> None:
        """A fixation that had ended goes on: what lay between was a microsaccade, noise or a short loss."""
        ended.is_merged, ended.is_before_loss, ended.pad_us = True, False, 0
        while start < number and piece.sample(start).row <= ended.newest_row:
            start += 1
        for held in range(start, number + 1):
            ended.hold(piece.sample(held), HOLD_US)
        self._output.tell(
            MessagePhase.EXTEND,
            ended.event_id,
            EventKind.FIXATION,
            ended.onset_ns,
            self._now_ns,
            ended.place_deg,
        )
        self._fixation, self._ended, self._movement = ended, None, None
        self._state, self._is_after_loss = _State.FIXATING, False

    def _hold_tail(self) -> None:
        """Take over the samples that a loss or the end left without a speed, as far as they lie near."""
        piece, fixation, tuning = self._piece, self._fixation, self._tuning
        if piece is None or fixation is None or tuning is None:
            return
        place_deg = place_until(piece, self._centre - 1)
        while self._centre < piece.count and is_within(
            piece, self._centre, place_deg, max(0.5, 4.0 * tuning.noise_deg)
        ):
            fixation.hold(piece.sample(self._centre), HOLD_US)
            self._centre += 1

    def _end_fixation(self, fixation: LiveFixation, number: int, *, is_before_loss: bool) -> None:
        """Note a provisional end: sample `number` is the first one outside."""
        piece, tuning = self._piece, self._tuning
        if piece is None or tuning is None:
            return
        fixation.place_deg = place_until(piece, number - 1)
        fixation.left_number, fixation.left_piece = number, piece
        fixation.left_us = piece.sample(min(number, piece.count - 1)).t_us
        fixation.is_before_loss = is_before_loss
        fixation.pad_us = self._pad_us if is_before_loss else 0
        fixation.t_sent_end_ns = self._now_ns
        is_known = number < piece.count
        end_ns = piece.sample(number).t_ns if is_known else self._newest.t_ns + tuning.interval_ns
        self._output.tell(
            MessagePhase.END, fixation.event_id, EventKind.FIXATION, end_ns - 1000 * fixation.pad_us,
            self._now_ns, fixation.place_deg,
        )  # fmt: skip
        lag_us = LOSS_LAG_US if is_before_loss else tuning.final_lag_us
        self._deadline_us = fixation.left_us + lag_us
        self._ended, self._fixation, self._state = fixation, None, _State.MOVING

    def _finish_late(self) -> None:
        """The deadline of the fixation that ended has come before another one began."""
        piece, goal_deg = self._piece, None
        if piece is not None and self._ended is not None and piece is self._ended.left_piece:
            goal_deg = piece.mean_deg(max(piece.count - 3, piece.first), piece.count - 1)
        self._finish_ended(goal_deg, is_cut=False)

    def _finish_ended(
        self, goal_deg: tuple[float, float] | None, *, is_cut: bool, stop: int | None = None
    ) -> None:
        """Make the fixation that has ended final; `goal_deg` is where the eye went, if that is known."""
        fixation, self._ended = self._ended, None
        tuning = self._tuning
        if fixation is None or tuning is None or fixation.left_piece is None:
            return
        piece = fixation.left_piece
        end_us = fixation.left_us - fixation.pad_us
        if not fixation.is_before_loss and goal_deg is not None:
            path = Path(piece, fixation.place_deg, goal_deg, tuning.noise_deg)
            stop = piece.count - 1 if stop is None else stop
            last = departure_sample(path, piece, (fixation.left_number, stop), tuning.half_window)
            if last is not None:
                for number in range(max(fixation.left_number, piece.first), last + 1):
                    fixation.hold(piece.sample(number), HOLD_US)
                end_us = piece.sample(last).t_us
        fixation.settle(end_us)
        offset_ns = self._offset_ns(fixation, piece, tuning)
        self._last_fixation_row = fixation.last_row
        if self._movement is not None and fixation.left_number == self._movement.left_number:
            self._movement.onset_ns, self._movement.first_row = offset_ns, fixation.last_row + 1
        if offset_ns - fixation.onset_ns >= self._parameters.shortest_fixation_ms * MS_NS:
            self._output.fixation(fixation, offset_ns, self._now_ns, is_cut=is_cut)
        else:
            self._output.tell(
                MessagePhase.RETRACT, fixation.event_id, EventKind.FIXATION, fixation.onset_ns, self._now_ns,
                fixation.place_deg,
            )  # fmt: skip

    def _offset_ns(self, fixation: LiveFixation, piece: Piece, tuning: Tuning) -> int:
        """Return the time of the last sample plus one interval, never after the next row."""
        offset_ns = fixation.last_t_ns + tuning.interval_ns
        after = piece.number_at(fixation.last_us, fixation.left_number) + 1
        if after < piece.count:
            return min(offset_ns, piece.sample(after).t_ns)
        if self._loss is not None and self._loss.onset_ns > fixation.last_t_ns:
            return min(offset_ns, self._loss.onset_ns)
        return offset_ns if self._now_ns <= fixation.last_t_ns else min(offset_ns, self._now_ns)
