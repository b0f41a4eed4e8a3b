"""A calibration on the device, point by point, without a window, a thread or a device.

For each target: travel, stand, settle, collect; a point the device refuses is shown again a few times, then
left out. All points together are computed. After that the operator may redo single points or all of them, go
back to an earlier attempt, or finish; the device stays in calibration mode until then, so that points can be
replaced, and validations run meanwhile. Whatever stops it, calibration mode is left, and everything that was
shown and computed is kept.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from calibration.presenter import NS_PER_S, Pace, Presenter
from calibration.procedure import AbortReason, DeviceAnswer, DeviceCall, Step
from calibration.targets import Target, in_order
from gaze_core.rows import CALIBRATION_SAMPLE, Rows

MOST_REPEATS: Final = 2  # of a point the device refused, as Tobii advises


class CalibrationState(str, Enum):
    """Where a calibration is."""

    READY = "ready"
    ENTERING = "entering"
    SHOWING = "showing"  # a target travels or settles
    COLLECTING = "collecting"
    DISCARDING = "discarding"  # what will be collected anew is thrown away
    COMPUTING = "computing"
    REVIEW = "review"  # computed: redo, choose or finish
    APPLYING = "applying"  # an earlier attempt is given back to the device
    LEAVING = "leaving"
    DONE = "done"
    ABORTED = "aborted"


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationAttempt:
    """One computation of the device, with what it was computed from."""

    number: int  # from 0
    t_computed_host_ns: int
    is_applied: bool  # the device used it when it was computed
    text: str  # the device's sentence
    collected: tuple[int, ...]  # target ids
    missed: tuple[int, ...]  # target ids the device never accepted
    samples: Rows = field(default_factory=lambda: CALIBRATION_SAMPLE.empty(0))
    data: bytes = b""


class CalibrationProcedure:
    """One calibration from entering the mode to leaving it. All methods are called from one thread.

    Parameters
    ----------
    targets
        The layout; shown with the one at the centre first.
    seed
        Decides the order of the others; each redo of all points has another one.
    pace
        Times.
    eyes
        both, left or right.
    """

    def __init__(
        self, targets: Sequence[Target], *, seed: int, pace: Pace | None = None, eyes: str = "both"
    ) -> None:
        if not targets:
            raise ValueError("A calibration needs targets; give a layout of 5, 9 or 13 points.")
        self._targets = {target.target_id: target for target in targets}
        self._seed = seed
        self._pace = pace if pace is not None else Pace()
        self._eyes = eyes
        self._presenter = Presenter("calibration", self._pace)
        self._state = CalibrationState.READY
        self._now_ns = 0
        self._calls: deque[DeviceCall] = deque()
        self._running: DeviceCall | None = None
        self._running_since_ns = 0
        self._to_show: deque[Target] = deque()
        self._current: Target | None = None
        self._settle_from_ns: int | None = None
        self._repeats = 0
        self._rounds = 0
        self._collected: set[int] = set()
        self._missed: set[int] = set()
        self._attempts: list[CalibrationAttempt] = []
        self._applied: int | None = None
        self._chosen: int | None = None
        self._reason: AbortReason | None = None
        self._text = ""

    @property
    def state(self) -> CalibrationState:
        """Where it is."""
        return self._state

    @property
    def reason(self) -> AbortReason | None:
        """Why it was aborted, None where it was not."""
        return self._reason

    @property
    def attempts(self) -> tuple[CalibrationAttempt, ...]:
        """All computations in order; none is ever dropped."""
        return tuple(self._attempts)

    @property
    def applied(self) -> CalibrationAttempt | None:
        """The attempt the device uses now, None before the first that it applied."""
        return None if self._applied is None else self._attempts[self._applied]

    @property
    def shown(self) -> Rows:
        """TARGET rows of everything shown."""
        return self._presenter.rows

    @property
    def progress(self) -> tuple[int, int]:
        """How many points are accepted or given up, and how many there are."""
        return len(self._collected) + len(self._missed), len(self._targets)

    def begin(self, now_host_ns: int) -> None:
        """Enter calibration mode and show the first target."""
        self._require(CalibrationState.READY, "begun")
        self._now_ns = now_host_ns
        self._to_show.extend(in_order(tuple(self._targets.values()), self._seed))
        self._state = CalibrationState.ENTERING
        self._calls.append(DeviceCall(name="enter", eyes=self._eyes))

    def redo(self, target_ids: Sequence[int], now_host_ns: int) -> None:
        """Collect single points anew and compute again.

        Raises
        ------
        ValueError
            If the state is not REVIEW, or a target is not of this calibration.
        """
        self._require(CalibrationState.REVIEW, "repeated")
        unknown = sorted(set(target_ids) - set(self._targets))
        if unknown or not target_ids:
            raise ValueError(
                f"This calibration has no target {unknown}; choose among {sorted(self._targets)}."
            )
        self._now_ns = now_host_ns
        self._rounds += 1
        chosen = [self._targets[target_id] for target_id in dict.fromkeys(target_ids)]
        self._to_show.extend(in_order(chosen, self._seed + self._rounds))
        for target in chosen:
            if target.target_id in self._collected:
                self._calls.append(DeviceCall(name="discard", x_norm=target.x_norm, y_norm=target.y_norm))
        self._collected -= set(target_ids)
        self._missed -= set(target_ids)
        self._state = CalibrationState.DISCARDING

    def redo_all(self, now_host_ns: int) -> None:
        """Collect every point anew, in another order, and compute again."""
        self.redo(tuple(self._targets), now_host_ns)

    def choose(self, number: int, now_host_ns: int) -> None:
        """Let the device use an earlier attempt again.

        Raises
        ------
        ValueError
            If the state is not REVIEW, or the attempt cannot be given back.
        """
        self._require(CalibrationState.REVIEW, "changed to another attempt")
        attempt = self._attempts[number] if 0 <= number < len(self._attempts) else None
        if attempt is None or not attempt.is_applied or not attempt.data:
            raise ValueError(
                f"Attempt {number} cannot be used again: the tracker computed nothing from it or does not "
                "hand out its calibrations; redo the points instead."
            )
        if self._applied == number:
            return
        self._now_ns = now_host_ns
        self._state = CalibrationState.APPLYING
        self._chosen = number
        self._calls.append(DeviceCall(name="apply", data=attempt.data))

    def finish(self, now_host_ns: int) -> None:
        """Keep what the device uses and leave calibration mode."""
        self._require(CalibrationState.REVIEW, "finished")
        self._now_ns = now_host_ns
        self._state = CalibrationState.LEAVING
        self._calls.append(DeviceCall(name="leave"))

    def abort(self, reason: AbortReason, now_host_ns: int, text: str = "") -> None:
        """Stop at once, at any moment; calibration mode is left, what was collected and computed stays."""
        if self._state in (CalibrationState.DONE, CalibrationState.ABORTED) or self._reason is not None:
            return
        self._now_ns = now_host_ns
        self._reason, self._text = reason, text
        self._presenter.leave(now_host_ns)
        self._to_show.clear()
        self._calls.clear()
        if self._state is CalibrationState.READY:
            self._state = CalibrationState.ABORTED
            return
        self._state = CalibrationState.LEAVING
        self._calls.append(DeviceCall(name="leave"))

    def presented(self, showing: int, t_host_ns: int) -> None:
        """Note when the first frame with the dot standing at its target was presented."""
        self._presenter.presented(showing, t_host_ns)
        if self._settle_from_ns is None:
            self._settle_from_ns = self._presenter.presented_ns

    def answered(self, answer: DeviceAnswer, now_host_ns: int) -> None:
        """Take the device's answer; one that nobody waits for is passed over."""
        call = self._running
        if call is None or not answer.answers(call):
            return
        self._running = None
        self._now_ns = now_host_ns
        if self._reason is not None and call.name != "leave":
            return  # aborted meanwhile: what counts is that the device is free to leave the mode
        if call.name == "enter" and answer.is_ok:
            self._show_next()
        elif call.name in ("enter", "discard") and not answer.is_ok:
            self.abort(AbortReason.REFUSED, now_host_ns, answer.text)
        elif call.name == "collect":
            self._collected_one(answer)
        elif call.name == "compute":
            self._computed(answer)
        elif call.name == "apply":
            self._applied = self._chosen if answer.is_ok else self._applied
            self._text = answer.text
            self._state = CalibrationState.REVIEW
        elif call.name == "leave":
            self._text = self._text if answer.is_ok else answer.text
            self._state = CalibrationState.ABORTED if self._reason is not None else CalibrationState.DONE

    def tick(self, now_host_ns: int) -> Step:
        """Return what is to be done at this moment."""
        self._now_ns = max(self._now_ns, now_host_ns)
        self._advance()
        calls: tuple[DeviceCall, ...] = ()
        if self._running is None and self._calls:
            self._running, self._running_since_ns = self._calls.popleft(), self._now_ns
            calls = (self._running,)
        return Step(
            dot=self._presenter.dot(self._now_ns),
            calls=calls,
            targets=self._presenter.take_rows(),
            text=self._text,
        )

    def _advance(self) -> None:
        if self._running is not None:
            self._give_up_waiting(self._running)
        elif self._state is CalibrationState.DISCARDING and not self._calls:
            self._show_next()
        elif self._state is CalibrationState.SHOWING:
            self._settle()

    def _settle(self) -> None:
        """Ask the device to collect once the dot has stood long enough."""
        if self._settle_from_ns is None or self._current is None:
            waited_ns = self._now_ns - self._presenter.arrives_ns
            if waited_ns > self._pace.presentation_patience_s * NS_PER_S:
                self.abort(
                    AbortReason.TIMED_OUT,
                    self._now_ns,
                    "The reader's screen did not show the target; check that its window is in front.",
                )
            return
        if (
            self._now_ns - self._settle_from_ns >= self._pace.settle_s * NS_PER_S
            and self._current is not None
        ):
            self._state = CalibrationState.COLLECTING
            self._calls.append(
                DeviceCall(name="collect", x_norm=self._current.x_norm, y_norm=self._current.y_norm)
            )

    def _give_up_waiting(self, call: DeviceCall) -> None:
        patience_s = self._pace.collect_patience_s
        if call.name in ("compute", "apply"):
            patience_s = self._pace.compute_patience_s
        if self._now_ns - self._running_since_ns <= patience_s * NS_PER_S:
            return
        self._running = None
        if call.name == "leave":
            self._reason = self._reason or AbortReason.TIMED_OUT
            self._text = (
                "The tracker did not leave calibration mode; switch it off and on, then connect anew."
            )
            self._state = CalibrationState.ABORTED
            return
        self.abort(
            AbortReason.TIMED_OUT,
            self._now_ns,
            f"The tracker did not answer the calibration call {call.name} within {patience_s:g} s; "
            "check its connection and begin the calibration again.",
        )

    def _show_next(self) -> None:
        self._repeats = 0
        self._settle_from_ns = None
        if self._to_show:
            self._current = self._to_show.popleft()
            self._presenter.go_to(self._current, self._now_ns)
            self._state = CalibrationState.SHOWING
            return
        self._current = None
        self._presenter.leave(self._now_ns)
        self._state = CalibrationState.COMPUTING
        self._calls.append(DeviceCall(name="compute"))

    def _collected_one(self, answer: DeviceAnswer) -> None:
        target = self._current
        if target is None:
            return
        if not answer.is_ok and self._repeats < MOST_REPEATS:
            self._repeats += 1
            self._settle_from_ns = self._now_ns
            self._presenter.grow(self._now_ns)
            self._text = answer.text
            self._state = CalibrationState.SHOWING
            return
        (self._collected if answer.is_ok else self._missed).add(target.target_id)
        self._text = "" if answer.is_ok else answer.text
        self._show_next()

    def _computed(self, answer: DeviceAnswer) -> None:
        attempt = CalibrationAttempt(
            number=len(self._attempts),
            t_computed_host_ns=self._now_ns,
            is_applied=answer.is_ok,
            text=answer.text,
            collected=tuple(sorted(self._collected)),
            missed=tuple(sorted(self._missed)),
            samples=answer.samples,
            data=answer.data,
        )
        self._attempts.append(attempt)
        if answer.is_ok:
            self._applied = attempt.number
        self._text = answer.text
        self._state = CalibrationState.REVIEW

    def _require(self, state: CalibrationState, done: str) -> None:
        if self._state is not state:
            raise ValueError(
                f"The calibration is {self._state.value} and cannot be {done} now; "
                f"wait until it is {state.value}."
            )
