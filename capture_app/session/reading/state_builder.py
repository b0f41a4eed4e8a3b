"""Builds the state of a reading from its rows, one by one or a whole recording at once."""

from __future__ import annotations

import json
import math
from typing import Any, Final

import numpy as np

from capture_app.session.reading.answer_codec import PieceCollector
from capture_app.session.reading.attempts import Attempt, Ending, Shape, ShapeKind
from capture_app.session.reading.errors import HistoryError, ReadingError
from capture_app.session.reading.gaze_loss import GazeLoss
from capture_app.session.reading.names import BREAK, Event, Subject
from capture_app.session.reading.reading_state import (
    PASSING_OUTCOMES,
    TIME_COLUMNS,
    Opening,
    ReadingState,
    RecordingRows,
)
from capture_app.session.reading.rules import LABEL_SEPARATOR
from capture_app.session.reading.worklist import Worklist
from capture_app.session.study import Study
from capture_app.session.study.task_keys import ImageScreen
from gaze_core.rows import (
    ANSWER,
    DRIFT,
    JUDGEMENT,
    NO_TIME,
    SCREEN,
    SHAPE,
    TRIAL,
    decode_text,
    encode_text,
)

_SCREEN_NAME_BYTES: Final = SCREEN.dtype["screen"].itemsize


