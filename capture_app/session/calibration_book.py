"""What recordings are told of validations: number, decision, and what holds at the beginning."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any, Final

from capture_app.session.calibration_rows import MADE_ELSEWHERE, judgement_row, validation_rows
from capture_app.session.calibration_states import CorrectionView, ValidationView
from capture_app.session.gaze_correction import correction_rows
from capture_app.session.link import Link
from gaze_core.clocks import Clock
from gaze_core.rows import Rows

_MOST_KEPT: Final = 64  # rows that nobody takes, as in a session without a study
_CLOSES: Final = "It closes what was read. "


@dataclass(frozen=True, slots=True, kw_only=True)
class _Accepted:
    """A validation that holds for the tracker as it is calibrated now."""

    view: ValidationView
    judgement: Rows
    tracker: tuple[str, ...]


class ValidationBook:
    """Writes validations into the recording that runs; keeps the accepted one for those that follow."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._count = 0  # validations in this recording
        self._newest: ValidationView | None = None
        self._newest_number = 0
        self._calibration = MADE_ELSEWHERE  # number in this recording of the one in use
        self._calibrated: tuple[str, ...] = ()  # the tracker that uses a calibration of this program
        self._accepted: _Accepted | None = None
        self._corrections: list[tuple[Rows, tuple[str, ...]]] = []  # rows, and the tracker they are for
        self._told: deque[tuple[str, Rows]] = deque(maxlen=_MOST_KEPT)

    def take_rows(self) -> list[tuple[str, Rows]]:
        """Return the validation and judgement rows that were recorded since the last call, by row type."""
        told = list(self._told)
        self._told.clear()
        return told

    def begin_recording(self, link: Link) -> None:
        """Write what holds for the tracker at the beginning of a recording."""
        self._count = 0
        self._told.clear()
        # The acquisition process writes the calibration in use as the first one of the recording.
        self._calibration = 0 if self._calibrated == _tracker_key(link) else MADE_ELSEWHERE
        for rows, tracker in self._corrections:
            if tracker == _tracker_key(link):
                link.append("event", rows)
        kept = self._accepted
        if kept is None or kept.tracker != _tracker_key(link):
            return
        rows = validation_rows(kept.view, validation=0, calibration=self._calibration, purpose="opening")
        judgement = kept.judgement.copy()
        judgement["number"] = 0
        self._write(link, "validation", rows)
        self._write(link, "judgement", judgement)
        self._count = 1

    def forget_accepted(self) -> None:
        """What was accepted so far holds for no recording that follows."""
        self._accepted = None
        self._corrections.clear()

    def computed(self, link: Link, attempt: int) -> None:
        """Another calibration is in use, by its number in the recording: what held before does not."""
        self._accepted = None
        self._corrections.clear()
        self._calibrated = _tracker_key(link)
        self._calibration = attempt if attempt >= 0 else MADE_ELSEWHERE

    def corrected(self, link: Link, view: CorrectionView) -> None:
        """Write a correction; where none is recorded it is written when that begins."""
        rows = correction_rows(view, self._clock.now_ns())
        self._corrections = [*self._corrections[-(_MOST_KEPT - 1) :], (rows, _tracker_key(link))]
        link.append("event", rows)

    def complete(self, link: Link, view: ValidationView, purpose: str) -> None:
        """Write a validation once; where none is recorded it waits until it is accepted."""
        if self._newest is view:
            return
        self._newest, self._newest_number = view, self._count
        if link.takes_rows:
            rows = validation_rows(
                view, validation=self._count, calibration=self._calibration, purpose=purpose
            )
            self._write(link, "validation", rows)
            self._count += 1

    def accept(self, link: Link, view: ValidationView, *, by: str, reason: str) -> None:
        """Write who accepted a validation and why; it holds from now on."""
        judgement = self._judgement(view, is_accepted=True, by=by, reason=reason)
        self._write(link, "judgement", judgement)
        self._accepted = _Accepted(view=view, judgement=judgement, tracker=_tracker_key(link))

    def decline(self, link: Link, view: ValidationView, reason: str) -> None:
        """Write that a validation was not accepted."""
        judgement = self._judgement(view, is_accepted=False, by="operator", reason=reason)
        self._write(link, "judgement", judgement)

    def close_with(self, link: Link, view: ValidationView) -> None:
        """Write what the gate says of a validation that closes a block or session; nothing depends on it."""
        is_accepted = view.gate.is_accepted
        judgement = self._judgement(
            view, is_accepted=is_accepted, by="gate", reason=_CLOSES + view.gate.finding
        )
        self._write(link, "judgement", judgement)

    def _write(self, link: Link, name: str, rows: Rows) -> None:
        link.append(name, rows)
        if link.takes_rows:
            self._told.append((name, rows))

    def _judgement(self, view: ValidationView, *, is_accepted: bool, by: str, reason: str) -> Rows:
        return judgement_row(
            view,
            validation=self._newest_number,
            t_host_ns=self._clock.now_ns(),
            is_accepted=is_accepted,
            by=by,
            reason=reason,
        )


def _tracker_key(link: Link) -> tuple[str, ...]:
    info: dict[str, Any] = link.tracker.info if link.tracker is not None else {}
    return tuple(str(info.get(name, "")) for name in ("driver", "model", "serial"))
