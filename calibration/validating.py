"""A validation on fresh targets: always complete, each target judged by one fixed window.

The dot goes to each target once. The gaze that arrived in the window, by default the last 300 ms of the
dwell, is judged when all of it is there. Stopped early, a validation has no result: a part of one is none.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from enum import Enum
from typing import Final

from calibration.presenter import NS_PER_S, Pace, Presenter
from calibration.procedure import AbortReason, Step
from calibration.targets import Target, in_order, require_fresh
from calibration.validation import TargetWindow, ValidationResult, validate_windows
from gaze_core.geometry import ViewingGeometry
from gaze_core.rows import GAZE, Rows, join_rows

GATHERING_PATIENCE_S: Final = 1.0  # for samples that are still on their way
MOST_ROWS: Final = 2_000_000  # of gaze kept; a hundred times a validation at 2000 Hz


class ValidationState(str, Enum):
    """Where a validation is."""

    READY = "ready"
    SHOWING = "showing"
    GATHERING = "gathering"  # the last samples are on their way
    DONE = "done"
    ABORTED = "aborted"


class ValidationProcedure:
    """One validation. All methods are called from one thread.

    Parameters
    ----------
    targets
        Fresh ones.
    geometry
        The screen and where the eye is without a measured position.
    seed
        Decides the order.
    calibrated_on
        The targets of the calibration that is judged.
    pace, window
        Times. The window lies inside the dwell.
    procedure
        Name in the TARGET rows.

    Raises
    ------
    ValueError
        If there are no targets, a target is one of the calibration, or the window does not fit.
    """

    def __init__(
        self,
        targets: Sequence[Target],
        geometry: ViewingGeometry,
        *,
        seed: int,
        calibrated_on: Sequence[Target] = (),
        pace: Pace | None = None,
        window: TargetWindow | None = None,
        procedure: str = "validation",
    ) -> None:
        if not targets:
            raise ValueError("A validation needs targets; give four or more.")
        require_fresh(targets, calibrated_on)
        self._pace = pace if pace is not None else Pace()
        self._window = window if window is not None else TargetWindow()
        if self._window.reach_ms > self._pace.dwell_s * 1000.0:
            raise ValueError(
                f"The validation window reaches {self._window.reach_ms:g} ms back, and a target stands only "
                f"{self._pace.dwell_s * 1000.0:g} ms; give a longer dwell or a shorter window."
            )
        self._geometry = geometry
        self._to_show = deque(in_order(targets, seed))
        self._presenter = Presenter(procedure, self._pace)
        self._state = ValidationState.READY
        self._now_ns = 0
        self._ended_ns = 0
        self._gaze: list[Rows] = []
        self._row_count = 0
        self._result: ValidationResult | None = None
        self._reason: AbortReason | None = None
        self._text = ""

    @property
    def state(self) -> ValidationState:
        """Where it is."""
        return self._state

    @property
    def result(self) -> ValidationResult | None:
        """The figures; None before DONE and after an abort."""
        return self._result

    @property
    def reason(self) -> AbortReason | None:
        """Why it was aborted, None where it was not."""
        return self._reason

    @property
    def shown(self) -> Rows:
        """TARGET rows of everything shown."""
        return self._presenter.rows

    @property
    def gaze(self) -> Rows:
        """GAZE rows since it began, for the picture."""
        return join_rows([GAZE.empty(0), *self._gaze])

    def begin(self, now_host_ns: int) -> None:
        """Show the first target."""
        if self._state is not ValidationState.READY:
            raise ValueError(
                f"The validation is {self._state.value} and cannot be begun again; make a new one."
            )
        self._now_ns = now_host_ns
        self._state = ValidationState.SHOWING
        self._presenter.go_to(self._to_show.popleft(), now_host_ns)

    def presented(self, showing: int, t_host_ns: int) -> None:
        """Note when the first frame with the dot standing at its target was presented."""
        self._presenter.presented(showing, t_host_ns)

    def take(self, gaze: Rows) -> None:
        """Take GAZE rows in order of arrival, all that come while it runs."""
        is_running = self._state in (ValidationState.SHOWING, ValidationState.GATHERING)
        if not is_running or not len(gaze):
            return
        if self._row_count + len(gaze) > MOST_ROWS:
            self.abort(
                AbortReason.TRACKER_LOST,
                self._now_ns,
                "The tracker sends far more samples than its rate; connect it anew and validate again.",
            )
            return
        self._gaze.append(gaze.copy())
        self._row_count += len(gaze)

    def abort(self, reason: AbortReason, now_host_ns: int, text: str = "") -> None:
        """Stop at once, at any moment; there is no result, what was shown stays in the rows."""
        if self._state in (ValidationState.DONE, ValidationState.ABORTED):
            return
        self._presenter.leave(now_host_ns)
        self._state, self._reason, self._text = ValidationState.ABORTED, reason, text

    def tick(self, now_host_ns: int) -> Step:
        """Return what is to be done at this moment."""
        self._now_ns = max(self._now_ns, now_host_ns)
        if self._state is ValidationState.SHOWING:
            self._stand()
        if self._state is ValidationState.GATHERING:
            self._judge()
        return Step(
            dot=self._presenter.dot(self._now_ns), targets=self._presenter.take_rows(), text=self._text
        )

    def _stand(self) -> None:
        presented_ns = self._presenter.presented_ns
        if presented_ns is None:
            waited_ns = self._now_ns - self._presenter.arrives_ns
            if waited_ns > self._pace.presentation_patience_s * NS_PER_S:
                text = "The reader's screen did not show the target; check that its window is in front."
                self.abort(AbortReason.TIMED_OUT, self._now_ns, text)
            return
        if self._now_ns - presented_ns < self._pace.dwell_s * NS_PER_S:
            return
        if self._to_show:
            self._presenter.go_to(self._to_show.popleft(), self._now_ns)
            return
        self._presenter.leave(self._now_ns)
        self._ended_ns = self._now_ns
        self._state = ValidationState.GATHERING

    def _judge(self) -> None:
        """Compute the figures once a sample from after the last target is there, or none comes any more."""
        has_all = bool(self._gaze) and int(self._gaze[-1]["t_host_ns"][-1]) >= self._ended_ns
        if not has_all and self._now_ns - self._ended_ns < GATHERING_PATIENCE_S * NS_PER_S:
            return
        self._result = validate_windows(self.gaze, self._presenter.rows, self._geometry, self._window)
        self._state = ValidationState.DONE
