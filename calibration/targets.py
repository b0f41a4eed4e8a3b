"""Where targets are shown: layouts for calibration, and others for validation that share no point with them.

The first validation points are those of Titta (Niehorster et al., doi 10.3758/s13428-020-01358-8): a
validation on calibration points would judge the fit by what it was fitted to.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One place the eyes are asked to look at."""

    target_id: int  # number within its layout, from 0
    x_norm: float  # fraction of the active display area, right
    y_norm: float  # the same, down

    def __post_init__(self) -> None:
        if not (0.0 <= self.x_norm <= 1.0 and 0.0 <= self.y_norm <= 1.0):
            raise ValueError(
                f"Target {self.target_id} at ({self.x_norm:g}, {self.y_norm:g}) lies off the screen; "
                "give fractions of the screen between 0 and 1."
            )


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
VALIDATION_8: Final = _layout(
    *((target.x_norm, target.y_norm) for target in VALIDATION_4),
    (0.2, 0.2),
    (0.8, 0.2),
    (0.8, 0.8),
    (0.2, 0.8),
)

_PAIRS: Final = (
    ((0.2, 0.2), (0.8, 0.8)),
    ((0.8, 0.2), (0.2, 0.8)),
    ((0.35, 0.5), (0.65, 0.5)),
    ((0.5, 0.35), (0.5, 0.65)),
)
_NEAR_CENTRE: Final = (0.42, 0.42)  # the centre itself is a calibration point


def _validation_of(count: int) -> tuple[Target, ...]:
    """Titta's four, then pairs that lie opposite each other, with one near the centre for odd counts."""
    places = [(target.x_norm, target.y_norm) for target in VALIDATION_4]
    for pair in _PAIRS[: (count - len(places)) // 2]:
        places += pair
    return _layout(*places, *([_NEAR_CENTRE] if count % 2 else []))


VALIDATIONS: Final[Mapping[int, tuple[Target, ...]]] = MappingProxyType(
    {count: VALIDATION_8 if count == 8 else _validation_of(count) for count in range(4, 14)}
)
"""Layouts of fresh targets by their number, 4 to 13; none shares a point with any calibration."""

CALIBRATIONS: Final[Mapping[int, tuple[Target, ...]]] = MappingProxyType(
    {5: CALIBRATION_5, 9: CALIBRATION_9, 13: CALIBRATION_13}
)
"""Layouts by their number of points."""

FRESH_NORM: Final = 0.05
"""A validation target is at least so far, in fractions of the screen, from every calibration target."""


def in_order(targets: Sequence[Target], seed: int) -> tuple[Target, ...]:
    """Return targets in the order in which they are shown: the one nearest the centre first.

    The others are shuffled. The order is decided by the seed alone, on every machine and version of Python.
    """
    if not targets:
        return ()
    first = min(targets, key=lambda target: math.hypot(target.x_norm - 0.5, target.y_norm - 0.5))
    rest = [target for target in targets if target is not first]
    random.Random(seed).shuffle(rest)
    return (first, *rest)


def require_fresh(targets: Sequence[Target], used: Sequence[Target]) -> None:
    """Refuse targets that would judge a fit by what it was fitted to.

    Raises
    ------
    ValueError
        If a target lies within `FRESH_NORM` of one that was used.
    """
    for target in targets:
        for other in used:
            if math.hypot(target.x_norm - other.x_norm, target.y_norm - other.y_norm) < FRESH_NORM:
                raise ValueError(
                    f"The validation target at ({target.x_norm:g}, {target.y_norm:g}) lies on the "
                    f"calibration target at ({other.x_norm:g}, {other.y_norm:g}) and would judge the "
                    f"calibration by itself; move it by at least {FRESH_NORM:g} of the screen."
                )
