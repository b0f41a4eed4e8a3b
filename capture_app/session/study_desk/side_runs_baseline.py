"""The pupil's baseline: the reader looks at a cross on the study's grey while the pupil is measured."""

from __future__ import annotations

import math
from typing import Any, Final

from calibration import AbortReason, DriftResult, Pace, PupilBaseline, Target, pupil_baseline
from calibration.presenter import Presenter
from capture_app.session.event_json import event_rows
from capture_app.session.port import SessionError
from capture_app.session.reading import NamedRows
from capture_app.session.study import Study
from capture_app.session.study_desk.parts import StudyAround
from capture_app.session.study_desk.side_runs_parts import NO_SAMPLES, NS_PER_S, Shown, Silence
from capture_app.session.study_desk.states import SideRunKind, SideRunState
from gaze_core.directions import directions
from gaze_core.eyes import Eye
from gaze_core.fixations import AdaptiveParameters, DetectorName, create_detector
from gaze_core.geometry import ViewingGeometry
from gaze_core.row_codes import EventKind
from gaze_core.rows import EVENT, GAZE, NO_TIME, Rows, join_rows
from gaze_core.streams import PupilUnit

BASELINE_EVENT: Final = "pupil_baseline"
FAILED_EVENT: Final = "pupil_baseline_failed"
MOST_ROWS: Final = 500_000  # two minutes at 2000 Hz are half of that

_CENTRE: Final = Target(target_id=0, x_norm=0.5, y_norm=0.5)
_GATHERING_S: Final = 1.0  # for samples that are still on their way
_NO_PUPILS: Final = "This tracker delivers no pupils, so there is no baseline. Reading goes on without one."
_NOT_SHOWN: Final = "The reader's screen did not show the cross; check that its window is in front."
_TOO_MANY: Final = (
    "The tracker sends far more samples than its rate, so this ended without a figure. Connect it anew."
)
_NO_FIXATION: Final = (
    "No steady look at the cross had a pupil in it, so there is no baseline. Look at the distance and at "
    "glasses, then measure it again."
)
_NOT_SKIPPED: Final = "The pupil's baseline ends by itself in {0} s."


