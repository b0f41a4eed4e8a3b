"""The drift check before a case: one target, the first stable fixation near it, and whether that passes.

The first fixation is written as it is. One that misses by more than the study lets pass is not waited away:
its offset is in the file and in the running figure, and the target stays until a fixation passes, somebody
goes on without, or patience ends.
"""

from __future__ import annotations

import math
from typing import Final

from calibration import AbortReason, DriftHistory, DriftResult, DriftSettings, DriftState, Target
from calibration import DriftCheck as DriftProcedure
from capture_app.session.port import SessionError
from capture_app.session.reading import NamedRows
from capture_app.session.study import Study
from capture_app.session.study_desk.parts import StudyAround
from capture_app.session.study_desk.side_runs_parts import NO_SAMPLES, NS_PER_S, Shown, Silence
from capture_app.session.study_desk.states import SideRunKind, SideRunState
from gaze_core.eyes import Eye
from gaze_core.geometry import ViewingGeometry
from gaze_core.rows import DRIFT, TARGET, Rows

_LONGEST_S: Final = 30.0
_WAITS: Final = 6.0  # so many of the study's longest waits, where that is more
_OUTCOMES: Final = {
    DriftState.MEASURED: "measured",
    DriftState.OVERRIDDEN: "overridden",
    DriftState.TIMED_OUT: "timed_out",
    DriftState.ABORTED: "aborted",
}


class DriftRun:
    """One check.

    Parameters
    ----------
    study
        Its target, times and limits.
    eye
        The signal that is analysed.
    geometry
        That degrees are computed with.
    history
        Takes the offset; gives the running figure.
    grey
        Background, 0..255; None: that of the images.
    is_again
        A check before this one did not pass, so the space bar goes on at once.
    """

    is_cross = False

    def __init__(
        self,
        study: Study,
        eye: Eye,
        geometry: ViewingGeometry,
        history: DriftHistory,
        *,
        grey: int | None,
        is_again: bool,
    ) -> None:
        check = study.drift_check
        self._check = check
        self._history = history
        self._is_again = is_again
        self._eye = Eye.AVERAGE if eye is Eye.STRICT_AVERAGE else eye
        self._target = Target(target_id=0, x_norm=check.x_norm, y_norm=check.y_norm)
        self._patience_s = max(_LONGEST_S, _WAITS * check.longest_wait_s)
        self._procedure = DriftProcedure(
            geometry,
            self._eye,
            settings=DriftSettings(
                target=self._target,
                radius_deg=check.search_deg,
                stable_ms=check.fixation_ms,
                pass_deg=check.pass_deg,
                patience_s=self._patience_s,
            ),
        )
        self._began_ns = 0
        self._silence = Silence(0)
        self._written: DriftResult | None = None  # of the newest row with figures
        self._is_over = False
        self.grey = grey
        self.text = ""
        self.last_drift: DriftResult | None = None

    @property
    def is_over(self) -> bool:
        """Whether its last row was returned."""
        return self._is_over

    def state(self, now_ns: int) -> SideRunState:
        """Return what the windows show."""
        waited_s = (now_ns - self._began_ns) / NS_PER_S
        can_pass = self._can_pass(waited_s)
        until_s = self._patience_s if can_pass else self._check.longest_wait_s
        return SideRunState(
            kind=SideRunKind.DRIFT_CHECK,
            x_norm=self._target.x_norm,
            y_norm=self._target.y_norm,
            remaining_s=max(0.0, until_s - waited_s),
            can_be_passed_over=can_pass,
            text=self._waits_for(can_pass=can_pass),
        )

    def begin(self, now_ns: int) -> None:
        """Show the target."""
        self._began_ns = now_ns
        self._silence = Silence(now_ns)
        self._procedure.begin(now_ns)

    def presented(self, showing: int, t_host_ns: int) -> None:
        """Note when the target was presented."""
        self._procedure.presented(showing, t_host_ns)

    def step(self, around: StudyAround, gaze: Rows) -> Shown:
        """Take the new GAZE rows and do what is due."""
        self.last_drift = None
        if self._silence.is_too_long(around.now_ns, gaze):
            self.abort(AbortReason.TRACKER_LOST, around.now_ns, NO_SAMPLES)
        self._procedure.take(gaze)
        step = self._procedure.tick(around.now_ns)
        rows: NamedRows = ((TARGET.name, step.targets),) if len(step.targets) else ()
        if self._procedure.state is not DriftState.SHOWING:
            self._is_over = True
            # Also of a target that was never presented, for which there is no TARGET row.
            self.text = step.text if self._procedure.state is not DriftState.OVERRIDDEN else ""
            return Shown(rows=(*rows, (DRIFT.name, self._last_row(around))))
        found = self._procedure.result
        if found is not None and self._written is None:
            rows = (*rows, (DRIFT.name, self._row(around, found, "measured")))
        return Shown(dot=step.dot, rows=rows)

    def pass_over(self, now_ns: int) -> None:
        """Go on without a fixation that passes."""
        waited_s = (now_ns - self._began_ns) / NS_PER_S
        if not self._can_pass(waited_s):
            left_s = math.ceil(self._check.longest_wait_s - waited_s)
            raise SessionError(f"The drift check waits for a fixation. It can be passed over in {left_s} s.")
        self._procedure.override(now_ns)

    def abort(self, reason: AbortReason, now_ns: int, text: str) -> None:
        """Stop at once."""
        self._procedure.abort(reason, now_ns, text)

    def _can_pass(self, waited_s: float) -> bool:
        """After the study's wait; at once where a fixation missed already, for waiting tells no more."""
        return self._is_again or self._procedure.result is not None or waited_s >= self._check.longest_wait_s

    def _waits_for(self, *, can_pass: bool) -> str:
        found = self._procedure.result
        if found is not None:
            return (
                f"The eyes settled {found.counted.accuracy.offset_deg:.1f} deg from the target; up to "
                f"{self._check.pass_deg:g} deg pass. Recalibrate, or go on with the space bar."
            )
        text = "Waiting for a steady look at the target."
        return f"{text} The space bar goes on without." if can_pass else text

    def _last_row(self, around: StudyAround) -> Rows:
        found, outcome = self._procedure.result, _OUTCOMES[self._procedure.state]
        if found is not None:
            return self._row(around, found, outcome)
        if outcome == "overridden":
            self._history.overridden()
        return self._drift_row(around, math.nan, math.nan, outcome)

    def _row(self, around: StudyAround, found: DriftResult, outcome: str) -> Rows:
        """Return the row of a measured offset; each offset enters the running figure once."""
        if found is not self._written:
            self._history.add(found)
            self._written = self.last_drift = found
        return self._drift_row(around, *found.offset_deg, outcome)

    def _drift_row(self, around: StudyAround, azimuth: float, elevation: float, outcome: str) -> Rows:
        return DRIFT.row(
            t_host_ns=around.now_ns,
            trial=around.trial,
            x_norm=self._target.x_norm,
            y_norm=self._target.y_norm,
            eye=self._eye.value,
            azimuth_offset_deg=azimuth,
            elevation_offset_deg=elevation,
            running_deg=self._history.advice().running_deg,
            outcome=outcome,
        )
