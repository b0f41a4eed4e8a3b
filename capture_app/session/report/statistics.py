"""Means with their spread, as methods sections give them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from capture_app.session.report.html import number


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Mean, SD (divisor N - 1) and range of what is known; NaN where nothing is."""

    count: int
    mean: float
    sd: float  # NaN with fewer than two values
    least: float
    most: float

    def text(self, digits: int, unit: str, *, has_range: bool = True) -> str:
        """Return it as "0.43 deg (SD 0.10, 0.30-0.71)"."""
        if not self.count:
            return "not recorded"
        if self.count == 1:
            return number(self.mean, digits, unit)
        spread = f"SD {number(self.sd, digits)}"
        if has_range:
            spread += f", {number(self.least, digits)}\u2013{number(self.most, digits)}"
        return f"{number(self.mean, digits, unit)} ({spread})"


def spread_of(values: Iterable[float]) -> Spread:
    """Return the spread of the finite values."""
    known = np.array([value for value in values if math.isfinite(value)])
    if not len(known):
        return Spread(count=0, mean=math.nan, sd=math.nan, least=math.nan, most=math.nan)
    return Spread(
        count=len(known),
        mean=float(known.mean()),
        sd=float(known.std(ddof=1)) if len(known) > 1 else math.nan,
        least=float(known.min()),
        most=float(known.max()),
    )
