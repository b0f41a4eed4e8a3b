"""What drift checks and pupil baselines share: one runs at a time, and each ends, with a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from calibration import AbortReason, Dot, DriftResult
from capture_app.session.link import Link
from capture_app.session.reading import NamedRows
from capture_app.session.study_desk.parts import StudyAround
from capture_app.session.study_desk.states import SideRunState
from gaze_core.rows import Rows

STALL_S: Final = 3.0
"""Without a single sample for so long nothing is measured any more; no tracker is that slow."""
NO_SAMPLES: Final = (
    "The tracker sends no samples, so this ended without a figure. Look at the tracker, then begin it anew."
)
LOST: Final = "The tracker was lost, so this ended without a figure. Connect the tracker, then begin it anew."
NS_PER_S: Final = 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a run wants at one moment."""

    dot: Dot | None = None
    rows: NamedRows = ()


class SideRun(Protocol):
    """One drift check or baseline."""

    @property
    def is_cross(self) -> bool:
        """Whether its target is a cross."""

    @property
    def grey(self) -> int | None:
        """Background, 0..255; None: that of the images."""

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to do."""

    @property
    def text(self) -> str:
        """How it ended, a sentence; "" where it ended as it should."""

    @property
    def last_drift(self) -> DriftResult | None:
        """The figures that the rows returned last brought; None where they brought none."""

    def state(self, now_ns: int) -> SideRunState:
        """Return what the windows show."""

    def begin(self, now_ns: int) -> None:
        """Show the target."""

    def presented(self, showing: int, t_host_ns: int) -> None:
        """Note when a standing was presented."""

    def step(self, around: StudyAround, gaze: Rows) -> Shown:
        """Take the new GAZE rows and do what is due."""

    def pass_over(self, now_ns: int) -> None:
        """Go on without; raises a `SessionError` where that is not allowed."""

    def abort(self, reason: AbortReason, now_ns: int, text: str) -> None:
        """Stop at once."""


class Silence:
    """Notices that a tracker sends nothing."""

    def __init__(self, now_ns: int) -> None:
        self._heard_ns = now_ns

    def is_too_long(self, now_ns: int, gaze: Rows) -> bool:
        """Take the new rows; return whether none came for `STALL_S`."""
        if len(gaze):
            self._heard_ns = now_ns
        return now_ns - self._heard_ns > STALL_S * NS_PER_S


def is_lost(link: Link) -> bool:
    """Whether there is no tracker that could send."""
    return link.is_dead or link.tracker is None or link.is_opening or link.is_tracker_lost
