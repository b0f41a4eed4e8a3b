"""Drift checks and pupil baselines of a session with a study: one at a time on the reader's screen."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from calibration import AbortReason, DriftAdvice, DriftHistory, DriftLimits, DriftResult, PupilBaseline
from capture_app.session.calibration_plan import GreySource
from capture_app.session.new_gaze import NewGaze
from capture_app.session.port import SessionError
from capture_app.session.reading import NamedRows
from capture_app.session.study import Study
from capture_app.session.study.quality_keys import Gates
from capture_app.session.study_desk.parts import StudyAround
from capture_app.session.study_desk.side_runs_baseline import BaselineRun
from capture_app.session.study_desk.side_runs_drift import DriftRun
from capture_app.session.study_desk.side_runs_parts import LOST, SideRun, is_lost
from capture_app.session.study_desk.states import SideRunState
from capture_app.session.target_screen import TargetScreen, target_scene
from gaze_core.clocks import Clock
from gaze_core.rows import DRIFT

_NEVER: Final = 1_000_000_000  # cases after which calibrating is advised where the study says: never
_BUSY: Final = "A drift check or a pupil baseline runs already. Wait until it is over."
_NOTHING: Final = "No drift check runs that could be passed over."
_STOPPED: Final = "It was stopped."
_PASSED: Final = (b"measured", b"overridden")


class StudySideRuns:
    """`capture_app.session.study_desk.parts.SideRuns`.

    Parameters
    ----------
    study
        Targets, times and limits.
    clock
        Host clock.
    matched_grey
        The mean grey of the study's images, where the study wants targets on it.
    """

    def __init__(self, study: Study, clock: Clock, *, matched_grey: GreySource | None = None) -> None:
        self._study = study
        self._clock = clock
        self._matched_grey = matched_grey if study.calibration.is_grey_matched else None
        self._history = DriftHistory(_limits_of(study.gates))
        self._targets = TargetScreen()
        self._run: SideRun | None = None
        self._around: StudyAround | None = None  # as it was when something ran last
        self._new_gaze: NewGaze | None = None
        self._round = 0
        self._failed_trial: int | None = None  # a check before this trial did not pass
        self._pending: NamedRows = ()  # of a run that was stopped between two steps
        self.last_text = ""  # how the run before ended where it brought no figure, for the operator
        self.last_drift: DriftResult | None = None  # of the newest DRIFT row, where that brought figures
        self.baseline: PupilBaseline | None = None  # the newest

    @property
    def state(self) -> SideRunState | None:
        """What runs now; None where nothing does."""
        return None if self._run is None else self._run.state(self._clock.now_ns())

    @property
    def advice(self) -> DriftAdvice:
        """What the checks since the last calibration say together."""
        return self._history.advice()

    def calibrated(self) -> None:
        """A calibration was accepted: the drift of the one before is over."""
        self._history.calibrated()
        self._failed_trial = None

    def begin_drift_check(self, around: StudyAround) -> None:
        """Show the study's target and wait for a fixation."""
        grey = self._matched_grey.value if self._matched_grey is not None else None
        run = DriftRun(
            self._study,
            around.settings.eye,
            around.geometry,
            self._history,
            grey=grey if grey is not None else self._study.calibration.background_grey,
            is_again=self._failed_trial == around.trial,
        )
        self._begin(run, around)

    def begin_baseline(self, around: StudyAround) -> None:
        """Show the central cross on the study's grey for the study's time."""
        self._begin(BaselineRun(self._study, around.settings.eye, around.geometry), around)

    def step(self, around: StudyAround) -> NamedRows:
        """Do what is due; return rows for the recording, a DRIFT row at the end of a check."""
        rows, self._pending = self._pending, ()
        run, gaze = self._run, self._new_gaze
        if run is None or gaze is None:
            return rows
        self._around = around
        if is_lost(around.link) or not gaze.is_of(around.feed.live):
            run.abort(AbortReason.TRACKER_LOST, around.now_ns, LOST)
        shown = run.step(around, gaze.take())
        rows = (*rows, *self._heard(run, around, shown.rows))
        if run.is_over:
            self._end(run, around)
        elif shown.dot is not None:
            standing = (self._round, shown.dot.showing)
            self._targets.hold(around.presentation, is_on=True, grey=run.grey)
            self._targets.draw(around.presentation, shown.dot, standing, is_cross=run.is_cross)
        return rows

    def presented(self, revision: int, t_host_ns: int) -> bool:
        """Take the time at which a revision was presented; True where that put a target before the eyes."""
        seen = self._targets.presented(revision)
        if seen is None or self._run is None or self._around is None:
            return False
        self._run.presented(seen.standing[1], t_host_ns)
        if seen.is_first:
            scene = target_scene(seen, self._around.presentation, t_host_ns)
            self._around.link.show_scene(scene)
        return seen.is_first

    def pass_over(self) -> None:
        """Go on without the check, where `SideRunState.can_be_passed_over`; else a `SessionError`."""
        if self._run is None:
            raise SessionError(_NOTHING)
        self._run.pass_over(self._clock.now_ns())

    def abort(self) -> None:
        """Stop at any moment; nothing happens where none runs."""
        run, around = self._run, self._around
        if run is None or around is None or self._new_gaze is None:
            return
        around = replace(around, now_ns=self._clock.now_ns())
        run.abort(AbortReason.OPERATOR, around.now_ns, _STOPPED)
        shown = run.step(around, self._new_gaze.take())
        self._pending = (*self._pending, *self._heard(run, around, shown.rows))
        self._end(run, around)

    def _begin(self, run: SideRun, around: StudyAround) -> None:
        if self._run is not None:
            raise SessionError(_BUSY)
        self._run, self._around = run, around
        self._new_gaze = NewGaze(around.feed.live)
        self._round += 1
        self.last_text = ""
        if around.presentation.state.panes:
            around.presentation.clear(-1, around.now_ns)
        run.begin(around.now_ns)

    def _heard(self, run: SideRun, around: StudyAround, rows: NamedRows) -> NamedRows:
        """Note what the rows of a run say."""
        for name, each in rows:
            if name == DRIFT.name:
                self.last_drift = run.last_drift
                has_passed = run.is_over and each["outcome"][0] in _PASSED
                self._failed_trial = None if has_passed else around.trial
        return rows

    def _end(self, run: SideRun, around: StudyAround) -> None:
        if isinstance(run, BaselineRun) and run.baseline is not None:
            self.baseline = run.baseline
        self.last_text = run.text
        self._run, self._new_gaze = None, None
        self._targets.clear(around.presentation, around.link, self._clock.now_ns())


def _limits_of(gates: Gates) -> DriftLimits:
    return DriftLimits(
        running_deg=gates.drift_mean_deg,
        single_deg=gates.drift_single_deg,
        case_count=gates.recalibrate_after_cases or _NEVER,
        checks=gates.drift_mean_checks,
    )
