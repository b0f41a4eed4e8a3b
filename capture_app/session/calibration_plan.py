"""How a calibration is to be made and judged: as a study plans it, or as usual where there is none."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from calibration import VALIDATION_4, VALIDATIONS, GateLimits, OffsetLimits, Pace, Target, TargetWindow
from capture_app.session.study import Study
from capture_app.session.study.quality_keys import CalibrationPlan, Gates
from capture_app.session.study_desk.study_settings import signal_of
from gaze_core.eyes import Eye

WINDOW: Final = TargetWindow()
"""The part of each validation target that counts where no study says otherwise: its last 300 ms."""
USUAL_POINTS: Final = 9

_SETTLE_SHARE: Final = 0.5  # of the dwell, as usual: half a second of one


class GreySource(Protocol):
    """The mean grey of the study's images, once it is known."""

    @property
    def value(self) -> int | None:
        """0 black to 255 white; None while it is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskPlan:
    """What the calibration's desk follows."""

    points: int = USUAL_POINTS  # of a calibration: 5, 9 or 13
    pace: Pace = field(default_factory=Pace)
    validation: tuple[Target, ...] = VALIDATION_4  # fresh targets
    closing: tuple[Target, ...] = VALIDATION_4  # of the short validation that closes a block or session
    window: TargetWindow = WINDOW
    limits: GateLimits = field(default_factory=GateLimits)
    eye: Eye | None = None  # the signal that is analysed; None: the one of the live view
    background_grey: int | None = None  # of the targets' screen, 0..255; None: that of the images
    matched_grey: GreySource | None = field(default=None, compare=False)  # goes before it once it is known
    attempts_maximum: int = 0  # validations beyond the limits before the operator is asked; 0: never
    is_of_study: bool = False

    @classmethod
    def default(cls, points: int = USUAL_POINTS, pace: Pace | None = None) -> DeskPlan:
        """Return what holds without a study."""
        return cls(points=points, pace=pace if pace is not None else Pace())

    @classmethod
    def of_study(
        cls, study: Study, dominant_eye: str = "unknown", matched_grey: GreySource | None = None
    ) -> DeskPlan:
        """Return what a study plans.

        Parameters
        ----------
        study
            The content of the study file.
        dominant_eye
            left, right or unknown, from the start form.
        matched_grey
            The mean grey of the study's images, where it is computed.
        """
        plan = study.calibration
        return cls(
            points=plan.points,
            pace=pace_of(plan),
            validation=VALIDATIONS[plan.validation_points],
            closing=VALIDATIONS[plan.closing_points],
            window=TargetWindow(length_ms=plan.validation_window_ms),
            limits=limits_of(study.gates),
            eye=signal_of(study, dominant_eye),
            background_grey=plan.background_grey,
            matched_grey=matched_grey if plan.is_grey_matched else None,
            attempts_maximum=plan.attempts_maximum,
            is_of_study=True,
        )

    @property
    def grey(self) -> int | None:
        """The background of the targets' screen now, 0..255; None: that of the images."""
        matched = self.matched_grey.value if self.matched_grey is not None else None
        return matched if matched is not None else self.background_grey

    def validating_only(self) -> DeskPlan:
        """Return the plan for a tracker that comes calibrated: nothing is calibrated, all else holds."""
        return replace(self, points=0)

    def closing_only(self) -> DeskPlan:
        """Return the plan of the short validation that closes a block or the session."""
        return replace(self, points=0, validation=self.closing)


def pace_of(plan: CalibrationPlan) -> Pace:
    """Return how quickly targets follow each other; the device collects in the later half of a dwell."""
    return Pace(
        travel_s=plan.travel_s,
        dwell_s=plan.dwell_s,
        settle_s=min(Pace().settle_s, _SETTLE_SHARE * plan.dwell_s),
    )


def limits_of(gates: Gates) -> GateLimits:
    """Return the gate of a study: good and better pass; fair only names what lies a little beyond."""
    usual = GateLimits().fair
    return GateLimits(
        recommended=OffsetLimits(
            mean_deg=gates.recommended_average_deg, worst_deg=gates.recommended_worst_deg
        ),
        good=OffsetLimits(mean_deg=gates.average_deg, worst_deg=gates.worst_deg),
        fair=OffsetLimits(
            mean_deg=max(usual.mean_deg, gates.average_deg),
            worst_deg=max(usual.worst_deg, gates.worst_deg, gates.average_deg),
        ),
    )
