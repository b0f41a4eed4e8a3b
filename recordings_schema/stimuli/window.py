"""The VOI window: which grey values the screen's black and white stand for.

A window says how values after the modality step become a fraction 0..1. The formulas are those of DICOM
PS3.3 C.11.2.1.2 and C.11.2.1.3 with y_min = 0 and y_max = 1; ``c`` is the centre and ``w`` the width:

- LINEAR (w >= 1): 0 at x <= c - 0.5 - (w - 1) / 2, 1 at x > c - 0.5 + (w - 1) / 2, else
  ((x - (c - 0.5)) / (w - 1) + 0.5).
- LINEAR_EXACT (w > 0): 0 at x <= c - w / 2, 1 at x > c + w / 2, else (x - c) / w + 0.5.
- SIGMOID (w > 0): 1 / (1 + exp(-4 (x - c) / w)).
- TABLE: the file's own VOI LUT. Its input range is taken as the window it was made for, and moves and
  stretches with centre and width, so that a drag keeps the curve of the table.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_LARGEST_EXPONENT = 700.0  # exp() of more overflows a float64; the sigmoid is 0 to the last bit long before


class VoiFunction(str, Enum):
    """The curve between black and white, named as in the DICOM VOI LUT Function."""

    LINEAR = "LINEAR"
    LINEAR_EXACT = "LINEAR_EXACT"
    SIGMOID = "SIGMOID"
    TABLE = "TABLE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A window on grey values after the modality step; see the module for the formulas."""

    centre: float  # grey value
    width: float  # grey values, > 0 (>= 1 for LINEAR)
    function: VoiFunction = VoiFunction.LINEAR

    @property
    def is_usable(self) -> bool:
        """Whether the numbers are finite and the width is one its formula is defined for."""
        least = 1.0 if self.function is VoiFunction.LINEAR else np.finfo(np.float64).tiny
        return bool(np.isfinite(self.centre) and np.isfinite(self.width) and self.width >= least)


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiTable:
    """A VOI LUT of the file."""

    first_value: int  # grey value that the first entry belongs to
    fractions: Floats  # (entries,), 0..1: entry / (2^bits - 1)

    @property
    def window(self) -> Window:
        """The window in which the table is used exactly as stored."""
        count = len(self.fractions)
        return Window(
            centre=self.first_value + (count - 1) / 2.0, width=float(count), function=VoiFunction.TABLE
        )


def apply_window(values: Floats, window: Window, table: VoiTable | None = None) -> Floats:
    """Return the fraction 0..1 of full white for each grey value.

    Parameters
    ----------
    values
        Grey values after the modality step, any shape.
    window
        A usable window.
    table
        The file's VOI LUT; needed by `VoiFunction.TABLE` alone.

    Raises
    ------
    ValueError
        If the window is not usable, or needs a table that is not given.
    """
    if not window.is_usable:
        raise ValueError(f"A {window.function.value} window cannot have the width {window.width}.")
    if window.function is VoiFunction.LINEAR:
        return _linear(values, window.centre, window.width)
    if window.function is VoiFunction.LINEAR_EXACT:
        return np.clip((values - window.centre) / window.width + 0.5, 0.0, 1.0)
    if window.function is VoiFunction.SIGMOID:
        exponent = -4.0 * (values - window.centre) / window.width
        return 1.0 / (1.0 + np.exp(np.minimum(exponent, _LARGEST_EXPONENT)))
    if table is None:
        raise ValueError("The image has no VOI LUT; choose a window function other than TABLE.")
    return _through_table(values, window, table)


def _linear(values: Floats, centre: float, width: float) -> Floats:
    if width == 1.0:  # the slope is infinite: a threshold
        return (values > centre - 0.5).astype(np.float64)
    return np.clip((values - (centre - 0.5)) / (width - 1.0) + 0.5, 0.0, 1.0)


def _through_table(values: Floats, window: Window, table: VoiTable) -> Floats:
    count = len(table.fractions)
    position = (values - window.centre) * (count / window.width) + (count - 1) / 2.0
    # Beyond its ends a VOI LUT goes on with its first or last entry (PS3.3 C.11.2.1.1).
    index = np.clip(np.floor(position + 0.5), 0, count - 1).astype(np.intp)
    return table.fractions[index]
