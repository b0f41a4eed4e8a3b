"""The one way in which the loop changes its state: a row is given its time, applied, and handed out."""

from __future__ import annotations

from typing import Any, TypeAlias

from capture_app.session.reading.answer_codec import AnswerValue, pieces_of
from capture_app.session.reading.attempts import Attempt, Shape
from capture_app.session.reading.gaze_loss import figures_json
from capture_app.session.reading.names import By, Cause, Subject
from capture_app.session.reading.reading_state import TIME_COLUMNS
from capture_app.session.reading.rules import LABEL_SEPARATOR
from capture_app.session.reading.state_builder import StateBuilder
from gaze_core.rows import ANSWER, DRIFT, JUDGEMENT, SCREEN, SHAPE, TRIAL, Rows

NamedRows: TypeAlias = tuple[tuple[str, Rows], ...]
"""Names of row types with rows, in the order they were made."""


class RowEmitter:
    """Makes rows whose times rise by 1 ns at least, so that their order is told by their times alone."""

    def __init__(self, builder: StateBuilder) -> None:
        self._builder = builder
        self._made: list[tuple[str, Rows]] = []

    def take(self) -> NamedRows:
        """Return what was made since the last call."""
        made, self._made = tuple(self._made), []
        return made

    def judgement(
        self,
        now_ns: int,
        subject: Subject,
        *,
        number: int = -1,
        attempt: int = -1,
        grade: str = "",
        is_accepted: bool,
        by: By,
        reason: str,
        figures: dict[str, Any],
    ) -> None:
        """Make a JUDGEMENT row."""
        self._emit(
            JUDGEMENT.name,
            JUDGEMENT.row(
                t_host_ns=now_ns, subject=subject.value, number=number, attempt=attempt, grade=grade,
                is_accepted=is_accepted, by=by.value, reason=reason, figures=figures_json(figures),
            ),
        )  # fmt: skip

    def trial(
        self, now_ns: int, trial: int, case_id: str, state: str, image_ids: tuple[int, ...] = ()
    ) -> None:
        """Make a TRIAL row."""
        images = ",".join(str(image_id) for image_id in image_ids)
        self._emit(
            TRIAL.name,
            TRIAL.row(t_host_ns=now_ns, trial=trial, case_id=case_id, state=state, image_ids=images),
        )

    def screen(
        self,
        t_asked_ns: int,
        t_presented_ns: int,
        *,
        attempt: Attempt | None,
        name: str,
        kind: str,
        cause: Cause,
    ) -> None:
        """Make a SCREEN row; `attempt` is None for a break between cases."""
        self._emit(
            SCREEN.name,
            SCREEN.row(
                t_asked_host_ns=t_asked_ns,
                t_presented_host_ns=t_presented_ns,
                trial=-1 if attempt is None else attempt.trial,
                attempt=-1 if attempt is None else attempt.attempt,
                visit=0 if attempt is None else attempt.visits.get(name, 0),
                screen=name, kind=kind, cause=cause.value,
            ),
        )  # fmt: skip

    def answer(self, now_ns: int, attempt: Attempt, screen: str, name: str, value: AnswerValue) -> None:
        """Make the ANSWER rows of one answer."""
        for column_name, column_value in tuple(pieces_of(name, value)):
            self._emit(
                ANSWER.name,
                ANSWER.row(
                    t_host_ns=now_ns, trial=attempt.trial, attempt=attempt.attempt, screen=screen,
                    name=column_name, value=column_value,
                ),
            )  # fmt: skip

    def shape(self, now_ns: int, attempt: Attempt, number: int, action: str, shape: Shape) -> None:
        """Make a SHAPE row."""
        self._emit(
            SHAPE.name,
            SHAPE.row(
                t_host_ns=now_ns, trial=attempt.trial, attempt=attempt.attempt, shape=number, action=action,
                kind=shape.kind.value, image_id=shape.image_id, pane=shape.pane, slice=shape.slice_index,
                left_image_px=shape.left_image_px, top_image_px=shape.top_image_px,
                right_image_px=shape.right_image_px, bottom_image_px=shape.bottom_image_px,
                labels=LABEL_SEPARATOR.join(shape.labels), certainty=shape.certainty,
            ),
        )  # fmt: skip

    def drift_override(self, now_ns: int, trial: int, *, x_norm: float, y_norm: float, eye: str) -> None:
        """Make the DRIFT row of a check that somebody passed over."""
        self._emit(
            DRIFT.name,
            DRIFT.row(
                t_host_ns=now_ns, trial=trial, x_norm=x_norm, y_norm=y_norm, eye=eye, outcome="overridden"
            ),
        )

    def _emit(self, name: str, row: Rows) -> None:
        column = TIME_COLUMNS[name]
        row[column] = max(int(row[column][0]), self._builder.state.last_ns + 1)
        self._builder.apply(name, row[0])
        self._made.append((name, row))