class BaselineRun:
    """One baseline.

    Parameters
    ----------
    study
        How long, and on which grey.
    eye
        The signal that is analysed.
    geometry
        That degrees are computed with, for the fixations.
    """

    is_cross = True

    def __init__(self, study: Study, eye: Eye, geometry: ViewingGeometry) -> None:
        plan = study.calibration
        self._lasts_s = plan.pupil_baseline_s
        self._eye = Eye.AVERAGE if eye is Eye.STRICT_AVERAGE else eye
        self._geometry = geometry
        self._patience_s = Pace().presentation_patience_s
        self._presenter = Presenter("baseline", Pace(travel_s=0.0, dwell_s=0.0, settle_s=0.0))
        self._silence = Silence(0)
        self._began_ns = 0
        self._gaze: list[Rows] = []
        self._row_count = 0
        # Fed as samples come: half a minute of a fast tracker at once would hold the windows up.
        self._detector = create_detector(DetectorName.ADAPTIVE, AdaptiveParameters(eye=self._eye))
        self._events: list[Rows] = []
        self._has_all = False  # a sample from after the end is there
        self._ended_ns: int | None = None  # the cross is gone; samples are still on their way
        self._is_over = False
        self._is_aborted = False
        self.baseline: PupilBaseline | None = None
        self.grey: int | None = plan.pupil_baseline_grey
        self.text = ""
        self.last_drift: DriftResult | None = None

    @property
    def is_over(self) -> bool:
        """Whether its last row was returned."""
        return self._is_over

    def state(self, now_ns: int) -> SideRunState:
        """Return what the windows show."""
        return SideRunState(
            kind=SideRunKind.PUPIL_BASELINE,
            x_norm=_CENTRE.x_norm,
            y_norm=_CENTRE.y_norm,
            remaining_s=self._remaining_s(now_ns),
            can_be_passed_over=False,
            text="The reader looks at the cross while the pupil is measured.",
        )

    def begin(self, now_ns: int) -> None:
        """Show the cross."""
        self._began_ns = now_ns
        self._silence = Silence(now_ns)
        self._presenter.go_to(_CENTRE, now_ns)

    def presented(self, showing: int, t_host_ns: int) -> None:
        """Note when the cross was presented; its time counts from then on."""
        self._presenter.presented(showing, t_host_ns)

    def step(self, around: StudyAround, gaze: Rows) -> Shown:
        """Take the new GAZE rows and do what is due."""
        now_ns = around.now_ns
        unit = _unit_of(around)
        if unit is PupilUnit.NONE:
            self.abort(AbortReason.REFUSED, now_ns, _NO_PUPILS)
        elif self._silence.is_too_long(now_ns, gaze):
            self.abort(AbortReason.TRACKER_LOST, now_ns, NO_SAMPLES)
        self._gather(gaze, now_ns)
        since_ns = self._presenter.presented_ns
        if self._is_aborted:
            return self._failed(around)
        if self._ended_ns is not None:
            return self._finish(around, unit)
        if since_ns is None:
            if now_ns - self._began_ns > self._patience_s * NS_PER_S:
                self.abort(AbortReason.TIMED_OUT, now_ns, _NOT_SHOWN)
        elif now_ns - since_ns >= self._lasts_s * NS_PER_S:
            self._ended_ns = since_ns + round(self._lasts_s * NS_PER_S)
        return Shown(dot=self._presenter.dot(now_ns))

    def pass_over(self, now_ns: int) -> None:
        """Refuse: it ends by itself."""
        raise SessionError(_NOT_SKIPPED.format(math.ceil(self._remaining_s(now_ns))))

    def abort(self, reason: AbortReason, now_ns: int, text: str) -> None:
        """Stop at once, for any reason; there is no figure."""
        del reason  # the sentence says it
        if not self._is_over and not self._is_aborted:
            self._is_aborted, self.text = True, text
            self._presenter.leave(now_ns)

    def _remaining_s(self, now_ns: int) -> float:
        since_ns = self._presenter.presented_ns
        waited_s = 0.0 if since_ns is None else (now_ns - since_ns) / NS_PER_S
        return max(0.0, self._lasts_s - waited_s)

    def _gather(self, gaze: Rows, now_ns: int) -> None:
        since_ns = self._presenter.presented_ns
        if since_ns is None or not len(gaze) or self._is_aborted:
            return
        until_ns = since_ns + round(self._lasts_s * NS_PER_S)
        self._has_all = self._has_all or int(gaze["t_host_ns"][-1]) >= until_ns
        own = gaze[(gaze["t_host_ns"] >= since_ns) & (gaze["t_host_ns"] < until_ns)]
        if not len(own):
            return
        if self._row_count + len(own) > MOST_ROWS:
            self.abort(AbortReason.TRACKER_LOST, now_ns, _TOO_MANY)
            return
        self._gaze.append(own)
        self._row_count += len(own)
        self._events.append(self._detector.push(directions(own, self._geometry)).events)

    def _finish(self, around: StudyAround, unit: PupilUnit) -> Shown:
        """Compute once a sample from after the end is there, or none comes any more."""
        ended_ns = self._ended_ns if self._ended_ns is not None else around.now_ns
        if not self._has_all and around.now_ns - ended_ns < _GATHERING_S * NS_PER_S:
            return Shown(dot=self._presenter.dot(around.now_ns))
        first_ns = self._presenter.presented_ns
        self._presenter.leave(around.now_ns)
        own = join_rows([GAZE.empty(0), *self._gaze])
        found = pupil_baseline(own, self._fixations(), self._eye, unit)
        if not math.isfinite(found.area):
            self.text = _NO_FIXATION
            return self._failed(around)
        self._is_over, self.baseline = True, found
        content = _content(found, self.grey, first_ns if first_ns is not None else NO_TIME, ended_ns)
        rows = event_rows(BASELINE_EVENT, around.now_ns, content, value=found.area, trial=around.trial)
        return Shown(rows=((EVENT.name, rows),))

    def _fixations(self) -> Rows:
        """Return the GAZE_EVENT rows of the fixations on the cross, by the live detector."""
        events = join_rows([*self._events, self._detector.flush().events])
        found: Rows = events[events["kind"] == int(EventKind.FIXATION)]
        return found

    def _failed(self, around: StudyAround) -> Shown:
        self._is_over = True
        row = EVENT.row(
            t_host_ns=around.now_ns, kind=FAILED_EVENT, source="app", trial=around.trial, text=self.text
        )
        rows: NamedRows = ((EVENT.name, row),)
        return Shown(rows=rows)


def _unit_of(around: StudyAround) -> PupilUnit:
    info: dict[str, Any] = around.link.tracker.info if around.link.tracker is not None else {}
    try:
        return PupilUnit(str(info.get("pupil_unit", "")))
    except ValueError:
        return PupilUnit.NONE  # a tracker that does not say what it delivers gives no figure


def _content(found: PupilBaseline, grey: int | None, first_ns: int, last_ns: int) -> dict[str, Any]:
    return {
        "area": float(f"{found.area:.6g}"),
        "unit": found.area_unit,
        "source_unit": found.source_unit.value,
        "eye": found.eye.value,
        "fixations": found.fixation_count,
        "duration_s": round(found.duration_s, 3),
        "grey": grey,
        "t_first_host_ns": first_ns,
        "t_last_host_ns": last_ns,
    }
