"""Where targets are shown: layouts for calibration, and one for validation that shares no point with them.

The validation points are those of Titta (Niehorster et al., doi 10.3758/s13428-020-01358-8): a validation on
calibration points would judge the fit by what it was fitted to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One place the eyes are asked to look at."""

    target_id: int  # number within its layout, from 0
    x_norm: float  # fraction of the active display area, right
    y_norm: float  # the same, down


def _layout(*places_norm: tuple[float, float]) -> tuple[Target, ...]:
    return tuple(
        Target(target_id=number, x_norm=x_norm, y_norm=y_norm)
        for number, (x_norm, y_norm) in enumerate(places_norm)
    )


_CENTRE: Final = (0.5, 0.5)
_CORNERS: Final = ((0.1, 0.1), (0.9, 0.1), (0.1, 0.9), (0.9, 0.9))
_EDGES: Final = ((0.5, 0.1), (0.1, 0.5), (0.9, 0.5), (0.5, 0.9))
_INNER: Final = ((0.3, 0.3), (0.7, 0.3), (0.3, 0.7), (0.7, 0.7))

CALIBRATION_5: Final = _layout(_CENTRE, *_CORNERS)
CALIBRATION_9: Final = _layout(_CENTRE, *_CORNERS, *_EDGES)
CALIBRATION_13: Final = _layout(_CENTRE, *_CORNERS, *_EDGES, *_INNER)
VALIDATION_4: Final = _layout((0.2, 0.5), (0.5, 0.8), (0.8, 0.5), (0.5, 0.2))