class StateBuilder:
    """Applies rows to a state. One thread.

    Parameters
    ----------
    study
        The study the rows belong to.
    worklist
        The reader's; rows about other cases are refused.
    """

    def __init__(self, study: Study, worklist: Worklist) -> None:
        self.state = ReadingState()
        self._study = study
        self._worklist = worklist
        self._cases = {planned.case.case_id: planned.case for planned in worklist.all_cases}
        self._screens = {encode_text(screen.name, _SCREEN_NAME_BYTES): screen for screen in study.screens}
        self._by_trial: dict[int, Attempt] = {}  # of the recording that runs
        self._pieces: dict[int, PieceCollector] = {}

    def begin_recording(self) -> None:
        """Go on in another recording: what was open is interrupted, trials and times begin anew."""
        state = self.state
        for attempt in self._by_trial.values():
            if attempt.ending is Ending.NONE:
                self._interrupt(attempt, state.last_ns)
        self._by_trial.clear()
        self._pieces.clear()
        state.opening, state.continuing = None, ""
        state.next_trial = 0
        state.last_ns = NO_TIME
        state.break_since_ns = None
        state.is_calibration_due = True  # the reader has moved since
        state.drift_trial, state.drift_outcome = -1, ""
        state.drift_deg = state.running_drift_deg = math.nan

    def apply_recording(self, recording: RecordingRows) -> None:
        """Apply all rows of one recording in order of their times.

        Raises
        ------
        HistoryError
            If they do not belong to this study and worklist.
        """
        timed = []
        for name, column in TIME_COLUMNS.items():
            rows = recording.get(name)
            if rows is not None and len(rows):
                timed += [(int(t_ns), name, index) for index, t_ns in enumerate(rows[column])]
        for _, name, index in sorted(timed, key=lambda each: each[0]):
            self.apply(name, recording[name][index])

    def apply(self, name: str, row: np.void) -> None:
        """Apply one row of the named row type; rows of other types change nothing.

        Raises
        ------
        HistoryError
            If it does not belong to this study and worklist.
        """
        column = TIME_COLUMNS.get(name)
        if column is None:
            return
        appliers = {
            SCREEN.name: self._screen, ANSWER.name: self._answer, SHAPE.name: self._shape,
            TRIAL.name: self._trial, JUDGEMENT.name: self._judgement, DRIFT.name: self._drift,
        }  # fmt: skip
        try:
            appliers[name](row)
        except (ValueError, KeyError, TypeError, ReadingError) as err:
            raise HistoryError(
                f"A {name} row of the recording cannot be understood ({err}). "
                "Open the recording with the study and the program version it was made with."
            ) from err
        self.state.last_ns = max(self.state.last_ns, int(row[column]))

    def _screen(self, row: np.void) -> None:
        state, t_ns = self.state, int(row["t_presented_host_ns"])
        if decode_text(row["kind"]) == BREAK:
            state.break_since_ns = t_ns
            return
        attempt = self._by_trial[int(row["trial"])]
        screen = self._screens.get(bytes(row["screen"]))
        if screen is None:
            raise HistoryError(f"The study has no screen {decode_text(row['screen'])!r}.")
        self._leave_image(attempt, t_ns)
        place = self._places(attempt).index(screen.name)
        attempt.screen = screen.name
        attempt.visits[screen.name] = int(row["visit"]) + 1
        if isinstance(screen, ImageScreen):
            attempt.visible_since_ns = t_ns
            attempt.is_looking_again = place < attempt.furthest
        attempt.furthest = max(attempt.furthest, place)

    def _answer(self, row: np.void) -> None:
        trial = int(row["trial"])
        if trial < 0:
            return  # the reader's form
        attempt, screen = self._by_trial[trial], self._screens[bytes(row["screen"])]
        pieces = self._pieces.setdefault(trial, PieceCollector())
        found = pieces.take(screen.name, decode_text(row["name"]), decode_text(row["value"]))
        if found is not None:
            attempt.answers[(screen.name, found[0])] = found[1]

    def _shape(self, row: np.void) -> None:
        attempt, number = self._by_trial[int(row["trial"])], int(row["shape"])
        attempt.next_shape = max(attempt.next_shape, number + 1)
        if decode_text(row["action"]) == "removed":
            attempt.shapes.pop(number, None)
        else:
            attempt.shapes[number] = shape_of(row)

    def _trial(self, row: np.void) -> None:
        trial, word, t_ns = int(row["trial"]), decode_text(row["state"]), int(row["t_host_ns"])
        if word == "open":
            self._open(trial, decode_text(row["case_id"]), t_ns)
            return
        attempt = self._by_trial[trial]
        if word == "resumed":
            attempt.is_paused, attempt.opened_ns = False, t_ns
            return
        self._leave_image(attempt, t_ns)
        self._rest(attempt, t_ns)
        if word == "paused":
            attempt.is_paused = True
        elif word == "interrupted":
            if attempt.ending is Ending.NONE:
                self._interrupt(attempt, t_ns)
        elif attempt.ending is Ending.NONE:
            self._end(attempt, Ending.DONE if word == "done" else Ending.SET_ASIDE)

    def _open(self, trial: int, case_id: str, t_ns: int) -> None:
        state, opening = self.state, self.state.opening
        if case_id not in self._cases:
            raise HistoryError(f"The case {case_id!r} is not in the list of this reader and period.")
        if opening is None or (opening.trial, opening.case_id) != (trial, case_id):
            raise HistoryError(f"Trial {trial} was not announced, so that its attempt is not known.")
        attempts = state.attempts.setdefault(case_id, [])
        if opening.attempt == len(attempts):
            attempts.append(Attempt(case_id=case_id, attempt=opening.attempt, trial=trial, task=opening.task))
        attempt = attempts[opening.attempt]
        attempt.trial, attempt.is_interrupted, attempt.is_paused = trial, False, False
        attempt.opened_ns = t_ns
        self._by_trial[trial] = attempt
        state.open_attempt, state.opening, state.continuing = attempt, None, ""
        state.next_trial = trial + 1

    def _judgement(self, row: np.void) -> None:
        subject, figures = decode_text(row["subject"]), _figures(row)
        if subject == Subject.CALIBRATION.value:
            self._calibration(bool(row["is_accepted"]))
        elif subject == Subject.QUOTA.value:
            self._quota(row, figures)
        elif subject == Subject.RESUME.value:
            self._resumed(figures)
        elif subject == Subject.CASE.value:
            attempt = self._by_trial[int(row["number"])]
            if figures.get("event") == Event.VISIT.value:
                if not figures["is_looking_again"]:
                    attempt.loss = attempt.loss.plus(GazeLoss.from_figures(figures))
                return
            attempt.grade, attempt.does_count = decode_text(row["grade"]), bool(row["is_accepted"])
            attempt.is_correct = figures.get("is_correct")

    def _calibration(self, is_accepted: bool) -> None:
        state = self.state
        state.is_calibration_due = not is_accepted
        if is_accepted:
            state.cases_since_calibration = 0
            state.drift_trial, state.drift_outcome = -1, ""
            state.drift_deg = state.running_drift_deg = math.nan

    def _quota(self, row: np.void, figures: dict[str, Any]) -> None:
        state, event = self.state, figures.get("event")
        if event == Event.OPENING.value:
            if figures["period"] != self._worklist.period:
                raise HistoryError(
                    f"The recording belongs to period {figures['period']} of the study, not to "
                    f"{self._worklist.period}."
                )
            state.opening = Opening(
                trial=int(row["number"]),
                case_id=figures["case_id"],
                attempt=int(row["attempt"]),
                task=figures["task"],
            )
        elif event == Event.BREAK_OVER.value:
            state.break_since_ns = None
            state.cases_since_break = state.worked_since_break_ns = 0
            state.is_calibration_due = True
        elif event == Event.PRACTICE_AGAIN.value:
            state.extra_rounds += 1
        elif event == Event.PRACTICE_OVER.value:
            state.is_practice_ended = True

    def _resumed(self, figures: dict[str, Any]) -> None:
        attempt = self.state.attempts[figures["case_id"]][int(figures["attempt"])]
        event = Event(figures["event"])
        if event is Event.CONTINUE:
            self.state.continuing = attempt.case_id
        else:
            self._end(attempt, Ending.RESTARTED if event is Event.RESTART else Ending.SET_ASIDE)

    def _drift(self, row: np.void) -> None:
        state = self.state
        state.drift_trial, state.drift_outcome = int(row["trial"]), decode_text(row["outcome"])
        state.drift_deg = math.hypot(float(row["azimuth_offset_deg"]), float(row["elevation_offset_deg"]))
        state.running_drift_deg = float(row["running_deg"])
        if state.drift_outcome in PASSING_OUTCOMES:
            state.cases_since_drift_check = 0

    def _end(self, attempt: Attempt, ending: Ending) -> None:
        state = self.state
        attempt.ending, attempt.is_paused = ending, False
        if state.open_attempt is attempt:
            state.open_attempt = None
        if ending is not Ending.DONE:
            attempt.does_count = False
            return
        state.cases_since_break += 1
        state.cases_since_calibration += 1
        state.cases_since_drift_check += 1
        if self._worklist.is_practice(attempt.case_id):
            state.practice_order.append((attempt.case_id, attempt.attempt))

    def _interrupt(self, attempt: Attempt, t_ns: int) -> None:
        self._leave_image(attempt, t_ns)
        self._rest(attempt, t_ns)
        attempt.is_interrupted, attempt.is_paused = True, False
        if self.state.open_attempt is attempt:
            self.state.open_attempt = None

    def _rest(self, attempt: Attempt, t_ns: int) -> None:
        if attempt.opened_ns is not None:
            worked_ns = max(0, t_ns - attempt.opened_ns)
            attempt.worked_ns += worked_ns
            self.state.worked_since_break_ns += worked_ns
            attempt.opened_ns = None

    def _leave_image(self, attempt: Attempt, t_ns: int) -> None:
        if attempt.visible_since_ns is not None:
            shown_ns = max(0, t_ns - attempt.visible_since_ns)
            attempt.shown_ns[attempt.screen] = attempt.shown_ns.get(attempt.screen, 0) + shown_ns
            attempt.visible_since_ns = None

    def _places(self, attempt: Attempt) -> list[str]:
        return list(self._study.task_named(attempt.task).screens)


def shape_of(row: np.void) -> Shape:
    """Return the shape of a SHAPE row."""
    labels = decode_text(row["labels"])
    return Shape(
        kind=ShapeKind(decode_text(row["kind"])),
        image_id=int(row["image_id"]),
        pane=int(row["pane"]),
        slice_index=int(row["slice"]),
        left_image_px=float(row["left_image_px"]),
        top_image_px=float(row["top_image_px"]),
        right_image_px=float(row["right_image_px"]),
        bottom_image_px=float(row["bottom_image_px"]),
        labels=tuple(labels.split(LABEL_SEPARATOR)) if labels else (),
        certainty=int(row["certainty"]),
    )


def _figures(row: np.void) -> dict[str, Any]:
    text = decode_text(row["figures"])
    if decode_text(row["subject"]) in (Subject.CALIBRATION.value, Subject.DRIFT.value):
        return {}  # figures of others, which nothing here depends on
    figures = json.loads(text)
    if not isinstance(figures, dict):
        raise HistoryError(f"The figures of a judgement are no table: {text[:40]!r}.")
    return figures
