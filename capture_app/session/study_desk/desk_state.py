"""Makes the one frozen state of a session with a study that windows render."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

from calibration import SmallestLesion, smallest_lesion
from capture_app.session.reading import CaseGrade, ReadingView
from capture_app.session.study import OpenedStudy
from capture_app.session.study_desk.case_lines import case_lines, worked_s
from capture_app.session.study_desk.host import StudyHost, StudyParts
from capture_app.session.study_desk.newest_accuracy import newest_figures
from capture_app.session.study_desk.sitting import Sitting
from capture_app.session.study_desk.states import StartForm, StudyCaseLine, StudyDeskState, StudyPhase

_FIGURES_EVERY_NS: Final = 500_000_000
"""Loss so far and times per case change slowly, and take their time."""


class StateBook:
    """Keeps what is not worked out anew for each frame."""

    def __init__(self) -> None:
        self._cases: tuple[StudyCaseLine, ...] = ()
        self._cases_version = 0
        self._grade: CaseGrade | None = None
        self._view: ReadingView | None = None  # the last of the session
        self._lesion: SmallestLesion | None = None
        self._known: tuple[int, int] = (-1, -1)  # version of the view, half seconds

    def state(
        self,
        *,
        host: StudyHost,
        opened: OpenedStudy,
        parts: StudyParts,
        phase: StudyPhase,
        form: StartForm | None,
        sitting: Sitting | None,
        is_robot: bool,
        now_ns: int,
        message: str,
        notes: tuple[str, ...],
        preparing: str,
        start_problem: str,
    ) -> StudyDeskState:
        """Return the state of this moment."""
        reader = form.reader if form is not None else ""
        period = form.period if form is not None else 1
        if sitting is None:
            return StudyDeskState(
                phase=phase,
                opened=opened,
                reader=reader,
                period=period,
                copies=parts.copies.state,
                datasets=parts.datasets.state,
                end=parts.ending.state,
                is_robot=is_robot,
                preparing=preparing,
                start_problem=start_problem,
                view=None if self._view is None else _without_case(self._view),
                cases=self._cases,
                cases_version=self._cases_version,
                notes=notes,
            )
        self._bring_up_to_date(host, sitting, now_ns)
        self._view = sitting.view
        state, attempt = sitting.loop.state, sitting.loop.state.open_attempt
        desk = host.calibration_desk
        return StudyDeskState(
            phase=phase,
            opened=opened,
            reader=reader,
            period=period,
            view=sitting.view,
            view_version=sitting.version,
            screen_names=sitting.loop.screen_names,
            cases=self._cases,
            cases_version=self._cases_version,
            grade_so_far=self._grade,
            case_elapsed_s=0.0 if attempt is None else worked_s(attempt, now_ns),
            screen_elapsed_s=max(0.0, (now_ns - sitting.screen_since_ns) / 1e9),
            session_elapsed_s=(now_ns - sitting.began_ns) / 1e9,
            drift_deg=state.drift_deg,
            running_drift_deg=state.running_drift_deg,
            cases_since_calibration=state.cases_since_calibration,
            is_calibrating=desk.is_active,
            validation_purpose=desk.state.purpose if desk.is_active else "",
            side_run=parts.side_runs.state,
            transcript=parts.dictation.state,
            is_voice_recorded=parts.dictation.is_voice_recorded,
            accuracy=sitting.accuracy,
            accuracy_version=sitting.accuracy_version,
            smallest_lesion=self._lesion,
            message=message,
            notes=notes,
            masks=sitting.cover.progress,
            copies=parts.copies.state,
            datasets=parts.datasets.state,
            end=parts.ending.state,
            is_robot=is_robot,
        )

    def _bring_up_to_date(self, host: StudyHost, sitting: Sitting, now_ns: int) -> None:
        known = (sitting.version, now_ns // _FIGURES_EVERY_NS)
        if known == self._known:
            return
        self._known = known
        cases = case_lines(sitting.opened.study, sitting.worklist, sitting.loop.state, now_ns)
        if cases != self._cases:
            self._cases = cases
            self._cases_version += 1
        self._grade = sitting.loop.grade_so_far(now_ns)
        self._lesion = _lesion(host, sitting)


def _without_case(view: ReadingView) -> ReadingView:
    """Return what is left to be told once nothing is read any more: how many cases count."""
    return replace(
        view,
        planned=None,
        attempt=-1,
        case_state=None,
        screen=None,
        text="",
        is_presented=False,
        images=(),
        answer=None,
        shapes=(),
        missing=(),
        can_go_back=False,
        jumps=(),
        grade=None,
        prompts=(),
        chosen_labels=(),
    )


def _lesion(host: StudyHost, sitting: Sitting) -> SmallestLesion | None:
    """Return the smallest lesion that can be resolved now, by the newest validation; None without."""
    figures = newest_figures(host)
    if figures is None:
        return None
    images = sitting.images
    placement = host.presentation.placement_of(images[0].image_id) if images else None
    spacing_mm = images[0].stimulus.spacing_x_mm if images else math.nan
    return smallest_lesion(
        figures.mean_offset_deg,
        figures.mean_std_deg,
        host.measured_geometry(),
        placement=placement,
        spacing_mm=spacing_mm,
    )
