"""Leads sessions with a study unattended: a pseudo-reader reads, and a pseudo-operator does the rest.

It does what persons would, through the same doors: it fills in the start form, calibrates simulated eyes,
lets drift be checked, answers, takes breaks, ends the session and waits until it is verified.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from capture_app.session.calibration_desk import CalibrationDesk
from capture_app.session.calibration_states import CalibrationStage
from capture_app.session.port import SessionError
from capture_app.session.reading import CaseState, Event, RobotHabits, RobotReader, Stage
from capture_app.session.states import LiveState, RecordingState
from capture_app.session.study import OpenedStudy, open_reference
from capture_app.session.study.station_keys import HeadRest
from capture_app.session.study_desk.desk import StudyDesk
from capture_app.session.study_desk.sitting import Sitting
from capture_app.session.study_desk.states import StartForm, StudyDeskState, StudyPhase

FASTEST: Final = 20.0
_CALIBRATIONS: Final = 3  # attempts of the pseudo-operator before it reads on without
_LOOK_AGAIN_NS: Final = 1_000_000_000
_MOST_REFUSALS: Final = 30
_log = logging.getLogger(__name__)
_ACCEPTED: Final = "The pseudo-operator accepts what the simulated eyes can do."
_UNCALIBRATED: Final = "The simulated tracker could not be calibrated."
_PRACTISED: Final = "The pseudo-reader has practised enough."


class StudyRobot:
    """Acts at each `step`; `is_over` once all readers are through, or one cannot go on.

    Parameters
    ----------
    desk, calibration_desk
        Of the session it leads; the study is open.
    readers
        Pseudonyms, one session each.
    seed
        Decides, with the pseudonym, what the reader sees and answers.
    speed
        How many times faster than a person it looks and answers; tracker and clocks run as ever.
    tell
        Is told a sentence whenever something is finished.
    """

    def __init__(
        self,
        desk: StudyDesk,
        calibration_desk: CalibrationDesk,
        readers: Sequence[str],
        *,
        opened: OpenedStudy,
        seed: int = 0,
        speed: float = 1.0,
        tell: Callable[[str], None] = lambda _sentence: None,
    ) -> None:
        self._desk, self._calibration = desk, calibration_desk
        self._left = list(readers)
        self._opened = opened
        self._reference = open_reference(opened)
        self._seed = seed
        usual = RobotHabits()
        self._habits = replace(
            usual,
            shortest_look_s=usual.shortest_look_s / speed,
            longest_look_s=usual.longest_look_s / speed,
            answer_s=usual.answer_s / speed,
        )
        self._tell = tell
        self._robot: RobotReader | None = None
        self._attempts = 0
        self._ended_cases: set[tuple[str, int]] = set()
        self._not_before_ns = 0
        self._refused = 0  # wishes, one after the other
        self.problem = ""  # a sentence where it had to give up
        self.is_over = False
        desk.is_robot = True

    def step(self, state: LiveState, now_ns: int) -> None:
        """Do the next thing, if it is time for it."""
        study = state.study
        if self.is_over or study is None or now_ns < self._not_before_ns:
            return
        try:
            self._step(state, study, now_ns)
        except SessionError as err:
            # A wish that came a moment too early is made again; one that is refused for good ends it.
            _log.info("The pseudo-operator was refused: %s", err)
            self._refused += 1
            if study.phase is not StudyPhase.RUNNING or self._refused >= _MOST_REFUSALS:
                self._give_up(str(err))
            self._not_before_ns = now_ns + _LOOK_AGAIN_NS
        else:
            self._refused = 0

    def _step(self, state: LiveState, study: StudyDeskState, now_ns: int) -> None:
        sitting = self._desk.sitting
        if study.preparing:
            return
        if study.start_problem:
            self._give_up(study.start_problem)
        elif study.phase is StudyPhase.RUNNING and sitting is not None:
            self._lead(study, sitting, now_ns)
        elif study.phase is StudyPhase.FAILED:
            self._give_up(state.verdict.explanation or "The recording broke off.")
        elif study.phase is StudyPhase.ENDED:
            self._session_over(study)
        elif study.phase is StudyPhase.OPENED and state.recording is RecordingState.READY:
            self._begin(now_ns)

    def _begin(self, now_ns: int) -> None:
        reader = self._left[0]
        plan = self._desk.plan(reader)
        if plan.blocked:
            self._give_up(plan.blocked)
            return
        self._robot = RobotReader(
            self._opened.study, self._reference, reader=reader, seed=self._seed, habits=self._habits
        )
        self._attempts, self._ended_cases = 0, set()
        self._not_before_ns = now_ns
        self._desk.start(robot_form(self._opened, reader, plan.period))
        self._tell(f"{reader}: session begins, {plan.counted} of {plan.quota} cases count so far.")

    def _session_over(self, study: StudyDeskState) -> None:
        end = study.end
        for step in end.steps if end is not None else ():
            self._tell(f"{study.reader}: {step.name}: {step.text or step.level}")
            if step.level == "bad" and not self.problem:
                self.problem = f"{step.name}: {step.text}"
        self._left.pop(0)
        if not self._left:
            self.is_over = True
            return
        self._begin(0)

    def _lead(self, study: StudyDeskState, sitting: Sitting, now_ns: int) -> None:
        self._tell_of_cases(study)
        if self._calibration.is_active:
            self._decide_calibration()
            return
        if study.side_run is not None and study.side_run.can_be_passed_over:
            self._desk.pass_over()
        if sitting.is_held or sitting.is_over:
            return
        stage = sitting.loop.stage
        if stage is Stage.CASE and self._robot is not None:
            if rows := self._robot.step(sitting.loop, now_ns):
                sitting.take(rows)
        elif stage is Stage.CALIBRATION:
            self._calibrate(now_ns)
        elif stage is Stage.RESUME_CHOICE:
            self._desk.decide_interrupted(Event.CONTINUE)
        elif stage is Stage.PRACTICE_DECISION:
            self._desk.decide_practice(Event.PRACTICE_OVER, _PRACTISED)
        elif stage is Stage.DRIFT_CHECK and sitting.are_drift_checks_used_up:
            self._desk.pass_over()
        elif stage is Stage.PAUSED:
            self._desk.go_on()
        elif stage is Stage.BREAK_DUE:
            self._desk.start_break()
        elif stage is Stage.BREAK:
            self._end_break(study, now_ns)
        elif stage is Stage.FINISHED:
            self._desk.leave()

    def _end_break(self, study: StudyDeskState, now_ns: int) -> None:
        breaks = self._opened.study.breaks
        if not breaks.are_required or study.screen_elapsed_s >= breaks.shortest_minutes * 60:
            self._desk.end_break()
        else:
            self._not_before_ns = now_ns + _LOOK_AGAIN_NS

    def _calibrate(self, now_ns: int) -> None:
        if self._calibration.state.stage is CalibrationStage.LEAVING:
            return  # the tracker is still busy with the one before
        if self._attempts >= _CALIBRATIONS:
            self._attempts = 0
            self._desk.go_on_uncalibrated(_UNCALIBRATED)
            return
        self._attempts += 1
        self._not_before_ns = now_ns + _LOOK_AGAIN_NS
        self._desk.calibrate()

    def _decide_calibration(self) -> None:
        state = self._calibration.state
        if state.stage is not CalibrationStage.REVIEW:
            return
        if state.result is None:
            self._calibration.start_over()
        else:
            self._calibration.accept("" if state.result.gate.is_accepted else _ACCEPTED)
            self._attempts = 0

    def _tell_of_cases(self, study: StudyDeskState) -> None:
        over = (CaseState.COMMITTED, CaseState.SET_ASIDE)
        for line in study.cases:
            key = (line.case_id, line.attempts)
            if line.state in over and key not in self._ended_cases:
                self._ended_cases.add(key)
                counts = "counts" if line.does_count else "does not count"
                words = ", ".join(word for word in (line.grade, line.note, counts) if word)
                self._tell(f"{study.reader}: {line.role.value} case {line.case_id} is over: {words}.")

    def _give_up(self, sentence: str) -> None:
        self.problem = sentence
        self.is_over = True


def robot_form(opened: OpenedStudy, reader: str, period: int) -> StartForm:
    """Return a start form as a person might fill it in."""
    study = opened.study
    conditions = study.conditions
    bounds = conditions.room_lux_minimum, conditions.room_lux_maximum
    lux = 0.5 * sum(bounds) if bounds[1] > 0 else (bounds[0] or math.nan)
    distance_mm = study.display.distance_mm
    return StartForm(
        reader=reader,
        period=period,
        is_consent_given=True,
        years_of_experience=10.0,
        specialty=next(iter(study.reader_form.specialties), ""),
        vision="normal",
        hours_awake=3.0,
        dominant_eye="right",
        room_lux=lux,
        has_head_rest=conditions.head_rest is HeadRest.REQUIRED,
        has_glasses=False,
        distance_mm=distance_mm,
        comment="A pseudo-reader; nobody sat here.",
    )
