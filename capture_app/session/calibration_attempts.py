"""The attempts of a calibration as they are listed: what each was made of, and the validation of each."""

from __future__ import annotations

import math

from calibration import CalibrationProcedure
from capture_app.session.calibration_states import AttemptView, ValidationView

_NOTHING_COMPUTED = "The tracker computed nothing from this attempt."
_NO_BYTES = "This tracker does not hand out its calibrations; only the last one can be used."


class AttemptBook:
    """Keeps the newest validation of each attempt of one calibration."""

    def __init__(self) -> None:
        self._judged: dict[int, ValidationView] = {}  # by the number of the attempt, from 0

    def judged(self, calibration: CalibrationProcedure | None, view: ValidationView) -> None:
        """Note that a validation judged the attempt that the tracker uses."""
        applied = calibration.applied if calibration is not None else None
        if applied is not None:
            self._judged[applied.number] = view

    def views(self, calibration: CalibrationProcedure | None) -> tuple[AttemptView, ...]:
        """Return all attempts in order."""
        if calibration is None:
            return ()
        in_use = calibration.applied
        found = []
        for attempt in calibration.attempts:
            judged = self._judged.get(attempt.number)
            is_in_use = attempt is in_use
            text = "" if attempt.is_applied else _NOTHING_COMPUTED
            if attempt.is_applied and not attempt.data and not is_in_use:
                text = _NO_BYTES
            found.append(
                AttemptView(
                    number=attempt.number + 1,
                    points=len(attempt.collected),
                    missed=len(attempt.missed),
                    mean_deg=judged.gate.decides.mean_offset_deg if judged is not None else math.nan,
                    worst_deg=judged.gate.decides.worst_offset_deg if judged is not None else math.nan,
                    is_in_use=is_in_use,
                    can_be_used=not text and not is_in_use,
                    text=text,
                )
            )
        return tuple(found)
