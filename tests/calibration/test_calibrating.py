"""The calibration as a state machine: played by hand on a manual clock, and on a simulated tracker."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration import (
    CALIBRATION_5,
    CALIBRATION_9,
    AbortReason,
    CalibrationProcedure,
    CalibrationState,
    DeviceAnswer,
    DotPhase,
    Pace,
)
from calibration.calibrating import MOST_REPEATS

S = 1_000_000_000
FRAME_NS = 20_000_000


class Play:
    """Plays window and device for a procedure; `refuse` says which targets the device refuses how often."""

    def __init__(self, targets=CALIBRATION_5, *, seed: int = 1, refuse: dict | None = None) -> None:
        self.procedure = CalibrationProcedure(targets, seed=seed)
        self.now_ns = 0
        self.calls: list = []
        self.dots: list = []
        self.rows: list = []
        self.refuse = dict(refuse or {})
        self.silent: set[str] = set()  # calls that are never answered
        self.refused: set[str] = set()  # calls answered with no
        self.is_presenting = True
        self.is_computing = True
        self.places = {(t.x_norm, t.y_norm): t.target_id for t in targets}

    def frame(self) -> None:
        self.now_ns += FRAME_NS
        step = self.procedure.tick(self.now_ns)
        self.rows += list(step.targets)
        if step.dot is not None:
            self.dots.append((self.now_ns, step.dot))
            if step.dot.phase is DotPhase.STANDING and self.is_presenting:
                self.procedure.presented(step.dot.showing, self.now_ns)
        for call in step.calls:
            self.calls.append(call)
            if call.name not in self.silent:
                self.procedure.answered(self.answer(call), self.now_ns)

    def answer(self, call) -> DeviceAnswer:
        is_ok = call.name not in self.refused
        if call.name == "collect":
            place = self.places[call.x_norm, call.y_norm]
            self.refuse[place] = self.refuse.get(place, 0) - 1
            is_ok = self.refuse[place] < 0
        if call.name == "compute":
            is_ok = self.is_computing
        data = (
            f"computed {len(self.procedure.attempts)}".encode() if call.name == "compute" and is_ok else b""
        )
        return DeviceAnswer(name=call.name, x_norm=call.x_norm, y_norm=call.y_norm, is_ok=is_ok, data=data)

    def until(self, state: CalibrationState, most_s: float = 200.0) -> None:
        for _ in range(int(most_s * S / FRAME_NS)):
            if self.procedure.state is state:
                return
            self.frame()
        pytest.fail(f"never became {state}, is {self.procedure.state}")

    @property
    def names(self) -> list[str]:
        return [call.name for call in self.calls]

    @property
    def collected(self) -> list[int]:
        return [self.places[call.x_norm, call.y_norm] for call in self.calls if call.name == "collect"]


@pytest.fixture
def play() -> Play:
    """Five points, all accepted."""
    played = Play()
    played.procedure.begin(0)
    return played


def test_every_point_is_collected_once_with_the_centre_first_and_then_computed(play: Play) -> None:
    play.until(CalibrationState.REVIEW)
    assert play.names == ["enter", *["collect"] * 5, "compute"]
    assert play.collected[0] == 0
    assert sorted(play.collected) == [0, 1, 2, 3, 4]
    assert play.procedure.progress == (5, 5)
    attempt = play.procedure.attempts[0]
    assert (attempt.is_applied, attempt.collected, attempt.missed) == (True, (0, 1, 2, 3, 4), ())
    play.procedure.finish(play.now_ns)
    play.until(CalibrationState.DONE)
    assert play.names[-1] == "leave"


def test_seeds_decide_the_order() -> None:
    orders = set()
    for seed in range(8):
        played = Play(CALIBRATION_9, seed=seed)
        played.procedure.begin(0)
        played.until(CalibrationState.REVIEW)
        orders.add(tuple(played.collected))
    assert len(orders) > 4
    again = Play(CALIBRATION_9, seed=3)
    again.procedure.begin(0)
    again.until(CalibrationState.REVIEW)
    assert tuple(again.collected) in orders


def test_a_target_settles_before_the_device_is_asked_and_the_dot_shrinks(play: Play) -> None:
    play.silent = {"collect"}
    play.until(CalibrationState.COLLECTING)
    sizes = [dot.size_share for _, dot in play.dots]
    assert play.now_ns >= Pace().settle_s * S
    assert sizes[0] == 1.0
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] < 0.7


def test_the_dot_travels_from_target_to_target_without_a_jump(play: Play) -> None:
    play.until(CalibrationState.REVIEW)
    places = [(dot.x_norm, dot.y_norm) for _, dot in play.dots]
    steps = [math.dist(a, b) for a, b in pairwise(places)]
    assert max(steps) < 0.1
    travelling = [moment for moment, dot in play.dots if dot.phase is DotPhase.TRAVEL]
    assert len(travelling) * FRAME_NS == pytest.approx(4 * Pace().travel_s * S, rel=0.1)


def test_each_standing_becomes_a_row_from_its_presentation_to_its_end(play: Play) -> None:
    play.until(CalibrationState.REVIEW)
    assert [int(row["target_id"]) for row in play.rows] == play.collected
    assert {bytes(row["procedure"]) for row in play.rows} == {b"calibration"}
    assert all(row["t_off_host_ns"] - row["t_on_host_ns"] >= Pace().settle_s * S for row in play.rows)
    ends = [int(row["t_off_host_ns"]) for row in play.rows]
    starts = [int(row["t_on_host_ns"]) for row in play.rows]
    assert all(end < start for end, start in zip(ends, starts[1:], strict=False))
    assert len(play.procedure.shown) == 5


def test_a_refused_point_is_repeated_and_then_left_out() -> None:
    played = Play(refuse={2: 1, 3: 99})
    played.procedure.begin(0)
    played.until(CalibrationState.REVIEW)
    assert played.collected.count(2) == 2
    assert played.collected.count(3) == 1 + MOST_REPEATS
    assert played.procedure.attempts[0].missed == (3,)
    assert played.procedure.attempts[0].collected == (0, 1, 2, 4)


def test_single_points_are_redone_and_computed_with_the_others(play: Play) -> None:
    play.until(CalibrationState.REVIEW)
    play.calls.clear()
    play.procedure.redo([3, 1], play.now_ns)
    play.until(CalibrationState.REVIEW)
    assert play.names == ["discard", "discard", "collect", "collect", "compute"]
    assert sorted(play.collected) == [1, 3]
    assert play.procedure.attempts[1].collected == (0, 1, 2, 3, 4)
    assert play.procedure.applied is play.procedure.attempts[1]


def test_all_points_are_redone_in_another_order() -> None:
    played = Play(CALIBRATION_9)
    played.procedure.begin(0)
    played.until(CalibrationState.REVIEW)
    first = list(played.collected)
    played.calls.clear()
    played.procedure.redo_all(played.now_ns)
    played.until(CalibrationState.REVIEW)
    assert sorted(played.collected) == sorted(first)
    assert played.collected != first
    assert played.names.count("discard") == 9


def test_an_earlier_attempt_is_chosen_and_given_back_to_the_device(play: Play) -> None:
    play.until(CalibrationState.REVIEW)
    play.procedure.redo_all(play.now_ns)
    play.until(CalibrationState.REVIEW)
    play.procedure.choose(0, play.now_ns)
    play.until(CalibrationState.REVIEW)
    assert (play.calls[-1].name, play.calls[-1].data) == ("apply", b"computed 0")
    assert play.procedure.applied is play.procedure.attempts[0]
    assert len(play.procedure.attempts) == 2


def test_what_the_device_could_not_compute_is_kept_and_cannot_be_chosen(play: Play) -> None:
    play.is_computing = False
    play.until(CalibrationState.REVIEW)
    assert not play.procedure.attempts[0].is_applied
    assert play.procedure.applied is None
    with pytest.raises(ValueError, match="redo the points instead"):
        play.procedure.choose(0, play.now_ns)
    with pytest.raises(ValueError, match="Attempt 7"):
        play.procedure.choose(7, play.now_ns)


def test_a_device_that_refuses_ends_it_in_the_device_s_words(play: Play) -> None:
    play.refused = {"enter"}
    play.until(CalibrationState.ABORTED)
    assert play.procedure.reason is AbortReason.REFUSED
    assert play.names == ["enter", "leave"]


@given(st.integers(0, 700), st.sampled_from(AbortReason))
def test_an_abort_at_any_moment_leaves_the_mode_and_keeps_everything(
    frames: int, reason: AbortReason
) -> None:
    played = Play()
    played.procedure.begin(0)
    for _ in range(frames):
        played.frame()
    attempts = played.procedure.attempts
    played.procedure.abort(reason, played.now_ns)
    played.until(CalibrationState.ABORTED)
    assert played.procedure.reason is reason
    assert played.names[-1] == "leave"
    assert played.procedure.attempts == attempts
    assert len(played.rows) == len(played.procedure.shown)
    assert played.procedure.tick(played.now_ns + S).dot is None


def test_an_abort_while_the_device_works_waits_for_it_before_leaving(play: Play) -> None:
    play.silent = {"collect"}
    play.until(CalibrationState.COLLECTING)
    play.frame()
    play.procedure.abort(AbortReason.READER_LEFT, play.now_ns)
    play.frame()
    assert play.names[-1] == "collect"
    call = play.calls[-1]
    late = DeviceAnswer(name="collect", x_norm=call.x_norm, y_norm=call.y_norm, is_ok=True)
    play.procedure.answered(late, play.now_ns)
    play.until(CalibrationState.ABORTED)
    assert play.procedure.reason is AbortReason.READER_LEFT
    assert play.names[-1] == "leave"


@pytest.mark.parametrize("call", ["enter", "collect", "compute"])
def test_a_device_that_never_answers_times_out_and_is_asked_to_leave(call: str) -> None:
    played = Play()
    played.silent = {call}
    played.procedure.begin(0)
    played.until(CalibrationState.ABORTED)
    assert played.procedure.reason is AbortReason.TIMED_OUT
    assert played.names[-1] == "leave"


def test_a_device_that_does_not_even_leave_ends_it_too(play: Play) -> None:
    play.silent = {"compute", "leave"}
    play.until(CalibrationState.ABORTED)
    assert "switch it off and on" in play.procedure.tick(play.now_ns).text


def test_a_window_that_shows_nothing_times_out(play: Play) -> None:
    play.is_presenting = False
    play.until(CalibrationState.ABORTED, 10.0)
    assert play.procedure.reason is AbortReason.TIMED_OUT
    assert play.rows == []


def test_answers_that_nobody_waits_for_are_passed_over(play: Play) -> None:
    play.silent = {"collect"}
    play.until(CalibrationState.COLLECTING)
    play.procedure.answered(DeviceAnswer(name="compute", is_ok=True), play.now_ns)
    play.procedure.answered(DeviceAnswer(name="collect", x_norm=0.33, y_norm=0.1, is_ok=True), play.now_ns)
    assert play.procedure.progress == (0, 5)
    assert play.procedure.attempts == ()


def test_calls_out_of_turn_are_refused(play: Play) -> None:
    for call in (
        lambda: play.procedure.begin(0),
        lambda: play.procedure.finish(0),
        lambda: play.procedure.redo([1], 0),
        lambda: CalibrationProcedure((), seed=1),
    ):
        with pytest.raises(ValueError, match=r"now; wait until|needs targets"):
            call()
    play.until(CalibrationState.REVIEW)
    with pytest.raises(ValueError, match="no target"):
        play.procedure.redo([77], play.now_ns)


def test_a_simulated_reader_is_calibrated_from_a_gaze_that_was_degrees_off(lab) -> None:
    room = lab("typical", blinks_per_min=4.0)
    procedure = CalibrationProcedure(CALIBRATION_9, seed=2)
    procedure.begin(room.now_ns)
    room.run_calibration(procedure, CalibrationState.REVIEW)
    attempt = procedure.attempts[0]
    assert attempt.is_applied
    assert len(attempt.collected) >= 8
    assert len(attempt.samples) > 300
    procedure.redo([4], room.now_ns)
    room.run_calibration(procedure, CalibrationState.REVIEW)
    procedure.choose(0, room.now_ns)
    room.run_calibration(procedure, CalibrationState.REVIEW)
    procedure.finish(room.now_ns)
    room.run_calibration(procedure, CalibrationState.DONE)
    assert procedure.applied is procedure.attempts[0]


@given(
    st.lists(
        st.one_of(
            st.integers(1, 3_000).map(lambda ms: ("tick", ms)),
            st.integers(-1, 12).map(lambda showing: ("presented", showing)),
            st.tuples(st.sampled_from(["enter", "collect", "discard", "compute", "leave"]), st.booleans()),
            st.just(("right answer", 0)),
        ),
        max_size=120,
    )
)
def test_whatever_comes_in_whatever_order_at_most_one_call_runs_and_it_can_be_ended(happenings: list) -> None:
    procedure = CalibrationProcedure(CALIBRATION_5, seed=1)
    procedure.begin(0)
    now_ns, running = 0, None
    for what, value in happenings:
        if what == "tick":
            now_ns += value * 1_000_000
            waiting = procedure.tick(now_ns).calls
            assert len(waiting) <= 1
            running = waiting[0] if waiting else running
        elif what == "presented":
            procedure.presented(value, now_ns)
        elif what == "right answer" and running is not None:
            place = {"x_norm": running.x_norm, "y_norm": running.y_norm}
            procedure.answered(DeviceAnswer(name=running.name, is_ok=True, **place), now_ns)
        elif what != "right answer":
            procedure.answered(DeviceAnswer(name=what, is_ok=value), now_ns)
    procedure.abort(AbortReason.OPERATOR, now_ns)
    for _ in range(8):
        now_ns += 70 * S
        procedure.tick(now_ns)
    assert procedure.state in (CalibrationState.ABORTED, CalibrationState.DONE)
